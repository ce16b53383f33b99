"""Fees in the demonstration: the last month of everybody who taught, with a statement in each state and a file at the bank."""

from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select

from lms.billing.refunds.files import SERIES
from lms.billing.refunds.models import FilePurpose, TransferFile, TransferFileDocument, TransferFileState
from lms.billing.refunds.pain import Transfer, end_to_end_of_fee, transfer_file
from lms.billing.rules import document_number, series_year
from lms.billing.service import draw_number
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.filling.refunds import EXAMPLE_IBAN
from lms.honoraria.rates.models import FeeRate
from lms.honoraria.statements.collecting import collected
from lms.honoraria.statements.deciding import issue, let_go, written_reversal
from lms.honoraria.statements.models import (
    FeeAccount,
    FeeApproval,
    FeeObjection,
    FeePayout,
    FeeStatement,
    PayoutState,
    StatementState,
    VatKind,
)
from lms.honoraria.statements.paying import paid_out
from lms.honoraria.statements.rules import month_of
from lms.honoraria.statements.stating import fix, open_statement
from lms.jobs.models import Job
from lms.jobs.queue import EVENT
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.people.models import Person
from lms.web.centre import the_centre

CASHIER, COLLEAGUE = "ralf-hellwig", "birgit-lorenz"
SIGNED_IN = frozenset({"Katrin Behlau", "Aylin Demirci", "Lea Marquardt"})
"""Trainers who are tried out: their statements are left to be confirmed."""
UNIT, TRAVEL, STAND_IN = 3200, 600, 3500
PLAN = ("paid", "ready", "confirmed", "rejected", "reversed", "asked")
"""What becomes of the statements of the others, one after the other; the rest still collect."""


async def fill_fees(ground: Ground, everybody: Everybody) -> None:
    """Everything through the same functions as in service; what they would announce is not announced."""
    session = ground.session
    if await session.scalar(select(FeeRate.id).where(FeeRate.qualification == "").limit(1)) is None:
        await ground.put([
            FeeRate(
                id=ground.key(), qualification="", valid_from=date(2024, 1, 1), unit_cents=UNIT, travel_cents=TRAVEL,
                substitution_cents=STAND_IN,
            )
        ])  # fmt: skip
    month = month_of(month_of(ground.today) - timedelta(days=1))
    plan = iter(PLAN)
    paid: list[FeePayout] = []
    for person in sorted(everybody.trainers.values(), key=lambda one: (one.family_name, one.given_name)):
        await _account(ground, person)
        found = await collected(session, person.id, month, ground.settings, ground.now)
        if not found.lines:
            continue
        statement = await open_statement(session, person.id, month, ground.now - timedelta(days=3))
        statement.told_at = statement.opened_at
        if person.name in SIGNED_IN:
            await _object(ground, person, statement)
            continue
        paid += await _go_on(ground, everybody, person, statement, next(plan, "open"))
    if paid:
        await _file(ground, everybody, paid)
    await session.flush()
    names = ("FeeStatementConfirmed", "FeeStatementApproved", "FeeStatementRejected", "FeePaid")
    await session.execute(delete(Job).where(Job.kind.in_([EVENT + name for name in names])))


async def _go_on(
    ground: Ground, everybody: Everybody, person: Person, statement: FeeStatement, state: str
) -> list[FeePayout]:
    """As far as this state; gives the payout that a file has paid."""
    if state == "open":
        return []
    session, at = ground.session, ground.now - timedelta(days=2)
    teacher = Actor(account_id=everybody.account_of(person), person_id=person.id, name=person.name)
    if state == "asked":
        account = await session.get_one(FeeAccount, person.id)
        account.holder = account.iban = ""
        await session.flush()
    found = await collected(session, person.id, statement.month, ground.settings, ground.now)
    await fix(session, teacher, statement, found, ground.settings, at=at)
    if state == "confirmed":
        return []
    if state == "rejected":
        statement.state, statement.answer = (
            StatementState.REJECTED,
            "Bitte die Fahrt nach Flechtingen nachtragen.",
        )
        statement.answered_at, statement.answered_by_name = at, everybody.member(CASHIER).name
        await let_go(session, statement.id)
        (await open_statement(session, person.id, statement.month, at)).told_at = at
        return []
    await _approve(ground, everybody, statement, (CASHIER, COLLEAGUE), at)
    if state == "reversed":
        cashier = everybody.member(CASHIER)
        made = await written_reversal(
            session, cashier, statement, ground.key(), "Falscher Satz je Einheit.", at
        )
        await _approve(ground, everybody, made, (COLLEAGUE,), at)
        (await open_statement(session, person.id, statement.month, at)).told_at = at
        return []
    if state != "paid":
        return []
    return list(await session.scalars(select(FeePayout).where(FeePayout.statement_id == statement.id)))


async def _approve(
    ground: Ground, everybody: Everybody, statement: FeeStatement, members: tuple[str, ...], at: datetime
) -> None:
    for key in members:
        one = everybody.member(key)
        if one.account_id is not None:
            ground.session.add(
                FeeApproval(
                    statement_id=statement.id, account_id=one.account_id, approved_at=at, name=one.name
                )
            )
    await ground.session.flush()
    await issue(ground.session, everybody.member(members[-1]), statement, at)
    await ground.session.flush()


async def _account(ground: Ground, person: Person) -> None:
    await ground.put([
        FeeAccount(
            person_id=person.id, changed_at=ground.now - timedelta(days=200), holder=person.name, iban=EXAMPLE_IBAN,
            tax_number="105/234/12345", vat_kind=VatKind.EXEMPT_21,
        )
    ])  # fmt: skip


async def _object(ground: Ground, person: Person, statement: FeeStatement) -> None:
    """One of them has found something wrong."""
    if person.name != "Lea Marquardt":
        return
    await ground.put([
        FeeObjection(
            id=ground.key(), statement_id=statement.id, made_at=ground.now - timedelta(days=1),
            note="Am zweiten Termin habe ich eine halbe Stunde länger unterrichtet.",
        )
    ])  # fmt: skip


async def _file(ground: Ground, everybody: Everybody, payouts: list[FeePayout]) -> None:
    """What the bank has carried out: made, handed over, and booked yesterday."""
    session, cashier = ground.session, everybody.member(CASHIER)
    at, year = ground.now - timedelta(days=1), series_year(ground.now - timedelta(days=1))
    counter = await draw_number(session, SERIES, year)
    file = TransferFile(
        id=ground.key(), year=year, counter=counter, number=document_number(SERIES, year, counter), made_at=at,
        count=len(payouts), total_cents=sum(one.amount_cents for one in payouts), made_by=cashier.account_id,
        made_by_name=cashier.name, state=TransferFileState.SENT, downloaded_at=at, downloaded_by_name=cashier.name,
        ended_at=at, ended_by_name=cashier.name, purpose=FilePurpose.FEES,
    )  # fmt: skip
    await ground.put([file])
    content = transfer_file(
        file.id,
        [
            Transfer(
                reference=end_to_end_of_fee(one.id), holder=one.holder, iban=one.iban, amount_cents=one.amount_cents,
                purpose=one.purpose,
            )
            for one in payouts
        ],
        holder=the_centre().operator or the_centre().name, iban=ground.settings.iban or EXAMPLE_IBAN,
        bic=ground.settings.bic, on=local(at).date(),
    )  # fmt: skip
    await ground.put(
        [TransferFileDocument(file_id=file.id, sha256=sha256(content).hexdigest(), content=content)]
    )
    for one in payouts:
        one.transfer_file_id, one.provider_ref = file.id, end_to_end_of_fee(one.id)
        one.state = PayoutState.SENT
        await paid_out(session, cashier, one, at=at)
