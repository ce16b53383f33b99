"""What became of wishes, read as a visitor; and the page for the young."""

import pytest

from tests.visiting import Browser


@pytest.mark.parametrize("path", ["/gewuenscht", "/wuensche/ortsteile", "/jugend"])
async def test_the_pages_answer_before_anybody_has_wished_for_anything(path: str, client: Browser) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_the_numbers_can_be_taken_away(ending: str, client: Browser) -> None:
    assert (await client.get(f"/gewuenscht/zahlen.{ending}")).status_code == 200
