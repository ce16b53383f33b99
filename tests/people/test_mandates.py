"""One adult acts for another: asked for, limited, seen, withdrawn; and nobody learns whom we know."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.db import Begin
from lms.kernel.errors import Forbidden, NotFound, Stale
from lms.people.errors import (
    BornInFuture,
    CodeWrong,
    MandateDoubled,
    MandateEmpty,
    MandateNotWider,
    MandatePast,
    NotForYou,
    PaperFromFuture,
    StillUnderAge,
    TooManyPersons,
)
from lms.people.mandates import INVITATION, Limits, Mandates
from lms.people.models import Mandate, MandateWay, Person
from lms.people.rules import MOST_PRINCIPALS
from lms.web.module import Around
from tests.making import BOTH, FixedClock, learner, make_person, staff
from tests.people.acting import (
    CANCEL,
    ENROL,
    LETTERS,
    MOTHER,
    SEE,
    TODAY,
    at_the_door,
    capacities,
    daughter_of,
    letters,
    mandate,
    mother_known,
    signed,
)

pytestmark = BOTH
TEAM = staff()
SEE_ONLY = Limits(scopes=[SEE])


@pytest.fixture
def mandates(house: Around) -> Mandates:
    return Mandates(house)


async def test_a_daughter_asks_her_mother_by_letter_and_acts_only_after_her_yes(
    mandates: Mandates, begin: Begin
) -> None:
    daughter = await daughter_of(begin)
    actor, mandate_id = learner(daughter), uuid4()

    mother_id = await mandates.ask_by_post(
        actor, mandate_id=mandate_id, member=MOTHER, limits=Limits(scopes=[SEE, ENROL])
    )
    before = await capacities(begin, daughter)
    asked = await mandate(begin, mandate_id)
    await mandates.agree_by_code(
        actor,
        reference=asked.reference.lower(),
        code=mandates.code_of(mandate_id),
        limits=SEE_ONLY,
        wording="Ja.",
    )
    after = await at_the_door(begin, daughter)

    given = await mandate(begin, mandate_id)
    assert before.granted == frozenset()
    assert (given.way, given.wording, given.scopes) == (MandateWay.CODE, "Ja.", "see")
    assert after.may_for(mother_id, "R", "enrolment")
    assert not after.may_for(mother_id, "C", "enrolment")
    assert not after.may_for(mother_id, "U", "person")
    assert mother_id not in after.persons
    assert await letters(begin, "mandate_asked") == [("Ilse Berger", "post")]
    assert await letters(begin, "mandate_given") == [("Ilse Berger", "post"), ("Katja Berger", "email")]


async def test_five_wrong_codes_and_the_right_one_opens_nothing_any_more(
    mandates: Mandates, begin: Begin
) -> None:
    daughter, mandate_id = await daughter_of(begin), uuid4()
    await mandates.ask_by_post(learner(daughter), mandate_id=mandate_id, member=MOTHER, limits=SEE_ONLY)
    sign = (await mandate(begin, mandate_id)).reference

    refused = 0
    for code in ["AAAAAAAA"] * 5 + [mandates.code_of(mandate_id)]:
        try:
            await mandates.asked_by_code(reference=sign, code=code)
        except CodeWrong:
            refused += 1

    assert refused == 6
    with pytest.raises(CodeWrong):
        await mandates.asked_by_code(reference="KEINES", code="AAAAAAAA")


async def test_a_mother_whom_we_know_is_neither_disclosed_nor_taken_over(
    mandates: Mandates, begin: Begin
) -> None:
    known, daughter = await mother_known(begin), await daughter_of(begin)

    made = await mandates.ask_by_post(learner(daughter), mandate_id=uuid4(), member=MOTHER, limits=SEE_ONLY)

    async with begin.reading() as session:
        kept = await session.get_one(Person, known.id)
        ours = await session.get_one(Person, made)
    assert made != known.id
    assert (kept.street, kept.phone, kept.version) == ("Hinterhof 9", "+493904555", 1)
    assert (ours.street, ours.phone) == ("Markt 1", None)
    assert not (await at_the_door(begin, daughter)).may_for(known.id, "R", "enrolment")


async def test_an_invitation_needs_the_account_of_its_address(
    mandates: Mandates, begin: Begin, house: Around, clock: FixedClock
) -> None:
    daughter = await daughter_of(begin)
    mother, stranger = make_person("Ilse", "Berger"), make_person("Ben", "Fremd")
    async with begin() as session:
        session.add_all([mother, stranger])
    mandate_id, limits = uuid4(), Limits(scopes=[SEE, ENROL], until=date(2026, 12, 31))
    await mandates.invite(
        learner(daughter), mandate_id=mandate_id, email="Ilse.Berger@example.com", limits=limits, acts=True
    )
    token = house.signer.token(INVITATION, mandate_id)

    async def yes(who: Person, email: str, token: str) -> None:
        await mandates.accept(
            learner(who), mandate_id=mandate_id, token=token, email=email, limits=limits, wording="Ja."
        )

    with pytest.raises(NotForYou):
        await yes(stranger, "ben.fremd@example.com", token)
    with pytest.raises(NotFound):
        await yes(mother, "ilse.berger@example.com", "gefaelscht")
    await yes(mother, "ilse.berger@example.com", token)
    await yes(mother, "ilse.berger@example.com", token)

    assert (await mandate(begin, mandate_id)).way is MandateWay.LINK
    assert (await at_the_door(begin, daughter, date(2026, 12, 31))).may_for(mother.id, "C", "enrolment")
    assert (await capacities(begin, daughter, date(2027, 1, 1))).granted == frozenset()


async def test_an_expired_question_cannot_be_answered(
    mandates: Mandates, begin: Begin, house: Around, clock: FixedClock
) -> None:
    daughter, mandate_id = await daughter_of(begin), uuid4()
    await mandates.ask_by_post(learner(daughter), mandate_id=mandate_id, member=MOTHER, limits=SEE_ONLY)
    sign = (await mandate(begin, mandate_id)).reference

    clock.forward(days=14, seconds=1)

    with pytest.raises(CodeWrong):
        await mandates.agree_by_code(
            learner(daughter),
            reference=sign,
            code=mandates.code_of(mandate_id),
            limits=SEE_ONLY,
            wording="Ja.",
        )


async def test_whoever_acts_can_make_it_smaller_and_only_the_principal_larger(
    mandates: Mandates, begin: Begin
) -> None:
    daughter, mother = await daughter_of(begin), await mother_known(begin)
    mandate_id = await signed(mandates, TEAM, mother.id, daughter.id, SEE, ENROL, until=date(2027, 6, 30))

    async def change(who: Person, limits: Limits, version: int) -> None:
        await mandates.change(
            learner(who), mandate_id=mandate_id, limits=limits, wording="Neu.", version=version
        )

    version = (await mandate(begin, mandate_id)).version
    for wider in (
        Limits(scopes=[SEE, ENROL, CANCEL], until=date(2027, 6, 30)),
        Limits(scopes=[SEE]),
        Limits(scopes=[SEE], until=date(2027, 7, 1)),
    ):
        with pytest.raises(MandateNotWider):
            await change(daughter, wider, version)
    await change(daughter, Limits(scopes=[SEE], until=date(2027, 6, 1)), version)
    with pytest.raises(Stale):
        await change(mother, Limits(scopes=[SEE, LETTERS]), version)
    await change(mother, Limits(scopes=[SEE, LETTERS]), version + 1)
    with pytest.raises(NotFound):
        await change(make_person("Ben", "Fremd"), SEE_ONLY, version + 2)

    kept = await mandate(begin, mandate_id)
    assert (kept.scopes, kept.valid_until, kept.wording) == ("see letters", None, "Neu.")


@pytest.mark.parametrize("who", ["principal", "agent", "team"])
async def test_it_ends_at_once_by_either_side_or_by_phone(mandates: Mandates, begin: Begin, who: str) -> None:
    daughter, mother = await daughter_of(begin), await mother_known(begin)
    mandate_id = await signed(mandates, TEAM, mother.id, daughter.id, SEE)
    actors = {"principal": learner(mother), "agent": learner(daughter), "team": TEAM}
    before = await at_the_door(begin, daughter)

    with pytest.raises(NotFound):
        await mandates.withdraw(learner(make_person("Ben", "Fremd")), mandate_id=mandate_id)
    await mandates.withdraw(actors[who], mandate_id=mandate_id, reason="Anruf")
    await mandates.withdraw(actors[who], mandate_id=mandate_id)

    assert before.may_for(mother.id, "R", "enrolment")
    assert not (await at_the_door(begin, daughter)).may_for(mother.id, "R", "enrolment")
    assert await letters(begin, "mandate_ended") == [("Ilse Berger", "post"), ("Katja Berger", "email")]


async def test_a_signed_paper_answers_what_was_asked_and_counts_once(
    mandates: Mandates, begin: Begin
) -> None:
    daughter, mandate_id = await daughter_of(begin), uuid4()
    mother_id = await mandates.ask_by_post(
        learner(daughter), mandate_id=mandate_id, member=MOTHER, limits=SEE_ONLY
    )

    await signed(mandates, TEAM, mother_id, daughter.id, SEE, ENROL)

    kept = await mandate(begin, mandate_id)
    assert (kept.way, kept.paper_seen_on, kept.recorded_by) == (MandateWay.PAPER, TODAY, TEAM.account_id)
    with pytest.raises(MandateDoubled):
        await signed(mandates, TEAM, mother_id, daughter.id, SEE)
    with pytest.raises(Forbidden):
        await signed(mandates, learner(daughter), mother_id, daughter.id, SEE)


async def test_nonsense_is_refused_in_words_and_changes_nothing(mandates: Mandates, begin: Begin) -> None:
    daughter = await daughter_of(begin)
    child = make_person("Lena", "Berger", birth_date=date(2012, 3, 7))
    async with begin() as session:
        session.add(child)

    async def ask(limits: Limits = SEE_ONLY, **changed: object) -> None:
        member = replace(MOTHER, **changed)  # type: ignore[arg-type]
        await mandates.ask_by_post(learner(daughter), mandate_id=uuid4(), member=member, limits=limits)

    with pytest.raises(BornInFuture):
        await ask(birth_date=TODAY + timedelta(days=1))
    with pytest.raises(StillUnderAge):
        await ask(birth_date=date(2015, 1, 1))
    with pytest.raises(MandateEmpty):
        await ask(Limits(scopes=[]))
    with pytest.raises(MandatePast):
        await ask(Limits(scopes=[SEE], until=TODAY - timedelta(days=1)))
    with pytest.raises(StillUnderAge):
        await signed(mandates, TEAM, child.id, daughter.id, SEE)
    with pytest.raises(PaperFromFuture):
        await mandates.record_paper(
            TEAM, mandate_id=uuid4(), principal_id=daughter.id, agent_id=child.id, limits=SEE_ONLY,
            seen_on=TODAY + timedelta(days=1), wording="Ja.",
        )  # fmt: skip
    for _ in range(MOST_PRINCIPALS):
        await ask()
    with pytest.raises(TooManyPersons):
        await ask()


async def test_many_who_record_the_same_at_once_make_one(mandates: Mandates, begin: Begin) -> None:
    daughter, mother = await daughter_of(begin), await mother_known(begin)

    outcomes = await asyncio.gather(
        *(signed(mandates, TEAM, mother.id, daughter.id, SEE) for _ in range(4)), return_exceptions=True
    )

    async with begin.reading() as session:
        count = await session.scalar(
            select(func.count()).select_from(Mandate).where(Mandate.given_at.is_not(None))
        )
    assert count == 1
    assert sum(isinstance(one, MandateDoubled) for one in outcomes) == 3
