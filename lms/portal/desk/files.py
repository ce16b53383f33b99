"""The lists of the office to take away, as their pages show them: the same view, the same search, all pages in one file."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from lms.accounts.handing_out import persons_file
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.rights import Scope
from lms.people.models import Company
from lms.people.queries import persons_found
from lms.portal.company.reading import companies_found
from lms.portal.desk.courses import courses_found
from lms.portal.desk.enrolment_reading import VIEWS as ENROLMENT_VIEWS
from lms.portal.desk.enrolment_reading import enrolment_rows
from lms.portal.desk.preparing import STAGES
from lms.portal.desk.run_list import VIEWS as RUN_VIEWS
from lms.portal.desk.run_list import runs_found, runs_with_waiting, stages_of
from lms.portal.desk.trainers import trainer_lines
from lms.portal.desk.words import ENROLMENT_STATES, PAYMENT_WAYS, spoken
from lms.scheduling.stages import Stage
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.pagination import every
from lms.web.tables import table_file

AnyRequest = Request[Any, Any, Any]
LONGEST_SEARCH = 100
TAKES_PERSONS = may("persons", "bulk-export")


class PersonFiles(Controller):
    """Lists with persons in them: each is counted and noted."""

    path = "/verwaltung"
    include_in_schema = False

    @get(["/anmeldungen/liste.csv", "/anmeldungen/liste.xlsx"], opt=TAKES_PERSONS)
    async def enrolments(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        ansicht: FromQuery[str] = "",
        q: FromQuery[str] = "",
    ) -> Response[bytes]:
        """One view of the enrolments."""
        view, now = ansicht if ansicht in ENROLMENT_VIEWS else "", around.clock()
        async with around.begin.reading() as session:
            found = await every(
                lambda limit, offset: enrolment_rows(
                    session, view, _typed(q), now, limit=limit, offset=offset
                )
            )
        head: list[Cell] = [
            gettext("Reference"), gettext("Family name"), gettext("First name"), gettext("Run"), gettext("Course"),
            gettext("Since"), gettext("State"), gettext("Payment"), gettext("Price"), gettext("Still open"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [
                row.enrolment.reference, row.person.family_name, row.person.given_name, row.run.number,
                spoken(row.course.title_de, row.course.title_en), local(row.enrolment.created_at).date(),
                translated(ENROLMENT_STATES["pending" if row.enrolment.is_pending else row.enrolment.state][0]),
                translated(PAYMENT_WAYS[row.enrolment.payment_method]), euros(row.enrolment.price_cents),
                euros(row.balance.open_cents),
            ]
            for row in found
        ]  # fmt: skip
        return await persons_file(request, around, actor, "anmeldungen", [head, *rows])

    @get(["/personen/liste.csv", "/personen/liste.xlsx"], opt=TAKES_PERSONS)
    async def persons(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        q: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Whoever fits the search."""
        async with around.begin.reading() as session:
            found = await every(
                lambda limit, offset: persons_found(session, _typed(q), limit=limit, offset=offset)
            )
        head: list[Cell] = [
            gettext("Family name"), gettext("First name"), gettext("Birth date"), gettext("Telephone"), gettext("E-mail"),
            gettext("Street"), gettext("Postcode"), gettext("Town"), gettext("District"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [
                one.family_name, one.given_name, one.birth_date, one.phone, one.email, one.street, one.postal_code,
                one.city, one.district,
            ]
            for one in found
        ]  # fmt: skip
        return await persons_file(request, around, actor, "personen", [head, *rows])

    @get(["/unternehmen/liste.csv", "/unternehmen/liste.xlsx"], opt=TAKES_PERSONS)
    async def companies(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        q: FromQuery[str] = "",
    ) -> Response[bytes]:
        """Companies that fit the search, with their billing data."""
        async with around.begin.reading() as session:
            found: list[Company] = await every(
                lambda limit, offset: companies_found(session, _typed(q), limit=limit, offset=offset)
            )
        head: list[Cell] = [
            gettext("Name"), gettext("Street"), gettext("Postcode"), gettext("Town"), gettext("E-mail for invoices"),
            gettext("Routing number (Leitweg-ID)"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [one.name, one.street, one.postal_code, one.city, one.invoice_email, one.route_id]
            for one in found
        ]
        return await persons_file(request, around, actor, "unternehmen", [head, *rows])

    @get(
        ["/kursleitungen/liste.csv", "/kursleitungen/liste.xlsx"], opt=may("R", "availability", of=Scope.ALL)
    )
    async def trainers(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """Everybody who teaches."""
        async with around.begin.reading() as session:
            lines = await trainer_lines(session, around.clock())
        head: list[Cell] = [
            gettext("Family name"), gettext("First name"), gettext("Topics"), gettext("Next session"),
            gettext("Sessions to come"), gettext("When"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [
                line.person.family_name, line.person.given_name, line.topics, line.next_at, line.sessions,
                gettext("at agreed hours") if line.has_hours else gettext("at any time"),
            ]
            for line in lines
        ]  # fmt: skip
        return await persons_file(request, around, actor, "kursleitungen", [head, *rows])


class PlanFiles(Controller):
    """Lists of what is offered: there is nobody in them."""

    path = "/verwaltung"
    include_in_schema = False

    @get(["/durchfuehrungen/liste.csv", "/durchfuehrungen/liste.xlsx"], opt=may("R", "plan", of=Scope.ALL))
    async def runs(
        self,
        request: AnyRequest,
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        ansicht: FromQuery[str] = "",
        q: FromQuery[str] = "",
        stand: FromQuery[str] = "",
    ) -> Response[bytes]:
        """One view of the runs."""
        view, now = ansicht if ansicht in RUN_VIEWS else "", clock()
        stage = Stage(stand) if stand in set(Stage) else None
        async with begin.reading() as session:
            found = await every(
                lambda limit, offset: runs_found(
                    session, view, _typed(q), stage, now, limit=limit, offset=offset
                )
            )
            stages = await stages_of(session, [run for run, _ in found], now)
        return table_file(request, "durchfuehrungen", _run_rows(found, stages))

    @get(["/wartelisten/liste.csv", "/wartelisten/liste.xlsx"], opt=may("R", "enrolment", of=Scope.ALL))
    async def waiting_lists(
        self, request: AnyRequest, begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Response[bytes]:
        """The runs for which somebody waits, with how many do."""
        async with begin.reading() as session:
            found = await runs_with_waiting(session, clock())
            stages = await stages_of(session, [run for run, _ in found], clock())
        return table_file(request, "wartelisten", _run_rows(found, stages))

    @get(["/kurse/liste.csv", "/kurse/liste.xlsx"], opt=may("R", "plan", of=Scope.ALL))
    async def courses(
        self,
        request: AnyRequest,
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        q: FromQuery[str] = "",
        thema: FromQuery[UUID | None] = None,
    ) -> Response[bytes]:
        """Courses that fit the search."""
        async with begin.reading() as session:
            found = await every(
                lambda limit, offset: courses_found(
                    session, _typed(q), thema, clock(), limit=limit, offset=offset
                )
            )
        head: list[Cell] = [
            gettext("Title"), gettext("Title in English"), gettext("Coming runs"), gettext("Drafts"), gettext("Price"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [course.title_de, course.title_en, coming, drafts, euros(course.default_price_cents)]
            for course, coming, drafts in found
        ]
        return table_file(request, "kurse", [head, *rows])


def euros(cents: int) -> Decimal:
    """An amount as spreadsheets reckon with it."""
    return Decimal(cents).scaleb(-2)


def _typed(text: str) -> str:
    return text.strip()[:LONGEST_SEARCH]


def _run_rows(found: Any, stages: Any) -> list[list[Cell]]:
    head: list[Cell] = [
        gettext("Run"), gettext("Course"), gettext("Beginning"), gettext("End"), gettext("Places"), gettext("Taken"),
        gettext("Waiting"), gettext("State"),
    ]  # fmt: skip
    return [
        head,
        *(
            [
                run.number, spoken(course.title_de, course.title_en), run.starts_at, run.ends_at, run.capacity,
                run.occupied, run.waiting, translated(STAGES[stages[run.id]][0]),
            ]
            for run, course in found
        ),
    ]  # fmt: skip
