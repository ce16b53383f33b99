"""Wanting to hear of a course (F-A08, F-E19); every public method is one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.idempotency import once, remember
from lms.audit.trail import record
from lms.catalogue.models import Course, Run, RunState
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.lists.models import Interest, InterestTold, InterestWay
from lms.enrolment.lists.telling import PURPOSE, reader_of, runs_to_look_at, tell_of
from lms.enrolment.rules import folded_email
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.web.letters import write_letter
from lms.web.module import Around

KEPT = timedelta(days=365)
UNPROVED = timedelta(days=7)
"""So long an address may wait to be proved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to hear of: a course, one run of it, or whatever fits some words."""

    course_id: UUID | None = None
    run_id: UUID | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom we tell and how, as typed."""

    name: str
    way: InterestWay
    email: str = ""
    phone: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    language: str = "de"


class Interests:
    """The one list of those who want to hear."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer

    @retried
    async def ask(self, actor: Actor, *, wanted: Wanted, reach: Reach, form_id: UUID | None = None) -> None:
        """Put somebody on the list. By e-mail it counts when the link in a letter is used; the team's word proves it at once.

        Says nothing about who is on the list already (S-17): the same address gets the same letter. `form_id` is minted with
        the form: sent twice it is asked once. Raises NotFound for a course or run that the public does not know.
        """
        at = self.clock()
        by_team = policy.is_enrolment_staff(actor)
        async with self.begin() as session:
            if form_id is not None and await once(session, f"interest:{form_id}", b"", at=at) is not None:
                return
            wanted = await _checked(session, wanted, by_team=by_team)
            interest = await _same(session, wanted, reach) or self._new(session, wanted, reach, at)
            if reach.way is not InterestWay.EMAIL or by_team:
                interest.confirmed_at = interest.confirmed_at or at
            await session.flush()
            if by_team:
                record(
                    session, actor, "interest.noted", at=at, kind="interest", object_id=interest.id,
                    after={"course": str(wanted.course_id or "")},
                )  # fmt: skip
            elif reach.way is InterestWay.EMAIL:
                await self._write(session, interest, at)
            if form_id is not None:
                await remember(session, f"interest:{form_id}", interest.id)

    @retried
    async def confirm(self, *, interest_id: UUID, token: str) -> None:
        """The address is proved by its link. Twice is as good as once. Raises NotFound."""
        async with self.begin() as session:
            interest = await self._by_link(session, interest_id, token)
            interest.confirmed_at = interest.confirmed_at or self.clock()

    @retried
    async def end(self, *, interest_id: UUID, token: str) -> None:
        """Off the list, and what we knew is gone. Raises NotFound, also when it is gone already."""
        async with self.begin() as session:
            await session.delete(await self._by_link(session, interest_id, token))

    @retried
    async def take_off(self, actor: Actor, *, interest_id: UUID) -> None:
        """The team takes somebody off who said so. Twice is as good as once."""
        ensure(policy.may_waive(actor), actor)
        async with self.begin() as session:
            gone = await session.scalar(
                delete(Interest).where(Interest.id == interest_id).returning(Interest.course_id)
            )
            if gone is not None:
                record(
                    session, actor, "interest.taken_off", at=self.clock(), kind="interest", object_id=interest_id
                )  # fmt: skip

    @retried
    async def called(self, actor: Actor, *, interest_id: UUID, run_id: UUID) -> None:
        """Somebody who wanted a call has been called. Twice is as good as once. Raises NotFound."""
        ensure(policy.may_waive(actor), actor)
        async with self.begin() as session:
            told = await session.get(InterestTold, (interest_id, run_id), with_for_update=True)
            if told is None:
                raise NotFound
            if told.called_at is None:
                told.called_at = self.clock()
                record(
                    session, actor, "interest.called", at=self.clock(), kind="interest", object_id=interest_id,
                    after={"run": str(run_id)},
                )  # fmt: skip

    async def tell_bookable(self) -> int:
        """Tell of the runs whose enrolment has opened by now; says how many were told."""
        async with self.begin.reading() as session:
            runs = [run.id for run in await runs_to_look_at(session, self.clock())]
        return sum([await self._tell(run_id) for run_id in runs])

    @retried
    async def forget(self) -> int:
        """Delete who was on the list for a year, or has never proved their address; says how many."""
        at = self.clock()
        async with self.begin() as session:
            gone = await session.scalars(
                delete(Interest)
                .where(
                    or_(
                        Interest.created_at < at - KEPT,
                        and_(Interest.confirmed_at.is_(None), Interest.created_at < at - UNPROVED),
                    )
                )
                .returning(Interest.id)
            )
            return len(gone.all())

    @retried
    async def _tell(self, run_id: UUID) -> int:
        async with self.begin() as session:
            return await tell_of(session, await session.get_one(Run, run_id), at=self.clock())

    async def _by_link(self, session: AsyncSession, interest_id: UUID, token: str) -> Interest:
        found = await session.get(Interest, interest_id, with_for_update=True)
        if found is None or not self.signer.matches(token, PURPOSE, interest_id):
            raise NotFound
        return found

    @staticmethod
    def _new(session: AsyncSession, wanted: Wanted, reach: Reach, at: datetime) -> Interest:
        interest = Interest(
            course_id=wanted.course_id, run_id=wanted.run_id, words=wanted.words.strip(), way=reach.way, created_at=at,
            name=reach.name.strip(), email=folded_email(reach.email) or "", phone=reach.phone, street=reach.street,
            postal_code=reach.postal_code, city=reach.city, language=reach.language,
        )  # fmt: skip
        session.add(interest)
        return interest

    async def _write(self, session: AsyncSession, interest: Interest, at: datetime) -> None:
        """The letter with the link; at most one in an hour."""
        course = await session.get(Course, interest.course_id) if interest.course_id else None
        title = course.title_de if course else interest.words
        if course and interest.language == "en":
            title = course.title_en or title
        await write_letter(
            session,
            key=f"interest_asked:{interest.id}:{at:%Y%m%d%H}",
            kind="interest_asked",
            to=reader_of(interest, None),
            template="enrolment/letters/interest_asked.md",
            context={
                "course": title,
                "is_known": interest.confirmed_at is not None,
                "confirm_path": f"/bescheid/{interest.id}/{self.signer.token(PURPOSE, interest.id)}",
            },
            about=("interest", interest.id),
            at=at,
        )


async def _checked(session: AsyncSession, wanted: Wanted, *, by_team: bool) -> Wanted:
    """The same with the course of a run. Raises NotFound for what is not public; the team knows every course."""
    if wanted.run_id is not None:
        run = await session.get(Run, wanted.run_id)
        if run is None or run.state is RunState.DRAFT:
            raise NotFound
        return Wanted(course_id=run.course_id, run_id=run.id)
    if wanted.course_id is None:
        if not wanted.words.strip():
            raise NotFound
        return wanted
    shown = exists().where(Run.course_id == Course.id, Run.state != RunState.DRAFT)
    known = select(Course.id).where(Course.id == wanted.course_id)
    if await session.scalar(known if by_team else known.where(shown)) is None:
        raise NotFound
    return wanted


async def _same(session: AsyncSession, wanted: Wanted, reach: Reach) -> Interest | None:
    """What the same address has asked for already."""
    email = folded_email(reach.email)
    if not email or reach.way is not InterestWay.EMAIL:
        return None
    found = await session.scalars(
        select(Interest).where(
            Interest.email == email,
            Interest.course_id == wanted.course_id,
            Interest.run_id == wanted.run_id,
            Interest.words == wanted.words.strip(),
        )
    )
    return found.first()
