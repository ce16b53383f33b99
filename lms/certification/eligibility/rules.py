"""Who has earned a certificate, as plain functions: what is asked, what counts, and what is missing.

The threshold is the first that is set of: the funding programme's, the run's, the course's. A new course begins with the
centre's (`LMS_CERTIFICATE_THRESHOLD_PERCENT`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from certificates.document import Kind
from lms.attendance.days import Day
from lms.attendance.models import Presence
from lms.attendance.rules import counts_elsewhere
from lms.certification.eligibility.completion import NOTHING_LEARNT, Learnt, Mix
from lms.certification.eligibility.models import CourseRule, ExamOutcome, Excused, FundingProgramme, RunRule
from lms.kernel.clock import MINUTES_PER_UNIT

ONLY_ATTENDANCE = frozenset({Kind.ATTENDANCE})


class Lack(StrEnum):
    """What somebody lacks."""

    NOTHING = "nothing"
    UNITS = "units"
    LESSONS = "lessons"
    """Lessons are still to be done."""
    QUIZ = "quiz"
    """A quiz is still to be passed."""
    MARKS = "marks"
    """A session of their run has no mark yet: nothing is decided."""
    MAKE_UP = "make_up"
    """They have too little so far, and a session that they make up is still to come or has no mark yet."""
    EXAM = "exam"
    FAILED = "failed"
    """The exam is not passed, and without it there is no certificate."""


class Source(StrEnum):
    """Where a threshold comes from."""

    PROGRAMME = "programme"
    RUN = "run"
    COURSE = "course"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run asks of everybody who is to get a certificate. `programme` is who pays for it, if anybody does."""

    threshold_percent: int
    source: Source = Source.COURSE
    excused: Excused = Excused.MISSED
    kinds: Collection[Kind] = ONLY_ATTENDANCE
    exam_de: str = ""
    exam_en: str = ""
    programme: FundingProgramme | None = None
    lessons_percent: int | None = None
    quizzes: frozenset[UUID] = frozenset()
    mix: Mix = Mix.ALL

    @property
    def needs_exam(self) -> bool:
        """Whether there is an exam."""
        return Kind.EXAMINED in self.kinds

    @property
    def asks_learning(self) -> bool:
        """Whether lessons or quizzes count."""
        return self.lessons_percent is not None or bool(self.quizzes)

    @property
    def is_either(self) -> bool:
        """Whether lessons may stand for attendance."""
        return self.mix is Mix.EITHER and self.lessons_percent is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody attended, what is asked for, and what is missing. Minutes; whole units are counted down."""

    attended_minutes: int
    planned_minutes: int
    needed_minutes: int
    lack: Lack
    sessions_attended: int = 0
    sessions_planned: int = 0
    unmarked: int = 0
    minutes_late: int = 0
    excused: int = 0
    """Excused sessions that were not made up."""
    made_up: int = 0
    """Sessions that count because they were made up elsewhere."""
    needed_sessions: int | None = None
    """How many sessions it takes, where all are equally long and nobody came late; else it is counted in units."""
    is_out_of_reach: bool = False
    """Whether too little is left, even if they come to every session that has no mark yet."""
    also: Sequence[Lack] = ()
    """What is missing besides."""
    learnt: Learnt = NOTHING_LEARNT
    by_lessons: bool = False
    """Whether it is earned by lessons in place of attendance."""

    @property
    def has_earned(self) -> bool:
        """Whether the certificate may be issued."""
        return self.lack is Lack.NOTHING

    @property
    def lacks(self) -> Sequence[Lack]:
        """Everything that is missing."""
        return () if self.has_earned else (self.lack, *self.also)

    @property
    def attended_units(self) -> int:
        """Full units attended."""
        return whole_units(self.attended_minutes)

    @property
    def needed_units(self) -> int:
        """Units that are needed, the last one begun."""
        return -(-max(self.needed_minutes, MINUTES_PER_UNIT) // MINUTES_PER_UNIT)


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that says what a run asks."""

    course_threshold: int
    course: CourseRule | None = None
    run: RunRule | None = None
    programme: FundingProgramme | None = None

    def asked(self) -> Asked:
        """What holds: the programme's word before the run's before the course's."""
        course, programme = self.course, self.programme
        threshold, source = self._threshold()
        excused = course.excused if course else Excused.MISSED
        if programme is not None and programme.excused is not None:
            excused = programme.excused
        return Asked(
            threshold_percent=threshold,
            source=source,
            excused=excused,
            kinds=frozenset(Kind(kind) for kind in course.kinds) if course else ONLY_ATTENDANCE,
            exam_de=course.exam_de if course else "",
            exam_en=course.exam_en if course else "",
            programme=programme,
            lessons_percent=course.lessons_percent if course else None,
            quizzes=frozenset(UUID(one) for one in course.quizzes) if course else frozenset(),
            mix=course.mix if course else Mix.ALL,
        )

    def _threshold(self) -> tuple[int, Source]:
        if self.programme is not None and self.programme.threshold_percent is not None:
            return self.programme.threshold_percent, Source.PROGRAMME
        if self.run is not None and self.run.threshold_percent is not None:
            return self.run.threshold_percent, Source.RUN
        return self.course_threshold, Source.COURSE


def standing(
    days: Sequence[Day],
    wanted: Asked,
    outcome: ExamOutcome | None = None,
    learnt: Learnt = NOTHING_LEARNT,
) -> Standing:
    """Compare what somebody attended with what is asked: exactly the asked share is enough, without a full unit nothing is.

    A session without mark decides nothing. Of an excused session that is left out, only what was made up of it is asked.
    Where lessons may stand for attendance, they do for all of it but one unit.
    """
    attended = sum(day.counted_minutes for day in days)
    needed = -(-_asked_minutes(days, wanted.excused) * wanted.threshold_percent // 100)
    by_lessons = wanted.is_either and learnt.has_lessons and attended < needed
    if by_lessons:
        needed = MINUTES_PER_UNIT  # the paper states what was attended: without a full unit there is none
    of_attendance = _of_attendance(days, attended, needed, by_lessons=by_lessons)
    lacks = [*_of_course(of_attendance, wanted, learnt), *_of_exam(wanted, outcome)]
    return Standing(
        attended_minutes=attended,
        planned_minutes=sum(day.minutes for day in days),
        needed_minutes=needed,
        lack=lacks[0] if lacks else Lack.NOTHING,
        also=tuple(lacks[1:]),
        sessions_attended=sum(day.was_there for day in days),
        sessions_planned=len(days),
        unmarked=sum(day.presence is None for day in days),
        minutes_late=sum(_lost_by_lateness(day) for day in days),
        excused=sum(day.presence is Presence.EXCUSED and not day.was_there for day in days),
        made_up=sum(counts_elsewhere(day.taken) for day in days),
        needed_sessions=_in_sessions(days, needed),
        is_out_of_reach=not wanted.is_either
        and attended + sum(_still_to_come(day) for day in days) < max(needed, MINUTES_PER_UNIT),
        learnt=learnt,
        by_lessons=by_lessons,
    )


def kind_for(wanted: Asked, outcome: ExamOutcome | None) -> Kind:
    """Which paper somebody is to get: that of the exam for who passed it, else the one on attendance where there is one."""
    is_examined = wanted.needs_exam and outcome is ExamOutcome.PASSED
    return Kind.EXAMINED if is_examined or Kind.ATTENDANCE not in wanted.kinds else Kind.ATTENDANCE


def whole_units(minutes: int) -> int:
    """Full units of 45 minutes: a certificate never states more than was attended (L-82)."""
    return minutes // MINUTES_PER_UNIT


def _asked_minutes(days: Sequence[Day], excused: Excused) -> int:
    is_left_out = excused is Excused.LEFT_OUT
    return sum(
        day.counted_minutes if is_left_out and day.presence is Presence.EXCUSED else day.minutes
        for day in days
    )


def _of_attendance(days: Sequence[Day], attended: int, needed: int, *, by_lessons: bool) -> Sequence[Lack]:
    if by_lessons and attended >= needed:
        return ()  # marks that are missing could only add to it
    if any(day.presence is None for day in days):
        return (Lack.MARKS,)
    if attended < max(needed, MINUTES_PER_UNIT):
        return (Lack.MAKE_UP if any(day.awaits_make_up for day in days) else Lack.UNITS,)
    return ()


def _of_course(of_attendance: Sequence[Lack], wanted: Asked, learnt: Learnt) -> Sequence[Lack]:
    """What is missing of attendance, lessons and quizzes, as the rule mixes them."""
    lacks_lessons = wanted.lessons_percent is not None and not learnt.has_lessons
    of_lessons = (Lack.LESSONS,) if lacks_lessons else ()
    of_quizzes = (Lack.QUIZ,) if learnt.quizzes else ()
    if wanted.is_either and not of_attendance:
        return of_quizzes
    return (*of_attendance, *of_lessons, *of_quizzes)


def _of_exam(wanted: Asked, outcome: ExamOutcome | None) -> Sequence[Lack]:
    if wanted.needs_exam and outcome is None:
        return (Lack.EXAM,)
    if wanted.needs_exam and outcome is not ExamOutcome.PASSED and Kind.ATTENDANCE not in wanted.kinds:
        return (Lack.FAILED,)
    return ()


def _lost_by_lateness(day: Day) -> int:
    is_late = day.presence is Presence.LATE and not counts_elsewhere(day.taken)
    return min(day.minutes_late, day.minutes) if is_late else 0


def _still_to_come(day: Day) -> int:
    return 0 if day.was_there or not (day.presence is None or day.awaits_make_up) else day.minutes


def _in_sessions(days: Sequence[Day], needed: int) -> int | None:
    lengths = {day.minutes for day in days}
    is_whole = all(day.counted_minutes in {0, day.minutes} for day in days)
    if len(lengths) != 1 or not is_whole or not (length := lengths.pop()):
        return None
    return -(-max(needed, MINUTES_PER_UNIT) // length)
