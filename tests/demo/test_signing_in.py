"""One click for each role, and only in the demo."""

from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr

from lms.app import create_app
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.settings import Settings
from lms.web.access import routes
from tests.making import make_person
from tests.visiting import make_account, send

PATH = "/demo/einloggen"


async def test_a_click_makes_a_session_with_the_second_step_given(
    client: AsyncTestClient[Litestar], begin: Begin
) -> None:
    account = await make_account(begin, Identity.ADMINISTRATOR, person=make_person("Matthias", "Kornau"))
    assert "Einloggen als Matthias Kornau" in (await client.get(PATH)).text

    answer = await send(client, PATH, {"konto": str(account.id)})

    assert (answer.status_code, answer.headers["location"]) == (303, "/verwaltung")
    assert (await client.get("/verwaltung/konten")).status_code == 200


async def test_an_account_that_does_not_exist_signs_nobody_in(client: AsyncTestClient[Litestar]) -> None:
    for nobody in ("", "unsinn", "00000000-0000-0000-0000-000000000000"):
        assert (await send(client, PATH, {"konto": nobody})).status_code == 404
    assert "session" not in client.cookies


def test_in_service_the_door_is_not_there(database: str) -> None:
    service = Settings(
        database_url=database,
        secrets=[SecretStr("a secret that is long enough for the service")],
        certificate_key=SecretStr("2026:" + "5a" * 32),
        smtp_url="smtp://127.0.0.1:25",
        _env_file=None,
    )  # type: ignore[call-arg]

    assert [path for path, _, _ in routes(create_app(service)) if path.startswith("/demo")] == []
