"""What is being written for a course, what has been published of it, and how far everybody is."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row

NOT_DELETED = text("deleted_at IS NULL")


class LessonKind(StrEnum):
    """What somebody does in a lesson."""

    TEXT = "text"
    """Read, look, listen."""
    PRACTICE = "practice"
    """Steps that a person does on a device beside them."""
    QUIZ = "quiz"
    PACKAGE = "package"
    """SCORM, H5P or cmi5, played in a frame of its own."""
    TOOL = "tool"
    """Somebody else's page: a link, or an LTI tool."""


class Outline(Row):
    """What is being written for one course. `version` counts every change of its chapters, lessons and files.

    `template_of` names the outline it was copied from. `next_number` numbers the editions. `link_number` stands in every secret
    link to the draft: those made under a smaller one open nothing.
    """

    __tablename__ = "outline"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), unique=True)
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    next_number: Mapped[int] = mapped_column(default=1)
    is_template: Mapped[bool] = mapped_column(default=False)
    template_of: Mapped[UUID | None] = mapped_column(default=None)
    link_number: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[UUID | None] = mapped_column(default=None)


class Chapter(Row):
    """Lessons under one title, as they are being written."""

    __tablename__ = "chapter"
    __table_args__ = (Index("ix_chapter_outline", "outline_id", "position"),)

    outline_id: Mapped[UUID] = mapped_column(ForeignKey("outline.id", ondelete="CASCADE"))
    title: Mapped[str]
    position: Mapped[int]
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)


class Lesson(Row):
    """One lesson as it is being written. Its id stays in every edition, so that progress keeps its meaning.

    `text` is the Markdown of `content.lesson`. `body` holds what the kind needs: a quiz as JSON of `content.quiz.questions`,
    `{"package_id": …}`, or `{"address": …, "is_lti": …, "parameters": …}`. `minutes` is how long it takes, None where nobody
    has said so. Guests may read it with `is_preview`. `needed` says whether it counts for completing the course.
    """

    __tablename__ = "lesson"
    __table_args__ = (
        Index("ix_lesson_chapter", "chapter_id", "position"),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    chapter_id: Mapped[UUID] = mapped_column(ForeignKey("chapter.id", ondelete="CASCADE"))
    kind: Mapped[LessonKind]
    title: Mapped[str]
    position: Mapped[int]
    changed_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(LongText, default="")
    body: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    minutes: Mapped[int | None] = mapped_column(default=None)
    is_preview: Mapped[bool] = mapped_column(default=False)
    needed: Mapped[bool] = mapped_column(default=True)
    changed_by: Mapped[UUID | None] = mapped_column(default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


class LessonFile(Row):
    """A picture, video, sound or document that lessons of a course name by `name`. `stored` is its random name below LMS_FILES.

    `size` is in bytes. What was deleted stays as long as an edition names it.
    """

    __tablename__ = "lesson_file"
    __table_args__ = (
        Index(
            "uq_lesson_file_name",
            "outline_id",
            "name",
            unique=True,
            sqlite_where=NOT_DELETED,
            postgresql_where=NOT_DELETED,
        ),
        CheckConstraint("size >= 0", name="size"),
    )

    outline_id: Mapped[UUID] = mapped_column(ForeignKey("outline.id", ondelete="CASCADE"))
    name: Mapped[str]
    stored: Mapped[str] = mapped_column(index=True)
    media_type: Mapped[str]
    size: Mapped[int]
    added_at: Mapped[datetime]
    alt: Mapped[str] = mapped_column(LongText, default="")
    """What the editor proposes as description of a picture."""
    added_by: Mapped[UUID | None] = mapped_column(default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)


class Package(Row):
    """A package of somebody else's, unpacked below LMS_FILES in a folder with the random name `stored`.

    `kind` is a `content.course.PackageKind`; `entry` is the page to open first. `facts` is what its player needs of the manifest.
    It came with `course_id`; copies of its lesson in other courses play it too.
    """

    __tablename__ = "package"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    title: Mapped[str]
    stored: Mapped[str] = mapped_column(unique=True)
    entry: Mapped[str]
    size: Mapped[int]
    added_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    added_by: Mapped[UUID | None] = mapped_column(default=None)


class Edition(Row):
    """What was published of a course at one moment; it never changes. `note` says what is new in it."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("course_id", "number"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    number: Mapped[int]
    published_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(LongText, default="")
    published_by: Mapped[UUID | None] = mapped_column(default=None)


class EditionLesson(Row):
    """A lesson as it stands in an edition; `lesson_id` is the same in all of them. Never changed.

    `position` counts through the whole edition from 1.
    """

    __tablename__ = "edition_lesson"
    __table_args__ = (
        UniqueConstraint("edition_id", "lesson_id"),
        UniqueConstraint("edition_id", "position"),
        Index("ix_edition_lesson_lesson", "lesson_id"),
    )

    edition_id: Mapped[UUID] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID]
    position: Mapped[int]
    chapter: Mapped[str]
    kind: Mapped[LessonKind]
    title: Mapped[str]
    text: Mapped[str] = mapped_column(LongText, default="")
    body: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    minutes: Mapped[int | None] = mapped_column(default=None)
    is_preview: Mapped[bool] = mapped_column(default=False)
    needed: Mapped[bool] = mapped_column(default=True)


class EditionFile(Base):
    """A file by the name that the lessons of an edition use. Never changed."""

    __tablename__ = "edition_file"

    edition_id: Mapped[UUID] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    stored: Mapped[str] = mapped_column(index=True)
    media_type: Mapped[str]
    size: Mapped[int]


class RunEdition(Base):
    """The edition that a run has been moved to by hand; without a row it has the one of its start (`rules.edition_at`)."""

    __tablename__ = "run_edition"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("edition.id"), index=True)
    chosen_at: Mapped[datetime]
    chosen_by: Mapped[UUID | None] = mapped_column(default=None)


class Release(Row):
    """Since when the learners of a run see a lesson: from a moment on, or once a session has begun. Without a row: at once."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("run_id", "lesson_id"),
        CheckConstraint("(from_at IS NULL) <> (session_id IS NULL)", name="one"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID]
    from_at: Mapped[datetime | None] = mapped_column(default=None)
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), default=None, index=True
    )


class Progress(Row):
    """How far somebody is in one lesson. `done_at` None: begun. `place` is where to go on: an anchor, or the number of a step."""

    __tablename__ = "progress"
    __table_args__ = (UniqueConstraint("enrolment_id", "lesson_id"), Index("ix_progress_lesson", "lesson_id"))

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    place: Mapped[str] = mapped_column(default="")
