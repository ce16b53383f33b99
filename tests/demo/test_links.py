"""No page of the office offers a way to a door that is closed for whoever looks at it."""

import re
from datetime import datetime
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from httpx import AsyncClient
from litestar import Litestar

from lms.accounts.shell import ADMINISTRATION, ANY, ID, PARAMETER, Signposts, pages_of
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from tests.visiting import sign_in

LINK = re.compile(r'<a [^>]*href="(/verwaltung[^"#?]*)')


@pytest.fixture
def database(filled: tuple[str, datetime], tmp_path: Path) -> str:
    """A copy of the filled centre: visits are noted."""
    file = tmp_path / "town.sqlite3"
    file.write_bytes(Path(filled[0].removeprefix("sqlite:///")).read_bytes())
    return f"sqlite:///{file}"


@pytest.mark.parametrize("filled", ["a Sunday in term"], indirect=True)
@pytest.mark.parametrize("identity", [Identity.FINANCE, Identity.PROGRAMME, Identity.ENROLMENT], ids=str)
async def test_every_link_of_a_page_in_the_menu_may_be_followed(
    client: AsyncClient, begin: Begin, app: Litestar, identity: Identity
) -> None:
    await sign_in(client, begin, identity)
    actor = Actor(identities=frozenset({Identity.LEARNER, identity}), account_id=uuid4())
    shell = Signposts(app).shell_for(actor, "/verwaltung")
    known = {PARAMETER.sub(ANY, path) for path in pages_of(app)}

    closed = set()
    for entry in shell.area_navigation:
        page = await client.get(entry.path)
        assert page.status_code == 200
        closed |= {
            (entry.path, link)
            for link in {unescape(found) for found in LINK.findall(page.text)}
            if ID.sub(ANY, link) in known and not shell.opens(link)
        }

    assert len(shell.area_navigation) > 10
    assert closed == set()


def test_no_two_entries_of_the_menu_have_one_name() -> None:
    labels = [entry.label for entry in ADMINISTRATION]

    assert len(set(labels)) == len(labels)
    assert len({entry.path for entry in ADMINISTRATION}) == len(ADMINISTRATION)
