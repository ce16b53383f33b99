"""Proofs of reductions: which are missing, looking at one that was sent, accepting, refusing, asking for the full price."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.enrolment.pricing.files import PDF
from lms.enrolment.pricing.models import ConcessionState, PriceReckoning
from lms.enrolment.pricing.proving import OPEN, chargeable_on, may_charge
from lms.enrolment.pricing.reading import ProofRow, proof_row, proof_rows
from lms.enrolment.pricing.service import Pricing
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.errors import DomainError, Stale
from lms.kernel.marking import N_
from lms.portal.desk.words import PROOF_STATES, spoken
from lms.web.access import may
from lms.web.formats import amount, date_plain
from lms.web.forms import DateParts, Form, Hidden, TextArea, form_from
from lms.web.language import gettext
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window
from lms.web.versions import version_in

LIST = "/verwaltung/ermaessigungsnachweise"
VIEWS: Mapping[str, tuple[str, tuple[ConcessionState, ...]]] = {
    "": (N_("missing"), (ConcessionState.MISSING, ConcessionState.REFUSED)),
    "gesendet": (N_("sent, to be looked at"), (ConcessionState.SENT,)),
    "erledigt": (N_("done"), (ConcessionState.ACCEPTED, ConcessionState.CHARGED)),
}
ACCEPTED = declare("nachweis-anerkannt", N_("The proof is accepted. The file is deleted."))
REFUSED = declare("nachweis-abgelehnt", N_("The proof is refused. The person gets a letter with the reason."))
CHARGED = declare(
    "voller-preis", N_("The full price is charged. The person gets a letter that explains the sum.")
)
FILE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "sandbox",
    "X-Content-Type-Options": "nosniff",
}
"""S-61: taken away as a file, never opened as a page of ours, kept nowhere."""


class AcceptForm(Form):
    """Until when the proof holds."""

    valid_until = DateParts(
        N_("The proof holds until"),
        hint=N_("As it stands on it. Until then the person need not show it again. If nothing stands there: one year from today."),
        missing=N_("Enter until when the proof holds."),
    )  # fmt: skip
    version = Hidden()


class RefuseForm(Form):
    """Why it does not prove it."""

    reason = TextArea(N_("Why is the proof not accepted?"), hint=N_("The person reads this."), missing=N_("State the reason."), rows=3)  # fmt: skip
    version = Hidden()


class ChargeForm(Form):
    """Why the full price is due."""

    reason = TextArea(N_("Why is the full price due?"), hint=N_("The person reads this."), missing=N_("State the reason."), rows=3)  # fmt: skip
    version = Hidden()


class ProofListPages(Controller):
    """The list of proofs."""

    path = LIST
    opt = may("U", "enrolment")
    include_in_schema = False

    @get()
    async def index(
        self, request: Request[Any, Any, Any], begin: NamedDependency[Begin], ansicht: FromQuery[str] = ""
    ) -> Template:
        """Missing, sent, done; the next start first."""
        view = ansicht if ansicht in VIEWS else ""
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            rows, total = await proof_rows(session, VIEWS[view][1], limit=size, offset=offset)
        page = page_of(
            rows, number=number, size=size, total=total, path=LIST, query=request.query_params.multi_items()
        )
        return Template(
            "portal/desk/proofs.html",
            context={
                "page": page,
                "view": view,
                "views": {value: words for value, (words, _) in VIEWS.items()},
                "states": PROOF_STATES,
            },
        )


class ConcessionProofPages(Controller):
    """The proof of one enrolment."""

    path = "/verwaltung/anmeldungen/{enrolment_id:uuid}/ermaessigung"
    opt = may("U", "enrolment")
    include_in_schema = False

    @get()
    async def show(
        self, enrolment_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """What was sent, what was seen before, and the three ways to decide."""
        return await _page(begin, enrolment_id, clock())

    @get("/datei")
    async def file(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], pricing: NamedDependency[Pricing]
    ) -> Response[bytes]:
        """The file that was sent, as a download."""
        found = await pricing.proof_file(actor, enrolment_id=enrolment_id)
        name = "nachweis.pdf" if found.media_type == PDF else "nachweis.jpg"
        headers = {**FILE_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(found.content, media_type=found.media_type, headers=headers)

    @post("/anerkennen")
    async def accept(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        pricing: NamedDependency[Pricing],
    ) -> Template | Redirect:
        """Seen, and good until a day."""
        form = form_from(AcceptForm, await request.form())
        if not form.validate():
            return await _page(begin, enrolment_id, clock(), accept=form, status=422)
        try:
            await pricing.accept_proof(
                actor, enrolment_id=enrolment_id, valid_until=form.valid_until.data,
                version=version_in(form.version.data) or 0,
            )  # fmt: skip
        except DomainError as refusal:
            form.refuse(
                "" if isinstance(refusal, Stale) else "valid_until", refusal.message, **refusal.params
            )
            return await _page(begin, enrolment_id, clock(), accept=form, status=refusal.status)
        return after(f"/verwaltung/anmeldungen/{enrolment_id}", ACCEPTED)

    @post("/ablehnen")
    async def refuse(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        pricing: NamedDependency[Pricing],
    ) -> Template | Redirect:
        """It does not prove it."""
        form = form_from(RefuseForm, await request.form())
        if not form.validate():
            return await _page(begin, enrolment_id, clock(), refuse=form, status=422)
        try:
            await pricing.refuse_proof(
                actor, enrolment_id=enrolment_id, reason=form.reason.data,
                version=version_in(form.version.data) or 0,
            )  # fmt: skip
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return await _page(begin, enrolment_id, clock(), refuse=form, status=refusal.status)
        return after(f"/verwaltung/anmeldungen/{enrolment_id}", REFUSED)

    @post("/voller-preis")
    async def charge(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        pricing: NamedDependency[Pricing],
    ) -> Template | Redirect:
        """Ask for the difference."""
        form = form_from(ChargeForm, await request.form())
        if not form.validate():
            return await _page(begin, enrolment_id, clock(), charge=form, status=422)
        try:
            await pricing.charge_full_price(
                actor, enrolment_id=enrolment_id, reason=form.reason.data,
                version=version_in(form.version.data) or 0,
            )  # fmt: skip
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return await _page(begin, enrolment_id, clock(), charge=form, status=refusal.status)
        return after(f"/verwaltung/anmeldungen/{enrolment_id}", CHARGED)


async def _page(
    begin: Begin,
    enrolment_id: UUID,
    now: datetime,
    *,
    accept: AcceptForm | None = None,
    refuse: RefuseForm | None = None,
    charge: ChargeForm | None = None,
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        row = await proof_row(session, enrolment_id)
        reckoning = await session.get(PriceReckoning, enrolment_id)
    version = str(row.claim.version)
    sent = accept or refuse or charge
    if (
        sent is not None and status == Stale.status
    ):  # look again, then decide: the mark is that of what is shown now
        sent.version.raw_data, sent.version.data = None, version
    known = row.proof.valid_until if row.proof and row.proof.valid_until >= local(now).date() else None
    return Template(
        "portal/desk/concession_proof.html",
        context={
            "row": row,
            "form": sent,
            "accept": accept or form_from(AcceptForm, version=version, valid_until=known),
            "refuse": refuse or form_from(RefuseForm, version=version),
            "charge": charge or form_from(ChargeForm, version=version),
            "known": known,
            "may_decide": row.claim.state in OPEN,
            "may_charge": may_charge(row.claim, row.run, now) and row.claim.state in OPEN,
            "charge_words": _charge_words(row, reckoning),
            "states": PROOF_STATES,
            "name": spoken(row.kind.name_de, row.kind.name_en) if row.kind else gettext("Reduced price"),
        },
        status_code=status,
        headers={"cache-control": "no-store"},
    )


def _charge_words(row: ProofRow, reckoning: PriceReckoning | None) -> str:
    if reckoning is None:
        return ""
    before, without = (sum(int(line["amount_cents"]) for line in lines) for lines in (reckoning.lines, reckoning.lines_without))  # fmt: skip
    return gettext(
        "Without the reduction it costs %(price)s, that is %(more)s more. This can be charged after a refusal, or from %(day)s on.",
        price=amount(row.enrolment.price_cents + without - before),
        more=amount(without - before),
        day=date_plain(chargeable_on(row.run)),
    )
