"""The team decides who gets in (F-E11): with a place kept meanwhile, or without; a party as one."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from lms.catalogue.models import Course, PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.conditions.errors import NothingToDecide, TeamDecides
from lms.enrolment.conditions.models import ApprovalMode
from lms.enrolment.conditions.values import ConditionFacts
from lms.enrolment.errors import OwnMatter, ReasonNeeded
from lms.enrolment.models import Approval, EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.values import Wants
from lms.kernel.errors import Forbidden, SignInNeeded
from lms.kernel.rights import Identity
from tests.enrolment.places import CHILD, VISITOR, look, named, offered_run, people, told
from tests.making import BOTH, FixedClock, learner, make_person, make_run, staff

pytestmark = BOTH
TEAM = staff()
REASON = "Dieser Kurs ist für Anfängerinnen gedacht."


async def deciding(enrolments: Enrolments, begin: Begin, mode: ApprovalMode, **given: Any) -> Run:
    run = await offered_run(begin, **given)
    await enrolments.set_conditions(TEAM, run_id=run.id, facts=ConditionFacts(approval=mode), version=0)
    return run


async def test_whoever_waits_for_the_team_takes_no_place_unless_that_is_kept(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    asks = await deciding(enrolments, begin, ApprovalMode.ASKS)
    holds = await deciding(enrolments, begin, ApprovalMode.HOLDS)

    without = await enrolments.enrol(VISITOR, run_id=asks.id, persons=[named()], wants=Wants.PLACE)
    kept = await enrolments.enrol(VISITOR, run_id=holds.id, persons=[named()], wants=Wants.PLACE)
    clock.forward(days=20)
    await enrolments.lapse_due()

    assert (without.state, (await look(begin, asks)).occupied) == (EnrolmentState.REQUESTED, 0)
    assert (kept.state, kept.enrolments[0].held_until, (await look(begin, holds)).occupied) == (
        EnrolmentState.HELD, None, 1,
    )  # fmt: skip
    assert await told(begin) == ["ApprovalAsked", "ApprovalAsked"]


async def test_an_approved_person_gets_the_place_and_owes_the_price_from_then_on(
    enrolments: Enrolments, begin: Begin
) -> None:
    for mode in (ApprovalMode.ASKS, ApprovalMode.HOLDS):
        run = await deciding(enrolments, begin, mode, price_cents=4500)
        asked = await enrolments.enrol(
            VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.INVOICE
        )
        before = await enrolments.preview_cancellation(TEAM, enrolment_id=asked.enrolments[0].id)

        placed = await enrolments.approve(TEAM, enrolment_id=asked.enrolments[0].id)
        again = await enrolments.approve(TEAM, enrolment_id=asked.enrolments[0].id)

        assert (placed.state, again.state) == (EnrolmentState.CONFIRMED, EnrolmentState.CONFIRMED)
        assert before.price_cents == 0
        assert placed.enrolments[0].approval is Approval.GIVEN
    events = await told(begin)
    assert events == sorted(["ApprovalAsked", "PlaceConfirmed", "InvoiceIssued"] * 2)


async def test_a_refused_person_is_told_why_and_what_was_kept_goes_to_the_next_in_line(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await deciding(enrolments, begin, ApprovalMode.HOLDS, capacity=1)
    asked = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])
    by_phone = await enrolments.enrol(TEAM, run_id=run.id, persons=[named("Ben Vogt")])
    first = asked.enrolments[0].id

    with pytest.raises(ReasonNeeded):
        await enrolments.refuse_approval(TEAM, enrolment_id=first, reason=" ")
    await enrolments.refuse_approval(TEAM, enrolment_id=first, reason=REASON)
    await enrolments.refuse_approval(TEAM, enrolment_id=first, reason="noch einmal")

    seen = await look(begin, run)
    ada = next(one for one in seen.enrolments if one.id == first)
    ben = next(one for one in seen.enrolments if one.id == by_phone.enrolments[0].id)
    assert (ada.state, ada.approval, ada.refusal) == (EnrolmentState.CANCELLED, Approval.REFUSED, REASON)
    assert (by_phone.state, ben.state) == (EnrolmentState.WAITING, EnrolmentState.OFFERED)
    assert (await told(begin)).count("ApprovalRefused") == 1
    with pytest.raises(NothingToDecide):
        await enrolments.approve(TEAM, enrolment_id=first)
    with pytest.raises(NothingToDecide):
        await enrolments.approve(TEAM, enrolment_id=ben.id)


async def test_a_party_is_decided_about_as_one_and_waits_in_line_where_it_does_not_fit(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await deciding(enrolments, begin, ApprovalMode.HOLDS, capacity=3)
    couple = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(2))
    late = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(2, "Spät"))

    placed = await enrolments.approve(TEAM, enrolment_id=couple.enrolments[1].id)
    listed = await enrolments.approve(TEAM, enrolment_id=late.enrolments[0].id)

    assert [one.state for one in placed.enrolments] == [EnrolmentState.CONFIRMED] * 2
    assert late.state is EnrolmentState.REQUESTED
    assert ([one.state for one in listed.enrolments], listed.position) == ([EnrolmentState.WAITING] * 2, 1)


async def test_a_child_s_guardian_consents_before_the_team_is_asked(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await deciding(enrolments, begin, ApprovalMode.HOLDS)
    child = named("Max Klein", birth_date=CHILD, guardian=named("Eva Klein"), email=None)
    asked = await enrolments.enrol(VISITOR, run_id=run.id, persons=[child], contact=named("Eva Klein"))
    max_id = asked.enrolments[0].id

    with pytest.raises(NothingToDecide):
        await enrolments.approve(TEAM, enrolment_id=max_id)
    consented = await enrolments.consent(TEAM, enrolment_id=max_id, wording="auf Papier")
    meanwhile = (consented.state, consented.enrolments[0].approval)
    placed = await enrolments.approve(TEAM, enrolment_id=max_id)

    assert (asked.state, asked.enrolments[0].approval) == (EnrolmentState.REQUESTED, Approval.LATER)
    assert meanwhile == (EnrolmentState.HELD, Approval.ASKED)
    assert placed.state is EnrolmentState.CONFIRMED
    assert await told(begin) == ["ApprovalAsked", "ConsentAsked", "PlaceConfirmed"]


async def test_whoever_waits_may_take_it_back_and_only_the_team_decides(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await deciding(enrolments, begin, ApprovalMode.HOLDS)
    asked = (await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])).enrolments[0]
    link = enrolments.signer.token("enrolment", asked.id, asked.link_version)

    with pytest.raises(SignInNeeded):
        await enrolments.approve(VISITOR, enrolment_id=asked.id)
    with pytest.raises(Forbidden):
        await enrolments.approve(staff(Identity.PROGRAMME), enrolment_id=asked.id)
    await enrolments.cancel(VISITOR, enrolment_id=asked.id, token=link)

    seen = await look(begin, run)
    assert ([one.state for one in seen.enrolments], seen.occupied) == ([EnrolmentState.CANCELLED], 0)


async def test_the_form_s_own_hold_goes_on_as_the_place_that_is_kept(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await deciding(enrolments, begin, ApprovalMode.HOLDS, capacity=1)
    form = await enrolments.hold(VISITOR, run_id=run.id, browser_key="k" * 32)

    asked = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], application_id=form.id, browser_key="k" * 32, wants=Wants.PLACE
    )  # fmt: skip
    clock.forward(hours=3)
    await enrolments.lapse_due()

    seen = await look(begin, run)
    assert (asked.enrolments[0].id, asked.state) == (form.enrolment_id, EnrolmentState.HELD)
    assert seen.occupied == 1


async def test_of_many_who_ask_at_once_no_more_keep_a_place_than_there_are(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await deciding(enrolments, begin, ApprovalMode.HOLDS, capacity=2)

    asked = await asyncio.gather(
        *(enrolments.enrol(VISITOR, run_id=run.id, persons=[one]) for one in people(6))
    )
    kept = [one.enrolments[0].id for one in asked if one.state is EnrolmentState.HELD]
    await asyncio.gather(
        *(enrolments.approve(TEAM, enrolment_id=one) for one in kept),
        *(enrolments.refuse_approval(TEAM, enrolment_id=one, reason=REASON) for one in kept),
        return_exceptions=True,
    )

    seen = await look(begin, run)
    assert len(kept) == 2
    decided = [one for one in seen.enrolments if one.id in kept]
    assert {(one.state, one.approval) for one in decided} <= {
        (EnrolmentState.CONFIRMED, Approval.GIVEN), (EnrolmentState.CANCELLED, Approval.REFUSED),
    }  # fmt: skip
    assert seen.run.occupied == sum(one.state is EnrolmentState.CONFIRMED for one in decided)


async def test_nobody_decides_about_themselves_or_slips_in_by_moving_from_another_run(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await deciding(enrolments, begin, ApprovalMode.ASKS)
    async with begin.reading() as session:
        course_id = (await session.get_one(Run, run.id)).course_id
    before = make_run(await course(begin, course_id))
    mia = make_person("Mia", "Sommer")
    async with begin() as session:
        session.add_all([before, mia])
    member = learner(mia)
    there = await enrolments.enrol(member, run_id=before.id, persons=[mia.id])
    asked = await enrolments.enrol(member, run_id=run.id, persons=[mia.id])
    of_the_team = replace(TEAM, person_id=mia.id)

    with pytest.raises(OwnMatter):
        await enrolments.approve(of_the_team, enrolment_id=asked.enrolments[0].id)
    await enrolments.cancel(member, enrolment_id=asked.enrolments[0].id)
    with pytest.raises(TeamDecides):
        await enrolments.move(member, enrolment_id=there.enrolments[0].id, run_id=run.id)

    assert [one.state for one in (await look(begin, run)).enrolments] == [EnrolmentState.CANCELLED]


async def course(begin: Begin, course_id: UUID) -> Course:
    async with begin.reading() as session:
        return await session.get_one(Course, course_id)
