"""Writing the check: one draft that the programme team changes together, and publishing it as an edition."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.kernel.keyed import moved, put, without
from lms.maturity import policy
from lms.maturity.errors import NothingToPublish, NoWords, SameAsBefore, TooMuchToAsk, WithoutAim
from lms.maturity.models import CheckDraft, CheckEdition
from lms.maturity.queries import newest_edition
from lms.maturity.questions import (
    HIGHEST,
    MOST_ADVICE,
    MOST_AREAS,
    MOST_QUESTIONS,
    Advice,
    Area,
    Content,
    Question,
    read,
    write,
)
from lms.maturity.usual import usual_areas
from lms.web.module import Around


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft as it is read."""

    content: Content
    version: int


async def read_draft(session: AsyncSession) -> Draft:
    """What the team is writing; before the first word an empty one of version 0."""
    row = await session.get(CheckDraft, 1)
    return Draft(Content(), 0) if row is None else Draft(read(row.content), row.version)


class CheckWriting:
    """What the programme team does. Every method names the version it has seen and raises Stale when that has passed."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def take_usual(self, actor: Actor) -> None:
        """Begin with the usual areas and questions; where something is written already, Stale."""
        await self._change(actor, 0, "digital-check.begun_writing", lambda _: Content(usual_areas()))

    async def put_area(self, actor: Actor, area: Area, *, version: int) -> None:
        """Write names and next steps of an area; its questions stay as they are. Raises NoWords, TooMuchToAsk."""
        if not area.name.de:
            raise NoWords

        def change(content: Content) -> Content:
            known = content.area(area.key)
            if known is None and len(content.areas) >= MOST_AREAS:
                raise TooMuchToAsk
            whole = msgspec.structs.replace(area, questions=known.questions if known else ())
            return _with_areas(content, put(content.areas, whole))

        await self._change(actor, version, "digital-check.area_written", change)

    async def put_question(self, actor: Actor, area_key: str, question: Question, *, version: int) -> None:
        """Write a question of an area. Raises NoWords, TooMuchToAsk."""
        if (
            not question.text.de
            or len(question.levels) != HIGHEST + 1
            or not all(one.de for one in question.levels)
        ):
            raise NoWords

        def change(area: Area) -> Area:
            questions = put(area.questions, question)
            if len(questions) > MOST_QUESTIONS:
                raise TooMuchToAsk
            return msgspec.structs.replace(area, questions=questions)

        await self._change_area(actor, area_key, version, "digital-check.question_written", change)

    async def put_advice(self, actor: Actor, advice: Advice, *, version: int) -> None:
        """Write what helps. Raises NoWords, WithoutAim, TooMuchToAsk, NotFound where the area is gone."""
        if not advice.reason.de:
            raise NoWords
        if bool(advice.course) == bool(advice.topic):
            raise WithoutAim

        def change(content: Content) -> Content:
            if content.area(advice.area) is None:
                raise NotFound
            found = put(content.advice, advice)
            if len(found) > MOST_ADVICE:
                raise TooMuchToAsk
            return msgspec.structs.replace(content, advice=found)

        await self._change(actor, version, "digital-check.advice_written", change)

    async def move(self, actor: Actor, *, key: str, way: int, version: int) -> None:
        """An area, a question or a piece of advice one place up or down."""

        def change(content: Content) -> Content:
            areas = tuple(
                msgspec.structs.replace(one, questions=moved(one.questions, key, way))
                for one in moved(content.areas, key, way)
            )
            return Content(areas, moved(content.advice, key, way))

        await self._change(actor, version, "digital-check.ordered", change)

    async def drop(self, actor: Actor, *, key: str, version: int) -> None:
        """Ask or advise it no more, from the next edition on. With an area goes the advice about it."""

        def change(content: Content) -> Content:
            areas = tuple(
                msgspec.structs.replace(one, questions=without(one.questions, key))
                for one in without(content.areas, key)
            )
            return Content(areas, tuple(one for one in without(content.advice, key) if one.area != key))

        await self._change(actor, version, "digital-check.dropped", change)

    @retried
    async def publish(self, actor: Actor, *, version: int) -> int:
        """Ask from now on what the draft says; gives the number of the edition. Checks under way keep their words.

        Raises Stale, NothingToPublish, SameAsBefore.
        """
        ensure(policy.may_write(actor), actor)
        async with self.begin() as session:
            row = await _locked(session, version, self.clock())
            content = read(row.content)
            empty = next((one.name.de for one in content.areas if not one.questions), None)
            if not content.areas or empty is not None:
                raise NothingToPublish(area=empty or "–")
            newest = await newest_edition(session)
            if newest is not None and newest.content == row.content:
                raise SameAsBefore
            number = (await session.scalar(select(func.max(CheckEdition.number))) or 0) + 1
            edition = CheckEdition(number=number, content=row.content, published_at=self.clock())
            session.add(edition)
            await session.flush()
            self._note(session, actor, "digital-check.published", edition.id, {"number": number})
        return number

    async def _change_area(
        self, actor: Actor, area_key: str, version: int, action: str, change: Callable[[Area], Area]
    ) -> None:
        def whole(content: Content) -> Content:
            if content.area(area_key) is None:
                raise NotFound
            return _with_areas(
                content, tuple(change(one) if one.key == area_key else one for one in content.areas)
            )

        await self._change(actor, version, action, whole)

    @retried
    async def _change(
        self, actor: Actor, version: int, action: str, change: Callable[[Content], Content]
    ) -> None:
        ensure(policy.may_write(actor), actor)
        async with self.begin() as session:
            row = await _locked(session, version, self.clock())
            row.content = write(change(read(row.content)))
            row.version += 1
            row.changed_at = self.clock()
            self._note(session, actor, action, None, {"version": row.version})

    def _note(
        self, session: AsyncSession, actor: Actor, action: str, edition: UUID | None, after: dict[str, object]
    ) -> None:
        record(session, actor, action, at=self.clock(), kind="digital-check", object_id=edition, after=after)


def _with_areas(content: Content, areas: tuple[Area, ...]) -> Content:
    return Content(areas, content.advice)


async def _locked(session: AsyncSession, version: int, now: datetime) -> CheckDraft:
    row = await session.get(CheckDraft, 1, with_for_update=True)
    if row is None and version == 0:
        row = CheckDraft(content=write(Content()), changed_at=now, version=0)
        session.add(row)
        await session.flush()
    if row is None or row.version != version:
        raise Stale
    return row
