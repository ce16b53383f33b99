"""What of the lessons is shown on *Meine Kurse*: where to go on, open quizzes, what opens when, how far one is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import lessons_kept_days
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import Claim
from lms.kernel.actor import Actor
from lms.learning import rules
from lms.learning.addresses import lesson_path, lessons_path
from lms.learning.completion import Opening, done_lessons, openings_of_runs
from lms.learning.models import LessonKind
from lms.learning.policy import may_learn


@dataclass(frozen=True, slots=True)
class MyLessons:
    """The lessons of one enrolment. `until` is when they close after the course; None where it has no dates."""

    enrolment_id: UUID
    openings: Sequence[Opening]
    done_ids: frozenset[UUID]
    until: datetime | None

    @property
    def path(self) -> str:
        """The list of all lessons."""
        return lessons_path(self.enrolment_id)

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.openings)

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(one.part.lesson_id in self.done_ids for one in self.openings)

    @property
    def next(self) -> Opening | None:
        """Where to go on: the first open lesson that is not done."""
        return next(iter(self._open()), None)

    @property
    def quizzes(self) -> Sequence[Opening]:
        """Open quizzes that are not passed, besides the next lesson."""
        return [one for one in self._open() if one.part.kind is LessonKind.QUIZ and one is not self.next]

    @property
    def opens_next(self) -> Opening | None:
        """The lesson that opens next, where it is known when."""
        coming = [one for one in self.openings if not one.is_open and one.opens_at is not None]
        return min(coming, key=lambda one: (one.opens_at, one.part.position), default=None)

    def path_of(self, opening: Opening) -> str:
        """Where this lesson is."""
        return lesson_path(self.enrolment_id, opening.part.lesson_id, opening.part.kind)

    def _open(self) -> Sequence[Opening]:
        return [one for one in self.openings if one.is_open and one.part.lesson_id not in self.done_ids]


async def my_lessons(
    session: AsyncSession, actor: Actor, claims: Sequence[Claim], now: datetime
) -> Mapping[UUID, MyLessons]:
    """The lessons that may be read by now, by enrolment; six statements for any number of claims.

    A course without lessons, or whose lessons have closed, is left out.
    """
    kept = lessons_kept_days(session)
    until = {claim.enrolment.id: rules.readable_until(claim.run.ends_at, kept) for claim in claims}
    mine = [
        claim
        for claim in claims
        if claim.enrolment.state is EnrolmentState.CONFIRMED
        and may_learn(actor, claim.enrolment, until=until[claim.enrolment.id], now=now)
    ]
    if not mine:
        return {}
    openings = await openings_of_runs(session, {claim.run.id for claim in mine}, now)
    if not openings:
        return {}
    done = await done_lessons(session, Enrolment.id.in_([claim.enrolment.id for claim in mine]))
    return {
        claim.enrolment.id: MyLessons(
            enrolment_id=claim.enrolment.id,
            openings=openings[claim.run.id],
            done_ids=done.get(claim.enrolment.id, frozenset()),
            until=until[claim.enrolment.id],
        )
        for claim in mine
        if claim.run.id in openings
    }
