"""Lending for programs: scanner apps that hand out, take back and confirm wiping, by access token."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.rights import Scope
from lms.lending.models import Loan, LoanPurpose
from lms.lending.queries import Lent, lent, loans_of, loans_page
from lms.lending.rules import CONDITIONS, Standing, standing
from lms.lending.service import Lending
from lms.lending.values import HandOver
from lms.web.access import may

LONGEST_NUMBER = 200
LONGEST_NOTE = 500
MOST_ACCESSORIES = 50
MOST_LISTED = 100

Number = Annotated[str, Meta(min_length=1, max_length=LONGEST_NUMBER)]
Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NUMBER)]


class StateIn(Struct, forbid_unknown_fields=True):
    """In which state a device changes hands. Accessories by name; null: everything that belongs to it."""

    condition: Annotated[str, Meta(pattern=f"^({'|'.join(CONDITIONS)})$")] = CONDITIONS[0]
    accessories: Annotated[list[Name], Meta(max_length=MOST_ACCESSORIES)] | None = None
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""

    def state(self) -> HandOver:
        """The same as the service takes it."""
        named = None if self.accessories is None else tuple(self.accessories)
        return HandOver(condition=self.condition, accessories=named, note=self.note)


class LoanIn(StateIn, forbid_unknown_fields=True, kw_only=True):
    """Hand out a device at once: its number or the address on its label, to whom, until the evening of which day.

    `id` is chosen by the client: sent twice it is done once.
    """

    device: Number
    person_id: UUID
    last: date
    id: UUID | None = None
    venue_id: UUID | None = None


class ReturnIn(StateIn, forbid_unknown_fields=True, kw_only=True):
    """Take back whatever loan the device is out in."""

    device: Number


class WipedIn(Struct, forbid_unknown_fields=True):
    """The device that has been wiped and checked."""

    device: Number


class LoanOut(Struct):
    """One loan. `standing` follows from state and clock: overdue, due, unclaimed."""

    id: UUID
    reference: str
    device: str
    model: str
    person_id: UUID
    person: str
    purpose: LoanPurpose
    standing: Standing
    starts_at: datetime
    due_at: datetime
    returned_at: datetime | None
    accessories: list[str]
    missing: list[str]
    is_agreed: bool
    must_be_wiped: bool

    @classmethod
    def from_lent(cls, one: Lent, now: datetime) -> Self:
        """The loan as it goes over the wire."""
        loan: Loan = one.loan
        return cls(
            id=loan.id,
            reference=loan.reference,
            device=one.device.inventory_number,
            model=one.name,
            person_id=loan.person_id,
            person=one.person.name,
            purpose=loan.purpose,
            standing=standing(loan, now),
            starts_at=loan.starts_at,
            due_at=loan.due_at,
            returned_at=loan.returned_at,
            accessories=loan.accessories_out,
            missing=loan.accessories_missing,
            is_agreed=loan.terms_accepted_at is not None,
            must_be_wiped=one.device.must_be_wiped,
        )


class LoanDoor(Controller):
    """One's own loans; the team's acts on all."""

    path = "/api/v1/loans"
    tags = ("loans",)

    @get(opt=may("R", "loan"))
    async def index(
        self,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        view: FromQuery[str] = "",
        q: FromQuery[str] = "",
    ) -> list[LoanOut]:
        """For the team the first hundred of a view (out unless another is named); for everybody else one's own."""
        now = clock()
        async with begin.reading() as session:
            if Scope.ALL in actor.scopes("R", "loan"):
                rows, _ = await loans_page(session, view=view, text=q.strip(), now=now, limit=MOST_LISTED)
            else:
                rows = await loans_of(session, actor.persons_for("R", "loan"))
        return [LoanOut.from_lent(one, now) for one in rows]

    @post(opt=may("handover", "loan", of=Scope.ALL))
    async def hand_out(
        self,
        data: JSONBody[LoanIn],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        lending: NamedDependency[Lending],
    ) -> LoanOut:
        """Hand out a device at once."""
        unit = await lending.find(data.device)
        loan = await lending.lend(
            actor,
            device_id=unit.device.id,
            person_id=data.person_id,
            last=data.last,
            venue_id=data.venue_id or unit.home_id,
            state=data.state(),
            loan_id=data.id,
        )
        return await _shown(begin, clock, loan.id)

    @post("/return", opt=may("handover", "loan", of=Scope.ALL), status_code=200)
    async def take_back_device(
        self,
        data: JSONBody[ReturnIn],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        lending: NamedDependency[Lending],
    ) -> LoanOut:
        """Take back a scanned device, whoever has it."""
        unit = await lending.find(data.device)
        loan = await lending.take_back_device(actor, device_id=unit.device.id, state=data.state())
        return await _shown(begin, clock, loan.id)

    @post("/wiped", opt=may("handover", "loan", of=Scope.ALL), status_code=204)
    async def wiped(
        self, data: JSONBody[WipedIn], actor: NamedDependency[Actor], lending: NamedDependency[Lending]
    ) -> None:
        """A scanned device is wiped and checked."""
        unit = await lending.find(data.device)
        await lending.confirm_wiped(actor, device_id=unit.device.id)

    @post("/{loan_id:uuid}/hand-out", opt=may("handover", "loan", of=Scope.ALL), status_code=200)
    async def hand_out_reserved(
        self,
        loan_id: FromPath[UUID],
        data: JSONBody[StateIn],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        lending: NamedDependency[Lending],
    ) -> LoanOut:
        """Hand out what was reserved."""
        await lending.hand_out(actor, loan_id=loan_id, state=data.state())
        return await _shown(begin, clock, loan_id)

    @post("/{loan_id:uuid}/return", opt=may("handover", "loan", of=Scope.ALL), status_code=200)
    async def take_back(
        self,
        loan_id: FromPath[UUID],
        data: JSONBody[StateIn],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        lending: NamedDependency[Lending],
    ) -> LoanOut:
        """Take back one loan."""
        await lending.take_back(actor, loan_id=loan_id, state=data.state())
        return await _shown(begin, clock, loan_id)


async def _shown(begin: Begin, clock: Clock, loan_id: UUID) -> LoanOut:
    async with begin.reading() as session:
        return LoanOut.from_lent(await lent(session, loan_id), clock())
