"""For an employer with a phone camera: whether a certificate is genuine."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from certificates.code import normalise
from lms.accounts.limits import within
from lms.certification.models import Certificate
from lms.certification.queries import certificate_by_code, certificate_of
from lms.certification.verification import Answer, Checked, checked, is_the_issued_file
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.web.access import PUBLIC
from lms.web.templating import url

LIMIT = "certificate-check"
LONGEST_CODE = 100
STATUS = {"unknown": 404, "expired": 410}
PRIVATE = {"x-robots-tag": "noindex", "cache-control": "no-store", "referrer-policy": "same-origin"}
FILE_TEMPLATE = "certification/verification.html"


class VerificationPages(Controller):
    """The address on the paper. It answers people with a page and scripts with JSON; nobody signs in."""

    path = "/pruefen"
    opt = PUBLIC

    @get(include_in_schema=False)
    async def ask(self, kennung: FromQuery[str | None] = None) -> Template | Redirect:
        """A field to type the code into."""
        if kennung and kennung.strip():
            return Redirect(url(f"/pruefen/{normalise(kennung[:LONGEST_CODE]) or '-'}"), status_code=303)
        return Template("certification/ask.html", headers=PRIVATE)

    @get("/{code:str}", media_type=MediaType.HTML)
    async def answer(
        self,
        request: Request[Any, Any, Any],
        code: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template | Response[Answer]:
        """What our record says about this code: genuine, revoked, replaced, expired or unknown."""
        found = await self._check(code, actor, begin, clock)
        status = STATUS.get(found.answer.status, 200)
        if _wants_json(request):
            return Response(found.answer, status_code=status, media_type=MediaType.JSON, headers=PRIVATE)
        return Template(FILE_TEMPLATE, context={"answer": found.answer}, status_code=status, headers=PRIVATE)

    @post("/{code:str}", include_in_schema=False)
    async def compare(
        self,
        request: Request[Any, Any, Any],
        code: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Compare a file with the issued one. The file is read, compared and forgotten."""
        found = await self._check(code, actor, begin, clock)
        upload = (await request.form()).get("datei")
        content = await upload.read() if isinstance(upload, UploadFile) else b""
        same = is_the_issued_file(found.certificate, content) if found.certificate and content else None
        return Template(
            FILE_TEMPLATE,
            context={"answer": found.answer, "file_is_same": same, "file_missing": not content},
            status_code=STATUS.get(found.answer.status, 200 if content else 422),
            headers=PRIVATE,
        )

    @staticmethod
    async def _check(code: str, actor: Actor, begin: Begin, clock: Clock) -> Checked:
        typed = code[:LONGEST_CODE]
        await within(begin, clock, LIMIT, account=normalise(typed), address=actor.address)
        async with begin.reading() as session:
            certificate = await certificate_by_code(session, typed)
            heir: Certificate | None = None
            if certificate is not None and certificate.replaced_by is not None:
                heir = await certificate_of(session, certificate.replaced_by)
        return checked(certificate, typed=typed, today=today(clock), replaced_by=heir.code if heir else "")


def _wants_json(request: Request[Any, Any, Any]) -> bool:
    return request.accept.best_match(["text/html", "application/json"]) == "application/json"
