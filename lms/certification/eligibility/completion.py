"""What lessons and quizzes add to what is asked, as plain functions (F-I04)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Mix(StrEnum):
    """How attendance and lessons go together. Quizzes and the exam are needed either way."""

    ALL = "all"
    EITHER = "either"
    """Attendance or lessons: for courses that one may also take online."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson of the run. `needed` says whether it counts for completing the course."""

    id: UUID
    title: str
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Learnt:
    """How far somebody is with what the rule asks of lessons and quizzes."""

    done: int = 0
    needed: int = 0
    """So many of the lessons that count have to be done."""
    total: int = 0
    quizzes: Sequence[str] = ()
    """The titles of those that have to be passed and are not, in order."""
    asks_lessons: bool = False

    @property
    def has_lessons(self) -> bool:
        """Whether enough lessons are done. Where none are published yet nothing is done."""
        return self.done >= self.needed and self.total > 0

    @property
    def missing(self) -> int:
        """How many lessons are missing."""
        return max(self.needed - self.done, 0)


NOTHING_LEARNT = Learnt()


def learnt(
    lessons: Sequence[Lesson],
    done: Collection[UUID],
    *,
    lessons_percent: int | None,
    quizzes: Collection[UUID],
) -> Learnt:
    """Compare what is done with what is asked: the share of the lessons that count, rounded up; 100 is all of them.

    A quiz that the run's edition does not have cannot be asked for.
    """
    counting = [one for one in lessons if one.needed]
    needed = -(-len(counting) * lessons_percent // 100) if lessons_percent is not None else 0
    return Learnt(
        done=sum(one.id in done for one in counting),
        needed=needed,
        total=len(counting),
        quizzes=[one.title for one in lessons if one.id in quizzes and one.id not in done],
        asks_lessons=lessons_percent is not None,
    )
