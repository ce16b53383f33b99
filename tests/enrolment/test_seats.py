"""Seats of a company: ordered in one go, named later, replaced until the day, taken by a link, given back (F-F04 to F-F07)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from lms.billing.models import Invoice, InvoiceKind, InvoiceShare, LedgerEntry
from lms.billing.queries import balance_of, valid_invoice_of
from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.errors import AlreadyEnrolled, EnrolmentClosed, GuardianNeeded
from lms.enrolment.models import Enrolment, EnrolmentState, PartyRule
from lms.enrolment.seats.contacts import Seats
from lms.enrolment.seats.errors import (
    LastContact,
    LinkGone,
    LinkTooLarge,
    MoreNamesThanSeats,
    NamingOver,
    NoSuchSeats,
    NotEnoughSeats,
    SeatOfCompany,
    SeatTaken,
    TooManySeats,
)
from lms.enrolment.seats.models import SeatLink, SeatOrder
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewCompany
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.rights import Identity
from lms.people.models import Company, CompanyContact, Person
from lms.portal.company.reading import company_view
from lms.web.module import Around
from tests.enrolment.places import VISITOR, look, named, offered_run, people, told
from tests.making import BOTH, MOMENT, FixedClock, make_person, staff

pytestmark = BOTH
TEAM = staff(Identity.ENROLMENT)
INVOICE = PaymentMethod.INVOICE
HOLZ = NewCompany(
    name="Holz GmbH", street="Sägeweg 1", postal_code="39340", city="Haldensleben", route_id="15-1-9"
)
APPRENTICE = datetime(2009, 6, 1, tzinfo=UTC).date()
"""Seventeen years old in the stories."""


@pytest.fixture
def seats(house: Around) -> Seats:
    return Seats(house)


@pytest.fixture
def enrolments(house: Around) -> Enrolments:
    return Enrolments(house)


async def paid_run(begin: Begin, **given: Any) -> Run:
    usual: dict[str, Any] = {"price_cents": 4500, "capacity": 8}
    return await offered_run(begin, **usual | given)


async def boss_of(begin: Begin, name: str = "Holz GmbH") -> tuple[Actor, UUID]:
    """A contact of a company, signed in, and the company's id."""
    person, company = (
        make_person("Chris", "Chef", email=f"{uuid4().hex}@example.com"),
        Company(name=name, street="Sägeweg 1", postal_code="39340", city="Haldensleben"),
    )
    async with begin() as session:
        session.add_all([person, company])
        await session.flush()
        session.add(CompanyContact(company_id=company.id, person_id=person.id))
    actor = Actor(
        identities=frozenset({Identity.LEARNER, Identity.COMPANY_CONTACT}), account_id=uuid4(), person_id=person.id,
        companies=frozenset({company.id}),
    )  # fmt: skip
    return actor, company.id


async def six_seats(
    service: Seats, run: Run, boss: Actor, company_id: UUID, names: int = 0, **given: Any
) -> SeatOrder:
    usual: dict[str, Any] = {
        "seats": 6,
        "payment_method": INVOICE,
        "order_number": "B-77",
        "order_id": uuid4(),
    }
    return await service.order_seats(
        boss, run_id=run.id, company=company_id, persons=people(names), **usual | given
    )


async def open_seats(begin: Begin, order: SeatOrder) -> list[UUID]:
    async with begin.reading() as session:
        rows = await session.scalars(
            select(Enrolment.id).where(
                Enrolment.order_id == order.id, Enrolment.state == EnrolmentState.HELD, Enrolment.person_id.is_(None)
            ).order_by(Enrolment.id)
        )  # fmt: skip
        return list(rows.all())


async def papers(begin: Begin) -> list[tuple[str, int]]:
    async with begin.reading() as session:
        rows = await session.scalars(select(Invoice).order_by(Invoice.series, Invoice.counter))
        return [(row.number, row.total_cents) for row in rows]


async def test_seats_occupy_places_are_charged_when_ordered_and_stand_on_one_invoice(
    seats: Seats, begin: Begin, clock: FixedClock, enrolments: Enrolments
) -> None:
    run, (boss, company_id) = await paid_run(begin), await boss_of(begin)
    order_id = uuid4()

    for _ in range(2):  # the form is sent twice
        order = await six_seats(seats, run, boss, company_id, names=2, order_id=order_id)
    clock.forward(days=3)
    await enrolments.lapse_due()

    seen = await look(begin, run)
    assert (seen.run.occupied, len(await open_seats(begin, order)), len(seen.enrolments)) == (6, 4, 6)
    async with begin.reading() as session:
        invoice = (await session.scalars(select(Invoice))).one()
        shares = (await session.scalars(select(InvoiceShare.enrolment_id))).all()
        entries = (await session.execute(select(LedgerEntry.kind, LedgerEntry.amount_cents))).all()
        found = [await valid_invoice_of(session, one.id) for one in seen.enrolments]
    assert (invoice.total_cents, invoice.debtor["name"], invoice.debtor["order_number"]) == (
        27000,
        "Holz GmbH",
        "B-77",
    )
    assert [line["person"] for line in invoice.lines] == ["Person0 Muster", "Person1 Muster", "", "", "", ""]
    assert set(shares) == {one.id for one in seen.enrolments}
    assert [tuple(row) for row in entries] == [("charge", 4500)] * 6
    assert {one.id for one in found if one} == {invoice.id}
    assert await told(begin) == ["InvoiceIssued", "SeatNamed", "SeatNamed", "SeatsOrdered"]


async def test_a_seat_is_named_once_and_nobody_learns_whether_we_knew_the_person(
    seats: Seats, begin: Begin
) -> None:
    run, (boss, company_id) = await paid_run(begin), await boss_of(begin)
    order = await six_seats(seats, run, boss, company_id)
    known = make_person("Erika", "Muster", email="erika@example.com", phone="+493904111111")
    async with begin() as session:
        session.add(known)
    first, second, *_ = await open_seats(begin, order)

    for _ in range(2):
        seat = await seats.name_seat(
            boss, enrolment_id=first, person=named("Erika Muster", email="erika@example.com", phone="+4915155"), form_key="k"
        )  # fmt: skip

    assert (seat.state, seat.person_id, seat.contact_id) == (EnrolmentState.CONFIRMED, known.id, None)
    with pytest.raises(SeatTaken):
        await seats.name_seat(boss, enrolment_id=first, person=named("Jemand Anders"))
    with pytest.raises(AlreadyEnrolled):
        await seats.name_seat(
            boss, enrolment_id=second, person=named("Erika Muster", email="erika@example.com")
        )
    async with begin.reading() as session:
        kept = await session.get_one(Person, known.id)
    assert kept.phone == "+493904111111"  # a stranger who knows a name changes nothing


async def test_strangers_other_companies_and_forged_links_find_nothing(seats: Seats, begin: Begin) -> None:
    run, (boss, company_id) = await paid_run(begin), await boss_of(begin)
    other, other_id = await boss_of(begin, "Stahl AG")
    order = await six_seats(seats, run, boss, company_id)
    [seat, *_] = await open_seats(begin, order)
    token = seats.signer.token("seats", order.id)

    for actor in (VISITOR, other):
        for link in ("", "x" * 32, seats.signer.token("seats", uuid4())):
            with pytest.raises(NotFound):
                await seats.name_seat(actor, enrolment_id=seat, person=named(), token=link)
            with pytest.raises(NotFound):
                await seats.give_back(actor, order_id=order.id, enrolment_ids=[seat], token=link)
            with pytest.raises(NotFound):
                await seats.open_link(actor, link_id=uuid4(), order_id=order.id, places=1, token=link)
    with pytest.raises(NotFound):
        await seats.invite(other, invitation_id=uuid4(), company_id=company_id, email="x@example.com")
    with pytest.raises(NotFound):
        await six_seats(seats, run, other, company_id)

    named_seat = await seats.name_seat(VISITOR, enrolment_id=seat, person=named(), token=token)
    assert named_seat.state is EnrolmentState.CONFIRMED  # whoever holds the link of the order acts for it
    assert other_id != company_id


async def test_forty_one_seats_more_names_than_seats_and_a_full_run_are_refused_in_words(
    seats: Seats, begin: Begin
) -> None:
    run, (boss, company_id) = await paid_run(begin, capacity=4), await boss_of(begin)

    for count in (0, 41):
        with pytest.raises(TooManySeats):
            await six_seats(seats, run, boss, company_id, seats=count)
    with pytest.raises(MoreNamesThanSeats):
        await six_seats(seats, run, boss, company_id, names=3, seats=2)
    with pytest.raises(NotEnoughSeats) as refusal:
        await six_seats(seats, run, boss, company_id)
    assert refusal.value.params == {"free": 4}
    assert (await look(begin, run)).enrolments == []

    order = await six_seats(seats, run, boss, company_id, names=5, few=PartyRule.SPLIT)

    seen = await look(begin, run)
    assert sorted(one.state for one in seen.enrolments) == ["confirmed"] * 4 + ["waiting"]
    assert (order.wanted, await open_seats(begin, order)) == (6, [])
    assert await papers(begin) == [("RE-2026-00001", 18000)]


async def test_somebody_is_replaced_until_the_day_and_both_are_told(
    seats: Seats, begin: Begin, clock: FixedClock
) -> None:
    run = await paid_run(begin, naming_days=3)
    boss, company_id = await boss_of(begin)
    order = await six_seats(seats, run, boss, company_id, names=1)
    async with begin.reading() as session:
        seat = (await session.scalars(select(Enrolment).where(Enrolment.person_id.is_not(None)))).one()
    before, link = seat.person_id, seat.link_version
    assert run.starts_at is not None

    clock.moment = run.starts_at - timedelta(days=2, hours=11)  # the evening of the third day before
    for _ in range(2):
        seat = await seats.replace(boss, enrolment_id=seat.id, person=named("Neu Hier"))

    assert (seat.state, seat.person_id != before, seat.link_version) == (
        EnrolmentState.CONFIRMED,
        True,
        link + 1,
    )
    assert (await told(begin)).count("SeatPassedOn") == 1
    assert len(await papers(begin)) == 1  # the invoice stays as it is
    clock.forward(hours=4)
    [other, *_] = await open_seats(begin, order)
    with pytest.raises(NamingOver):
        await seats.replace(boss, enrolment_id=seat.id, person=named("Zu Spät"))
    with pytest.raises(NamingOver):
        await seats.name_seat(boss, enrolment_id=other, person=named("Zu Spät"))
    await seats.name_seat(TEAM, enrolment_id=other, person=named("Am Telefon"))


async def test_an_apprentice_under_18_keeps_the_seat_held_until_the_guardian_consents(
    seats: Seats, enrolments: Enrolments, begin: Begin
) -> None:
    run, (boss, company_id) = await paid_run(begin), await boss_of(begin)
    order = await six_seats(seats, run, boss, company_id)
    first, second, *_ = await open_seats(begin, order)
    with pytest.raises(GuardianNeeded):
        await seats.name_seat(boss, enrolment_id=first, person=named("Azubi Jung", birth_date=APPRENTICE))
    parent = named("Petra Jung")

    for seat_id, name in ((first, "Azubi Jung"), (second, "Azubine Jung")):
        seat = await seats.name_seat(
            boss, enrolment_id=seat_id, person=named(name, birth_date=APPRENTICE, guardian=parent)
        )
        assert (seat.state, seat.person_id is None) == (EnrolmentState.HELD, False)
    token = enrolments.signer.token("consent", first, 1)
    await enrolments.consent(VISITOR, enrolment_id=first, wording="Ja", token=token)
    await enrolments.refuse_consent(
        VISITOR, enrolment_id=second, token=enrolments.signer.token("consent", second, 1)
    )

    seen = {one.id: one for one in (await look(begin, run)).enrolments}
    assert (seen[first].state, seen[first].consent_wording) == (EnrolmentState.CONFIRMED, "Ja")
    assert (seen[second].state, seen[second].person_id) == (EnrolmentState.HELD, None)
    async with begin.reading() as session:
        invoice = (await session.scalars(select(Invoice))).one()
    assert invoice.debtor["name"] == "Holz GmbH"  # never the guardian


async def test_thirty_at_once_on_a_link_for_six_seats_take_six(seats: Seats, begin: Begin) -> None:
    run, (boss, company_id) = await paid_run(begin, capacity=40), await boss_of(begin)
    order = await six_seats(seats, run, boss, company_id, seats=8)
    link = await seats.open_link(boss, link_id=uuid4(), order_id=order.id, places=6)
    token = seats.signer.token("seat-link", link.id)
    with pytest.raises(LinkTooLarge):
        await seats.open_link(boss, link_id=uuid4(), order_id=order.id, places=3)

    async def take(number: int) -> bool:
        try:
            await seats.use_link(VISITOR, link_id=link.id, token=token, person=named(f"Kollege{number} Holz"))
        except LinkGone:
            return False
        return True

    outcome = await asyncio.gather(*(take(number) for number in range(30)))

    async with begin.reading() as session:
        used = (await session.get_one(SeatLink, link.id)).used
    assert (sum(outcome), used, len(await open_seats(begin, order))) == (6, 6, 2)
    assert (await look(begin, run)).run.occupied == 8


async def test_a_link_is_stopped_renewed_and_ends_by_itself_and_one_form_takes_one_seat(
    seats: Seats, begin: Begin, clock: FixedClock
) -> None:
    run, (boss, company_id) = await paid_run(begin), await boss_of(begin)
    order = await six_seats(seats, run, boss, company_id)
    link = await seats.open_link(
        boss, link_id=uuid4(), order_id=order.id, places=4, expires_at=MOMENT + timedelta(days=5)
    )
    old = seats.signer.token("seat-link", link.id)

    for _ in range(2):
        await seats.use_link(VISITOR, link_id=link.id, token=old, person=named(), form_key="one-form")
    await seats.stop_link(boss, link_id=link.id)
    with pytest.raises(LinkGone):
        await seats.use_link(VISITOR, link_id=link.id, token=old, person=named("Noch Wer"))
    for _ in range(2):  # twice is as good as once
        link = await seats.renew_link(boss, link_id=link.id, version=1)
    new = seats.signer.token("seat-link", link.id, 2)
    with pytest.raises(NotFound):
        await seats.use_link(VISITOR, link_id=link.id, token=old, person=named("Noch Wer"))
    link_after = await seats.use_link(VISITOR, link_id=link.id, token=new, person=named("Noch Wer"))
    clock.forward(days=6)
    with pytest.raises(LinkGone):
        await seats.use_link(VISITOR, link_id=link.id, token=new, person=named("Zu Spät"))

    assert link_after.state is EnrolmentState.CONFIRMED
    async with begin.reading() as session:
        assert (await session.get_one(SeatLink, link.id)).used == 2


async def test_an_old_form_opens_nothing_of_whoever_sits_or_orders_there_now(
    seats: Seats, begin: Begin
) -> None:
    run, (boss, company_id) = await paid_run(begin), await boss_of(begin)
    form: dict[str, Any] = {"contact": named("Chris Chef", email="chris@example.com"), "order_id": uuid4()}
    order = await six_seats(seats, run, TEAM, company_id, **form)
    link = await seats.open_link(boss, link_id=uuid4(), order_id=order.id, places=2)
    taken: dict[str, Any] = {
        "link_id": link.id,
        "token": seats.signer.token("seat-link", link.id),
        "person": named(),
        "form_key": "one-form",
    }
    seat = await seats.use_link(VISITOR, **taken)
    await seats.replace(boss, enrolment_id=seat.id, person=named("Noch Wer"))
    async with begin() as session:
        session.add(CompanyContact(company_id=company_id, person_id=order.contact_id))
    await seats.remove_contact(boss, company_id=company_id, person_id=order.contact_id)

    with pytest.raises(LinkGone):  # it would lead to the page of the new person
        await seats.use_link(VISITOR, **taken)
    with pytest.raises(NotFound):  # it would lead to the new link of an order whose old one was made void
        await six_seats(seats, run, VISITOR, company_id, **form)


async def test_seats_given_back_together_make_one_credit_note_and_one_invoice_for_the_rest(
    seats: Seats, begin: Begin, clock: FixedClock
) -> None:
    run, (boss, company_id) = await paid_run(begin), await boss_of(begin)
    order = await six_seats(seats, run, boss, company_id, names=3)
    free = await open_seats(begin, order)

    outcome = await seats.preview_giving_back(boss, order_id=order.id, enrolment_ids=free[:2])
    await seats.give_back(boss, order_id=order.id, enrolment_ids=free[:2])

    assert (outcome.fee_cents, outcome.price_cents) == (0, 9000)
    assert await papers(begin) == [
        ("RE-2026-00001", 27000),
        ("RE-2026-00002", 18000),
        ("ST-2026-00001", -27000),
    ]
    with pytest.raises(NoSuchSeats):
        await seats.give_back(boss, order_id=order.id, enrolment_ids=free[:1])

    clock.forward(days=25)  # three days before the start half of the price is kept
    await seats.give_back(boss, order_id=order.id, enrolment_ids=free[2:])

    async with begin.reading() as session:
        newest = await valid_invoice_of(session, free[2])
        balances = await balance_of(session, [one.id for one in (await look(begin, run)).enrolments])
        of_note = select(func.sum(InvoiceShare.amount_cents), func.max(Invoice.total_cents)).join(
            Invoice, Invoice.id == InvoiceShare.invoice_id
        )
        sums = (await session.execute(of_note.group_by(Invoice.id))).all()
        notes = await session.scalar(select(func.count()).where(Invoice.kind == InvoiceKind.CREDIT_NOTE))
        view = await company_view(session, company_id, now=clock())
    assert newest is not None
    assert sorted((line["what"], line["amount_cents"]) for line in newest.lines) == [
        ("cancellation_fee", 2250), ("participation", 4500), ("participation", 4500), ("participation", 4500)
    ]  # fmt: skip
    assert sum(one.open_cents for one in balances.values()) == newest.total_cents == 15750
    assert all(shares == total for shares, total in sums)  # each document is the sum of its shares
    assert notes == 2
    assert [(bill.invoice.number, bill.open_cents) for bill in view.owed] == [(newest.number, 15750)]
    assert [(len(one.seats), one.named) for one in view.orders] == [(3, 3)]


async def test_a_cancelled_run_credits_every_seat_by_one_note(
    seats: Seats, enrolments: Enrolments, begin: Begin
) -> None:
    run, (boss, company_id) = await paid_run(begin), await boss_of(begin)
    await six_seats(seats, run, boss, company_id, names=2)

    await enrolments.cancel_run(staff(), run_id=run.id, reason_de="Krank", version=run.version)

    assert await papers(begin) == [("RE-2026-00001", 27000), ("ST-2026-00001", -27000)]
    assert {one.state for one in (await look(begin, run)).enrolments} == {EnrolmentState.CANCELLED}


async def test_an_employee_cannot_cancel_what_the_company_pays(
    seats: Seats, enrolments: Enrolments, begin: Begin
) -> None:
    run, (boss, company_id) = await paid_run(begin), await boss_of(begin)
    await six_seats(seats, run, boss, company_id, names=1)
    async with begin.reading() as session:
        seat = (await session.scalars(select(Enrolment).where(Enrolment.person_id.is_not(None)))).one()

    with pytest.raises(SeatOfCompany):
        await enrolments.cancel(
            VISITOR,
            enrolment_id=seat.id,
            token=enrolments.signer.token("enrolment", seat.id, seat.link_version),
        )
    await seats.free_seat(boss, enrolment_id=seat.id)

    assert (await look(begin, run)).run.occupied == 6


async def test_a_closed_run_is_booked_by_its_company_its_link_and_the_team_alone(
    seats: Seats, enrolments: Enrolments, begin: Begin
) -> None:
    boss, company_id = await boss_of(begin)
    other, other_id = await boss_of(begin, "Stahl AG")
    run = await paid_run(begin, company_id=company_id)

    for refused in (
        enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=INVOICE),
        enrolments.hold(VISITOR, run_id=run.id, browser_key="k" * 43),
        six_seats(seats, run, other, other_id),
        seats.order_seats(boss, order_id=uuid4(), run_id=run.id, seats=1, company=HOLZ),
    ):
        with pytest.raises((NotFound, EnrolmentClosed)):
            await refused
    order = await six_seats(seats, run, boss, company_id, seats=4)
    link = await seats.open_link(boss, link_id=uuid4(), order_id=order.id, places=1)
    await seats.use_link(
        VISITOR, link_id=link.id, token=seats.signer.token("seat-link", link.id), person=named()
    )
    await enrolments.enrol(TEAM, run_id=run.id, persons=[named("Vom Amt")], payment_method=INVOICE)

    assert (await look(begin, run)).run.occupied == 5


async def test_two_contacts_who_remove_each_other_at_once_leave_one(seats: Seats, begin: Begin) -> None:
    boss, company_id = await boss_of(begin)
    second = make_person("Zwei", "Chef")
    async with begin() as session:
        session.add(second)
        await session.flush()
        session.add(CompanyContact(company_id=company_id, person_id=second.id))
    colleague = Actor(
        identities=boss.identities, account_id=uuid4(), person_id=second.id, companies=boss.companies
    )
    assert boss.person_id is not None

    outcome = await asyncio.gather(
        seats.remove_contact(boss, company_id=company_id, person_id=second.id),
        seats.remove_contact(colleague, company_id=company_id, person_id=boss.person_id),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in outcome) == sorted(["NoneType", LastContact.__name__])
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(CompanyContact)) == 1


async def test_ordering_and_enrolling_at_once_never_takes_more_places_than_there_are(
    seats: Seats, enrolments: Enrolments, begin: Begin
) -> None:
    run, (boss, company_id) = await paid_run(begin, capacity=10), await boss_of(begin)

    async def order() -> None:
        await six_seats(seats, run, boss, company_id, seats=4)

    async def enrol(number: int) -> None:
        await enrolments.enrol(
            VISITOR, run_id=run.id, persons=[named(f"Gast{number} Muster")], payment_method=INVOICE
        )

    outcome = await asyncio.gather(
        *(order() for _ in range(4)), *(enrol(n) for n in range(6)), return_exceptions=True
    )

    assert all(one is None or isinstance(one, DomainError) for one in outcome)
    seen = await look(begin, run)
    assert seen.run.occupied == seen.occupied <= 10
