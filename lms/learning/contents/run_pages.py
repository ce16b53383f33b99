"""Which edition a run has and since when its learners see which lessons: `/inhalte/<course>/kurse/<run>`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from itertools import groupby
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, at_venue
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.learning.addresses import writing_path
from lms.learning.contents.comparing import State, differences
from lms.learning.contents.editions import Editions, begun_in, editions_of, state_in
from lms.learning.contents.reading import Written, course_to_write, run_to_lead, written
from lms.learning.contents.releases import Releases, Since, releases_in, sessions_in
from lms.learning.models import Edition, EditionLesson, Release
from lms.learning.queries import edition_of, lessons_of
from lms.scheduling.models import Session
from lms.web.access import may
from lms.web.formats import period
from lms.web.forms import Checkboxes, DateParts, Form, Radios, Select, TimeOfDay, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in

TAKEN_OVER = declare("ausgabe-uebernommen", N_("From now on this run has that edition."))
WHOLE = "kapitel-"


class ReleaseForm(Form):
    """Which lessons open when."""

    lessons = Checkboxes(N_("Which lessons?"), missing=N_("Choose at least one lesson."))
    since = Radios(
        N_("Since when do learners see them?"),
        choices=[
            ("now", N_("At once")),
            ("day", N_("From a day that I choose")),
            ("session", N_("As soon as the session has begun")),
        ],
        missing=N_("Choose since when learners see them."),
    )
    day = DateParts(N_("From which day?"), is_asked=True)
    hour = TimeOfDay(
        N_("From what time?"), hint=N_("Empty means: from the beginning of the day."), is_asked=True
    )
    session = Select(N_("With which session?"), is_asked=True)

    def validate(self, extra_validators: Any = None) -> bool:
        """Also what one choice asks for and another does not."""
        is_fine = bool(super().validate(extra_validators))
        before = len(self.problems)
        if self.since.data == "day" and self.day.is_empty():
            self.refuse("day", N_("Enter the day from which it is shown."))
        if self.since.data == "session" and not self.session.data:
            self.refuse("session", N_("Choose the session after whose beginning it is shown."))
        return is_fine and len(self.problems) == before

    def meant(self) -> Since:
        """What was chosen."""
        match self.since.data:
            case "day":
                return Since(from_at=at_venue(self.day.data, self.hour.data or time()))
            case "session":
                return Since(session_id=uuid_in(self.session.data))
            case _:
                return Since()


@dataclass(frozen=True, slots=True)
class OfRun:
    """A run with what its learners have."""

    what: Written
    run: Run
    edition: Edition | None
    newest: Edition | None
    lessons: Sequence[EditionLesson]
    releases: dict[UUID, Release]
    sessions: Sequence[Session]

    @property
    def here(self) -> str:
        """Its page."""
        return f"{writing_path(self.what.course.id)}/kurse/{self.run.id}"

    @property
    def chapters(self) -> list[tuple[str, list[EditionLesson]]]:
        """The lessons under the titles of their chapters."""
        return [(title, list(found)) for title, found in groupby(self.lessons, key=lambda one: one.chapter)]

    def chosen(self, values: Sequence[str]) -> set[UUID]:
        """The lessons that were ticked, and those of chapters that were."""
        whole = [
            one.lesson_id
            for number, (_, lessons) in enumerate(self.chapters)
            if f"{WHOLE}{number}" in values
            for one in lessons
        ]
        return {*whole, *(one.lesson_id for one in self.lessons if str(one.lesson_id) in values)}


class RunPages(Controller):
    """For the trainers of the run, and for the programme team."""

    path = "/inhalte/{course_id:uuid}/kurse/{run_id:uuid}"
    opt = may("U", "lesson")
    include_in_schema = False

    @get()
    async def index(
        self,
        course_id: FromPath[UUID],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """The edition of the run, and when each lesson opens."""
        async with begin.reading() as session:
            found = await _of_run(session, actor, course_id, run_id, clock)
        return _page(found, form_from(ReleaseForm, since="now"), clock)

    @post()
    async def release(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        releases: NamedDependency[Releases],
    ) -> Template | Redirect:
        """Let these lessons open then."""
        form = form_from(ReleaseForm, await request.form())
        async with begin.reading() as session:
            found = await _of_run(session, actor, course_id, run_id, clock)
        _know(form, found)
        if not form.validate():
            return _page(found, form, clock, status=422)
        await releases.release(
            actor, course_id=course_id, run_id=run_id, lesson_ids=found.chosen(form.lessons.data),
            since=form.meant(),
        )  # fmt: skip
        return after(found.here, SAVED)

    @get("/uebernehmen")
    async def ask_take_over(
        self,
        course_id: FromPath[UUID],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """What the newest edition would change for the people of this run."""
        async with begin.reading() as session:
            found = await _of_run(session, actor, course_id, run_id, clock)
            if found.newest is None:
                raise NotFound
            old = await state_in(session, found.edition) if found.edition else State((), {})
            new = await state_in(session, found.newest)
            begun = await begun_in(session, run_id)
        return Template(
            "learning/contents/take_over.html",
            context={"of": found, "differences": differences(old, new), "begun": begun},
        )

    @post("/uebernehmen")
    async def take_over(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        editions: NamedDependency[Editions],
    ) -> Redirect:
        """Take it over: the edition that was looked at, not one that came meanwhile."""
        number = str((await request.form()).get("ausgabe", ""))
        if not number.isdecimal() or len(number) > 6:
            raise NotFound
        await editions.take_over(actor, course_id=course_id, run_id=run_id, number=int(number))
        return after(f"{writing_path(course_id)}/kurse/{run_id}", TAKEN_OVER)


async def _of_run(session: AsyncSession, actor: Actor, course_id: UUID, run_id: UUID, clock: Clock) -> OfRun:
    """A constant number of statements."""
    run = await run_to_lead(session, actor, course_id, run_id)
    what = await written(session, await course_to_write(session, actor, course_id))
    edition = await edition_of(session, run, clock())
    editions = await editions_of(session, course_id)
    lessons = await lessons_of(session, edition.id) if edition else ()
    return OfRun(
        what, run, edition, editions[0] if editions else None, lessons,
        dict(await releases_in(session, run_id)), await sessions_in(session, run_id),
    )  # fmt: skip


def _know(form: ReleaseForm, found: OfRun) -> None:
    choices = []
    for number, (title, lessons) in enumerate(found.chapters):
        choices.append((f"{WHOLE}{number}", gettext("The whole chapter: %(title)s", title=title)))
        choices += [(str(one.lesson_id), one.title) for one in lessons]
    form.lessons.choices = choices
    form.session.choices = [(str(one.id), period(one.starts_at, one.ends_at)) for one in found.sessions]


def _page(found: OfRun, form: ReleaseForm, clock: Clock, *, status: int = 200) -> Template:
    _know(form, found)
    return Template(
        "learning/contents/run.html",
        context={
            "of": found,
            "form": form,
            "session_starts": {one.id: one.starts_at for one in found.sessions},
            "now_is": clock(),
        },
        status_code=status,
    )
