"""Who helps, what they know about, and what the centre asks of the young."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.models import (
    DeskKind,
    HelpDesk,
    HelpTopic,
)
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.people.rules import is_minor
from lms.volunteering import rules
from lms.volunteering.models import (
    Helper,
    HelperLimits,
    HelperState,
    HelperTopic,
)


@dataclass(frozen=True, slots=True)
class Known:
    """A helper with the person and the topics they know about."""

    helper: Helper
    person: Person
    topic_ids: frozenset[UUID] = frozenset()

    def is_minor_on(self, day: date) -> bool:
        """Whether they are under 18 that day."""
        return is_minor(self.person.birth_date, day)

    @property
    def has_consent(self) -> bool:
        """Whether a guardian agrees, now."""
        return self.helper.consented_at is not None and self.helper.consent_ended_at is None

    @property
    def is_adult_beside(self) -> bool:
        """Whether the young may sit beside them."""
        return self.helper.is_experienced


async def helper_of(session: AsyncSession, helper_id: UUID, *, lock: bool = False) -> Known:
    """A helper; with `lock` nobody else changes it until the transaction ends. Raises NotFound."""
    wanted = select(Helper).where(Helper.id == helper_id).execution_options(populate_existing=lock)
    helper = await session.scalar(wanted.with_for_update() if lock else wanted)
    if helper is None:
        raise NotFound
    person = await session.get_one(Person, helper.person_id)
    topics = await session.scalars(select(HelperTopic.topic_id).where(HelperTopic.helper_id == helper_id))
    return Known(helper, person, frozenset(topics))


async def helper_of_person(session: AsyncSession, person_id: UUID | None) -> Helper | None:
    """The helper that somebody is."""
    found: Helper | None = await session.scalar(select(Helper).where(Helper.person_id == person_id))
    return found


VIEWS: Mapping[str, ColumnElement[bool]] = {
    "": Helper.state == HelperState.ASKED,
    "dabei": Helper.state == HelperState.APPROVED,
    "beendet": Helper.state.in_((HelperState.ENDED, HelperState.DECLINED)),
    "alle": Helper.id.is_not(None),
}
"""The saved views of the team's list; the first one is what waits for a decision."""


async def helpers_in(session: AsyncSession, *where: ColumnElement[bool]) -> Sequence[Known]:
    """Helpers by name, with their topics; two statements."""
    rows = (
        await session.execute(
            select(Helper, Person)
            .join(Person, Person.id == Helper.person_id)
            .where(*where)
            .order_by(Person.family_name, Person.given_name, Helper.id)
        )
    ).all()
    topics: dict[UUID, set[UUID]] = {}
    for helper_id, topic_id in await session.execute(
        select(HelperTopic.helper_id, HelperTopic.topic_id).where(
            HelperTopic.helper_id.in_([row[0].id for row in rows])
        )
    ):
        topics.setdefault(helper_id, set()).add(topic_id)
    return [Known(row[0], row[1], frozenset(topics.get(row[0].id, ()))) for row in rows]


def waits_for_decision() -> ColumnElement[bool]:
    """Applications that the team can decide about: no guardian is missing."""
    return and_(
        Helper.state == HelperState.ASKED,
        or_(
            Helper.guardian_id.is_(None),
            and_(Helper.consented_at.is_not(None), Helper.consent_ended_at.is_(None)),
        ),
    )


async def topics(session: AsyncSession) -> Mapping[UUID, HelpTopic]:
    """What people need help with at desks for everybody, in the order of the desk."""
    found = await session.scalars(
        select(HelpTopic)
        .where(HelpTopic.audience == DeskKind.HELP, HelpTopic.ended_at.is_(None))
        .order_by(HelpTopic.position, HelpTopic.name_de)
    )
    return {topic.id: topic for topic in found}


async def desks(session: AsyncSession) -> Sequence[HelpDesk]:
    """Desks at which helpers can sit: those for everybody."""
    found = await session.scalars(
        select(HelpDesk)
        .where(HelpDesk.kind == DeskKind.HELP, HelpDesk.ended_at.is_(None))
        .order_by(HelpDesk.position, HelpDesk.name_de)
    )
    return found.all()


async def limits_of(session: AsyncSession) -> rules.Limits:
    """The centre's limits for the young."""
    row = await session.get(HelperLimits, 1)
    if row is None:
        return rules.Limits()
    return rules.Limits(
        least_age=row.least_age, night_from=row.night_from, night_until=row.night_until, child_from=row.child_from,
        child_until=row.child_until, child_minutes=row.child_minutes, youth_minutes=row.youth_minutes,
        school_until=row.school_until, withdraw_hours=row.withdraw_hours,
    )  # fmt: skip
