"""Rights to book early: whoever was granted one enrols before everybody else, once, and for no more than it says (F-N10)."""

import asyncio
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.early import rights
from lms.enrolment.early.models import EarlyBooking
from lms.enrolment.errors import EarlyRightNotTheirs, EarlyRightUsed, NotYetOpen, TooManyForEarlyRight
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.values import Placement
from lms.kernel.errors import NotFound
from tests.enrolment.places import VISITOR, look, named, offered_run, people
from tests.making import BOTH, MOMENT, FixedClock, staff

pytestmark = BOTH
KEY, OTHER_KEY = "b" * 43, "c" * 43


async def wished_run(begin: Begin, *, capacity: int = 3, places: int = 1) -> tuple[Run, EarlyBooking]:
    """For seven days only Ada may enrol, who wished for it."""
    run = await offered_run(
        begin, capacity=capacity, early_days=7, follow_opens_at=MOMENT, enrolment_opens_at=MOMENT + timedelta(days=7)
    )  # fmt: skip
    async with begin() as session:
        right = await rights.grant(
            session, run_id=run.id, source_id=uuid4(), at=MOMENT, places=places, name="Ada Lehmann",
            email="ada.lehmann@example.com",
        )  # fmt: skip
    return run, right


async def come(enrolments: Enrolments, run: Run, right: EarlyBooking, key: str = KEY) -> UUID:
    token = enrolments.signer.token(rights.purpose(run.id), right.id)
    form = await enrolments.hold(VISITOR, run_id=run.id, browser_key=key, early_right=right.id, token=token)
    return form.id


async def send(enrolments: Enrolments, run: Run, form: UUID, *persons: object, key: str = KEY) -> Placement:
    return await enrolments.enrol(
        VISITOR, run_id=run.id, persons=persons or [named()], application_id=form, browser_key=key  # type: ignore[arg-type]
    )  # fmt: skip


async def test_whoever_wished_for_it_enrols_while_a_stranger_cannot(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run, right = await wished_run(begin)
    with pytest.raises(NotYetOpen):
        await enrolments.hold(VISITOR, run_id=run.id, browser_key=OTHER_KEY)
    with pytest.raises(NotFound):
        await enrolments.hold(
            VISITOR, run_id=run.id, browser_key=OTHER_KEY, early_right=right.id, token="geraten"
        )

    placed = await send(enrolments, run, await come(enrolments, run, right))

    assert placed.state is EnrolmentState.CONFIRMED
    clock.forward(days=7)
    stranger = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(1))
    assert stranger.state is EnrolmentState.CONFIRMED


async def test_a_right_is_for_one_party_of_whoever_it_was_given_to(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, right = await wished_run(begin, capacity=6, places=2)
    form = await come(enrolments, run, right)

    with pytest.raises(EarlyRightNotTheirs):
        await send(enrolments, run, form, *people(1))
    with pytest.raises(TooManyForEarlyRight):
        await send(enrolments, run, form, named(), *people(2))
    other = await come(enrolments, run, right, OTHER_KEY)
    await send(enrolments, run, form, named(), *people(1))

    with pytest.raises(EarlyRightUsed):
        await send(enrolments, run, other, named("Ada Lehmann", email="zweite@example.com"), key=OTHER_KEY)
    with pytest.raises(EarlyRightUsed):
        await come(enrolments, run, right, "d" * 43)
    assert [one.state for one in (await look(begin, run)).named] == [EnrolmentState.CONFIRMED] * 2


async def test_what_was_given_back_can_be_used_again(enrolments: Enrolments, begin: Begin) -> None:
    run, right = await wished_run(begin)
    placed = await send(enrolments, run, await come(enrolments, run, right))
    await enrolments.cancel(staff(), enrolment_id=placed.enrolments[0].id)

    again = await send(enrolments, run, await come(enrolments, run, right, OTHER_KEY), key=OTHER_KEY)

    assert again.state is EnrolmentState.CONFIRMED


async def test_more_wishes_than_places_make_a_waiting_list_and_never_more_places(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, right = await wished_run(begin, capacity=1)
    async with begin() as session:
        second = await rights.grant(
            session, run_id=run.id, source_id=uuid4(), at=MOMENT, name="Max Muster", email="max.muster@example.com"
        )  # fmt: skip
        assert await rights.grant(session, run_id=run.id, source_id=second.source_id, at=MOMENT) is second

    first = await send(enrolments, run, await come(enrolments, run, right))
    form = await come(enrolments, run, second, OTHER_KEY)
    waits = await send(enrolments, run, form, named("Max Muster"), key=OTHER_KEY)

    assert (first.state, waits.state) == (EnrolmentState.CONFIRMED, EnrolmentState.WAITING)
    assert (await look(begin, run)).run.occupied == 1


async def test_names_and_addresses_go_when_the_run_has_long_been_open_to_all(begin: Begin) -> None:
    _, right = await wished_run(begin)
    async with begin() as session:
        assert await rights.forget(session, MOMENT + timedelta(days=30)) == 0
        assert await rights.forget(session, MOMENT + timedelta(days=38)) == 1
        kept = await session.get_one(EarlyBooking, right.id, populate_existing=True)
        assert (kept.name, kept.email) == ("", "")


async def test_of_two_who_come_at_once_with_one_link_one_gets_a_place(
    enrolments: Enrolments, begin: Begin
) -> None:
    run, right = await wished_run(begin, capacity=6)
    forms = [(await come(enrolments, run, right, key), key) for key in (KEY, OTHER_KEY)]
    persons = [named(), named("Ada Lehmann", email="andere@example.com", birth_date=date(1990, 1, 1))]

    outcomes = await asyncio.gather(
        *(send(enrolments, run, form, who, key=key) for (form, key), who in zip(forms, persons, strict=True)),
        return_exceptions=True,
    )

    assert [type(one) for one in outcomes].count(Placement) == 1
    assert [type(one) for one in outcomes].count(EarlyRightUsed) == 1
