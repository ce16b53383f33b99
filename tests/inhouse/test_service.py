"""From the request to the answer: what holds whoever asks, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from lms.inhouse.errors import (
    CompanyMissing,
    NothingWished,
    OfferAnswered,
    OfferLapsed,
    OfferReplaced,
    RequestOver,
    ValidityOver,
)
from lms.inhouse.models import (
    RequestState,
    TrainingOffer,
    TrainingOfferPaper,
    TrainingOfferState,
)
from lms.inhouse.queries import asked_of, paper_of
from lms.inhouse.service import InHouse
from lms.kernel.actor import ANONYMOUS
from lms.kernel.errors import Forbidden, NotFound, SignInNeeded, Stale
from lms.web.module import Around
from tests.inhouse.bakery import BAKER, TEAM, WANTED, Bakery, open_bakery
from tests.making import BOTH, learner, make_person

pytestmark = BOTH
WORDS = "Wir beauftragen."


@pytest.fixture
async def bakery(house: Around) -> Bakery:
    return await open_bakery(house)


def later(bakery: Bakery, moment: datetime) -> InHouse:
    return InHouse(replace(bakery.house, clock=lambda: moment))


async def test_the_same_form_sent_twice_makes_one_request_and_keeps_the_person_we_know(
    bakery: Bakery,
) -> None:
    key = uuid4()
    first, second = await asyncio.gather(*(bakery.ask(form_id=key) for _ in range(2)))

    assert first.id == second.id
    assert first.contact_id == bakery.boss.id
    assert first.company_id is None


async def test_something_has_to_be_wished_for(bakery: Bakery) -> None:
    with pytest.raises(NothingWished):
        await bakery.inhouse.ask(ANONYMOUS, replace(WANTED, topic="  "), contact=BAKER)


async def test_a_contact_asks_for_the_own_company_alone(bakery: Bakery) -> None:
    own = await bakery.inhouse.ask(bakery.contact, WANTED, company_id=bakery.company.id)

    assert (own.company_id, own.contact_id) == (bakery.company.id, bakery.boss.id)
    with pytest.raises(NotFound):
        await bakery.inhouse.ask(learner(make_person()), WANTED, company_id=bakery.company.id)


async def test_only_the_team_makes_offers(bakery: Bakery) -> None:
    request = await bakery.ask()

    for actor, refusal in ((ANONYMOUS, SignInNeeded), (bakery.contact, Forbidden)):
        with pytest.raises(refusal):
            await bakery.inhouse.save_draft(
                actor, request_id=request.id, draft_id=uuid4(), facts=bakery.facts()
            )


async def test_an_offer_needs_a_company_with_an_address_and_a_day_that_lies_ahead(bakery: Bakery) -> None:
    request = await bakery.ask()
    draft = await bakery.draft(request)
    with pytest.raises(CompanyMissing):
        await bakery.inhouse.send(TEAM, offer_id=draft.id, version=draft.version)

    joined = await bakery.joined()
    over = await bakery.draft(joined, valid_until=datetime(2026, 11, 1, tzinfo=UTC).date())
    with pytest.raises(ValidityOver):
        await bakery.inhouse.send(TEAM, offer_id=over.id, version=over.version)


async def test_what_was_sent_never_changes_and_a_new_offer_takes_its_place(bakery: Bakery) -> None:
    request = await bakery.joined()
    first = await bakery.sent(request)
    async with bakery.house.begin.reading() as session:
        before = await paper_of(session, first.id)

    second = await bakery.sent(request, price_cents=45_000)
    async with bakery.house.begin.reading() as session:
        asked = await asked_of(session, request.id)
        assert await paper_of(session, first.id) == before
    with pytest.raises(DBAPIError):
        async with bakery.house.begin() as session:
            await session.execute(update(TrainingOfferPaper).values(sha256="0"))

    assert [(one.number, one.state) for one in asked.offers] == [
        (second.number, TrainingOfferState.SENT), (first.number, TrainingOfferState.REPLACED),
    ]  # fmt: skip
    with pytest.raises(OfferReplaced) as refusal:
        await bakery.inhouse.accept(
            ANONYMOUS, offer_id=first.id, name="C", wording=WORDS, token=bakery.token(request)
        )
    assert refusal.value.params == {"number": second.number}


async def test_numbers_are_never_given_twice_and_a_draft_sent_twice_is_one(bakery: Bakery) -> None:
    requests = [await bakery.ask() for _ in range(3)]
    drafts = await asyncio.gather(*(bakery.draft(one) for one in requests))
    key = drafts[0].id
    again = await bakery.inhouse.save_draft(
        TEAM, request_id=requests[0].id, draft_id=key, facts=bakery.facts()
    )

    assert len({one.number for one in drafts}) == 3
    assert (again.id, again.number) == (key, drafts[0].number)
    with pytest.raises(Stale):
        await bakery.draft(requests[0])


async def test_two_who_accept_at_once_order_once(bakery: Bakery) -> None:
    request = await bakery.joined()
    offer = await bakery.sent(request)

    accepted = await asyncio.gather(
        bakery.inhouse.accept(
            ANONYMOUS, offer_id=offer.id, name="C. Hasselrieth", wording=WORDS, token=bakery.token(request)
        ),
        bakery.inhouse.accept(bakery.contact, offer_id=offer.id, name="Die Chefin", wording=WORDS),
        bakery.inhouse.decline(bakery.contact, offer_id=offer.id, reason="Doch nicht"),
        return_exceptions=True,
    )

    async with bakery.house.begin.reading() as session:
        kept = await session.get_one(TrainingOffer, offer.id)
    if kept.state is TrainingOfferState.ACCEPTED:
        assert {one.answered_by for one in accepted[:2] if isinstance(one, TrainingOffer)} == {
            kept.answered_by
        }
        assert isinstance(accepted[2], OfferAnswered)
        assert (kept.wording, await bakery.state(request)) == (WORDS, "accepted")
    else:
        assert [type(one) for one in accepted[:2]] == [OfferAnswered, OfferAnswered]


async def test_the_last_minute_counts_and_the_next_day_does_not(bakery: Bakery) -> None:
    request = await bakery.joined()
    offer = await bakery.sent(request)
    token = bakery.token(request)

    with pytest.raises(OfferLapsed):
        await later(bakery, datetime(2026, 12, 20, 23, 0, tzinfo=UTC)).accept(
            ANONYMOUS, offer_id=offer.id, name="C", wording=WORDS, token=token
        )
    got = await later(bakery, datetime(2026, 12, 20, 22, 59, 59, tzinfo=UTC)).accept(
        ANONYMOUS, offer_id=offer.id, name="C", wording=WORDS, token=token
    )

    assert got.state is TrainingOfferState.ACCEPTED


async def test_strangers_answer_nothing(bakery: Bakery) -> None:
    offer = await bakery.sent(await bakery.joined())

    for actor in (ANONYMOUS, learner(make_person())):
        with pytest.raises(NotFound):
            await bakery.inhouse.accept(actor, offer_id=offer.id, name="X", wording=WORDS)


async def test_an_offer_is_reminded_of_once_and_lapses_once(bakery: Bakery) -> None:
    request = await bakery.joined()
    await bakery.sent(request)

    soon = later(bakery, datetime(2026, 12, 16, 8, tzinfo=UTC))
    reminded = [await soon.remind(), await soon.remind()]
    over = later(bakery, datetime(2026, 12, 21, 8, tzinfo=UTC))
    lapsed = [await over.lapse(), await over.lapse()]

    assert (reminded, lapsed, await bakery.state(request)) == ([1, 0], [1, 0], "lapsed")


async def test_after_a_year_nobody_knows_who_asked_but_the_offer_stays(bakery: Bakery) -> None:
    request = await bakery.joined()
    offer = await bakery.sent(request)
    await bakery.inhouse.add_note(TEAM, request_id=request.id, text="Ruft Mittwoch an", key=uuid4())
    await bakery.inhouse.decline(ANONYMOUS, offer_id=offer.id, reason="", token=bakery.token(request))

    forgotten = await later(bakery, bakery.house.clock() + timedelta(days=366)).forget()

    async with bakery.house.begin.reading() as session:
        asked = await asked_of(session, request.id)
        paper = await paper_of(session, offer.id)
    assert (forgotten, asked.contact, asked.remarks) == (1, None, [])
    assert paper.startswith(b"%PDF")


async def test_a_question_is_answered_by_the_link_and_a_no_of_the_centre_ends_everything(
    bakery: Bakery,
) -> None:
    request = await bakery.ask()
    await bakery.inhouse.ask_back(TEAM, request_id=request.id, text="Welche Version?", key=uuid4())
    await bakery.inhouse.answer_question(
        ANONYMOUS, request_id=request.id, text="2019", key=uuid4(), token=bakery.token(request)
    )
    async with bakery.house.begin.reading() as session:
        asked = await asked_of(session, request.id)
    assert [one.kind.value for one in asked.remarks] == ["question", "answer"]
    assert asked.request.state is RequestState.CLARIFYING

    await bakery.draft(request)
    await bakery.inhouse.decline_request(
        TEAM, request_id=request.id, reason="Keine Kursleitung", version=asked.request.version + 1
    )
    with pytest.raises(RequestOver):
        await bakery.inhouse.ask_back(TEAM, request_id=request.id, text="Noch da?", key=uuid4())
    async with bakery.house.begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(TrainingOffer)) == 0


async def test_room_and_trainer_are_looked_at_before_anything_is_promised(bakery: Bakery) -> None:
    await bakery.office.run(first_day=bakery.facts().days[0], at=time(9))
    request = await bakery.joined()
    draft = await bakery.draft(request)
    open_end = await bakery.inhouse.save_draft(
        TEAM, request_id=request.id, draft_id=draft.id, facts=bakery.facts(days=()), version=draft.version
    )

    nothing = await bakery.inhouse.feasible(TEAM, offer_id=open_end.id)
    await bakery.inhouse.save_draft(
        TEAM, request_id=request.id, draft_id=draft.id, facts=bakery.facts(), version=open_end.version
    )
    looked = await bakery.inhouse.feasible(TEAM, offer_id=draft.id)

    assert nothing is None
    assert looked is not None
    assert looked.forbidding
