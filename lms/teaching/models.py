"""What trainers keep beside the register: materials, messages with their answers, reports, notes, proposals, a profile."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row


class MaterialKind(StrEnum):
    """A file, an address in the web, or a few words."""

    FILE = "file"
    LINK = "link"
    NOTE = "note"


class ShownFrom(StrEnum):
    """Since when participants see a material: at once, from a moment on, or once the session it belongs to has begun."""

    AT_ONCE = "at_once"
    MOMENT = "moment"
    SESSION = "session"


class ShownUntil(StrEnum):
    """How long: for ever, until a moment, or so many days after the end of the run."""

    ALWAYS = "always"
    MOMENT = "moment"
    AFTER_RUN = "after_run"


class Material(Row):
    """Something that a trainer hands to a run, or to one session of it.

    `stored` is the random name of the file below LMS_FILES; copies in other runs share it, and a sweep removes what no row
    names any more. `size` is in bytes. `tells` asks for a letter to the participants, `told_at` is when it was written.
    What was deleted can be restored for a while. Its id comes from the form, so that sending it twice is one material.
    """

    __tablename__ = "material"
    __table_args__ = (
        Index("ix_material_run", "run_id", "position"),
        CheckConstraint("(kind = 'file') = (stored <> '')", name="stored"),
        CheckConstraint("size >= 0 AND days_after >= 0", name="numbers"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    kind: Mapped[MaterialKind]
    title: Mapped[str]
    added_at: Mapped[datetime]
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), default=None, index=True
    )
    text: Mapped[str] = mapped_column(LongText, default="")
    address: Mapped[str] = mapped_column(LongText, default="")
    name: Mapped[str] = mapped_column(default="")
    media_type: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(default=0)
    stored: Mapped[str] = mapped_column(default="", index=True)
    position: Mapped[int] = mapped_column(default=0)
    shown_from: Mapped[ShownFrom] = mapped_column(default=ShownFrom.AT_ONCE)
    from_at: Mapped[datetime | None] = mapped_column(default=None)
    shown_until: Mapped[ShownUntil] = mapped_column(default=ShownUntil.ALWAYS)
    until_at: Mapped[datetime | None] = mapped_column(default=None)
    days_after: Mapped[int] = mapped_column(default=0)
    tells: Mapped[bool] = mapped_column(default=False)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    added_by: Mapped[UUID | None] = mapped_column(default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    version: Mapped[int] = mapped_column(default=1)


class Audience(StrEnum):
    """To whom a message of a trainer goes."""

    ALL = "all"
    ABSENT = "absent"
    WAITING = "waiting"
    ONE = "one"
    GUARDIANS = "guardians"


class GroupMessage(Row):
    """What a trainer has written to people of a run. Its id comes from the form: sent twice it goes out once."""

    __tablename__ = "group_message"
    __table_args__ = (
        Index("ix_group_message_run", "run_id", "sent_at"),
        Index("ix_group_message_sender", "sender_id", "sent_at"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    audience: Mapped[Audience]
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(LongText)
    sent_at: Mapped[datetime]
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("session.id", ondelete="SET NULL"), default=None
    )


class MessageReader(Row):
    """One person who gets a message, once however many children they have in the run.

    `enrolment_id` says for whose place; `is_copy` marks a guardian who reads what a child is written (L-34).
    """

    __tablename__ = "message_reader"
    __table_args__ = (
        UniqueConstraint("message_id", "person_id", "enrolment_id"),
        Index("ix_message_reader_enrolment", "enrolment_id"),
    )

    message_id: Mapped[UUID] = mapped_column(ForeignKey("group_message.id", ondelete="CASCADE"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    is_copy: Mapped[bool] = mapped_column(default=False)
    letter_id: Mapped[UUID | None] = mapped_column(default=None, index=True)


class MessageReply(Row):
    """What a participant, or a guardian, answers. `settled_at` is when the trainer answered or said that none is needed."""

    __tablename__ = "message_reply"
    __table_args__ = (Index("ix_message_reply_run", "run_id", "settled_at"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("group_message.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(LongText)
    written_at: Mapped[datetime]
    settled_at: Mapped[datetime | None] = mapped_column(default=None)


class MessagePattern(Row):
    """Words that a trainer has kept for the next time."""

    __tablename__ = "message_pattern"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(LongText)
    changed_at: Mapped[datetime]


class ReportKind(StrEnum):
    """What a trainer reports from a session: a trouble with the room, with devices, something else; or that it cannot be held."""

    ROOM = "room"
    DEVICES = "devices"
    OTHER = "other"
    DROPS_OUT = "drops_out"


class SessionReport(Row):
    """Something the team has to see to, reported from a session. Its id comes from the form.

    `wish` is the replacement date a trainer would like, in their own words. `picture` is a JPEG made anew by us.
    """

    __tablename__ = "session_report"
    __table_args__ = (Index("ix_session_report_open", "answered_at", "reported_at"),)

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    reporter_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[ReportKind]
    text: Mapped[str] = mapped_column(LongText)
    reported_at: Mapped[datetime]
    wish: Mapped[str] = mapped_column(default="")
    picture: Mapped[bytes | None] = mapped_column(default=None, deferred=True)
    has_picture: Mapped[bool] = mapped_column(default=False)
    answer: Mapped[str] = mapped_column(LongText, default="")
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by: Mapped[UUID | None] = mapped_column(default=None)
    answered_by_name: Mapped[str] = mapped_column(default="")


class SessionNote(Row):
    """A word for the colleagues who teach the same run, and for the team. Its id comes from the form."""

    __tablename__ = "session_note"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(LongText)
    written_at: Mapped[datetime]


class ProposalState(StrEnum):
    """Being written; with the planners; back with a question; and one of three ends."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    QUESTION = "question"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class CourseProposal(Row):
    """A course that a trainer would like to teach (F-H15). Its id comes from the form. `fee_cents` is what they think of per unit."""

    __tablename__ = "course_proposal"
    __table_args__ = (
        Index("ix_course_proposal_person", "person_id", "changed_at"),
        Index("ix_course_proposal_state", "state", "submitted_at"),
        CheckConstraint(
            "sessions > 0 AND minutes > 0 AND minimum > 0 AND maximum >= minimum", name="numbers"
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    audience: Mapped[str] = mapped_column(LongText, default="")
    outcomes: Mapped[str] = mapped_column(LongText, default="")
    sessions: Mapped[int] = mapped_column(default=4)
    minutes: Mapped[int] = mapped_column(default=90)
    dates: Mapped[str] = mapped_column(LongText, default="")
    place: Mapped[str] = mapped_column(default="")
    equipment: Mapped[str] = mapped_column(LongText, default="")
    minimum: Mapped[int] = mapped_column(default=5)
    maximum: Mapped[int] = mapped_column(default=12)
    fee_cents: Mapped[int | None] = mapped_column(default=None)
    materials: Mapped[str] = mapped_column(LongText, default="")
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.DRAFT)
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"), default=None)
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"), default=None)
    version: Mapped[int] = mapped_column(default=1)


class ProposalWord(Row):
    """What was said about a proposal, in the order of time: questions, answers, reasons; the team's name beside theirs."""

    __tablename__ = "proposal_word"
    __table_args__ = (Index("ix_proposal_word_proposal", "proposal_id", "said_at"),)

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("course_proposal.id", ondelete="CASCADE"))
    said_at: Mapped[datetime]
    state: Mapped[ProposalState]
    text: Mapped[str] = mapped_column(LongText, default="")
    is_team: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(default="")


class TrainerPortrait(Base):
    """The picture of a trainer, a JPEG made anew by us; another picture has another `mark`, which stands in its address."""

    __tablename__ = "trainer_portrait"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    mark: Mapped[str]
    image: Mapped[bytes] = mapped_column(deferred=True)
    sent_at: Mapped[datetime]


class TrainerPage(Base):
    """Which of their topics a trainer wants to show on the public page."""

    __tablename__ = "trainer_page"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    topics: Mapped[list[str]] = mapped_column(default_factory=list)
