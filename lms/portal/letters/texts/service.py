"""Changing the words of letters; every public method is one transaction."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.messaging.wordings import LetterWording, Voice
from lms.people.models import Person
from lms.portal.letters.texts.errors import LonelyBrace, MustStay, UnknownName
from lms.portal.letters.texts.reading import Stationery, object_of
from lms.web.letters import write_trial
from lms.web.module import Around
from lms.web.wording import CLOSING, NAMED, OPENING

Words = Mapping[str, tuple[str, str]]
COMMON = ("reader", "centre")
"""Names that the team's own paragraphs may use beside those of the letter's sentences."""
BY_LAW = frozenset(
    {
        "You can withdraw from this contract within 14 days, without giving reasons. A clear statement is enough: by e-mail, by letter, by telephone or on our pages. The period begins with the day of this letter. We then pay back everything you have paid within 14 days.",
    }
)
"""Sentences that no letter may lose: the information on the right of withdrawal (article 246a § 1 (2) EGBGB)."""


class LetterTexts:
    """The team's hand on the words of letters."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def save(self, actor: Actor, one: Stationery, voice: Voice, words: Words, *, seen: str) -> None:
        """Word these sentences so; what equals the words the service comes with is no change, and those not named keep theirs.

        `seen` is the `mark` of the words that the page showed. Raises Stale when somebody else was quicker, UnknownName,
        LonelyBrace, MustStay.
        """
        ensure(actor.may_for_all("texts", "settings"), actor)
        wanted = wanted_changes(one, voice, words)
        try:
            await self._write(actor, one, voice, {message: wanted.get(message) for message in words}, seen)
        except IntegrityError:  # both were first to word a sentence: the database lets one of them
            raise Stale from None

    @retried
    async def _write(
        self,
        actor: Actor,
        one: Stationery,
        voice: Voice,
        wanted: Mapping[str, tuple[str, str] | None],
        seen: str,
    ) -> None:
        now = self.clock()
        async with self.begin() as session:
            rows = await wordings_of(session, one.template, voice, lock=True)
            if mark(rows) != seen:
                raise Stale
            was = {message: (row.text, row.plural) for message, row in rows.items()}
            changed = [message for message, chosen in wanted.items() if was.get(message) != chosen]
            if not changed:
                return
            await session.execute(
                delete(LetterWording).where(
                    LetterWording.id.in_([rows[message].id for message in changed if message in rows])
                )
            )
            session.add_all(
                LetterWording(
                    template=one.template, voice=voice, message=message, text=chosen[0], plural=chosen[1],
                    changed_at=now, changed_by=actor.account_id, changed_by_name=actor.name,
                )
                for message in changed
                if (chosen := wanted[message]) is not None
            )  # fmt: skip
            record(
                session,
                actor,
                "letter.worded",
                at=now,
                kind="letter-wording",
                object_id=object_of(one.template, voice),
                before={message: was[message][0] if message in was else None for message in changed},
                after={message: chosen[0] if (chosen := wanted[message]) else None for message in changed},
            )

    @retried
    async def reset(self, actor: Actor, one: Stationery, voice: Voice) -> None:
        """Back to the words that the service comes with. Twice is as good as once."""
        ensure(actor.may_for_all("texts", "settings"), actor)
        async with self.begin() as session:
            rows = await wordings_of(session, one.template, voice, lock=True)
            if not rows:
                return
            await session.execute(
                delete(LetterWording).where(LetterWording.id.in_([row.id for row in rows.values()]))
            )
            record(
                session,
                actor,
                "letter.worded",
                at=self.clock(),
                kind="letter-wording",
                object_id=object_of(one.template, voice),
                before={message: row.text for message, row in rows.items()},
                after=dict.fromkeys(rows),
            )

    @retried
    async def send_trial(
        self, actor: Actor, *, key: UUID, voice: Voice, subject: str, text: str, html: str
    ) -> str:
        """Send a letter that somebody looks at to themselves, by e-mail; once for each key. Gives the address.

        Raises NotFound when the actor has no e-mail address.
        """
        ensure(actor.may_for_all("texts", "settings"), actor)
        async with self.begin() as session:
            person = await session.get(Person, actor.person_id) if actor.person_id else None
            if person is None or not person.email:
                raise NotFound
            await write_trial(
                session,
                key=str(key),
                to=person,
                language=voice.language,
                laid_out=(subject, text, html),
                at=self.clock(),
            )
            return person.email


async def wordings_of(
    session: AsyncSession, template: str, voice: Voice, *, lock: bool = False
) -> Mapping[str, LetterWording]:
    """The team's words of one template in one voice, by message."""
    wanted = select(LetterWording).where(LetterWording.template == template, LetterWording.voice == voice)
    rows = await session.scalars(wanted.with_for_update() if lock else wanted)
    return {row.message: row for row in rows}


def mark(rows: Mapping[str, LetterWording]) -> str:
    """Another one whenever the words are others."""
    stored = sorted((message, row.text, row.plural) for message, row in rows.items())
    return sha256(repr(stored).encode()).hexdigest()[:16]


def wanted_changes(one: Stationery, voice: Voice, words: Words) -> Words:
    """Those of the words that differ from what the service comes with. Raises UnknownName, LonelyBrace, MustStay."""
    lines = {line.message: line for line in one.lines}
    every = sorted({name for line in one.lines for name in line.names})
    changed: dict[str, tuple[str, str]] = {}
    for message, (text, plural) in words.items():
        if message in {OPENING, CLOSING}:
            check(text, [*every, *COMMON])
            if text:
                changed[message] = (text, "")
            continue
        line = lines[message]
        check(text, line.names)
        check(plural, line.names)
        if message in BY_LAW and not text:
            raise MustStay
        if (text, plural) != line.default(voice):
            changed[message] = (text, plural)
    return changed


def check(text: str, names: Sequence[str]) -> None:
    """Raise UnknownName or LonelyBrace unless every brace belongs to one of the names."""
    known = set(names)
    for match in re.finditer(r"\{([^{}]*)\}", text):
        if match[1] not in known:
            raise UnknownName(found=match[0][:40])
    if re.search(r"[{}]", NAMED.sub("", text)):
        raise LonelyBrace
