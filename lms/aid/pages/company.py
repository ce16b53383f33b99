"""One company: how much room is left, what it has declared, and granting aid."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.aid import policy
from lms.aid.errors import CeilingExceeded, CeilingReached
from lms.aid.forms import DeclareForm, GrantForm
from lms.aid.models import AidStatement
from lms.aid.pages.desk import AID
from lms.aid.queries import company_of, declarations_of, standing_of, statement_of, statements, undertaking_of
from lms.aid.service import Aid
from lms.aid.words import KINDS, WINDOWS
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Company
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]
GRANTED = declare("beihilfe-gewaehrt", N_("The aid is recorded. The statement goes to the company."))
DECLARED = declare("eigenerklaerung", N_("The declaration is kept."))


class AidCompanyPages(Controller):
    """What a company got, and what it can still get."""

    path = AID + "/unternehmen/{company_id:uuid}"
    include_in_schema = False

    @get(opt=may("R", "state-aid", of=Scope.ALL))
    async def show(
        self, company_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Sum, ceiling, declaration, statements."""
        day = today(around.clock)
        async with around.begin.reading() as session:
            company = await company_of(session, company_id)
            standing = await standing_of(session, company_id, day)
            declarations = await declarations_of(session, company_id)
            found, _ = await statements(session, [AidStatement.company_id == company_id])
            together = await undertaking_of(session, company_id) - {company_id}
            wanted = together | {UUID(one) for row in declarations for one in row.linked}
            names = await session.scalars(
                select(Company).where(Company.id.in_(wanted)).order_by(Company.name)
            )
            linked = {str(one.id): one.name for one in names}
        return Template(
            "aid/desk/company.html",
            context={
                "company": company,
                "standing": standing,
                "declarations": declarations,
                "linked_names": {
                    row.id: [linked[one] for one in row.linked if one in linked] for row in declarations
                },
                "together": [linked[one] for one in linked if UUID(one) in together],
                "days": {
                    aid["granted_on"]: date.fromisoformat(aid["granted_on"])
                    for one in declarations
                    for aid in one.other
                },
                "rows": found,
                "windows": WINDOWS,
                "kinds": KINDS,
                "day": day,
                "here": f"{AID}/unternehmen/{company_id}",
                "may_grant": policy.may_grant(actor),
            },
        )

    @get("/gewaehren", opt=may("C", "state-aid"))
    async def ask(
        self,
        company_id: FromPath[UUID],
        around: NamedDependency[Around],
        ersetzt: FromQuery[UUID | None] = None,
        art: FromQuery[str] = "",
        was: FromQuery[str] = "",
        am: FromQuery[str] = "",
        betrag: FromQuery[int] = 0,
        rechnung: FromQuery[str] = "",
        anlass: FromQuery[str] = "",
    ) -> Template:
        """The form; a proposal of the to-do list, or a statement to be replaced, fills it."""
        values: dict[str, Any] = {"key": str(uuid4())}
        if ersetzt is not None:
            async with around.begin.reading() as session:
                old = (await statement_of(session, ersetzt)).statement
            values |= {
                "kind": old.kind.value, "what": old.what, "granted_on": old.granted_on, "gross": old.gross_cents,
                "reckoning": old.reckoning, "about": f"{old.about_kind}:{old.about_id or ''}", "replaces": str(old.id),
            }  # fmt: skip
        elif anlass:
            values |= {
                "kind": art[:40], "what": was[:200], "granted_on": _day(am), "gross": max(betrag, 0) or None,
                "reckoning": rechnung[:1000], "about": anlass[:80],
            }  # fmt: skip
        return await _grant_page(around, company_id, form_from(GrantForm, **values))

    @post("/gewaehren", opt=may("C", "state-aid"))
    async def grant(
        self,
        request: AnyRequest,
        company_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        state_aid: NamedDependency[Aid],
    ) -> Template | Redirect:
        """Record it, within the ceiling."""
        form = form_from(GrantForm, await request.form())
        if not form.validate():
            return await _grant_page(around, company_id, form, status=422)
        key, wanted = uuid_in(form.key.data) or uuid4(), form.grant(company_id)
        try:
            granted = await state_aid.grant(actor, wanted, statement_id=key)
            return after(f"{AID}/{granted.id}", GRANTED)
        except NotFound:
            raise
        except (CeilingExceeded, CeilingReached) as refusal:
            form.refuse("gross", refusal.message, **refusal.params)
            return await _grant_page(around, company_id, form, status=refusal.status)
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return await _grant_page(around, company_id, form, status=refusal.status)

    @get("/erklaerung", opt=may("C", "state-aid"))
    async def ask_declaration(self, company_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """What the company has declared on paper."""
        return await _declare_page(around, company_id, form_from(DeclareForm, key=str(uuid4())))

    @post("/erklaerung", opt=may("C", "state-aid"))
    async def declare(
        self,
        request: AnyRequest,
        company_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        state_aid: NamedDependency[Aid],
    ) -> Template | Redirect:
        """Keep it; the newest one holds."""
        form = form_from(DeclareForm, await request.form())
        async with around.begin.reading() as session:
            form.linked.choices = await _others(session, company_id)
        if not form.validate():
            return await _declare_page(around, company_id, form, status=422)
        try:
            await state_aid.declare(
                actor, declaration_id=uuid_in(form.key.data) or uuid4(), company_id=company_id,
                declared_on=form.declared_on.data, signed_by=form.signed_by.data, other=form.other(),
                linked=[UUID(one) for one in form.linked.data or ()], linked_names=form.linked_names.data or "",
            )  # fmt: skip
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("declared_on", refusal.message, **refusal.params)
            return await _declare_page(around, company_id, form, status=refusal.status)
        return after(f"{AID}/unternehmen/{company_id}", DECLARED)


async def _others(session: AsyncSession, company_id: UUID) -> list[tuple[str, str]]:
    found = await session.scalars(select(Company).where(Company.id != company_id).order_by(Company.name))
    return [(str(one.id), one.name) for one in found]


async def _grant_page(around: Around, company_id: UUID, form: GrantForm, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        company = await company_of(session, company_id)
        standing = await standing_of(session, company_id, form.granted_on.data or today(around.clock))
    return Template(
        "aid/desk/grant.html",
        context={
            "company": company,
            "form": form,
            "standing": standing,
            "windows": WINDOWS,
            "here": f"{AID}/unternehmen/{company_id}",
        },
        status_code=status,
    )


async def _declare_page(
    around: Around, company_id: UUID, form: DeclareForm, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        company = await company_of(session, company_id)
        form.linked.choices = await _others(session, company_id)
    return Template(
        "aid/desk/declare.html",
        context={"company": company, "form": form, "here": f"{AID}/unternehmen/{company_id}"},
        status_code=status,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
