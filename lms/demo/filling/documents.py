"""Documents beside courses: a hall hired out, with an XRechnung to a public body; advice for a company; one that cannot be issued yet.

Filled after `ground.finish`: it draws numbers as the service does, and the invoices are printed and sent when it starts.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from lms.billing.models import EntryKind, LedgerEntry
from lms.billing.rules import due_on
from lms.billing.service import Debtor, debtor_of, issue_or_wait, issuer_facts
from lms.billing.tax.queries import treatments
from lms.billing.tax.rules import notes_of, taxed
from lms.catalogue.models import Run
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import local
from lms.people.models import Company, ElectronicInvoice, Person

TOWN = "Landkreis Börde, Fachdienst Jugend"
ROUTE_ID = "15083000-10001-45"  # made up
ADVISED = "autohaus-drewitz"
CAUSE = "by_hand"


async def fill_documents(ground: Ground, everybody: Everybody) -> None:
    """Two invoices written by hand, one that waits for an address, and two runs whose tax changes with § 2b UStG."""
    session = ground.session
    office = Company(
        id=ground.key(), name=TOWN, street="Bornsche Straße 2", postal_code="39340", city="Haldensleben",
        invoice_email="rechnung@landkreis.example", route_id=ROUTE_ID, einvoice=ElectronicInvoice.XRECHNUNG,
    )  # fmt: skip
    await ground.put([office])
    employer = everybody.employers[ADVISED]
    employer.company.einvoice = ElectronicInvoice.ZUGFERD
    hall = [("Medienraum für eine Fortbildung, mit Technik", 1, 21_420, "standard")]
    await _write(ground, debtor_of(None, office, "2026-JA-118"), hall)
    await _write(
        ground,
        debtor_of(employer.contact, employer.company),
        [("Beratung: sichere Passwörter im Betrieb, je Stunde", 3, 9_520, "standard"), ("Arbeitsheft", 12, 535, "reduced")],
    )  # fmt: skip
    later = await session.scalars(
        select(Run)
        .where(Run.price_cents > 0, Run.starts_at > ground.now, Run.company_id.is_(None))
        .order_by(Run.ends_at.desc(), Run.number)
        .limit(2)
    )
    for run in later:
        run.tax_code = "public_2b"
    nameless = await session.scalars(
        select(Person).where(Person.street == "", Person.email.is_not(None)).order_by(Person.id).limit(1)
    )
    person = nameless.first()
    if person is not None:
        await _write(ground, debtor_of(person), [("Einzelunterricht, je Stunde", 6, 4_760, "standard")])


async def _write(ground: Ground, debtor: Debtor, typed: list[tuple[str, int, int, str]]) -> None:
    session, day = ground.session, local(ground.now).date() - timedelta(days=3)
    known = await treatments(session)
    lines: list[dict[str, Any]] = [
        {"what": "by_hand", "text": text, "quantity": quantity, "amount_cents": quantity * cents}
        | taxed(known, code, day, day)
        for text, quantity, cents, code in typed
    ]
    account, at = ground.key(), ground.now
    invoice = await issue_or_wait(
        session, SYSTEM, enrolment_id=account, debtor=debtor, lines=lines, issuer=issuer_facts(ground.settings),
        tax_note=notes_of(lines, debtor.facts["language"]), at=at, due_on=due_on(at, ground.settings.invoice_due_days),
        terms={"payment_method": "invoice", "by_hand": True}, key=account,
    )  # fmt: skip
    session.add(
        LedgerEntry(
            id=ground.key(), booked_at=at, kind=EntryKind.CHARGE, cause=CAUSE, enrolment_id=account,
            amount_cents=sum(line["amount_cents"] for line in lines), debtor_id=debtor.person_id,
            company_id=debtor.company_id, invoice_id=invoice.id if invoice else None,
        )
    )  # fmt: skip
    await session.flush()
