"""The forms of surveys: one made of the questions of a run, and those of the team."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from lms.kernel.marking import N_
from lms.surveys.models import Occasion
from lms.surveys.questions import (
    KIND_WORDS,
    LONGEST_TEXT,
    SAID_IN_WORDS,
    Choice,
    Question,
    QuestionKind,
)
from lms.web.forms import Checkbox, Checkboxes, Form, Hidden, Radios, Text, TextArea, form_from
from lms.web.language import current_language

PREFIX = "frage_"
OCCASION_WORDS: Mapping[Occasion, str] = {
    Occasion.FIRST_SESSION: N_("After the first session"),
    Occasion.LAST_SESSION: N_("After the last session"),
}
NO_NAMES = N_("Please write no names, neither your own nor others'.")


class AnswerForm(Form):
    """What every form of answers carries: `seen` says which texts were sent on although they may hold a name."""

    seen = Hidden(longest=64)
    key = Hidden(longest=36)

    @property
    def given(self) -> dict[str, str]:
        """The answers by the key of their question."""
        return {
            field.name.removeprefix(PREFIX): str(field.data or "")
            for field in self
            if field.name.startswith(PREFIX)
        }

    @property
    def texts(self) -> dict[str, str]:
        """The free texts by the name of their field."""
        return {field.name: field.data for field in self if isinstance(field, TextArea) and field.data}

    @property
    def digest(self) -> str:
        """The same for the same texts."""
        return sha256("\0".join(self.texts.values()).encode()).hexdigest()[:32]


def answer_form(
    questions: Sequence[Question],
    sent: Mapping[str, Any] | None = None,
    *,
    informal: bool = False,
    is_paper: bool = False,
) -> AnswerForm:
    """The questions as a form. On paper nothing is required: what was left out stays so."""
    language = current_language()
    fields = {
        f"{PREFIX}{one.key}": _field(one, language, informal=informal, needed=one.needed and not is_paper)
        for one in questions
    }
    made: type[AnswerForm] = type("AnswerFormOfRun", (AnswerForm,), fields)
    return form_from(made, sent)


def _field(question: Question, language: str, *, informal: bool, needed: bool) -> Any:
    label = question.text(language, informal=informal)
    if question.kind is QuestionKind.TEXT:
        return TextArea(
            label,
            longest=LONGEST_TEXT,
            hint=NO_NAMES,
            missing=N_("An answer is missing here.") if needed else "",
        )
    return Radios(
        label, choices=question.options(language), missing=N_("An answer is missing here.") if needed else ""
    )


class NewForm(Form):
    """A new questionnaire."""

    key = Hidden()
    title = Text(
        N_("Name of the questionnaire"),
        hint=N_("Only the team reads it."),
        missing=N_("Enter a name."),
        longest=120,
    )
    occasion = Radios(
        N_("When are people asked?"),
        choices=[(occasion.value, words) for occasion, words in OCCASION_WORDS.items()],
        hints={
            Occasion.FIRST_SESSION.value: N_("The run goes on: trainers can still change something."),
            Occasion.LAST_SESSION.value: N_("Tells how it was altogether."),
        },
        missing=N_("Choose when people are asked."),
    )


class UseForm(Form):
    """Where a questionnaire is used."""

    version = Hidden()
    title = Text(
        N_("Name of the questionnaire"),
        hint=N_("Only the team reads it."),
        missing=N_("Enter a name."),
        longest=120,
    )
    for_all = Checkbox(N_("For all courses that have no questionnaire of their own"))
    courses = Checkboxes(N_("For these courses"))


class QuestionForm(Form):
    """One question. What does not belong to its kind is left empty."""

    version = Hidden()
    key = Hidden()
    kind = Radios(
        N_("How is it answered?"),
        choices=[(kind.value, words) for kind, words in KIND_WORDS.items()],
        missing=N_("Choose how it is answered."),
    )
    text_de = Text(
        N_("Question in German, with Sie"), missing=N_("Enter the question in German."), longest=300
    )
    text_du = Text(
        N_("Question in German, with du"),
        hint=N_("For children and for those who want it. Empty: as above."),
        longest=300,
    )
    text_en = Text(N_("Question in English"), hint=N_("Empty: the German one is asked."), longest=300)
    needed = Checkbox(N_("This question must be answered."))
    low = Text(N_("Scale: 1 means"), hint=N_("For example: gar nicht gut"), longest=60)
    high = Text(N_("Scale: 5 means"), hint=N_("For example: sehr gut"), longest=60)
    low_en = Text(N_("Scale: 1 means, in English"), longest=60)
    high_en = Text(N_("Scale: 5 means, in English"), longest=60)
    choices = TextArea(
        N_("Answers to choose from, one a line"),
        hint=N_("In English behind a vertical bar: zu schnell | too fast"),
        longest=2_000,
    )

    finding = Text(
        N_("How the result is said"),
        hint=N_(
            "About those who said yes, or 4 or 5. Goes on after “9 von 12”, for example: würden den Kurs weiterempfehlen"
        ),
        longest=120,
    )
    finding_en = Text(N_("How the result is said, in English"), longest=120)

    def question(self) -> Question:
        """As the service takes it."""
        kind = QuestionKind(self.kind.data)
        is_scale = kind is QuestionKind.SCALE
        return Question(
            kind=kind,
            key=self.key.data or Question(kind=kind, text_de="").key,
            text_de=self.text_de.data or "",
            text_du=self.text_du.data or "",
            text_en=self.text_en.data or "",
            needed=bool(self.needed.data),
            low=Choice(self.low.data or "", self.low_en.data or "") if is_scale else Choice(""),
            high=Choice(self.high.data or "", self.high_en.data or "") if is_scale else Choice(""),
            choices=_choices(self.choices.data or "") if kind is QuestionKind.CHOICE else (),
            finding=Choice(self.finding.data or "", self.finding_en.data or "")
            if kind in SAID_IN_WORDS
            else Choice(""),
        )


def _choices(typed: str) -> tuple[Choice, ...]:
    parts = [line.partition("|") for line in typed.splitlines() if line.strip()]
    return tuple(Choice(de.strip(), en.strip()) for de, _, en in parts)


def form_of(question: Question, version: int) -> QuestionForm:
    """The form of a question that is there."""
    return form_from(
        QuestionForm,
        None,
        version=str(version),
        key=question.key,
        kind=question.kind.value,
        text_de=question.text_de,
        text_du=question.text_du,
        text_en=question.text_en,
        needed=question.needed,
        low=question.low.de,
        high=question.high.de,
        low_en=question.low.en,
        high_en=question.high.en,
        finding=question.finding.de,
        finding_en=question.finding.en,
        choices="\n".join(f"{one.de} | {one.en}" if one.en else one.de for one in question.choices),
    )


class CodesForm(Form):
    """The strips that came back."""

    codes = TextArea(
        N_("Codes of the strips, one a line"), missing=N_("Enter at least one code."), rows=4, longest=2_000
    )


class CommentForm(Form):
    """A trainer's word to the participants."""

    version = Hidden()
    comment = TextArea(
        N_("This is what we change"),
        hint=N_("All participants of the run can read it. Leave it empty to take it back."),
        longest=2_000,
    )
