"""Links with a count by which staff of a company take a seat themselves (F-F05)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.idempotency import once, remember
from lms.audit.trail import record
from lms.db import retried
from lms.enrolment.conditions.values import NOTHING_SAID, Said
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.seats.errors import LinkEndsWrong, LinkGone, LinkTooLarge
from lms.enrolment.seats.models import SeatLink, SeatOrder
from lms.enrolment.seats.naming import SeatNaming, is_same, name
from lms.enrolment.seats.rules import is_naming_over, naming_ends_at
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.values import NewPerson
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.people.models import Person

LINK = "seat-link"
"""Of the token of such a link: `signer.token(LINK, link.id, link.version)`."""


class SeatLinking(SeatNaming):
    """Making, stopping, renewing and using links."""

    @retried
    async def open_link(
        self,
        actor: Actor,
        *,
        link_id: UUID,
        order_id: UUID,
        places: int,
        expires_at: datetime | None = None,
        token: str = "",
    ) -> SeatLink:
        """A link for so many of the unnamed seats, until the day for naming or earlier. The same `link_id` twice makes one.

        Raises NotFound, LinkTooLarge, LinkEndsWrong.
        """
        at = self.clock()
        async with self.transaction() as session:
            locked, order = await self._order(session, actor, order_id, token)
            known = await session.get(SeatLink, link_id)
            if known is not None:
                return known
            spoken_for = sum(
                link.places - link.used
                for link in await links_of_order(session, order.id)
                if link.is_open(at)
            )
            free = len(await _open_seats(session, order.id)) - spoken_for
            if not 1 <= places <= free:
                raise LinkTooLarge(free=max(0, free))
            latest = naming_ends_at(locked.run)
            ends = expires_at or latest
            if ends is None or ends <= at or (latest is not None and ends > latest):
                raise LinkEndsWrong
            link = SeatLink(id=link_id, order_id=order.id, made_at=at, expires_at=ends, places=places)
            session.add(link)
            _note(session, actor, link, "made", at)
            return link

    @retried
    async def stop_link(self, actor: Actor, *, link_id: UUID, token: str = "") -> SeatLink:
        """Nobody can use the link any more, from this moment on. Twice is as good as once."""
        at = self.clock()
        async with self.transaction() as session:
            link, _, _ = await self._link(session, actor, link_id, token)
            if link.stopped_at is None:
                link.stopped_at = at
                _note(session, actor, link, "stopped", at)
            return link

    @retried
    async def renew_link(self, actor: Actor, *, link_id: UUID, version: int, token: str = "") -> SeatLink:
        """The old address stops working, a new one takes its place, for what is left. `version` is the one seen."""
        at = self.clock()
        async with self.transaction() as session:
            link, _, locked = await self._link(session, actor, link_id, token)
            if link.version == version:
                link.version += 1
                link.stopped_at = None
                latest = naming_ends_at(locked.run)
                if latest is not None and link.expires_at <= at < latest:
                    link.expires_at = latest
                _note(session, actor, link, "renewed", at)
            return link

    @retried
    async def use_link(
        self,
        actor: Actor,
        *,
        link_id: UUID,
        token: str,
        person: NewPerson,
        form_key: str = "",
        said: Said = NOTHING_SAID,
    ) -> Enrolment:
        """Take one of the seats; each use lowers what is left. The same `form_key` sent twice takes one.

        Raises NotFound for a forged link, LinkGone for one that is over, and whatever naming somebody raises.
        """
        at = self.clock()
        await self.count_guess(actor, said)
        async with self.transaction() as session:
            link = await session.get(SeatLink, link_id)
            if link is None:
                raise NotFound
            order = await session.get_one(SeatOrder, link.order_id)
            locked = await self.lock(session, order.run_id, at=at)
            await session.refresh(
                link
            )  # it may have been used, stopped or renewed while we queued for the run
            if not self.signer.matches(token, LINK, link.id, link.version):
                raise NotFound
            key = f"seat-link:{link_id}:{form_key}"
            known = await once(session, key, b"", at=at) if form_key else None
            if known is not None:
                return await _still_theirs(session, known, person)
            seats = await _open_seats(session, order.id)
            if not link.is_open(at) or not seats or is_naming_over(locked.run, at, by_staff=False):
                raise LinkGone
            await name(locked, actor, seats[0], order, person, said)
            link.used += 1
            if form_key:
                await remember(session, key, seats[0].id)
            return seats[0]

    async def _order(
        self, session: AsyncSession, actor: Actor, order_id: UUID, token: str
    ) -> tuple[LockedRun, SeatOrder]:
        order = await session.get(SeatOrder, order_id)
        if order is None:
            raise NotFound
        self.refuse_others(actor, order, token)
        return await self.lock(session, order.run_id, at=self.clock()), order

    async def _link(
        self, session: AsyncSession, actor: Actor, link_id: UUID, token: str
    ) -> tuple[SeatLink, SeatOrder, LockedRun]:
        link = await session.get(SeatLink, link_id)
        if link is None:
            raise NotFound
        locked, order = await self._order(session, actor, link.order_id, token)
        await session.refresh(link)
        return link, order, locked


async def _still_theirs(session: AsyncSession, seat_id: UUID, person: NewPerson) -> Enrolment:
    """The seat that the same form took before. Once somebody else sits there it is nobody's business any more: LinkGone."""
    seat = await session.get_one(Enrolment, seat_id, populate_existing=True)
    sitting = await session.get(Person, seat.person_id) if seat.person_id else None
    if sitting is None or not is_same(sitting, person):
        raise LinkGone
    return seat


async def links_of_order(session: AsyncSession, order_id: UUID) -> list[SeatLink]:
    """The links of one order, the newest last."""
    found = await session.scalars(
        select(SeatLink).where(SeatLink.order_id == order_id).order_by(SeatLink.made_at, SeatLink.id)
    )
    return list(found.all())


async def _open_seats(session: AsyncSession, order_id: UUID) -> list[Enrolment]:
    """The seats of an order that nobody is named for, under the run's lock."""
    found = await session.scalars(
        select(Enrolment)
        .where(
            Enrolment.order_id == order_id,
            Enrolment.state == EnrolmentState.HELD,
            Enrolment.person_id.is_(None),
        )
        .order_by(Enrolment.created_at, Enrolment.rank, Enrolment.id)
        .execution_options(populate_existing=True)
    )
    return list(found.all())


def _note(session: AsyncSession, actor: Actor, link: SeatLink, what: str, at: datetime) -> None:
    record(
        session, actor, f"seat_link.{what}", at=at, kind="seat_order", object_id=link.order_id,
        after={"link_id": str(link.id), "places": link.places, "used": link.used},
    )  # fmt: skip
