"""The counter in the demonstration: people who are told by letter, telephone or short message, and cash taken this morning."""

from collections.abc import Iterable
from datetime import timedelta

from lms.billing.models import CashReceipt, EntryKind, LedgerEntry, ReceiptKind
from lms.billing.rules import RECEIPTS, document_number, series_year
from lms.catalogue.models import PaymentMethod
from lms.demo.filling.book import Place
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.enrolment.events import PlaceConfirmed
from lms.enrolment.models import EnrolmentState
from lms.jobs.queue import announce
from lms.messaging.models import Channel
from lms.web.centre import the_centre

AT_THE_TILL = ("ralf-hellwig", "sevda-yildirim")
CALLED, PRINTED = 4, 5
EURO = 100


async def fill_counter(ground: Ground, everybody: Everybody, places: Iterable[Place]) -> None:
    """Choose ways for a few people without e-mail, have the worker tell them, and take cash from two."""
    coming = [
        place
        for place in places
        if place.enrolment.state is EnrolmentState.CONFIRMED
        and place.planned.starts_at > ground.now
        and not place.employer
    ]
    without = [place for place in coming if not place.learner.contact.email]
    called = [place for place in without if place.learner.contact.phone and not place.enrolment.price_cents]
    for number, place in enumerate(called[:CALLED]):
        place.learner.contact.channel = Channel.PHONE
        # enrolled this morning: people are called within two working days, after that a letter goes
        place.enrolment.confirmed_at = place.enrolment.changed_at = ground.now - timedelta(
            minutes=20 * number
        )
        announce(ground.session, PlaceConfirmed(enrolment_id=place.enrolment.id), at=ground.now)
    told = {place.enrolment.id for place in called[:CALLED]}
    by_post = [place for place in without if place.learner.contact.channel is Channel.POST]
    for place in [one for one in by_post if one.enrolment.id not in told][:PRINTED]:
        announce(ground.session, PlaceConfirmed(enrolment_id=place.enrolment.id), at=ground.now)
    await _take_cash(ground, everybody, coming)
    await ground.session.flush()


async def _take_cash(ground: Ground, everybody: Everybody, coming: Iterable[Place]) -> None:
    """Two people have paid at the counter within the last hours."""
    owing = [
        place
        for place in coming
        if place.enrolment.price_cents and place.enrolment.payment_method is PaymentMethod.CASH
    ]
    centre, at = the_centre(), ground.now - timedelta(hours=2)
    year = series_year(at)
    for place, key in zip(owing, AT_THE_TILL, strict=False):
        cashier, cents, payer = everybody.member(key), place.enrolment.price_cents, place.learner.contact
        at += timedelta(minutes=35)
        counter = ground.number(RECEIPTS, year)
        entry = LedgerEntry(
            id=ground.key(), booked_at=at, kind=EntryKind.PAYMENT, amount_cents=-cents, cause="cash",
            enrolment_id=place.enrolment.id, debtor_id=payer.id, actor_id=cashier.account_id, provider="cash",
            provider_event=f"demo:{counter}",
        )  # fmt: skip
        await ground.put([entry])
        receipt = CashReceipt(
            id=ground.key(),
            kind=ReceiptKind.RECEIPT,
            series=RECEIPTS,
            year=year,
            counter=counter,
            number=document_number(RECEIPTS, year, counter),
            issued_at=at,
            amount_cents=cents,
            given_cents=-(-cents // (50 * EURO)) * 50 * EURO,
            facts={
                "payer": payer.name,
                "course": place.planned.course.title_de,
                "run": place.planned.run.number,
                "person": place.learner.person.name,
                "reference": place.enrolment.reference,
                "issuer": {
                    "name": centre.name,
                    "address": centre.address,
                    "phone": centre.phone,
                    "email": centre.email,
                },
            },
            enrolment_id=place.enrolment.id,
            entry_id=entry.id,
            cashier_id=cashier.account_id,
            cashier_name=cashier.name,
        )
        await ground.put([receipt])
        ground.note(
            at, "cash.receipt", "enrolment", place.enrolment.id, by=cashier,
            after={"number": receipt.number, "amount_cents": cents},
        )  # fmt: skip
