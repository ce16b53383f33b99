"""Writing news, and sending them; every public method is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.correspondence.news.errors import AlreadySent, NoReaders, TooEarly
from lms.correspondence.news.letters import write_news, write_test
from lms.correspondence.news.models import News, NewsState, Subscription
from lms.correspondence.news.queries import ABOUT, cards_of, news_of, readers_of
from lms.db import quiet_hours, retried
from lms.jobs.models import Priority
from lms.jobs.queue import enqueue
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.messaging.models import Letter, LetterState
from lms.messaging.ways import not_at_night
from lms.people.models import Person
from lms.web.letters import Addressee
from lms.web.module import Around

SEND = "send-news"
AT_ONCE = 100
WRITTEN_ON = frozenset({NewsState.DRAFT, NewsState.PLANNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a piece of news says, and whom it is for. Empty choices mean everybody who wants news."""

    title: str
    body: str
    courses: Sequence[str] = ()
    topics: Sequence[str] = ()
    audiences: Sequence[str] = ()
    districts: Sequence[str] = ()


class NewsDesk:
    """The team's hand on the news."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def write(self, actor: Actor, *, news_id: UUID, words: Words, version: int | None = None) -> None:
        """Write it down, or anew. Raises AlreadySent, Stale when somebody else was quicker."""
        ensure(actor.may_for_all("C", "news"), actor)
        async with self.begin() as session:
            news = await session.get(News, news_id, with_for_update=True)
            if news is None:
                news = News(
                    id=news_id, title=words.title, body=words.body, courses=[], topics=[], audiences=[], districts=[],
                    made_at=self.clock(), made_by=actor.account_id, made_by_name=actor.name,
                )  # fmt: skip
                session.add(news)
            elif version is not None and news.version != version:
                raise Stale
            if news.state not in WRITTEN_ON:
                raise AlreadySent
            news.title, news.body, news.courses = words.title, words.body, list(words.courses)
            news.topics, news.audiences = list(words.topics), list(words.audiences)
            news.districts = list(words.districts)
            news.version += 1

    @retried
    async def send(self, actor: Actor, *, news_id: UUID, at: datetime | None = None) -> int:
        """Have it sent, at once or at a moment (UTC), never in quiet hours; says to how many as of now.

        Raises AlreadySent, NoReaders, TooEarly.
        """
        ensure(actor.may_for_all("C", "news"), actor)
        now = self.clock()
        async with self.begin() as session:
            news = await news_of(session, news_id, lock=True)
            if news.state is not NewsState.DRAFT:
                raise AlreadySent
            if at is not None and at < now:
                raise TooEarly
            readers = len(await readers_of(session, news))
            if not readers:
                raise NoReaders
            when = not_at_night(at or now, quiet_hours(session))  # news can wait for the morning
            news.state, news.send_at = NewsState.PLANNED, when
            news.version += 1
            enqueue(
                session, SEND, {"news_id": str(news.id), "version": news.version}, at=when,
                key=f"{SEND}:{news.id}:{news.version}", priority=Priority.BULK,
            )  # fmt: skip
            record(
                session, actor, "news.sent", at=now, kind="news", object_id=news.id,
                after={"title": news.title, "readers": readers},
            )  # fmt: skip
        return readers

    @retried
    async def stop(self, actor: Actor, *, news_id: UUID) -> None:
        """What has not gone yet does not go. A planned one can be written on. Twice is as good as once."""
        ensure(actor.may_for_all("C", "news"), actor)
        async with self.begin() as session:
            news = await news_of(session, news_id, lock=True)
            if news.state is NewsState.PLANNED:
                news.state, news.send_at = NewsState.DRAFT, None
                news.version += 1
            elif news.state in {NewsState.SENDING, NewsState.SENT}:
                held = await session.execute(
                    delete(Letter).where(
                        Letter.about_kind == ABOUT,
                        Letter.about_id == news.id,
                        Letter.state == LetterState.WAITING,
                    )
                )
                if news.state is NewsState.SENT and not held.rowcount:  # type: ignore[attr-defined]
                    return
                news.state, news.ended_at = NewsState.STOPPED, self.clock()
            else:
                return
            record(
                session, actor, "news.stopped", at=self.clock(), kind="news", object_id=news.id,
                after={"title": news.title},
            )  # fmt: skip

    @retried
    async def test(self, actor: Actor, *, news_id: UUID) -> str:
        """Send it to oneself, as the others would get it; gives the address. Raises NotFound."""
        ensure(actor.may_for_all("C", "news"), actor)
        async with self.begin() as session:
            news = await news_of(session, news_id)
            me = await session.get(Person, actor.person_id) if actor.person_id else None
            if me is None or not me.email:
                raise NotFound
            to = Addressee(email=me.email, language=me.language, id=me.id)
            await write_test(
                session, news, await cards_of(session, news.courses, self.clock()), to, at=self.clock()
            )
            return me.email

    async def carry(self, payload: dict[str, Any]) -> None:
        """Write the letters, a hundred in one transaction. Whoever ended it meanwhile gets none; killed, it goes on."""
        news_id = UUID(payload["news_id"])
        done: UUID | None = None
        while True:
            done, is_over = await self._write_some(news_id, int(payload["version"]), after=done)
            if is_over:
                return

    @retried
    async def _write_some(
        self, news_id: UUID, version: int, *, after: UUID | None
    ) -> tuple[UUID | None, bool]:
        now = self.clock()
        async with self.begin() as session:
            news = await news_of(session, news_id, lock=True)
            is_ours = news.version == version and news.state in {NewsState.PLANNED, NewsState.SENDING}
            if not is_ours:
                return None, True
            news.state = NewsState.SENDING
            readers = await self._next(session, news, after)
            cards = await cards_of(session, news.courses, now)
            for reader in readers:
                await write_news(session, news, cards, reader, at=now)
            if len(readers) < AT_ONCE:
                news.state, news.ended_at = NewsState.SENT, now
                return None, True
            return readers[-1].id, False

    @staticmethod
    async def _next(session: AsyncSession, news: News, after: UUID | None) -> list[Subscription]:
        readers = await readers_of(session, news)
        return [one for one in readers if after is None or one.id > after][:AT_ONCE]
