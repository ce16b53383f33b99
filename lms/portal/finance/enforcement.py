"""`/verwaltung/finanzen/vollstreckung`: what was reminded three times, the file for whoever collects it, and the mark."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.accounts.handing_out import persons_file
from lms.billing.readers import debtor_now
from lms.db import Begin
from lms.dunning.debtors import Debtors
from lms.dunning.queries import handed_over, reminders_about
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.portal.finance.claims_reading import handing_over
from lms.portal.finance.debtors import HANDED, TAKEN
from lms.portal.finance.topics import ENFORCEMENT
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in

MOST = 2_000
GONE = "abgegeben"


class EnforcementPages(Controller):
    """The list, its file, and the mark."""

    path = ENFORCEMENT
    include_in_schema = False

    @get(opt=may("R", "invoice", of=Scope.ALL))
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        ansicht: FromQuery[str] = "",
    ) -> Template:
        """What can be handed over, or what was."""
        is_gone = ansicht == GONE
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            lines, sums = await handing_over(
                session, today=local(clock()).date(), is_gone=is_gone, limit=size, offset=offset
            )
            given = await handed_over(session, [line.row.account_id for line in lines])
        page = page_of(
            lines, number=number, size=size, total=sums.count, path=ENFORCEMENT,
            query=request.query_params.multi_items(),
        )  # fmt: skip
        return Template(
            "portal/finance/enforcement.html",
            context={
                "page": page, "sums": sums, "is_gone": is_gone, "given": given,
                "may_remind": actor.may_for_all("remind", "invoice"),
                "may_export": actor.may_for_all("billing", "bulk-export"),
            },
        )  # fmt: skip

    @get(["/vollstreckung.csv", "/vollstreckung.xlsx"], opt=may("billing", "bulk-export"))
    async def file(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Everything whoever collects has to know, debtor by debtor."""
        async with around.begin.reading() as session:
            lines, _ = await handing_over(
                session, today=local(around.clock()).date(), is_gone=ansicht == GONE, limit=MOST
            )
            sent = await reminders_about(session, [line.row.enrolment_id for line in lines])
            born = {
                row[0]: row[1]
                for row in await session.execute(
                    select(Person.id, Person.birth_date).where(Person.id.in_([line.key for line in lines]))
                )
            }
            debtors = {}
            for line in lines:
                account = line.account
                if account is not None and line.key not in debtors:
                    debtors[line.key] = await debtor_now(session, account.debtor_id, account.company_id)
        head: list[Cell] = [
            gettext("Debtor"), gettext("Street"), gettext("Postcode"), gettext("Town"), gettext("Birth date"),
            gettext("E-mail"), gettext("Invoice"), gettext("Of"), gettext("Due on"), gettext("Still open"), gettext("Course"),
            gettext("Reference"), gettext("Reminders to pay"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [head]
        for line in lines:
            debtor = debtors.get(line.key)
            facts = debtor.facts if debtor else {}
            told = [
                one.reminder
                for one in sent
                if one.taken_back is None and any(of.account_id == line.row.account_id for of in one.lines)
            ]
            invoice = line.account.invoice if line.account else None
            rows.append(
                [
                    line.debtor, facts.get("street", ""), facts.get("postal_code", ""), facts.get("city", ""),
                    born.get(line.key) if line.key else None, facts.get("email", ""), line.number,
                    local(invoice.issued_at).date() if invoice else None, invoice.due_on if invoice else None,
                    line.row.open_cents / 100, line.course_de, line.reference,
                    ", ".join(f"{one.number} ({local(one.issued_at):%d.%m.%Y})" for one in told[::-1]),
                ]
            )  # fmt: skip
        return await persons_file(request, around, actor, "vollstreckung", rows)

    @post("/{enrolment_id:uuid}/abgeben", opt=may("remind", "invoice"))
    async def hand_over(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        debtors: NamedDependency[Debtors],
    ) -> Redirect:
        """Somebody else collects it."""
        share_id = uuid_in((await request.form()).get("anteil"))
        await debtors.hand_over(actor, enrolment_id=enrolment_id, share_id=share_id)
        return after(ENFORCEMENT, HANDED)

    @post("/{enrolment_id:uuid}/zurueckholen", opt=may("remind", "invoice"))
    async def take_over(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        debtors: NamedDependency[Debtors],
    ) -> Redirect:
        """It is back with us."""
        share_id = uuid_in((await request.form()).get("anteil"))
        await debtors.take_over(actor, enrolment_id=enrolment_id, share_id=share_id)
        return after(f"{ENFORCEMENT}?ansicht={GONE}", TAKEN)
