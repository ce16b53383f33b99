"""Who teaches a run, and who a single session: named, exchanged, asked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import RunState
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.portal.desk.preparing import ANSWERS, named_for
from lms.portal.desk.run_reading import recipients, run_with_course
from lms.portal.desk.step import who_is_told
from lms.portal.draft_reading import read_draft
from lms.scheduling.choices import trainer_choices
from lms.scheduling.errors import ResourceTaken, TrainerCannot
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import session_of, sessions_of
from lms.scheduling.service import Scheduling
from lms.scheduling.service.assigning import listed, taught_by
from lms.scheduling.troubles import obstacle_in_words
from lms.scheduling.words import clash_in_words
from lms.web.access import may
from lms.web.forms import Checkbox, Form, Hidden, Select, form_from
from lms.web.notices import after, declare

CHANGED = declare("kursleitung-geaendert", N_("Who teaches is changed. Everybody concerned is told."))
ASKED = declare("kursleitung-gefragt", N_("The trainers are asked. Their answer stands here as soon as it is there."))  # fmt: skip
NOBODY = N_("Nobody")
PLACES = ("first", "second", "third", "fourth")
Choices = list[tuple[str, str]]


class TrainersForm(Form):
    """Up to four persons in order."""

    first = Select(N_("Trainer"), blank=NOBODY)
    second = Select(N_("Second trainer"), blank=NOBODY)
    third = Select(N_("Third trainer"), blank=NOBODY)
    fourth = Select(N_("Fourth trainer"), blank=NOBODY)
    is_agreed = Checkbox(
        N_("They come all the same: it is agreed"),
        hint=N_("For persons who are away or outside their hours by what they have entered."),
    )
    seen = Hidden()

    def offer(self, choices: Choices) -> None:
        """Whom one may choose."""
        for field in (self.first, self.second, self.third, self.fourth):
            field.choices = choices

    @property
    def chosen(self) -> list[UUID]:
        """Who is chosen, in order, each once."""
        return [UUID(one) for one in dict.fromkeys(self[place].data for place in PLACES) if one]


class AssigningPages(Controller):
    """The page of a run's trainers, and one for each session."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/kursleitung"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def show(
        self, run_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Who teaches, what they say to it, and who teaches which session."""
        async with begin.reading() as session:
            ids = [one.person.id for one in await named_for(session, run_id)]
            return await _run_page(session, run_id, _form(ids, listed(ids)), clock)

    @post()
    async def change(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Other trainers for the run and the sessions that went with it."""
        form, status, troubles = form_from(TrainersForm, await request.form()), 422, list[str]()
        async with begin.reading() as session:
            form.offer(await trainer_choices(session))
        if form.validate():
            try:
                await scheduling.name_trainers(
                    actor,
                    run_id=run_id,
                    trainer_ids=form.chosen,
                    seen=form.seen.data or "",
                    is_agreed=bool(form.is_agreed.data),
                )
                return after(f"/verwaltung/durchfuehrungen/{run_id}/kursleitung", CHANGED)
            except DomainError as refusal:
                troubles, status = _said(form, refusal), refusal.status
        async with begin.reading() as session:
            if status == Stale.status and not troubles:
                ids = [one.person.id for one in await named_for(session, run_id)]
                form.seen.data, form.seen.raw_data = listed(ids), None
            return await _run_page(session, run_id, form, clock, troubles, status=status)

    @post("/fragen")
    async def ask(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """A letter with the dates to everybody who has not been asked yet."""
        try:
            await scheduling.ask_trainers(actor, run_id=run_id)
        except DomainError as refusal:
            async with begin.reading() as session:
                ids = [one.person.id for one in await named_for(session, run_id)]
                form = _form(ids, listed(ids))
                form.refuse("", refusal.message)
                return await _run_page(session, run_id, form, clock, status=refusal.status)
        return after(f"/verwaltung/durchfuehrungen/{run_id}/kursleitung", ASKED)

    @get("/{session_id:uuid}")
    async def show_session(
        self, run_id: FromPath[UUID], session_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        """Who teaches this session."""
        async with begin.reading() as session:
            meeting = await _meeting(session, run_id, session_id)
            ids = (await taught_by(session, [session_id]))[session_id]
            return await _session_page(session, meeting, _form(ids, listed(sorted(ids))))

    @post("/{session_id:uuid}")
    async def change_session(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Other trainers for this session alone."""
        form, status, troubles = form_from(TrainersForm, await request.form()), 422, list[str]()
        async with begin.reading() as session:
            meeting = await _meeting(session, run_id, session_id)
            form.offer(await trainer_choices(session))
        if form.validate():
            try:
                await scheduling.name_session_trainers(
                    actor,
                    session_id=session_id,
                    trainer_ids=form.chosen,
                    seen=form.seen.data or "",
                    is_agreed=bool(form.is_agreed.data),
                )
                return after(f"/verwaltung/durchfuehrungen/{run_id}/kursleitung", CHANGED)
            except DomainError as refusal:
                troubles, status = _said(form, refusal), refusal.status
        async with begin.reading() as session:
            if status == Stale.status and not troubles:
                ids = (await taught_by(session, [session_id]))[session_id]
                form.seen.data, form.seen.raw_data = listed(sorted(ids)), None
            return await _session_page(session, meeting, form, troubles, status=status)


def _form(ids: Sequence[UUID], seen: str) -> TrainersForm:
    given: dict[str, Any] = {place: str(one) for place, one in zip(PLACES, ids, strict=False)}
    return form_from(TrainersForm, **given, seen=seen)


def _said(form: TrainersForm, refusal: DomainError) -> list[str]:
    """Each clash as a sentence; everything else at the top of the form."""
    if isinstance(refusal, ResourceTaken) and refusal.clashes:
        return [clash_in_words(clash) for clash in refusal.clashes]
    if isinstance(refusal, TrainerCannot):
        return [obstacle_in_words(obstacle) for obstacle in refusal.obstacles]
    form.refuse("", refusal.message, **refusal.params)
    return []


async def _meeting(session: AsyncSession, run_id: UUID, session_id: UUID) -> Session:
    meeting = await session_of(session, session_id)
    if meeting.run_id != run_id:
        raise NotFound
    return meeting


async def _run_page(
    session: AsyncSession,
    run_id: UUID,
    form: TrainersForm,
    clock: Clock,
    troubles: Sequence[str] = (),
    *,
    status: int = 200,
) -> Template:
    run, course, _, _ = await run_with_course(session, run_id)
    form.offer(choices := await trainer_choices(session))
    meetings = (await sessions_of(session, [run_id], with_cancelled=False)).get(run_id, ())
    taught = await taught_by(session, [meeting.id for meeting in meetings])
    names = dict(choices)
    told = "" if run.state is RunState.DRAFT else who_is_told(await recipients(session, run_id))
    return Template(
        "portal/desk/assigning.html",
        context={
            "run": run,
            "course": course,
            "form": form,
            "named": await named_for(session, run_id),
            "answers": ANSWERS,
            "troubles": troubles,
            "told": told,
            "now_is": clock(),
            "meetings": [
                (meeting, ", ".join(names.get(str(one), "?") for one in taught[meeting.id]))
                for meeting in meetings
            ],
        },
        status_code=status,
    )


async def _session_page(
    session: AsyncSession,
    meeting: Session,
    form: TrainersForm,
    troubles: Sequence[str] = (),
    *,
    status: int = 200,
) -> Template:
    draft = await read_draft(session, meeting.run_id)
    form.offer(choices := await trainer_choices(session))
    stored = (await taught_by(session, [meeting.id]))[meeting.id]
    names = dict(choices)
    return Template(
        "portal/desk/assigning_session.html",
        context={
            "draft": draft,
            "run": draft.run,
            "meeting": meeting,
            "form": form,
            "troubles": troubles,
            "stored": ", ".join(names.get(str(one), "?") for one in stored),
            "can_change": meeting.state is SessionState.PLANNED,
        },
        status_code=status,
    )
