"""Direct debits in the demonstration: mandates, collections to come, one file that the bank has credited, one debit that came back."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from lms.billing.models import EntryKind, LedgerEntry, Means
from lms.billing.queries import balance_of
from lms.billing.rules import series_year
from lms.catalogue.models import PaymentMethod, RunState
from lms.debits.accounts import account_of
from lms.debits.collecting import SERIES
from lms.debits.crediting import CAUSE
from lms.debits.events import DebitAnnounced
from lms.debits.models import (
    ChosenMandate,
    Debit,
    DebitFile,
    DebitFileDocument,
    DebitFileState,
    DebitMandate,
    DebitMandateState,
    DebitMandateWay,
    DebitState,
)
from lms.debits.pain import Creditor, Line, collection_file
from lms.debits.returns import CAUSE as RETURNED
from lms.debits.returns import FEE_CAUSE
from lms.debits.rules import READABLE, bank_day_from, end_to_end_id
from lms.debits.wording import WORDING_VERSION, whole_wording
from lms.demo.filling.book import Place
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.enrolment.models import EnrolmentState
from lms.jobs.queue import announce
from lms.kernel.clock import local
from lms.web.centre import the_centre
from lms.web.language import use_locale

CASHIER = "ralf-hellwig"
IBANS = (
    "DE07810550000532013000", "DE55810532720532013000", "DE30100100100532013002", "DE70810932740532013002",
    "DE23120300000532013000", "DE02120300000000202051",
)  # fmt: skip
"""Made-up accounts at banks that there are."""
FILED_DAYS_AGO, COLLECTED_DAYS_AGO, RETURNED_DAYS_AGO = 12, 8, 1
FEE_CENTS = 350
IN_FILE, TOLD = 2, 4


async def fill_debits(ground: Ground, everybody: Everybody, places: Sequence[Place]) -> None:
    """Six people who owe pay by direct debit: two were collected, two are told, two come later."""
    for planned in {id(place.planned): place.planned for place in places}.values():
        run = planned.run
        is_coming = run.state is not RunState.CANCELLED and planned.starts_at > ground.now
        if run.price_cents and run.company_id is None and is_coming:
            run.payment_methods = list(dict.fromkeys([*run.payment_methods, "direct_debit"]))
    paying = await _owing(ground, places)
    mandates = [_mandate(ground, place, number) for number, place in enumerate(paying)]
    await ground.put(mandates)
    pairs = list(zip(paying, mandates, strict=True))
    for place, mandate in pairs:
        place.enrolment.payment_method = PaymentMethod.DIRECT_DEBIT
        ground.session.add(ChosenMandate(enrolment_id=place.enrolment.id, mandate_id=mandate.id))
    await _filed(ground, everybody, pairs[:IN_FILE])
    for number, (place, mandate) in enumerate(pairs[IN_FILE:]):
        is_told = number < TOLD - IN_FILE
        day = bank_day_from(ground.today + timedelta(days=5 + number if is_told else 20 + 5 * number))
        debit = _debit(ground, place, mandate, day)
        if is_told:
            debit.state, debit.notices = DebitState.ANNOUNCED, 1
            debit.announced_cents, debit.announced_for = place.enrolment.price_cents, day
        await ground.put([debit])
        if is_told:
            announce(
                ground.session,
                DebitAnnounced(
                    debit_id=debit.id, amount_cents=place.enrolment.price_cents, collect_on=day, notice=1
                ),
                at=ground.now,
            )
    await _on_paper(ground, places, {place.learner.contact.id for place in paying})


async def _owing(ground: Ground, places: Sequence[Place]) -> list[Place]:
    """Six private people with an invoice of which nothing was paid, each once."""
    invoiced = [
        place
        for place in places
        if place.enrolment.state is EnrolmentState.CONFIRMED
        and place.enrolment.payment_method is PaymentMethod.INVOICE
        and not place.employer
        and place.enrolment.confirmed_at
        and place.enrolment.confirmed_at < ground.now - timedelta(days=FILED_DAYS_AGO)
    ]
    accounts = await balance_of(ground.session, [place.enrolment.id for place in invoiced])
    chosen: dict[object, Place] = {}
    for place in sorted(invoiced, key=lambda one: (one.planned.starts_at, one.enrolment.reference)):
        if accounts[place.enrolment.id].open_cents == place.enrolment.price_cents:
            chosen.setdefault(place.learner.contact.id, place)
    return list(chosen.values())[: len(IBANS)]


def _mandate(ground: Ground, place: Place, number: int) -> DebitMandate:
    return _given(ground, place, IBANS[number], place.enrolment.created_at, DebitMandateState.ACTIVE)


def _given(ground: Ground, place: Place, iban: str, at: datetime, state: DebitMandateState) -> DebitMandate:
    bank, payer = account_of(iban), place.learner.contact
    signs = "".join(ground.chance.choices(READABLE, k=10))
    is_waiting = state is DebitMandateState.WAITING
    with use_locale("en" if payer.language == "en" else "de"):
        words = whole_wording(ground.settings)
    return DebitMandate(
        id=ground.key(), reference=f"LM-{local(at).year}-{signs[:5]}-{signs[5:]}", person_id=payer.id,
        holder=payer.name, iban=bank.iban, bic=bank.bic, bank=bank.bank,
        creditor_id=ground.settings.creditor_id, way=DebitMandateWay.PAPER if is_waiting else DebitMandateWay.SCREEN,
        state=state, wording=words, wording_version=WORDING_VERSION, created_at=at,
        given_at=None if is_waiting else at, signed_on=None if is_waiting else local(at).date(),
    )  # fmt: skip


def _debit(ground: Ground, place: Place, mandate: DebitMandate, day: date) -> Debit:
    key, enrolment = ground.key(), place.enrolment
    return Debit(
        id=key, enrolment_id=enrolment.id, run_id=place.planned.run.id, mandate_id=mandate.id,
        end_to_end_id=end_to_end_id(key), purpose=f"{place.planned.run.number} {enrolment.reference}",
        collect_on=day, planned_at=enrolment.created_at,
    )  # fmt: skip


async def _filed(ground: Ground, everybody: Everybody, pairs: Sequence[tuple[Place, DebitMandate]]) -> None:
    """One file, credited; of its two collections the last came back yesterday."""
    if not pairs:
        return
    cashier, made_at = everybody.member(CASHIER), ground.now - timedelta(days=FILED_DAYS_AGO)
    day = bank_day_from(ground.today - timedelta(days=COLLECTED_DAYS_AGO))
    year = series_year(made_at)
    counter = ground.number(SERIES, year)
    total = sum(place.enrolment.price_cents for place, _ in pairs)
    file = DebitFile(
        id=ground.key(), number=f"{SERIES}-{year}-{counter:04d}", year=year, counter=counter, made_at=made_at,
        count=len(pairs), total_cents=total, first_day=day, state=DebitFileState.CREDITED,
        made_by=cashier.account_id, made_by_name=cashier.name, submitted_at=made_at + timedelta(minutes=20),
        submitted_by=cashier.account_id, credited_at=made_at + timedelta(days=5), credited_by=cashier.account_id,
    )  # fmt: skip
    await ground.put([file])
    lines = []
    for place, mandate in pairs:
        debit = _debit(ground, place, mandate, day)
        debit.state, debit.file_id, debit.ended_at = DebitState.COLLECTED, file.id, file.credited_at
        debit.amount_cents = debit.announced_cents = place.enrolment.price_cents
        debit.notices, debit.announced_for, mandate.last_used_on = 1, day, day
        lines.append(_line(debit, mandate))
        await ground.put([debit])
        await _book(ground, place, EntryKind.PAYMENT, -debit.amount_cents, CAUSE, f"debit:{debit.id}", made_at + timedelta(days=5))  # fmt: skip
        if (place, mandate) == pairs[-1] and len(pairs) > 1:
            await _came_back(ground, place, debit)
    settings = ground.settings
    creditor = Creditor(
        name=the_centre().name, iban=settings.iban, bic=settings.bic, creditor_id=settings.creditor_id
    )
    content = collection_file(creditor, file.number, made_at, lines)
    await ground.put(
        [DebitFileDocument(file_id=file.id, sha256=hashlib.sha256(content).hexdigest(), content=content)]
    )


async def _came_back(ground: Ground, place: Place, debit: Debit) -> None:
    at, cents = ground.now - timedelta(days=RETURNED_DAYS_AGO), debit.amount_cents or 0
    debit.state, debit.ended_at, debit.end_reason, debit.fee_cents = (
        DebitState.RETURNED,
        at,
        "AM04",
        FEE_CENTS,
    )
    await _book(ground, place, EntryKind.REFUND, cents, RETURNED, f"debit-return:{debit.id}", at)
    await _book(ground, place, EntryKind.FEE, FEE_CENTS, FEE_CAUSE, None, at)


def _line(debit: Debit, mandate: DebitMandate) -> Line:
    return Line(
        end_to_end_id=debit.end_to_end_id, cents=debit.amount_cents or 0, on=debit.collect_on, holder=mandate.holder,
        iban=mandate.iban, bic=mandate.bic, reference=mandate.reference,
        signed_on=mandate.signed_on or debit.collect_on, purpose=debit.purpose,
    )  # fmt: skip


async def _book(
    ground: Ground, place: Place, kind: EntryKind, cents: int, cause: str, event: str | None, at: datetime
) -> None:
    entry = LedgerEntry(
        id=ground.key(), booked_at=at, kind=kind, amount_cents=cents, cause=cause, enrolment_id=place.enrolment.id,
        debtor_id=place.learner.contact.id, provider=Means.DIRECT_DEBIT if event else None, provider_event=event,
    )  # fmt: skip
    await ground.put([entry])
    ground.note(
        at, f"money.{kind}", "ledger_entry", entry.id, person_id=place.learner.contact.id,
        after={"amount_cents": cents, "enrolment_id": str(place.enrolment.id)}, reason=cause,
    )  # fmt: skip


async def _on_paper(ground: Ground, places: Sequence[Place], known: set[object]) -> None:
    """A form that has not come back yet, of somebody without e-mail."""
    for place in places:
        contact = place.learner.contact
        if contact.id not in known and not contact.email and not place.employer and contact.street:
            at = ground.now - timedelta(days=2)
            await ground.put([_given(ground, place, IBANS[0], at, DebitMandateState.WAITING)])
            return
