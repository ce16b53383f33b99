"""What the page of a run tells of its way: stages, proof-reading, who teaches, what is still to be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.models import AuditEntry
from lms.catalogue.models import Run, RunState
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.scheduling.models import (
    Answer,
    Preparation,
    ProofState,
    RunTask,
    RunTrainer,
    Session,
    SessionTrainer,
)
from lms.scheduling.stages import Stage, Step, life_of, stage_of, way_of

STAGES: Mapping[Stage, tuple[str, str]] = {
    Stage.IDEA: (N_("idea"), "info"),
    Stage.PLANNED: (N_("being planned"), "info"),
    Stage.IN_PROOF: (N_("being proof-read"), "warning"),
    Stage.PROOF_READ: (N_("proof-read"), "info"),
    Stage.PUBLISHED: (N_("published"), "info"),
    Stage.CONFIRMED: (N_("takes place"), "success"),
    Stage.RUNNING: (N_("has begun"), "success"),
    Stage.FINISHED: (N_("over"), "info"),
    Stage.CANCELLED: (N_("cancelled"), "danger"),
}
"""Word and tone of each stage."""

ANSWERS: Mapping[Answer, tuple[str, str]] = {
    Answer.UNASKED: (N_("not asked yet"), "info"),
    Answer.ASKED: (N_("asked, no answer yet"), "warning"),
    Answer.ACCEPTED: (N_("has said yes"), "success"),
    Answer.DECLINED: (N_("has said no"), "danger"),
}
PROOFS: Mapping[ProofState, tuple[str, str]] = {
    ProofState.NONE: (N_("not asked yet"), "info"),
    ProofState.ASKED: (N_("asked, no answer yet"), "warning"),
    ProofState.CORRECTED: (N_("sent back with corrections"), "warning"),
    ProofState.RELEASED: (N_("released"), "success"),
}
OF_ACTION: Mapping[str, Stage] = {
    "run.planned": Stage.PLANNED,
    "run.copied": Stage.PLANNED,
    "session.added": Stage.PLANNED,
    "run.published": Stage.PUBLISHED,
    "run.confirmed": Stage.CONFIRMED,
    "run.completed": Stage.FINISHED,
    "run.cancelled": Stage.CANCELLED,
}
"""Which entry of the trail marks which stage."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who teaches the run, and what they say to it."""

    person: Person
    answer: Answer
    asked_at: datetime | None
    answered_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Way:
    """How far a run is, and what is still open about it."""

    stage: Stage
    steps: Sequence[Step]
    preparation: Preparation | None
    named: Sequence[Named]
    tasks: Sequence[RunTask]
    of_sessions: Mapping[UUID, str]
    copied_from: Run | None = None

    @property
    def proof(self) -> ProofState:
        """How proof-reading stands."""
        return self.preparation.proof if self.preparation else ProofState.NONE

    @property
    def note(self) -> str:
        """What the team wants to remember."""
        return self.preparation.note if self.preparation else ""

    def is_late(self, task: RunTask, today: date) -> bool:
        """Whether a task should have been done."""
        return task.done_at is None and task.due_on is not None and task.due_on < today

    @property
    def unanswered(self) -> bool:
        """Whether somebody could be asked."""
        return any(one.answer in {Answer.UNASKED, Answer.DECLINED} for one in self.named)


async def read_way(session: AsyncSession, run: Run, now: datetime) -> Way:
    """The way of one run; six statements at most."""
    prepared = await session.get(Preparation, run.id)
    stage = stage_of(life_of(run, prepared), now)
    tasks = await session.scalars(
        select(RunTask)
        .where(RunTask.run_id == run.id)
        .order_by(RunTask.done_at.is_not(None), RunTask.due_on.is_(None), RunTask.due_on, RunTask.position)
    )
    copied_from = (
        await session.get(Run, prepared.copied_from_id) if prepared and prepared.copied_from_id else None
    )
    return Way(
        stage=stage,
        steps=way_of(stage, await _reached(session, run, prepared, now)),
        preparation=prepared,
        named=await named_for(session, run.id),
        tasks=tasks.all(),
        of_sessions=await _of_sessions(session, run.id),
        copied_from=copied_from,
    )


async def named_for(session: AsyncSession, run_id: UUID) -> Sequence[Named]:
    """Who teaches a run, in order; one statement."""
    rows = await session.execute(
        select(RunTrainer, Person)
        .join(Person, Person.id == RunTrainer.person_id)
        .where(RunTrainer.run_id == run_id)
        .order_by(RunTrainer.position, Person.family_name)
    )
    return [Named(person, one.answer, one.asked_at, one.answered_at, one.answer_note) for one, person in rows]


async def _of_sessions(session: AsyncSession, run_id: UUID) -> Mapping[UUID, str]:
    """The names of those who teach each session."""
    rows = await session.execute(
        select(SessionTrainer.session_id, Person)
        .join(Session, Session.id == SessionTrainer.session_id)
        .join(Person, Person.id == SessionTrainer.person_id)
        .where(Session.run_id == run_id)
        .order_by(Person.family_name, Person.given_name)
    )
    found: dict[UUID, list[str]] = {}
    for session_id, person in rows:
        found.setdefault(session_id, []).append(person.name)
    return {session_id: ", ".join(names) for session_id, names in found.items()}


async def _reached(
    session: AsyncSession, run: Run, prepared: Preparation | None, now: datetime
) -> dict[Stage, datetime | None]:
    meetings = select(Session.id).where(Session.run_id == run.id)
    rows = await session.execute(
        select(AuditEntry.action, func.min(AuditEntry.at).label("at"))
        .where(
            AuditEntry.action.in_(OF_ACTION),
            (AuditEntry.object_id == run.id) | AuditEntry.object_id.in_(meetings),
        )
        .group_by(AuditEntry.action)
    )
    reached: dict[Stage, datetime | None] = {Stage.IDEA: run.created_at}
    for action, at in rows:
        stage = OF_ACTION[action]
        known = reached.get(stage)
        reached[stage] = at if known is None else min(known, at)
    if run.session_count:
        reached.setdefault(Stage.PLANNED, run.created_at)
    if prepared is not None and prepared.proof_asked_at is not None:
        reached[Stage.IN_PROOF] = prepared.proof_asked_at
        if prepared.proof is ProofState.RELEASED:
            reached[Stage.PROOF_READ] = prepared.proof_answered_at
    if run.published_at is not None:
        reached[Stage.PUBLISHED] = run.published_at
    if run.state is RunState.CONFIRMED:
        reached.setdefault(Stage.CONFIRMED, None)
    if run.state not in {RunState.DRAFT, RunState.CANCELLED}:
        if run.starts_at is not None and run.starts_at <= now:
            reached[Stage.RUNNING] = run.starts_at
        if run.ends_at is not None and run.ends_at <= now:
            reached[Stage.FINISHED] = run.ends_at
    return reached
