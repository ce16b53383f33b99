"""Which courses are needed or recommended before a course; the team may let somebody in all the same, with a reason."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.catalogue.models import Course
from lms.db import Begin
from lms.enrolment.conditions.prerequisites import MOST, GoesInCircles, Prerequisites, mark_of
from lms.enrolment.conditions.queries import prerequisites_of
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.portal.desk.words import spoken
from lms.web.access import may
from lms.web.forms import Form, Hidden, Select, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in
from lms.web.versions import Versions, both_versions

NEEDED, ADVISED = "noetig", "empfohlen"
WAYS = [(NEEDED, N_("needed before")), (ADVISED, N_("recommended before"))]


class PrerequisiteForm(Form):
    """The courses before, in the fields `course_1`, `way_1` and so on."""

    seen = Hidden(longest=400)

    @property
    def rows(self) -> Sequence[tuple[Any, Any]]:
        """Which course, and whether it is needed."""
        return [(self[f"course_{number}"], self[f"way_{number}"]) for number in range(1, MOST + 1)]

    def before(self) -> Mapping[UUID, bool] | None:
        """What was chosen; None where a course stands there twice, which is then said at its field."""
        found: dict[UUID, bool] = {}
        for course, way in self.rows:
            course_id = uuid_in(course.data)
            if course_id in found:
                course.errors = [
                    *course.errors,
                    gettext("This course stands here twice. Remove one of them."),
                ]
            elif course_id is not None:
                found[course_id] = way.data != ADVISED
        return None if self.problems else found


for _number in range(1, MOST + 1):
    setattr(PrerequisiteForm, f"course_{_number}", Select(N_("Course"), blank=N_("no course")))
    setattr(PrerequisiteForm, f"way_{_number}", Select(N_("How?"), choices=WAYS, blank="", is_asked=True))


class PrerequisitePages(Controller):
    """Of one course."""

    path = "/verwaltung/kurse/{course_id:uuid}/voraussetzungen"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def show(self, course_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What holds now."""
        return await _page(begin, course_id, await _stored(begin, course_id))

    @post()
    async def change(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        actor: NamedDependency[Actor],
        prerequisites: NamedDependency[Prerequisites],
    ) -> Template | Redirect:
        """What holds from now on."""
        form = form_from(PrerequisiteForm, await request.form())
        await _offer(begin, course_id, form)
        before = form.before() if form.validate() else None
        if before is None:
            return await _page(begin, course_id, form, status=422)
        try:
            await prerequisites.set(actor, course_id=course_id, before=before, seen=form.seen.data or "")
        except GoesInCircles as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return await _page(begin, course_id, form, status=refusal.status)
        except Stale:
            stored = await _stored(begin, course_id)
            await _offer(begin, course_id, stored)
            versions = both_versions(form, stored, marks=["seen"], keep=f"/verwaltung/kurse/{course_id}")
            return await _page(begin, course_id, form, status=409, versions=versions)
        return after(f"/verwaltung/kurse/{course_id}", SAVED)


async def _stored(begin: Begin, course_id: UUID) -> PrerequisiteForm:
    async with begin.reading() as session:
        before = (await prerequisites_of(session, [course_id])).get(course_id, ())
    values: dict[str, object] = {"seen": mark_of(before)}
    for number, (course, is_needed) in enumerate(before[:MOST], 1):
        values |= {f"course_{number}": str(course.id), f"way_{number}": NEEDED if is_needed else ADVISED}
    return form_from(PrerequisiteForm, None, **values)


async def _offer(begin: Begin, course_id: UUID, form: PrerequisiteForm) -> None:
    async with begin.reading() as session:
        courses = await session.scalars(
            select(Course).where(Course.id != course_id).order_by(Course.title_de, Course.id)
        )
        choices = [(str(one.id), spoken(one.title_de, one.title_en)) for one in courses]
    for course, _ in form.rows:
        course.choices = choices


async def _page(
    begin: Begin,
    course_id: UUID,
    form: PrerequisiteForm,
    *,
    status: int = 200,
    versions: Versions | None = None,
) -> Template:
    await _offer(begin, course_id, form)
    async with begin.reading() as session:
        course = await session.get(Course, course_id)
    if course is None:
        raise NotFound
    return Template(
        "portal/desk/prerequisites.html",
        context={
            "course": course,
            "title_of": spoken(course.title_de, course.title_en),
            "form": form,
            "versions": versions,
        },
        status_code=status,
    )
