"""A bank statement of yesterday in the demonstration, with some lines of each group; nothing of it is booked yet."""

from datetime import date, timedelta

from sqlalchemy import select

from lms.banking.importing import keep
from lms.banking.reading.values import Format, ReadEntry, ReadLine, ReadStatement
from lms.billing.standing import Account, accounts
from lms.debits.models import Debit, DebitMandate, DebitState
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.people.models import Person

CASHIER = "ralf-hellwig"
BALANCE = 1_482_350
MATCHED = 4
IBANS = (
    "DE89370400440532013000",
    "DE75512108001245126199",
    "DE91100000000123456789",
    "DE27100777770209299700",
    "DE12500105170648489890",
)
"""Examples that banks and standards print; nobody's accounts."""
RENT, CENTRAL, RETURN_FEE = 12_000, 1_999, 300


async def fill_statements(ground: Ground, everybody: Everybody) -> None:
    """Four payments that fit, one too little, two without a number, rent, a returned debit."""
    owing = [
        one
        for one in await accounts(ground.session)
        if one.open_cents > 0 and one.invoice is not None and one.debtor_id and not one.company_id
    ]
    people = {}
    for one in owing[: MATCHED + 3]:
        people[one.enrolment_id] = await ground.session.get_one(Person, one.debtor_id)
    chosen = [(one, people[one.enrolment_id].name) for one in owing[: MATCHED + 3]]
    lines = [_paid(ground, place, one, name) for place, (one, name) in enumerate(chosen)]
    day = ground.today - timedelta(days=1)
    lines += [
        ReadLine(booked_on=day, amount_cents=RENT, name="Schachverein Haldensleben", iban=IBANS[3], text="Miete Raum 2 November", kind="GUTSCHRIFT"),
        ReadLine(booked_on=day, amount_cents=2500, name="M. K.", iban=IBANS[4], text="danke", kind="GUTSCHRIFT"),
        ReadLine(booked_on=day, amount_cents=-CENTRAL, name="Bürobedarf Ohre", iban=IBANS[1], text="Papier, Stifte", kind="LASTSCHRIFT"),
        *await _came_back(ground, day),
    ]  # fmt: skip
    cents = sum(line.amount_cents for line in lines)
    statement = ReadStatement(
        format=Format.CAMT, iban=ground.settings.iban, entries=[ReadEntry([line], f"DEMO{number:04}") for number, line in enumerate(lines)],
        name="Demo", sequence=231, begins_on=day, ends_on=day, opening_cents=BALANCE, closing_cents=BALANCE + cents,
    )  # fmt: skip
    await keep(
        ground.session, everybody.member(CASHIER), [statement], file_name="kontoauszug.xml", content=b"demo",
        at=ground.now - timedelta(hours=1),
    )  # fmt: skip


async def _came_back(ground: Ground, day: date) -> list[ReadLine]:
    """A direct debit that was collected some days ago, and that the payer's bank has sent back."""
    rows = await ground.session.execute(
        select(Debit, DebitMandate)
        .join(DebitMandate, DebitMandate.id == Debit.mandate_id)
        .where(Debit.state == DebitState.COLLECTED)
        .order_by(Debit.end_to_end_id)
        .limit(1)
    )
    return [
        ReadLine(
            booked_on=day, amount_cents=-(debit.amount_cents or 0) - RETURN_FEE, name=mandate.holder, iban=mandate.iban,
            text=debit.purpose, kind="RÜCKLASTSCHRIFT", end_to_end=debit.end_to_end_id, code="109", reason="AC04",
            original_cents=debit.amount_cents or 0, fee_cents=RETURN_FEE,
        )
        for debit, mandate in rows
    ]  # fmt: skip


def _paid(ground: Ground, place: int, one: Account, name: str) -> ReadLine:
    """The first by number and amount, then one that is short, then by name alone."""
    number = one.invoice.number if one.invoice else ""
    text, cents = number, one.open_cents
    if place == MATCHED - 1:
        text = f"Rechnung {number.replace('-', ' ')} vielen Dank"
    elif place == MATCHED:
        cents -= 500
    elif place > MATCHED:
        text = "Kursgebühr"
    return ReadLine(
        booked_on=ground.today - timedelta(days=1), amount_cents=cents, name=name, iban=IBANS[place % 3], text=text,
        kind="GUTSCHRIFT",
    )  # fmt: skip
