"""What a trainer sees first: today's sessions, what is still to be marked, and what comes next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import INCOMPLETE, TAKES_PLACE, Meeting, meetings, taught_by
from lms.attendance.support import OTHER, SUPPORT_WORDS, support_counts
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, at_venue, local, today
from lms.people.models import Person
from lms.portal.answering import to_answer
from lms.portal.standing_in import open_questions
from lms.portal.still_open import still_open
from lms.resources.models import Reservation, ReservationState
from lms.scheduling.models import Session, Substitution, SubstitutionState
from lms.web.access import may
from lms.web.language import gettext, ngettext, translated
from lms.web.module import Around

NEXT = 5
LISTED_INCOMPLETE = 10
MOST_A_DAY = 20
CALENDAR = 200


@dataclass(frozen=True, slots=True)
class Card:
    """One session of today with the words that prepare for it."""

    meeting: Meeting
    needs: Sequence[str]
    is_next: bool
    is_over: bool
    stands_in_for: str = ""
    """In whose place one teaches it; empty where it is one's own."""
    devices: int = 0
    """Devices of the centre that are set aside for it."""


class TeachingPages(Controller):
    """Only for those who teach."""

    path = "/kursleitung"
    opt = may("C", "attendance")
    include_in_schema = False

    @get()
    async def start(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """The day of a trainer."""
        clock = around.clock
        now, day = clock(), today(clock)
        morning, midnight = at_venue(day, time()), at_venue(day + timedelta(days=1), time())
        mine = taught_by(actor.person_id)
        async with around.begin.reading() as session:
            of_today = await meetings(
                session,
                mine,
                TAKES_PLACE,
                Session.starts_at >= morning,
                Session.starts_at < midnight,
                limit=MOST_A_DAY,
            )
            coming = await meetings(session, mine, TAKES_PLACE, Session.starts_at >= midnight, limit=NEXT)
            incomplete = await meetings(
                session,
                mine,
                TAKES_PLACE,
                INCOMPLETE,
                Session.ends_at <= now,
                Session.locked_at.is_(None),
                limit=LISTED_INCOMPLETE,
                latest_first=True,
            )
            asked = await to_answer(session, actor.person_id, clock)
            needs = await support_counts(session, {one.session.id for one in of_today})
            to_stand_in = await open_questions(session, actor, now)
            matters = await still_open(session, actor, around)
            absent = await _stood_in_for(session, actor.person_id, [one.session.id for one in of_today])
            devices = await _devices(session, [one.session.id for one in of_today])
        context = {
            "today": day,
            "cards": _cards(of_today, needs, now, absent, devices),
            "matters": matters,
            "coming": coming,
            "incomplete": incomplete,
            "asked": asked,
            "to_stand_in": to_stand_in,
        }
        return Template("portal/teaching/today.html", context=context)

    @get("/kalender")
    async def calendar(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Every session to come, month by month, and the way to the calendar on one's own device."""
        morning = at_venue(today(clock), time())
        async with begin.reading() as session:
            coming = await meetings(
                session, taught_by(actor.person_id), Session.starts_at >= morning, limit=CALENDAR
            )
        months = [
            (month, list(found))
            for month, found in groupby(coming, lambda one: _month(one.session.starts_at))
        ]
        return Template("portal/teaching/calendar.html", context={"months": months})


def _month(moment: datetime) -> datetime:
    return local(moment).replace(day=1, hour=12, minute=0, second=0, microsecond=0)


async def _stood_in_for(
    session: AsyncSession, person_id: UUID | None, session_ids: Sequence[UUID]
) -> Mapping[UUID, str]:
    """The names of those who cannot come, by session; one statement."""
    rows = await session.execute(
        select(Substitution.session_id, Person.given_name, Person.family_name)
        .join(Person, Person.id == Substitution.absent_id)
        .where(
            Substitution.session_id.in_(session_ids),
            Substitution.substitute_id == person_id,
            Substitution.state == SubstitutionState.SETTLED,
        )
    )
    return {row[0]: f"{row[1]} {row[2]}".strip() for row in rows}


async def _devices(session: AsyncSession, session_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """How many devices are set aside for each session; one statement."""
    rows = await session.execute(
        select(Reservation.session_id, func.count())
        .where(
            Reservation.session_id.in_(session_ids),
            Reservation.device_id.is_not(None),
            Reservation.state != ReservationState.RELEASED,
        )
        .group_by(Reservation.session_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def _cards(
    found: Sequence[Meeting],
    needs: Mapping[UUID, Counter[str]],
    now: datetime,
    absent: Mapping[UUID, str],
    devices: Mapping[UUID, int],
) -> Sequence[Card]:
    following = next((one for one in found if one.session.ends_at > now), None)
    return [
        Card(
            meeting=one,
            needs=_words(needs.get(one.session.id, Counter())),
            is_next=one is following,
            is_over=one.session.ends_at <= now,
            stands_in_for=absent.get(one.session.id, ""),
            devices=devices.get(one.session.id, 0),
        )
        for one in found
    ]


def _words(counts: Counter[str]) -> Sequence[str]:
    known = [
        gettext("%(what)s: %(num)s", what=translated(word), num=counts[key])
        for key, word in SUPPORT_WORDS.items()
        if counts[key]
    ]
    if counts[OTHER]:
        known.append(ngettext("%(num)s person needs support", "%(num)s people need support", counts[OTHER]))
    return known
