"""A wish becomes a run: planned in one act, opened for its supporters first, held, or called off and open again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.enrolment.events import RunCancelled
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM, Actor, ensure
from lms.kernel.clock import local, system_clock
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.participation import policy
from lms.participation.errors import WishDecided
from lms.participation.models import Wish, WishRun, WishState
from lms.participation.moderating import answer, wish_of
from lms.participation.outcome import rules
from lms.participation.outcome.events import WishReopened, WishRunOpened
from lms.participation.rules import ensure_read
from lms.resources.models import Venue
from lms.scheduling.events import RunPublished
from lms.scheduling.preparation import preparation_of
from lms.web.formats import date_long
from lms.web.language import gettext, use_locale
from lms.web.module import Around

OPEN = frozenset({WishState.PUBLISHED, WishState.UNDER_REVIEW, WishState.PLANNED})
HELD = (RunState.PUBLISHED, RunState.CONFIRMED, RunState.COMPLETED)


class Outcomes:
    """What the team and the clock make of wishes; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def plan(self, actor: Actor, *, wish_id: UUID, run_id: UUID, days: int, note: str = "") -> None:
        """Say that this draft run is for the wish, and that its supporters may enrol so many days before everybody else.

        The wish is answered as planned; a venue of its district is proposed. Twice is as good as once. Raises NotFound,
        WishUnread, WishDecided.
        """
        ensure(policy.may_moderate(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            wish = await wish_of(session, wish_id)
            if await session.get(WishRun, (wish_id, run_id)) is not None:
                return
            ensure_open(wish)
            run = await session.get(Run, run_id, with_for_update=True)
            if run is None or run.state is not RunState.DRAFT:
                raise NotFound
            session.add(WishRun(wish_id=wish_id, run_id=run_id, created_at=now))
            run.early_days = min(max(days, 0), rules.MOST_DAYS) or None
            run.venue_id = run.venue_id or await _venue_in(session, wish.district)
            (await preparation_of(session, run_id)).note = note
            if wish.state is not WishState.PLANNED:
                await answer(
                    session, actor, wish, state=WishState.PLANNED, at=now,
                    **_words(N_("We are planning a course for this. As soon as it can be booked, it stands here.")),
                )  # fmt: skip
            record(
                session, actor, "wish.run_planned", at=now, kind="wish", object_id=wish_id,
                after={"run": str(run_id)},
            )  # fmt: skip

    async def mark_held(self) -> int:
        """Say of planned wishes whose run has taken place that they are done; says how many."""
        now = self.clock()
        async with self.begin.reading() as session:
            due = await session.scalars(
                select(Wish.id).where(Wish.state == WishState.PLANNED, exists().where(*_held(now)))
            )
            ids = list(due)
        return sum([await self._mark(wish_id, now) for wish_id in ids])

    @retried
    async def _mark(self, wish_id: UUID, now: datetime) -> bool:
        async with self.begin() as session:
            wish = await wish_of(session, wish_id)
            run = (
                await session.scalars(
                    select(Run)
                    .join(WishRun, WishRun.run_id == Run.id)
                    .where(
                        WishRun.wish_id == wish_id, Run.ends_at <= now, Run.occupied > 0, Run.state.in_(HELD)
                    )
                    .order_by(Run.ends_at)
                )
            ).first()
            if wish.state is not WishState.PLANNED or run is None or run.ends_at is None:
                return False
            day = local(run.ends_at).date()
            with use_locale("de"):
                german = gettext("The course took place. Its last day was %(day)s.", day=date_long(day))
            with use_locale("en"):
                english = gettext("The course took place. Its last day was %(day)s.", day=date_long(day))
            await answer(
                session, SYSTEM, wish, state=WishState.DONE, answer_de=german, answer_en=english, at=now
            )
            return True


def ensure_open(wish: Wish) -> None:
    """Raises WishUnread, WishDecided where no run can be planned for a wish."""
    ensure_read(wish)
    if wish.state not in OPEN:
        raise WishDecided


async def reopen(session: AsyncSession, event: RunCancelled) -> None:
    """A cancelled run makes its wish open again, unless another run is planned for it; supporters are told."""
    for wish_id in await _wishes_of(session, event.run_id):
        states = await session.scalars(
            select(Run.state).join(WishRun, WishRun.run_id == Run.id).where(WishRun.wish_id == wish_id)
        )
        if not rules.goes_back(states.all()):
            continue
        wish, now = await wish_of(session, wish_id), system_clock()
        if wish.state is not WishState.PLANNED:
            continue
        await answer(
            session, SYSTEM, wish, state=WishState.UNDER_REVIEW, at=now,
            **_words(N_("The course that we had planned does not take place. We look for another way.")),
        )  # fmt: skip
        announce(session, WishReopened(wish_id=wish_id, run_id=event.run_id, at=now), at=now)


async def open_early(session: AsyncSession, event: RunPublished) -> None:
    """Let the supporters know that they may enrol now."""
    for wish_id in await _wishes_of(session, event.run_id):
        now = system_clock()
        announce(session, WishRunOpened(wish_id=wish_id, run_id=event.run_id, at=now), at=now)


async def _wishes_of(session: AsyncSession, run_id: UUID) -> list[UUID]:
    found = await session.scalars(
        select(WishRun.wish_id).where(WishRun.run_id == run_id).order_by(WishRun.wish_id)
    )
    return list(found)


def _held(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        WishRun.wish_id == Wish.id,
        WishRun.run_id == Run.id,
        Run.ends_at <= now,
        Run.occupied > 0,
        Run.state.in_(HELD),
    )


def _words(sentence: str) -> dict[str, str]:
    with use_locale("de"):
        german = gettext(sentence)
    return {"answer_de": german, "answer_en": sentence}


async def _venue_in(session: AsyncSession, district: str) -> UUID | None:
    if not district:
        return None
    found = await session.scalars(
        select(Venue.id).where(Venue.district == district).order_by(Venue.name).limit(1)
    )
    return found.first()
