"""One person counts once, whichever way they come, and never more often than their round allows; on both databases."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.kernel.actor import ANONYMOUS
from lms.kernel.errors import Forbidden, NotFound, SignInNeeded
from lms.participation.ballots import Ballots
from lms.participation.errors import (
    AgeNeeded,
    AlreadySupported,
    CannotMerge,
    HasVotes,
    NotInTown,
    NotOpenForVotes,
    OtherDistrict,
    RoundClosed,
    RoundNotOver,
    RoundRuns,
    SameCounter,
    SheetEntered,
    TooManyCodes,
    TooManyPoints,
    TooOld,
    TwoVoters,
    VotedAlready,
    VotesUsedUp,
    WhoNeeded,
    WishUnread,
    WrongCode,
    WrongSheet,
)
from lms.participation.forgetting import Forgetting
from lms.participation.models import (
    BallotAct,
    RoundAudience,
    RoundVoter,
    Vote,
    VoteState,
    Wish,
    WishState,
)
from lms.participation.moderating import Moderation
from lms.participation.protocol import check_of, protocol
from lms.participation.queries import Filter, supporters_to_tell, tally, wishes
from lms.participation.residents import MOST_LETTERS, Resident, Residents
from lms.participation.rounds import Plan, Rounds
from lms.participation.rules import Choice, sheet_code
from lms.participation.supporting import Support
from lms.participation.voters import Voter
from lms.participation.watching import alarms
from lms.web.module import Around
from tests.making import BOTH, FixedClock, learner, make_person
from tests.participation.scene import BORN, COLLEAGUE, COUNTER, PLANNER, Town

pytestmark = BOTH


@pytest.fixture
def town(house: Around, clock: FixedClock) -> Town:
    return Town(house, clock)


async def test_a_vote_counts_once_it_is_confirmed_and_only_once(town: Town) -> None:
    wish = await town.wish()

    waiting = await town.ask(wish)
    before = await town.counts(wish)
    await town.confirm(waiting)
    await town.confirm(waiting)

    assert (before, await town.counts(wish)) == ([(0, 0)], [(1, 1)])


async def test_the_same_address_counts_once_however_it_is_spelt(town: Town) -> None:
    wish = await town.wish()
    await town.vote(wish, "eva.muster@gmail.com")

    again = await town.ask(wish, "Eva.Muster+kurs@googlemail.com")

    assert again.state is VoteState.COUNTED
    assert await town.counts(wish) == [(1, 1)]


async def test_outside_of_rounds_a_slip_and_a_click_of_the_same_person_count_once(town: Town) -> None:
    wish, other = await town.wish("Eins"), await town.wish("Zwei")
    online: dict[str, Any] = {"name": "Otto Alt", "year": BORN.year}

    await town.slip(wish)
    waiting = await town.ask(wish, "otto@example.com", **online)
    with pytest.raises(AlreadySupported):
        await town.confirm(waiting)
    await town.vote(other, "otto@example.com", **online | {"name": "ALT, Otto"})
    with pytest.raises(AlreadySupported):
        await town.slip(other)

    assert await town.counts(wish, other) == [(1, 1), (1, 1)]


async def test_outside_of_rounds_a_couple_with_one_address_counts_twice_with_a_slip(town: Town) -> None:
    wish = await town.wish()
    await town.vote(wish, "familie@example.com", name="Otto Alt", year=1950)

    await town.slip(wish, "Olga Alt", email="familie@example.com")
    await town.slip(wish, "Olaf Alt", email="familie@example.com")
    again = await town.ask(wish, "familie@example.com", name="Oda Alt", year=1951)

    assert again.state is not VoteState.PENDING  # online one address is one voter
    assert await town.counts(wish) == [(3, 3)]


async def test_merging_finds_the_same_person_by_slip_and_by_click(town: Town) -> None:
    wish, into = await town.wish("Eins"), await town.wish("Zwei")
    await town.vote(wish, "otto@example.com", name="Otto Alt", year=BORN.year)
    await town.slip(into)

    await Moderation(town.house).merge(PLANNER, wish_id=wish.id, version=wish.version, into_id=into.id)

    assert await town.counts(wish, into) == [(0, 0), (1, 1)]


async def test_a_link_opens_nothing_but_its_own_vote_and_not_after_14_days(town: Town) -> None:
    wish = await town.wish()
    vote = await town.ask(wish)
    other = await town.ask(wish, "ben@example.com")

    with pytest.raises(NotFound):
        await Support(town.house).confirm(vote_id=vote.id, token=town.token(other))
    town.clock.moment += timedelta(days=15)
    with pytest.raises(NotFound):
        await town.confirm(vote)

    await Forgetting(town.house).act()
    async with town.house.begin.reading() as session:
        left = await session.scalar(select(func.count()).select_from(Vote))
    assert (left, await town.counts(wish)) == (0, [(0, 0)])


async def test_the_round_gives_each_person_so_many_votes_and_one_that_is_taken_back_is_free_again(
    town: Town,
) -> None:
    voting = await town.round(votes_per_person=2)
    wishes = [await town.wish(f"Wunsch {n}", voting=voting) for n in range(3)]
    first = await town.vote(wishes[0])
    second = await town.vote(wishes[1])
    third = await town.ask(wishes[2])

    with pytest.raises(VotesUsedUp) as refusal:
        await town.confirm(third)
    await Support(town.house).withdraw(vote_id=first.vote.id, token=town.token(first.vote))
    last = await town.confirm(third)

    assert refusal.value.params == {"left": 0, "most": 2}
    assert [(one.left, one.most) for one in (first, second, last)] == [(1, 2), (0, 2), (0, 2)]
    assert await town.counts(*wishes) == [(0, 0), (1, 1), (1, 1)]


async def test_points_can_be_heaped_up_to_the_limit_of_a_wish(town: Town) -> None:
    voting = await town.round(votes_per_person=5, most_per_wish=3)
    one, other = await town.wish("Eins", voting=voting), await town.wish("Zwei", voting=voting)

    with pytest.raises(TooManyPoints):
        await town.ask(one, points=4)
    given = await town.vote(one, points=3)
    with pytest.raises(VotesUsedUp):
        await town.vote(other, points=3)

    assert (given.left, await town.counts(one, other)) == (2, [(1, 3), (0, 0)])


async def test_whoever_voted_online_is_found_by_the_strip_of_the_sheet_and_the_other_way_round(
    town: Town,
) -> None:
    voting = await town.round()
    wish, other = await town.wish("Eins", voting=voting), await town.wish("Zwei", voting=voting)
    await town.print(voting)
    await town.vote(wish, "otto@example.com", name="Otto Müller")
    await town.sheet(voting, 1, wish, name="Anna Groß")

    with pytest.raises(VotedAlready) as refusal:
        await town.sheet(voting, 2, other, name="Mueller, Otto")
    again = await town.ask(wish, "anna@example.com", name="Anna Gross")

    assert refusal.value.params == {"ways": "online"}
    assert again.state is VoteState.COUNTED
    assert await town.counts(wish, other) == [(2, 2), (0, 0)]


async def test_two_persons_with_one_mail_address_are_asked_for_two(town: Town) -> None:
    voting = await town.round()
    wish, other = await town.wish("Eins", voting=voting), await town.wish("Zwei", voting=voting)
    await town.vote(wish, "paar@example.com", name="Anna Alt")
    await town.vote(wish, "otto@example.com", name="Otto Alt")

    mixed = Voter(email="paar@example.com", name="Otto Alt", born=BORN)
    with pytest.raises(TwoVoters):
        await Support(town.house).ask(ANONYMOUS, wish_id=other.id, voter=mixed)


async def test_a_stranger_who_never_confirms_uses_up_nobodys_votes(town: Town) -> None:
    voting = await town.round(votes_per_person=1)
    wish, other = await town.wish("Eins", voting=voting), await town.wish("Zwei", voting=voting)
    await town.ask(other, "stranger@example.com", name="Otto Alt")

    given = await town.slip(wish, "Otto Alt")

    assert (given.left, await town.counts(wish, other)) == (0, [(1, 1), (0, 0)])


async def test_no_vote_before_the_voting_and_none_after_its_end_nor_taken_back_then(town: Town) -> None:
    voting = await town.round(opens_in=2, days=5)
    wish = await town.wish(voting=voting)

    with pytest.raises(NotOpenForVotes):
        await town.ask(wish)
    town.clock.moment += timedelta(days=3)
    given, waiting = await town.vote(wish), await town.ask(wish, "ben@example.com")
    town.clock.moment += timedelta(days=5)
    for late in (
        town.confirm(waiting),
        Support(town.house).withdraw(vote_id=given.vote.id, token=town.token(given.vote)),
        town.slip(wish),
    ):
        with pytest.raises(NotOpenForVotes):
            await late

    assert await town.counts(wish) == [(1, 1)]


async def test_a_round_for_the_young_of_a_district_asks_age_and_place_and_no_guardian(town: Town) -> None:
    voting = await town.round(audience=RoundAudience.YOUTH, max_age=18, district="Nordstadt")
    wish = await town.wish(voting=voting)
    today = town.clock().date()

    for given, refused in (
        ({"born": None}, AgeNeeded),
        ({"born": date(today.year - 19, 1, 1)}, TooOld),
        ({"born": date(today.year - 14, 1, 1), "lives_in_district": False}, OtherDistrict),
    ):
        with pytest.raises(refused):
            await town.ask(wish, **given)
    await town.vote(wish, born=date(today.year - 14, 1, 1))

    assert await town.counts(wish) == [(1, 1)]


async def test_residents_vote_with_a_code_from_a_letter_and_a_sheet_of_the_same_person_is_found(
    town: Town,
) -> None:
    voting = await town.round(residents_only=True, postal_codes=["39340"])
    wish, other = await town.wish("Eins", voting=voting), await town.wish("Zwei", voting=voting)
    await town.print(voting)
    home = Resident("Otto Alt", "Lange Straße 5", "39340", "Haldensleben")

    with pytest.raises(NotInTown):
        await Residents(town.house).send_code(
            ANONYMOUS, round_id=voting.id, resident=Resident("A", "B 1", "10115", "Berlin")
        )
    with pytest.raises(WrongCode):
        await town.ask(wish, code="AAAAA-AAAAA")
    code = await Residents(town.house).give_code(COUNTER, round_id=voting.id, resident=home)
    await town.vote(wish, "otto@example.com", code=code.lower())
    again = await town.vote(other, "otto.alt@example.com", code=code)
    with pytest.raises(VotedAlready):
        await town.sheet(voting, 1, other, name="Alt Otto", street="Lange Str. 5", postal_code="39340")

    assert (again.left, await town.counts(wish, other)) == (1, [(1, 1), (1, 1)])


async def test_whoever_is_signed_in_supports_at_once_and_may_be_told(town: Town) -> None:
    wish = await town.wish()
    person = make_person(email="nadine@example.com")
    async with town.house.begin() as session:
        session.add(person)
    actor = learner(person)

    with pytest.raises(WhoNeeded):  # we do not know when she was born, and a slip says it
        await Support(town.house).support_now(actor, wish_id=wish.id, voter=Voter())
    asked = Voter(wants_news=True, year=BORN.year)
    await Support(town.house).support_now(actor, wish_id=wish.id, voter=asked)
    with pytest.raises(AlreadySupported):
        await Support(town.house).support_now(actor, wish_id=wish.id, voter=asked)
    with pytest.raises(AlreadySupported):
        await town.slip(wish, "Lehmann, Ada")

    async with town.house.begin.reading() as session:
        told = [one.vote.email for one in await supporters_to_tell(session, wish.id)]
    assert (told, await town.counts(wish)) == (["nadine@example.com"], [(1, 1)])


async def test_a_wish_with_votes_stays_where_it_is_and_a_click_after_a_move_counts_nowhere(
    town: Town,
) -> None:
    voting = await town.round(opens_in=3, residents_only=True, postal_codes=["39340"])
    wish, other = await town.wish(), await town.wish("Zwei")
    waiting = await town.ask(other)
    await town.vote(wish)
    desk = Moderation(town.house)

    with pytest.raises(HasVotes):
        await desk.edit(
            PLANNER, wish_id=wish.id, version=wish.version, publish=False, title="Eins", text="",
            round_id=voting.id,
        )  # fmt: skip
    await desk.edit(
        PLANNER, wish_id=other.id, version=other.version, publish=False, title="Zwei", text="", round_id=voting.id,
    )  # fmt: skip
    town.clock.moment += timedelta(days=4)
    with pytest.raises(NotOpenForVotes):
        await town.confirm(waiting)

    assert await town.counts(wish, other) == [(1, 1), (0, 0)]


async def test_a_rejected_wish_that_nobody_has_read_in_public_stays_hidden_and_can_be_published_later(
    town: Town,
) -> None:
    unread = await town.wish(publish=False)
    desk = Moderation(town.house)

    with pytest.raises(WishUnread):
        await desk.answer(
            PLANNER, wish_id=unread.id, version=unread.version, state=WishState.PLANNED, answer_de=""
        )
    rejected = await desk.answer(
        PLANNER, wish_id=unread.id, version=unread.version, state=WishState.REJECTED, answer_de="Kein Kurs."
    )
    async with town.house.begin.reading() as session:
        hidden = (await wishes(session, Filter()))[1]
    published = await desk.publish(PLANNER, wish_id=unread.id, version=rejected.version)

    assert (hidden, published.state, published.answer_de) == (0, WishState.PUBLISHED, "")


async def test_one_letter_box_gets_codes_for_six_people_and_nobody_from_elsewhere_votes_at_the_counter(
    town: Town,
) -> None:
    voting = await town.round(residents_only=True, postal_codes=["39340"])
    wish = await town.wish(voting=voting)
    residents = Residents(town.house)
    names = [f"Otto {'x' * number}" for number in range(MOST_LETTERS + 1)]
    homes = [Resident(name, "Lange Str. 5", "39340", "Haldensleben") for name in names]

    for home in homes[:-1]:
        await residents.send_code(ANONYMOUS, round_id=voting.id, resident=home)
    with pytest.raises(TooManyCodes):
        await residents.send_code(ANONYMOUS, round_id=voting.id, resident=homes[-1])
    code = await residents.give_code(COUNTER, round_id=voting.id, resident=homes[-1])
    with pytest.raises(NotInTown):
        await town.slip(wish, street="Weg 1", postal_code="10115")

    assert (len(code), await town.counts(wish)) == (11, [(0, 0)])


async def test_merged_wishes_bring_their_votes_together_and_one_person_counts_once(town: Town) -> None:
    voting = await town.round(votes_per_person=2)
    one, other = await town.wish("Fotos", voting=voting), await town.wish("Bilder", voting=voting)
    for wish in (one, other):
        await town.vote(wish, "eva@example.com")
    await town.vote(other, "ben@example.com")

    await Moderation(town.house).merge(PLANNER, wish_id=one.id, version=one.version, into_id=other.id)

    async with town.house.begin.reading() as session:
        used = sorted(await session.scalars(select(RoundVoter.used)))
        state = await session.scalar(select(Wish.state).where(Wish.id == one.id))
    assert (await town.counts(one, other), used, state) == ([(0, 0), (2, 2)], [1, 1], WishState.MERGED)
    with pytest.raises(CannotMerge):
        await Moderation(town.house).merge(PLANNER, wish_id=other.id, version=other.version, into_id=one.id)


async def test_a_sheet_counts_once_and_a_correction_keeps_both_entries_in_the_protocol(town: Town) -> None:
    voting = await town.round()
    wish, other = await town.wish("Eins", voting=voting), await town.wish("Zwei", voting=voting)
    await town.print(voting, 3)
    form = uuid4()
    first = await town.sheet(voting, 1, wish, form_id=form)
    same = await town.sheet(voting, 1, wish, form_id=form)

    with pytest.raises(SheetEntered):
        await town.sheet(voting, 1, other, name="Anna Alt")
    with pytest.raises(WrongSheet):
        await town.sheet(voting, 4, other, name="Anna Alt")
    await Ballots(town.house).take_back(COUNTER, ballot_id=first.id, reason="Zahl verlesen")
    await town.sheet(voting, 1, other)
    await town.sheet(voting, 2, invalid="empty")

    async with town.house.begin.reading() as session:
        acts = [(one.sheet, one.act, one.reason) for one in await protocol(session, voting.id)]
        counted = await tally(session, voting)
    assert same.id == first.id
    assert await town.counts(wish, other) == [(0, 0), (1, 1)]
    assert sorted(acts) == sorted(
        [
            (1, BallotAct.ENTERED, ""), (1, BallotAct.VOIDED, "Zahl verlesen"), (1, BallotAct.ENTERED, ""),
            (2, BallotAct.ENTERED, "empty"),
        ]
    )  # fmt: skip
    assert (counted.sheets, counted.invalid_sheets, counted.void_sheets, counted.by_way["paper"]) == (
        1,
        1,
        1,
        1,
    )


async def test_the_second_count_is_somebody_elses_and_says_where_two_differ(town: Town) -> None:
    voting = await town.round()
    wish, other = await town.wish("Eins", voting=voting), await town.wish("Zwei", voting=voting)
    await town.print(voting)
    await town.sheet(voting, 1, wish)
    await town.sheet(voting, 2, wish, other, name="Anna Alt")
    codes = [sheet_code(town.house.signer, voting.id, number) for number in (1, 2)]
    ballots = Ballots(town.house)

    with pytest.raises(SameCounter):
        await ballots.recount(COUNTER, round_id=voting.id, code=codes[0], choices=[Choice(wish.id, 1)])
    said = [
        await ballots.recount(COLLEAGUE, round_id=voting.id, code=codes[0], choices=[Choice(wish.id, 1)]),
        await ballots.recount(COLLEAGUE, round_id=voting.id, code=codes[1], choices=[Choice(wish.id, 1)]),
    ]

    async with town.house.begin.reading() as session:
        check = await check_of(session, voting.id)
    assert (said, check.sheets, check.recounted, list(check.differing)) == ([True, False], 2, 2, [2])
    assert await town.counts(wish, other) == [(2, 2), (1, 1)]


async def test_the_result_is_stated_once_and_adds_up_by_ways(town: Town) -> None:
    voting = await town.round(days=5)
    wish, other = await town.wish("Eins", voting=voting), await town.wish("Zwei", voting=voting)
    await town.print(voting)
    await town.vote(wish, "eva@example.com")
    await town.sheet(voting, 1, wish, other)
    await town.slip(wish, "Emil Neu")
    rounds = Rounds(town.house)

    with pytest.raises(RoundNotOver):
        await rounds.close(PLANNER, round_id=voting.id)
    town.clock.moment += timedelta(days=5)
    late = await town.sheet(voting, 2, wish, name="Anna Alt")
    closed = await rounds.close(PLANNER, round_id=voting.id)
    for too_late in (
        town.sheet(voting, 3, other, name="Zora Neu"),
        Ballots(town.house).take_back(COUNTER, ballot_id=late.id, reason="doch nicht"),
    ):
        with pytest.raises(RoundClosed):
            await too_late

    result = closed.result
    assert result is not None
    assert [(one["title"], one["place"], one["points"], one["by_way"]) for one in result["wishes"]] == [
        ("Eins", 1, 4, {"online": 1, "paper": 2, "counter": 1}),
        ("Zwei", 2, 1, {"paper": 1}),
    ]
    assert (result["voters"], result["points"], sum(result["by_way"].values())) == (4, 5, 5)


async def test_rules_do_not_change_once_the_voting_has_begun(town: Town) -> None:
    voting = await town.round()
    names = Plan.__dataclass_fields__
    plan = Plan(**{name: getattr(voting, name) for name in names} | {"votes_per_person": 9})

    with pytest.raises(RoundRuns):
        await Rounds(town.house).change(PLANNER, plan, round_id=voting.id, version=voting.version)


async def test_many_votes_from_one_internet_address_are_shown_and_can_be_made_void(town: Town) -> None:
    wish = await town.wish()
    for number in range(8):
        await town.vote(wish, f"bot{number}@example.com", name="Bot " + "x" * number)
    async with town.house.begin() as session:
        for vote in await session.scalars(select(Vote)):
            vote.source = "one-address"

    async with town.house.begin.reading() as session:
        found = [(one.what, one.number) for one in await alarms(session, town.clock())]
        votes = [one.id for one in await session.scalars(select(Vote))]
    ended = await Support(town.house).make_void(PLANNER, vote_ids=votes[:3], reason="Wegwerfadressen")

    assert (found, ended, await town.counts(wish)) == ([("address", 8)], 3, [(5, 5)])


async def test_only_the_team_types_in_sheets_and_only_planners_keep_rounds(town: Town) -> None:
    voting = await town.round()

    with pytest.raises(Forbidden):
        await Ballots(town.house).print_sheets(COUNTER, round_id=voting.id, number=1)
    with pytest.raises(Forbidden):
        await Rounds(town.house).close(COUNTER, round_id=voting.id)
    with pytest.raises(SignInNeeded):
        await town.sheet(voting, 1, by=ANONYMOUS)


async def test_the_database_itself_keeps_the_limit_and_one_live_vote(town: Town) -> None:
    voting = await town.round(votes_per_person=1)
    await town.vote(await town.wish(voting=voting))

    async def break_the_limit() -> None:
        async with town.house.begin() as session:
            (await session.scalars(select(RoundVoter))).one().used = 2

    with pytest.raises(IntegrityError):
        await break_the_limit()
