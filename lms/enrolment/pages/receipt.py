"""What came of an order, as its pages show it: who, when, what it costs and how it is paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

import segno.helpers
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import Invoice
from lms.billing.queries import balance_of, valid_invoice_of
from lms.catalogue.models import PaymentMethod
from lms.db import ways_to_pay
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.pages.offering import Offering, offering_of
from lms.enrolment.policy import is_limited
from lms.enrolment.pricing.models import ConcessionState
from lms.enrolment.pricing.reading import Claimed, claimed, reckoned
from lms.enrolment.pricing.words import words_of
from lms.enrolment.queries import Claim, chosen_sessions, position_of
from lms.enrolment.seats.rules import is_for_employee
from lms.kernel.actor import ANONYMOUS, Actor
from lms.web.centre import the_centre
from lms.web.module import Around

LONGEST_NAME = 70
"""Of a payee in a code for banking apps (EPC069-12)."""


@dataclass(frozen=True, slots=True)
class Dues:
    """What is still to be paid, and how."""

    cents: int
    by_transfer: bool
    purpose: str
    iban: str
    payee: str
    due_on: date | None
    qr_code: str
    """A picture for banking apps, as a data address; empty where the centre has stated no account."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An order, or one enrolment of it, as it stands now."""

    offering: Offering
    claims: Sequence[Claim]
    position: int | None
    open_cents: int
    dues: Dues | None
    prices: Mapping[UUID, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """How the price of each enrolment came about, in words and amounts that add up (U21)."""
    concessions: Mapping[UUID, Claimed] = field(default_factory=dict)
    pay_path: str = ""
    """Where it is paid online; empty where nothing is due, or that is not offered."""

    @property
    def first(self) -> Enrolment:
        """The enrolment that stands for all."""
        return self.claims[0].enrolment

    @property
    def state(self) -> EnrolmentState:
        """How it stands with the first of them."""
        return self.first.state

    @property
    def names(self) -> Sequence[str]:
        """Who takes part."""
        return [claim.person.name for claim in self.claims if claim.person]

    @property
    def is_mixed(self) -> bool:
        """Whether it stands differently with each of them, as when a group was split."""
        return len({claim.enrolment.state for claim in self.claims}) > 1

    @property
    def is_for_employee(self) -> bool:
        """Whether a company pays and the person who takes part reads this: then it shows no sums."""
        return is_for_employee(self.first)

    @property
    def total_cents(self) -> int:
        """What all of it costs."""
        return sum(claim.enrolment.price_cents for claim in self.claims)

    @property
    def is_paid(self) -> bool:
        """Whether something was owed for the places there are, and nothing is owed any more."""
        return bool(self.total_cents) and self.open_cents <= 0 and self.state is EnrolmentState.CONFIRMED

    @property
    def wants_proof(self) -> bool:
        """Whether a proof is still to be shown or sent for one of them."""
        return any(
            one.claim.state in {ConcessionState.MISSING, ConcessionState.REFUSED}
            for one in self.concessions.values()
        )

    @property
    def reads_mail(self) -> str:
        """Where we write to; empty where letters go by post."""
        contact = self.claims[0].contact or self.claims[0].person
        return (contact.email or "") if contact else ""


async def receipt_of(
    session: AsyncSession, around: Around, claims: Sequence[Claim], actor: Actor = ANONYMOUS
) -> Receipt:
    """Everything shown about these enrolments of one order; at most ten statements.

    An `actor` who may do only what a mandate says is given no address that opens by itself.
    """
    first = claims[0].enrolment
    offering = await offering_of(session, first.run_id)
    token = around.signer.token("enrolment", first.id, first.link_version)
    own_calendar = "" if is_limited(actor, first.person_id) else f"/anmeldung/{first.id}/{token}/termine.ics"
    if offering.run.company_id is not None:  # nobody else finds the dates of a closed run
        offering = replace(offering, own_calendar=own_calendar)
    if first.is_drop_in:
        chosen = (await chosen_sessions(session, [first.id])).get(first.id, frozenset())
        offering = replace(
            offering,
            dates=[entry for entry in offering.dates if entry.session_id in chosen],
            own_calendar=own_calendar,
        )
    position = await position_of(session, first.party_id) if first.state is EnrolmentState.WAITING else None
    owing = [claim.enrolment.id for claim in claims if not is_for_employee(claim.enrolment)]
    balances = await balance_of(session, owing)
    open_cents = sum(balance.open_cents for balance in balances.values())
    dues = None
    if open_cents > 0:
        is_together = len(claims) == 1 or first.company_id is not None
        single = await valid_invoice_of(session, first.id) if is_together else None
        dues = _dues(around, first, single, open_cents)
    rows = [claim.enrolment for claim in claims]
    is_due = open_cents > 0 or any(row.awaits_payment for row in rows)
    may_pay = (
        is_due and PaymentMethod.ONLINE in ways_to_pay(session) and not is_limited(actor, first.person_id)
    )
    lines = (
        await reckoned(session, rows) if any(row.price_cents or row.has_concession for row in rows) else {}
    )
    return Receipt(
        offering,
        claims,
        position,
        open_cents,
        dues,
        {key: [words_of(line) for line in found] for key, found in lines.items() if len(found) > 1},
        await claimed(session, [row.id for row in rows]) if lines else {},
        f"/zahlen/{first.id}/{token}" if may_pay else "",
    )


def _dues(around: Around, enrolment: Enrolment, invoice: Invoice | None, cents: int) -> Dues:
    centre, iban = the_centre(), around.settings.iban.replace(" ", "")
    by_transfer = enrolment.payment_method is PaymentMethod.INVOICE
    purpose = invoice.number if invoice else enrolment.reference
    picture = ""
    if by_transfer and iban:
        code = segno.helpers.make_epc_qr(
            name=centre.name[:LONGEST_NAME], iban=iban, amount=cents / 100, text=purpose
        )
        picture = code.svg_data_uri(scale=4)
    return Dues(
        cents=cents,
        by_transfer=by_transfer,
        purpose=purpose,
        iban=iban,
        payee=centre.name,
        due_on=invoice.due_on if invoice else None,
        qr_code=picture,
    )
