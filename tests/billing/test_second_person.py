"""Giving up what is owed: with a reason, over the set sum by two people, and taken back by a counter entry (L-86)."""

import asyncio
from uuid import UUID, uuid4

import pytest

from lms.billing.errors import (
    AlreadyDecided,
    AmountNotPositive,
    MoreThanOwed,
    NothingWrittenOff,
    OwnRefund,
    OwnRequest,
    ReasonMissing,
)
from lms.billing.second_person import MoneyProposalKind, MoneyProposalState
from lms.billing.service import Debtor, charge
from lms.billing.write_offs import WriteOffs
from lms.db import Begin
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.web.module import Around
from tests.billing.refunding import booked
from tests.making import BOTH, MOMENT, make_person, staff

pytestmark = BOTH
RALF, SEVDA = staff(Identity.FINANCE), staff(Identity.FINANCE)
DONE, WAITING = MoneyProposalState.DONE, MoneyProposalState.WAITING


async def owed(begin: Begin, cents: int, person: Person | None = None) -> UUID:
    enrolment_id = uuid4()
    async with begin() as session:
        if person:
            session.add(person)
            await session.flush()
        charge(
            session, SYSTEM, enrolment_id=enrolment_id, amount_cents=cents, cause="price", at=MOMENT,
            debtor=Debtor(facts={}, person_id=person.id if person else None),
        )  # fmt: skip
    return enrolment_id


async def test_a_small_sum_is_written_off_at_once_and_taken_back_by_a_counter_entry(
    house: Around, begin: Begin
) -> None:
    write_offs, enrolment_id, form = WriteOffs(house), await owed(begin, 4500), uuid4()

    both = await asyncio.gather(
        *(
            write_offs.write_off(
                RALF, proposal_id=form, enrolment_id=enrolment_id, amount_cents=4500, reason="verzogen"
            )
            for _ in range(2)
        )
    )
    with pytest.raises(MoreThanOwed):
        await write_offs.write_off(
            RALF, proposal_id=uuid4(), enrolment_id=enrolment_id, amount_cents=1, reason="verzogen"
        )
    given_up = await booked(begin, enrolment_id)
    with pytest.raises(ReasonMissing):
        await write_offs.undo(RALF, proposal_id=form, reason="")
    await asyncio.gather(*(write_offs.undo(RALF, proposal_id=form, reason="hat gezahlt") for _ in range(2)))

    assert {one.state for one in both} == {DONE}
    assert given_up == [("charge", 4500), ("write_off", -4500)]
    assert sorted(await booked(begin, enrolment_id)) == [
        ("charge", 4500),
        ("write_off", -4500),
        ("write_off", 4500),
    ]


async def test_over_the_set_sum_it_waits_and_parts_count_together(house: Around, begin: Begin) -> None:
    write_offs, enrolment_id = WriteOffs(house), await owed(begin, 60_000)

    async def part(cents: int, kind: MoneyProposalKind = MoneyProposalKind.WRITE_OFF) -> UUID:
        made = await write_offs.write_off(
            RALF,
            proposal_id=uuid4(),
            enrolment_id=enrolment_id,
            amount_cents=cents,
            reason="insolvent",
            kind=kind,
        )
        assert made.state is (WAITING if made.needs_second else DONE)
        return made.id

    await part(20_000)
    waits = await part(5_001, MoneyProposalKind.WAIVER)

    with pytest.raises(OwnRequest):
        await write_offs.approve(RALF, proposal_id=waits)
    with pytest.raises(Forbidden):
        await write_offs.approve(staff(Identity.ENROLMENT), proposal_id=waits)
    assert await booked(begin, enrolment_id) == [("charge", 60_000), ("write_off", -20_000)]
    await write_offs.approve(SEVDA, proposal_id=waits)
    with pytest.raises(AlreadyDecided):
        await write_offs.approve(SEVDA, proposal_id=waits)
    assert sorted(await booked(begin, enrolment_id)) == [
        ("charge", 60_000), ("write_off", -20_000), ("write_off", -5_001),
    ]  # fmt: skip


async def test_what_is_sent_back_is_not_booked(house: Around, begin: Begin) -> None:
    write_offs, enrolment_id, form = WriteOffs(house), await owed(begin, 30_000), uuid4()
    await write_offs.write_off(
        RALF, proposal_id=form, enrolment_id=enrolment_id, amount_cents=30_000, reason="verzogen"
    )

    await write_offs.send_back(SEVDA, proposal_id=form, reason="erst mahnen")
    with pytest.raises(NothingWrittenOff):
        await write_offs.undo(RALF, proposal_id=form, reason="egal")

    assert await booked(begin, enrolment_id) == [("charge", 30_000)]


async def test_nobody_writes_off_their_own_debt_nothing_without_a_reason_and_no_nonsense(
    house: Around, begin: Begin
) -> None:
    sevda = make_person("Sevda", "Yıldırım")
    enrolment_id, write_offs = await owed(begin, 4500, sevda), WriteOffs(house)
    herself = Actor(identities=SEVDA.identities, account_id=uuid4(), person_id=sevda.id)

    for actor, cents, reason, refusal in (
        (herself, 4500, "verzogen", OwnRefund),
        (RALF, 4500, "  ", ReasonMissing),
        (RALF, 0, "verzogen", AmountNotPositive),
        (RALF, 4501, "verzogen", MoreThanOwed),
        (staff(Identity.ENROLMENT), 4500, "verzogen", Forbidden),
    ):
        with pytest.raises(refusal):
            await write_offs.write_off(
                actor, proposal_id=uuid4(), enrolment_id=enrolment_id, amount_cents=cents, reason=reason
            )
