"""`/verwaltung/umfragen`: the surveys, their results, and sheets of paper; for the programme team."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import select

from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.surveys import rules
from lms.surveys.answering import Answers, code_of, places_of
from lms.surveys.errors import NoSheetDue, UsedCodes, WrongCodes
from lms.surveys.forms import OCCASION_WORDS, AnswerForm, CodesForm, answer_form
from lms.surveys.models import Occasion
from lms.surveys.questions import read
from lms.surveys.results import Line, line_for, lines, units
from lms.surveys.telling import over_time, pictures, result_rows
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in
from lms.web.tables import table_file

PATH = "/verwaltung/umfragen"
CODES = declare("umfrage-codes", N_("The codes are entered. Now type in the sheets, in any order."))
TYPED = declare("umfrage-bogen", N_("The sheet is entered."))
AnyRequest = Request[Any, Any, Any]


class SurveyDeskPages(Controller):
    """All surveys, and what may be shown of them."""

    path = PATH
    opt = may("U", "survey", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """Every survey, the latest first."""
        number, size, offset = window(request.query_params.get("seite"))
        async with around.begin.reading() as session:
            found = await lines(session)
        page = page_of(
            found[offset : offset + size], number=number, size=size, total=len(found), path=PATH,
            query=request.query_params.multi_items(),
        )  # fmt: skip
        return Template(
            "surveys/list.html",
            context={"page": page, "here": PATH, "state": state_of, "occasions": OCCASION_WORDS},
        )

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The same to take away."""
        async with around.begin.reading() as session:
            found = await lines(session)
        return table_file(request, "umfragen", _rows(found))

    @get("/auswertung")
    async def overview(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """Results of several runs: of a course, of a trainer, of a year."""
        return await overview_page(request, around, PATH, "surveys/overview.html")

    @get(["/auswertung.csv", "/auswertung.xlsx"])
    async def overview_file(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The same to take away."""
        return await overview_file(request, around)

    @get("/{survey_id:uuid}")
    async def show(
        self, survey_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """One survey."""
        return await result_page(around, actor, survey_id, PATH, "surveys/result.html")

    @get(["/{survey_id:uuid}/ergebnis.csv", "/{survey_id:uuid}/ergebnis.xlsx"])
    async def result_file(
        self,
        request: AnyRequest,
        survey_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """Its results to take away."""
        return await result_file(request, around, actor, survey_id)

    @get("/{survey_id:uuid}/boegen")
    async def sheets(
        self, survey_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """A sheet for each place, to print; names stand on the strips alone."""
        async with around.begin.reading() as session:
            line = await line_for(session, actor, survey_id)
            places = await places_of(session, line.survey.run_id)
            people = await session.scalars(
                select(Person).where(Person.id.in_([one.person_id for one in places]))
            )
            names = {one.id: one.name for one in people}
        return Template(
            "surveys/paper.html",
            context={
                "title": line.title,
                "questions": read(line.survey.questions),
                "is_du": False,
                "sheets": [
                    (
                        names.get(one.person_id, "") if one.person_id else "",
                        code_of(around.signer, one, line.survey.occasion),
                    )
                    for one in places
                ],
                "closes_on": local(line.survey.closes_at).date(),
                "back": f"{PATH}/{survey_id}/papier",
            },
        )

    @get("/{survey_id:uuid}/papier")
    async def paper(
        self, survey_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Where codes and sheets are typed in."""
        return await _paper_page(around, actor, survey_id)

    @post("/{survey_id:uuid}/papier/codes")
    async def enter_codes(
        self,
        request: AnyRequest,
        survey_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        survey_answers: NamedDependency[Answers],
    ) -> Response[Any]:
        """Mark the places whose strips came back."""
        form = form_from(CodesForm, await request.form())
        if not form.validate():
            return await _paper_page(around, actor, survey_id, codes=form, status=422)
        try:
            await survey_answers.enter_codes(
                actor, survey_id=survey_id, codes=rules.codes_in(form.codes.data or "")
            )
        except (WrongCodes, UsedCodes) as refusal:
            form.refuse("codes", refusal.message, **refusal.params)
            return await _paper_page(around, actor, survey_id, codes=form, status=refusal.status)
        return after(f"{PATH}/{survey_id}/papier", CODES)

    @post("/{survey_id:uuid}/papier/bogen")
    async def type_sheet(
        self,
        request: AnyRequest,
        survey_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        survey_answers: NamedDependency[Answers],
    ) -> Response[Any]:
        """Put the answers of a sheet into the box."""
        async with around.begin.reading() as session:
            line = await line_for(session, actor, survey_id)
        form = answer_form(read(line.survey.questions), await request.form(), is_paper=True)
        if not form.validate():
            return await _paper_page(around, actor, survey_id, sheet=form, status=422)
        try:
            await survey_answers.type_sheet(
                actor, survey_id=survey_id, key=uuid_in(form.key.data) or uuid4(), given=form.given
            )
        except NoSheetDue as refusal:
            form.refuse("", refusal.message)
            return await _paper_page(around, actor, survey_id, sheet=form, status=refusal.status)
        return after(f"{PATH}/{survey_id}/papier", TYPED)


async def _paper_page(
    around: Around,
    actor: Actor,
    survey_id: UUID,
    *,
    codes: CodesForm | None = None,
    sheet: AnswerForm | None = None,
    status: int = 200,
) -> Template:
    async with around.begin.reading() as session:
        line = await line_for(session, actor, survey_id)
    sheet = sheet or answer_form(read(line.survey.questions), is_paper=True)
    if not sheet.key.data:
        sheet.key.data = str(uuid4())
    return Template(
        "surveys/typing.html",
        context={
            "line": line,
            "here": f"{PATH}/{survey_id}/papier",
            "back": f"{PATH}/{survey_id}",
            "codes": codes or form_from(CodesForm, None),
            "sheet": sheet,
            "form": codes if codes and codes.problems else sheet,
            "is_open": line.survey.closed_at is None and around.clock() < line.survey.closes_at,
        },
        status_code=status,
    )


def state_of(line: Line) -> str:
    """How it stands with a survey, in a few words."""
    if line.survey.closed_at is None:
        return gettext("open until %(day)s", day=f"{local(line.survey.closes_at):%d.%m.%Y}")
    if line.survey.unit_id is None:
        return gettext("ended, too few answers")
    return gettext("ended, results shown")


def _rows(found: Sequence[Line]) -> list[list[Cell]]:
    rows: list[list[Cell]] = [
        [
            gettext("Course"), gettext("Course number"), gettext("Trainer"), gettext("Places"),
            gettext("When asked"), gettext("Answered"), gettext("State"),
        ]
    ]  # fmt: skip
    rows += [
        [
            one.title,
            one.run.number,
            one.names,
            one.survey.places,
            gettext(OCCASION_WORDS[one.survey.occasion]),
            one.sheets,
            state_of(one),
        ]
        for one in found
    ]
    return rows


async def result_page(
    around: Around, actor: Actor, survey_id: UUID, path: str, template: str, **more: Any
) -> Template:
    """One survey with the results of its unit, where it has one; for the team and for trainers alike."""
    async with around.begin.reading() as session:
        line = await line_for(session, actor, survey_id)
        unit_id = line.survey.unit_id
        unit = next(iter(await units(session, unit_id=unit_id)), None) if unit_id else None
    return Template(
        template,
        context={
            "line": line,
            "unit": unit,
            "pictures": pictures(unit.results) if unit else [],
            "here": f"{path}/{survey_id}",
            "list_path": path,
            "state": state_of(line),
            "fewest": rules.FEWEST,
        }
        | more,
    )


async def result_file(request: AnyRequest, around: Around, actor: Actor, survey_id: UUID) -> Response[bytes]:
    """The results of the unit of a survey; only the head where nothing is shown."""
    async with around.begin.reading() as session:
        line = await line_for(session, actor, survey_id)
        unit_id = line.survey.unit_id
        found = await units(session, unit_id=unit_id) if unit_id else ()
    rows = result_rows(found[0].results if found else ())
    return table_file(request, f"umfrage-{line.run.number}", rows)


async def overview_page(
    request: AnyRequest, around: Around, path: str, template: str, *, trainer_id: UUID | None = None
) -> Template:
    """Results of several units. With `trainer_id` only of that trainer, whatever the address says."""
    query = request.query_params
    async with around.begin.reading() as session:
        everything = await units(session, trainer_id=trainer_id)
        people_ids = {person_id for one in everything for person_id in one.trainers}
        people = await session.scalars(
            select(Person)
            .where(Person.id.in_(list(people_ids)))
            .order_by(Person.family_name, Person.given_name)
        )
        trainers = [(str(one.id), one.name) for one in people]
    chosen = selected(request, everything)
    found = rules.results(box for one in chosen for box in one.boxes)
    courses = {str(one.course.id): one.course.title_de for one in everything}
    return Template(
        template,
        context={
            "units": chosen,
            "sheets": sum(one.sheets for one in chosen),
            "pictures": pictures(found),
            "lines": over_time(chosen, found),
            "courses": sorted(courses.items(), key=lambda one: one[1]),
            "trainers": [] if trainer_id else trainers,
            "years": sorted({str(one.year) for one in everything}, reverse=True),
            "occasions": OCCASION_WORDS,
            "chosen": {name: query.get(name, "") for name in ("kurs", "leitung", "jahr")}
            | {"anlass": _occasion(request)},
            "query": request.url.query,
            "here": f"{path}/auswertung",
            "list_path": path,
            "fewest": rules.FEWEST,
        },
    )


async def overview_file(
    request: AnyRequest, around: Around, *, trainer_id: UUID | None = None
) -> Response[bytes]:
    """The same as a file."""
    async with around.begin.reading() as session:
        everything = await units(session, trainer_id=trainer_id)
    chosen = selected(request, everything)
    rows = result_rows(rules.results(box for one in chosen for box in one.boxes))
    return table_file(request, "umfragen-auswertung", rows)


def selected(request: AnyRequest, everything: Sequence[Any]) -> Sequence[Any]:
    """The whole units of a course, a trainer, a year, asked after one and the same session; never a part of one."""
    course, trainer = uuid_in(request.query_params.get("kurs")), uuid_in(request.query_params.get("leitung"))
    year = request.query_params.get("jahr", "")
    return [
        one
        for one in everything
        if one.occasion == _occasion(request)
        and (course is None or one.course.id == course)
        and (trainer is None or trainer in one.trainers)
        and (not year or str(one.year) == year)
    ]


def _occasion(request: AnyRequest) -> Occasion:
    """After which session: the same question after another one is another question."""
    asked = request.query_params.get("anlass", "")
    return Occasion(asked) if asked in set(Occasion) else Occasion.LAST_SESSION
