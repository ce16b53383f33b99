"""What is lent: the list with its views, and everything about one person."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.lending import policy
from lms.lending.pages.forms import BlockForm
from lms.lending.pages.notices import BLOCKED, LIFTED
from lms.lending.queries import blocks_of, lent, loans_of, loans_page, numbers_of_views
from lms.lending.rules import standing
from lms.lending.service import Lending
from lms.lending.words import PURPOSE_WORDS, STANDINGS, reason_of
from lms.people.queries import person_of
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.notices import after
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in

LENDING = "/verwaltung/ausleihe"
LONGEST_SEARCH = 100
READ = may("R", "loan", of=Scope.ALL)
MANAGE = may("U", "loan", of=Scope.ALL)
VIEWS = (
    ("", N_("handed out")),
    ("ueberfaellig", N_("overdue")),
    ("heute", N_("due today")),
    ("reserviert", N_("reserved")),
    ("zubehoer", N_("accessories missing")),
    ("verloren", N_("lost")),
    ("alle", N_("all loans")),
)
Sent = Request[Any, Any, Any]


class LendingPages(Controller):
    """The team's list."""

    path = LENDING
    include_in_schema = False

    @get(opt=READ)
    async def index(
        self,
        request: Sent,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        ansicht: FromQuery[str] = "",
        q: FromQuery[str] = "",
    ) -> Template:
        """What is out, overdue, due, reserved, incomplete; found by person, number or reference. Three statements."""
        now, typed = clock(), q.strip()[:LONGEST_SEARCH]
        view = ansicht if ansicht in dict(VIEWS) else ""
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            rows, total = await loans_page(session, view=view, text=typed, now=now, limit=size, offset=offset)
            counts = await numbers_of_views(session, now)
        page = page_of(
            rows,
            number=number,
            size=size,
            total=total,
            path=LENDING,
            query=request.query_params.multi_items(),
        )
        return Template(
            "lending/index.html",
            context={
                "page": page,
                "view": view,
                "views": VIEWS,
                "counts": counts,
                "typed": typed,
                "standing_of": lambda loan: STANDINGS[standing(loan, now)],
                "may_manage": policy.may_manage(actor),
            },
        )

    @get("/person/{person_id:uuid}", opt=READ)
    async def person(
        self,
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Everything one person has or had, and whether they may borrow."""
        return await _person_page(begin, clock, actor, person_id, form_from(BlockForm, key=str(uuid4())))

    @post("/person/{person_id:uuid}/sperren", opt=MANAGE)
    async def block(
        self,
        request: Sent,
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """Let somebody borrow nothing for a while."""
        form, status = form_from(BlockForm, await request.form()), 422
        if form.validate():
            try:
                await lending.block(
                    actor,
                    person_id=person_id,
                    reason=form.reason.data,
                    until=form.until.data,
                    block_id=uuid_in(form.key.data) or uuid4(),
                )
                return after(f"{LENDING}/person/{person_id}", BLOCKED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("until", refusal.message, **refusal.params)
                status = refusal.status
        return await _person_page(begin, clock, actor, person_id, form, status=status)

    @post("/person/{person_id:uuid}/entsperren/{block_id:uuid}", opt=MANAGE)
    async def lift(
        self,
        person_id: FromPath[UUID],
        block_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        lending: NamedDependency[Lending],
    ) -> Redirect:
        """Let them borrow again."""
        await lending.lift(actor, block_id=block_id)
        return after(f"{LENDING}/person/{person_id}", LIFTED)

    @get("/{loan_id:uuid}", opt=READ)
    async def loan(
        self,
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """One loan, and what can be done about it now."""
        async with begin.reading() as session:
            found = await lent(session, loan_id)
        return Template("lending/loan.html", context=loan_context(found, actor, clock))


def loan_context(found: Any, actor: Actor, clock: Clock) -> dict[str, Any]:
    """What the page of a loan shows."""
    return {
        "lent": found,
        "loan": found.loan,
        "standing": standing(found.loan, clock()),
        "words": STANDINGS[standing(found.loan, clock())],
        "purposes": PURPOSE_WORDS,
        "may_manage": policy.may_manage(actor),
    }


async def _person_page(
    begin: Begin, clock: Clock, actor: Actor, person_id: UUID, form: BlockForm, *, status: int = 200
) -> Template:
    now = clock()
    async with begin.reading() as session:
        person = await person_of(session, person_id)
        loans = await loans_of(session, [person_id])
        blocks = await blocks_of(session, person_id)
    today = local(now).date()
    return Template(
        "lending/person.html",
        context={
            "person": person,
            "loans": loans,
            "blocks": [(block, reason_of(block), _holds(block, today)) for block in blocks],
            "is_blocked": any(_holds(block, today) for block in blocks),
            "standing_of": lambda loan: STANDINGS[standing(loan, now)],
            "form": form,
            "may_manage": policy.may_manage(actor),
        },
        status_code=status,
    )


def _holds(block: Any, today: Any) -> bool:
    return block.lifted_at is None and bool(block.until >= today)
