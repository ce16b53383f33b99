"""The daily call list: who is told by telephone, by whom, and what came of it (U20)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.jobs.worker import Periodic
from lms.kernel.actor import SYSTEM, Actor, ensure
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.messaging.models import (
    CallOutcome,
    CallState,
    Channel,
    Letter,
    LetterState,
    PhoneAttempt,
    PhoneCall,
)
from lms.messaging.secrets import covered
from lms.people.models import Person
from lms.web.letters import postal_address
from lms.web.module import Around

CLAIM = timedelta(minutes=15)
"""How long a person is somebody's: a call and the notes after it."""
POSTING = timedelta(minutes=10)
AT_ONCE = 200
BETWEEN, SAID = "\n\n", 5


class BeingCalled(DomainError):
    """Somebody else of the team is calling this person right now."""

    message = N_("%(name)s is calling this person right now. Please take the next one.")


class NotClaimed(DomainError):
    """A call that was not taken, or was taken too long ago, cannot be ticked off."""

    message = N_("You have not taken this call, or too long ago. Take it first, then call.")


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to be told: what it is about, what to say, and by when."""

    call: PhoneCall
    subject: str
    words: str
    about_kind: str
    about_id: UUID | None
    tries: Sequence[PhoneAttempt]

    @property
    def first_words(self) -> str:
        """What matters, to be said: the first paragraphs of the letter."""
        return BETWEEN.join(self.words.split(BETWEEN)[:SAID])

    @property
    def more_words(self) -> str:
        """The rest, for whoever asks."""
        return BETWEEN.join(self.words.split(BETWEEN)[SAID:])


@dataclass(frozen=True, slots=True)
class ToCall:
    """One person to be called, about everything at once."""

    person: Person
    number: str
    matters: Sequence[Matter]

    @property
    def due_at(self) -> datetime:
        """What comes first decides: the end of an offer, else when the letter goes by post."""
        return min(matter.call.deadline or matter.call.call_until for matter in self.matters)

    @property
    def has_deadline(self) -> bool:
        """Whether somebody has to answer by a moment: these are called first."""
        return any(matter.call.deadline for matter in self.matters)

    @property
    def tries(self) -> int:
        """How often nobody was reached."""
        return max(len(matter.tries) for matter in self.matters)

    def claim_at(self, now: datetime) -> PhoneCall | None:
        """The claim that holds at this moment, if there is one."""
        return next((matter.call for matter in self.matters if _is_claimed(matter.call, now)), None)


async def call_list(session: AsyncSession, *, person_id: UUID | None = None) -> Sequence[ToCall]:
    """Everybody to be called, or one of them: whoever has to answer by a moment first, then whoever waits longest; two statements."""
    wanted = [PhoneCall.state == CallState.OPEN]
    if person_id is not None:
        wanted.append(PhoneCall.person_id == person_id)
    rows = (
        await session.execute(
            select(PhoneCall, Letter, Person)
            .join(Letter, Letter.id == PhoneCall.letter_id)
            .join(Person, Person.id == PhoneCall.person_id)
            .where(*wanted)
            .order_by(PhoneCall.made_at, PhoneCall.id)
            .limit(AT_ONCE)
        )
    ).all()
    tries: dict[UUID, list[PhoneAttempt]] = {call.id: [] for call, _, _ in rows}
    for attempt in await session.scalars(
        select(PhoneAttempt).where(PhoneAttempt.call_id.in_(list(tries))).order_by(PhoneAttempt.at)
    ):
        tries[attempt.call_id].append(attempt)
    people: dict[UUID, tuple[Person, list[Matter]]] = {}
    for call, letter, person in rows:
        _, matters = people.setdefault(person.id, (person, []))
        matters.append(
            Matter(
                call,
                letter.subject,
                covered(letter.short),
                letter.about_kind,
                letter.about_id,
                tries[call.id],
            )
        )
    listed = [
        ToCall(person, matters[-1].call.number if not person.phone else person.phone, matters)
        for person, matters in people.values()
    ]
    return sorted(listed, key=lambda one: (not one.has_deadline, one.due_at, one.person.family_name))


class CallList:
    """Taking calls and ticking them off; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def claim(self, actor: Actor, *, person_id: UUID) -> None:
        """Take everything there is to tell this person for a quarter of an hour. Raises NotFound, BeingCalled."""
        _ensure_caller(actor)
        at = self.clock()
        async with self.begin() as session:
            calls = await _open_calls(session, person_id)
            if not calls:
                raise NotFound
            for call in calls:
                if _is_claimed(call, at) and call.claimed_by != actor.account_id:
                    raise BeingCalled(name=call.claimed_name)
            for call in calls:
                call.claimed_by, call.claimed_name = actor.account_id, actor.name
                call.claimed_until = at + CLAIM

    @retried
    async def release(self, actor: Actor, *, person_id: UUID) -> None:
        """Give a person back to the list without having called."""
        _ensure_caller(actor)
        async with self.begin() as session:
            for call in await _open_calls(session, person_id):
                if call.claimed_by == actor.account_id:
                    call.claimed_by, call.claimed_until, call.claimed_name = None, None, ""

    @retried
    async def tick(
        self,
        actor: Actor,
        *,
        person_id: UUID,
        call_ids: Collection[UUID],
        outcome: CallOutcome,
        note: str = "",
    ) -> int:
        """Write down what came of the calls named and say how many that were; those ticked off before are left alone.

        Reached: the person knows. Not reached: the call is free for the next try. By post: the letter waits to be printed.
        Raises NotClaimed, BeingCalled, NotFound for a person or calls that there are not.
        """
        _ensure_caller(actor)
        at, wanted = self.clock(), set(call_ids)
        async with self.begin() as session:
            person = await session.get(Person, person_id, with_for_update=True)
            if person is None:
                raise NotFound
            calls = [one for one in await _calls_of(session, person_id) if one.id in wanted]
            if not calls:
                raise NotFound
            ticked = [one for one in calls if one.state is CallState.OPEN]
            for call in ticked:
                if call.claimed_by != actor.account_id:
                    if _is_claimed(call, at):
                        raise BeingCalled(name=call.claimed_name)
                    raise NotClaimed
                await _end(session, actor, call, person, outcome, at=at, note=note)
            return len(ticked)

    async def post_unreached(self) -> int:
        """What nobody could be told in time goes by post; says how much that was. For the clockwork."""
        at, done = self.clock(), 0
        async with self.begin.reading() as session:
            due = await session.scalars(
                select(PhoneCall.id).where(_is_due(at)).order_by(PhoneCall.call_until).limit(AT_ONCE)
            )
        for call_id in due.all():
            done += await self._post_one(call_id, at)
        return done

    @retried
    async def _post_one(self, call_id: UUID, at: datetime) -> int:
        async with self.begin() as session:
            found = await session.get(PhoneCall, call_id)
            if found is None:
                return 0
            person = await session.get(Person, found.person_id, with_for_update=True)
            await session.refresh(found)  # somebody may have called while we queued for the person
            claimed = _is_claimed(found, at)
            if person is None or found.state is not CallState.OPEN or found.call_until > at or claimed:
                return 0
            await _end(session, SYSTEM, found, person, CallOutcome.BY_POST, at=at)
            return 1


def unreached(around: Around) -> Periodic:
    """The rhythm in which unreached people get their letter."""
    calls = CallList(around)

    async def act() -> None:
        await calls.post_unreached()

    return Periodic("post-unreached-calls", POSTING, act)


def _is_due(at: datetime) -> ColumnElement[bool]:
    return (
        (PhoneCall.state == CallState.OPEN)
        & (PhoneCall.call_until <= at)
        & or_(PhoneCall.claimed_until.is_(None), PhoneCall.claimed_until < at)
    )


def _is_claimed(call: PhoneCall, at: datetime) -> bool:
    return call.claimed_by is not None and call.claimed_until is not None and call.claimed_until >= at


def _ensure_caller(actor: Actor) -> None:
    ensure(actor.may_for_all("R", "message") and actor.may_for_all("U", "enrolment"), actor)


async def _calls_of(session: AsyncSession, person_id: UUID) -> Sequence[PhoneCall]:
    wanted = (
        select(PhoneCall).where(PhoneCall.person_id == person_id).order_by(PhoneCall.made_at, PhoneCall.id)
    )
    return (await session.scalars(wanted.execution_options(populate_existing=True))).all()


async def _open_calls(session: AsyncSession, person_id: UUID) -> Sequence[PhoneCall]:
    """Everything to be told to somebody, under the lock of the person: two who take calls queue for it."""
    await session.get(Person, person_id, with_for_update=True)
    return [one for one in await _calls_of(session, person_id) if one.state is CallState.OPEN]


async def _end(
    session: AsyncSession,
    actor: Actor,
    call: PhoneCall,
    person: Person,
    outcome: CallOutcome,
    *,
    at: datetime,
    note: str = "",
) -> None:
    session.add(
        PhoneAttempt(
            call_id=call.id, at=at, outcome=outcome, by=actor.account_id,
            by_name=actor.name if actor.account_id else "", note=note,
        )
    )  # fmt: skip
    letter = await session.get_one(Letter, call.letter_id, with_for_update=True)
    call.claimed_by, call.claimed_until, call.claimed_name = None, None, ""
    if outcome is CallOutcome.REACHED:
        call.state, call.ended_at = CallState.REACHED, at
        letter.state, letter.sent_at = LetterState.SENT, at
        letter.text, letter.html = covered(letter.text), covered(letter.html)
    elif outcome is CallOutcome.BY_POST:
        call.state, call.ended_at = CallState.BY_POST, at
        letter.channel, letter.to_address = Channel.POST, ""
        letter.postal_address = postal_address(person)
    record(
        session, actor, f"call.{outcome}", at=at, kind="letter", object_id=letter.id, person_id=person.id,
        after={"subject": letter.subject}, reason=note,
    )  # fmt: skip
