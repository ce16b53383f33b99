"""What stories about fee statements need: somebody who teaches, sessions that were held, a rate, and two of finance."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.billing.models import LedgerEntry
from lms.billing.refunds.accounts import BankAccount
from lms.catalogue.models import Run
from lms.db import Begin
from lms.honoraria.rates.models import FeeRate
from lms.honoraria.statements.accounts import FeeAccounts, OwnData
from lms.honoraria.statements.collecting import Collected, collected
from lms.honoraria.statements.deciding import FeeStatements
from lms.honoraria.statements.models import FeeLine, FeeStatement, SessionHeld, VatKind
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.resources.models import Room
from lms.scheduling.models import RunTrainer, Session
from lms.trainers.models import Trainer
from lms.web.module import Around
from tests.making import MOMENT, make_course, make_person, make_room, make_run, make_venue, staff

NOVEMBER = date(2026, 11, 1)
IBAN = "DE02120300000000202051"
FIRST = datetime(2026, 11, 3, 9, 0, tzinfo=MOMENT.tzinfo)
BIRGIT, MATTHIAS, THIRD = (staff(Identity.FINANCE) for _ in range(3))


def teacher(person: Person) -> Actor:
    """The trainer with their own account."""
    return Actor(
        identities=frozenset({Identity.LEARNER, Identity.TRAINER}),
        account_id=uuid4(),
        person_id=person.id,
        name=person.name,
    )


@dataclass
class Faculty:
    """A trainer with a run in a room, 40 euros a unit and 5 euros for the way."""

    house: Around
    person: Person
    actor: Actor
    run: Run
    room: Room
    meetings: list[Session] = field(default_factory=list)

    @property
    def begin(self) -> Begin:
        return self.house.begin

    async def hold(self, starts_at: datetime = FIRST, minutes: int = 90, **given: Any) -> Session:
        """A session that took place, as its trainer says."""
        confirmed = given.pop("confirmed", True)
        meeting = Session(
            run_id=self.run.id, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), changed_at=starts_at,
            room_id=given.pop("room_id", self.room.id), **given,
        )  # fmt: skip
        async with self.begin() as session:
            session.add(meeting)
            await session.flush()
            if confirmed:
                session.add(SessionHeld(session_id=meeting.id, person_id=self.person.id, confirmed_at=MOMENT))
        self.meetings.append(meeting)
        return meeting

    async def collected(self, month: date = NOVEMBER) -> Collected:
        """What the statement would say now."""
        async with self.begin.reading() as session:
            return await collected(session, self.person.id, month, self.house.settings, self.house.clock())

    async def confirm(self, month: date = NOVEMBER) -> FeeStatement:
        """As the trainer does it: after having looked."""
        seen = (await self.collected(month)).seen
        return await FeeStatements(self.house).confirm(self.actor, month=month, seen=seen)

    async def name_account(self, iban: str = IBAN, version: int = 0) -> None:
        """Where the money goes."""
        await FeeAccounts(self.house).change(
            self.actor, version=version,
            data=OwnData(
                account=BankAccount(self.person.name, iban), tax_number="102/123/45678", vat_id="", vat_kind=VatKind.EXEMPT_21
            ),
        )  # fmt: skip

    async def approve(self, statement: FeeStatement, *actors: Actor) -> FeeStatement:
        """Finance agrees."""
        for one in actors or (BIRGIT,):
            now = await statement_now(self.begin, statement.id)
            statement = await FeeStatements(self.house).approve(one, statement_id=now.id, version=now.version)
        return statement

    async def lines(self, statement_id: UUID) -> list[tuple[str, int, int]]:
        """Kind, minutes and cents of each line."""
        async with self.begin.reading() as session:
            rows = await session.scalars(
                select(FeeLine)
                .where(FeeLine.statement_id == statement_id)
                .order_by(FeeLine.day, FeeLine.kind, FeeLine.cents)
            )
            return [(one.kind.value, one.minutes, one.cents) for one in rows]


async def faculty(house: Around, *, unit_cents: int = 4000, travel_cents: int = 500, **rate: Any) -> Faculty:
    """Jonas Krüger, who teaches."""
    course, venue = make_course(), make_venue()
    room, person = make_room(venue), make_person("Jonas", "Krüger", email=f"{uuid4().hex}@example.com")
    run = make_run(course)
    async with house.begin() as session:
        session.add_all([course, venue, person])
        await session.flush()
        session.add_all([run, room, Trainer(person_id=person.id)])
        await session.flush()
        session.add(RunTrainer(run_id=run.id, person_id=person.id))
        known = await session.scalar(select(FeeRate.id).where(FeeRate.qualification == ""))
        if known is None:
            session.add(
                FeeRate(
                    qualification="",
                    valid_from=date(2026, 1, 1),
                    unit_cents=unit_cents,
                    travel_cents=travel_cents,
                    **rate,
                )
            )
    return Faculty(house, person, teacher(person), run, room)


async def statement_now(begin: Begin, statement_id: UUID) -> FeeStatement:
    """As it is in the database."""
    async with begin.reading() as session:
        return await session.get_one(FeeStatement, statement_id)


async def booked(begin: Begin) -> list[tuple[str, int]]:
    """The ledger: kinds and cents, in the order of their booking."""
    async with begin.reading() as session:
        rows = await session.scalars(
            select(LedgerEntry).order_by(LedgerEntry.booked_at, LedgerEntry.kind, LedgerEntry.amount_cents)
        )
        return [(one.kind.value, one.amount_cents) for one in rows]
