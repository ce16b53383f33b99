"""Reading places, lists and histories, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, false, func, or_, select, true, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from lms.catalogue.models import Course, Run
from lms.enrolment.models import (
    LIVE,
    Application,
    Enrolment,
    EnrolmentSession,
    EnrolmentState,
    ListEvent,
    Offer,
    OfferState,
    Party,
)
from lms.enrolment.values import Happening
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.rights import Scope
from lms.kernel.tokens import hashed
from lms.people.models import Person
from lms.scheduling.models import RunTrainer, Session, SessionTrainer

WHO = aliased(Person, name="who")
CONTACT = aliased(Person, name="contact")


@dataclass(frozen=True, slots=True)
class Claim:
    """An enrolment with what is shown beside it: whose it is, for what, and the open offer of its party."""

    enrolment: Enrolment
    person: Person | None
    contact: Person | None
    run: Run
    course: Course
    offer: Offer | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A party on a waiting list: `rank` counts from 1, `names` are those who wait together."""

    party: Party
    rank: int
    names: tuple[str, ...]
    enrolment_ids: tuple[UUID, ...]


def readable(actor: Actor) -> ColumnElement[bool]:
    """The filter of all lists of enrolments: what this actor may read, and nothing else (S-02)."""
    scopes = actor.scopes("R", "enrolment")
    if Scope.ALL in scopes:
        return true()
    allowed: list[ColumnElement[bool]] = [false()]
    if scopes & {Scope.OWN, Scope.WARDS} and actor.persons:
        allowed += [
            Enrolment.person_id.in_(list(actor.persons_for("R", "enrolment"))),
            booked_by(actor.persons),
        ]
    if Scope.EMPLOYEES in scopes and actor.companies:
        allowed.append(Enrolment.company_id.in_(list(actor.companies)))
    if Scope.OWN_RUNS in scopes and actor.person_id:
        allowed.append(
            and_(
                Enrolment.run_id.in_(taught_by(actor.person_id)),
                Enrolment.state == EnrolmentState.CONFIRMED,
            )
        )
    return or_(*allowed)


def booked_by(persons: Collection[UUID]) -> ColumnElement[bool]:
    """What these persons have booked for somebody. A guardian sees it only as long as the child is theirs to speak for."""
    ids = list(persons)
    return and_(
        Enrolment.contact_id.in_(ids),
        or_(
            Enrolment.guardian_id.is_(None),
            Enrolment.guardian_id != Enrolment.contact_id,
            Enrolment.person_id.in_(ids),
        ),
    )


def taught_by(person_id: UUID) -> CompoundSelect[UUID]:
    """The runs somebody teaches."""
    return union(
        select(RunTrainer.run_id).where(RunTrainer.person_id == person_id),
        select(Session.run_id)
        .join(SessionTrainer, SessionTrainer.session_id == Session.id)
        .where(SessionTrainer.person_id == person_id),
    )


def _claims() -> Select[Enrolment, Person | None, Person | None, Run, Course, Offer | None]:
    return (
        select(Enrolment, WHO, CONTACT, Run, Course, Offer)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(WHO, WHO.id == Enrolment.person_id)
        .outerjoin(CONTACT, CONTACT.id == Enrolment.contact_id)
        .outerjoin(Offer, and_(Offer.party_id == Enrolment.party_id, Offer.state == OfferState.OPEN))
    )


async def claim(session: AsyncSession, enrolment_id: UUID) -> Claim:
    """One enrolment, whoever asks: for listeners, and for pages that have checked a link's token. Raises NotFound."""
    found = (await session.execute(_claims().where(Enrolment.id == enrolment_id))).first()
    if found is None:
        raise NotFound
    return Claim(*found)


async def claim_for(session: AsyncSession, actor: Actor, enrolment_id: UUID) -> Claim:
    """One enrolment that the actor may read. Raises NotFound, also for somebody else's."""
    found = (await session.execute(_claims().where(Enrolment.id == enrolment_id, readable(actor)))).first()
    if found is None:
        raise NotFound
    return Claim(*found)


async def claims_page(
    session: AsyncSession,
    actor: Actor,
    *,
    limit: int,
    offset: int = 0,
    run_id: UUID | None = None,
    states: Collection[EnrolmentState] = (),
) -> tuple[Sequence[Claim], int]:
    """The actor's enrolments (for staff: all), newest first, and how many there are; never the nameless holds."""
    wanted = [readable(actor), Enrolment.person_id.is_not(None)]
    if run_id is not None:
        wanted.append(Enrolment.run_id == run_id)
    if states:
        wanted.append(Enrolment.state.in_(list(states)))
    total = await session.scalar(select(func.count()).select_from(Enrolment).where(*wanted))
    rows = await session.execute(
        _claims()
        .where(*wanted)
        .order_by(Enrolment.created_at.desc(), Enrolment.id)
        .limit(limit)
        .offset(offset)
    )
    return [Claim(*row) for row in rows], total or 0


async def claims_of_persons(
    session: AsyncSession, person_ids: Collection[UUID], *, only_taking_part: Collection[UUID] = ()
) -> Sequence[Claim]:
    """Everything these persons are, or have booked as contact, in order of the runs' start: for *Meine Kurse*.

    Of those in `only_taking_part` it gives what they take part in themselves, and not what they booked for others.
    """
    ids = [*person_ids, *only_taking_part]
    rows = await session.execute(
        _claims()
        .where(or_(Enrolment.person_id.in_(ids), booked_by(person_ids)), Enrolment.person_id.is_not(None))
        .order_by(Run.starts_at, Enrolment.created_at, Enrolment.rank, Enrolment.id)
    )
    return [Claim(*row) for row in rows]


async def claims_of_order(session: AsyncSession, order_id: UUID) -> Sequence[Claim]:
    """What was sent together, in the order in which the persons were named."""
    rows = await session.execute(
        _claims()
        .join(Party, Party.id == Enrolment.party_id)
        .where(Enrolment.order_id == order_id)
        .order_by(Party.position, Enrolment.created_at, Enrolment.rank, Enrolment.id)
    )
    return [Claim(*row) for row in rows]


async def claims_of_party(session: AsyncSession, party_id: UUID) -> Sequence[Claim]:
    """Who stands together: for the letter and the page of an offer."""
    rows = await session.execute(
        _claims()
        .where(Enrolment.party_id == party_id)
        .order_by(Enrolment.created_at, Enrolment.rank, Enrolment.id)
    )
    return [Claim(*row) for row in rows]


async def order_of(session: AsyncSession, order_id: UUID) -> Sequence[Enrolment]:
    """The enrolments of one order. Raises NotFound when there are none."""
    found = (
        await session.scalars(
            select(Enrolment)
            .join(Party, Party.id == Enrolment.party_id)
            .where(Enrolment.order_id == order_id)
            .order_by(Party.position, Enrolment.created_at, Enrolment.rank, Enrolment.id)
        )
    ).all()
    if not found:
        raise NotFound
    return found


async def offer(session: AsyncSession, offer_id: UUID) -> Offer:
    """One offer, whoever asks: the page checks the link's token. Raises NotFound."""
    found = await session.get(Offer, offer_id)
    if found is None:
        raise NotFound
    return found


async def position_of(session: AsyncSession, party_id: UUID) -> int | None:
    """The rank of a party on its waiting list, counted from 1; None when it does not wait."""
    mine = (await session.execute(select(Party.run_id, Party.position).where(Party.id == party_id))).first()
    if mine is None:
        return None
    run_id, position = mine
    ahead, waits = (
        await session.execute(
            select(
                func.count(func.distinct(Party.id)).filter(Party.position < position),
                func.count().filter(Party.id == party_id),
            )
            .select_from(Enrolment)
            .join(Party, Party.id == Enrolment.party_id)
            .where(Enrolment.run_id == run_id, Enrolment.state == EnrolmentState.WAITING)
        )
    ).one()
    return ahead + 1 if waits else None


async def waiting_list(session: AsyncSession, run_id: UUID) -> Sequence[Standing]:
    """The whole list of a run in order."""
    rows = await session.execute(
        select(Party, Enrolment.id, Person.given_name, Person.family_name)
        .join(Enrolment, Enrolment.party_id == Party.id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Party.run_id == run_id, Enrolment.state == EnrolmentState.WAITING)
        .order_by(Party.position, Enrolment.created_at, Enrolment.rank, Enrolment.id)
    )
    together: dict[UUID, tuple[Party, list[str], list[UUID]]] = {}
    for party, enrolment_id, given_name, family_name in rows:
        _, names, ids = together.setdefault(party.id, (party, [], []))
        names.append(f"{given_name} {family_name}".strip())
        ids.append(enrolment_id)
    return [
        Standing(party, rank, tuple(names), tuple(ids))
        for rank, (party, names, ids) in enumerate(together.values(), start=1)
    ]


async def history_of(session: AsyncSession, party_id: UUID) -> Sequence[Happening]:
    """What happened to a party on the list and why, oldest first; one statement."""
    return (await histories_of(session, [party_id])).get(party_id, ())


async def histories_of(
    session: AsyncSession, party_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[Happening]]:
    """The same for several parties; one statement. A party has one offer at most: afterwards it is off the list."""
    rows = await session.execute(
        select(ListEvent, Offer.deadline)
        .outerjoin(Offer, and_(Offer.party_id == ListEvent.party_id, ListEvent.kind == "offered"))
        .where(ListEvent.party_id.in_(list(party_ids)))
        .order_by(ListEvent.at, ListEvent.number)
    )
    found: dict[UUID, list[Happening]] = {}
    for event, deadline in rows:
        found.setdefault(event.party_id, []).append(
            Happening(event.at, event.kind, event.reason, event.free, deadline)
        )
    return found


async def application_of(session: AsyncSession, application_id: UUID, browser_key: str) -> Application:
    """A form being filled in, by the browser that fills it in. Raises NotFound for any other."""
    found = await session.get(Application, application_id)
    if found is None or found.key_hash != hashed(browser_key):
        raise NotFound
    return found


async def confirmed_in(
    session: AsyncSession, run_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[tuple[Enrolment, Person]]]:
    """Who has a place in each of these runs, by family name."""
    rows = await session.execute(
        select(Enrolment, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.run_id.in_(list(run_ids)), Enrolment.state == EnrolmentState.CONFIRMED)
        .order_by(Person.family_name, Person.given_name, Enrolment.id)
    )
    found: dict[UUID, list[tuple[Enrolment, Person]]] = {run_id: [] for run_id in run_ids}
    for enrolment, person in rows:
        found[enrolment.run_id].append((enrolment, person))
    return found


async def concerned(
    session: AsyncSession, run_id: UUID, session_ids: Collection[UUID]
) -> Sequence[Enrolment]:
    """Who has to hear of a change to these sessions of a run: everybody with a place in the whole run, and whoever comes to one of these sessions alone; first confirmed first."""
    of_these = coming_alone(*session_ids)
    return (
        await session.scalars(
            select(Enrolment)
            .where(
                Enrolment.run_id == run_id,
                Enrolment.state == EnrolmentState.CONFIRMED,
                or_(Enrolment.is_drop_in.is_(False), Enrolment.id.in_(of_these)),
            )
            .order_by(Enrolment.confirmed_at, Enrolment.id)
        )
    ).all()


def coming_alone(*session_ids: UUID) -> Select[UUID]:
    """The enrolments that name one of these sessions."""
    return select(EnrolmentSession.enrolment_id).where(
        EnrolmentSession.session_id.in_(session_ids), EnrolmentSession.ended_at.is_(None)
    )


def comes_to(session_id: ColumnElement[UUID] | InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """The filter for enrolments that are for this session: those for the whole run, and those that name it."""
    named = (
        select(EnrolmentSession.enrolment_id)
        .where(
            EnrolmentSession.enrolment_id == Enrolment.id,
            EnrolmentSession.session_id == session_id,
            EnrolmentSession.ended_at.is_(None),
        )
        .correlate(Enrolment, Session)
    )
    return or_(Enrolment.is_drop_in.is_(False), named.exists())


async def sessions_of(
    session: AsyncSession, enrolment_id: UUID
) -> Sequence[tuple[EnrolmentSession, Session]]:
    """The single sessions of a drop-in enrolment in order of time, those given back included."""
    rows = await session.execute(
        select(EnrolmentSession, Session)
        .join(Session, Session.id == EnrolmentSession.session_id)
        .where(EnrolmentSession.enrolment_id == enrolment_id)
        .order_by(Session.starts_at, Session.id)
        .execution_options(populate_existing=True)
    )
    return [(chosen, meeting) for chosen, meeting in rows]


async def chosen_sessions(
    session: AsyncSession, enrolment_ids: Collection[UUID]
) -> Mapping[UUID, frozenset[UUID]]:
    """Which single sessions these enrolments still are for; those for a whole run are not in it. At most one statement."""
    if not enrolment_ids:
        return {}
    rows = await session.execute(
        select(EnrolmentSession.enrolment_id, EnrolmentSession.session_id).where(
            EnrolmentSession.enrolment_id.in_(list(enrolment_ids)), EnrolmentSession.ended_at.is_(None)
        )
    )
    found: dict[UUID, set[UUID]] = {}
    for enrolment_id, session_id in rows:
        found.setdefault(enrolment_id, set()).add(session_id)
    return {enrolment_id: frozenset(ids) for enrolment_id, ids in found.items()}


async def enrolled_among(
    session: AsyncSession, run_id: UUID, person_ids: Collection[UUID], states: Collection[EnrolmentState]
) -> Sequence[UUID]:
    """Which of these persons have an enrolment in one of these states in a run."""
    found = await session.scalars(
        select(Enrolment.person_id).where(
            Enrolment.run_id == run_id,
            Enrolment.person_id.in_(list(person_ids)),
            Enrolment.state.in_(list(states)),
        )
    )
    return [one for one in found if one is not None]


async def live_in(session: AsyncSession, run_id: UUID) -> Sequence[Enrolment]:
    """Every live claim to a place in a run, nameless holds included."""
    return (
        await session.scalars(
            select(Enrolment)
            .where(Enrolment.run_id == run_id, Enrolment.state.in_(LIVE))
            .order_by(Enrolment.created_at, Enrolment.rank, Enrolment.id)
        )
    ).all()
