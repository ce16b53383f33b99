"""What becomes of a run with too few people (U3): asked, counted, done in one step for everybody or for nobody."""

import asyncio
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from lms.billing.cashier import Cashier
from lms.billing.models import Settlement, SettlementState
from lms.billing.queries import balance_of, documents_of
from lms.catalogue.models import RunState
from lms.db import Begin
from lms.enrolment.errors import OthersWait
from lms.enrolment.minimum.errors import (
    AgreedDatesChanged,
    AnswersMissing,
    DeadlineTooEarly,
    NewcomersNotAsked,
    NobodyAgreed,
    NothingChosen,
    ProposalEnded,
    ProposalOpen,
    TooFewPlaces,
)
from lms.enrolment.minimum.models import AskedBy, Measure, Proposal, ProposalAnswer, ProposalState, Reply
from lms.enrolment.minimum.service import MinimumNumbers
from lms.enrolment.minimum.values import Outcome
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden, NotFound, Stale
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.resources.models import Reservation, ReservationState
from lms.scheduling.errors import ResourceTaken
from lms.scheduling.models import Session, SessionState
from lms.web.module import Around
from tests.enrolment.places import look
from tests.enrolment.small_run import Small, small_run, stored
from tests.making import BOTH, MOMENT, FixedClock, staff
from tests.office import TEAM

pytestmark = BOTH
YES, NO = Reply.YES, Reply.NO
TUESDAY, WEDNESDAY = date(2027, 1, 5), date(2027, 1, 6)


class Killed(Exception):
    """What happens when the process goes away."""


async def letters(begin: Begin) -> list[tuple[str, str]]:
    """Kind and reader of each letter."""
    async with begin.reading() as session:
        rows = await session.execute(
            select(Letter.kind, Letter.to_name).order_by(Letter.kind, Letter.to_name)
        )
        return [(kind, name) for kind, name in rows]


async def test_three_agree_and_one_does_not_the_run_becomes_a_small_group_at_the_new_fee(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    small = await small_run(house)
    proposal = await small.propose()
    await jobs.drain()
    await small.agree(proposal, but=["Lenz"])
    paid = next(one for one in await small.answers(proposal) if one.person.family_name == "Lehmann")
    left = next(one for one in await small.answers(proposal) if one.person.family_name == "Lenz")
    for one in (paid, left):
        await Cashier(house).take_cash(
            TEAM, enrolment_id=one.enrolment.id, amount_cents=6000, form_key=str(uuid4())
        )

    outcome = await small.numbers.apply(TEAM, proposal_id=proposal.id, version=await small.version(proposal))
    again = await small.numbers.apply(TEAM, proposal_id=proposal.id, version=1)

    assert isinstance(outcome, Outcome)
    assert again is None
    assert (len(outcome.kept), outcome.income_cents) == (3, 27000)
    assert [(one.name, one.open_cents) for one in outcome.released] == [("Dora Lenz", -6000)]
    now = await look(begin, small.run)
    assert (now.run.state, now.run.occupied, now.run.price_cents) == (RunState.CONFIRMED, 3, 9000)
    assert sorted((one.state, one.price_cents) for one in now.enrolments) == [
        (EnrolmentState.CANCELLED, 6000),
        *[(EnrolmentState.CONFIRMED, 9000)] * 3,
    ]
    async with begin.reading() as session:
        books = await balance_of(session, [paid.enrolment.id, left.enrolment.id])
        papers = await documents_of(session, [paid.enrolment.id])
        requests = await session.execute(
            select(Settlement.cause, Settlement.amount_cents).where(Settlement.state == SettlementState.OPEN)
        )
    assert sorted((cause.value, cents) for cause, cents in requests) == [
        ("released", -6000),
        ("small_group", 3000),
        ("small_group", 9000),
        ("small_group", 9000),
    ]
    assert books[paid.enrolment.id].open_cents == 3000
    assert [one.total_cents for one in papers] == [6000, 9000, -6000]
    await jobs.drain()
    told = await letters(begin)
    assert [name for kind, name in told if kind == "proposal_asked"] == [
        "Ada Lehmann", "Ben Kurz", "Cem Aydin", "Dora Lenz",
    ]  # fmt: skip
    assert [name for kind, name in told if kind == "proposal_applied"] == [
        "Ada Lehmann", "Ben Kurz", "Cem Aydin",
    ]  # fmt: skip
    assert [name for kind, name in told if kind == "enrolment_cancelled"] == ["Dora Lenz"]
    assert not [kind for kind, _ in told if kind in {"run_confirmed", "dates_changed"}]


async def test_everybody_is_asked_in_one_way_and_whoever_comes_later_as_well(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    small = await small_run(house, names=["Ada Lehmann"])
    await small.office.enrol(small.run, "Ben", "Kurz", email=None, phone="+493904123456")
    await small.office.enrol(
        small.run, "Cem", "Aydin", email=None, phone=None, street="Am Markt 1", postal_code="39340",
        city="Haldensleben",
    )  # fmt: skip

    proposal = await small.propose()
    await jobs.drain()
    newcomer = await small.office.enrol(small.run, "Dora", "Lenz")

    answers = await small.answers(proposal)
    assert [(one.person.name, one.inquiry.way) for one in answers] == [
        ("Cem Aydin", AskedBy.POST),
        ("Ben Kurz", AskedBy.PHONE),
        ("Ada Lehmann", AskedBy.EMAIL),
    ]
    assert [name for kind, name in await letters(begin) if kind == "proposal_asked"] == [
        "Ada Lehmann", "Cem Aydin",
    ]  # fmt: skip
    await small.agree(proposal)
    with pytest.raises(NewcomersNotAsked):
        await small.numbers.apply(TEAM, proposal_id=proposal.id, version=await small.version(proposal))
    assert await small.numbers.ask_whoever_came() == 1
    assert await small.numbers.ask_whoever_came() == 0
    asked = {one.enrolment.id: one for one in await small.answers(proposal)}
    assert asked[newcomer.enrolments[0].id].answer.after_cents == 9000
    phone = next(one for one in answers if one.inquiry.way is AskedBy.PHONE)
    await small.numbers.answer_by_phone(TEAM, inquiry_id=phone.inquiry.id, replies={}, note="geht nicht ran")
    await small.numbers.answer_by_phone(TEAM, inquiry_id=phone.inquiry.id, replies={phone.enrolment.id: NO})
    after = next(one for one in await small.answers(proposal) if one.inquiry.id == phone.inquiry.id)
    assert (after.inquiry.tries, after.inquiry.note, after.answer.reply) == (1, "geht nicht ran", NO)


async def test_only_the_right_link_answers_and_only_until_it_is_decided(house: Around, begin: Begin) -> None:
    small = await small_run(house)
    proposal = await small.propose()
    first, second, *_ = await small.answers(proposal)
    reply = {first.enrolment.id: YES}

    for token in ("", "a" * 32, small.token(second.inquiry.id)):
        with pytest.raises(NotFound):
            await small.numbers.answer(TEAM, inquiry_id=first.inquiry.id, token=token, replies=reply)
    with pytest.raises(NotFound):  # the right link, somebody else's place
        await small.numbers.answer(
            TEAM,
            inquiry_id=first.inquiry.id,
            token=small.token(first.inquiry.id),
            replies={second.enrolment.id: YES},
        )
    with pytest.raises(Forbidden):
        await small.numbers.answer_by_phone(
            staff(Identity.FINANCE), inquiry_id=first.inquiry.id, replies=reply
        )
    await small.agree(proposal)
    await small.say(proposal, Lehmann=NO)  # one may change one's mind
    await small.say(proposal, Lehmann=YES)
    with pytest.raises(ProposalOpen):
        await small.propose()
    await small.numbers.withdraw(TEAM, proposal_id=proposal.id, reason="doch noch zwei Anmeldungen")
    await small.numbers.withdraw(TEAM, proposal_id=proposal.id)
    with pytest.raises(ProposalEnded):
        await small.say(proposal, Lehmann=NO)
    with pytest.raises(ProposalEnded):
        await small.numbers.apply(TEAM, proposal_id=proposal.id, version=1)
    with pytest.raises(DBAPIError, match="proposal_has_ended"):
        async with begin() as session:
            await session.execute(update(ProposalAnswer).values(reply=NO))
    run = await stored(begin, small.run)
    assert (run.state, run.price_cents) == (RunState.PUBLISHED, 6000)
    assert (await small.propose()).state is ProposalState.OPEN  # another way may be tried


async def test_nothing_is_done_on_an_old_count_without_answers_or_against_everybody(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    small = await small_run(house)
    with pytest.raises(DeadlineTooEarly):
        await small.propose(deadline=MOMENT)
    proposal = await small.propose()
    seen = await small.version(proposal)
    await small.say(proposal, Lehmann=YES, Kurz=NO)

    with pytest.raises(Stale):
        await small.numbers.apply(TEAM, proposal_id=proposal.id, version=seen)
    with pytest.raises(AnswersMissing):
        await small.numbers.apply(TEAM, proposal_id=proposal.id, version=await small.version(proposal))
    await small.say(proposal, Lehmann=NO, Aydin=NO, Lenz=NO)
    with pytest.raises(NobodyAgreed):
        await small.numbers.apply(TEAM, proposal_id=proposal.id, version=await small.version(proposal))
    await small.say(proposal, Lehmann=YES, Kurz=YES)
    async with begin() as session:
        await session.execute(
            update(ProposalAnswer)
            .where(ProposalAnswer.id == (await small.answers(proposal))[0].answer.id)
            .values(reply=Reply.OPEN)
        )
    clock.forward(days=11)  # after the deadline silence is no consent
    outcome = await small.numbers.apply(TEAM, proposal_id=proposal.id, version=await small.version(proposal))
    assert isinstance(outcome, Outcome)
    assert [one.name for one in outcome.kept] == ["Ben Kurz", "Ada Lehmann"]
    assert len(outcome.released) == 2


async def test_a_rehearsal_shows_everything_and_changes_nothing(house: Around, begin: Begin) -> None:
    small = await small_run(house)
    proposal = await small.propose()
    await small.agree(proposal)

    async def seen(session: object, outcome: Outcome) -> int:
        return outcome.income_cents

    assert await small.numbers.rehearse_apply(TEAM, proposal_id=proposal.id, look=seen) == 36000
    run = await stored(begin, small.run)
    assert (run.state, run.price_cents) == (RunState.PUBLISHED, 6000)
    assert {one.price_cents for one in (await look(begin, small.run)).enrolments} == {6000}


async def test_what_is_killed_in_the_middle_has_not_happened(
    house: Around, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = await small_run(house)
    proposal = await small.propose(Measure.SHORTEN, price_cents=4500, dropped=await _last(begin, small, 1))
    await small.agree(proposal, but=["Lenz"])
    before = await _everything(begin, small)

    async def die(*_args: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:  # after dates and fees, before the last release
        dying.setattr("lms.enrolment.minimum.applying.cancel_place", die)
        with pytest.raises(Killed):
            await small.numbers.apply(TEAM, proposal_id=proposal.id, version=await small.version(proposal))

    assert await _everything(begin, small) == before
    await small.numbers.apply(TEAM, proposal_id=proposal.id, version=await small.version(proposal))
    assert await _everything(begin, small) != before


async def test_answers_that_arrive_while_it_is_decided_come_before_or_are_refused(
    house: Around, begin: Begin
) -> None:
    small = await small_run(house)
    proposal = await small.propose()
    await small.agree(proposal)
    version = await small.version(proposal)

    async def apply() -> str:
        await MinimumNumbers(house).apply(TEAM, proposal_id=proposal.id, version=version)
        return "applied"

    done = await asyncio.gather(
        small.say(proposal, Lehmann=NO), apply(), apply(), small.say(proposal, Kurz=NO),
        return_exceptions=True,
    )  # fmt: skip

    run = await look(begin, small.run)
    said = {one.person.family_name: one.answer.reply for one in await small.answers(proposal)}
    applied = [one for one in done if one == "applied"]
    if applied:  # nobody was quicker: all four stay, and the late answers were refused
        assert run.run.occupied == 4
        assert {type(done[0]), type(done[3])} == {ProposalEnded}
        assert set(said.values()) == {YES}
    else:  # an answer came first: what had been looked at was not true any more
        assert {type(one) for one in done[1:3]} == {Stale}
        assert (run.run.occupied, run.run.price_cents) == (4, 6000)
        assert NO in said.values()


async def test_a_shorter_course_gives_its_rooms_back_and_costs_its_part(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    small = await small_run(house)
    with pytest.raises(NothingChosen):
        await small.propose(Measure.SHORTEN, dropped=[])
    dropped = await _last(begin, small, 2)
    proposal = await small.propose(Measure.SHORTEN, price_cents=3000, dropped=dropped)
    await small.agree(proposal)

    await small.numbers.apply(TEAM, proposal_id=proposal.id, version=await small.version(proposal))
    await jobs.drain()

    async with begin.reading() as session:
        states = (
            await session.scalars(
                select(Session.state).where(Session.run_id == small.run.id).order_by(Session.starts_at)
            )
        ).all()
        held = await session.scalars(
            select(Reservation.state).where(Reservation.session_id.in_(dropped)).distinct()
        )
        assert set(held) == {ReservationState.RELEASED}
    assert states == [SessionState.PLANNED] * 2 + [SessionState.CANCELLED] * 2
    run = await stored(begin, small.run)
    assert (run.price_cents, run.session_count, run.state) == (3000, 2, RunState.CONFIRMED)
    kinds = [kind for kind, _ in await letters(begin)]
    assert (kinds.count("proposal_applied"), kinds.count("dates_changed")) == (4, 0)
    assert kinds.count("trainer_dates_changed") == 1


async def test_a_later_course_moves_with_room_and_trainer_or_not_at_all(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    small = await small_run(house)
    proposal = await small.propose(Measure.MOVE, days=28)
    await small.agree(proposal)
    other = await small.office.run(first_day=TUESDAY + timedelta(days=28))
    version = await small.version(proposal)

    with pytest.raises(ResourceTaken):
        await small.numbers.apply(TEAM, proposal_id=proposal.id, version=version)
    assert (await stored(begin, small.run)).starts_at == small.run.starts_at
    await Enrolments(house).cancel_run(TEAM, run_id=other.id, reason_de="Platz gemacht")
    await small.numbers.apply(TEAM, proposal_id=proposal.id, version=version)

    run = await stored(begin, small.run)
    assert run.starts_at == small.run.starts_at + timedelta(days=28)  # type: ignore[operator]
    assert run.enrolment_closes_at == small.run.enrolment_closes_at + timedelta(days=28)  # type: ignore[operator]
    assert (run.state, run.price_cents) == (RunState.CONFIRMED, 6000)


async def test_dates_that_changed_after_people_were_asked_were_not_agreed_to(
    house: Around, begin: Begin
) -> None:
    small = await small_run(house)
    proposal = await small.propose(Measure.SHORTEN, price_cents=4500, dropped=await _last(begin, small, 1))
    await small.agree(proposal)
    async with begin() as session:
        last = await session.get_one(Session, (await _last(begin, small, 1))[0])
        last.starts_at += timedelta(minutes=15)

    with pytest.raises(AgreedDatesChanged):
        await small.numbers.apply(TEAM, proposal_id=proposal.id, version=await small.version(proposal))


async def test_two_groups_become_one_and_the_smaller_run_ends(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    small = await small_run(house)
    other = await small.office.run(
        first_day=WEDNESDAY, capacity=5, price_cents=7000, sessions=4
    )  # fmt: skip
    await small.office.enrol(other, "Emil", "Voss")
    proposal = await small.propose(Measure.MERGE, into_id=other.id)
    await small.agree(proposal, but=["Lenz"])

    outcome = await small.numbers.apply(TEAM, proposal_id=proposal.id, version=await small.version(proposal))
    await jobs.drain()

    assert isinstance(outcome, Outcome)
    assert [one.after_cents for one in outcome.kept] == [6000] * 3  # nobody pays more than agreed
    assert (await stored(begin, other)).occupied == 4
    ended = await look(begin, small.run)
    assert (ended.run.state, ended.run.occupied) == (RunState.CANCELLED, 0)
    assert sorted(one.ended_reason for one in ended.enrolments) == [*["moved"] * 3, "proposal_declined"]
    told = await letters(begin)
    assert [name for kind, name in told if kind == "proposal_applied"] == [
        "Ada Lehmann", "Ben Kurz", "Cem Aydin",
    ]  # fmt: skip
    assert [name for kind, name in told if kind == "run_cancelled"] == ["Dora Lenz"]
    assert [kind for kind, name in told if name == "Jonas Krüger"] == ["trainer_dates_changed"]


async def test_a_merger_takes_no_place_that_is_not_there_and_overtakes_nobody(
    house: Around, begin: Begin
) -> None:
    small = await small_run(house)
    other = await small.office.run(
        first_day=WEDNESDAY,
        capacity=4,
        sessions=4,
    )
    proposal = await small.propose(Measure.MERGE, into_id=other.id, price_cents=0)
    await small.agree(proposal)
    quick = await small.office.enrol(other, "Emil", "Voss")  # takes one of the last places

    with pytest.raises(TooFewPlaces):
        await small.numbers.apply(TEAM, proposal_id=proposal.id, version=await small.version(proposal))
    assert (await stored(begin, other)).occupied == 1
    assert (await stored(begin, small.run)).occupied == 4
    await Enrolments(house).cancel(TEAM, enrolment_id=quick.enrolments[0].id)
    arriving = small.office.enrol(other, "Finn", "Brandt")
    merging = small.numbers.apply(TEAM, proposal_id=proposal.id, version=await small.version(proposal))
    placed, merged = await asyncio.gather(arriving, merging, return_exceptions=True)

    after = await look(begin, other)
    if isinstance(merged, Outcome):  # the four were there first, the fifth waits
        assert after.run.occupied == 4
        assert sum(one.state is EnrolmentState.WAITING for one in after.enrolments) == 1
    else:
        assert isinstance(merged, (TooFewPlaces, OthersWait))
        assert not isinstance(placed, BaseException)
        assert after.run.occupied == 1


async def test_deciding_otherwise_ends_the_question(house: Around, begin: Begin, jobs: Worker) -> None:
    small = await small_run(house)
    proposal = await small.propose()
    await small.numbers.run_anyway(TEAM, run_id=small.run.id)
    await small.numbers.run_anyway(TEAM, run_id=small.run.id)
    await jobs.drain()

    async with begin.reading() as session:
        assert (await session.get_one(Proposal, proposal.id)).state is ProposalState.WITHDRAWN
    kinds = [kind for kind, _ in await letters(begin)]
    assert (kinds.count("run_confirmed"), kinds.count("proposal_withdrawn")) == (4, 0)
    second = await small.propose()
    await Enrolments(house).cancel_run(TEAM, run_id=small.run.id, reason_de="zu wenige")
    async with begin.reading() as session:
        assert (await session.get_one(Proposal, second.id)).ended_reason == "run_cancelled"


async def test_one_question_at_a_time_is_a_rule_of_the_database(house: Around, begin: Begin) -> None:
    small = await small_run(house)
    proposal = await small.propose()

    second = Proposal(
        run_id=small.run.id, measure=Measure.MOVE, terms=proposal.terms, made_at=MOMENT, deadline=MOMENT
    )
    with pytest.raises(DBAPIError, match="proposal"):
        await _write(begin, second)


async def _write(begin: Begin, row: Proposal) -> None:
    async with begin() as session:
        session.add(row)


async def _last(begin: Begin, small: Small, count: int) -> list[UUID]:
    async with begin.reading() as session:
        rows = await session.scalars(
            select(Session.id)
            .where(Session.run_id == small.run.id, Session.state == SessionState.PLANNED)
            .order_by(Session.starts_at.desc())
            .limit(count)
        )
        return list(rows)


async def _everything(begin: Begin, small: Small) -> list[tuple[object, ...]]:
    """What an act may have left behind in any table it touches."""
    found: list[tuple[object, ...]] = []
    async with begin.reading() as session:
        for table in ("run", "session", "enrolment", "ledger_entry", "invoice", "settlement", "reservation", "proposal", "letter"):  # fmt: skip
            rows = await session.execute(text(f"SELECT * FROM {table} ORDER BY id"))
            found += [(table, *map(str, row)) for row in rows]
    return found
