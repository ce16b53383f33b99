"""What differs between two states of a course, in lessons and lines; plain functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, ndiff
from enum import StrEnum
from uuid import UUID

from lms.learning.contents.naming import names_in, texts_in
from lms.learning.contents.reading import Written
from lms.learning.contents.rules import leaving_the_desk
from lms.learning.models import EditionLesson

MOST_LINES = 2_000


class Change(StrEnum):
    """What became of a lesson."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class State:
    """The lessons of a course at one moment, and the stored names of their files by the names they use."""

    lessons: Sequence[EditionLesson]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One lesson that differs. `what` names the columns; `old` and `new` are None where it was or is not there."""

    change: Change
    old: EditionLesson | None
    new: EditionLesson | None
    what: Sequence[str] = ()

    @property
    def title(self) -> str:
        """As it is called now, or was last."""
        return self.new.title if self.new else self.old.title if self.old else ""

    @property
    def lesson_id(self) -> UUID | None:
        """The same in both states."""
        found = self.new or self.old
        return found.lesson_id if found else None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text: `sign` is `+` where it is new, `-` where it is gone, and a space where it is in both."""

    sign: str
    text: str


COLUMNS = ("title", "kind", "text", "body", "minutes", "is_preview", "needed")


def as_edition(what: Written, edition_id: UUID) -> Sequence[EditionLesson]:
    """The lessons that are being written as an edition would hold them; rows that are in no session yet."""
    return [
        EditionLesson(
            edition_id=edition_id, lesson_id=lesson.id, position=position, chapter=part.chapter.title,
            kind=lesson.kind, title=lesson.title, text=lesson.text,
            body=leaving_the_desk(lesson.kind, lesson.body), minutes=lesson.minutes,
            is_preview=lesson.is_preview, needed=lesson.needed,
        )
        for position, (part, lesson) in enumerate(
            ((part, lesson) for part in what.parts for lesson in part.lessons), 1
        )
    ]  # fmt: skip


def differences(old: State, new: State) -> Sequence[Difference]:
    """What is new, changed or moved, in the new order; then what is gone."""
    before = {one.lesson_id: one for one in old.lessons}
    after = {one.lesson_id for one in new.lessons}
    moved = _moved([one.lesson_id for one in old.lessons if one.lesson_id in after],
                   [one.lesson_id for one in new.lessons if one.lesson_id in before])  # fmt: skip
    swapped = {name for name in old.files.keys() & new.files.keys() if old.files[name] != new.files[name]}
    found = []
    for one in new.lessons:
        other = before.get(one.lesson_id)
        if other is None:
            found.append(Difference(Change.NEW, None, one))
            continue
        what = [name for name in COLUMNS if getattr(one, name) != getattr(other, name)]
        if names_in([one.text, *texts_in(one.body)], swapped):
            what.append("files")
        if what:
            found.append(Difference(Change.CHANGED, other, one, what))
        elif one.lesson_id in moved or one.chapter != other.chapter:
            found.append(Difference(Change.MOVED, other, one))
    found += [Difference(Change.GONE, one, None) for one in old.lessons if one.lesson_id not in after]
    return found


def lines(old: str, new: str) -> Sequence[Line]:
    """Two texts line by line; a very long pair only as what is gone and what is new."""
    before, after = old.splitlines(), new.splitlines()
    if len(before) + len(after) > MOST_LINES:
        return [*(Line("-", text) for text in before), *(Line("+", text) for text in after)]
    return [Line(line[0], line[2:]) for line in ndiff(before, after) if line[0] in "+- "]


def _moved(old: Sequence[UUID], new: Sequence[UUID]) -> set[UUID]:
    """Those that do not stand in the same order."""
    kept = {
        one
        for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        for one in old[block.a : block.a + block.size]
    }
    return set(new) - kept
