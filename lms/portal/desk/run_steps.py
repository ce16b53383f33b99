"""What the planners do with a whole run: publish, confirm, complete, cancel it, change its places and conditions."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.catalogue.distance import ApprovalNeeded
from lms.catalogue.models import Course, Run, RunState
from lms.db import Begin
from lms.enrolment.errors import BelowOccupied, ReasonNeeded
from lms.enrolment.models import LIVE
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, Stale
from lms.kernel.marking import N_
from lms.portal.desk.run_reading import Recipients, recipients, run_with_course
from lms.portal.desk.step import Step, step_page, who_is_told
from lms.portal.desk.words import spoken
from lms.scheduling.errors import RoomTooSmall
from lms.scheduling.forms import MOST_PLACES, EditTermsForm, terms_values
from lms.scheduling.models import Preparation, ProofState
from lms.scheduling.queries import run_of
from lms.scheduling.service import Scheduling
from lms.web.access import may
from lms.web.forms import Checkbox, Form, Hidden, Number, TextArea, form_from
from lms.web.language import gettext, ngettext
from lms.web.notices import SAVED, after, declare
from lms.web.versions import Versions, both_versions, version_in

PUBLISHED = declare("veroeffentlicht", N_("The run is published. People can find it and enrol."))
PUBLISHED_EARLY = declare(
    "veroeffentlicht-frueher",
    N_("The run is published. At first only those who may enrol early can do so, then everybody."),
)
CONFIRMED = declare("bestaetigt", N_("The run is confirmed: it takes place."))
COMPLETED = declare("abgeschlossen", N_("The run is completed."))
CANCELLED = declare("abgesagt", N_("The run is cancelled. Everybody concerned is told."))
RUN = "/verwaltung/durchfuehrungen/{run_id:uuid}"


class PlacesForm(Form):
    """How many places."""

    capacity = Number(
        N_("Places"), least=1, most=MOST_PLACES, width=5, missing=N_("Enter the number of places.")
    )
    version = Hidden()


class CancelRunForm(Form):
    """Why a run does not take place, in the words that people read."""

    reason_de = TextArea(
        N_("Reason, in German"),
        hint=N_("It stands in the letter to everybody and on the page of the course."),
        missing=N_("State the reason: people will read it."),
        rows=3,
    )
    reason_en = TextArea(N_("Reason, in English"), rows=3)
    version = Hidden()


class SendForm(Form):
    """Only a button."""

    version = Hidden()


class UnreadForm(Form):
    """Publishing what nobody has proof-read."""

    unread = Checkbox(
        N_("Publish although the trainer has not released it"),
        missing=N_("Tick this to publish without proof-reading, or ask for proof-reading first."),
    )


class StepPages(Controller):
    """Each step has a page that says what follows from it."""

    path = RUN
    opt = may("U", "plan")
    include_in_schema = False

    @get("/veroeffentlichen")
    async def ask_publish(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        run, course, _ = await _known(begin, run_id)
        is_read = await _is_proof_read(begin, run_id)
        return step_page(_publishing(run, course, is_read=is_read), None if is_read else UnreadForm())

    @post("/veroeffentlichen")
    async def publish(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Show it in the catalogue; what nobody has proof-read only when that is said by a tick."""
        is_read, status, is_distance = await _is_proof_read(begin, run_id), 422, False
        form: Form = SendForm() if is_read else form_from(UnreadForm, await request.form())
        if is_read or form.validate():
            try:
                await scheduling.publish(actor, run_id=run_id)
                async with begin.reading() as session:
                    run = await run_of(session, run_id)
                return after(_path(run_id), PUBLISHED_EARLY if run.early_days else PUBLISHED)
            except DomainError as refusal:
                status, is_distance = refusal.status, isinstance(refusal, ApprovalNeeded)
                form.refuse("", refusal.message, **refusal.params)
        run, course, _ = await _known(begin, run_id)
        to_say = (
            N_("To “Distance learning” of this course"),
            f"/verwaltung/kurse/{course.id}/fernunterricht",
        )
        return step_page(
            _publishing(run, course, is_read=is_read),
            form,
            status=status,
            elsewhere=to_say if is_distance else None,
        )

    @get("/bestaetigen")
    async def ask_confirm(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(_confirming(*await _known(begin, run_id)))

    @post("/bestaetigen")
    async def confirm(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Say that it takes place for certain."""
        try:
            await scheduling.confirm(actor, run_id=run_id)
        except DomainError as refusal:
            return _refused(_confirming(*await _known(begin, run_id)), refusal)
        return after(_path(run_id), CONFIRMED)

    @get("/abschliessen")
    async def ask_complete(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        run, course, _ = await _known(begin, run_id)
        return step_page(_completing(run, course))

    @post("/abschliessen")
    async def complete(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Close a run that is over."""
        try:
            await scheduling.complete(actor, run_id=run_id)
        except DomainError as refusal:
            run, course, _ = await _known(begin, run_id)
            return _refused(_completing(run, course), refusal)
        return after(_path(run_id), COMPLETED)

    @get("/absagen")
    async def ask_cancel(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        known = await _known(begin, run_id, everybody=True)
        return step_page(_cancelling(*known), form_from(CancelRunForm, version=str(known[0].version)))

    @post("/absagen")
    async def cancel(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """The run does not take place; twice is as good as once."""
        form = form_from(CancelRunForm, await request.form())
        status = 422
        if form.validate():
            try:
                await enrolment.cancel_run(
                    actor,
                    run_id=run_id,
                    reason_de=form.reason_de.data,
                    reason_en=form.reason_en.data or "",
                    version=_version(form.version.data),
                )
                return after(_path(run_id), CANCELLED)
            except DomainError as refusal:
                form.refuse("reason_de" if isinstance(refusal, ReasonNeeded) else "", refusal.message)
                status = refusal.status
        return step_page(_cancelling(*await _known(begin, run_id, everybody=True)), form, status=status)

    @get("/plaetze")
    async def ask_places(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        run, course, _ = await _known(begin, run_id)
        form = form_from(PlacesForm, capacity=run.capacity, version=str(run.version))
        return step_page(_resizing(run, course), form)

    @post("/plaetze")
    async def change_places(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """More or fewer places; more are offered to the waiting list at once."""
        form = form_from(PlacesForm, await request.form())
        status = 422
        if form.validate():
            try:
                await enrolment.change_capacity(
                    actor, run_id=run_id, capacity=form.capacity.data, version=_version(form.version.data)
                )
                return after(_path(run_id), SAVED)
            except DomainError as refusal:
                at_field = isinstance(refusal, (BelowOccupied, RoomTooSmall))
                form.refuse("capacity" if at_field else "", refusal.message, **refusal.params)
                status = refusal.status
        run, course, _ = await _known(begin, run_id)
        return step_page(_resizing(run, course), form, status=status)

    @get("/bedingungen")
    async def ask_terms(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        run, course, _ = await _known(begin, run_id)
        form = form_from(EditTermsForm, **terms_values(run))
        form.leave_deadlines(run)
        return _terms_page(form, run, course)

    @post("/bedingungen")
    async def change_terms(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Price, deadlines, notes. Somebody who was slower is told, and what they typed stays."""
        run, course, _ = await _known(begin, run_id)
        form = form_from(EditTermsForm, await request.form())
        form.leave_deadlines(run)
        form.capacity.data, form.capacity.raw_data = run.capacity, [str(run.capacity)]
        status, versions = 422, None
        if form.validate():
            try:
                await scheduling.change(
                    actor, run_id=run_id, terms=form.terms(), version=_version(form.version.data) or 0
                )
                return after(_path(run_id), SAVED)
            except DomainError as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
                if isinstance(refusal, Stale):
                    stored = form_from(EditTermsForm, **terms_values(run))
                    versions = both_versions(form, stored, marks=["version"], keep=_path(run_id))
        return _terms_page(form, run, course, status=status, versions=versions)


def _terms_page(
    form: EditTermsForm, run: Run, course: Course, *, status: int = 200, versions: Versions | None = None
) -> Template:
    context = {"form": form, "run": run, "course": course, "versions": versions}
    return Template("portal/desk/terms.html", context=context, status_code=status)


async def _known(begin: Begin, run_id: UUID, *, everybody: bool = False) -> tuple[Run, Course, Recipients]:
    async with begin.reading() as session:
        run, course, _, _ = await run_with_course(session, run_id)
        told = await (recipients(session, run_id, list(LIVE)) if everybody else recipients(session, run_id))
    return run, course, told


def _path(run_id: UUID) -> str:
    return f"/verwaltung/durchfuehrungen/{run_id}"


def _version(text: str | None) -> int | None:
    return version_in(text)


def _refused(step: Step, refusal: DomainError) -> Template:
    form = SendForm()
    form.refuse("", refusal.message, **refusal.params)
    return step_page(step, form, status=refusal.status)


def _titled(run: Run, course: Course) -> str:
    return gettext(
        "Run %(number)s: %(title)s", number=run.number, title=spoken(course.title_de, course.title_en)
    )


async def _is_proof_read(begin: Begin, run_id: UUID) -> bool:
    """Whether there is nothing to warn of: the trainer has released it, or it is out already."""
    async with begin.reading() as session:
        run = await run_of(session, run_id)
        prepared = await session.get(Preparation, run_id)
    return run.state is not RunState.DRAFT or (prepared is not None and prepared.proof is ProofState.RELEASED)


def _opening(run: Run) -> str:
    if not run.early_days:
        return gettext("The run then stands in the catalogue, and people can enrol at once.")
    return ngettext(
        "The run then stands in the catalogue. For %(num)s day only those can enrol who wished for it, then everybody.",
        "The run then stands in the catalogue. For %(num)s days only those can enrol who wished for it, then everybody.",
        run.early_days,
    )


def _publishing(run: Run, course: Course, *, is_read: bool) -> Step:
    sessions = ngettext("It has %(num)s session.", "It has %(num)s sessions.", run.session_count)
    unread = gettext("The trainer has not released this run yet. Better ask for proof-reading first.")
    return Step(
        title=gettext("Publish the run?"),
        about=_titled(run, course),
        path=f"{_path(run.id)}/veroeffentlichen",
        back=_path(run.id),
        button=gettext("Publish"),
        way_out=gettext("Keep it as a draft"),
        sentences=[
            _opening(run) + " " + sessions,
            *([] if is_read else [unread]),
        ],
    )


def _confirming(run: Run, course: Course, told: Recipients) -> Step:
    return Step(
        title=gettext("Confirm that the run takes place?"),
        about=_titled(run, course),
        path=f"{_path(run.id)}/bestaetigen",
        back=_path(run.id),
        button=gettext("Confirm that it takes place"),
        way_out=gettext("Not yet"),
        sentences=[
            gettext(
                "%(taken)s of %(places)s places are taken; the least number is %(minimum)s.",
                taken=run.occupied,
                places=run.capacity,
                minimum=run.minimum,
            ),
            who_is_told(told),
        ],
    )


def _completing(run: Run, course: Course) -> Step:
    return Step(
        title=gettext("Complete the run?"),
        about=_titled(run, course),
        path=f"{_path(run.id)}/abschliessen",
        back=_path(run.id),
        button=gettext("Complete the run"),
        way_out=gettext("Not yet"),
        sentences=[
            gettext("Its dates and conditions can then no longer be changed. Certificates stay possible.")
        ],
    )


def _cancelling(run: Run, course: Course, told: Recipients) -> Step:
    return Step(
        title=gettext("Cancel the run?"),
        about=_titled(run, course),
        path=f"{_path(run.id)}/absagen",
        back=_path(run.id),
        button=gettext("Cancel the run"),
        way_out=gettext("Keep the run"),
        is_dangerous=True,
        sentences=[
            gettext("The run does not take place. Every place, every offer and the waiting list end, nobody owes anything."),
            who_is_told(told),
            gettext("This cannot be undone."),
        ],
    )  # fmt: skip


def _resizing(run: Run, course: Course) -> Step:
    return Step(
        title=gettext("Change the number of places"),
        about=_titled(run, course),
        path=f"{_path(run.id)}/plaetze",
        back=_path(run.id),
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=[
            gettext(
                "%(taken)s of %(places)s places are taken, %(waiting)s people are waiting.",
                taken=run.occupied,
                places=run.capacity,
                waiting=run.waiting,
            ),
            gettext("New places are offered to the waiting list at once, in order."),
        ],
    )
