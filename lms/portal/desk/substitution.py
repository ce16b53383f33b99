"""A trainer cannot come: whom to ask, who has answered, and what else can be done (U17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.catalogue.models import Course, Run
from lms.enrolment.queries import concerned
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.words import spoken
from lms.scheduling.errors import NobodyChosen
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import session_of
from lms.scheduling.service import Scheduling
from lms.scheduling.stand_ins import Candidate, Search, candidates, open_searches, searches_of, teachers_of
from lms.scheduling.words import clash_in_words
from lms.web.access import may
from lms.web.forms import Checkboxes, Form, Radios, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare

ASKED = declare(
    "vertretung-angefragt", N_("The people are asked. The first who says yes teaches the session.")
)
ENDED = declare("suche-beendet", N_("The search is ended. Everybody who was asked is told."))
ANSWERS = {
    "open": (N_("asked"), "info"),
    "accepted": (N_("said yes"), "success"),
    "declined": (N_("said no"), "danger"),
    "withdrawn": (N_("not needed any more"), "info"),
}


class AskForm(Form):
    """Who cannot come, and whom to ask."""

    absent = Radios(N_("Who cannot come?"), missing=N_("Choose who cannot come."))
    reason = TextArea(
        N_("Reason"), hint=N_("For the team's history only. It stands in no message."), rows=2, longest=500
    )
    people = Checkboxes(N_("Whom do you want to ask?"), missing=NobodyChosen.message)


@dataclass(frozen=True, slots=True)
class Known:
    """Everything the page tells."""

    meeting: Session
    run: Run
    course: Course
    teachers: Sequence[Person]
    searches: Sequence[Search]
    candidates: Sequence[Candidate]
    concerned: int

    @property
    def open_search(self) -> Search | None:
        """The search that goes on."""
        return next((one for one in self.searches if one.is_open), None)

    @property
    def askable(self) -> Sequence[Candidate]:
        """Who is qualified, free, and has not been asked."""
        asked = {person.id for _, person in self.open_search.asked} if self.open_search else set()
        return [one for one in self.candidates if one.is_free and one.person.id not in asked]


class SearchListPages(Controller):
    """`/verwaltung/vertretungen`: every session for which somebody is looked for."""

    path = "/verwaltung/vertretungen"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def index(self, around: NamedDependency[Around], clock: NamedDependency[Clock]) -> Template:
        """The open searches in order of time; one statement."""
        async with around.begin.reading() as session:
            rows = await open_searches(session, clock())
        return Template("portal/desk/substitutions.html", context={"rows": rows})


class SubstitutionPages(Controller):
    """`/verwaltung/termine/<id>/vertretung`."""

    path = "/verwaltung/termine/{session_id:uuid}/vertretung"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def show(
        self,
        session_id: FromPath[UUID],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template:
        """Who is qualified and free, who was asked, what they said."""
        known = await _known(around, scheduling, session_id)
        return _page(known, _first_form(known), clock)

    @post()
    async def ask(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Send the questions."""
        known = await _known(around, scheduling, session_id)
        form = form_from(AskForm, await request.form())
        _offer(form, known)
        status = 422
        if form.validate():
            try:
                await scheduling.ask_substitutes(
                    actor,
                    session_id=session_id,
                    absent_id=UUID(form.absent.data),
                    reason=form.reason.data or "",
                    person_ids=[UUID(one) for one in form.people.data],
                )
                return after(f"/verwaltung/termine/{session_id}/vertretung", ASKED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return _page(known, form, clock, status=status)

    @post("/beenden")
    async def end(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Redirect:
        """The trainer comes after all."""
        await request.form()
        known = await _known(around, scheduling, session_id)
        if known.open_search is not None:
            await scheduling.end_search(actor, substitution_id=known.open_search.row.id)
        return after(f"/verwaltung/durchfuehrungen/{known.run.id}#termine", ENDED)


async def _known(around: Around, scheduling: Scheduling, session_id: UUID) -> Known:
    async with around.begin.reading() as session:
        meeting = await session_of(session, session_id)
        run, course, _, _ = await run_with_course(session, meeting.run_id)
        return Known(
            meeting,
            run,
            course,
            await teachers_of(session, meeting),
            await searches_of(session, session_id),
            await candidates(session, meeting, run, scheduling.ground),
            len(await concerned(session, run.id, [session_id])),
        )


def _first_form(known: Known) -> AskForm:
    search = known.open_search
    absent = search.row.absent_id if search else known.teachers[0].id if len(known.teachers) == 1 else ""
    form = form_from(
        AskForm,
        absent=str(absent),
        reason=search.row.reason if search else "",
        people=[str(one.person.id) for one in known.askable],
    )
    _offer(form, known)
    return form


def _offer(form: AskForm, known: Known) -> None:
    search = known.open_search
    absent = [search.absent] if search else known.teachers
    form.absent.choices = [(str(one.id), one.name) for one in absent]
    form.people.choices = [(str(one.person.id), one.person.name) for one in known.askable]
    form.people.hints = {str(one.person.id): _why(one) for one in known.askable}


def _why(one: Candidate) -> str:
    return (
        gettext("Has taught this course already.") if one.has_taught_it else gettext("Teaches these topics.")
    )


def _page(known: Known, form: AskForm, clock: Clock, *, status: int = 200) -> Template:
    meeting = known.meeting
    context = {
        "form": form,
        "known": known,
        "meeting": meeting,
        "about": gettext(
            "Run %(number)s: %(title)s",
            number=known.run.number,
            title=spoken(known.course.title_de, known.course.title_en),
        ),
        "takes_place": meeting.state is SessionState.PLANNED and meeting.starts_at > clock(),
        "busy": [
            (one.person.name, clash_in_words(one.in_the_way[0]))
            for one in known.candidates
            if not one.is_free
        ],
        "answers": ANSWERS,
        "names": {person.id: person.name for search in known.searches for _, person in search.asked},
    }
    return Template("portal/desk/substitution.html", context=context, status_code=status)
