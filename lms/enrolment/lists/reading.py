"""Reading the waiting list of a run: for the person who stands on it, and for the team."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.enrolment.lists.words import end_words, happening_words, rule_words
from lms.enrolment.models import Enrolment, EnrolmentState, ListEvent, Offer, OfferState, Party
from lms.enrolment.queries import Claim, histories_of, history_of, position_of
from lms.enrolment.values import Happening
from lms.messaging.models import Channel, Letter
from lms.people.models import Person

ON_THE_LIST = (EnrolmentState.WAITING, EnrolmentState.OFFERED)


@dataclass(frozen=True, slots=True)
class Story:
    """Where somebody stands on the list and what has happened there, in sentences without anybody's name."""

    is_waiting: bool
    position: int | None
    rule: Sequence[str]
    until: str
    lines: Sequence[tuple[datetime, str]]


@dataclass(slots=True)
class Waiting:
    """A party on the list, or with an open offer, as the team sees it. `rank` counts those who wait from 1."""

    party: Party
    reader: Person
    """Who gets the letters."""
    rank: int | None = None
    members: list[tuple[Enrolment, Person]] = field(default_factory=list)
    offer: Offer | None = None
    written_at: datetime | None = None
    """When the letter with the offer was written last; None where it is not written yet."""
    history: Sequence[Happening] = ()

    @property
    def first(self) -> Enrolment:
        """The enrolment that stands for all."""
        return self.members[0][0]

    @property
    def names(self) -> list[str]:
        """Who waits together."""
        return [person.name for _, person in self.members]

    @property
    def by_post(self) -> bool:
        """Whether letters to them are printed."""
        return not self.reader.email or self.reader.channel is not Channel.EMAIL


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a run's log: who, how many, what, why."""

    at: datetime
    names: tuple[str, ...]
    enrolment_id: UUID
    size: int
    happening: Happening


async def story_of(session: AsyncSession, claim: Claim, now: datetime) -> Story | None:
    """The story of one enrolment; None where it never stood on the list. At most three statements."""
    one = claim.enrolment
    history = await history_of(session, one.party_id)
    if not history:
        return None
    party = await session.get_one(Party, one.party_id)
    is_waiting = one.state is EnrolmentState.WAITING
    return Story(
        is_waiting=is_waiting,
        position=await position_of(session, one.party_id) if is_waiting else None,
        rule=rule_words(party) if is_waiting else (),
        until=end_words(claim.run, now) if is_waiting else "",
        lines=[(line.at, happening_words(line, party.size)) for line in history],
    )


async def parties_of(session: AsyncSession, run_id: UUID) -> Sequence[Waiting]:
    """Everybody on the list of a run in its order, those with an open offer included; three statements."""
    reader = aliased(Person)
    rows = await session.execute(
        select(Party, Enrolment, Person, reader, Offer)
        .join(Enrolment, Enrolment.party_id == Party.id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(
            reader,
            reader.id == func.coalesce(Enrolment.contact_id, Enrolment.guardian_id, Enrolment.person_id),
        )
        .outerjoin(Offer, and_(Offer.party_id == Party.id, Offer.state == OfferState.OPEN))
        .where(Party.run_id == run_id, Enrolment.state.in_(ON_THE_LIST))
        .order_by(Party.position, Enrolment.created_at, Enrolment.rank, Enrolment.id)
    )
    found: dict[UUID, Waiting] = {}
    rank = 0
    for party, enrolment, person, reads, offer in rows:
        if party.id not in found:
            rank += enrolment.state is EnrolmentState.WAITING
            found[party.id] = Waiting(
                party, reads, rank if enrolment.state is EnrolmentState.WAITING else None, offer=offer
            )
        found[party.id].members.append((enrolment, person))
    histories = await histories_of(session, list(found))
    firsts = [one.first.id for one in found.values() if one.offer]
    letters = await session.execute(
        select(Letter.about_id, func.max(Letter.written_at))
        .where(Letter.about_kind == "enrolment", Letter.about_id.in_(firsts), Letter.kind == "place_offered")
        .group_by(Letter.about_id)
    )
    written = {row[0]: row[1] for row in letters}
    for one in found.values():
        one.history = histories.get(one.party.id, ())
        one.written_at = written.get(one.first.id)
    return list(found.values())


async def log_of(
    session: AsyncSession, run_id: UUID, *, limit: int, offset: int = 0
) -> tuple[Sequence[Entry], int]:
    """Who got which place and why: everything that happened on the list of a run, newest first; three statements."""
    total = await session.scalar(
        select(func.count()).select_from(ListEvent).where(ListEvent.run_id == run_id)
    )
    events = (
        await session.execute(
            select(ListEvent, Party.size, Offer.deadline)
            .join(Party, Party.id == ListEvent.party_id)
            .outerjoin(Offer, and_(Offer.party_id == Party.id, ListEvent.kind == "offered"))
            .where(ListEvent.run_id == run_id)
            .order_by(ListEvent.at.desc(), ListEvent.number.desc())
            .limit(limit)
            .offset(offset)
        )
    ).all()
    people = await session.execute(
        select(Enrolment.party_id, Enrolment.id, Person.given_name, Person.family_name)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.party_id.in_({event.party_id for event, *_ in events}))
        .order_by(Enrolment.created_at, Enrolment.rank, Enrolment.id)
    )
    named: dict[UUID, list[tuple[UUID, str]]] = {}
    for party_id, enrolment_id, given_name, family_name in people:
        named.setdefault(party_id, []).append((enrolment_id, f"{given_name} {family_name}".strip()))
    return [
        Entry(
            event.at,
            tuple(name for _, name in named[event.party_id]),
            named[event.party_id][0][0],
            size,
            Happening(event.at, event.kind, event.reason, event.free, deadline),
        )
        for event, size, deadline in events
        if event.party_id in named
    ], total or 0
