"""When something goes wrong: a page for people, a problem document (RFC 9457) for programs, in the reader's language.

`handlers(environment)` gives Litestar's `exception_handlers`. What people read is a sentence and a way on; what
went wrong inside is only in the log, under the number of the incident (S-36). Nothing here needs a database.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from secrets import token_hex
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from jinja2 import Environment
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException, ValidationException
from sqlalchemy.exc import DBAPIError

from lms.kernel.errors import DomainError, Invalid, SignInNeeded
from lms.kernel.marking import N_
from lms.kernel.tokens import without_tokens
from lms.web.files.errors import DiskIsFull, is_full
from lms.web.language import gettext
from lms.web.templating import url

log = structlog.get_logger(__name__)

AnyRequest = Request[Any, Any, Any]
Handler = Callable[[AnyRequest, Any], Response[Any]]
PROBLEM = "application/problem+json"
PASSED_ON = ("retry-after", "allow", "www-authenticate")
IN_THE_BODY = " - at `$.data."
PAGES_WITHOUT_STORE = {"cache-control": "no-store"}

TITLES: Mapping[int, str] = {
    400: N_("We could not understand this"),
    401: N_("Please sign in"),
    403: N_("You do not have permission for this"),
    404: N_("Page not found"),
    405: N_("This does not work here"),
    409: N_("This is not possible"),
    410: N_("This is no longer there"),
    413: N_("This is too much at once"),
    415: N_("We could not understand this"),
    422: N_("Please check your entries"),
    429: N_("Please wait a moment"),
    500: N_("This is our fault"),
    503: N_("We will be back soon"),
}
SENTENCES: Mapping[int, str] = {
    400: N_("Something is missing in what was sent. Please go back and try again."),
    401: N_("This page is only for people who are signed in."),
    403: N_("You do not have permission for this. Ask the team of the centre if you need it."),
    404: N_("We cannot find this page. Perhaps the address has a typing error, or the page has moved."),
    405: N_("This address cannot be used like that. Please start from the start page."),
    409: N_("This is not possible. Please go back and try again."),
    410: N_("This link has been used already, or its time is over."),
    413: N_("What you sent is too large. Please send less at once."),
    415: N_("What was sent has a form that we cannot read."),
    422: N_("Something is missing or not right. Please check what you entered."),
    429: N_("That was too often in a short time. Please wait a moment and try again."),
    500: N_(
        "A fault has happened on our side. What you had already sent before is saved. Please try again in a few minutes."
    ),
    503: N_("We are working on this site at the moment. Please try again a little later."),
}

TOO_LONG_OPEN = N_("The page was open for too long. Please go back, reload it and send it again.")


def handlers(
    environment: Environment, *, sign_in_path: str = "/einloggen"
) -> dict[int | type[Exception], Handler]:
    """The exception handlers of the application: one for what we refuse, one for the framework's, one for all else."""
    answers = _Answers(environment, sign_in_path)
    return {
        DomainError: answers.refusal,
        HTTPException: answers.framework,
        OverflowError: answers.out_of_reach,
        OSError: answers.out_of_room,
        DBAPIError: answers.out_of_room,
        Exception: answers.fault,
    }


def wants_problem(request: AnyRequest) -> bool:
    """Whether a program asks: below /api/, or whoever prefers JSON to a page."""
    if request.url.path.startswith("/api/"):
        return True
    accepted = request.headers.get("accept", "")
    return "json" in accepted and "text/html" not in accepted


def incident_of(request: AnyRequest) -> str:
    """The number under which the log knows this request, in a form that can be read out on the telephone."""
    known = str(request.scope.get("state", {}).get("request_id", "")) or token_hex(4)
    return f"{known[:4]}-{known[4:8]}".upper()


class _Answers:
    """Turns each kind of failure into an answer."""

    def __init__(self, environment: Environment, sign_in_path: str) -> None:
        self.environment = environment
        self.sign_in_path = sign_in_path

    def refusal(self, request: AnyRequest, problem: DomainError) -> Response[Any]:
        """What the centre does not do; somebody who only has to sign in is led there and back."""
        if (
            isinstance(problem, SignInNeeded)
            and not wants_problem(request)
            and request.method in {"GET", "HEAD"}
        ):
            return _redirect(self._sign_in(request, problem))
        sentence = gettext(problem.message, **problem.params)
        sign_in = self._sign_in(request, problem)
        return self._answer(
            request, problem.status, sentence, _waiting(problem), kind=type(problem).__name__, sign_in=sign_in
        )

    def framework(self, request: AnyRequest, problem: HTTPException) -> Response[Any]:
        """What Litestar refuses: unknown addresses, wrong methods, unreadable parameters, missing CSRF tokens."""
        problem = _of_the_body(problem)
        status = problem.status_code
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.SERVICE_UNAVAILABLE:
            return self.fault(request, problem)
        kept = {name.lower(): value for name, value in (problem.headers or {}).items()}
        headers: dict[str, str] = {name: kept[name] for name in PASSED_ON if name in kept}
        wrong = _wrong_fields(problem) if isinstance(problem, ValidationException) else []
        if wrong and not wants_problem(request) and request.method in {"GET", "HEAD"}:
            status = HTTPStatus.NOT_FOUND  # an address with a part nobody can read, such as a broken number
        sentence = gettext(TOO_LONG_OPEN) if "CSRF" in problem.detail else _sentence(status)
        return self._answer(request, status, sentence, headers, wrong=wrong)

    def out_of_reach(self, request: AnyRequest, problem: OverflowError) -> Response[Any]:
        """A number or a day so large or so small that nothing can be reckoned with it: nobody can mean it."""
        log.warning(
            "out of reach", method=request.method, path=without_tokens(request.url.path), exc_info=problem
        )
        return self.refusal(request, Invalid())

    def out_of_room(self, request: AnyRequest, problem: OSError | DBAPIError) -> Response[Any]:
        """A disk that is full, ours or the database's, is said in words; everything else of the kind is a fault."""
        if not is_full(problem):
            return self.fault(request, problem)
        log.error("disk full", method=request.method, path=without_tokens(request.url.path), exc_info=problem)
        return self.refusal(request, DiskIsFull())

    def fault(self, request: AnyRequest, problem: Exception) -> Response[Any]:
        """Anything nobody expected. The log gets everything, the reader the number of the incident."""
        incident = incident_of(request)
        log.error(
            "fault",
            incident=incident,
            method=request.method,
            path=without_tokens(request.url.path),
            exc_info=problem,
        )
        return self._answer(request, 500, _sentence(500), {}, incident=incident)

    def _answer(
        self,
        request: AnyRequest,
        status: int,
        sentence: str,
        headers: Mapping[str, str],
        *,
        kind: str = "",
        incident: str = "",
        wrong: list[dict[str, str]] | None = None,
        sign_in: str = "",
    ) -> Response[Any]:
        title = gettext(TITLES.get(status, TITLES[400 if status < 500 else 500]))
        if wants_problem(request):
            document: dict[str, Any] = {
                "type": "about:blank",
                "title": title,
                "status": status,
                "detail": sentence,
            }
            document |= {"code": kind} if kind else {}
            document |= {"incident": incident} if incident else {}
            document |= {"errors": wrong} if wrong else {}
            return Response(
                document, status_code=status, media_type=PROBLEM, headers=PAGES_WITHOUT_STORE | dict(headers)
            )
        page = self.environment.get_template("web/error.html").render(
            request=request,
            status=status,
            title=title,
            sentence=sentence,
            incident=incident,
            sign_in=sign_in or self._sign_in(request),
        )
        return Response(
            page, status_code=status, media_type="text/html", headers=PAGES_WITHOUT_STORE | dict(headers)
        )

    def _sign_in(self, request: AnyRequest, problem: DomainError | None = None) -> str:
        """The sign-in, or the proof that a refusal asks for; it leads back to where somebody was, after a form to its page."""
        path = getattr(problem, "leads_to", "") or self.sign_in_path
        return f"{url(path)}?weiter={quote(_own_address(request), safe='')}"


def _redirect(address: str) -> Response[Any]:
    return Response("", status_code=303, headers={"location": address}, media_type="text/html")


def _own_address(request: AnyRequest) -> str:
    """Where somebody was: the page itself, or after a form the page that the form stood on."""
    if request.method not in {"GET", "HEAD"}:
        page = urlsplit(request.headers.get("referer", ""))
        is_ours = page.netloc == request.headers.get("host", "")
        return page.path if is_ours and page.path else url("/")
    query = request.url.query
    return url(request.url.path) + (f"?{query}" if query else "")


def _sentence(status: int) -> str:
    return gettext(SENTENCES.get(status, SENTENCES[400 if status < 500 else 500]))


def _waiting(problem: DomainError) -> dict[str, str]:
    seconds = getattr(problem, "retry_after", None)
    return {} if seconds is None else {"retry-after": str(seconds)}


def _of_the_body(problem: HTTPException) -> HTTPException:
    """What was sent is wrong, though Litestar takes the field for a service of ours that happens to have its name."""
    said, is_of_body, field = str(problem.__cause__).partition(IN_THE_BODY)
    if not isinstance(problem, InternalServerException) or not is_of_body:
        return problem
    return ValidationException(
        detail=problem.detail, extra=[{"key": field.rstrip("`"), "message": said, "source": "body"}]
    )


def _wrong_fields(problem: ValidationException) -> list[dict[str, str]]:
    """Which parameters could not be read; the framework's words about them name no more than the expected type."""
    extra = problem.extra if isinstance(problem.extra, list) else []
    return [
        {"field": str(entry.get("key", "")), "message": str(entry.get("message", ""))}
        for entry in extra
        if isinstance(entry, dict)
    ]
