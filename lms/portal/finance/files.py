"""The cashiers' lists to take away, as their pages show them: the same view, the same search, all pages in one file."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from lms.accounts.handing_out import persons_file
from lms.banking.models import BankLine, Clearing, LineState
from lms.banking.queries import lines_of, statement_of
from lms.billing.models import Refund
from lms.billing.refunds.accounts import masked
from lms.billing.refunds.reading import refunds_page, totals
from lms.db import Begin
from lms.dunning.queries import reminders_of_run, run_of, runs_page
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.kernel.rights import Scope
from lms.portal.desk.files import euros
from lms.portal.finance.bank_lines import VIEWS as LINE_VIEWS
from lms.portal.finance.bank_words import ASIDE
from lms.portal.finance.bank_words import STATES as LINE_STATES
from lms.portal.finance.instalment_pages import VIEWS as PLAN_VIEWS
from lms.portal.finance.instalment_pages import plans_found
from lms.portal.finance.invoice_reading import Listed, invoices_found
from lms.portal.finance.online import STATES as CHECKOUT_STATES
from lms.portal.finance.online import VIEWS as CHECKOUT_VIEWS
from lms.portal.finance.online import payments_found
from lms.portal.finance.refund_reading import whom_of
from lms.portal.finance.refund_words import MEANS, NOTED, TO_DECIDE
from lms.portal.finance.refund_words import STATES as REFUND_STATES
from lms.portal.finance.refund_words import VIEWS as REFUND_VIEWS
from lms.portal.finance.words import LEVELS
from lms.portal.finance.words import PLANS as PLAN_STATES
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.pagination import every
from lms.web.tables import table_file

AnyRequest = Request[Any, Any, Any]
LONGEST_SEARCH = 100
TAKES_BILLING = may("billing", "bulk-export")


class PaperFiles(Controller):
    """What was written: invoices, reminders, plans of instalments."""

    path = "/verwaltung/finanzen"
    include_in_schema = False

    @get(["/rechnungen/liste.csv", "/rechnungen/liste.xlsx"], opt=TAKES_BILLING)
    async def invoices(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        q: FromQuery[str] = "",
        ansicht: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Documents that fit."""
        typed = q.strip()[:LONGEST_SEARCH]
        async with around.begin.reading() as session:
            found = await every(
                lambda limit, offset: invoices_found(session, typed, ansicht, limit=limit, offset=offset)
            )
        head: list[Cell] = [
            gettext("Number"), gettext("Date"), gettext("To"), gettext("Amount"), gettext("Due on"), gettext("State"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [
                one.invoice.number, local(one.invoice.issued_at).date(), str(one.invoice.debtor.get("name") or ""),
                euros(one.invoice.total_cents), one.invoice.due_on, _invoice_state(one),
            ]
            for one in found
        ]  # fmt: skip
        return await persons_file(request, around, actor, "rechnungen", [head, *rows])

    @get(["/mahnlaeufe/liste.csv", "/mahnlaeufe/liste.xlsx"], opt=may("R", "invoice", of=Scope.ALL))
    async def runs(self, request: AnyRequest, begin: NamedDependency[Begin]) -> Response[bytes]:
        """The runs of reminders; there is nobody in the list but the team."""
        async with begin.reading() as session:
            found = await every(lambda limit, offset: runs_page(session, limit=limit, offset=offset))
        head: list[Cell] = [
            gettext("Number"), gettext("Day"), gettext("By whom"), gettext("Reminders to pay"), gettext("Left out"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [one.number, one.day, one.made_by_name, one.written, one.left_out] for one in found
        ]
        return table_file(request, "mahnlaeufe", [head, *rows])

    @get(["/mahnlaeufe/{run_id:uuid}/liste.csv", "/mahnlaeufe/{run_id:uuid}/liste.xlsx"], opt=TAKES_BILLING)
    async def reminders(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The reminders of one run."""
        async with around.begin.reading() as session:
            run = await run_of(session, run_id)
            sent = await reminders_of_run(session, run_id)
        head: list[Cell] = [
            gettext("Number"), gettext("Debtor"), gettext("Level"), gettext("Still open"), gettext("Fee"),
            gettext("Pay by"), gettext("State"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [
                one.reminder.number, str(one.reminder.facts["debtor"].get("name", "")),
                translated(LEVELS[one.reminder.level - 1]), euros(one.reminder.owed_cents), euros(one.reminder.fee_cents),
                one.reminder.due_on, gettext("reminder taken back") if one.taken_back else "",
            ]
            for one in sent
        ]  # fmt: skip
        return await persons_file(request, around, actor, f"mahnungen-{run.number}", [head, *rows])

    @get(["/raten/liste.csv", "/raten/liste.xlsx"], opt=TAKES_BILLING)
    async def plans(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = "",
    ) -> Response[bytes]:
        """The plans of instalments that run, or those that are over."""
        states, today = PLAN_VIEWS.get(ansicht, PLAN_VIEWS[""]), local(around.clock()).date()
        async with around.begin.reading() as session:
            found = await every(
                lambda limit, offset: plans_found(session, states, today, limit=limit, offset=offset)
            )
        head: list[Cell] = [
            gettext("Debtor"), gettext("Run"), gettext("Course"), gettext("Agreed"), gettext("Sum"),
            gettext("Still open"), gettext("Next rate"), gettext("Due on"), gettext("State"),
        ]  # fmt: skip
        rows: list[list[Cell]] = []
        for one in found:
            rate = one.told.next_rate if not one.told.is_fallen else None
            rows.append(
                [
                    one.line.debtor, one.line.run, one.line.course_de, local(one.plan.agreed_at).date(),
                    euros(one.plan.total_cents), euros(one.told.open_cents), euros(rate.open_cents) if rate else None,
                    rate.rate.due_on if rate else one.plan.due_on, translated(PLAN_STATES[one.plan.state][0]),
                ]
            )  # fmt: skip
        return await persons_file(request, around, actor, "raten", [head, *rows])


class MoneyFiles(Controller):
    """What came and went: online payments, refunds, lines of bank statements."""

    path = "/verwaltung/finanzen"
    include_in_schema = False

    @get(["/onlinezahlungen/liste.csv", "/onlinezahlungen/liste.xlsx"], opt=TAKES_BILLING)
    async def online(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Attempts to pay online, of one view."""
        states = CHECKOUT_VIEWS.get(ansicht, CHECKOUT_VIEWS[""])[1]
        async with around.begin.reading() as session:
            found = await every(
                lambda limit, offset: payments_found(session, states, limit=limit, offset=offset)
            )
        head: list[Cell] = [
            gettext("Begun"), gettext("Whose"), gettext("Run"), gettext("Reference"), gettext("Amount"),
            gettext("Paid back"), gettext("State"), gettext("Payment number"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [
                line.checkout.begun_at, line.payer, line.run, line.reference, euros(line.checkout.amount_cents),
                euros(line.checkout.refunded_cents), translated(CHECKOUT_STATES[line.checkout.state][0]),
                line.checkout.intent_id,
            ]
            for line in found
        ]  # fmt: skip
        return await persons_file(request, around, actor, "onlinezahlungen", [head, *rows])

    @get(["/erstattungen/liste.csv", "/erstattungen/liste.xlsx"], opt=TAKES_BILLING)
    async def refunds(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Refunds that stand at one point; accounts are masked."""
        if ansicht not in REFUND_VIEWS or ansicht in {TO_DECIDE, NOTED}:
            raise NotFound  # what is to be decided has a table of its own
        async with around.begin.reading() as session:
            total = (await totals(session))[ansicht][0]

            async def part(limit: int, offset: int) -> tuple[Sequence[Refund], int]:
                return await refunds_page(session, ansicht, limit=limit, offset=offset), total

            found = await every(part)
            whom = await whom_of(session, {one.enrolment_id for one in found})
        head: list[Cell] = [
            gettext("Since"), gettext("Whose"), gettext("Person"), gettext("Run"), gettext("Reference"), gettext("Amount"),
            gettext("Which way"), gettext("Account"), gettext("Where it stands"), gettext("Finished"), gettext("Reason"),
        ]  # fmt: skip
        rows: list[list[Cell]] = []
        for one in found:
            about = whom.get(one.enrolment_id)
            rows.append(
                [
                    local(one.requested_at).date(), about.payer if about else "", about.participant if about else "",
                    about.run.number if about else "", about.enrolment.reference if about else "",
                    euros(one.amount_cents), translated(MEANS[one.means]), masked(one.iban) if one.iban else "",
                    translated(REFUND_STATES[one.state][0]), local(one.finished_at).date() if one.finished_at else None,
                    translated(one.failure) if one.failure else one.reason,
                ]
            )  # fmt: skip
        return await persons_file(request, around, actor, f"erstattungen-{ansicht}", [head, *rows])

    @get(
        [
            "/kontoauszuege/zuordnen/erledigt/liste.csv",
            "/kontoauszuege/zuordnen/erledigt/liste.xlsx",
        ],
        opt=TAKES_BILLING,
    )
    async def decided(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = "gebucht",
    ) -> Response[bytes]:
        """Lines of bank statements by what was decided."""
        view = ansicht if ansicht in LINE_VIEWS else "gebucht"
        async with around.begin.reading() as session:
            found, _ = await lines_of(session, LINE_VIEWS[view])
        return await persons_file(request, around, actor, f"bankzeilen-{view}", _line_rows(found))

    @get(
        [
            "/kontoauszuege/auszug/{statement_id:uuid}/liste.csv",
            "/kontoauszuege/auszug/{statement_id:uuid}/liste.xlsx",
        ],
        opt=TAKES_BILLING,
    )
    async def statement(
        self,
        request: AnyRequest,
        statement_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The lines of one statement with what became of them."""
        async with around.begin.reading() as session:
            row = await statement_of(session, statement_id)
            found, _ = await lines_of(session, list(LineState), statement_id=statement_id)
        stem = f"kontoauszug-{row.statement.ends_on.isoformat()}"
        return await persons_file(request, around, actor, stem, _line_rows(found))


def _invoice_state(one: Listed) -> str:
    if one.is_reversed:
        return gettext("reversed")
    if one.is_refused:
        return gettext("not sent")
    return gettext("credit note") if one.invoice.kind == "credit_note" else gettext("issued")


def _line_rows(found: Sequence[tuple[BankLine, Clearing]]) -> list[list[Cell]]:
    head: list[Cell] = [
        gettext("Day"), gettext("From or to"), gettext("Account"), gettext("Amount"), gettext("Purpose"), gettext("State"),
        gettext("Reason"), gettext("Note"), gettext("Who decided"), gettext("Decided on"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            line.booked_on, line.name, masked(line.iban) if line.iban else "", euros(line.amount_cents), line.text,
            translated(LINE_STATES[clearing.state][0]), translated(ASIDE[clearing.aside]) if clearing.aside else "",
            clearing.note, clearing.decided_name, clearing.decided_at,
        ]
        for line, clearing in found
    ]  # fmt: skip
    return [head, *rows]
