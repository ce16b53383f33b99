"""Seats of a company in a run that asks something: of everybody who is named, never of the company (F-E10 to F-E13, F-F04)."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.conditions.errors import (
    AnswerMissing,
    CodeWordNeeded,
    CodeWordWrong,
    DeclarationNeeded,
    TeamDecides,
)
from lms.enrolment.conditions.models import Admission, ApprovalMode, QuestionAnswer, QuestionKind
from lms.enrolment.conditions.values import ConditionFacts, QuestionFacts, Said
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.pricing.models import RateKind
from lms.enrolment.pricing.reading import reckoned
from lms.enrolment.pricing.rules import Cut, Rate
from lms.enrolment.pricing.service import Pricing
from lms.enrolment.seats.contacts import Seats
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewCompany
from lms.web.module import Around
from tests.enrolment.places import VISITOR, look, named, offered_run
from tests.making import BOTH, staff

pytestmark = BOTH
TEAM = staff()
HOLZ = NewCompany(name="Holz GmbH", street="Sägeweg 1", postal_code="39340", city="Haldensleben")


@pytest.fixture
def seats(house: Around) -> Seats:
    return Seats(house)


async def ordered(seats: Seats, run_id: UUID, count: int = 2, actor: Any = VISITOR) -> dict[str, Any]:
    """The order of somebody without an account, and the link by which they name people."""
    order = await seats.order_seats(
        actor, order_id=uuid4(), run_id=run_id, seats=count, company=HOLZ,
        contact=named("Chris Chef", email="chef@holz.example"), payment_method=PaymentMethod.INVOICE,
    )  # fmt: skip
    return {"order_id": order.id, "token": seats.signer.token("seats", order.id, order.link_version)}


async def open_seat(begin: Begin, order_id: UUID) -> UUID:
    async with begin.reading() as session:
        found = await session.scalars(
            select(Enrolment.id).where(Enrolment.order_id == order_id, Enrolment.person_id.is_(None))
        )
        return found.all()[0]


async def kept(begin: Begin, seat_id: UUID) -> tuple[list[list[str]], list[str]]:
    async with begin.reading() as session:
        answers = await session.scalars(
            select(QuestionAnswer.values).where(QuestionAnswer.enrolment_id == seat_id)
        )
        said = await session.scalars(select(Admission.declaration).where(Admission.enrolment_id == seat_id))
        return list(answers), list(said)


async def test_whoever_is_named_answers_and_nothing_of_it_stays_when_another_takes_the_seat(
    seats: Seats, enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin, price_cents=4500)
    facts = ConditionFacts(code_word="Birke", declaration_de="Ich habe einen Gesellenbrief.")
    await enrolments.set_conditions(TEAM, run_id=run.id, facts=facts, version=0)
    question = await enrolments.add_question(
        TEAM, run_id=run.id, question_id=uuid4(),
        facts=QuestionFacts(kind=QuestionKind.TEXT, wording_de="Welche Schuhgröße?", is_required=True),
    )  # fmt: skip
    order = await ordered(seats, run.id)
    seat_id = await open_seat(begin, order["order_id"])
    seat = {"enrolment_id": seat_id, "token": order["token"]}
    whole: dict[str, Any] = {"code_word": "birke", "declared": True, "answers": [{str(question.id): ["43"]}]}

    for said, refusal in (
        (whole | {"code_word": ""}, CodeWordNeeded),
        (whole | {"code_word": "Eiche"}, CodeWordWrong),
        (whole | {"declared": False}, DeclarationNeeded),
        (whole | {"answers": []}, AnswerMissing),
    ):
        with pytest.raises(refusal):
            await seats.name_seat(VISITOR, **seat, person=named(), said=Said(**said))
    await seats.name_seat(VISITOR, **seat, person=named(), said=Said(**whole))
    assert await kept(begin, seat_id) == ([["43"]], ["Ich habe einen Gesellenbrief."])

    whole["answers"] = [{str(question.id): ["39"]}]
    await seats.replace(VISITOR, **seat, person=named("Ben Krug"), said=Said(**whole))
    assert await kept(begin, seat_id) == ([["39"]], ["Ich habe einen Gesellenbrief."])
    await seats.free_seat(VISITOR, **seat)
    assert await kept(begin, seat_id) == ([], [])


async def test_where_the_team_decides_about_everybody_only_the_team_sells_seats(
    seats: Seats, enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin, price_cents=4500)
    facts = ConditionFacts(approval=ApprovalMode.ASKS)
    await enrolments.set_conditions(TEAM, run_id=run.id, facts=facts, version=0)

    with pytest.raises(TeamDecides):
        await ordered(seats, run.id)
    assert (await look(begin, run)).enrolments == []
    order = await ordered(seats, run.id, actor=TEAM)
    seat_id = await open_seat(begin, order["order_id"])
    seat = await seats.name_seat(VISITOR, enrolment_id=seat_id, person=named(), token=order["token"])

    assert (seat.state, seat.approval) == (EnrolmentState.CONFIRMED, None)  # it was agreed with the order


async def test_a_company_pays_its_best_price_for_every_seat_with_reasons_that_add_up(
    seats: Seats, begin: Begin, house: Around
) -> None:
    run = await offered_run(begin, price_cents=6000)
    rates = [
        Rate(kind=RateKind.RESIDENT, cut=Cut(price_cents=5500), places=("39340",)),
        Rate(kind=RateKind.GROUP, cut=Cut(percent=20), least=3),
        Rate(kind=RateKind.COMPANY, cut=Cut(off_cents=1000)),
    ]
    await Pricing(house).set_prices(TEAM, run_id=run.id, rates=rates, concession_ids=(), version=run.version)

    for count, price in ((2, 5000), (3, 4800)):
        order = await ordered(seats, run.id, count)
        async with begin.reading() as session:
            mine = (
                await session.scalars(select(Enrolment).where(Enrolment.order_id == order["order_id"]))
            ).all()
            lines = await reckoned(session, mine)
        assert [one.price_cents for one in mine] == [price] * count
        assert [sum(line.amount_cents for line in lines[one.id]) for one in mine] == [price] * count
