"""What goes along when somebody moves, hands over or is merged with another run: approval, concession, answers, a company's seat."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from lms.billing.models import LedgerEntry
from lms.catalogue.models import Course, PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.conditions.errors import CodeWordNeeded, TeamDecides
from lms.enrolment.conditions.models import Admission, ApprovalMode, QuestionAnswer, QuestionKind
from lms.enrolment.conditions.values import ConditionFacts, QuestionFacts, Said
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.pricing.models import ConcessionClaim, ConcessionState
from lms.enrolment.pricing.reading import reckoned
from lms.enrolment.pricing.service import KindFacts, Pricing
from lms.enrolment.seats.contacts import Seats
from lms.enrolment.seats.models import SeatOrder
from lms.enrolment.service import Enrolments
from lms.enrolment.service.taking_along import both_locked, move_party
from lms.enrolment.values import NewCompany
from lms.kernel.errors import NotFound
from lms.people.models import Company
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import BOTH, make_run, staff

pytestmark = BOTH
TEAM = staff()
INVOICE = PaymentMethod.INVOICE


async def another_of(begin: Begin, run: Run, **given: Any) -> Run:
    async with begin() as session:
        course = await session.get_one(Course, run.course_id)
        other = make_run(course, **{"price_cents": 6000} | given)
        session.add(other)
    return other


def link(enrolments: Enrolments, enrolment: Enrolment) -> dict[str, Any]:
    token = enrolments.signer.token("enrolment", enrolment.id, enrolment.link_version)
    return {"enrolment_id": enrolment.id, "token": token}


async def claim_of(begin: Begin, enrolment_id: UUID) -> ConcessionClaim | None:
    async with begin.reading() as session:
        return (
            await session.scalars(select(ConcessionClaim).where(ConcessionClaim.enrolment_id == enrolment_id))
        ).first()


async def test_into_a_run_with_conditions_the_team_moves_and_lets_in_but_no_link_does(
    enrolments: Enrolments, begin: Begin
) -> None:
    old, decided, worded, closed = [await offered_run(begin) for _ in range(4)]
    await enrolments.set_conditions(
        TEAM, run_id=decided.id, facts=ConditionFacts(approval=ApprovalMode.ASKS), version=0
    )
    await enrolments.set_conditions(
        TEAM, run_id=worded.id, facts=ConditionFacts(code_word="Birke"), version=0
    )
    async with begin() as session:
        company = Company(name="Holz GmbH", city="Haldensleben")
        session.add(company)
        await session.flush()
        await session.execute(update(Run).where(Run.id == closed.id).values(company_id=company.id))
    (placed,) = (await enrolments.enrol(VISITOR, run_id=old.id, persons=[named()])).enrolments

    for run, refusal in ((decided, TeamDecides), (worded, CodeWordNeeded), (closed, NotFound)):
        with pytest.raises(refusal):
            await enrolments.move(VISITOR, **link(enrolments, placed), run_id=run.id)
    by_team: dict[str, Any] = {"enrolment_id": placed.id, "run_id": worded.id}
    with pytest.raises(CodeWordNeeded):
        await enrolments.move(TEAM, **by_team)
    moved = (await enrolments.move(TEAM, **by_team, override_reason="Wort am Telefon genannt")).enrolment
    moved = (await enrolments.move(TEAM, enrolment_id=moved.id, run_id=decided.id)).enrolment

    assert (moved.state, moved.approval) == (EnrolmentState.CONFIRMED, None)
    with pytest.raises(TeamDecides):  # nor does anybody take over a place there but with the team
        await enrolments.hand_over(VISITOR, **link(enrolments, moved), person=named("Ben Krug"))
    done = await enrolments.hand_over(TEAM, enrolment_id=moved.id, person=named("Ben Krug"))
    assert done.enrolment.state is EnrolmentState.CONFIRMED
    async with begin.reading() as session:
        assert (await session.scalars(select(Admission.override_reason))).all() == ["Wort am Telefon genannt"]


async def test_a_concession_goes_along_with_its_reason_where_the_other_run_accepts_it(
    enrolments: Enrolments, begin: Begin, house: Around
) -> None:
    pricing = Pricing(house)
    pass_, card = [
        await pricing.add_kind(TEAM, kind_id=uuid4(), facts=KindFacts(name_de=name))
        for name in ("Sozialpass", "Ehrenamtskarte")
    ]
    old = await offered_run(begin, price_cents=6000, concession_cents=3000)
    other = await another_of(begin, old, concession_cents=2000)
    choosy = await another_of(begin, old, concession_cents=1000)
    await pricing.set_prices(
        TEAM, run_id=choosy.id, rates=(), concession_ids=[card.id], version=choosy.version
    )
    (placed,) = (
        await enrolments.enrol(
            VISITOR, run_id=old.id, persons=[named(concession_id=pass_.id)], payment_method=INVOICE
        )
    ).enrolments

    (moved, reckoning) = await _move(enrolments, placed, other)
    claim = await claim_of(begin, moved.id)
    assert (moved.price_cents, claim and claim.kind_id) == (2000, pass_.id)
    assert reckoning == 2000
    (moved, _) = await _move(enrolments, moved, choosy)  # reduced for others
    assert (moved.price_cents, moved.has_concession, await claim_of(begin, moved.id)) == (6000, False, None)


async def _move(enrolments: Enrolments, former: Enrolment, run: Run) -> tuple[Enrolment, int]:
    moved = await enrolments.move(VISITOR, **link(enrolments, former), run_id=run.id)
    return moved.enrolment, moved.reckoning.balance_cents


async def test_a_merged_run_takes_answers_concession_and_the_reasons_of_the_price_along(
    enrolments: Enrolments, begin: Begin, house: Around
) -> None:
    kind = await Pricing(house).add_kind(TEAM, kind_id=uuid4(), facts=KindFacts(name_de="Sozialpass"))
    one = await offered_run(begin, price_cents=6000, concession_cents=3000)
    other = await another_of(begin, one)
    question = await enrolments.add_question(
        TEAM, run_id=one.id, question_id=uuid4(),
        facts=QuestionFacts(kind=QuestionKind.TEXT, wording_de="Welches Gerät?"),
    )  # fmt: skip
    (placed,) = (
        await enrolments.enrol(
            VISITOR, run_id=one.id, persons=[named(concession_id=kind.id)], payment_method=INVOICE,
            said=Said(answers=[{str(question.id): ["Tablet"]}]),
        )
    ).enrolments  # fmt: skip

    async with house.begin() as session:
        locked = await both_locked(session, one.id, other.id, at=house.clock(), settings=house.settings)
        (new,) = await move_party(*locked, TEAM, [await session.get_one(Enrolment, placed.id)])

    claim = await claim_of(begin, new.id)
    assert claim is not None
    assert (claim.kind_id, claim.state) == (kind.id, ConcessionState.MISSING)
    async with begin.reading() as session:
        answers = await session.scalars(
            select(QuestionAnswer.values).where(QuestionAnswer.enrolment_id == new.id)
        )
        assert answers.all() == [["Tablet"]]
        lines = (await reckoned(session, [new]))[new.id]
    assert [line.amount_cents for line in lines] == [6000, -3000]


async def test_a_companys_seat_stays_one_wherever_it_goes(
    enrolments: Enrolments, begin: Begin, house: Around
) -> None:
    one = await offered_run(begin, price_cents=6000)
    other = await another_of(begin, one, price_cents=4500)
    order = await Seats(house).order_seats(
        TEAM, order_id=uuid4(), run_id=one.id, seats=2, company=NewCompany(name="Holz GmbH", city="Haldensleben"),
        contact=named("Chris Chef"), persons=[named("Ada Lehmann"), named("Ben Krug")], payment_method=INVOICE,
    )  # fmt: skip
    async with begin.reading() as session:
        seats = (await session.scalars(select(Enrolment).where(Enrolment.order_id == order.id))).all()

    handed = await enrolments.hand_over(TEAM, enrolment_id=seats[0].id, person=named("Eva Neu"))
    moved = [
        (await enrolments.move(TEAM, enrolment_id=which, run_id=other.id)).enrolment
        for which in (handed.enrolment.id, seats[1].id)
    ]

    assert (handed.enrolment.order_id, handed.enrolment.contact_id) == (order.id, None)
    async with begin.reading() as session:
        there = (await session.scalars(select(SeatOrder).where(SeatOrder.run_id == other.id))).one()
        debtors = await session.scalars(
            select(func.count(LedgerEntry.debtor_id.distinct())).where(
                LedgerEntry.enrolment_id.in_([one.id for one in moved])
            )
        )
        assert debtors.all() == [1]
    assert (there.wanted, there.contact_id, there.company_id) == (2, order.contact_id, order.company_id)
    assert {(one.order_id, one.contact_id, one.company_id) for one in moved} == {
        (there.id, None, order.company_id)
    }
