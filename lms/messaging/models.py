"""The outbox of letters."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class Channel(StrEnum):
    """How somebody wants to be reached."""

    EMAIL = "email"
    POST = "post"
    SMS = "sms"
    PHONE = "phone"


class AddressForm(StrEnum):
    """How somebody wants to be spoken to in German: as one speaks to strangers, with "du", or in plain words."""

    FORMAL = "formal"
    INFORMAL = "informal"
    PLAIN = "plain"


class LetterState(StrEnum):
    """Waiting for its carrier; sent (or printed); given up, for staff to see."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Letter(Row):
    """One letter to one reader, by one way. `key` makes writing it twice impossible; the Message-ID is made from `id` and never changes.

    `to_address` is where it goes: an e-mail address, or the telephone number of a short message or a call. `short` is what
    such a message or call says. `print_run_id` is the print run it lies in: one at most, until that is put back.
    `template` and `composition` tell what it says before it is put into words, so that it can be worded anew for a preview.
    `unsubscribe` is where its reader says that they want no more of this kind: news carry it, what serves a course never does.
    """

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_person", "person_id"), Index("ix_letter_state", "state", "channel"))

    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    person_id: Mapped[UUID | None]
    to_name: Mapped[str]
    to_address: Mapped[str]
    channel: Mapped[Channel]
    language: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(LongText)
    html: Mapped[str] = mapped_column(LongText)
    written_at: Mapped[datetime]
    state: Mapped[LetterState] = mapped_column(default=LetterState.WAITING)
    postal_address: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    error: Mapped[str] = mapped_column(LongText, default="")
    about_kind: Mapped[str] = mapped_column(default="")
    about_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    short: Mapped[str] = mapped_column(LongText, default="")
    print_run_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    template: Mapped[str] = mapped_column(default="")
    composition: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    unsubscribe: Mapped[str] = mapped_column(default="")


class Enclosure(Row):
    """Something that travels with a letter: a calendar entry, a PDF."""

    __tablename__ = "enclosure"

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes]


class WrongAddress(Base):
    """An e-mail address at which nobody can be reached, in small letters: what was said, and of which letter.

    It is the address that is wrong, not the person: whoever gets another one is written to by e-mail again.
    """

    __tablename__ = "wrong_address"

    address: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    said: Mapped[str] = mapped_column(LongText, default="")
    letter_id: Mapped[UUID | None] = mapped_column(default=None)


class Verdict(StrEnum):
    """What a message in the mailbox for returns was: the address is wrong; a delay; none of our letters; nothing of use."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    STRANGE = "strange"
    OTHER = "other"


class Return(Row):
    """One message that was read from the mailbox for returns, kept so that it is judged once.

    `key` names it in that mailbox (RFC 3501: UIDVALIDITY and UID), `fingerprint` wherever it lies.
    """

    __tablename__ = "mail_return"

    key: Mapped[str] = mapped_column(unique=True)
    fingerprint: Mapped[str] = mapped_column(unique=True)
    read_at: Mapped[datetime] = mapped_column(index=True)
    verdict: Mapped[Verdict]
    letter_id: Mapped[UUID | None] = mapped_column(index=True, default=None)
    said: Mapped[str] = mapped_column(LongText, default="")


class PrintRunState(StrEnum):
    """Being made ready by the worker; ready for the printer; printed, said somebody; put back: nothing was printed."""

    PREPARING = "preparing"
    READY = "ready"
    PRINTED = "printed"
    PUT_BACK = "put_back"


class PrintRun(Row):
    """Letters that are printed together as one PDF: who let it be made, when, and who said that it is printed."""

    __tablename__ = "print_run"
    __table_args__ = (Index("ix_print_run_state", "state", "made_at"),)

    made_at: Mapped[datetime]
    state: Mapped[PrintRunState] = mapped_column(default=PrintRunState.PREPARING)
    made_by: Mapped[UUID | None] = mapped_column(default=None)
    made_by_name: Mapped[str] = mapped_column(default="")
    letters: Mapped[int] = mapped_column(default=0)
    rendered: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by_name: Mapped[str] = mapped_column(default="")


class PrintRunDocument(Base):
    """The PDF of a print run, kept for a while so that what the printer spoiled can be printed again."""

    __tablename__ = "print_run_document"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("print_run.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes]
    written_at: Mapped[datetime]


class CallState(StrEnum):
    """To be made; somebody was reached and told; given up for a letter on paper."""

    OPEN = "open"
    REACHED = "reached"
    BY_POST = "by_post"


class PhoneCall(Row):
    """A letter that is told on the telephone: an entry of the call list.

    Whoever calls claims all open entries of the person for a few minutes, so that two never call the same one. After
    `call_until` the letter goes by post; `deadline` is what the letter itself speaks of, such as the end of an offer.
    """

    __tablename__ = "phone_call"
    __table_args__ = (Index("ix_phone_call_state", "state", "call_until"),)

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), unique=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    number: Mapped[str]
    made_at: Mapped[datetime]
    call_until: Mapped[datetime]
    state: Mapped[CallState] = mapped_column(default=CallState.OPEN)
    deadline: Mapped[datetime | None] = mapped_column(default=None)
    claimed_by: Mapped[UUID | None] = mapped_column(default=None)
    claimed_name: Mapped[str] = mapped_column(default="")
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class CallOutcome(StrEnum):
    """What came of one attempt."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    BY_POST = "by_post"


class PhoneAttempt(Row):
    """One attempt to reach somebody: who dialled, when, and what came of it. The house itself has no account and no name."""

    __tablename__ = "phone_attempt"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("phone_call.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    outcome: Mapped[CallOutcome]
    by: Mapped[UUID | None] = mapped_column(default=None)
    by_name: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(LongText, default="")
