"""Who comes to which run: people for whom the course is made, of the right age, who have time then."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.demo.filling.crowd import Learner, Register
from lms.demo.filling.ground import Ground
from lms.demo.filling.timetable import Planned
from lms.kernel.clock import local
from lms.kernel.period import Period
from lms.people.ages import age_on

OLDER_FROM = 60
GROWN_UP_FROM = 16
OLDEST_AT_EVERYTHING = 78
EAGERNESS = 2.5
"""How far apart people are in how often they come: the higher, the more it is left to chance."""


@dataclass(slots=True)
class Guests:
    """Chooses; whoever has come seldom so far comes first, with some chance."""

    ground: Ground
    register: Register

    def take(self, planned: Planned, count: int, *, besides: Sequence[Learner] = ()) -> list[Learner]:
        """So many people for this run. Where there are not enough who have time, some do it twice; none is ever the wrong age."""
        wanted = [
            learner
            for learner in self.register.learners
            if self._fits(learner, planned) and learner not in besides
        ]
        order = {learner: learner.enrolments + self.ground.chance.random() * EAGERNESS for learner in wanted}
        periods = [Period(one.starts_at, one.ends_at) for one in planned.sessions]

        def reluctance(learner: Learner) -> tuple[bool, bool, bool, float]:
            is_foreign = planned.course.language not in {"de", learner.mother_tongue}
            is_busy = any(mine.overlaps(one) for mine in learner.busy for one in periods)
            return is_foreign, is_busy, planned.course.slug in learner.courses, order[learner]

        chosen = sorted(wanted, key=reluctance)[:count]
        if len(chosen) < count:
            raise ValueError(f"nobody is left for run {planned.run.number}: {len(chosen)} of {count}")
        for learner in chosen:
            self.engage(learner, planned)
        return chosen

    def engage(self, learner: Learner, planned: Planned) -> None:
        """Remember when somebody sits where."""
        learner.enrolments += 1
        learner.courses.add(planned.course.slug)
        learner.busy += [Period(one.starts_at, one.ends_at) for one in planned.sessions]

    def _fits(self, learner: Learner, planned: Planned) -> bool:
        course = planned.course
        age = age_on(learner.birth_date, local(planned.starts_at).date())
        if learner.figure or learner.person.created_at > planned.published_at:
            return False
        if not (course.min_age or 0) <= age <= (course.max_age or age):
            return False
        is_meant = {
            "seniors": age >= OLDER_FROM,
            "youth": course.max_age is not None,
            "smes": learner.company is not None,
            "everyone": GROWN_UP_FROM <= age <= OLDEST_AT_EVERYTHING,
        }
        return any(is_meant[audience] for audience in planned.course_shape.audiences)
