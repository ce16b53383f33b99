"""The forms about chapters, lessons and files, and what they say."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from content.lesson import MAX_CHARACTERS
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.learning.contents import rules
from lms.learning.contents.reading import Part
from lms.learning.contents.rules import (
    LONGEST_DESCRIPTION,
    LONGEST_MINUTES,
    LONGEST_PARAMETERS,
    LONGEST_TITLE,
)
from lms.learning.contents.service import LessonWording
from lms.learning.models import Chapter, Lesson, LessonKind
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    Form,
    Hidden,
    Number,
    Radios,
    Select,
    Text,
    TextArea,
    Upload,
    form_from,
)
from lms.web.sent import uuid_in

BYTES_OF_A_SIGN = 4  # at most, in UTF-8
KINDS: Mapping[LessonKind, tuple[str, str]] = {
    LessonKind.TEXT: (N_("Text to read"), N_("With pictures, videos, sound and files, if you like.")),
    LessonKind.PRACTICE: (
        N_("Practice step by step"),
        N_("What people do on a device beside them. They can ask for help at each step."),
    ),
    LessonKind.QUIZ: (N_("Quiz"), N_("Questions that are marked.")),
    LessonKind.PACKAGE: (
        N_("Learning package"),
        N_("Something interactive that you have as a file: SCORM, H5P or cmi5."),
    ),
    LessonKind.TOOL: (
        N_("Link to a website"), N_("A page of somebody else's, or one of the centre's learning tools (LTI).")
    ),
}  # fmt: skip
PLAIN, LTI = "link", "lti"


class ChapterForm(Form):
    """The title of a chapter."""

    title = Text(N_("Title of the chapter"), longest=LONGEST_TITLE, missing=N_("Enter a title."))
    key = Hidden()


class NewLessonForm(Form):
    """A lesson to begin with."""

    title = Text(N_("Title of the lesson"), longest=LONGEST_TITLE, missing=N_("Enter a title."))
    kind = Radios(
        N_("What kind of lesson?"),
        choices=[(kind.value, words) for kind, (words, _) in KINDS.items()],
        hints={kind.value: hint for kind, (_, hint) in KINDS.items()},
        missing=N_("Choose what kind of lesson it is."),
        default=LessonKind.TEXT.value,
    )
    chapter = Select(N_("In which chapter?"), missing=N_("Choose a chapter."))
    key = Hidden()

    def knowing(self, chapters: Sequence[Chapter]) -> "NewLessonForm":
        """These chapters can be chosen."""
        self.chapter.choices = [(str(one.id), one.title) for one in chapters]
        return self


class MoveForm(Form):
    """Where a lesson goes."""

    chapter = Radios(N_("Into which chapter?"), missing=N_("Choose a chapter."))


class LessonForm(Form):
    """A lesson in its editor. Which fields are shown depends on its kind."""

    title = Text(N_("Title of the lesson"), longest=LONGEST_TITLE, missing=N_("Enter a title."))
    kind = Radios(
        N_("What kind of lesson?"),
        choices=[(kind.value, KINDS[kind][0]) for kind in (LessonKind.TEXT, LessonKind.PRACTICE)],
        hints={kind.value: KINDS[kind][1] for kind in (LessonKind.TEXT, LessonKind.PRACTICE)},
        default=LessonKind.TEXT.value,
        is_asked=True,
    )
    text = TextArea(
        N_("Text"),
        rows=24,
        longest=MAX_CHARACTERS,
        most_bytes=MAX_CHARACTERS * BYTES_OF_A_SIGN,
        is_asked=True,
    )
    address = Text(
        N_("Address of the website"),
        longest=2_000,
        inputmode="url",
        is_asked=True,
        hint=N_("For example: https://www.example.org/"),
    )
    link = Radios(
        N_("What does it open?"),
        choices=[(PLAIN, N_("Simple link")), (LTI, N_("Learning tool (LTI)"))],
        hints={
            PLAIN: N_("Learners say themselves when they are done."),
            LTI: N_(
                "The tool reports what the learners have done. "
                "Its address has to belong to a tool that stands in the administration under Learning tools of others."
            ),
        },
        default=PLAIN,
        is_asked=True,
    )
    parameters = TextArea(
        N_("What the learning tool is told (LTI only)"),
        rows=3,
        longest=LONGEST_PARAMETERS,
        hint=N_("Only what its provider asks for: one a line, as name=value."),
    )
    minutes = Number(
        N_("How many minutes does it take?"), least=1, most=LONGEST_MINUTES, width=5,
        hint=N_("Roughly. Learners see it in the list."),
    )  # fmt: skip
    needed = Checkbox(
        N_("Counts for completing the course"), hint=N_("Leave it out for lessons that are an extra.")
    )
    is_preview = Checkbox(
        N_("Guests may read this lesson"),
        hint=N_("It then stands on the public page of the course, as a sample."),
    )
    version = Hidden()

    def wording(self) -> LessonWording:
        """What was typed."""
        return LessonWording(
            title=self.title.data or "",
            text=self.text.data or "",
            minutes=self.minutes.data,
            is_preview=bool(self.is_preview.data),
            needed=bool(self.needed.data),
            is_practice=self.kind.data == LessonKind.PRACTICE,
            address=self.address.data or "",
            is_lti=self.link.data == LTI,
            parameters=self.parameters.data or "",
        )


class FilesForm(Form):
    """Files to upload, and what is to be seen in them."""

    files = Upload(
        N_("Files"),
        is_asked=True,
        hint=N_(
            "You can choose several: pictures, MP4 or WebM, MP3, captions (.vtt), PDF, Word, Excel, PowerPoint, OpenDocument, text. "
            "At most 100 MB each and 200 MB together."
        ),
    )
    key = Hidden()


class AltForm(Form):
    """What is to be seen in a picture."""

    alt = Text(
        N_("What is to be seen in it?"),
        longest=LONGEST_DESCRIPTION,
        missing=N_("Describe the picture in a sentence, for people who do not see it."),
    )


class PublishForm(Form):
    """What is new in an edition."""

    note = TextArea(
        N_("What is new?"),
        rows=3,
        longest=2_000,
        hint=N_("For colleagues: it stands in the list of editions."),
    )
    version = Hidden()
    key = Hidden()


class CopyForm(Form):
    """What is taken over, and where it goes."""

    whole = Radios(
        N_("What do you want to take over?"),
        choices=[("all", N_("Everything")), ("some", N_("Only what I choose"))],
        missing=N_("Choose what you want to take over."),
    )
    lessons = Checkboxes(N_("Which lessons?"), is_asked=True)
    into = Select(
        N_("Into which chapter?"), blank=N_("Into new chapters with the same titles"), is_asked=True
    )
    key = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """Also that something was chosen."""
        is_fine = bool(super().validate(extra_validators))
        if self.whole.data == "some" and not self.lessons.data:
            self.refuse("lessons", N_("Choose at least one lesson."))
            return False
        return is_fine

    def chosen(self, parts: Sequence[Part]) -> set[UUID]:
        """The lessons that were ticked, those of chapters that were, or all of them."""
        ticked = set(self.lessons.data or ())
        return {
            lesson.id
            for part in parts
            for lesson in part.lessons
            if self.whole.data == "all" or {str(lesson.id), str(part.chapter.id)} & ticked
        }


def lesson_form(lesson: Lesson) -> LessonForm:
    """The editor as the lesson is stored."""
    return form_from(
        LessonForm, title=lesson.title, kind=lesson.kind.value, text=lesson.text, minutes=lesson.minutes,
        address=str(lesson.body.get("address", "")), link=LTI if lesson.body.get("is_lti") else PLAIN,
        parameters=rules.lines_of(lesson.body.get("parameters", {})), needed=lesson.needed, is_preview=lesson.is_preview,
        version=str(lesson.version),
    )  # fmt: skip


def key_in(form: Any) -> UUID:
    """The id that a form carries for what it makes. Raises NotFound."""
    key = uuid_in(form.key.data)
    if key is None:
        raise NotFound
    return key


def new_key() -> str:
    """An id for what a form will make."""
    return str(uuid4())
