"""Everybody wants the same place at once (domain rules 1 to 3, 6): several processes, both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, select

from lms.billing.models import Invoice, LedgerEntry
from lms.catalogue.models import PaymentMethod, Run
from lms.enrolment.models import OCCUPYING, Enrolment, EnrolmentState, ListEvent, Offer, OfferState, Party
from lms.enrolment.service import Enrolments
from lms.jobs.models import Job
from lms.people.models import Person
from lms.settings import Settings
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run, people
from tests.making import BOTH, FixedClock, staff
from tests.races.rush import Answer, Call, opened, outcomes, rush

pytestmark = BOTH
TEAM = staff()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scene:
    """A database in which a race is run: prepared and looked at by one, raced in by several."""

    url: str
    folder: Path

    def play(self, act: Callable[[Around], Awaitable[T]]) -> T:
        """Do something alone, before or after the race."""

        async def open_house() -> T:
            given = Settings(database_url=self.url, demo=True, files=self.folder, _env_file=None)  # type: ignore[call-arg]
            place = opened(given, FixedClock())
            try:
                return await act(place)
            finally:
                await place.begin.close()

        return asyncio.run(open_house())

    def run(self, **given: Any) -> Run:
        return self.play(lambda place: offered_run(place.begin, **given))

    def race(self, calls: list[Call]) -> list[Answer]:
        return rush(self.url, self.folder, calls)

    def enrol(self, run: Run, count: int, **given: Any) -> list[Enrolment]:
        """So many people enrol one after the other."""

        async def act(place: Around) -> list[Enrolment]:
            service = Enrolments(place)
            return [
                (await service.enrol(VISITOR, run_id=run.id, persons=[one], **given)).enrolments[0]
                for one in people(count, "Frueher")
            ]

        return self.play(act)

    def all(self, statement: Any) -> list[Any]:
        async def act(place: Around) -> list[Any]:
            async with place.begin.reading() as session:
                return list((await session.scalars(statement)).all())

        return self.play(act)


@pytest.fixture
def scene(database: str, tmp_path: Path) -> Scene:
    return Scene(database, tmp_path)


def of(run: Run) -> Any:
    return select(Enrolment).where(Enrolment.run_id == run.id, Enrolment.person_id.is_not(None))


def test_sixteen_at_once_for_twelve_places_end_with_twelve_in_and_four_in_line(scene: Scene) -> None:
    run = scene.run(capacity=12)

    answers = scene.race([Call("enrol", {"run_id": run.id, "persons": [one]}, VISITOR) for one in people(16)])

    assert outcomes(answers) == {"done": 16}
    found = scene.all(of(run))
    assert sorted(one.state for one in found) == ["confirmed"] * 12 + ["waiting"] * 4
    kept = scene.all(select(Run).where(Run.id == run.id))[0]
    assert (kept.occupied, kept.waiting) == (12, 4)
    first_waiting = scene.all(
        select(Party.position)
        .join(Enrolment)
        .where(Enrolment.state == EnrolmentState.WAITING)
        .order_by(Party.position)
    )
    assert first_waiting == [13, 14, 15, 16]


def test_the_same_person_at_once_gets_one_place(scene: Scene) -> None:
    run = scene.run()

    answers = scene.race([Call("enrol", {"run_id": run.id, "persons": [named()]}, VISITOR) for _ in range(8)])

    assert outcomes(answers) == {"AlreadyEnrolled": 7, "done": 1}
    assert len(scene.all(of(run))) == 1
    assert len(scene.all(select(Person))) == 1


def test_one_form_sent_from_two_tabs_is_one_booking(scene: Scene) -> None:
    run = scene.run(capacity=1)
    application = scene.play(
        lambda place: Enrolments(place).hold(VISITOR, run_id=run.id, browser_key="a-browser")
    )

    answers = scene.race(
        [
            Call("enrol", {"run_id": run.id, "persons": [named()], "application_id": application.id}, VISITOR)
            for _ in range(8)
        ]
    )

    assert outcomes(answers) == {"done": 8}
    assert len({answer.facts["order"] for answer in answers}) == 1
    assert len(scene.all(select(Job).where(Job.kind == "event:PlaceConfirmed"))) == 1


def test_one_key_is_one_booking_however_often_it_is_sent_at_once(scene: Scene) -> None:
    run = scene.run()
    given = {"run_id": run.id, "persons": [named()], "idempotency_key": "one", "idempotency_body": b"x"}

    answers = scene.race([Call("enrol", given, VISITOR) for _ in range(8)])

    assert outcomes(answers) == {"done": 8}
    assert len({answer.facts["order"] for answer in answers}) == 1


def test_holds_and_bookings_at_once_never_exceed_the_places(scene: Scene) -> None:
    run = scene.run(capacity=5)

    answers = scene.race(
        [Call("hold", {"run_id": run.id, "browser_key": f"browser-{number}"}, VISITOR) for number in range(8)]
        + [Call("enrol", {"run_id": run.id, "persons": [one]}, VISITOR) for one in people(8)]
    )

    assert outcomes(answers) == {"done": 16}
    kept = scene.all(select(Run).where(Run.id == run.id))[0]
    occupying = scene.all(select(func.count()).select_from(Enrolment).where(Enrolment.state.in_(OCCUPYING)))
    assert (kept.occupied, occupying) == (5, [5])


def test_places_given_back_at_once_go_down_the_line_in_order(scene: Scene) -> None:
    run = scene.run(capacity=8)
    enrolled = scene.enrol(run, 20)

    answers = scene.race(
        [Call("cancel", {"enrolment_id": one.id}, TEAM) for one in enrolled[:6] for _ in range(2)]
    )

    assert outcomes(answers) == {"done": 12}
    now = {one.id: one.state.value for one in scene.all(of(run))}
    assert [now[one.id] for one in enrolled] == ["cancelled"] * 6 + ["confirmed"] * 2 + ["offered"] * 6 + [
        "waiting"
    ] * 6
    assert len(scene.all(select(Offer))) == 6


def test_an_offer_accepted_and_declined_at_once_is_one_of_the_two(scene: Scene) -> None:
    run = scene.run(capacity=1)
    enrolled = scene.enrol(run, 4)
    scene.play(lambda place: Enrolments(place).cancel(TEAM, enrolment_id=enrolled[0].id))
    offer = scene.all(select(Offer))[0]

    answers = scene.race(
        [Call(method, {"offer_id": offer.id}, TEAM) for method in ("accept", "decline") for _ in range(4)]
    )

    kept = scene.all(select(Offer).where(Offer.id == offer.id))[0]
    now = {one.id: one.state.value for one in scene.all(of(run))}
    if kept.state is OfferState.ACCEPTED:
        assert outcomes(answers) == {"OfferAccepted": 4, "done": 4}
        assert [now[one.id] for one in enrolled] == ["cancelled", "confirmed", "waiting", "waiting"]
    else:
        assert outcomes(answers) == {"OfferGone": 4, "done": 4}
        assert [now[one.id] for one in enrolled] == ["cancelled", "expired", "offered", "waiting"]


def test_the_last_moment_of_an_offer_belongs_to_one_side_only(scene: Scene) -> None:
    run = scene.run(capacity=1)
    enrolled = scene.enrol(run, 3)
    scene.play(lambda place: Enrolments(place).cancel(TEAM, enrolment_id=enrolled[0].id))
    offer = scene.all(select(Offer))[0]

    answers = scene.race(
        [Call("accept", {"offer_id": offer.id}, TEAM, at=offer.deadline) for _ in range(4)]
        + [
            Call("enrol", {"run_id": run.id, "persons": [one]}, VISITOR, at=offer.deadline)
            for one in people(4)
        ]
    )

    assert outcomes(answers) == {"OfferGone": 4, "done": 4}
    now = {one.id: one.state.value for one in scene.all(of(run))}
    assert [now[one.id] for one in enrolled] == ["cancelled", "expired", "offered"]
    assert len(scene.all(select(ListEvent).where(ListEvent.kind == "lapsed"))) == 1


def test_capacity_changed_while_people_enrol_is_never_exceeded_and_leaves_nobody_behind(scene: Scene) -> None:
    run = scene.run(capacity=4)

    answers = scene.race(
        [Call("enrol", {"run_id": run.id, "persons": [one]}, VISITOR) for one in people(14)]
        + [Call("change_capacity", {"run_id": run.id, "capacity": wanted}, TEAM) for wanted in (8, 6, 10, 9)]
    )

    assert set(outcomes(answers)) <= {"done", "BelowOccupied"}
    kept = scene.all(select(Run).where(Run.id == run.id))[0]
    now = [one.state for one in scene.all(of(run))]
    assert kept.occupied == sum(state in OCCUPYING for state in now) == kept.capacity
    assert len(now) == 14


def test_cancelled_twice_at_once_is_booked_once(scene: Scene) -> None:
    run = scene.run(capacity=2, price_cents=4500)
    enrolled = scene.enrol(run, 2, payment_method=PaymentMethod.INVOICE)

    answers = scene.race(
        [Call("cancel", {"enrolment_id": one.id}, TEAM) for one in enrolled for _ in range(4)]
    )

    assert outcomes(answers) == {"done": 8}
    assert sorted(scene.all(select(LedgerEntry.amount_cents))) == [-4500, -4500, 4500, 4500]
    assert sorted(scene.all(select(Invoice.number))) == [
        "RE-2026-00001", "RE-2026-00002", "ST-2026-00001", "ST-2026-00002"
    ]  # fmt: skip


def test_invoices_of_several_runs_at_once_are_numbered_without_a_gap(scene: Scene) -> None:
    runs = [scene.run(price_cents=1000, number=f"R{number}") for number in range(4)]

    answers = scene.race(
        [
            Call(
                "enrol",
                {"run_id": run.id, "persons": [one], "payment_method": PaymentMethod.INVOICE},
                VISITOR,
            )
            for run in runs
            for one in people(5, run.number)
        ]
    )

    assert outcomes(answers) == {"done": 20}
    assert scene.all(select(Invoice.counter).order_by(Invoice.counter)) == list(range(1, 21))


def test_a_run_cancelled_while_people_come_and_go_leaves_nobody_in_it(scene: Scene) -> None:
    run = scene.run(capacity=3)
    enrolled = scene.enrol(run, 5)

    answers = scene.race(
        [Call("enrol", {"run_id": run.id, "persons": [one]}, VISITOR) for one in people(6)]
        + [Call("cancel", {"enrolment_id": one.id}, TEAM) for one in enrolled]
        + [Call("cancel_run", {"run_id": run.id, "reason_de": "Ausfall"}, TEAM) for _ in range(3)]
    )

    assert set(outcomes(answers)) <= {"done", "RunNotOffered"}
    kept = scene.all(select(Run).where(Run.id == run.id))[0]
    assert (kept.occupied, kept.waiting, kept.state) == (0, 0, "cancelled")
    assert len(scene.all(select(Job).where(Job.kind == "event:RunCancelled"))) == 1


def test_one_receipt_from_an_impatient_finger_is_booked_once(scene: Scene) -> None:
    run = scene.run(price_cents=1000)
    paid = scene.enrol(run, 1, payment_method=PaymentMethod.CASH)[0]

    answers = scene.race(
        [
            Call("take_cash", {"enrolment_id": paid.id, "amount_cents": 1000, "form_key": "f"}, TEAM)
            for _ in range(8)
        ]
    )

    assert outcomes(answers) == {"done": 8}
    assert sorted(scene.all(select(LedgerEntry.amount_cents))) == [-1000, 1000]
