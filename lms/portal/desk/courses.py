"""The team's pages about courses: the list, one with its runs, making and changing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from markupsafe import Markup
from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from content.lesson import render
from lms.catalogue.errors import AgesTheWrongWayRound, UnknownTopic
from lms.catalogue.models import Course, CourseTopic, Run, RunState
from lms.catalogue.queries import topics, whole_course
from lms.catalogue.service import Courses
from lms.db import Begin
from lms.enrolment.lists.interested import interest_counts
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.choices import AUDIENCE_NAMES, LEVEL_NAMES
from lms.portal.desk import changes
from lms.portal.desk.course_forms import CourseForm, course_form
from lms.portal.desk.distance import distance_of
from lms.portal.desk.words import RUN_STATES, spoken
from lms.portal.digcomp import competence, step
from lms.web.access import may
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in
from lms.web.versions import version_in

CREATED = declare("kurs-angelegt", N_("The course is created. Plan its first run."))
AT_FIELDS: Mapping[type[DomainError], str] = {AgesTheWrongWayRound: "max_age", UnknownTopic: "topics"}
LONGEST_SEARCH = 100
LATEST_RUNS = 20


class CoursePages(Controller):
    """Courses as the planners see them."""

    path = "/verwaltung/kurse"
    include_in_schema = False

    @get(opt=may("R", "plan", of=Scope.ALL))
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        q: FromQuery[str] = "",
        thema: FromQuery[UUID | None] = None,
    ) -> Template:
        """By title, with the number of coming runs; three statements."""
        ensure(actor.may_for_all("R", "plan"), actor)
        typed = q.strip()[:LONGEST_SEARCH]
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            rows, total = await courses_found(session, typed, thema, clock(), limit=size, offset=offset)
            all_topics = await topics(session)
        page = page_of(
            rows, number=number, size=size, total=total, path="/verwaltung/kurse",
            query=request.query_params.multi_items(),
        )  # fmt: skip
        return Template(
            "portal/desk/courses.html",
            context={
                "page": page,
                "typed": typed,
                "topics": all_topics,
                "topic": str(thema or ""),
                "may_see_interest": actor.may_for_all("R", "enrolment"),
                "may_plan": actor.may_for_all("C", "plan"),
            },
        )

    @get("/neu", opt=may("C", "plan"))
    async def ask_create(self, begin: NamedDependency[Begin], around: NamedDependency[Around]) -> Template:
        threshold = around.settings.certificate_threshold_percent
        return await _form_page(begin, course_form(threshold_percent=threshold))

    @post("/neu", opt=may("C", "plan"))
    async def create(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        courses: NamedDependency[Courses],
    ) -> Template | Redirect:
        """A new course; sent twice it is made once."""
        sent = await request.form()
        form = course_form(sent)
        await _offer_topics(form, begin)
        if sent.get("act") == "vorschau":
            return await _form_page(begin, form, with_preview=True)
        if not form.validate():
            return await _form_page(begin, form, status=422)
        try:
            course = await courses.create(actor, words=form.words(), course_id=uuid_in(form.key.data))
        except DomainError as refusal:
            form.refuse(AT_FIELDS.get(type(refusal), ""), refusal.message)
            return await _form_page(begin, form, status=refusal.status)
        return after(f"/verwaltung/kurse/{course.id}", CREATED)

    @get("/{course_id:uuid}", opt=may("R", "plan", of=Scope.ALL))
    async def show(
        self,
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """What is written about the course, its runs, its history."""
        ensure(actor.may_for_all("R", "plan"), actor)
        async with begin.reading() as session:
            whole = await whole_course(session, course_id)
            runs = (
                await session.scalars(
                    select(Run)
                    .where(Run.course_id == course_id)
                    .order_by(Run.starts_at.desc())
                    .limit(LATEST_RUNS)
                )
            ).all()
            history = await changes.of_object(session, "course", course_id)
            distance = await distance_of(session, whole.course, clock())
            interest = (await interest_counts(session, [course_id])).get(course_id, 0)
        return Template(
            "portal/desk/course.html",
            context={
                "whole": whole,
                "course": whole.course,
                "runs": runs,
                "history": history,
                "interest": interest,
                "distance": distance,
                "may_see_interest": actor.may_for_all("R", "enrolment"),
                "states": RUN_STATES,
                "audiences": AUDIENCE_NAMES,
                "levels": LEVEL_NAMES,
                "goals": [
                    (
                        spoken(one.sentence_de, one.sentence_en),
                        f"{one.competence} {competence(one.competence)}, {step(one.proficiency)}",
                    )
                    for one in whole.outcomes
                ],
                "may_certify": actor.may_for_all("issue", "certificate"),
                "may_plan": actor.may_for_all("C", "plan"),
            },
        )

    @get("/{course_id:uuid}/bearbeiten", opt=may("U", "plan"))
    async def ask_change(self, course_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        async with begin.reading() as session:
            whole = await whole_course(session, course_id)
        return await _form_page(begin, course_form(known=whole), course=whole.course)

    @post("/{course_id:uuid}/bearbeiten", opt=may("U", "plan"))
    async def change(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        courses: NamedDependency[Courses],
    ) -> Template | Redirect:
        """Write it anew. Whoever was slower is told, and what they typed stays."""
        sent = await request.form()
        form = course_form(sent)
        await _offer_topics(form, begin)
        async with begin.reading() as session:
            course = (await whole_course(session, course_id)).course
        if sent.get("act") == "vorschau":
            return await _form_page(begin, form, course=course, with_preview=True)
        status = 422
        if form.validate():
            try:
                await courses.change(
                    actor, course_id=course_id, words=form.words(), version=_version(form.version.data)
                )
                return after(f"/verwaltung/kurse/{course_id}", SAVED)
            except DomainError as refusal:
                form.refuse(AT_FIELDS.get(type(refusal), ""), refusal.message)
                status = refusal.status
                if isinstance(refusal, Stale):
                    form.version.raw_data, form.version.data = None, str(course.version)
        return await _form_page(begin, form, course=course, status=status)


PUBLIC = (RunState.PUBLISHED, RunState.CONFIRMED)


async def courses_found(
    session: AsyncSession, typed: str, topic_id: UUID | None, now: datetime, *, limit: int, offset: int
) -> tuple[Sequence[tuple[Course, int, int]], int]:
    """Courses by title, each with its coming runs and its drafts, and how many there are; two statements."""
    wanted = _fits(typed, topic_id)
    coming = (
        select(func.count())
        .where(Run.course_id == Course.id, Run.starts_at > now, Run.state.in_(PUBLIC))
        .scalar_subquery()
    )
    drafts = (
        select(func.count()).where(Run.course_id == Course.id, Run.state == RunState.DRAFT).scalar_subquery()
    )
    total = await session.scalar(select(func.count()).select_from(Course).where(wanted))
    rows = await session.execute(
        select(Course, coming, drafts)
        .where(wanted)
        .order_by(Course.title_de, Course.id)
        .limit(limit)
        .offset(offset)
    )
    return [(course, ahead, begun) for course, ahead, begun in rows], total or 0


def _fits(typed: str, topic_id: UUID | None) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = true()
    if typed:
        wanted = or_(
            func.lower(Course.title_de).contains(typed.lower(), autoescape=True),
            func.lower(Course.title_en).contains(typed.lower(), autoescape=True),
        )
    if topic_id is not None:
        wanted &= Course.id.in_(select(CourseTopic.course_id).where(CourseTopic.topic_id == topic_id))
    return wanted


async def _offer_topics(form: CourseForm, begin: Begin) -> None:
    async with begin.reading() as session:
        form.topics.choices = [
            (str(topic.id), spoken(topic.name_de, topic.name_en)) for topic in await topics(session)
        ]


async def _form_page(
    begin: Begin,
    form: CourseForm,
    *,
    course: Course | None = None,
    with_preview: bool = False,
    status: int = 200,
) -> Template:
    if not form.topics.choices:
        await _offer_topics(form, begin)
    previews = []
    if with_preview:
        for field, language in ((form.text_de, "de"), (form.text_en, "en")):
            if field.data:
                # rendered by our own renderer, which lets no markup of the writer's through
                previews.append((language, Markup(render(field.data, top_level=3))))  # noqa: S704
    return Template(
        "portal/desk/course_form.html",
        context={"form": form, "course": course, "previews": previews},
        status_code=status,
    )


def _version(text: str | None) -> int:
    return version_in(text) or 0
