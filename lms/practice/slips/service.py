"""Claiming a slip; every public method is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import spent, within
from lms.audit.trail import record
from lms.catalogue.models import Run
from lms.db import retried
from lms.enrolment.events import PlaceConfirmed
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor, ensure
from lms.kernel.codes import keys_of, new_code, read_code
from lms.learning.models import Edition, EditionLesson
from lms.learning.progress import write_progress
from lms.learning.queries import edition_of
from lms.practice.errors import SlipIsUsed, UnknownSlip
from lms.practice.models import LearnedBefore, Slip
from lms.practice.self_test.rules import read_answers
from lms.practice.self_test.service import write_assessment
from lms.web.module import Around

GOOD_FOR = timedelta(days=90)
KEPT = timedelta(days=2 * 365)
LIMIT = "slip"


@dataclass(frozen=True, slots=True)
class OnTheSlip:
    """What a slip holds: titles of lessons, and whether there is a result of the self-assessment."""

    lessons: Sequence[str]
    has_answers: bool


def write_slip(session: AsyncSession, around: Around, contents: dict[str, Any]) -> str:
    """Keep this under a new code, which is returned and kept nowhere."""
    code, now = new_code(), around.clock()
    session.add(
        Slip(
            key=keys_of(around.signer, code)[0],
            made_at=now,
            expires_at=now + GOOD_FOR,
            contents=contents,
        )
    )
    return code


class Slips:
    """What somebody brings home from a public tablet."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.begin = around.begin
        self.clock = around.clock

    async def look(self, actor: Actor, *, code: str) -> OnTheSlip:
        """What is on a slip that can still be claimed. Raises Mistyped, UnknownSlip, SlipIsUsed, TooMany."""
        keys = await self._allowed(actor, code)
        async with self.begin.reading() as session:
            slip = await session.scalar(select(Slip).where(Slip.key.in_(keys)))
            found = await _read(session, slip, self.clock())
        if found is None:
            await self._wrong(actor)
        return found or OnTheSlip((), has_answers=False)

    async def claim(self, actor: Actor, *, code: str, keeps_answers: bool) -> OnTheSlip:
        """Put it into one's own account. Lessons count in every course of theirs that has them, now and later.

        Raises Mistyped, UnknownSlip, SlipIsUsed, TooMany.
        """
        ensure(actor.person_id is not None, actor)
        keys = await self._allowed(actor, code)
        found = await self._claim(actor, keys, keeps_answers=keeps_answers)
        if found is None:
            await self._wrong(actor)
        return found or OnTheSlip((), has_answers=False)

    @retried
    async def forget(self) -> None:
        """Delete slips whose time is over, and lessons done before a place that nobody asked for within two years."""
        now = self.clock()
        async with self.begin() as session:
            await session.execute(delete(Slip).where(Slip.expires_at <= now))
            await session.execute(delete(LearnedBefore).where(LearnedBefore.done_at < now - KEPT))

    @retried
    async def _claim(self, actor: Actor, keys: Sequence[str], *, keeps_answers: bool) -> OnTheSlip | None:
        now, person_id = self.clock(), actor.person_id
        assert person_id is not None  # noqa: S101 - `claim` has ensured it
        async with self.begin() as session:
            slip = await session.scalar(select(Slip).where(Slip.key.in_(keys)).with_for_update())
            found = await _read(session, slip, now)
            if slip is None or found is None:
                return None
            await _learn(session, person_id, _lessons(slip), now)
            if keeps_answers and found.has_answers:
                answers = read_answers(slip.contents.get("answers") or {})
                write_assessment(session, person_id, uuid4(), answers, now)
            slip.contents, slip.claimed_at = {}, now
            record(
                session, actor, "slip.claimed", at=now, kind="person", object_id=person_id,
                person_id=person_id, after={"lessons": len(found.lessons)},
            )  # fmt: skip
        return found

    async def _allowed(self, actor: Actor, code: str) -> Sequence[str]:
        """The keys to look under. Only wrong guesses count; a typing mistake tells nothing and counts neither (S-40)."""
        await spent(self.begin, self.clock, LIMIT, account=actor.account_id or "", address=actor.address)
        return keys_of(self.around.signer, read_code(code))

    async def _wrong(self, actor: Actor) -> None:
        await within(self.begin, self.clock, LIMIT, account=actor.account_id or "", address=actor.address)
        raise UnknownSlip


async def count_what_was_learned(session: AsyncSession, event: PlaceConfirmed) -> None:
    """Somebody has a place: lessons that they brought on a slip are done."""
    enrolment = await session.get(Enrolment, event.enrolment_id)
    if enrolment is None or enrolment.person_id is None or enrolment.state is not EnrolmentState.CONFIRMED:
        return
    known = await session.scalars(select(LearnedBefore).where(LearnedBefore.person_id == enrolment.person_id))
    learned = {one.lesson_id: one.done_at for one in known}
    if learned:
        await _count(session, enrolment, set(learned), max(learned.values()))


def _lessons(slip: Slip) -> list[UUID]:
    return [UUID(one) for one in slip.contents.get("lessons") or []]


async def _read(session: AsyncSession, slip: Slip | None, now: datetime) -> OnTheSlip | None:
    if slip is None or slip.expires_at <= now:
        return None
    if slip.claimed_at is not None:
        raise SlipIsUsed
    rows = await session.execute(
        select(EditionLesson.lesson_id, EditionLesson.title)
        .join(Edition, Edition.id == EditionLesson.edition_id)
        .where(EditionLesson.lesson_id.in_(_lessons(slip)))
        .order_by(Edition.number)
    )
    titles = {row.lesson_id: row.title for row in rows}
    return OnTheSlip(sorted(titles.values()), has_answers=bool(slip.contents.get("answers")))


async def _learn(session: AsyncSession, person_id: UUID, lesson_ids: Sequence[UUID], now: datetime) -> None:
    known = set(
        await session.scalars(
            select(LearnedBefore.lesson_id).where(
                LearnedBefore.person_id == person_id, LearnedBefore.lesson_id.in_(lesson_ids)
            )
        )
    )
    session.add_all(
        LearnedBefore(person_id=person_id, lesson_id=one, done_at=now)
        for one in dict.fromkeys(lesson_ids)
        if one not in known
    )
    enrolments = await session.scalars(
        select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.state == EnrolmentState.CONFIRMED)
    )
    for enrolment in enrolments.all():
        await _count(session, enrolment, set(lesson_ids), now)


async def _count(session: AsyncSession, enrolment: Enrolment, lesson_ids: set[UUID], now: datetime) -> None:
    run = await session.get_one(Run, enrolment.run_id)
    edition = await edition_of(session, run, now)
    if edition is None:
        return
    there = await session.scalars(
        select(EditionLesson.lesson_id)
        .where(EditionLesson.edition_id == edition.id, EditionLesson.lesson_id.in_(lesson_ids))
        .order_by(EditionLesson.position)
    )
    for lesson_id in there.all():
        await write_progress(session, enrolment_id=enrolment.id, lesson_id=lesson_id, now=now, done=True)
