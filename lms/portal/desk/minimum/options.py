"""What can become of a run with too few people, each option with what it would mean: read and computed, nothing changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.enrolment.lists.interested import interest_counts
from lms.enrolment.minimum import rules
from lms.enrolment.minimum.models import RunDecision
from lms.enrolment.minimum.queries import decision_of, placed_in, planned_sessions, runs_to_join
from lms.enrolment.minimum.values import Level, decide_on
from lms.enrolment.models import Enrolment
from lms.portal.desk.run_reading import run_with_course
from lms.resources.models import Venue
from lms.scheduling.models import Session
from lms.web.formats import amount, date_short, units
from lms.web.language import gettext, ngettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a run that is to be decided about. Money in cents."""

    run: Run
    course: Course
    decision: RunDecision | None
    levels: Sequence[Level]
    decide_on: date | None
    placed: Sequence[Enrolment]
    meetings: Sequence[Session]
    others: Sequence[tuple[Run, Venue | None]]
    interested: int
    now: datetime

    @property
    def people(self) -> int:
        """How many have a place in the whole run."""
        return len(self.placed)

    @property
    def income_cents(self) -> int:
        """What they pay together."""
        return sum(one.price_cents for one in self.placed)

    @property
    def planned_cents(self) -> int:
        """What the run was to bring in at its least number."""
        return rules.planned_income(self.run.price_cents, self.run.minimum)

    @property
    def small_group_cents(self) -> int:
        """The fee of a full place in a small group: the run's own level, else what brings in what was planned."""
        level = rules.level_for(self.levels, self.people)
        if level is not None:
            return level.cents
        prices = [one.price_cents for one in self.placed]
        return rules.spread(self.planned_cents, self.run.price_cents, prices)

    @property
    def to_come(self) -> Sequence[Session]:
        """The sessions that have not begun."""
        return [one for one in self.meetings if one.starts_at > self.now]

    @property
    def sessions_to_drop(self) -> Sequence[Session]:
        """The last sessions, so many that the rest is what these people pay for."""
        keep = rules.sessions_to_keep(len(self.meetings), self.people, self.run.minimum)
        dropped = self.meetings[keep:]
        return [one for one in dropped if one.starts_at > self.now]

    @property
    def shortened_cents(self) -> int:
        """The part of the price for the sessions that would be left."""
        minutes = sum(one.minutes for one in self.meetings)
        gone = sum(one.minutes for one in self.sessions_to_drop)
        return rules.shortened(self.run.price_cents, minutes, minutes - gone)

    def total_at(self, price_cents: int) -> int:
        """What those enrolled would pay together at this fee of a full place."""
        return sum(rules.repriced(one.price_cents, self.run.price_cents, price_cents) for one in self.placed)

    @property
    def is_short(self) -> bool:
        """Whether there are too few."""
        return self.run.occupied < self.run.minimum


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way on: what it means in sentences; `path` is empty where it is not possible, and the sentences say why."""

    title: str
    sentences: Sequence[str]
    path: str = ""
    button: str = ""
    needs_consent: bool = True


async def facts_of(session: AsyncSession, run: Any, now: datetime, *, days_before: int) -> Facts:
    """Everything about one run; ten statements. Raises NotFound."""
    found, course, _, _ = await run_with_course(session, run)
    decision, levels = await decision_of(session, found.id)
    return Facts(
        run=found,
        course=course,
        decision=decision,
        levels=levels,
        decide_on=decide_on(found, decision.decide_on if decision else None, days_before),
        placed=await placed_in(session, found.id),
        meetings=await planned_sessions(session, found.id),
        others=await runs_to_join(session, found, now),
        interested=(await interest_counts(session, [course.id])).get(course.id, 0),
        now=now,
    )


def options_of(facts: Facts) -> Iterator[Option]:
    """Every way on, in the order of the least change."""
    here = f"/verwaltung/entscheidungen/{facts.run.id}"
    yield _anyway(facts, here)
    yield _small_group(facts, here)
    yield _shorten(facts, here)
    yield _merge(facts, here)
    yield _move(facts, here)
    yield Option(
        title=gettext("Cancel"),
        sentences=[
            gettext("Every place and the waiting list end. Nobody owes anything; what has been paid goes back."),
        ],
        path=f"/verwaltung/durchfuehrungen/{facts.run.id}/absagen",
        button=gettext("Cancel the run"),
        needs_consent=False,
    )  # fmt: skip


def income_in_words(facts: Facts) -> str:
    """What comes in, and what was planned."""
    missing = facts.planned_cents - facts.income_cents
    if not facts.planned_cents:
        return gettext("The run costs nothing.")
    words = gettext(
        "%(income)s come in now; %(planned)s were planned at %(minimum)s people.",
        income=amount(facts.income_cents),
        planned=amount(facts.planned_cents),
        minimum=facts.run.minimum,
    )
    if missing > 0:
        words += " " + gettext("%(missing)s are missing.", missing=amount(missing))
    return words


def _anyway(facts: Facts, here: str) -> Option:
    is_confirmed = facts.run.state is RunState.CONFIRMED
    return Option(
        title=gettext("Let it take place"),
        sentences=[
            gettext("It is confirmed already.")
            if is_confirmed
            else gettext("Nothing changes for anybody. Everybody with a place is told that it takes place."),
            income_in_words(facts),
        ],
        path="" if is_confirmed else f"{here}/durchfuehren",
        button=gettext("Let it take place"),
        needs_consent=False,
    )


def _small_group(facts: Facts, here: str) -> Option:
    title = gettext("Small group at a new fee")
    if not facts.people:
        return Option(title=title, sentences=[gettext("Nobody has a place yet.")])
    if not facts.run.price_cents:
        return Option(
            title=title, sentences=[gettext("The run costs nothing, so there is no fee to change.")]
        )
    fee, level = facts.small_group_cents, rules.level_for(facts.levels, facts.people)
    if level is not None:
        source = gettext("This is the run's own fee from %(least)s people on.", least=level.least)
    else:
        source = gettext("At this fee the people enrolled bring in what was planned.")
    return Option(
        title=title,
        sentences=[
            gettext(
                "%(fee)s instead of %(before)s for a place, together %(total)s.",
                fee=amount(fee),
                before=amount(facts.run.price_cents),
                total=amount(facts.total_at(fee)),
            ),
            source,
        ],
        path=f"{here}/kleingruppe",
        button=gettext("Ask about a small group"),
    )


def _shorten(facts: Facts, here: str) -> Option:
    title = gettext("Shorten")
    dropped = facts.sessions_to_drop
    if not facts.people:
        return Option(title=title, sentences=[gettext("Nobody has a place yet.")])
    if not dropped:
        return Option(title=title, sentences=[gettext("There is no session that could drop out.")])
    left = len(facts.meetings) - len(dropped)
    minutes = sum(one.minutes for one in facts.meetings) - sum(one.minutes for one in dropped)
    sentences = [
        ngettext(
            "For example %(num)s session less: %(days)s.",
            "For example %(num)s sessions less: %(days)s.",
            len(dropped),
            days=", ".join(date_short(one.starts_at) for one in dropped),
        )
        + " "
        + ngettext(
            "%(num)s session with %(units)s is left.",
            "%(num)s sessions with %(units)s are left.",
            left,
            units=units(minutes),
        )
    ]
    if facts.run.price_cents:
        sentences.append(
            gettext(
                "The fee stays at %(fee)s, or is %(part)s for the part that is left.",
                fee=amount(facts.run.price_cents),
                part=amount(facts.shortened_cents),
            )
        )
    return Option(
        title=title, sentences=sentences, path=f"{here}/kuerzen", button=gettext("Ask about shortening")
    )


def _merge(facts: Facts, here: str) -> Option:
    title = gettext("Merge with another run")
    if not facts.people:
        return Option(title=title, sentences=[gettext("Nobody has a place yet.")])
    if not facts.others:
        return Option(
            title=title, sentences=[gettext("No other run of this course takes people at the moment.")]
        )
    fitting = [run for run, _ in facts.others if fits(run, facts.people)]
    return Option(
        title=title,
        sentences=[run_in_words(run, venue) for run, venue in facts.others[:3]],
        path=f"{here}/zusammenlegen" if fitting else "",
        button=gettext("Ask about merging"),
    )


def _move(facts: Facts, here: str) -> Option:
    title = gettext("Move to later dates")
    if not facts.people:
        return Option(title=title, sentences=[gettext("Nobody has a place yet.")])
    if not facts.to_come:
        return Option(title=title, sentences=[gettext("There is no session left that could move.")])
    return Option(
        title=title,
        sentences=[
            ngettext(
                "All %(num)s session moves by some weeks; room, trainer and devices are checked.",
                "All %(num)s sessions move by some weeks; room, trainer and devices are checked.",
                len(facts.to_come),
            ),
            *(
                [
                    ngettext(
                        "%(num)s person wants to hear of the next run of this course.",
                        "%(num)s people want to hear of the next run of this course.",
                        facts.interested,
                    )
                ]
                if facts.interested
                else []
            ),
        ],
        path=f"{here}/verschieben",
        button=gettext("Ask about other dates"),
    )


def fits(other: Run, people: int) -> bool:
    """Whether so many people find a place there and overtake nobody."""
    return not other.waiting and other.free >= people


def run_in_words(other: Run, venue: Venue | None) -> str:
    """Another run: number, beginning, place, price and what is free."""
    begins = date_short(other.starts_at) if other.starts_at else gettext("not known yet")
    words = gettext(
        "Run %(number)s from %(day)s, %(place)s, %(price)s, %(taken)s enrolled of %(minimum)s that are needed:",
        number=other.number,
        day=begins,
        place=venue.name if venue else gettext("Online"),
        price=amount(other.price_cents),
        taken=other.occupied,
        minimum=other.minimum,
    )
    if other.waiting:
        return words + " " + gettext("people are waiting there, so nobody else can come in")
    return (
        words + " " + ngettext("%(num)s place is free", "%(num)s places are free", other.free)
        if other.free
        else words + " " + gettext("no place is free")
    )
