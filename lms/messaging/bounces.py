"""Reads the mailbox for returns again and again, and tells of what came back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from imapclient.exceptions import IMAPClientError
from sqlalchemy import or_, select, update

from lms.db import Begin, retried
from lms.kernel.clock import Clock
from lms.kernel.tokens import Signer
from lms.messaging.addresses import came_back
from lms.messaging.mailbox import Mailbox
from lms.messaging.models import Letter, LetterState, Return, Verdict
from lms.messaging.return_path import ReturnPath
from lms.messaging.returns import Judgement, judged
from lms.messaging.troubles import Trouble, noted
from lms.settings import Settings

EVERY = timedelta(minutes=5)
AT_ONCE = 200
DEALT_WITH = frozenset({Verdict.PERMANENT, Verdict.TEMPORARY})
"""What goes into the other folder. What people wrote stays unread for a human being."""


@dataclass(frozen=True, slots=True)
class _Found:
    key: str
    uid: int
    judgement: Judgement


class Bounces:
    """One round through the mailbox: reads, judges, notes, puts away. Killed anywhere, the next round goes on."""

    def __init__(self, begin: Begin, clock: Clock, settings: Settings) -> None:
        self.begin = begin
        self.clock = clock
        self.url = settings.bounce_imap_url.get_secret_value()
        self.return_path = ReturnPath(settings.bounce_address, Signer(settings.secret_values))

    async def read(self) -> int:
        """Deal with what is new and say how much that was; nothing happens where no mailbox is set, or it is away."""
        if not self.url:
            return 0
        try:
            return await self._round()
        except (IMAPClientError, OSError) as error:
            structlog.get_logger("lms.bounces").warning("mailbox_away", reason=f"{type(error).__name__}")
            return 0

    async def _round(self) -> int:
        box = await asyncio.to_thread(Mailbox(self.url).__enter__)
        try:
            unread = await asyncio.to_thread(box.unread)
            known = await self._known(list(unread))
            new = [key for key in unread if key not in known][:AT_ONCE]
            found = await asyncio.to_thread(self._judged, box, {key: unread[key] for key in new})
            for one in found:
                await self.note(one.key, one.judgement)
            done = [one.uid for one in found if one.judgement.verdict in DEALT_WITH]
            done += [
                unread[key] for key, verdict in known.items() if verdict in DEALT_WITH
            ]  # killed in between
            await asyncio.to_thread(box.put_away, done)
        finally:
            await asyncio.to_thread(box.__exit__, None, None, None)
        return len(found)

    def _judged(self, box: Mailbox, wanted: dict[str, int]) -> Sequence[_Found]:
        beginnings = box.beginnings(wanted.values())
        return [_Found(key, uid, judged(beginnings[uid], self.return_path)) for key, uid in wanted.items()]

    async def _known(self, keys: Sequence[str]) -> dict[str, Verdict]:
        async with self.begin.reading() as session:
            rows = await session.execute(select(Return.key, Return.verdict).where(Return.key.in_(keys)))
            return {row.key: row.verdict for row in rows}

    @retried
    async def note(self, key: str, what: Judgement) -> None:
        """Write down what a message means, once: also when the mailbox was set up anew and counts its messages afresh."""
        at = self.clock()
        async with self.begin() as session:
            seen = await session.scalar(
                select(Return).where(or_(Return.key == key, Return.fingerprint == what.fingerprint))
            )
            if seen is not None:
                seen.key = key
                return
            session.add(
                Return(
                    key=key, fingerprint=what.fingerprint, read_at=at, verdict=what.verdict, letter_id=what.letter_id,
                    said=what.said,
                )
            )  # fmt: skip
            letter = await session.get(Letter, what.letter_id) if what.letter_id else None
            if letter is None or what.verdict is not Verdict.PERMANENT:
                return
            if what.trouble is Trouble.BOUNCED:
                await came_back(session, letter, what.said, at=at)
            else:
                await session.execute(
                    update(Letter)
                    .where(Letter.id == letter.id, Letter.state == LetterState.SENT)
                    .values(state=LetterState.FAILED, error=noted(what.trouble, what.said))
                )
