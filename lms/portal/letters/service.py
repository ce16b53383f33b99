"""What the team does with letters; every public method is one transaction."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.jobs.queue import enqueue
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.messaging.addresses import is_right_after_all, is_wrong
from lms.messaging.models import CallState, Channel, Letter, LetterState, PhoneCall
from lms.messaging.outbox import DELIVER, queue_of
from lms.messaging.paper import letters_pdf
from lms.messaging.queries import letters_of
from lms.messaging.secrets import COVER, MONEY, covered, is_secret
from lms.messaging.ways import call_until
from lms.people.models import Person
from lms.web.centre import the_centre
from lms.web.formats import date_plain, phone
from lms.web.language import gettext, use_locale
from lms.web.letters import postal_address
from lms.web.module import Around

AT_ONCE = 50


class NoTelephone(DomainError):
    """Nobody can be called whose number we do not know."""

    message = N_("We know no telephone number of this person. Enter it on the person's page, then try again.")


class NoPostalAddress(DomainError):
    """A letter cannot go by post to somebody whose address we do not know."""

    message = N_("We know no postal address for this person. Enter it on the person's page, then try again.")


class WordsAreGone(DomainError):
    """A letter held a link for its reader alone; once it had been carried, it was not kept."""

    message = N_(
        "This letter held a link that only its reader may know. We do not keep such links. Please call the person, or start the matter anew."
    )


class Post:
    """The team's hand on the letters."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def printed(self, actor: Actor, *, letter_ids: Sequence[UUID]) -> bytes:
        """These letters as one PDF, oldest first; nothing is marked by that. Raises NotFound when there is none."""
        ensure(actor.may_for_all("R", "message"), actor)
        async with self.begin.reading() as session:
            found = await letters_of(session, letter_ids[:AT_ONCE])
        letters = [letter for letter in found if not is_secret(letter.about_kind)]
        if not letters:
            raise NotFound
        centre, days = the_centre(), []
        for letter in letters:
            with use_locale("en" if letter.language == "en" else "de"):
                days.append(date_plain(letter.written_at))
        title = letters[0].subject if len(letters) == 1 else gettext("Letters")
        return await asyncio.to_thread(
            letters_pdf,
            letters,
            sender=f"{centre.name}, {centre.address}",
            sender_lines=[centre.name, centre.address, phone(centre.phone), centre.email],
            days=days,
            title=title,
            at=letters[0].written_at,
        )

    @retried
    async def mark_posted(self, actor: Actor, *, letter_ids: Sequence[UUID]) -> int:
        """These letters are in the post; says how many were still waiting. Twice is as good as once."""
        ensure(actor.may_for_all("R", "message"), actor)
        posted = 0
        async with self.begin() as session:
            for letter in await self._locked(session, letter_ids):
                if letter.channel is Channel.POST and letter.state is LetterState.WAITING:
                    letter.state, letter.sent_at = LetterState.SENT, self.clock()
                    self._note(session, actor, letter, "letter.posted")
                    posted += 1
        return posted

    @retried
    async def send_again(self, actor: Actor, *, letter_id: UUID) -> None:
        """Carry a letter that failed once more, to the address that the person has now. Raises NotFound."""
        ensure(actor.may_for_all("R", "message"), actor)
        async with self.begin() as session:
            letter = await self._one(session, letter_id)
            if letter.state is not LetterState.FAILED or is_secret(letter.about_kind):
                return
            _ensure_whole(letter)
            person = await session.get(Person, letter.person_id) if letter.person_id else None
            if letter.channel is Channel.SMS:
                letter.to_address = (person.phone if person else None) or letter.to_address
            elif person is not None and person.email:
                letter.to_address = person.email
            letter.state, letter.error = LetterState.WAITING, ""
            if letter.channel is Channel.POST:  # it could not be printed: the next print run tries again
                self._note(session, actor, letter, "letter.sent_again")
                return
            lane, priority = queue_of(letter.channel, letter.about_kind)
            enqueue(
                session, DELIVER, {"letter_id": str(letter.id)}, at=self.clock(), key=f"{DELIVER}:{uuid4()}",
                lane=lane, priority=priority,
            )  # fmt: skip
            self._note(session, actor, letter, "letter.sent_again")

    @retried
    async def put_on_paper(self, actor: Actor, *, letter_id: UUID) -> None:
        """Let a letter that failed as e-mail go by post. Raises NotFound, NoPostalAddress."""
        ensure(actor.may_for_all("R", "message"), actor)
        async with self.begin() as session:
            letter = await self._one(session, letter_id)
            if (
                letter.state is not LetterState.FAILED
                or letter.channel is Channel.POST
                or is_secret(letter.about_kind)
            ):
                return
            person = await session.get(Person, letter.person_id) if letter.person_id else None
            _ensure_whole(letter)
            if person is None or not (person.street and person.city):
                raise NoPostalAddress
            letter.postal_address = postal_address(person)
            letter.channel, letter.state, letter.error = Channel.POST, LetterState.WAITING, ""
            self._note(session, actor, letter, "letter.put_on_paper")

    @retried
    async def put_on_call_list(self, actor: Actor, *, letter_id: UUID) -> None:
        """Let somebody be told by telephone what could not be delivered. Raises NotFound, NoTelephone."""
        ensure(actor.may_for_all("R", "message"), actor)
        at = self.clock()
        async with self.begin() as session:
            letter = await self._one(session, letter_id)
            if letter.state is not LetterState.FAILED or is_secret(letter.about_kind):
                return
            person = await session.get(Person, letter.person_id) if letter.person_id else None
            if person is None or not person.phone:
                raise NoTelephone
            letter.channel, letter.state, letter.error = Channel.PHONE, LetterState.WAITING, ""
            letter.to_address, letter.short = person.phone, letter.short or covered(letter.text)
            called = await session.scalar(select(PhoneCall).where(PhoneCall.letter_id == letter.id))
            if called is None:
                session.add(
                    PhoneCall(
                        letter_id=letter.id, person_id=person.id, number=person.phone, made_at=at, call_until=call_until(at)
                    )
                )  # fmt: skip
            else:
                called.state, called.call_until, called.number = CallState.OPEN, call_until(at), person.phone
            self._note(session, actor, letter, "letter.put_on_call_list")

    @retried
    async def address_is_right(self, actor: Actor, *, address: str) -> None:
        """Somebody asked the person: the address is right, and is written to again. Twice is as good as once."""
        ensure(actor.may_for_all("R", "message"), actor)
        async with self.begin() as session:
            if not await is_wrong(session, address):
                return
            await is_right_after_all(session, address)
            persons = await session.scalars(select(Person.id).where(Person.email == address))
            for person_id in persons.all():
                record(
                    session, actor, "address.is_right", at=self.clock(), kind="person", object_id=person_id,
                    person_id=person_id,
                )  # fmt: skip

    async def _one(self, session: AsyncSession, letter_id: UUID) -> Letter:
        found = await self._locked(session, [letter_id])
        if not found:
            raise NotFound
        return found[0]

    @staticmethod
    async def _locked(session: AsyncSession, letter_ids: Sequence[UUID]) -> Sequence[Letter]:
        wanted = select(Letter).where(Letter.id.in_(letter_ids)).order_by(Letter.id).with_for_update()
        return (await session.scalars(wanted)).all()

    def _note(self, session: AsyncSession, actor: Actor, letter: Letter, action: str) -> None:
        record(
            session, actor, action, at=self.clock(), kind="letter", object_id=letter.id, person_id=letter.person_id,
            after={"subject": letter.subject},
        )  # fmt: skip


def _ensure_whole(letter: Letter) -> None:
    """A letter that was carried and came back has lost what only its reader may know."""
    was_carried = letter.sent_at is not None
    if was_carried and (letter.about_kind in MONEY or f"/{COVER}" in letter.text):
        raise WordsAreGone
