"""What people and programs are told when something goes wrong."""

from typing import Any

import pytest
from litestar import Litestar, Request, get, post
from litestar.config.csrf import CSRFConfig
from litestar.params import FromPath
from litestar.testing import TestClient

from lms.kernel.errors import DomainError, Forbidden, NotFound, SignInNeeded, TooMany
from lms.kernel.marking import N_
from lms.web.centre import Link, Shell
from lms.web.errors import handlers
from lms.web.language import use_locale
from lms.web.templating import environment


class Gone(DomainError):
    status = 410
    message = N_("This link has been used already, or its time is over.")


REASONS: dict[str, Exception] = {
    "found": NotFound(),
    "forbidden": Forbidden(),
    "busy": TooMany(retry_after=120),
    "gone": Gone(),
    "sign-in": SignInNeeded(),
    "fault": RuntimeError("SELECT secret FROM account"),
}


@get(["/raise/{name:str}", "/api/v1/raise/{name:str}"], sync_to_thread=False)
def fail(name: FromPath[str]) -> str:
    raise REASONS[name]


@post("/send", sync_to_thread=False)
def send() -> str:
    return "sent"


@get("/number/{number:int}", sync_to_thread=False)
def number(request: Request[Any, Any, Any], number: FromPath[int]) -> str:
    return f"{number}"


@pytest.fixture(scope="module")
def client() -> Any:
    app = Litestar(
        [fail, send, number],
        exception_handlers=handlers(environment()),
        csrf_config=CSRFConfig(secret="x" * 32),
        openapi_config=None,
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


PAGES = [
    ("/nirgends", 404, "Seite nicht gefunden"),
    ("/raise/found", 404, "Seite nicht gefunden"),
    ("/raise/forbidden", 403, "Dafür haben Sie keine Berechtigung"),
    ("/raise/gone", 410, "Das gibt es nicht mehr"),
    ("/raise/busy", 429, "Bitte warten Sie einen Moment"),
    ("/raise/fault", 500, "Das liegt an uns"),
]


@pytest.mark.parametrize(("path", "status", "heading"), PAGES)
def test_a_person_reads_a_german_page_with_the_telephone_number(
    client: TestClient[Litestar], path: str, status: int, heading: str
) -> None:
    answer = client.get(path, headers={"accept": "text/html"})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert f'<h1 class="kern-heading-x-large">{heading}</h1>' in answer.text
    assert "Wir helfen Ihnen gern am Telefon" in answer.text


def test_the_page_of_a_fault_tells_a_number_and_nothing_of_the_inside(client: TestClient[Litestar]) -> None:
    answer = client.get("/raise/fault", headers={"accept": "text/html"})

    assert "nennen Sie bitte diese Nummer" in answer.text
    assert [
        word for word in ("secret", "SELECT", "RuntimeError", "Traceback", "litestar") if word in answer.text
    ] == []


def test_a_missing_page_offers_a_search(client: TestClient[Litestar]) -> None:
    assert 'name="q" type="search"' in client.get("/nirgends", headers={"accept": "text/html"}).text


def test_an_unknown_address_shows_what_usually_stands_around_a_page(client: TestClient[Litestar]) -> None:
    client.app.state.usual_shell = Shell(footer=(Link("Address", "/impressum"),))

    assert 'href="/impressum">Anschrift</a>' in client.get("/nirgends", headers={"accept": "text/html"}).text


def test_a_limit_says_when_to_come_back(client: TestClient[Litestar]) -> None:
    assert client.get("/raise/busy").headers["retry-after"] == "120"


def test_a_person_who_has_to_sign_in_is_led_there_and_back(client: TestClient[Litestar]) -> None:
    answer = client.get("/raise/sign-in?a=1", headers={"accept": "text/html"}, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/einloggen?weiter=%2Fraise%2Fsign-in%3Fa%3D1",
    )


def test_an_address_with_an_unreadable_number_is_a_page_not_found(client: TestClient[Litestar]) -> None:
    assert client.get("/number/zwölf", headers={"accept": "text/html"}).status_code == 404


def test_a_form_without_its_token_says_to_reload_it(client: TestClient[Litestar]) -> None:
    answer = client.post("/send", headers={"accept": "text/html"})

    assert answer.status_code == 403
    assert "Die Seite war zu lange geöffnet" in answer.text


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/api/v1/raise/found", {"accept": "*/*"}), ("/raise/found", {"accept": "application/json"})],
)
def test_a_program_gets_a_problem_document(
    client: TestClient[Litestar], path: str, headers: dict[str, str]
) -> None:
    answer = client.get(path, headers=headers)

    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json() == {
        "type": "about:blank",
        "title": "Seite nicht gefunden",
        "status": 404,
        "detail": "Diese Seite finden wir nicht. Vielleicht ist in der Adresse ein Tippfehler, oder die Seite ist umgezogen.",
        "code": "NotFound",
    }


def test_a_program_learns_the_number_of_the_incident(client: TestClient[Litestar]) -> None:
    problem = client.get("/api/v1/raise/fault").json()

    assert sorted(problem) == ["detail", "incident", "status", "title", "type"]
    assert "secret" not in str(problem)


def test_the_error_page_speaks_english_to_those_who_do() -> None:
    with use_locale("en"):
        page = environment().get_template("web/maintenance.html").render(until=None)

    assert '<html lang="en">' in page
    assert "We will be back soon" in page
