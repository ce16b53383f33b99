"""A run under its lock: the only place from which anything about its places is decided."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Audience, Course, CourseAudience, Run
from lms.enrolment import rules
from lms.enrolment.errors import AlreadyEnrolled, OrderBroken, RunFull, SessionFull
from lms.enrolment.models import OCCUPYING, Enrolment, EnrolmentState, ListEvent, Party
from lms.enrolment.service.ending import has_ended
from lms.jobs.queue import Event, announce
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.errors import DomainError, NotFound
from lms.scheduling.errors import RoomTooSmall
from lms.settings import Settings

LAPSING = (EnrolmentState.HELD, EnrolmentState.OFFERED, EnrolmentState.REQUESTED)
ENDED = frozenset({EnrolmentState.EXPIRED, EnrolmentState.CANCELLED})


@dataclass(slots=True)
class LockedRun:
    """A run whose row is locked until the transaction ends, with what its places look like under the lock.

    `free` is kept true by everything that changes a state through here. `smallest` is the size of the smallest party that
    waits, `due` how many holds, offers and requests have lapsed and are not settled yet.
    """

    session: AsyncSession
    run: Run
    settings: Settings
    at: datetime
    min_age: int | None
    max_age: int | None
    is_for_youth: bool
    free: int
    last_position: int = 0
    smallest: int | None = None
    due: int = 0

    @property
    def is_promoting(self) -> bool:
        """Whether freed places go to the waiting list."""
        return rules.is_promoting(self.run, self.at)

    def takes(self, size: int, *, held: int = 0) -> bool:
        """Whether a newcomer of this size gets its places at once."""
        return rules.newcomer_fits(
            size, free=self.free, held=held, smallest_waiting=self.smallest, promoting=self.is_promoting
        )

    def next_position(self) -> int:
        """The end of the line."""
        self.last_position += 1
        return self.last_position

    def joined(self, size: int) -> None:
        """A party of this size waits from now on."""
        self.smallest = size if self.smallest is None else min(self.smallest, size)

    def move(
        self,
        enrolment: Enrolment,
        state: EnrolmentState,
        *,
        actor: Actor,
        action: str,
        reason: str = "",
        is_new: bool = False,
    ) -> None:
        """Bring an enrolment into a state, count its place and write the trail."""
        before = None if is_new else enrolment.state
        if not enrolment.is_drop_in:  # who comes to single sessions takes no place of the run
            self.free += (before in OCCUPYING) - (state in OCCUPYING)
        enrolment.state = state
        enrolment.changed_at = self.at
        if not is_new:
            enrolment.version += 1
        if state in ENDED:
            enrolment.ended_at = self.at
            enrolment.ended_reason = reason
            enrolment.held_until = None
            has_ended(self.session, enrolment.id, self.at)
        self.note(enrolment.id, enrolment.person_id, action, before, state, actor=actor, reason=reason)

    def note(
        self,
        enrolment_id: UUID,
        person_id: UUID | None,
        action: str,
        before: EnrolmentState | None,
        after: EnrolmentState,
        *,
        actor: Actor = SYSTEM,
        reason: str = "",
    ) -> None:
        """Write one line of the audit trail about an enrolment's state."""
        record(
            self.session,
            actor,
            f"enrolment.{action}",
            at=self.at,
            kind="enrolment",
            object_id=enrolment_id,
            person_id=person_id,
            before={"state": before} if before else None,
            after={"state": after},
            reason=reason,
        )

    def happened(self, party_id: UUID, kind: str, reason: str = "", *, free: int | None = None) -> None:
        """Write one line of the waiting list's history; `free` where the number of free places was the reason."""
        self.session.add(
            ListEvent(run_id=self.run.id, party_id=party_id, at=self.at, kind=kind, reason=reason, free=free)
        )

    def tell(self, event: Event) -> None:
        """Announce what has happened."""
        announce(self.session, event, at=self.at)


# Said once: putting a statement together costs as much as sending it.
THE_RUN = (
    select(
        Run,
        Course.min_age,
        Course.max_age,
        exists().where(CourseAudience.course_id == Course.id, CourseAudience.audience == Audience.YOUTH),
    )
    .join(Course, Course.id == Run.course_id)
    .where(Run.id == bindparam("run_id"))
    .with_for_update(of=Run, key_share=True)
    .execution_options(populate_existing=True)
)
THE_LINE = select(
    select(func.count())
    .where(
        Enrolment.run_id == bindparam("run_id"),
        Enrolment.state.in_(LAPSING),
        Enrolment.held_until <= bindparam("at"),
    )
    .scalar_subquery(),
    select(func.max(Party.position)).where(Party.run_id == bindparam("run_id")).scalar_subquery(),
    select(func.min(Party.size))
    .join(Enrolment, Enrolment.party_id == Party.id)
    .where(Enrolment.run_id == bindparam("run_id"), Enrolment.state == EnrolmentState.WAITING)
    .scalar_subquery(),
)


async def lock(session: AsyncSession, run_id: UUID, *, at: datetime, settings: Settings) -> LockedRun:
    """Lock the run and look at its places; nothing is settled yet. Raises NotFound.

    Everything about places is read after the lock is held, by a statement of its own: what a statement had read before it
    came to wait would be old. (SQLite's transaction that writes is the lock.)
    """
    found = (await session.execute(THE_RUN, {"run_id": run_id})).first()
    if found is None:
        raise NotFound
    run, min_age, max_age, is_for_youth = found
    locked = LockedRun(
        session=session,
        run=run,
        settings=settings,
        at=at,
        min_age=min_age,
        max_age=max_age,
        is_for_youth=is_for_youth,
        free=run.capacity - run.occupied,
    )
    await look(locked)
    return locked


async def look(locked: LockedRun) -> None:
    """Read the line anew."""
    found = await locked.session.execute(THE_LINE, {"run_id": locked.run.id, "at": locked.at})
    due, last, locked.smallest = found.one()
    locked.due, locked.last_position = due, last or 0


REFUSALS: dict[str, type[DomainError]] = {
    "nobody_overtakes": OrderBroken,
    "ck_run_places": RunFull,
    "room_too_small": RoomTooSmall,
    "drop_ins_full": SessionFull,
}


@asynccontextmanager
async def refusals() -> AsyncIterator[None]:
    """Say in our words what the database refuses as last guard; it should never come to that."""
    try:
        yield
    except DBAPIError as error:
        text = str(error.orig)
        if "uq_enrolment_live" in text or "enrolment.run_id, enrolment.person_id" in text:
            raise AlreadyEnrolled(name="") from error
        for name, refusal in REFUSALS.items():
            if name in text:
                raise refusal from error
        raise
