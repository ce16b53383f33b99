"""Who wants to hear of a course: the numbers for planning, the list of one course, calls to make, callers to note."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.handing_out import persons_file
from lms.catalogue.models import Course
from lms.db import Begin
from lms.enrolment.lists.interest import Interests, Wanted
from lms.enrolment.lists.interested import calls_to_make, interested_in, most_wanted, sought_in_vain
from lms.enrolment.lists.models import InterestWay
from lms.enrolment.pages.interest import InterestForm
from lms.kernel.actor import Actor, ensure
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import spoken
from lms.scheduling.choices import course_of
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare

NOTED = declare("interesse-notiert", N_("The person is on the list."))
TAKEN_OFF = declare("interesse-gestrichen", N_("The person is off the list, and what we knew for it is deleted."))  # fmt: skip
CALLED = declare("interesse-angerufen", N_("The call is noted."))
WAYS = {
    InterestWay.EMAIL: N_("by e-mail"),
    InterestWay.PHONE: N_("by telephone"),
    InterestWay.POST: N_("by letter"),
}
SHOWN = 50


class InterestOverviewPages(Controller):
    """What people wait for."""

    path = "/verwaltung/interesse"
    opt = may("R", "enrolment", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def show(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """The most wanted courses, what was searched for in vain, and who has to be called; three statements."""
        ensure(actor.may_for_all("R", "enrolment"), actor)
        async with begin.reading() as session:
            context = {
                "courses": await most_wanted(session, limit=SHOWN),
                "sought": await sought_in_vain(session, limit=SHOWN),
                "calls": await calls_to_make(session, limit=SHOWN),
            }
        may_change = actor.may_for_all("U", "enrolment")
        return Template("portal/desk/interest_overview.html", context={**context, "may_change": may_change})

    @post("/{interest_id:uuid}/angerufen/{run_id:uuid}", opt=may("U", "enrolment"))
    async def called(
        self,
        interest_id: FromPath[UUID],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        interests: NamedDependency[Interests],
    ) -> Redirect:
        """Somebody was called."""
        await interests.called(actor, interest_id=interest_id, run_id=run_id)
        return after("/verwaltung/interesse", CALLED)


class InterestListPages(Controller):
    """The list of one course."""

    path = "/verwaltung/kurse/{course_id:uuid}/interesse"
    include_in_schema = False

    @get(opt=may("R", "enrolment", of=Scope.ALL))
    async def show(
        self, course_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Everybody on it, oldest first."""
        ensure(actor.may_for_all("R", "enrolment"), actor)
        async with begin.reading() as session:
            course = await course_of(session, course_id)
            people = await interested_in(session, course_id)
        return Template(
            "portal/desk/interest_list.html",
            context={
                "course": course,
                "people": people,
                "ways": WAYS,
                "here": _path(course_id),
                "may_change": actor.may_for_all("U", "enrolment"),
            },
        )

    @get(["/liste.csv", "/liste.xlsx"], opt=may("R", "enrolment", of=Scope.ALL))
    async def as_file(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The list for a spreadsheet."""
        ensure(actor.may_for_all("R", "enrolment"), actor)
        async with around.begin.reading() as session:
            course = await course_of(session, course_id)
            people = await interested_in(session, course_id)
        heads = [gettext("Person"), gettext("Contact"), gettext("How"), gettext("Since"), gettext("Told of")]
        rows: list[list[Cell]] = [
            [one.name, one.reach, translated(WAYS[one.interest.way]), one.since, ", ".join(one.told_of)]
            for one in people
        ]
        return await persons_file(request, around, actor, f"interesse-{course.slug}", [heads, *rows])

    @get("/neu", opt=may("U", "enrolment"))
    async def ask_note(self, course_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """Somebody who calls."""
        async with begin.reading() as session:
            course = await course_of(session, course_id)
        return step_page(_noting(course), form_from(InterestForm, form_id=str(uuid4())))

    @post("/neu", opt=may("U", "enrolment"))
    async def note(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        interests: NamedDependency[Interests],
    ) -> Template | Redirect:
        """On the list at once: the person has said so."""
        form = form_from(InterestForm, await request.form())
        if form.validate():
            await interests.ask(
                actor, wanted=Wanted(course_id=course_id), reach=form.reach(), form_id=form.key()
            )
            return after(_path(course_id), NOTED)
        async with begin.reading() as session:
            course = await course_of(session, course_id)
        return step_page(_noting(course), form, status=422)

    @post("/{interest_id:uuid}/streichen", opt=may("U", "enrolment"))
    async def take_off(
        self,
        course_id: FromPath[UUID],
        interest_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        interests: NamedDependency[Interests],
    ) -> Redirect:
        """At the person's own wish."""
        await interests.take_off(actor, interest_id=interest_id)
        return after(_path(course_id), TAKEN_OFF)


def _path(course_id: UUID) -> str:
    return f"/verwaltung/kurse/{course_id}/interesse"


def _noting(course: Course) -> Step:
    return Step(
        title=gettext("Note somebody who wants to hear"),
        about=spoken(course.title_de, course.title_en),
        path=f"{_path(course.id)}/neu",
        back=_path(course.id),
        button=gettext("Note the person"),
        way_out=gettext("Note nobody"),
        sentences=[
            gettext("As soon as a run of this course can be booked, the person is told: by e-mail or letter by itself, by telephone by you."),
            gettext("After 12 months the entry is deleted."),
        ],
    )  # fmt: skip
