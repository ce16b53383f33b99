"""`/verwaltung/finanzen/gutscheine`: vouchers and discount codes, what is open, one with its history; block, unblock, extend."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.accounts.handing_out import persons_file
from lms.db import Begin, links_of
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, local, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, step_page
from lms.vouchers import policy
from lms.vouchers.history import WORDS
from lms.vouchers.models import Voucher, VoucherKind, VoucherState
from lms.vouchers.paper import voucher_pdf
from lms.vouchers.queries import history_of, liabilities, voucher_of, vouchers_page
from lms.vouchers.rules import last_day, refuse_unusable
from lms.vouchers.service import Vouchers
from lms.vouchers.words import ORIGINS, called, discount_words
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.formats import date_long
from lms.web.forms import DateParts, Form, Hidden, Text, form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window
from lms.web.versions import version_in

LIST = "/verwaltung/finanzen/gutscheine"
SEES = may("R", "voucher", of=Scope.ALL)
CHANGES = may("U", "voucher", of=Scope.ALL)
BLOCKED = declare("gutschein-gesperrt", N_("The voucher is blocked. Nobody can use it now."))
UNBLOCKED = declare("gutschein-frei", N_("The voucher can be used again."))
EXTENDED = declare("gutschein-verlaengert", N_("The voucher is valid for longer now."))
VIEWS = [
    ("", N_("Vouchers with a balance")),
    ("rabatt", N_("Discount codes")),
    ("verbraucht", N_("Used up")),
    ("abgelaufen", N_("Expired vouchers")),
    ("gesperrt", N_("Blocked")),
]
PDF = "application/pdf"


class ReasonForm(Form):
    """Why, for the history."""

    reason = Text(N_("Reason"), missing=N_("Please write down the reason."), longest=300)


class ExtendForm(ReasonForm):
    """Until when."""

    until = DateParts(N_("Valid until"), missing=N_("Enter the day until which it is valid."))
    version = Hidden()


class VoucherListPages(Controller):
    """The list, the report, one voucher, and what can be done with it."""

    path = LIST
    opt = SEES
    include_in_schema = False

    @get()
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        ansicht: FromQuery[str] = "",
        suche: FromQuery[str] = "",
    ) -> Template:
        """One view, the newest first, found by the last signs of a code or a name."""
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            found, total = await vouchers_page(
                session, ansicht, suche, today(clock), limit=size, offset=offset
            )
        page = page_of(
            found, number=number, size=size, total=total, path=LIST, query=request.query_params.multi_items()
        )
        return Template(
            "portal/finance/vouchers.html",
            context={
                "page": page,
                "view": ansicht,
                "views": VIEWS,
                "typed": suche,
                "called": called,
                "discount_words": discount_words,
                "may_issue": policy.may_issue(actor),
                "may_export": actor.may_for_all("billing", "bulk-export"),
            },
        )

    @get("/offen")
    async def open_sums(self, begin: NamedDependency[Begin], clock: NamedDependency[Clock]) -> Template:
        """What the centre owes for vouchers, by the day on which they expire."""
        async with begin.reading() as session:
            found = await liabilities(session)
        day = today(clock)
        return Template(
            "portal/finance/voucher_liabilities.html",
            context={
                "valid": [one for one in found if one.valid_until >= day],
                "expired": [one for one in found if one.valid_until < day],
                "day": day,
            },
        )

    @get(["/gutscheine.csv", "/gutscheine.xlsx"], opt=may("billing", "bulk-export"))
    async def file(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = "",
        suche: FromQuery[str] = "",
    ) -> Response[bytes]:
        """One view as a table; codes of value vouchers are not in it."""
        async with around.begin.reading() as session:
            found, _ = await vouchers_page(session, ansicht, suche, today(around.clock))
        head = [
            gettext("Issued"), gettext("Voucher"), gettext("Where from"), gettext("Name"), gettext("Worth at first"),
            gettext("Left"), gettext("Valid until"), gettext("Blocked"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [
                local(one.issued_at).date(), called(one), translated(ORIGINS[one.origin]), one.name or one.for_name,
                one.face_cents / 100, one.balance_cents / 100, one.valid_until,
                gettext("yes") if one.state is VoucherState.BLOCKED else "",
            ]
            for one in found
        ]  # fmt: skip
        return await persons_file(request, around, actor, "gutscheine", [head, *rows])

    @get("/{voucher_id:uuid}")
    async def one(
        self,
        voucher_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """A voucher with everything that happened to it."""
        async with begin.reading() as session:
            voucher = await voucher_of(session, voucher_id)
            history = await history_of(session, voucher_id)
        return Template(
            "portal/finance/voucher.html",
            context={
                "voucher": voucher,
                "name": called(voucher),
                "gives": discount_words(voucher),
                "origin": translated(ORIGINS[voucher.origin]),
                "trouble": trouble_with(voucher, clock),
                "history": history,
                "words": WORDS,
                "may_change": policy.may_change(actor),
                "may_print": policy.may_issue(actor) and voucher.kind is VoucherKind.VALUE,
            },
        )

    @get("/{voucher_id:uuid}/gutschein.pdf", opt=may("issue", "voucher"))
    async def printed(
        self, voucher_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Response[bytes]:
        """The voucher on paper; it says the code, so that only those see it who issue vouchers, and nobody their own."""
        async with begin.reading() as session:
            voucher, links = await voucher_of(session, voucher_id), links_of(session)
        ensure(voucher.person_id is None or voucher.person_id not in actor.persons, actor)
        if voucher.kind is not VoucherKind.VALUE:
            raise NotFound
        return await sheet([voucher], links)

    @get("/{voucher_id:uuid}/sperren", opt=CHANGES)
    async def ask_block(self, voucher_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """Nobody can use it any more."""
        return step_page(await _blocking(begin, voucher_id), form_from(ReasonForm))

    @post("/{voucher_id:uuid}/sperren", opt=CHANGES)
    async def block(
        self,
        request: Request[Any, Any, Any],
        voucher_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        vouchers: NamedDependency[Vouchers],
    ) -> Template | Redirect:
        """Block it."""
        form, status = form_from(ReasonForm, await request.form()), 422
        step = await _blocking(begin, voucher_id)
        if form.validate():
            try:
                await vouchers.block(actor, voucher_id=voucher_id, reason=form.reason.data)
                return after(f"{LIST}/{voucher_id}", BLOCKED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(step, form, status=status)

    @get("/{voucher_id:uuid}/entsperren", opt=CHANGES)
    async def ask_unblock(self, voucher_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """It can be used again."""
        return step_page(await _unblocking(begin, voucher_id), form_from(ReasonForm))

    @post("/{voucher_id:uuid}/entsperren", opt=CHANGES)
    async def unblock(
        self,
        request: Request[Any, Any, Any],
        voucher_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        vouchers: NamedDependency[Vouchers],
    ) -> Template | Redirect:
        """Let it be used again."""
        form, status = form_from(ReasonForm, await request.form()), 422
        if form.validate():
            try:
                await vouchers.unblock(actor, voucher_id=voucher_id, reason=form.reason.data)
                return after(f"{LIST}/{voucher_id}", UNBLOCKED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _unblocking(begin, voucher_id), form, status=status)

    @get("/{voucher_id:uuid}/verlaengern", opt=CHANGES)
    async def ask_extend(
        self, voucher_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Until when it is to be valid; the usual end for one that is issued today is filled in."""
        async with begin.reading() as session:
            voucher = await voucher_of(session, voucher_id)
        until = max(voucher.valid_until, last_day(today(clock)))
        form = form_from(ExtendForm, until=until, version=str(voucher.version))
        return step_page(_extending(voucher), form)

    @post("/{voucher_id:uuid}/verlaengern", opt=CHANGES)
    async def extend(
        self,
        request: Request[Any, Any, Any],
        voucher_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        vouchers: NamedDependency[Vouchers],
    ) -> Template | Redirect:
        """Extend it; where a colleague was quicker, the page says what holds now."""
        form, status = form_from(ExtendForm, await request.form()), 422
        async with begin.reading() as session:
            voucher = await voucher_of(session, voucher_id)
        if form.validate():
            try:
                version = version_in(form.version.data) or 0
                await vouchers.extend(
                    actor, voucher_id=voucher_id, valid_until=form.until.data, reason=form.reason.data,
                    version=version,
                )  # fmt: skip
                return after(f"{LIST}/{voucher_id}", EXTENDED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                form.version.data = str(voucher.version)
                status = refusal.status
        return step_page(_extending(voucher), form, status=status)


async def sheet(vouchers: list[Voucher], links: Any) -> Response[bytes]:
    """Vouchers as a PDF to print. Raises NotFound where no code can be found again."""
    try:
        content = await voucher_pdf(vouchers, links)
    except LookupError as error:
        raise NotFound from error
    return Response(
        content, media_type=PDF,
        headers={"Content-Disposition": 'inline; filename="gutschein.pdf"', "Cache-Control": "no-store"},
    )  # fmt: skip


def trouble_with(voucher: Voucher, clock: Clock) -> str:
    """Why it cannot be used now; empty where it can."""
    try:
        refuse_unusable(voucher, today(clock))
    except DomainError as refusal:
        return gettext(refusal.message, **refusal.params)
    return ""


async def _blocking(begin: Begin, voucher_id: UUID) -> Step:
    async with begin.reading() as session:
        voucher = await voucher_of(session, voucher_id)
    return Step(
        title=gettext("Block this voucher"),
        about=called(voucher),
        path=f"{LIST}/{voucher_id}/sperren",
        back=f"{LIST}/{voucher_id}",
        button=gettext("Block the voucher"),
        way_out=gettext("Do not block it"),
        sentences=[gettext("Nobody can use it any more, until it is unblocked. What is kept for an enrolment already stays kept.")],
        is_dangerous=True,
    )  # fmt: skip


async def _unblocking(begin: Begin, voucher_id: UUID) -> Step:
    async with begin.reading() as session:
        voucher = await voucher_of(session, voucher_id)
    return Step(
        title=gettext("Unblock this voucher"),
        about=called(voucher),
        path=f"{LIST}/{voucher_id}/entsperren",
        back=f"{LIST}/{voucher_id}",
        button=gettext("Unblock the voucher"),
        way_out=gettext("Leave it blocked"),
        sentences=[gettext("Whoever has the code can use it again.")],
    )


def _extending(voucher: Voucher) -> Step:
    return Step(
        title=gettext("Extend this voucher"),
        about=called(voucher),
        path=f"{LIST}/{voucher.id}/verlaengern",
        back=f"{LIST}/{voucher.id}",
        button=gettext("Extend the voucher"),
        way_out=gettext("Leave it as it is"),
        sentences=[gettext("Now it is valid until %(day)s.", day=date_long(voucher.valid_until))],
    )
