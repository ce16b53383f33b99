"""Who is written to by a rule, in a session of the database that somebody else opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import ColumnElement, Select, Uuid, and_, cast, exists, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.attendance.models import Attendance, Presence
from lms.catalogue.models import Audience, Course, CourseAudience, CourseTopic, Run, RunState, Topic
from lms.correspondence.models import Anchor, MessageRule, RecipientRole, RuleMessage
from lms.correspondence.rules import Conditions, due_at, moments_around
from lms.enrolment.models import LIVE, Enrolment, EnrolmentState
from lms.enrolment.queries import comes_to
from lms.enrolment.seats.models import SeatOrder
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer

NOTHING = cast(null(), Uuid())
NEVER = cast(null(), DateTimeUTC())
MOST = 5_000
TAKES_PLACE = (RunState.PUBLISHED, RunState.CONFIRMED, RunState.COMPLETED)


@dataclass(frozen=True, slots=True)
class Due:
    """One message that a rule owes: to whom, about what, counted from which moment, and when it is due."""

    due_at: datetime
    moment: datetime
    about_id: UUID
    person_id: UUID
    run_id: UUID
    session_id: UUID | None
    enrolment_id: UUID | None
    joined_at: datetime | None

    @property
    def is_too_late(self) -> bool:
        """Whether it was due before this person was there at all: what they should know has been told them since."""
        return self.joined_at is not None and self.joined_at > self.due_at


async def due_between(
    session: AsyncSession, rule: MessageRule, first: datetime, last: datetime, *, limit: int = MOST
) -> Sequence[Due]:
    """What the rule owes after `first` and until `last`, in order of time, without what it has written; one statement."""
    since, until = moments_around(first, last, rule.days)
    rows = await session.execute(_candidates(rule, since, until).limit(limit))
    found = [
        Due(
            due_at=due_at(row.moment, rule.days, rule.at),
            moment=row.moment,
            about_id=row.about_id,
            person_id=row.person_id,
            run_id=row.run_id,
            session_id=row.session_id,
            enrolment_id=row.enrolment_id,
            joined_at=None if rule.anchor is Anchor.ENROLLED else row.joined_at,
        )
        for row in rows
    ]
    wanted = (one for one in found if first < one.due_at <= last and not one.is_too_late)
    return sorted(wanted, key=lambda one: (one.due_at, str(one.person_id)))


def _candidates(rule: MessageRule, since: datetime, until: datetime) -> Select[Any]:
    moment, by_session = _moment(rule), rule.anchor is Anchor.SESSION
    is_enrolled = rule.role in {RecipientRole.PARTICIPANTS, RecipientRole.WAITING}
    who = {
        RecipientRole.TRAINERS: _TAUGHT.c.person_id if by_session else RunTrainer.person_id,
        RecipientRole.COMPANIES: SeatOrder.contact_id,
    }.get(rule.role, Enrolment.person_id)
    about = Session.id if by_session else (Enrolment.id if is_enrolled else Run.id)
    columns: list[Any] = [
        about.label("about_id"),
        moment.label("moment"),
        who.label("person_id"),
        Run.id.label("run_id"),
        (Session.id if by_session else NOTHING).label("session_id"),
        (Enrolment.id if is_enrolled else NOTHING).label("enrolment_id"),
        (_joined(rule.role) if is_enrolled else NEVER).label("joined_at"),
    ]
    wanted: Select[Any] = select(*columns).select_from(Run).join(Course, Course.id == Run.course_id)
    if by_session:
        wanted = wanted.join(Session, Session.run_id == Run.id).where(Session.state == SessionState.PLANNED)
    return (
        _of_role(wanted, rule.role, by_session=by_session)
        .where(
            moment.is_not(None),
            moment >= since,
            moment <= until,
            who.is_not(None),
            Run.state.in_(TAKES_PLACE),
            ~exists().where(
                RuleMessage.rule_id == rule.id,
                RuleMessage.about_id == about,
                RuleMessage.moment == moment,
                RuleMessage.person_id == who,
            ),
            *_conditions(Conditions.of(rule.conditions), by_session=by_session),
        )
        .distinct()
        .order_by("moment")
    )


def _moment(rule: MessageRule) -> Any:
    if rule.anchor is Anchor.ENROLLED:
        return _joined(rule.role)
    return {
        Anchor.RUN_STARTS: Run.starts_at,
        Anchor.RUN_ENDS: Run.ends_at,
        Anchor.ENROLMENT_CLOSES: Run.enrolment_closes_at,
        Anchor.SESSION: Session.starts_at if rule.days <= 0 else Session.ends_at,
    }[rule.anchor]


def _joined(role: RecipientRole) -> Any:
    return Enrolment.confirmed_at if role is RecipientRole.PARTICIPANTS else Enrolment.created_at


_NAMED = exists().where(SessionTrainer.session_id == Session.id)
_TAUGHT = union_all(
    select(SessionTrainer.session_id, SessionTrainer.person_id),
    # whoever is named for a session teaches it, and nobody else of the run
    select(Session.id, RunTrainer.person_id)
    .join(RunTrainer, RunTrainer.run_id == Session.run_id)
    .where(~_NAMED),
).subquery("taught")


def _of_role(wanted: Select[Any], role: RecipientRole, *, by_session: bool) -> Select[Any]:
    if role is RecipientRole.TRAINERS:
        if by_session:
            return wanted.join_from(Session, _TAUGHT, _TAUGHT.c.session_id == Session.id)
        return wanted.join_from(Run, RunTrainer, RunTrainer.run_id == Run.id)
    if role is RecipientRole.COMPANIES:
        has_seats = exists().where(Enrolment.order_id == SeatOrder.id, Enrolment.state.in_(LIVE))
        return wanted.join_from(Run, SeatOrder, SeatOrder.run_id == Run.id).where(has_seats)
    state = EnrolmentState.CONFIRMED if role is RecipientRole.PARTICIPANTS else EnrolmentState.WAITING
    return wanted.join(
        Enrolment,
        and_(
            Enrolment.run_id == Run.id,
            Enrolment.state == state,
            comes_to(Session.id) if by_session else Enrolment.is_drop_in.is_(False),
        ),
    )


def _conditions(given: Conditions, *, by_session: bool) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if given.audiences:
        wanted = [*(Audience(word) for word in given.audiences)]
        found.append(
            exists().where(CourseAudience.course_id == Course.id, CourseAudience.audience.in_(wanted))
        )
    if given.topics:
        found.append(
            exists().where(
                CourseTopic.course_id == Course.id,
                CourseTopic.topic_id == Topic.id,
                Topic.slug.in_(list(given.topics)),
            )
        )
    if given.course_id:
        found.append(Course.id == UUID(given.course_id))
    if given.format:
        found.append(Run.is_online.is_(given.format == "online"))
    if given.price:
        found.append(Run.price_cents == 0 if given.price == "free" else Run.price_cents > 0)
    if given.presence and by_session:
        there = (Presence.PRESENT, Presence.LATE)
        found.append(
            exists().where(
                Attendance.session_id == Session.id,
                Attendance.enrolment_id == Enrolment.id,
                Attendance.presence.in_(there)
                if given.presence == "present"
                else Attendance.presence.not_in(there),
            )
        )
    if given.is_first_course:
        earlier = aliased(Enrolment)
        found.append(
            ~exists().where(
                earlier.person_id == Enrolment.person_id,
                earlier.id != Enrolment.id,
                earlier.state == EnrolmentState.CONFIRMED,
                earlier.confirmed_at < Enrolment.confirmed_at,
            )
        )
    return found


async def rules_in_order(session: AsyncSession, *, archived: bool = False) -> Sequence[MessageRule]:
    """The rules by name; those that were put away as well when `archived`."""
    wanted = select(MessageRule).order_by(MessageRule.name, MessageRule.id)
    if not archived:
        wanted = wanted.where(MessageRule.state != "archived")
    return (await session.scalars(wanted)).all()
