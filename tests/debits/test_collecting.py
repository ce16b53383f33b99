"""From the enrolment to the money: planned, told, in a file, credited; and what changes on the way."""

import asyncio
import hashlib
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from lxml import etree
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from lms.billing.cashier import Cashier
from lms.billing.models import Settlement
from lms.db import Begin
from lms.debits.collecting import DebitFiles, due
from lms.debits.errors import AccountNeeded, FileNotOpen, FileOutdated, NothingToCollect, PreviewChanged
from lms.debits.mandates import DebitMandates
from lms.debits.models import (
    CollectionKind,
    DebitFile,
    DebitFileDocument,
    DebitFileState,
    DebitState,
)
from lms.debits.rule_setting import CollectionRules
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.web.module import Around
from tests.debits.paying import (
    CASHIER,
    COLLEAGUE,
    OTHER_IBAN,
    account,
    announced,
    booked,
    debits,
    enrolled,
    filed,
    mandates,
    owed,
    run_at_a_price,
)
from tests.enrolment.places import told
from tests.making import BOTH, FixedClock, learner, make_person, staff

pytestmark = BOTH
UNTIL = date(2027, 1, 20)
SPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"}
TEAM = staff(Identity.ENROLMENT)


async def content(begin: Begin, file: DebitFile) -> bytes:
    async with begin.reading() as session:
        return (await session.get_one(DebitFileDocument, file.id)).content


def said(written: Any, where: str) -> list[str]:
    """The texts at a place of the file."""
    return [str(one) for one in written.xpath(f"{where}/text()", namespaces=SPACE)]


async def letters(begin: Begin) -> list[str]:
    async with begin.reading() as session:
        return sorted(await session.scalars(select(Letter.kind).where(Letter.about_kind == "debit_mandate")))


async def test_whoever_pays_by_direct_debit_has_a_place_at_once_and_owes(house: Around, begin: Begin) -> None:
    run = await run_at_a_price(begin)

    one = await enrolled(house, run)

    (mandate,), (debit,) = await mandates(begin), await debits(begin)
    assert (one.state, await owed(begin, one.id)) == ("confirmed", 4500)
    assert (mandate.state, mandate.bank, mandate.person_id) == (
        "active",
        "Deutsche Kreditbank Berlin",
        one.person_id,
    )
    # 14 days after Friday, 1 January
    assert (debit.state, debit.collect_on, debit.mandate_id) == ("planned", date(2027, 1, 15), mandate.id)


async def test_without_an_account_nothing_is_enrolled(house: Around, begin: Begin) -> None:
    run = await run_at_a_price(begin)

    with pytest.raises(AccountNeeded):
        await enrolled(house, run, account=None)

    assert (await debits(begin), await mandates(begin)) == ([], [])


async def test_nobody_pays_by_somebody_elses_mandate(house: Around, begin: Begin) -> None:
    run = await run_at_a_price(begin)
    await enrolled(house, run)
    (mandate,) = await mandates(begin)

    with pytest.raises(NotFound):
        await enrolled(house, run, "Ben Krause", account=mandate.id)


async def test_the_day_follows_the_rule_of_the_run_before_that_of_its_course(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    run, rules, files = await run_at_a_price(begin), CollectionRules(house), DebitFiles(house)
    await enrolled(house, run)

    await rules.set(CASHIER, run_id=run.id, kind=CollectionKind.DAY_OF_MONTH, days=20, for_course=True)
    await files.announce_due()
    by_course = (await debits(begin))[0].collect_on
    await rules.set(CASHIER, run_id=run.id, kind=CollectionKind.AFTER_START, days=3)
    await files.announce_due()
    by_run = (await debits(begin))[0].collect_on
    await rules.set(CASHIER, run_id=run.id, kind=None)
    await files.announce_due()

    # 1 February is a Monday; the 4th day after a Friday is Monday the 4th
    assert (by_course, by_run) == (date(2027, 2, 1), date(2027, 1, 4))
    assert (await debits(begin))[0].collect_on == date(2027, 2, 1)
    with pytest.raises(Forbidden):
        await rules.set(TEAM, run_id=run.id, kind=CollectionKind.AFTER_START)


async def test_the_payer_is_told_the_sum_and_the_day_once_and_anew_when_the_sum_changes(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker
) -> None:
    (enrolment_id,), files = await announced(house, clock), DebitFiles(house)
    await files.announce_due()
    await jobs.drain()
    once = await letters(begin)

    await Cashier(house).take_cash(staff(), enrolment_id=enrolment_id, amount_cents=1500, form_key="a part")
    await files.announce_due()
    await files.announce_due()
    await jobs.drain()

    (debit,) = await debits(begin)
    assert once == ["debit_announced", "mandate_given"]
    assert await letters(begin) == ["debit_announced", "debit_announced", "mandate_given"]
    assert (debit.announced_cents, debit.notices) == (3000, 2)
    assert debit.collect_on == date(2027, 1, 18)  # five days after the new notice, and no Sunday


async def test_what_is_paid_otherwise_or_cancelled_is_not_collected_and_the_payer_hears_of_it(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker
) -> None:
    ada, ben = await announced(house, clock, "Ada Lehmann", "Ben Krause")
    await Cashier(house).take_cash(staff(), enrolment_id=ada, amount_cents=4500, form_key="all")
    await Enrolments(house).cancel(TEAM, enrolment_id=ben, waive_reason="krank")

    await DebitFiles(house).announce_due()
    await jobs.drain()

    assert [one.end_reason for one in await debits(begin)] == ["nothing_open"] * 2
    assert (await letters(begin)).count("debit_called_off") == 2
    with pytest.raises(NothingToCollect):
        await DebitFiles(house).make(CASHIER, file_id=uuid4(), until=UNTIL)


async def test_the_file_meets_the_schema_and_names_each_collection_once(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    file, _ = await filed(house, clock, "Jörg Müßig & Söhne", "Ada Lehmann")

    written = etree.fromstring(await content(begin, file))
    async with begin.reading() as session:
        kept = await session.get_one(DebitFileDocument, file.id)
    assert (file.number, file.count, file.total_cents) == ("LS-2027-0001", 2, 9000)
    assert hashlib.sha256(kept.content).hexdigest() == kept.sha256
    assert sorted(said(written, "//p:Dbtr/p:Nm")) == ["Ada Lehmann", "Joerg Muessig + Soehne"]
    assert said(written, "//p:MsgId") == ["LS-2027-0001"]
    assert said(written, "//p:GrpHdr/p:CtrlSum") == ["90.00"]
    assert said(written, "//p:ReqdColltnDt") == ["2027-01-15"]
    assert said(written, "//p:SeqTp") == ["RCUR"]
    assert set(said(written, "//p:EndToEndId")) == {one.end_to_end_id for one in await debits(begin)}
    assert set(said(written, "//p:MndtId")) == {one.reference for one in await mandates(begin)}


async def test_what_was_written_never_changes(house: Around, begin: Begin, clock: FixedClock) -> None:
    await filed(house, clock)

    for change in (update(DebitFileDocument).values(sha256="0"), delete(DebitFileDocument)):
        with pytest.raises(DBAPIError, match="debit_file_is_kept"):
            async with begin() as session:
                await session.execute(change)


async def test_two_cashiers_who_make_a_file_at_once_put_each_collection_into_one(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    await announced(house, clock, *(f"Ada{number} Lehmann" for number in range(6)))
    files = DebitFiles(house)

    made = await asyncio.gather(
        *(files.make(who, file_id=uuid4(), until=UNTIL) for who in (CASHIER, COLLEAGUE) * 2),
        return_exceptions=True,
    )

    good = [one for one in made if isinstance(one, DebitFile)]
    assert sorted(type(one).__name__ for one in made) == ["DebitFile", *["NothingToCollect"] * 3]
    assert [(one.number, one.count) for one in good] == [("LS-2027-0001", 6)]
    assert {one.file_id for one in await debits(begin)} == {good[0].id}


async def test_the_same_form_sent_twice_makes_one_file(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    await announced(house, clock)
    key, files = uuid4(), DebitFiles(house)

    made = await asyncio.gather(*(files.make(CASHIER, file_id=key, until=UNTIL) for _ in range(3)))

    assert {one.number for one in made} == {"LS-2027-0001"}


async def test_what_the_page_promised_is_what_is_filed(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    await announced(house, clock, "Ada Lehmann", "Ben Krause")
    ada = (await debits(begin))[0].enrolment_id
    await Cashier(house).take_cash(staff(), enrolment_id=ada, amount_cents=500, form_key="a part")

    async with begin.reading() as session:
        seen = await due(session, until=UNTIL)
    with pytest.raises(PreviewChanged):
        await DebitFiles(house).make(CASHIER, file_id=uuid4(), until=UNTIL, count=2, cents=9000)
    file = await DebitFiles(house).make(CASHIER, file_id=uuid4(), until=UNTIL, count=1, cents=4500)

    assert sorted((one.cents, one.left_out) for one in seen) == [(4000, "changed"), (4500, "")]
    assert file.count == 1  # the other payer is told the new sum first


async def test_money_is_booked_when_the_bank_has_credited_it_and_once(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    (file, (ada, ben)), files = await filed(house, clock, "Ada Lehmann", "Ben Krause"), DebitFiles(house)
    with pytest.raises(FileNotOpen):
        await files.credited(CASHIER, file_id=file.id)
    await files.submit(CASHIER, file_id=file.id)

    await asyncio.gather(*(files.credited(who, file_id=file.id) for who in (CASHIER, COLLEAGUE, CASHIER)))

    assert (await owed(begin, ada), await owed(begin, ben)) == (0, 0)
    assert await booked(begin, ada) == [("charge", 4500, "price"), ("payment", -4500, "direct_debit")]
    assert [one.state for one in await debits(begin)] == [DebitState.COLLECTED] * 2
    assert [one.last_used_on for one in await mandates(begin)] == [date(2027, 1, 15)] * 2


async def test_a_file_that_was_not_handed_in_can_be_withdrawn_and_its_collections_are_due_again(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    file, _ = await filed(house, clock)
    files = DebitFiles(house)

    await files.withdraw(CASHIER, file_id=file.id)
    await files.withdraw(COLLEAGUE, file_id=file.id)
    with pytest.raises(FileNotOpen):
        await files.submit(CASHIER, file_id=file.id)
    again = await files.make(CASHIER, file_id=uuid4(), until=UNTIL)

    assert (again.number, again.count) == ("LS-2027-0002", 1)
    assert b"<MsgId>LS-2027-0001" in await content(begin, file)  # what was withdrawn is kept
    await files.submit(CASHIER, file_id=again.id)
    with pytest.raises(FileNotOpen):
        await files.withdraw(CASHIER, file_id=again.id)


async def test_a_mandate_revoked_after_the_file_was_made_stops_the_file(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker
) -> None:
    (file, (ada, _)), files = await filed(house, clock, "Ada Lehmann", "Ben Krause"), DebitFiles(house)
    first = next(one for one in await debits(begin) if one.enrolment_id == ada)
    await DebitMandates(house).revoke(TEAM, mandate_id=first.mandate_id, reason="am Telefon")

    with pytest.raises(FileOutdated):
        await files.submit(CASHIER, file_id=file.id)
    await files.withdraw(CASHIER, file_id=file.id)
    again = await files.make(CASHIER, file_id=uuid4(), until=UNTIL)
    await files.submit(CASHIER, file_id=again.id)
    await jobs.drain()

    assert again.count == 1
    assert {one.enrolment_id: one.state for one in await debits(begin)}[ada] is DebitState.CANCELLED
    assert await owed(begin, ada) == 4500  # still owed, to be paid otherwise
    assert (await letters(begin)).count("mandate_ended") == 1


async def test_whoever_cancelled_between_the_file_and_the_money_gets_it_back_by_the_cashiers(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    (file, (ada,)), files = await filed(house, clock), DebitFiles(house)
    await files.submit(CASHIER, file_id=file.id)
    await Enrolments(house).cancel(TEAM, enrolment_id=ada, waive_reason="krank")

    await files.credited(CASHIER, file_id=file.id)

    async with begin.reading() as session:
        wanted = (await session.scalars(select(Settlement).where(Settlement.state == "open"))).all()
    assert (await owed(begin, ada), [one.amount_cents for one in wanted]) == (-4500, [-4500])


async def test_a_changed_account_is_told_to_the_bank_once(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    person = make_person()
    async with begin() as session:
        session.add(person)
    payer, service, files, flags = learner(person), DebitMandates(house), DebitFiles(house), []
    mandate = await service.give(payer, account=account(), mandate_id=uuid4())

    for number in range(3):
        begins = clock() + timedelta(days=28)
        run = await run_at_a_price(begin, starts_at=begins, ends_at=begins + timedelta(days=21))
        await enrolled(house, run, actor=payer, person=person.id, account=mandate.id)
        clock.forward(days=40)
        await files.announce_due()
        file = await files.make(CASHIER, file_id=uuid4(), until=date(2028, 1, 1))
        flags.append(b"SMNDA" in await content(begin, file))
        await files.submit(CASHIER, file_id=file.id)
        if not number:
            await service.change_account(
                payer, mandate_id=mandate.id, holder="Ada Lehmann", iban=OTHER_IBAN, version=1
            )

    assert flags == [False, True, False]
    assert [(one.iban, one.is_amended) for one in await mandates(begin)] == [(OTHER_IBAN, False)]


async def test_a_mandate_that_nobody_used_for_three_years_lapses_and_one_that_was_used_does_not(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    unused = make_person("Ben", "Krause")
    async with begin() as session:
        session.add(unused)
    await DebitMandates(house).give(learner(unused), account=account(), mandate_id=uuid4())  # 4 December 2026
    file, _ = await filed(house, clock)
    await DebitFiles(house).submit(CASHIER, file_id=file.id)  # collected on 15 January 2027
    clock.moment = datetime.fromisoformat("2030-01-13T09:00+00:00")

    before = await DebitMandates(house).let_lapse()
    clock.forward(days=5)
    after = await DebitMandates(house).let_lapse()

    assert (before, after) == (1, 1)
    assert [one.state for one in await mandates(begin)] == ["lapsed", "lapsed"]


async def test_a_paper_form_holds_from_the_day_it_was_signed_and_not_before(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    person, service = make_person(), DebitMandates(house)
    async with begin() as session:
        session.add(person)
    mandate = await service.write_form(TEAM, account=account(), person_id=person.id, mandate_id=uuid4())
    waiting = (await mandates(begin))[0].state
    with pytest.raises(Exception, match="still to come"):
        await service.signed(TEAM, mandate_id=mandate.id, signed_on=clock().date() + timedelta(days=1))

    await service.signed(TEAM, mandate_id=mandate.id, signed_on=date(2026, 12, 1))

    (kept,) = await mandates(begin)
    assert (waiting, kept.state, kept.signed_on) == ("waiting", "active", date(2026, 12, 1))
    assert await told(begin) == ["DebitMandateGiven"]


async def test_only_cashiers_deal_with_files(house: Around, begin: Begin, clock: FixedClock) -> None:
    file, _ = await filed(house, clock)
    files = DebitFiles(house)

    for act in (files.submit, files.withdraw, files.credited):
        with pytest.raises(Forbidden):
            await act(TEAM, file_id=file.id)
    with pytest.raises(Forbidden):
        await files.make(TEAM, file_id=uuid4(), until=UNTIL)
    async with begin.reading() as session:
        assert (await session.get_one(DebitFile, file.id)).state is DebitFileState.MADE
