"""`/firma`: what a company's contacts see of it, and nothing of anybody else."""

from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.billing.einvoice.models import ElectronicOriginal
from lms.billing.paper import invoice_pdf
from lms.catalogue.models import PaymentMethod
from lms.certification.queries import certificate_of
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.seats.contacts import INVITATION, Seats
from lms.enrolment.seats.errors import InvitationGone
from lms.enrolment.seats.models import CompanyInvitation
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.payments.due import FOR_COMPANY
from lms.portal.company.evidence import evidence_pack
from lms.portal.company.forms import InviteForm
from lms.portal.company.reading import companies_of, company_view, invoice_for, people_of
from lms.web.access import PUBLIC, SIGNED_IN, may
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
INVITED = declare("firma-eingeladen", N_("The invitation is on its way by e-mail. It is valid for 14 days."))
WITHDRAWN = declare("firma-zurueckgezogen", N_("The invitation does not work any more."))
REMOVED = declare("firma-entfernt", N_("This person has no access to the company any more."))
JOINED = declare("firma-dabei", N_("You look after this company's courses from now on."))


class CompanyPages(Controller):
    """One's own companies."""

    path = "/firma"
    opt = may("R", "enrolment", of=Scope.EMPLOYEES)
    include_in_schema = False

    @get()
    async def index(
        self, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """The only company at once; several to choose from."""
        async with around.begin.reading() as session:
            companies = await companies_of(session, actor.companies)
        if len(companies) == 1:
            return Redirect(url(f"/firma/{companies[0].id}"), status_code=303, headers=PRIVATE)
        return Template("portal/company/choose.html", context={"companies": companies}, headers=PRIVATE)

    @get("/{company_id:uuid}")
    async def view(
        self, company_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Seats, people, invoices, contacts."""
        return await _page(around, actor, company_id, form_from(InviteForm, None, key=str(uuid4())))

    @get("/{company_id:uuid}/nachweise.zip")
    async def evidence(
        self, company_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """Attendance, hours and certificates of the company's own staff, for the employer's files."""
        _refuse_others(actor, company_id)
        await within(around.begin, around.clock, "export", account=str(actor.account_id))
        async with around.begin.reading() as session:
            [company] = await companies_of(session, [company_id])
            people = await people_of(session, company_id, with_papers=True)
            pack = await evidence_pack(session, company, people, at=around.clock())
        return _file(pack, "application/zip", f"Nachweise-{company.name}.zip")

    @get("/{company_id:uuid}/rechnungen/{invoice_id:uuid}/rechnung.pdf")
    async def invoice(
        self,
        company_id: FromPath[UUID],
        invoice_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The document as it was handed out."""
        _refuse_others(actor, company_id)
        async with around.begin.reading() as session:
            found = await invoice_for(session, [company_id], invoice_id)
        return _file(await invoice_pdf(around.begin, invoice_id), "application/pdf", f"{found.number}.pdf")

    @get("/{company_id:uuid}/rechnungen/{invoice_id:uuid}/rechnung.xml")
    async def electronic(
        self,
        company_id: FromPath[UUID],
        invoice_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The electronic original."""
        _refuse_others(actor, company_id)
        async with around.begin.reading() as session:
            found = await invoice_for(session, [company_id], invoice_id)
            original = await session.get(ElectronicOriginal, invoice_id)
        if original is None:
            raise NotFound
        return _file(original.content, "application/xml", f"{found.number}.xml")

    @get("/{company_id:uuid}/zertifikate/{certificate_id:uuid}/nachweis.pdf")
    async def certificate(
        self,
        company_id: FromPath[UUID],
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """A certificate of somebody the company enrolled and who was told that it sees it."""
        _refuse_others(actor, company_id)
        await within(around.begin, around.clock, "export", account=str(actor.account_id))
        async with around.begin.reading() as session:
            shown = {seat.certificate.id for seat in await people_of(session, company_id) if seat.certificate}
            if certificate_id not in shown:
                raise NotFound
            found = await certificate_of(session, certificate_id, with_document=True)
        return _file(found.document, "application/pdf", f"{found.number}.pdf")

    @post("/{company_id:uuid}/einladen")
    async def invite(
        self,
        request: AnyRequest,
        company_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """Invite a colleague; the answer is the same whether or not we know the address (S-17)."""
        _refuse_others(actor, company_id)
        form = form_from(InviteForm, await request.form())
        if not form.validate():
            return await _page(around, actor, company_id, form, status=422)
        await within(around.begin, around.clock, "mail", account=form.email.data)
        await company_seats.invite(
            actor,
            invitation_id=uuid_in(form.key.data) or uuid4(),
            company_id=company_id,
            email=form.email.data,
        )
        return after(f"/firma/{company_id}", INVITED)

    @post("/{company_id:uuid}/einladung/{invitation_id:uuid}/zuruecknehmen")
    async def withdraw(
        self,
        company_id: FromPath[UUID],
        invitation_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        company_seats: NamedDependency[Seats],
    ) -> Redirect:
        """Take an invitation back."""
        _refuse_others(actor, company_id)
        await company_seats.withdraw_invitation(actor, invitation_id=invitation_id)
        return after(f"/firma/{company_id}", WITHDRAWN)

    @post("/{company_id:uuid}/kontakte/{person_id:uuid}/entfernen")
    async def remove(
        self,
        company_id: FromPath[UUID],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        company_seats: NamedDependency[Seats],
    ) -> Template | Redirect:
        """End a contact's access, perhaps one's own."""
        _refuse_others(actor, company_id)
        try:
            await company_seats.remove_contact(actor, company_id=company_id, person_id=person_id)
        except NotFound:
            raise
        except DomainError as refusal:
            form = form_from(InviteForm, None, key=str(uuid4()))
            return await _page(around, actor, company_id, form, refusal=refusal)
        if person_id == actor.person_id:
            return after("/meine-kurse", REMOVED)
        return after(f"/firma/{company_id}", REMOVED)


class CompanyInvitationPages(Controller):
    """Accepting an invitation. Before one signs in, the page shows no name (S-18)."""

    path = "/firma/einladung/{invitation_id:uuid}/{token:str}"
    include_in_schema = False

    @get(opt=PUBLIC)
    async def view(
        self,
        invitation_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """What it is about."""
        async with around.begin.reading() as session:
            invitation = await session.get(CompanyInvitation, invitation_id)
            if invitation is None or not around.signer.matches(token, INVITATION, invitation_id):
                raise NotFound
            company = (
                (await companies_of(session, [invitation.company_id]))[0].name if actor.is_signed_in else ""
            )
        is_open = invitation.ended_at is None and around.clock() < invitation.expires_at
        here = f"/firma/einladung/{invitation_id}/{token}"
        return Template(
            "portal/company/invitation.html",
            context={
                "company": company,
                "is_open": is_open,
                "here": here,
                "is_signed_in": actor.is_signed_in,
            },
            status_code=200 if is_open else InvitationGone.status,
            headers=PRIVATE,
        )

    @post(opt=SIGNED_IN)
    async def accept(
        self,
        invitation_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        company_seats: NamedDependency[Seats],
    ) -> Redirect:
        """Act for the company with the next request."""
        company_id = await company_seats.accept_invitation(actor, invitation_id=invitation_id, token=token)
        return after(f"/firma/{company_id}", JOINED)


async def _page(
    around: Around,
    actor: Actor,
    company_id: UUID,
    form: InviteForm,
    *,
    status: int = 200,
    refusal: DomainError | None = None,
) -> Template:
    _refuse_others(actor, company_id)
    now = around.clock()
    async with around.begin.reading() as session:
        view = await company_view(session, company_id, now=now)
    return Template(
        "portal/company/company.html",
        context={
            "view": view,
            "pay_paths": {
                bill.invoice.id: f"/zahlen/{bill.about_id}/{FOR_COMPANY}"
                for bill in view.owed
                if bill.about_id
            }
            if PaymentMethod.ONLINE in around.settings.ways_to_pay
            else {},
            "form": form,
            "here": f"/firma/{company_id}",
            "own_id": actor.person_id,
            "has_several": len(actor.companies) > 1,
            "now_is": now,
            "refusal": refusal,
        },
        status_code=refusal.status if refusal else status,
        headers=PRIVATE,
    )


def _refuse_others(actor: Actor, company_id: UUID) -> None:
    """A foreign company answers like a missing one (S-03). Who is a contact is read anew at every request (S-04)."""
    if company_id not in actor.companies:
        raise NotFound


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    return Response(
        content,
        media_type=media_type,
        headers={
            **PRIVATE,
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "content-security-policy": "sandbox",
        },
    )
