"""For an employer with a phone camera, with a file, with a program: whether a certificate is genuine."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect, Template
from msgspec import Meta, Struct

from certificates.code import normalise
from lms.accounts.limits import within
from lms.certification.pages.words import kind_in_words
from lms.certification.verification.answers import Answer, Found, answer_to, answer_to_changed_file, with_name
from lms.certification.verification.files import LARGEST, answer_to_file, answer_to_sha256
from lms.certification.verification.register import found_by_code
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import Invalid
from lms.web.access import PUBLIC
from lms.web.module import Around
from lms.web.templating import url

LIMIT = "certificate-check"
FILES = "certificate-file"
NAMES = "certificate-name"
LONGEST_CODE = 100
LONGEST_NAME = 300
LENGTH_OF_SHA256 = 64
STATUS = {"unknown": 404, "expired": 410}
PRIVATE = {"x-robots-tag": "noindex", "cache-control": "no-store", "referrer-policy": "same-origin"}

ANSWERS = {
    200: ResponseSpec(data_container=Answer, description="What our record says", generate_examples=False),
    404: ResponseSpec(data_container=Answer, description="Nothing we know", generate_examples=False),
    410: ResponseSpec(data_container=Answer, description="The record has expired", generate_examples=False),
}

MEANING = (
    "`status` is `genuine`, `outdated` (genuine, valid until `since`), `revoked` or `replaced` (since `since`), `expired` (we keep "
    "no record any longer), `unknown`, or `changed`: the file or name is not the one we issued under this code. Only `genuine` and "
    "`outdated` vouch for anything, and only for `facts`: compare them with the paper. Nothing that is asked is kept."
)


class VerificationPages(Controller):
    """The address on the paper. It answers people with a page and programs with JSON; nobody signs in."""

    path = "/pruefen"
    opt = PUBLIC
    tags = ("certificates",)

    @get(include_in_schema=False)
    async def ask(self, kennung: FromQuery[str | None] = None) -> Template | Redirect:
        """A field to type the code into, and one for a file."""
        if kennung and kennung.strip():
            code = normalise(kennung[:LONGEST_CODE]) or "-"
            return Redirect(url(f"/pruefen/{quote(code, safe='')}"), status_code=303)
        return _form() if kennung is None else _form(problem="code")

    @post(include_in_schema=False)
    async def read(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Look at a file, whatever code is in it. It is read, compared and forgotten."""
        return await _file_page(request, actor, around, code="")

    @get(
        "/{code:str}",
        media_type=MediaType.HTML,
        responses=ANSWERS,
        summary="Check a certificate by its code",
        description=f"Ask with `Accept: application/json`; browsers get a page. {MEANING}",
    )
    async def answer(
        self,
        request: Request[Any, Any, Any],
        code: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template | Response[Answer]:
        """What our record says about this code. A program asks with `Accept: application/json` and gets the answer as JSON."""
        found = await _found(code, actor, begin, clock)
        answer = answer_to(found, typed=code[:LONGEST_CODE], today=today(clock))
        return _json(answer) if _wants_json(request) else _page(answer)

    @post("/{code:str}", include_in_schema=False)
    async def compare(
        self,
        request: Request[Any, Any, Any],
        code: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """Compare a name or a file with the issued one. Neither is kept."""
        name = (await request.form()).get("name")
        if not isinstance(name, str):
            return await _file_page(request, actor, around, code=code[:LONGEST_CODE])
        begin, clock = around.begin, around.clock
        found = await _found(code, actor, begin, clock)
        answer = answer_to(found, typed=code[:LONGEST_CODE], today=today(clock))
        if not name.strip():
            return _page(answer, problem="name")
        return _page(await _named(answer, found, name, actor, begin, clock), name=name[:LONGEST_NAME])


class CheckIn(Struct, forbid_unknown_fields=True):
    """What a program wants to have checked: the code on the paper, the SHA-256 of the PDF in hexadecimal, or both.

    With both the file has to be the one that was issued under this code. `name` is the holder's name as it stands on the
    paper, where the answer does not show it.
    """

    code: Annotated[str, Meta(max_length=LONGEST_CODE)] = ""
    sha256: Annotated[str, Meta(pattern=f"^([0-9a-fA-F]{{{LENGTH_OF_SHA256}}})?$")] = ""
    name: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""


class VerificationDoor(Controller):
    """The same for programs, so that a file need not leave the machine it lies on."""

    path = "/api/v1/certificate-checks"
    opt = PUBLIC
    tags = ("certificates",)

    @post(
        status_code=200,
        responses={404: ANSWERS[404], 410: ANSWERS[410]},
        summary="Check a certificate by its code, by the SHA-256 of its file, or both",
        description=f"The file need not leave the machine it lies on. {MEANING}",
    )
    async def check(
        self,
        data: JSONBody[CheckIn],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Response[Answer]:
        """Check a code, a file by its SHA-256, or a name. Nothing is kept; 404 for what we do not know."""
        day = today(clock)
        if not data.code and not data.sha256:
            raise Invalid
        if not data.code:
            await within(begin, clock, LIMIT, address=actor.address)
            answer = await answer_to_sha256(begin, data.sha256, today=day)
            async with begin.reading() as session:
                found = await found_by_code(session, answer.code) if answer.code else Found()
        else:
            found = await _found(data.code, actor, begin, clock)
            answer = answer_to(found, typed=data.code, today=day)
            if data.sha256 and found.certificate is not None:
                answer = await _same_file(begin, found, data.sha256, day)
        if data.name:
            answer = await _named(answer, found, data.name, actor, begin, clock)
        return _json(answer)


async def _same_file(begin: Begin, found: Found, sha256: str, day: date) -> Answer:
    answer = await answer_to_sha256(begin, sha256, today=day)
    if found.certificate is not None and answer.code != found.certificate.code:
        return answer_to_changed_file(found, "pdf", [], today=day)
    return answer


async def _found(code: str, actor: Actor, begin: Begin, clock: Clock) -> Found:
    typed = code[:LONGEST_CODE]
    await within(begin, clock, LIMIT, account=normalise(typed), address=actor.address)
    async with begin.reading() as session:
        return await found_by_code(session, typed)


async def _named(answer: Answer, found: Found, name: str, actor: Actor, begin: Begin, clock: Clock) -> Answer:
    await within(begin, clock, NAMES, account=answer.code, address=actor.address)
    return with_name(answer, found.certificate, name[:LONGEST_NAME])


async def _file_page(request: Request[Any, Any, Any], actor: Actor, around: Around, *, code: str) -> Template:
    begin, clock = around.begin, around.clock
    form = await request.form()
    upload, sha256 = form.get("datei"), str(form.get("pruefsumme") or "")
    await within(begin, clock, LIMIT, address=actor.address)
    if len(sha256) == LENGTH_OF_SHA256:  # worked out by the browser: the file stays where it is
        answer = await answer_to_sha256(begin, sha256, today=today(clock))
        if answer.status == "unknown":
            return _form(problem="send", code=code)
        return _page(answer, asked=code)
    content = await upload.read(LARGEST + 1) if isinstance(upload, UploadFile) else b""
    if not content:
        return _form(problem="missing", code=code)
    if len(content) > LARGEST:
        return _form(problem="large", code=code)
    await within(begin, clock, FILES, address=actor.address)
    answer = await answer_to_file(begin, content, settings=around.settings, today=today(clock), code=code)
    return _page(answer, asked=code)


def _form(*, problem: str = "", code: str = "") -> Template:
    return Template(
        "certification/ask.html",
        context={"problem": problem, "code": code},
        status_code=422 if problem in {"missing", "large", "code"} else 200,
        headers=PRIVATE,
    )


def _page(answer: Answer, *, name: str = "", problem: str = "", asked: str = "") -> Template:
    other = normalise(asked) if answer.facts and asked else ""
    return Template(
        "certification/verification.html",
        context={
            "answer": answer,
            "kind": kind_in_words(answer.facts.kind) if answer.facts else "",
            "name": name,
            "problem": problem,
            "other_code": other if other != answer.code else "",
        },
        status_code=422 if problem else STATUS.get(answer.status, 200),
        headers=PRIVATE,
    )


def _json(answer: Answer) -> Response[Answer]:
    return Response(
        answer, status_code=STATUS.get(answer.status, 200), media_type=MediaType.JSON, headers=PRIVATE
    )


def _wants_json(request: Request[Any, Any, Any]) -> bool:
    return request.accept.best_match(["text/html", "application/json"]) == "application/json"
