"""Photos and files sent and decided about several times at once, and once more after everything is done."""

import asyncio

import pytest
from sqlalchemy import func, select

from lms.attendance.sheets.deciding import Deciding
from lms.attendance.sheets.errors import AlreadyDecided, TooManyFiles
from lms.attendance.sheets.models import Evidence, EvidenceState, MarkSource
from lms.attendance.sheets.sending import MOST_OF_A_SESSION, Sending
from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.jobs.models import Job
from lms.kernel.errors import NotFound
from lms.web.module import Around
from tests.attendance.classroom import Classroom, classroom, trainer_of
from tests.making import BOTH, make_person

pytestmark = BOTH
TABLE = b"Name;von\r\nCem Albers;10:00\r\nAda Berg;10:31\r\nBen Zander;9:55\r\n"


@pytest.fixture
async def room(house: Around) -> Classroom:
    return await classroom(house)


async def test_one_file_sent_at_once_is_one_and_is_read_once(
    room: Classroom, house: Around, begin: Begin
) -> None:
    def again() -> object:
        return Sending(house).send(room.trainer, session_id=room.meeting.id, name="liste.csv", content=TABLE)

    ids = await asyncio.gather(*(again() for _ in range(3)))  # type: ignore[call-overload]

    (kept,) = await room.evidence()
    assert set(ids) == {kept.id}
    assert [(one["presence"], one["minutes_late"]) for one in kept.proposals] == [
        ("present", 0),
        ("late", 31),
        ("present", 0),
    ]
    async with begin.reading() as session:
        told = await session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "attendance.evidence")
        )
        jobs = await session.scalar(
            select(func.count()).select_from(Job).where(Job.kind == "task:read-attendance-photo")
        )
    assert (told, jobs) == (1, 0)


async def test_deciding_at_once_is_deciding_once_and_stays(
    room: Classroom, house: Around, begin: Begin
) -> None:
    deciding, sending = Deciding(house), Sending(house)
    evidence_id = await sending.send(
        room.trainer, session_id=room.meeting.id, name="liste.csv", content=TABLE
    )
    taken = {room.ids[0]: (evidence_id, False), room.ids[1]: (evidence_id, True)}
    nobody = trainer_of(make_person("Nie", "Mand"))

    with pytest.raises(NotFound):
        await deciding.confirm(nobody, session_id=room.meeting.id, evidence_ids=[evidence_id], taken=taken)
    await asyncio.gather(
        *(
            deciding.confirm(
                room.trainer, session_id=room.meeting.id, evidence_ids=[evidence_id], taken=taken
            )
            for _ in range(3)
        )
    )
    with pytest.raises(AlreadyDecided):
        await deciding.set_aside(room.trainer, session_id=room.meeting.id, evidence_id=evidence_id)
    await sending.send(room.trainer, session_id=room.meeting.id, name="liste.csv", content=TABLE)
    await sending.read({"evidence_id": str(evidence_id)})

    async with begin.reading() as session:
        sources = (await session.scalars(select(MarkSource).order_by(MarkSource.differs))).all()
        told = await session.scalar(
            select(func.count())
            .select_from(AuditEntry)
            .where(AuditEntry.action == "attendance.evidence-confirmed")
        )
    assert [(one.enrolment_id, one.differs) for one in sources] == [
        (room.ids[0], False),
        (room.ids[1], True),
    ]
    assert told == 1
    assert [one.state for one in await room.evidence()] == [EvidenceState.CONFIRMED]


async def test_what_was_set_aside_can_be_sent_again_and_there_is_an_end_to_sending(
    room: Classroom, house: Around, begin: Begin
) -> None:
    sending = Sending(house)

    async def again(content: bytes, *, is_read: bool = True) -> None:
        await sending.send(
            room.trainer, session_id=room.meeting.id, name="liste.csv", content=content, is_read=is_read
        )

    await again(TABLE)
    (kept,) = await room.evidence()
    await Deciding(house).set_aside(room.trainer, session_id=room.meeting.id, evidence_id=kept.id)
    aside = (await room.evidence())[0].state
    await again(TABLE)

    assert (aside, (await room.evidence())[0].state) == (EvidenceState.SET_ASIDE, EvidenceState.READ)
    async with begin() as session:
        for number in range(MOST_OF_A_SESSION - 1):
            session.add(
                Evidence(
                    session_id=room.meeting.id,
                    kind=kept.kind,
                    state=EvidenceState.KEPT,
                    media_type="text/csv",
                    sha256=str(number),
                    sent_at=kept.sent_at,
                    sent_by=None,
                    kept_until=kept.kept_until,
                    content=b"",
                )
            )
    with pytest.raises(TooManyFiles):
        await again(TABLE + b" ", is_read=False)
