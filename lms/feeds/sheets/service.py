"""Sheets on demand, and the monthly one by post for whoever wants it."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.feeds.models import SheetWish
from lms.feeds.reading import Circle, circle_of
from lms.feeds.sheets.paper import Layout, drawn
from lms.feeds.sheets.reading import Sheet, month_of, sheet_of
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.messaging.models import Channel
from lms.people.models import Person
from lms.resources.occupancy import month_after
from lms.web.language import Language, current_language, use_locale
from lms.web.letters import PDF, Addressee, Enclosed, write_letter
from lms.web.module import Around

WRITTEN_FROM_DAY = 25
"""On this day of the month, or after it, the sheets of the next one are written."""
RHYTHM = timedelta(hours=1)


class NoAddress(DomainError):
    """Nobody knows where to send the sheet."""

    message = N_(
        "We need a postal address for this. Please enter street and town in the contact details first."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFacts:
    """What the page of the sheet shows: whose it is, whether others stand on it, and the wish for letters."""

    person: Person
    has_household: bool
    wish: SheetWish | None


class Sheets:
    """The dates of a person on paper; for oneself, and by the team for whoever calls."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def facts(self, actor: Actor, person_id: UUID) -> SheetFacts:
        """What can be chosen. Raises Forbidden, NotFound."""
        ensure(_may_read(actor, person_id), actor)
        async with self.begin.reading() as session:
            person = await _living(session, person_id)
            circle = await self._circle(session, person_id)
            wish = await session.get(SheetWish, person_id)
        return SheetFacts(person=person, has_household=bool(circle.others), wish=wish)

    async def pdf(
        self, actor: Actor, person_id: UUID, days: tuple[date, date], layout: Layout, *, is_household: bool
    ) -> bytes:
        """The sheet in the current language. Raises Forbidden, NotFound."""
        ensure(_may_read(actor, person_id), actor)
        async with self.begin.reading() as session:
            person = await _living(session, person_id)
            circle = await self._circle(session, person_id)
            sheet = await sheet_of(session, circle, days, is_household=is_household)
        return await self._drawn(sheet, layout, person.name, current_language())

    @retried
    async def wish(self, actor: Actor, person_id: UUID, layout: Layout, *, is_household: bool) -> None:
        """Send the sheet by post from the next month on; doing it again changes how it looks. Raises NoAddress."""
        ensure(_may_change(actor, person_id), actor)
        now = self.clock()
        async with self.begin() as session:
            person = await _living(session, person_id)
            if not (person.street and person.city):
                raise NoAddress
            wish = await session.get(SheetWish, person_id, with_for_update=True)
            if wish is None:
                wish = SheetWish(person_id=person_id, wished_at=now)
                session.add(wish)
            wish.points, wish.is_grid, wish.is_household = layout.points, layout.is_grid, is_household
            record(session, actor, "sheet.wished", at=now, kind="person", object_id=person_id, person_id=person_id)  # fmt: skip

    @retried
    async def end_wish(self, actor: Actor, person_id: UUID) -> None:
        """Send no more sheets. Twice is as good as once."""
        ensure(_may_change(actor, person_id), actor)
        now = self.clock()
        async with self.begin() as session:
            wish = await session.get(SheetWish, person_id, with_for_update=True)
            if wish is None:
                return
            await session.delete(wish)
            record(session, actor, "sheet.ended", at=now, kind="person", object_id=person_id, person_id=person_id)  # fmt: skip

    async def write_monthly(self) -> int:
        """From the 25th on, write the letters with the sheets of the next month that are not written yet; how many."""
        day = today(self.clock)
        if day.day < WRITTEN_FROM_DAY:
            return 0
        first = month_after(day.replace(day=1))
        async with self.begin.reading() as session:
            waiting = (
                await session.scalars(
                    select(SheetWish.person_id)
                    .where(or_(SheetWish.written_for.is_(None), SheetWish.written_for < first))
                    .order_by(SheetWish.person_id)
                )
            ).all()
        return sum([await self._write(person_id, first) for person_id in waiting])

    async def _write(self, person_id: UUID, first: date) -> bool:
        """Draw with no transaction open, then write the letter and note it in one: killed between, it is done again."""
        async with self.begin.reading() as session:
            person, wish = await session.get(Person, person_id), await session.get(SheetWish, person_id)
            if person is None or wish is None or person.merged_into_id is not None:
                return False
            language: Language = "en" if person.language == "en" else "de"
            with use_locale(language):
                circle = await self._circle(session, person_id)
                sheet = await sheet_of(session, circle, month_of(first), is_household=wish.is_household)
        layout = Layout(points=wish.points, is_grid=wish.is_grid, is_landscape=wish.is_grid)
        document = await self._drawn(sheet, layout, person.name, language)
        return await self._post(person, first, document, is_empty=not sheet.days)

    @retried
    async def _post(self, person: Person, first: date, document: bytes, *, is_empty: bool) -> bool:
        async with self.begin() as session:
            wish = await session.get(SheetWish, person.id, with_for_update=True)
            if wish is None or (wish.written_for is not None and wish.written_for >= first):
                return False  # taken back, or somebody else was quicker
            wish.written_for = first
            await write_letter(
                session,
                key=f"month-sheet-{person.id}-{first:%Y-%m}",
                kind="month_sheet",
                to=_by_post(person),
                template="feeds/letters/month_sheet.md",
                context={"first": first, "is_empty": is_empty},
                at=self.clock(),
                about=("person", person.id),
                enclosures=[Enclosed(name=f"termine-{first:%Y-%m}.pdf", media_type=PDF, content=document)],
            )
        return True

    async def _circle(self, session: AsyncSession, person_id: UUID) -> Circle:
        """Whoever has locked themselves out of their account still gets their dates on paper: without those of others."""
        try:
            return await circle_of(session, person_id, self.clock)
        except NotFound:
            return Circle(person_id)

    async def _drawn(self, sheet: Sheet, layout: Layout, name: str, language: Language) -> bytes:
        return await asyncio.to_thread(
            drawn, sheet, layout, name=name, made_at=self.clock(), language=language
        )


def _may_read(actor: Actor, person_id: UUID) -> bool:
    return person_id == actor.person_id or actor.may_for_all("R", "enrolment")


def _may_change(actor: Actor, person_id: UUID) -> bool:
    return person_id == actor.person_id or actor.may_for_all("U", "person")


async def _living(session: AsyncSession, person_id: UUID) -> Person:
    person = await session.get(Person, person_id)
    if person is None or person.merged_into_id is not None:
        raise NotFound
    return person


def _by_post(person: Person) -> Addressee:
    """The person as somebody who has no e-mail: a sheet that hangs in the kitchen is paper."""
    return Addressee(
        email="",
        language=person.language,
        name=person.name,
        id=person.id,
        street=person.street,
        postal_code=person.postal_code,
        city=person.city,
        channel=Channel.POST,
    )
