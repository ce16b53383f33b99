"""`/verwaltung/finanzen/erstattungen/dateien`: files for the bank, from making them to what the bank has carried out.

Files with refunds and files with trainers' fees are one list and one page; what is inside differs.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.sessions import ensure_fresh
from lms.billing import policy
from lms.billing.models import Refund
from lms.billing.refunds.accounts import masked
from lms.billing.refunds.files import FilesForTheBank
from lms.billing.refunds.models import FilePurpose, TransferFile
from lms.billing.refunds.reading import READY, transferable
from lms.billing.refunds.service import Refunds
from lms.db import Begin
from lms.honoraria.statements.models import FeePayout, FeeStatement
from lms.honoraria.statements.paying import FeePayouts
from lms.honoraria.statements.wording import PAYOUTS
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, carry_out, step_page
from lms.portal.finance.refund_reading import whom_of
from lms.portal.finance.refund_words import FILE_STATES, FILES, REFUNDS, STATES
from lms.portal.finance.step_up import is_proved
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import Form, Hidden, form_from
from lms.web.language import gettext, ngettext
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in

MADE = declare("datei-erstellt", N_("The file is made. Download it and give it to the bank."))
WITH_BANK = declare("datei-bei-der-bank", N_("Noted: the bank has the file."))
CARRIED_OUT = declare(
    "datei-ausgefuehrt", N_("What this file pays is booked as paid. Everybody gets a letter.")
)
WITHDRAWN = declare("datei-zurueckgezogen", N_("The file is withdrawn. What it pays waits for the next one."))
XML = "application/xml"
SEES = may("R", "invoice", of=Scope.ALL)
PAYS = may("refund", "payment")
AnyRequest = Request[Any, Any, Any]


class KeyForm(Form):
    """Nothing to fill in; the id of the file to be made."""

    key = Hidden()


class TransferFilePages(Controller):
    """The files."""

    path = FILES
    include_in_schema = False

    @get(opt=SEES)
    async def index(
        self, request: AnyRequest, actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Every file, the newest first, and how many refunds wait for the next."""
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            total = await session.scalar(select(func.count()).select_from(TransferFile))
            files = await session.scalars(
                select(TransferFile)
                .order_by(TransferFile.year.desc(), TransferFile.counter.desc())
                .limit(size)
                .offset(offset)
            )
            ready = await session.scalar(select(func.count()).where(transferable()))
            page = page_of(
                files.all(), number=number, size=size, total=total or 0, path=FILES,
                query=request.query_params.multi_items(),
            )  # fmt: skip
        context = {
            "page": page,
            "states": FILE_STATES,
            "ready": ready or 0,
            "may_refund": policy.may_refund(actor),
        }
        return Template("portal/finance/transfer_files.html", context=context)

    @get("/neu", opt=PAYS)
    async def ask(
        self, request: AnyRequest, begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """How many, and what they come to."""
        ensure_fresh(request, clock)
        return step_page(await _making(begin), form_from(KeyForm, key=str(uuid4())))

    @post("/neu", opt=PAYS)
    async def make(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        refunds: NamedDependency[Refunds],
    ) -> Template | Redirect:
        """Gather them. Sent twice it is one file."""
        form, status = form_from(KeyForm, await request.form()), 422
        if is_proved(request, clock, form):
            act = refunds.make_file(actor, file_id=uuid_in(form.key.data) or uuid4())
            file, status = await carry_out(form, act)
            if file is not None:
                return after(f"{FILES}/{file.id}", MADE)
        return step_page(await _making(begin), form, status=status)

    @get("/{file_id:uuid}", opt=SEES)
    async def show(
        self, file_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """One file with all it pays."""
        async with begin.reading() as session:
            file = await session.get(TransferFile, file_id)
            if file is None:
                raise NotFound
            inside, about, fees = await _inside(session, file)
        return Template(
            "portal/finance/transfer_file.html",
            context={
                "file": file, "refunds": inside, "whom": about, "states": STATES, "file_states": FILE_STATES,
                "masked": masked, "may_refund": policy.may_refund(actor), "fees": fees, "payout_states": PAYOUTS,
            },
        )  # fmt: skip

    @post("/{file_id:uuid}/herunterladen", opt=PAYS, status_code=200)
    async def download(
        self,
        request: AnyRequest,
        file_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        clock: NamedDependency[Clock],
        begin: NamedDependency[Begin],
        refunds: NamedDependency[Refunds],
        fee_payouts: NamedDependency[FeePayouts],
    ) -> Response[bytes]:
        """The file, once."""
        ensure_fresh(request, clock)
        keeper = await _keeper(begin, file_id, refunds, fee_payouts)
        file, content = await keeper.download(actor, file_id=file_id)
        headers = {
            "content-disposition": f'attachment; filename="{file.number}.xml"', "cache-control": "no-store",
        }  # fmt: skip
        return Response(content, media_type=XML, headers=headers)

    @get("/{file_id:uuid}/bank", opt=PAYS)
    async def ask_bank(self, file_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(await _act(begin, file_id, "bank"))

    @post("/{file_id:uuid}/bank", opt=PAYS)
    async def give_to_bank(
        self,
        file_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        refunds: NamedDependency[Refunds],
        fee_payouts: NamedDependency[FeePayouts],
    ) -> Redirect:
        """The bank has it."""
        keeper = await _keeper(begin, file_id, refunds, fee_payouts)
        await keeper.give_to_bank(actor, file_id=file_id)
        return after(f"{FILES}/{file_id}", WITH_BANK)

    @get("/{file_id:uuid}/ausgefuehrt", opt=PAYS)
    async def ask_executed(self, file_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(await _act(begin, file_id, "ausgefuehrt"))

    @post("/{file_id:uuid}/ausgefuehrt", opt=PAYS)
    async def executed(
        self,
        file_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        refunds: NamedDependency[Refunds],
        fee_payouts: NamedDependency[FeePayouts],
    ) -> Redirect:
        """The bank has carried it out."""
        keeper = await _keeper(begin, file_id, refunds, fee_payouts)
        await keeper.file_executed(actor, file_id=file_id)
        return after(f"{FILES}/{file_id}", CARRIED_OUT)

    @get("/{file_id:uuid}/zurueckziehen", opt=PAYS)
    async def ask_withdrawal(self, file_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(await _act(begin, file_id, "zurueckziehen"))

    @post("/{file_id:uuid}/zurueckziehen", opt=PAYS)
    async def withdraw(
        self,
        file_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        refunds: NamedDependency[Refunds],
        fee_payouts: NamedDependency[FeePayouts],
    ) -> Redirect:
        """The bank never gets it."""
        keeper = await _keeper(begin, file_id, refunds, fee_payouts)
        await keeper.withdraw_file(actor, file_id=file_id)
        return after(f"{FILES}/{file_id}", WITHDRAWN)


ACTS = {
    "bank": (
        N_("The bank has the file"),
        (N_("The file was uploaded at the bank. After this it cannot be withdrawn any more."),),
        False,
    ),
    "ausgefuehrt": (
        N_("The bank has carried it out"),
        (
            N_("What of this file is still on its way is booked as paid, and everybody gets a letter."),
            N_("Has the bank returned one of them? Then note that first, on its own page."),
        ),
        False,
    ),
    "zurueckziehen": (
        N_("Withdraw the file"),
        (
            N_(
                "Only if the bank does not have this file and will never get it: delete it where you have stored it."
            ),
            N_("What it pays goes into the next file."),
        ),
        True,
    ),
}


async def _act(begin: Begin, file_id: UUID, name: str) -> Step:
    async with begin.reading() as session:
        file = await session.get(TransferFile, file_id)
    if file is None:
        raise NotFound
    title, sentences, is_dangerous = ACTS[name]
    return Step(
        title=gettext(title), about=gettext("Transfer file %(number)s", number=file.number), path=f"{FILES}/{file_id}/{name}",
        back=f"{FILES}/{file_id}", button=gettext(title), way_out=gettext("Not yet"),
        sentences=[told(file.purpose, file.count, file.total_cents), *(gettext(words) for words in sentences)],
        is_dangerous=is_dangerous,
    )  # fmt: skip


async def _making(begin: Begin) -> Step:
    async with begin.reading() as session:
        count, cents = (
            await session.execute(
                select(func.count(), func.coalesce(func.sum(Refund.amount_cents), 0)).where(transferable())
            )
        ).one()
    return Step(
        title=gettext("Make a transfer file"), about=gettext("Transfer files"), path=f"{FILES}/neu",
        back=f"{REFUNDS}?ansicht={READY}", button=gettext("Make the file"), way_out=gettext("Not yet"),
        sentences=[
            told(FilePurpose.REFUNDS, int(count), int(cents)),
            gettext("The file gets a number and can be downloaded once. No refund is ever in two files."),
        ],
    )  # fmt: skip


def told(purpose: FilePurpose, count: int, cents: int) -> str:
    """How many, and what they come to."""
    words = (
        ngettext("%(num)s fee", "%(num)s fees", count)
        if purpose is FilePurpose.FEES
        else ngettext("%(num)s refund", "%(num)s refunds", count)
    )
    return gettext("%(refunds)s, %(sum)s altogether.", refunds=words, sum=amount(cents))


async def _keeper(
    begin: Begin, file_id: UUID, refunds: Refunds, fees: FeePayouts
) -> FilesForTheBank[Refund] | FilesForTheBank[FeePayout]:
    """Who keeps this kind of file. Raises NotFound."""
    async with begin.reading() as session:
        file = await session.get(TransferFile, file_id)
    if file is None:
        raise NotFound
    return fees if file.purpose is FilePurpose.FEES else refunds


async def _inside(
    session: AsyncSession, file: TransferFile
) -> tuple[Sequence[Refund], Mapping[UUID, Any], Sequence[tuple[FeePayout, FeeStatement]]]:
    """What a file pays: refunds with whose they are, or fees with their statements."""
    if file.purpose is FilePurpose.FEES:
        rows = await session.execute(
            select(FeePayout, FeeStatement)
            .join(FeeStatement, FeeStatement.id == FeePayout.statement_id)
            .where(FeePayout.transfer_file_id == file.id)
            .order_by(FeeStatement.number, FeePayout.id)
        )
        return [], {}, [(payout, statement) for payout, statement in rows]
    found = await session.scalars(
        select(Refund).where(Refund.transfer_file_id == file.id).order_by(Refund.requested_at, Refund.id)
    )
    inside = found.all()
    return inside, await whom_of(session, {one.enrolment_id for one in inside}), []
