"""Enrolments that wait for the team (F-E11): the list, and agreeing or not on a page that shows what was answered."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.conditions.errors import NothingToDecide
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.portal.desk.due import waits_for_team
from lms.portal.desk.enrolment_reading import EnrolmentView, read_enrolment
from lms.portal.desk.step import Step
from lms.portal.desk.words import spoken
from lms.web.access import may
from lms.web.forms import Form, TextArea, form_from
from lms.web.language import gettext, ngettext
from lms.web.notices import after, declare

APPROVED = declare("antrag-freigegeben", N_("You have agreed. The person gets a letter."))
APPROVED_TO_LIST = declare(
    "freigegeben-warteliste", N_("You have agreed. All places are taken: the person stands on the waiting list."), "info"
)  # fmt: skip
REFUSED = declare("nicht-freigegeben", N_("You have not agreed. The person gets a letter with the reason."))
MOST_LISTED = 200


class RefusalForm(Form):
    """Why somebody gets no place."""

    reason = TextArea(
        N_("Reason, in the words the person reads"),
        hint=N_("It stands in the letter. Say as well what the person can do instead."),
        missing=N_("State the reason: the person reads it."),
        rows=3,
        longest=1000,
    )


class ApprovalPages(Controller):
    """The list, the page of one, and the two buttons."""

    path = "/verwaltung/freigaben"
    opt = may("U", "enrolment")
    include_in_schema = False

    @get()
    async def index(self, begin: NamedDependency[Begin]) -> Template:
        """Who waits, the longest first."""
        async with begin.reading() as session:
            rows = await _waiting(session)
        return Template("portal/desk/approvals.html", context={"rows": rows})

    @get("/{enrolment_id:uuid}")
    async def ask(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What is known, what was answered, and what follows from each button."""
        return await _page(begin, actor, enrolment_id, form_from(RefusalForm))

    @post("/{enrolment_id:uuid}")
    async def approve(
        self,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Agree; twice is as good as once."""
        try:
            placed = await enrolment.approve(actor, enrolment_id=enrolment_id)
        except DomainError as refusal:
            return await _refused(begin, actor, enrolment_id, form_from(RefusalForm), refusal)
        is_listed = placed.state in {EnrolmentState.WAITING, EnrolmentState.OFFERED}
        return after("/verwaltung/freigaben", APPROVED_TO_LIST if is_listed else APPROVED)

    @post("/{enrolment_id:uuid}/ablehnen")
    async def refuse(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Do not agree, with the reason that the person reads."""
        form = form_from(RefusalForm, await request.form())
        if not form.validate():
            return await _page(begin, actor, enrolment_id, form, status=422)
        try:
            await enrolment.refuse_approval(actor, enrolment_id=enrolment_id, reason=form.reason.data)
        except DomainError as refusal:
            return await _refused(begin, actor, enrolment_id, form, refusal)
        return after("/verwaltung/freigaben", REFUSED)


async def _waiting(session: AsyncSession) -> Sequence[Any]:
    rows = await session.execute(
        select(Enrolment, Person, Run, Course)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .where(waits_for_team())
        .order_by(Enrolment.created_at, Enrolment.id)
        .limit(MOST_LISTED)
    )
    return rows.all()


async def _refused(
    begin: Begin, actor: Actor, enrolment_id: UUID, form: RefusalForm, refusal: DomainError
) -> Template:
    form.refuse("", refusal.message, **refusal.params)
    return await _page(begin, actor, enrolment_id, form, status=refusal.status)


async def _page(
    begin: Begin, actor: Actor, enrolment_id: UUID, form: RefusalForm, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        view = await read_enrolment(session, actor, enrolment_id)
    if not view.claim.enrolment.is_pending and not form.problems:
        form.refuse("", NothingToDecide.message)
    return Template(
        "portal/desk/approval.html",
        context={"view": view, "form": form, "step": _step(view), "is_open": view.claim.enrolment.is_pending},
        status_code=status,
    )


def _step(view: EnrolmentView) -> Step:
    run, course, one = view.claim.run, view.claim.course, view.claim.enrolment
    if one.state is EnrolmentState.HELD:
        consequence = gettext("A place is kept. If you agree, it is booked at once.")
    elif run.free > 0 and not run.waiting:
        consequence = ngettext(
            "%(num)s place is free. If you agree, it is booked at once.",
            "%(num)s places are free. If you agree, one is booked at once.",
            run.free,
        )
    else:
        consequence = gettext("No place is free. If you agree, the person stands on the waiting list.")
    name = view.claim.person.name if view.claim.person else one.reference
    return Step(
        title=gettext("Does %(name)s get a place?", name=name),
        about=gettext(
            "Run %(number)s: %(title)s", number=run.number, title=spoken(course.title_de, course.title_en)
        ),
        path=f"/verwaltung/freigaben/{one.id}",
        back="/verwaltung/freigaben",
        button=gettext("Agree"),
        way_out=gettext("Decide later"),
        sentences=[consequence],
    )
