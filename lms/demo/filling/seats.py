"""A company that has bought six seats and named three people, and a run for this company alone."""

from datetime import timedelta

from sqlalchemy import func, select

from lms.billing.models import EntryKind, Invoice, InvoiceKind, InvoiceShare, LedgerEntry
from lms.billing.rules import INVOICES, document_number, due_on, series_year
from lms.billing.service import debtor_of
from lms.billing.tax.queries import treatments
from lms.billing.tax.rules import notes_of, taxed
from lms.catalogue.models import Course, PaymentMethod, Run
from lms.demo.filling.ground import Ground
from lms.demo.filling.money import issuer_of
from lms.demo.filling.people import Everybody
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.enrolment.seats.models import SeatLink, SeatNotice, SeatOrder
from lms.kernel.clock import local

COMPANY = "tischlerei-assmann"
RUN_WITH_SEATS, CLOSED_RUN = "3015", "3020"
SEATS, NAMED, BY_LINK = 6, 3, 2
NUMBER = "A-2026-117"
SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


async def fill_seats(ground: Ground, everybody: Everybody) -> None:
    """Seats ordered an hour ago, on one invoice; a link for two of them; the closed run."""
    session, employer, at = ground.session, everybody.employers[COMPANY], ground.now - timedelta(hours=1)
    closed = (await session.scalars(select(Run).where(Run.number == CLOSED_RUN))).one()
    closed.company_id = employer.company.id
    run = (await session.scalars(select(Run).where(Run.number == RUN_WITH_SEATS))).one()
    course = await session.get_one(Course, run.course_id)
    last = await session.scalar(select(func.max(Party.position)).where(Party.run_id == run.id))
    order = SeatOrder(
        id=ground.key(), run_id=run.id, company_id=employer.company.id, contact_id=employer.contact.id, ordered_at=at,
        wanted=SEATS, order_number=NUMBER,
    )  # fmt: skip
    party = Party(id=ground.key(), run_id=run.id, position=(last or 0) + 1, size=SEATS, joined_at=at)
    await ground.put([order, party])
    there = set(await session.scalars(select(Enrolment.person_id).where(Enrolment.run_id == run.id)))
    staff = [
        learner.person
        for learner in everybody.register.learners
        if learner.company == COMPANY and learner.person.id not in there
    ]
    seats = [_seat(ground, order, party, run) for _ in range(SEATS)]
    for seat, person in zip(seats, staff[:NAMED], strict=False):
        seat.person_id, seat.state, seat.confirmed_at = person.id, EnrolmentState.CONFIRMED, at
    await ground.put(seats)
    debtor = debtor_of(employer.contact, employer.company, NUMBER)
    year = series_year(at)
    counter = ground.number(INVOICES, year)
    names = {person.id: person.name for person in staff}
    starts = local(run.starts_at or at).date()
    tax = taxed(
        await treatments(session),
        run.tax_code or ground.settings.tax_code,
        starts,
        local(run.ends_at or at).date(),
    )
    invoice = Invoice(
        id=ground.key(), kind=InvoiceKind.INVOICE, series=INVOICES, year=year, counter=counter,
        number=document_number(INVOICES, year, counter), issued_at=at,
        due_on=due_on(at, ground.settings.invoice_due_days), total_cents=run.price_cents * SEATS, debtor=debtor.facts,
        lines=[
            {
                "what": "participation", "course_de": course.title_de, "course_en": course.title_en, "run": run.number,
                "starts_on": local(run.starts_at).date().isoformat() if run.starts_at else "",
                "person": names.get(seat.person_id, "") if seat.person_id else "", "reference": seat.reference,
                "enrolment_id": str(seat.id), "amount_cents": run.price_cents,
            } | tax
            for seat in seats
        ],
        issuer=issuer_of(ground), tax_note=notes_of([tax], debtor.facts["language"]), debtor_id=debtor.person_id,
        company_id=debtor.company_id, order_id=order.id, terms={"payment_method": "invoice"},
    )  # fmt: skip
    await ground.put([invoice])
    await ground.put(
        InvoiceShare(invoice_id=invoice.id, enrolment_id=seat.id, amount_cents=run.price_cents)
        for seat in seats
    )
    await ground.put(
        LedgerEntry(
            id=ground.key(), booked_at=at, kind=EntryKind.CHARGE, amount_cents=run.price_cents, cause="price",
            enrolment_id=seat.id, debtor_id=debtor.person_id, company_id=debtor.company_id,
        )
        for seat in seats
    )  # fmt: skip
    await _tell_everybody(ground)
    if run.starts_at is not None:
        link = SeatLink(
            id=ground.key(), order_id=order.id, made_at=at, expires_at=run.starts_at, places=BY_LINK
        )
        await ground.put([link])
    ground.note(
        at, "seats.ordered", "seat_order", order.id, person_id=employer.contact.id, after={"seats": SEATS}
    )


async def _tell_everybody(ground: Ground) -> None:
    """Whoever a company has enrolled was told what it sees."""
    rows = await ground.session.scalars(
        select(Enrolment)
        .where(
            Enrolment.company_id.is_not(None),
            Enrolment.person_id.is_not(None),
            Enrolment.confirmed_at.is_not(None),
        )
        .order_by(Enrolment.confirmed_at, Enrolment.id)
    )
    await ground.put(
        SeatNotice(enrolment_id=one.id, person_id=one.person_id, told_at=one.confirmed_at)
        for one in rows.all()
        if one.person_id and one.confirmed_at
    )


def _seat(ground: Ground, order: SeatOrder, party: Party, run: Run) -> Enrolment:
    signs = "".join(ground.chance.choice(SIGNS) for _ in range(8))
    return Enrolment(
        id=ground.key(), run_id=run.id, party_id=party.id, reference=f"{signs[:4]}-{signs[4:]}",
        state=EnrolmentState.HELD, created_at=order.ordered_at, changed_at=order.ordered_at, way=EntryWay.WEB,
        price_cents=run.price_cents, payment_method=PaymentMethod.INVOICE, company_id=order.company_id,
        order_id=order.id, order_number=order.order_number,
    )  # fmt: skip
