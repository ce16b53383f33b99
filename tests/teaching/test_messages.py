"""Messages to the group: who gets one, who reads along, who can answer, and that no address is shown (F-H10, L-34)."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from lms.attendance.models import Attendance, Presence
from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.jobs.worker import Worker
from lms.kernel.errors import NotFound, TooMany
from lms.kernel.rights import Identity
from lms.messaging.models import Channel, Letter
from lms.people.models import Guardianship, Person
from lms.teaching.due import due_for
from lms.teaching.errors import NobodyToWriteTo, OthersByNow, ReasonMissing, RepliesEnded
from lms.teaching.messages.reading import conversation, waiting_for
from lms.teaching.messages.service import GroupMessages, Wanted, open_reader
from lms.teaching.models import Audience, GroupMessage, MessageReader, MessageReply
from lms.web.module import Around
from tests.making import BOTH, MOMENT, FixedClock, learner, staff
from tests.teaching.scene import Class, make_class, trainer_actor

pytestmark = BOTH
HOSTILE = "{{ reader }} [Klick](http://böse.example) <script>x</script>\n\n\u202eRL; =1+1 🙂\r\nBcc: a@b.de"


@pytest.fixture
async def taught(begin: Begin) -> Class:
    return await make_class(begin)


@pytest.fixture
def messages(house: Around) -> GroupMessages:
    return GroupMessages(house)


def wanted(taught: Class, audience: Audience = Audience.ALL, **more: object) -> Wanted:
    given = {"subject": "Bald geht es los", "text": "Bis Dienstag!"} | more
    return Wanted(run_id=taught.run.id, audience=audience, **given)  # type: ignore[arg-type]


async def send(messages: GroupMessages, taught: Class, asked: Wanted) -> GroupMessage:
    seen = (await messages.foreseen(taught.trainer, asked)).mark
    return await messages.send(taught.trainer, message_id=uuid4(), wanted=asked, seen=seen)


async def letters(begin: Begin) -> list[Letter]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Letter).order_by(Letter.to_address, Letter.written_at)))


async def readers_by_address(begin: Begin) -> dict[str, MessageReader]:
    async with begin.reading() as session:
        rows = await session.execute(
            select(Person.email, MessageReader).join(Person, Person.id == MessageReader.person_id)
        )
        return {row[0] or "": row[1] for row in rows}


async def test_everybody_gets_a_letter_of_their_own_and_guardians_read_along(
    messages: GroupMessages, taught: Class, begin: Begin, jobs: Worker
) -> None:
    async with begin() as session:
        await session.execute(
            update(Person)
            .where(Person.id == taught.people["ada"].id)
            .values(channel=Channel.POST, email=None)
        )
    foreseen = await messages.foreseen(taught.trainer, wanted(taught))

    await send(messages, taught, wanted(taught))
    await jobs.drain()

    assert dict(foreseen.ways) == {Channel.EMAIL: 2, Channel.POST: 1}
    assert [one.name for one in foreseen.copies] == ["Vera Berg"]
    found = await letters(begin)
    assert [(one.to_address, one.channel) for one in found] == [
        ("", Channel.POST), ("ben@example.com", Channel.EMAIL), ("vera@example.com", Channel.EMAIL),
    ]  # fmt: skip
    for one in found:
        others = {"ben@example.com", "vera@example.com", "ada.arndt@example.com"} - {one.to_address}
        assert not any(address in one.text + one.html for address in others)
    assert "Ben Berg" in found[2].text


async def test_no_trainer_writes_to_a_child_whose_guardian_nobody_knows(
    messages: GroupMessages, taught: Class, begin: Begin
) -> None:
    async with begin() as session:
        await session.execute(update(Guardianship).values(ended_at=MOMENT))
        await session.execute(
            update(Enrolment).where(Enrolment.id == taught.ben.id).values(guardian_id=None, contact_id=None)
        )

    foreseen = await messages.foreseen(taught.trainer, wanted(taught))

    assert [one.name for one in foreseen.readers] == ["Ada Arndt"]
    assert [one.name for one in foreseen.unreached] == ["Ben Berg"]
    with pytest.raises(NobodyToWriteTo):
        await messages.foreseen(taught.trainer, wanted(taught, Audience.ONE, enrolment_id=taught.ben.id))


async def test_each_audience_reaches_whom_it_names(
    messages: GroupMessages, taught: Class, begin: Begin
) -> None:
    absent = Attendance(
        session_id=taught.sessions[0].id,
        enrolment_id=taught.ada.id,
        presence=Presence.EXCUSED,
        marked_at=MOMENT,
        marked_by=None,
    )
    async with begin() as session:
        session.add(absent)

    async def names(asked: Wanted) -> list[str]:
        return [one.given_name for one in (await messages.foreseen(taught.trainer, asked)).readers]

    assert await names(wanted(taught, Audience.ABSENT, session_id=taught.sessions[0].id)) == ["Ada"]
    assert await names(wanted(taught, Audience.GUARDIANS)) == ["Vera"]
    assert await names(wanted(taught, Audience.ONE, enrolment_id=taught.ben.id)) == ["Ben", "Vera"]
    async with begin() as session:
        await session.execute(
            update(Enrolment).where(Enrolment.id == taught.ada.id).values(state=EnrolmentState.WAITING)
        )
    assert await names(wanted(taught, Audience.WAITING)) == ["Ada"]
    assert await names(wanted(taught)) == ["Ben", "Vera"]


async def test_the_text_is_only_ever_text(
    messages: GroupMessages, taught: Class, begin: Begin, jobs: Worker
) -> None:
    await send(messages, taught, wanted(taught, subject="=1;\u202eX {{ 7*7 }}", text=HOSTILE))
    await jobs.drain()

    first = (await letters(begin))[0]
    assert "{{ reader }}" in first.text
    assert "<script>" not in first.html
    assert "http://b" not in first.html.replace("[Klick](http://b", "")
    assert "\u202e" not in first.text + first.subject
    assert "\n" not in first.subject


async def test_sent_twice_at_once_it_goes_out_once(
    messages: GroupMessages, taught: Class, begin: Begin, jobs: Worker
) -> None:
    asked, key = wanted(taught), uuid4()
    seen = (await messages.foreseen(taught.trainer, asked)).mark

    await asyncio.gather(
        *(messages.send(taught.trainer, message_id=key, wanted=asked, seen=seen) for _ in range(3))
    )
    await jobs.drain()

    assert len(await letters(begin)) == 3


async def test_whoever_joined_meanwhile_is_not_written_to_unseen(
    messages: GroupMessages, taught: Class, begin: Begin
) -> None:
    seen = (await messages.foreseen(taught.trainer, wanted(taught))).mark
    async with begin() as session:
        await session.execute(
            update(Enrolment).where(Enrolment.id == taught.ada.id).values(state=EnrolmentState.CANCELLED)
        )

    with pytest.raises(OthersByNow):
        await messages.send(taught.trainer, message_id=uuid4(), wanted=wanted(taught), seen=seen)


async def test_nobody_but_the_trainers_of_the_run_writes_to_it(
    messages: GroupMessages, taught: Class
) -> None:
    for stranger in (trainer_actor(taught.people["ada"]), staff(), learner(taught.people["ada"])):
        with pytest.raises(NotFound):
            await messages.foreseen(stranger, wanted(taught))


async def test_forty_messages_a_day_are_enough(
    messages: GroupMessages, taught: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lms.accounts import limits

    few = limits.Limit(account=(limits.Rate(2, limits.DAY),))
    monkeypatch.setitem(limits.LIMITS, "group-message", few)
    for _ in range(2):
        await send(messages, taught, wanted(taught))

    with pytest.raises(TooMany):
        await send(messages, taught, wanted(taught))


async def test_an_answer_waits_for_the_trainer_until_they_answer_and_guardians_see_a_childs(
    messages: GroupMessages, taught: Class, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    await send(messages, taught, wanted(taught))
    readers = await readers_by_address(begin)
    key = uuid4()
    clock.forward(minutes=5)

    for _ in range(2):
        await messages.answer_by_link(
            reader_id=readers["ben@example.com"].id, reply_id=key, text="Wo ist das?"
        )
    await jobs.drain()

    jonas = taught.people["jonas"].id
    async with begin.reading() as session:
        assert [one.participant.name for one in await waiting_for(session, jonas)] == ["Ben Berg"]
        due = [one.sentence for one in await due_for(session, jonas, clock())]
    assert due == ["1 Person wartet auf eine Antwort", "Für Ihren nächsten Termin fehlen noch Unterlagen"]
    told = sorted(one.to_address for one in await letters(begin) if one.kind == "group_answer")
    assert told == ["jonas.krüger@example.com", "vera@example.com"]

    clock.forward(minutes=5)
    await send(messages, taught, wanted(taught, Audience.ONE, enrolment_id=taught.ben.id, text="Raum 2."))

    async with begin.reading() as session:
        assert await waiting_for(session, jonas) == []
        said = [(one.by, one.text) for one in await conversation(session, taught.ben.id)]
    assert said == [
        ("Jonas Krüger", "Bis Dienstag!"),
        ("Ben Berg", "Wo ist das?"),
        ("Jonas Krüger", "Raum 2."),
    ]


async def test_a_link_counts_only_as_long_as_the_place_and_the_childhood(
    messages: GroupMessages, taught: Class, begin: Begin, clock: FixedClock
) -> None:
    await send(messages, taught, wanted(taught))
    readers = await readers_by_address(begin)
    vera, ada = readers["vera@example.com"], readers["ada.arndt@example.com"]
    async with begin() as session:
        await session.execute(
            update(Enrolment).where(Enrolment.id == taught.ada.id).values(state=EnrolmentState.CANCELLED)
        )

    async with begin.reading() as session:
        assert (await open_reader(session, vera.id, clock)).id == vera.id
        with pytest.raises(NotFound):
            await open_reader(session, ada.id, clock)
    clock.forward(days=61)
    with pytest.raises(RepliesEnded):
        await messages.answer_by_link(reader_id=vera.id, reply_id=uuid4(), text="Zu spät")
    clock.forward(days=366 * 7)
    async with begin.reading() as session:
        with pytest.raises(NotFound):
            await open_reader(session, vera.id, clock)
        assert await session.scalar(select(func.count()).select_from(MessageReply)) == 0


async def test_a_mother_answers_for_her_child_and_a_stranger_does_not(
    messages: GroupMessages, taught: Class, begin: Begin
) -> None:
    await send(messages, taught, wanted(taught))
    people = taught.people
    vera = learner(people["vera"], acts_for=frozenset({people["ben"].id}))

    await messages.answer(vera, enrolment_id=taught.ben.id, reply_id=uuid4(), text="Er kommt.")

    with pytest.raises(NotFound):
        await messages.answer(learner(people["ada"]), enrolment_id=taught.ben.id, reply_id=uuid4(), text="x")
    async with begin.reading() as session:
        replies = (await session.scalars(select(MessageReply))).all()
    assert [(one.person_id, one.text) for one in replies] == [(people["vera"].id, "Er kommt.")]


async def test_the_team_reads_conversations_with_a_reason_that_is_kept(
    messages: GroupMessages, taught: Class, begin: Begin
) -> None:
    team = staff(Identity.ENROLMENT)
    with pytest.raises(ReasonMissing):
        await messages.note_reading(team, run_id=taught.run.id, reason=" ")

    await messages.note_reading(team, run_id=taught.run.id, reason="Beschwerde")

    async with begin.reading() as session:
        entries = (
            await session.scalars(select(AuditEntry).where(AuditEntry.action == "group_message.read"))
        ).all()
    assert [(one.reason, one.object_id) for one in entries] == [("Beschwerde", taught.run.id)]
