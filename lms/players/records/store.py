"""The record store: what units send and ask, each request with the token of its launch; every public method is one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.db import retried
from lms.players import rules as playing
from lms.players.records import rules, words
from lms.players.records.documents import check_version, document, drop, merged, names, put_document
from lms.players.records.keeping import note, settle, state_of, write
from lms.players.records.models import RecordDocument, RecordStatement
from lms.players.records.opening import Opened, opened, session_in
from lms.players.records.refusal import Refusal, broken, conflict, forbidden
from lms.players.records.statements import Statement, read_statement
from lms.web.module import Around

MOST_AT_ONCE = 50
MOST_STATEMENTS = 5_000
MOST_ANSWERED = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """What statements are asked for; always of one registration."""

    statement_id: UUID | None = None
    verb: str = ""
    activity: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 0
    ascending: bool = False
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    """Which document: `kind` is `state`, `agent` or `activity`; `name` None means all of them."""

    kind: str
    activity: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """A document on its way in. `merges` is what POST does."""

    content: bytes
    content_type: str
    if_match: str = ""
    if_none_match: str = ""
    merges: bool = False


class Records:
    """Raises Refusal, and TooMany for more than 240 requests a minute."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer
        self.centre = around.settings.public_url

    async def knock(self, authorization: str) -> UUID:
        """The session that a request's header proves; the request is counted, whatever becomes of it."""
        session_id = session_in(self.signer, authorization)
        await within(self.begin, self.clock, "record-store", account=session_id)
        return session_id

    async def speaker(self, session_id: UUID) -> Opened:
        """The launch itself, to compare the parameters of a request with."""
        async with self.begin.reading() as session:
            return await opened(session, session_id, centre=self.centre, now=self.clock())

    @retried
    async def take(self, session_id: UUID, sent: object, *, known_as: UUID | None = None) -> Sequence[UUID]:
        """Keep one statement or several, all or none. What was kept already is not kept again. Gives their ids."""
        now = self.clock()
        listed = sent if isinstance(sent, list) and known_as is None else [sent]
        if len(listed) > MOST_AT_ONCE:
            raise Refusal(413, f"There may be {MOST_AT_ONCE} statements at once.")
        async with self.begin() as session:
            about = await opened(session, session_id, centre=self.centre, now=now, locked=True)
            statements = [read_statement(one, about.speaker, now, known_as=known_as) for one in listed]
            if len({one.id for one in statements}) < len(statements):
                raise broken("Two statements have the same id.")
            for one in statements:
                await self._keep(session, about, one, now)
            return [one.id for one in statements]

    async def _keep(self, session: AsyncSession, about: Opened, statement: Statement, now: datetime) -> None:
        before = await session.scalar(
            select(RecordStatement.digest).where(
                RecordStatement.registration_id == about.registration.id,
                RecordStatement.statement_id == statement.id,
            )
        )
        if before is not None:
            if before != statement.digest:
                raise conflict("There is another statement of this id.")
            return
        if about.session.is_abandoned:
            raise forbidden("The unit was launched again; this session is over.")
        if about.registration.statements >= MOST_STATEMENTS:
            raise Refusal(413, "There are too many statements in this registration.")
        state = await state_of(session, about.registration, about.unit, now)
        in_session = await session.scalars(
            select(RecordStatement.verb).where(
                RecordStatement.session_id == about.session.id, RecordStatement.is_defined
            )
        )
        reached = {name for name in (words.COMPLETED, words.PASSED) if name.rpartition("/")[2] in state.data}
        said = rules.Said(about.session.mode, set(in_session), reached)
        rules.check(statement, said, activity=about.activity, mastery=about.unit.mastery)
        write(
            session, about.registration, {**statement.body, "id": str(statement.id)},
            session_id=about.session.id, centre=self.centre, is_defined=statement.is_defined, now=now,
        )  # fmt: skip
        if not statement.is_defined:
            return
        is_scored = statement.verb in {words.PASSED, words.FAILED}
        counts = statement.verb in {words.COMPLETED, words.PASSED, words.FAILED}
        if statement.verb == words.INITIALIZED:
            about.session.initialized_at = now
        if statement.verb == words.TERMINATED:
            about.session.ended_at = now
        note(
            state, about.unit, now,
            verb=statement.verb if counts else "",
            score=statement.scaled if is_scored else None,
            seconds=playing.duration_in_seconds(statement.duration) if statement.verb == words.TERMINATED else 0,
        )  # fmt: skip
        await session.flush()
        await settle(session, about.registration, about.session, about.package, centre=self.centre, now=now)

    async def find(self, session_id: UUID, wanted: Filter) -> tuple[list[dict[str, Any]], bool]:
        """Statements of the own registration, newest first; and whether there are more."""
        limit = min(wanted.limit or MOST_ANSWERED, MOST_ANSWERED)
        async with self.begin.reading() as session:
            about = await opened(session, session_id, centre=self.centre, now=self.clock())
            query = _matching(about.registration.id, wanted)
            rows = (await session.scalars(query.offset(wanted.offset).limit(limit + 1))).all()
        return [json.loads(one) for one in rows[:limit]], len(rows) > limit

    async def read(self, session_id: UUID, asked: Name) -> RecordDocument | None:
        """A document; None where there is none."""
        async with self.begin.reading() as session:
            about = await opened(session, session_id, centre=self.centre, now=self.clock())
            return await document(
                session, about.registration.id, asked.kind, asked.activity, asked.name or ""
            )

    async def listed(self, session_id: UUID, asked: Name, since: datetime | None) -> Sequence[str]:
        """The names of documents."""
        async with self.begin.reading() as session:
            about = await opened(session, session_id, centre=self.centre, now=self.clock())
            return await names(session, about.registration.id, asked.kind, asked.activity, since)

    @retried
    async def write(self, session_id: UUID, asked: Name, written: Written) -> None:
        """Keep a document, by the rules of ETags."""
        now, name = self.clock(), asked.name or ""
        async with self.begin() as session:
            about = await self._for_writing(session, session_id, asked, now)
            found = await document(session, about.registration.id, asked.kind, asked.activity, name)
            needs = asked.kind != "state" and not written.merges
            check_version(found, written.if_match, written.if_none_match, required=needs)
            content = written.content
            if written.merges:
                content = merged(found, content, written.content_type)
            await put_document(
                session, about.registration.id, asked.kind, asked.activity, name, content,
                now=now, content_type=written.content_type,
            )  # fmt: skip

    @retried
    async def drop(self, session_id: UUID, asked: Name, *, if_match: str = "") -> None:
        """Delete a document, or all of an activity's state."""
        async with self.begin() as session:
            about = await self._for_writing(session, session_id, asked, self.clock())
            if asked.name is not None:
                found = await document(session, about.registration.id, asked.kind, asked.activity, asked.name)
                check_version(found, if_match, "", required=False)
            await drop(session, about.registration.id, asked.kind, asked.activity, asked.name)

    async def _for_writing(
        self, session: AsyncSession, session_id: UUID, asked: Name, now: datetime
    ) -> Opened:
        about = await opened(session, session_id, centre=self.centre, now=now, locked=True)
        if about.session.is_abandoned:
            raise forbidden("The unit was launched again; this session is over.")
        if asked.name == words.LAUNCH_DATA:
            raise forbidden("LMS.LaunchData is written by the learning-management system alone.")
        return about


def _matching(registration_id: UUID, wanted: Filter) -> Select[str]:
    query = select(RecordStatement.body).where(RecordStatement.registration_id == registration_id)
    if wanted.statement_id is not None:
        query = query.where(RecordStatement.statement_id == wanted.statement_id)
    if wanted.verb:
        query = query.where(RecordStatement.verb == wanted.verb)
    if wanted.activity:
        query = query.where(RecordStatement.activity == wanted.activity)
    if wanted.since is not None:
        query = query.where(RecordStatement.stored_at > wanted.since)
    if wanted.until is not None:
        query = query.where(RecordStatement.stored_at <= wanted.until)
    number = RecordStatement.number
    return query.order_by(number.asc() if wanted.ascending else number.desc())
