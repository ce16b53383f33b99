"""For whoever holds one: the list, and the file."""

from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.accounts.limits import within
from lms.certification import policy
from lms.certification.queries import certificate_of, certificates_of
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import NotFound
from lms.web.access import SIGNED_IN

PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}


class OwnCertificatePages(Controller):
    """One's own certificates and those of the household; the team reads every file."""

    path = "/meine-nachweise"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """What one holds, newest first."""
        async with begin.reading() as session:
            held = await certificates_of(session, list(actor.persons_for("R", "certificate")))
        return Template("certification/own.html", context={"certificates": held}, headers=PRIVATE)

    @get("/{certificate_id:uuid}/nachweis.pdf")
    async def file(
        self,
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Response[bytes]:
        """The bytes as they were issued."""
        await within(begin, clock, "export", account=actor.account_id or "")
        async with begin.reading() as session:
            certificate = await certificate_of(session, certificate_id, with_document=True)
        if not policy.may_read(actor, certificate.person_id):
            raise NotFound
        return Response(
            certificate.document,
            media_type="application/pdf",
            headers={
                **PRIVATE,
                "content-disposition": f'attachment; filename="{certificate.number}.pdf"',
                "content-security-policy": "sandbox",
            },
        )
