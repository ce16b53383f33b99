"""A fee statement from the held session to the money: who confirms, who approves, what is booked, and what can never happen."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from lms.billing.errors import FileGone, NothingToTransfer, ReasonMissing
from lms.billing.refunds.models import TransferFile, TransferFileDocument
from lms.db import Begin
from lms.honoraria.standing.models import AllowanceDeclaration
from lms.honoraria.statements.collecting import collected
from lms.honoraria.statements.deciding import FeeStatements
from lms.honoraria.statements.errors import (
    AmountWrong,
    ApprovedBefore,
    DeductionsExceed,
    LineElsewhere,
    NoSuchKind,
    NotHeld,
    NothingToSettle,
    ObjectionOpen,
    OwnChange,
    OwnStatement,
    PayoutRunning,
    StatementElsewhere,
)
from lms.honoraria.statements.models import (
    FeeLine,
    FeePayout,
    FeeStatement,
    LineKind,
    PayoutState,
    SessionHeld,
    StatementState,
)
from lms.honoraria.statements.paying import FeePayouts
from lms.honoraria.statements.report import performed
from lms.honoraria.statements.rules import Missing
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, Forbidden, Stale
from lms.kernel.rights import Identity
from lms.scheduling.models import (
    RunTrainer,
    Session,
    SessionState,
    SessionTrainer,
    Substitution,
    SubstitutionState,
)
from lms.web.module import Around
from tests.billing.test_transfer_files import count, transfers_in
from tests.honoraria.settling import (
    BIRGIT,
    FIRST,
    IBAN,
    MATTHIAS,
    NOVEMBER,
    THIRD,
    Faculty,
    booked,
    faculty,
    statement_now,
)
from tests.making import BOTH, MOMENT, staff

pytestmark = BOTH
DAY = timedelta(days=1)


@pytest.fixture
async def jonas(house: Around) -> Faculty:
    return await faculty(house)


async def payouts(begin: Begin) -> list[tuple[int, PayoutState]]:
    async with begin.reading() as session:
        rows = await session.scalars(select(FeePayout).order_by(FeePayout.made_at, FeePayout.state.desc()))
        return [(one.amount_cents, one.state) for one in rows]


async def issued(jonas: Faculty) -> FeeStatement:
    """Two units and the way, confirmed and approved."""
    await jonas.hold()
    return await jonas.approve(await jonas.confirm())


async def test_held_units_and_the_way_are_confirmed_approved_transferred_and_booked(
    jonas: Faculty, house: Around, begin: Begin
) -> None:
    await jonas.hold()
    await jonas.hold(FIRST + timedelta(hours=3), minutes=50)  # 1.11 units: reckoned in minutes, rounded once
    await jonas.name_account()

    confirmed = await jonas.confirm()
    statement = await jonas.approve(confirmed)
    fees = FeePayouts(house)
    file = await fees.make_file(BIRGIT, file_id=uuid4())
    _, content = await fees.download(BIRGIT, file_id=file.id)
    await fees.give_to_bank(BIRGIT, file_id=file.id)
    paid = [await fees.file_executed(BIRGIT, file_id=file.id) for _ in range(2)]

    assert await jonas.lines(statement.id) == [
        ("session", 50, 4444),
        ("session", 90, 8000),
        ("travel", 0, 500),
    ]
    assert (statement.number, statement.total_cents) == ("HA-2026-00001", 12_944)
    async with begin.reading() as session:
        payout = (await session.scalars(select(FeePayout))).one()
    assert transfers_in(content) == [(f"HA-{payout.id.hex}", "129.44", IBAN, "Honorar HA-2026-00001")]
    assert paid == [1, 0]
    assert await booked(begin) == [("honorarium", -12_944), ("honorarium_paid", 12_944)]
    assert (await statement_now(begin, statement.id)).state is StatementState.PAID


async def test_a_session_says_why_it_is_not_paid_yet(jonas: Faculty, house: Around) -> None:
    marked_by_nobody = await jonas.hold(confirmed=False)
    await jonas.hold(MOMENT + timedelta(days=3), confirmed=False)
    december = NOVEMBER.replace(month=12)

    before = [why for _, why in (await jonas.collected()).lacking]
    for _ in range(2):
        await FeeStatements(house).say_held(jonas.actor, session_id=marked_by_nobody.id)
    with pytest.raises(NotHeld):
        await FeeStatements(house).say_held(jonas.actor, session_id=jonas.meetings[1].id)
    other = await faculty(house)
    with pytest.raises(NotHeld):
        await FeeStatements(house).say_held(other.actor, session_id=marked_by_nobody.id)

    assert before == [Missing.NOBODY]
    assert [why for _, why in (await jonas.collected()).lacking] == []
    assert [why for _, why in (await jonas.collected(december)).lacking] == [Missing.TO_COME]
    assert (await jonas.collected()).total_cents == 8500


async def test_nobody_approves_their_own_nor_what_they_have_changed(
    jonas: Faculty, house: Around, begin: Begin
) -> None:
    fees = FeeStatements(house)
    await jonas.hold()
    line = await fees.add_line(
        BIRGIT, line_id=uuid4(), person_id=jonas.person.id, month=NOVEMBER, kind=LineKind.MATERIAL, cents=1250,
        day=NOVEMBER, reason="Kopien",
    )  # fmt: skip
    statement = await jonas.confirm()
    as_both = staff(Identity.FINANCE)
    own = type(as_both)(
        identities=as_both.identities | {Identity.TRAINER}, account_id=uuid4(), person_id=jonas.person.id
    )
    for actor, refusal in ((own, OwnStatement), (BIRGIT, OwnChange), (jonas.actor, Forbidden)):
        with pytest.raises(refusal):
            await fees.approve(actor, statement_id=statement.id, version=statement.version)
    with pytest.raises(LineElsewhere):
        await fees.remove_line(BIRGIT, line_id=line.id)

    assert (await jonas.approve(statement, MATTHIAS)).total_cents == 9750


async def test_much_money_needs_two_of_finance_and_two_at_once_issue_it_once(
    jonas: Faculty, house: Around, begin: Begin
) -> None:
    await jonas.hold(minutes=360)  # eight units: 320 euros
    statement = await jonas.confirm()
    fees = FeeStatements(house)
    await jonas.approve(statement, BIRGIT)
    with pytest.raises(ApprovedBefore):
        await jonas.approve(statement, BIRGIT)
    assert (await statement_now(begin, statement.id)).state is StatementState.CONFIRMED
    version = (await statement_now(begin, statement.id)).version

    async def approve(actor: Any) -> str:
        try:
            return (await fees.approve(actor, statement_id=statement.id, version=version)).number or ""
        except (Stale, StatementElsewhere):
            return "too late"

    assert sorted(await asyncio.gather(approve(MATTHIAS), approve(THIRD))) == ["HA-2026-00001", "too late"]
    assert await booked(begin) == [("honorarium", -32_500)]
    assert await payouts(begin) == [(32_500, PayoutState.ASKED)]


async def test_sent_twice_is_confirmed_once_and_what_has_changed_is_shown_first(
    jonas: Faculty, house: Around, begin: Begin
) -> None:
    meeting = await jonas.hold()
    fees, seen = FeeStatements(house), (await jonas.collected()).seen

    async with begin() as session:  # staff move the end while the trainer reads
        await session.execute(
            update(Session)
            .where(Session.id == meeting.id)
            .values(ends_at=meeting.ends_at + timedelta(minutes=45))
        )
    with pytest.raises(Stale):
        await fees.confirm(jonas.actor, month=NOVEMBER, seen=seen)
    seen = (await jonas.collected()).seen
    both = await asyncio.gather(*(fees.confirm(jonas.actor, month=NOVEMBER, seen=seen) for _ in range(2)))

    assert both[0].id == both[1].id
    assert await count(begin, FeeStatement) == 1
    with pytest.raises(NothingToSettle):
        await jonas.confirm()


async def test_a_session_moved_into_another_month_after_it_was_confirmed_is_not_paid_again(
    jonas: Faculty, begin: Begin
) -> None:
    meeting = await jonas.hold()
    await jonas.confirm()
    moved = MOMENT - 2 * DAY
    async with begin() as session:
        await session.execute(
            update(Session)
            .where(Session.id == meeting.id)
            .values(starts_at=moved, ends_at=moved + timedelta(hours=2))
        )

    assert (await jonas.collected(date(2026, 12, 1))).lines == []
    assert (await jonas.collected()).sessions == ()


async def test_the_database_pays_a_session_once_whoever_writes_at_once(jonas: Faculty, begin: Begin) -> None:
    meeting = await jonas.hold()

    async def write(month: date) -> str:
        try:
            async with begin() as session:
                statement = FeeStatement(person_id=jonas.person.id, month=month, opened_at=MOMENT)
                session.add(statement)
                await session.flush()
                session.add(
                    FeeLine(
                        statement_id=statement.id, person_id=jonas.person.id, kind=LineKind.SESSION, day=month, cents=8000,
                        session_id=meeting.id, minutes=90,
                    )
                )  # fmt: skip
                await session.flush()
                await asyncio.sleep(0.02)
        except DBAPIError:
            return "refused"
        return "written"

    outcomes = await asyncio.gather(*(write(date(2026, month, 1)) for month in range(1, 7)))

    assert sorted(outcomes) == ["refused"] * 5 + ["written"]


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE fee_statement SET total_cents = 1", "fee_statement_is_kept"),
        ("UPDATE fee_statement SET facts = '{}'", "fee_statement_is_kept"),
        ("UPDATE fee_statement SET number = 'HA-1'", "fee_statement_is_kept"),
        ("UPDATE fee_statement SET state = 'open'", "fee_statement_goes_on"),
        ("UPDATE fee_line SET cents = 1", "fee_line_is_kept"),
        ("DELETE FROM fee_line", "fee_line_is_kept"),
        ("DELETE FROM fee_approval", "fee_approval_is_kept"),
    ],
)
async def test_what_was_issued_never_changes(jonas: Faculty, begin: Begin, statement: str, word: str) -> None:
    await issued(jonas)

    with pytest.raises(DBAPIError, match=word):
        async with begin() as session:
            await session.execute(text(statement))


async def test_a_statement_sent_back_stays_as_it_was_and_another_one_is_made(
    jonas: Faculty, house: Around, begin: Begin
) -> None:
    fees = FeeStatements(house)
    await jonas.hold()
    await fees.add_line(
        jonas.actor, line_id=uuid4(), person_id=jonas.person.id, month=NOVEMBER, kind=LineKind.JOURNEY, cents=1200,
        day=NOVEMBER, reason="Fahrt nach Magdeburg",
    )  # fmt: skip
    first = await jonas.confirm()
    with pytest.raises(ReasonMissing):
        await fees.reject(BIRGIT, statement_id=first.id, version=first.version, reason="  ")
    await fees.reject(BIRGIT, statement_id=first.id, version=first.version, reason="Beleg fehlt")

    second = await jonas.approve(await jonas.confirm())

    kept = await statement_now(begin, first.id)
    assert (kept.state, kept.answer, kept.number) == (StatementState.REJECTED, "Beleg fehlt", None)
    assert await jonas.lines(first.id) == [("journey", 0, 1200), ("session", 90, 8000), ("travel", 0, 500)]
    assert (second.number, second.total_cents) == ("HA-2026-00001", 9700)


async def test_a_reversal_needs_somebody_else_and_frees_the_sessions(
    jonas: Faculty, house: Around, begin: Begin
) -> None:
    fees = FeeStatements(house)
    first = await issued(jonas)
    key = uuid4()
    asked = await asyncio.gather(
        *(
            fees.reverse(BIRGIT, statement_id=first.id, reversal_id=key, reason="Falscher Satz")
            for _ in range(2)
        )
    )
    with pytest.raises(StatementElsewhere):
        await fees.reverse(MATTHIAS, statement_id=first.id, reversal_id=uuid4(), reason="Noch einmal")
    with pytest.raises(OwnChange):
        await jonas.approve(asked[0], BIRGIT)
    await jonas.name_account()
    with pytest.raises(NothingToTransfer):  # what is in doubt is not paid meanwhile
        await FeePayouts(house).make_file(BIRGIT, file_id=uuid4())

    reversal = await jonas.approve(asked[1], MATTHIAS)
    again = await jonas.approve(await jonas.confirm())

    assert (reversal.number, reversal.total_cents, again.number) == ("HA-2026-00002", -8500, "HA-2026-00003")
    assert (await statement_now(begin, first.id)).state is StatementState.REVERSED
    assert sorted(await payouts(begin)) == [(8500, PayoutState.CANCELLED), (8500, PayoutState.READY)]
    assert sum(cents for _, cents in await booked(begin)) == -8500


async def test_what_was_paid_and_then_reversed_is_kept_back_of_what_comes_next(
    jonas: Faculty, house: Around, begin: Begin
) -> None:
    fees, money = FeeStatements(house), FeePayouts(house)
    first = await issued(jonas)
    async with begin.reading() as session:
        payout = (await session.scalars(select(FeePayout))).one()
    await money.transferred(BIRGIT, payout_id=payout.id, on=local(MOMENT).date())
    asked = await fees.reverse(BIRGIT, statement_id=first.id, reversal_id=uuid4(), reason="Nicht gehalten")
    await jonas.approve(asked, MATTHIAS)
    await jonas.hold(FIRST + DAY, minutes=45)

    second = await jonas.approve(await jonas.confirm())  # 85 + 45, less 85 that was paid already

    assert (second.total_cents, second.carried_cents, second.pay_cents) == (13_000, -8500, 4500)
    assert await payouts(begin) == [(8500, PayoutState.PAID), (4500, PayoutState.ASKED)]
    assert sum(cents for _, cents in await booked(begin)) == -4500
    assert (await jonas.collected()).carried == []


async def test_a_returned_transfer_is_booked_back_and_the_trainer_is_asked_for_the_account(
    jonas: Faculty, house: Around, begin: Begin
) -> None:
    money = FeePayouts(house)
    await jonas.name_account()
    statement = await issued(jonas)
    async with begin.reading() as session:
        payout = (await session.scalars(select(FeePayout))).one()
    with pytest.raises(StatementElsewhere):
        await money.returned(BIRGIT, payout_id=payout.id, reason="Konto erloschen")
    for _ in range(2):
        await money.transferred(BIRGIT, payout_id=payout.id, on=local(MOMENT).date())

    new = await money.returned(BIRGIT, payout_id=payout.id, reason="Konto erloschen")
    await jonas.name_account("DE89370400440532013000", version=1)

    assert (new.state, new.iban) == (PayoutState.ASKED, "")
    assert await payouts(begin) == [(8500, PayoutState.RETURNED), (8500, PayoutState.READY)]
    assert (await statement_now(begin, statement.id)).state is StatementState.APPROVED
    assert sorted(await booked(begin)) == [
        ("honorarium", -8500), ("honorarium_paid", -8500), ("honorarium_paid", 8500),
    ]  # fmt: skip


async def test_what_was_approved_goes_to_the_account_that_was_known_then(
    jonas: Faculty, house: Around, begin: Begin
) -> None:
    await jonas.name_account()
    await issued(jonas)
    await jonas.name_account("DE89370400440532013000", version=1)

    async with begin.reading() as session:
        assert (await session.scalars(select(FeePayout.iban))).one() == IBAN


async def test_killed_while_a_file_is_made_leaves_neither_file_nor_mark(
    jonas: Faculty, house: Around, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    await jonas.name_account()
    statement = await issued(jonas)
    money = FeePayouts(house)

    def dies(*_: Any) -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr("lms.billing.refunds.files.note_file", dies)
    with pytest.raises(RuntimeError):
        await money.make_file(BIRGIT, file_id=uuid4())
    monkeypatch.undo()
    assert [await count(begin, one) for one in (TransferFile, TransferFileDocument)] == [0, 0]
    form = uuid4()

    async def make(key: Any) -> str:
        try:
            return (await money.make_file(BIRGIT, file_id=key)).number
        except (NothingToTransfer, Stale):
            return "nothing"

    numbers = await asyncio.gather(make(form), make(form), make(uuid4()))
    assert {one for one in numbers if one != "nothing"} == {"UW-2026-00001"}
    async with begin.reading() as session:
        file = (await session.scalars(select(TransferFile))).one()
        payout = (await session.scalars(select(FeePayout))).one()
    with pytest.raises(PayoutRunning):
        await money.transferred(BIRGIT, payout_id=payout.id, on=local(MOMENT).date())
    with pytest.raises(PayoutRunning):
        await FeeStatements(house).reverse(
            BIRGIT, statement_id=statement.id, reversal_id=uuid4(), reason="Fehler"
        )
    await money.withdraw_file(BIRGIT, file_id=file.id)
    with pytest.raises(FileGone):
        await money.download(BIRGIT, file_id=file.id)
    assert (await money.make_file(BIRGIT, file_id=uuid4())).number == "UW-2026-00002"


async def test_hostile_amounts_and_words_are_refused_or_kept_as_they_are(
    jonas: Faculty, house: Around, begin: Begin
) -> None:
    fees = FeeStatements(house)
    await jonas.hold()
    usual: dict[str, Any] = {
        "person_id": jonas.person.id,
        "month": NOVEMBER,
        "day": NOVEMBER,
        "reason": "Kopien",
    }

    async def add(actor: Any, **given: Any) -> Any:
        return await fees.add_line(
            actor, **(usual | {"line_id": uuid4(), "kind": LineKind.MATERIAL, "cents": 100} | given)
        )

    refused: list[tuple[type[DomainError], Any, dict[str, Any]]] = [
        (AmountWrong, BIRGIT, {"cents": 0}),
        (AmountWrong, BIRGIT, {"cents": -5}),
        (AmountWrong, BIRGIT, {"cents": 10**9}),
        (ReasonMissing, BIRGIT, {"reason": " \n"}),
        (NoSuchKind, jonas.actor, {"kind": LineKind.DEDUCTION}),
        (NoSuchKind, BIRGIT, {"kind": LineKind.SESSION}),
        (Forbidden, staff(Identity.PROGRAMME), {}),
    ]
    for refusal, actor, given in refused:
        with pytest.raises(refusal):
            await add(actor, **given)
    words = "=1+1;\r\n\u202eevil <b>\U0001f600" + "x" * 10_000
    key = uuid4()
    lines = await asyncio.gather(*(add(jonas.actor, line_id=key, reason=words) for _ in range(2)))
    await add(BIRGIT, kind=LineKind.DEDUCTION, cents=8700)

    assert {one.reason for one in lines} == {words.strip()}
    with pytest.raises(DeductionsExceed):
        await jonas.confirm()


async def test_while_something_is_not_right_nothing_is_confirmed(jonas: Faculty, house: Around) -> None:
    fees, meeting = FeeStatements(house), await jonas.hold()
    first, second = uuid4(), uuid4()
    for key in (first, first, second):
        await fees.object_to(
            jonas.actor,
            objection_id=key,
            month=NOVEMBER,
            note="Ich habe drei Einheiten gehalten",
            session_id=meeting.id,
        )
    with pytest.raises(ObjectionOpen):
        await jonas.confirm()
    await fees.answer(BIRGIT, objection_id=first, answer="Der Termin war kürzer")
    with pytest.raises(ObjectionOpen):
        await jonas.confirm()
    await fees.take_back(jonas.actor, objection_id=second)

    assert (await jonas.confirm()).total_cents == 8500


async def test_two_teach_together_each_gets_the_units_unless_the_run_says_they_share(
    jonas: Faculty, house: Around, begin: Begin
) -> None:
    lea = await faculty(house)
    meeting = await jonas.hold()
    async with begin() as session:
        session.add(RunTrainer(run_id=jonas.run.id, person_id=lea.person.id, position=1))
        session.add(SessionHeld(session_id=meeting.id, person_id=lea.person.id, confirmed_at=MOMENT))
    each = [(await one.collected()).total_cents for one in (jonas, lea)]
    for _ in range(2):
        await FeeStatements(house).share(BIRGIT, run_id=jonas.run.id, is_shared=True)

    assert each == [8500, 8500]
    assert [(await one.collected()).total_cents for one in (jonas, lea)] == [4500, 4500]


async def test_who_stands_in_is_paid_with_the_reason_and_who_was_absent_reads_it(
    house: Around, begin: Begin
) -> None:
    jonas = await faculty(house, substitution_cents=5000)
    lea, meeting = await faculty(house), await jonas.hold()
    async with begin() as session:
        session.add(
            Substitution(
                session_id=meeting.id, absent_id=jonas.person.id, opened_at=FIRST, reason="Erkältung",
                state=SubstitutionState.SETTLED, substitute_id=lea.person.id, settled_at=FIRST,
            )
        )  # fmt: skip
        session.add(SessionTrainer(session_id=meeting.id, person_id=lea.person.id))
        session.add(SessionHeld(session_id=meeting.id, person_id=lea.person.id, confirmed_at=MOMENT))

    mine, hers = await jonas.collected(), await lea.collected()

    assert ([why for _, why in mine.lacking], mine.total_cents) == ([Missing.STOOD_IN], 0)
    assert [(one.cents, one.reason) for one in hers.lines] == [(10_000, "Erkältung"), (500, "")]
    async with begin.reading() as session:
        report = await performed(
            session, house.settings, house.clock(), first=NOVEMBER, last=NOVEMBER.replace(day=30)
        )
    assert [(one.person.id, one.minutes, len(one.substituted)) for one in report] == [(lea.person.id, 90, 1)]


async def test_a_session_called_off_too_late_is_paid_by_the_rule_unless_another_came_for_it(
    jonas: Faculty, house: Around, begin: Begin
) -> None:
    rule = house.settings.model_copy(update={"fee_cancelled_late_percent": 50})
    late, early = await jonas.hold(), await jonas.hold(FIRST + 7 * DAY)
    replaced = await jonas.hold(FIRST + 14 * DAY)
    async with begin() as session:
        for meeting, days in ((late, 1), (early, 5), (replaced, 1)):
            row = await session.get_one(Session, meeting.id)
            row.state, row.changed_at = SessionState.CANCELLED, meeting.starts_at - days * DAY
    await jonas.hold(FIRST + 15 * DAY, replaces_id=replaced.id)

    async with begin.reading() as session:
        by_rule = await collected(session, jonas.person.id, NOVEMBER, rule, house.clock())
    without = await jonas.collected()

    assert [(one.kind.value, one.cents) for one in by_rule.lines] == [
        ("cancelled", 4000), ("session", 8000), ("travel", 500),
    ]  # fmt: skip
    assert without.total_cents == 8500


@pytest.mark.parametrize(("claimed", "said"), [([], "None"), ([0], "False"), ([0, 30_000], "True")])
async def test_a_statement_says_whether_the_allowance_was_declared_for_its_year(
    jonas: Faculty, begin: Begin, claimed: list[int], said: str
) -> None:
    await jonas.hold()
    async with begin() as session:
        session.add_all(
            AllowanceDeclaration(
                person_id=jonas.person.id, year=year, claimed_cents=cents, elsewhere_cents=0, is_side_job=True,
                only_client=False, wording_version="1", declared_at=MOMENT + timedelta(hours=hours),
            )
            for hours, cents in enumerate(claimed)
            for year in (2025, 2026)
        )  # fmt: skip

    statement = await jonas.confirm()

    assert str(statement.facts["allowance"]) == said
