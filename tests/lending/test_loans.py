"""Reserving, handing out and taking back, with everything that can stand in the way."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from lms.jobs.worker import Worker
from lms.kernel.errors import DomainError, Forbidden, NotFound, Stale
from lms.kernel.rights import Identity
from lms.lending import errors
from lms.lending.models import LoanState
from lms.lending.values import HandOver
from lms.resources.models import Device, DeviceStatus, ReservationKind
from lms.web.language import gettext, use_locale
from tests.lending.counter import ACCESSORIES, IN_FOUR_WEEKS, KEEPER, Counter
from tests.making import BOTH, FixedClock, learner, staff

pytestmark = BOTH
DEC_7 = datetime(2026, 12, 7, 7, 0, tzinfo=UTC)
DEC_18 = datetime(2026, 12, 18, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sentence(refusal: pytest.ExceptionInfo[DomainError]) -> str:
    """What the person reads, in German."""
    with use_locale("de"):
        return gettext(refusal.value.message, **refusal.value.params)


async def test_a_reserved_device_is_taken_from_pick_up_until_it_is_ready_again(counter: Counter) -> None:
    loan = await counter.lending.reserve(KEEPER, counter.wish(venue_id=counter.venue.id))

    assert (loan.state, loan.starts_at, loan.due_at) == (LoanState.RESERVED, DEC_7, DEC_18)
    assert await counter.taken(counter.tablet.id) == [(DEC_7, DEC_18 + HOUR, "loan")]


async def test_where_it_is_picked_up_elsewhere_the_ways_there_and_back_are_kept_free(
    counter: Counter,
) -> None:
    await counter.lending.reserve(KEEPER, counter.wish(venue_id=counter.far_venue.id))

    half = timedelta(minutes=30)
    assert await counter.taken(counter.tablet.id) == [(DEC_7 - half, DEC_18 + HOUR + half, "loan")]


async def test_any_of_a_model_takes_the_first_that_is_free_until_none_is(counter: Counter) -> None:
    wish = counter.wish(model_id=counter.model.id)

    loans = [await counter.lending.reserve(KEEPER, wish) for _ in counter.tablets]
    with pytest.raises(errors.NoneFree) as refusal:
        await counter.lending.reserve(KEEPER, wish)

    assert [loan.device_id for loan in loans] == [one.id for one in counter.tablets]
    assert sentence(refusal).startswith("In dieser Zeit ist kein Gerät der Art „Tablet, 11 Zoll“ frei.")


async def test_the_same_form_sent_twice_reserves_once(counter: Counter) -> None:
    key = uuid4()

    first = await counter.lending.reserve(KEEPER, counter.wish(), loan_id=key)
    second = await counter.lending.reserve(KEEPER, counter.wish(), loan_id=key)

    assert (first.id, second.id, len(await counter.loans())) == (key, key, 1)


async def test_a_device_promised_to_somebody_else_is_not_reserved_and_the_team_reads_to_whom(
    counter: Counter,
) -> None:
    await counter.lending.reserve(KEEPER, counter.wish(counter.ben))

    with pytest.raises(errors.Promised) as refusal:
        await counter.lending.reserve(KEEPER, counter.wish(first=date(2026, 12, 18), last=date(2026, 12, 20)))

    assert sentence(refusal) == (
        "Das Gerät 0001 ist für Ben Zander vorgesehen, von Mo, 07.12.2026, 08:00 Uhr bis Fr, 18.12.2026, 19:00 Uhr."
    )
    assert len(await counter.loans()) == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"status": DeviceStatus.MISSING}, errors.DeviceMissing),
        ({"status": DeviceStatus.RETIRED}, errors.DeviceMissing),
        ({"condition": "repair"}, errors.InRepair),
    ],
)
async def test_a_device_that_is_not_usable_is_neither_reserved_nor_handed_out(
    counter: Counter, change: dict[str, str], refusal: type[Exception]
) -> None:
    async with counter.house.begin() as session:
        await session.execute(update(Device).where(Device.id == counter.tablet.id).values(**change))

    with pytest.raises(refusal):
        await counter.lending.reserve(KEEPER, counter.wish())
    with pytest.raises(refusal):
        await counter.lend()


async def test_a_device_in_repair_says_until_when_and_one_that_stays_in_the_house_says_so(
    counter: Counter,
) -> None:
    await counter.keep(counter.tablet, DEC_7, DEC_7 + 4 * HOUR, kind=ReservationKind.REPAIR)

    with pytest.raises(errors.InRepairUntil) as in_repair:
        await counter.lending.reserve(KEEPER, counter.wish())
    with pytest.raises(errors.NotForLending):
        await counter.lending.reserve(KEEPER, counter.wish(device_id=counter.laptop.id))
    with pytest.raises(errors.NotForLending):
        await counter.lend(counter.laptop)

    assert sentence(in_repair) == "Das Gerät 0001 ist bis 7. Dezember 2026 in Reparatur."


async def test_over_the_counter_a_device_goes_out_at_once(counter: Counter, jobs: Worker) -> None:
    loan = await counter.lend()
    await jobs.drain()

    assert (loan.state, loan.handed_out_by, loan.accessories_out) == (
        LoanState.OUT,
        KEEPER.account_id,
        list(ACCESSORIES),
    )
    assert await counter.taken(counter.tablet.id) == [(loan.starts_at, loan.due_at + HOUR, "loan")]
    assert await counter.letters() == [("loan_handed_out", "Ada Lehmann")]


async def test_what_is_still_out_or_promised_for_now_is_not_handed_out(
    counter: Counter, clock: FixedClock
) -> None:
    await counter.lend()
    await counter.keep(counter.tablets[1], clock() + 3 * HOUR, clock() + 5 * HOUR, purpose="2041")

    with pytest.raises(errors.StillOut) as out:
        await counter.lend(person=counter.ben)
    with pytest.raises(errors.Promised) as promised:
        await counter.lend(counter.tablets[1])

    assert sentence(out).startswith("Das Gerät 0001 ist noch bei Ada Lehmann, bis Fr, 01.01.2027")
    assert "für 2041 vorgesehen" in sentence(promised)


async def test_who_comes_for_a_reserved_device_gets_it_also_earlier_when_it_is_free(
    counter: Counter, clock: FixedClock
) -> None:
    reserved = await counter.lending.reserve(KEEPER, counter.wish(venue_id=counter.venue.id))

    loan = await counter.lending.hand_out(KEEPER, loan_id=reserved.id)
    again = await counter.lending.hand_out(KEEPER, loan_id=reserved.id)

    assert (loan.state, loan.starts_at, again.version) == (LoanState.OUT, clock(), loan.version)
    assert await counter.taken(counter.tablet.id) == [(clock(), DEC_18 + HOUR, "loan")]


async def test_a_reserved_device_is_not_handed_out_early_while_a_session_needs_it(
    counter: Counter, clock: FixedClock
) -> None:
    reserved = await counter.lending.reserve(KEEPER, counter.wish())
    await counter.keep(counter.tablet, clock() + HOUR, clock() + 3 * HOUR)

    with pytest.raises(errors.Promised):
        await counter.lending.hand_out(KEEPER, loan_id=reserved.id)
    with pytest.raises(errors.Promised):
        await counter.lend(person=counter.ben, last=date(2026, 12, 5))


async def test_a_reservation_that_was_never_used_is_over_after_its_last_day(
    counter: Counter, clock: FixedClock
) -> None:
    reserved = await counter.lending.reserve(KEEPER, counter.wish())
    clock.forward(days=20)

    with pytest.raises(errors.InThePast):
        await counter.lending.hand_out(KEEPER, loan_id=reserved.id)


async def test_taking_back_notes_what_is_missing_frees_the_rest_and_asks_for_wiping(
    counter: Counter, clock: FixedClock, jobs: Worker
) -> None:
    loan = await counter.lend()
    await jobs.drain()
    clock.forward(days=3)
    state = HandOver(condition="worn", accessories=("Hülle",), note="Kratzer am Rand")

    back = await counter.lending.take_back(KEEPER, loan_id=loan.id, state=state)
    again = await counter.lending.take_back(KEEPER, loan_id=loan.id)
    await jobs.drain()

    device = await counter.device(counter.tablet.id)
    assert (back.state, back.accessories_missing, back.missing_count, back.note) == (
        LoanState.RETURNED,
        ["Netzteil", "Stift"],
        2,
        "Kratzer am Rand",
    )
    assert again.version == back.version
    assert (device.condition, device.must_be_wiped) == ("worn", True)
    assert await counter.taken(counter.tablet.id) == [(loan.starts_at, clock() + HOUR, "loan")]
    assert sorted(kind for kind, _ in await counter.letters()) == ["loan_handed_out", "loan_returned"]


async def test_before_the_next_person_gets_it_somebody_confirms_that_it_is_wiped(
    counter: Counter, clock: FixedClock
) -> None:
    loan = await counter.lend()
    with pytest.raises(errors.NothingToWipe):
        await counter.lending.confirm_wiped(KEEPER, device_id=counter.tablet.id)
    await counter.lending.take_back(KEEPER, loan_id=loan.id)
    with pytest.raises(errors.MustBeWiped):
        await counter.lend(person=counter.ben)

    await counter.lending.confirm_wiped(KEEPER, device_id=counter.tablet.id)
    await counter.lending.confirm_wiped(KEEPER, device_id=counter.tablet.id)
    next_loan = await counter.lend(person=counter.ben)

    wiped = await counter.loan(loan.id)
    assert (wiped.wiped_at, wiped.wiped_by) == (clock(), KEEPER.account_id)
    assert (
        next_loan.state is LoanState.OUT
    )  # the same day: nobody waits for the turnaround with the device in hand
    assert await counter.taken(counter.tablet.id) == [(next_loan.starts_at, next_loan.due_at + HOUR, "loan")]


async def test_a_device_nobody_has_cannot_be_taken_back(counter: Counter, clock: FixedClock) -> None:
    with pytest.raises(errors.NeverLent) as never:
        await counter.lending.take_back_device(KEEPER, device_id=counter.tablet.id)
    reserved = await counter.lending.reserve(KEEPER, counter.wish())
    with pytest.raises(errors.NotOut):
        await counter.lending.take_back(KEEPER, loan_id=reserved.id)
    loan = await counter.lend(counter.tablets[1])

    first = await counter.lending.take_back_device(KEEPER, device_id=counter.tablets[1].id)
    second = await counter.lending.take_back_device(KEEPER, device_id=counter.tablets[1].id)
    clock.forward(days=1)
    with pytest.raises(errors.NeverLent):
        await counter.lending.take_back_device(KEEPER, device_id=counter.tablets[1].id)

    assert first.id == second.id == loan.id
    assert sentence(never) == "Das Gerät 0001 ist an niemanden ausgeliehen. Es gibt nichts zurückzunehmen."


async def test_the_last_day_moves_when_nobody_else_waits(counter: Counter, jobs: Worker) -> None:
    loan = await counter.lend(last=date(2026, 12, 11))

    longer = await counter.lending.extend(
        KEEPER, loan_id=loan.id, last=date(2026, 12, 18), version=loan.version
    )
    again = await counter.lending.extend(
        KEEPER, loan_id=loan.id, last=date(2026, 12, 18), version=loan.version
    )
    with pytest.raises(Stale):
        await counter.lending.extend(KEEPER, loan_id=loan.id, last=date(2026, 12, 19), version=loan.version)
    await jobs.drain()

    assert (longer.due_at, again.version) == (DEC_18, longer.version)
    assert (await counter.taken(counter.tablet.id))[-1][1] == DEC_18 + HOUR
    assert [kind for kind, _ in await counter.letters()].count("loan_extended") == 1


async def test_the_last_day_does_not_move_into_somebody_elses_time(counter: Counter) -> None:
    loan = await counter.lend(last=date(2026, 12, 5))
    await counter.lending.reserve(KEEPER, counter.wish(counter.ben))

    with pytest.raises(errors.Promised):
        await counter.lending.extend(KEEPER, loan_id=loan.id, last=date(2026, 12, 8), version=loan.version)

    assert (await counter.loan(loan.id)).due_at == loan.due_at


async def test_a_lost_device_counts_as_missing_until_it_turns_up(counter: Counter, clock: FixedClock) -> None:
    loan = await counter.lend()

    lost = await counter.lending.mark_lost(KEEPER, loan_id=loan.id, reason="Im Zug vergessen")
    await counter.lending.mark_lost(KEEPER, loan_id=loan.id)
    gone = await counter.device(counter.tablet.id)
    back = await counter.lending.take_back_device(KEEPER, device_id=counter.tablet.id)

    assert (lost.state, gone.status) == (LoanState.LOST, DeviceStatus.MISSING)
    assert (back.id, back.state) == (loan.id, LoanState.RETURNED)
    assert (await counter.device(counter.tablet.id)).status is DeviceStatus.USABLE


async def test_a_reservation_is_cancelled_once_and_what_is_out_is_not(counter: Counter, jobs: Worker) -> None:
    reserved = await counter.lending.reserve(KEEPER, counter.wish())
    out = await counter.lend(counter.tablets[1])

    await counter.lending.cancel(KEEPER, loan_id=reserved.id)
    await counter.lending.cancel(KEEPER, loan_id=reserved.id)
    with pytest.raises(errors.NotReserved):
        await counter.lending.cancel(KEEPER, loan_id=out.id)
    with pytest.raises(errors.LoanIsOver):
        await counter.lending.hand_out(KEEPER, loan_id=reserved.id)
    await jobs.drain()

    assert await counter.taken(counter.tablet.id) == []
    assert ("loan_cancelled", "Ada Lehmann") in await counter.letters()


async def test_missing_accessories_stay_on_the_loan_until_they_are_settled(counter: Counter) -> None:
    loan = await counter.lend()
    await counter.lending.take_back(KEEPER, loan_id=loan.id, state=HandOver(accessories=()))

    await counter.lending.settle_accessories(KEEPER, loan_id=loan.id, names=("Stift",))
    left = await counter.lending.settle_accessories(KEEPER, loan_id=loan.id, names=("Stift",))

    assert (left.accessories_missing, left.missing_count) == (["Netzteil", "Hülle"], 2)


async def test_who_is_blocked_borrows_nothing_and_reads_why_and_until_when(counter: Counter) -> None:
    block = await counter.lending.block(
        KEEPER,
        person_id=counter.ada.id,
        reason="Tablet zweimal beschädigt.",
        until=date(2026, 12, 31),
        block_id=uuid4(),
    )

    with pytest.raises(errors.PersonBlocked) as refusal:
        await counter.lend()
    with pytest.raises(errors.PersonBlocked):
        await counter.lending.reserve(
            KEEPER, counter.wish(first=date(2027, 1, 7), last=IN_FOUR_WEEKS + timedelta(9))
        )
    await counter.lending.lift(KEEPER, block_id=block.id)
    await counter.lending.lift(KEEPER, block_id=block.id)

    assert sentence(refusal) == (
        "Ada Lehmann kann ab 1. Januar 2027 wieder ausleihen. Grund: Tablet zweimal beschädigt."
    )
    assert (await counter.lend()).state is LoanState.OUT


async def test_only_staff_with_the_permission_lend(counter: Counter) -> None:
    loan = await counter.lend()
    for nobody in (learner(counter.ada), staff(Identity.ENROLMENT), staff(Identity.TRAINER)):
        with pytest.raises(Forbidden):
            await counter.lending.lend(
                nobody, device_id=counter.tablets[1].id, person_id=counter.ada.id, last=IN_FOUR_WEEKS
            )
        with pytest.raises(Forbidden):
            await counter.lending.take_back(nobody, loan_id=loan.id)
        with pytest.raises(Forbidden):
            await counter.lending.mark_lost(nobody, loan_id=loan.id)
        with pytest.raises(Forbidden):
            await counter.lending.reserve(nobody, counter.wish(device_id=counter.tablets[2].id))


async def test_unknown_loans_and_numbers_are_said_to_be_unknown(counter: Counter) -> None:
    with pytest.raises(NotFound):
        await counter.lending.take_back(KEEPER, loan_id=uuid4())
    with pytest.raises(errors.UnknownDevice) as refusal:
        await counter.lending.find("9999")

    assert (await counter.lending.find("http://127.0.0.1:8000/g/0002")).device.id == counter.tablets[1].id
    assert (await counter.lending.find("3")).device.id == counter.tablets[2].id
    assert sentence(refusal) == (
        "Es gibt kein Gerät mit der Nummer 9999. Bitte prüfen Sie die Nummer auf dem Aufkleber."
    )
