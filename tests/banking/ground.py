"""People who owe, and a team with statements: what the stories of banking begin with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from lms.banking.models import BankLine, Clearing
from lms.banking.service import LineClearing, StatementFiles
from lms.billing.models import Invoice, LedgerEntry
from lms.billing.queries import balance_of, valid_invoice_of
from lms.catalogue.models import PaymentMethod
from lms.enrolment.models import Enrolment
from lms.enrolment.service import Enrolments
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import staff

FINANCE = staff(Identity.FINANCE)


@dataclass
class Desk:
    """The house with its two services, and who owes."""

    house: Around
    owing: dict[str, Enrolment] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)

    @property
    def files(self) -> StatementFiles:
        return StatementFiles(self.house)

    @property
    def clearing(self) -> LineClearing:
        return LineClearing(self.house)

    async def owes(self, name: str, cents: int = 4500) -> str:
        """Somebody enrols on account; gives the number of the invoice."""
        run = await offered_run(self.house.begin, price_cents=cents)
        placed = await Enrolments(self.house).enrol(
            VISITOR, run_id=run.id, persons=[named(name)], payment_method=PaymentMethod.INVOICE
        )
        self.owing[name] = placed.enrolments[0]
        async with self.house.begin.reading() as session:
            invoice = await valid_invoice_of(session, placed.enrolments[0].id)
        assert invoice is not None
        self.invoices[name] = invoice
        return invoice.number

    async def bring(self, content: bytes, name: str = "auszug.xml") -> tuple[int, int]:
        """Import a file: how many bookings were new, how many known."""
        brought = await self.files.bring(FINANCE, file_name=name, content=content)
        assert brought.imported is not None
        return brought.imported.new, brought.imported.known

    async def open_cents(self, name: str) -> int:
        whose = self.owing[name].id
        async with self.house.begin.reading() as session:
            return (await balance_of(session, [whose]))[whose].open_cents

    async def line(self, cents: int) -> tuple[BankLine, Clearing]:
        """The only line of this amount."""
        async with self.house.begin.reading() as session:
            rows = await session.execute(
                select(BankLine, Clearing)
                .join(Clearing, Clearing.line_id == BankLine.id)
                .where(BankLine.amount_cents == cents)
            )
            return rows.one()

    async def states(self) -> Mapping[UUID, str]:
        async with self.house.begin.reading() as session:
            return {one.line_id: one.state for one in await session.scalars(select(Clearing))}

    async def entries(self, provider: str = "bank") -> list[tuple[str, int]]:
        """What the ledger has by bank, as kind and cents, in order."""
        async with self.house.begin.reading() as session:
            rows = await session.execute(
                select(LedgerEntry.kind, LedgerEntry.amount_cents)
                .where(LedgerEntry.provider == provider)
                .order_by(LedgerEntry.booked_at, LedgerEntry.amount_cents)
            )
            return [(str(kind), cents) for kind, cents in rows]
