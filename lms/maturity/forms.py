"""The forms of the digital check: one made of the questions of an area, and those of the team."""

from collections.abc import Mapping, Sequence
from typing import Any

from lms.kernel.codes import LONGEST_TYPED
from lms.kernel.marking import N_
from lms.maturity.questions import HIGHEST, LEVELS, LONGEST_COMMENT, Advice, Area, Question, Words, new_key
from lms.maturity.rules import LEVEL_WORDS, Answer, Answers
from lms.web.fields import Checkbox, Hidden, Radios, Select, Text, TextArea
from lms.web.forms import Form, form_from
from lms.web.language import current_language

LEVEL, COMMENT = "stufe_", "wort_"
UNKNOWN = "?"
LEVELS_ASKED = (
    N_("Level 0: at the start"),
    N_("Level 1: first steps"),
    N_("Level 2: on the way"),
    N_("Level 3: well set up"),
    N_("Level 4: a model"),
)
LEVELS_MISSING = (
    N_("Describe level 0 in German."),
    N_("Describe level 1 in German."),
    N_("Describe level 2 in German."),
    N_("Describe level 3 in German."),
    N_("Describe level 4 in German."),
)
STEPS_ASKED = (
    N_("Next step for whoever is at the start"),
    N_("Next step after first steps"),
    N_("Next step on the way"),
    N_("Next step for whoever is well set up"),
    N_("What remains for a model for others"),
)


class AreaForm(Form):
    """What every page of questions carries: the state of the answers it was made with."""

    seen = Hidden(longest=64)

    def given(self, area: Area) -> dict[str, Answer]:
        """What was said to the questions of this area; nothing for those left out altogether."""
        found = {}
        for one in area.questions:
            level, comment = self[LEVEL + one.key].data or "", self[COMMENT + one.key].data or ""
            if level or comment:
                found[one.key] = Answer(int(level) if level.isdecimal() else None, comment)
        return found


def area_form(area: Area, sent: Mapping[str, Any] | None, answers: Answers, seen: str = "") -> AreaForm:
    """The questions of an area as a form, filled with what was sent or, before that, with what is kept."""
    language = current_language()
    fields: dict[str, Any] = {}
    values: dict[str, Any] = {"seen": seen}
    for one in area.questions:
        steps = [(str(level), one.levels[level].said(language)) for level in LEVELS]
        fields[LEVEL + one.key] = Radios(
            one.text.said(language), choices=[*steps, (UNKNOWN, N_("I do not know"))], is_asked=True
        )
        fields[COMMENT + one.key] = TextArea(
            N_("Your remark on this"), longest=LONGEST_COMMENT, rows=2, is_asked=True
        )
        if one.key in answers:
            level = answers[one.key].level
            values[LEVEL + one.key] = UNKNOWN if level is None else str(level)
            values[COMMENT + one.key] = answers[one.key].comment
    made: type[AreaForm] = type("FormOfArea", (AreaForm,), fields)
    return form_from(made, sent, **values)


class CodeForm(Form):
    """The code on the sheet."""

    code = Text(
        N_("The code of your check"),
        hint=N_("Eight letters and digits, for example ABCD-2345."),
        missing=N_("Type the code that stands on your sheet."),
        longest=LONGEST_TYPED,
        width=20,
    )


class KeepForm(Form):
    """With which company a check is kept, and who may see it."""

    company = Radios(N_("Keep it with"), missing=N_("Choose the company."))
    shared = Checkbox(
        N_("The centre's team and our adviser may see this check."),
        hint=N_("That helps to prepare a consultation. You can take it back at any time."),
    )


class AreaWordsForm(Form):
    """An area: its names, and what comes next on each level."""

    version = Hidden()
    key = Hidden()
    name_de = Text(N_("Name in German"), missing=N_("Enter the name in German."), longest=80)
    name_en = Text(N_("Name in English"), hint=N_("Empty: the German one is shown."), longest=80)
    about_de = Text(N_("What it is about, in one sentence"), longest=300)
    about_en = Text(N_("The same in English"), longest=300)

    def area(self) -> Area:
        """As the service takes it, without its questions."""
        return Area(
            key=self.key.data or new_key(),
            name=_words(self, "name"),
            about=_words(self, "about"),
            steps=tuple(_words(self, f"step{level}") for level in LEVELS),
        )


class QuestionWordsForm(Form):
    """A question with its five levels."""

    version = Hidden()
    key = Hidden()
    text_de = Text(N_("Question in German"), missing=N_("Enter the question in German."), longest=300)
    text_en = Text(N_("Question in English"), hint=N_("Empty: the German one is asked."), longest=300)
    why_de = TextArea(N_("Why do we ask this?"), rows=3, longest=600)
    why_en = TextArea(N_("The same in English"), rows=3, longest=600)

    def question(self) -> Question:
        """As the service takes it."""
        return Question(
            key=self.key.data or new_key(),
            text=_words(self, "text"),
            why=_words(self, "why"),
            levels=tuple(_words(self, f"level{level}") for level in LEVELS),
        )


def _add_levels() -> None:
    """Five texts in two languages each, in the order in which they are read."""
    for level in LEVELS:
        setattr(
            QuestionWordsForm,
            f"level{level}_de",
            TextArea(LEVELS_ASKED[level], rows=2, longest=300, missing=LEVELS_MISSING[level]),
        )
        setattr(
            QuestionWordsForm, f"level{level}_en", TextArea(N_("The same in English"), rows=2, longest=300)
        )
        setattr(AreaWordsForm, f"step{level}_de", TextArea(STEPS_ASKED[level], rows=2, longest=400))
        setattr(AreaWordsForm, f"step{level}_en", TextArea(N_("The same in English"), rows=2, longest=400))


_add_levels()


class AdviceForm(Form):
    """What is recommended to whom."""

    version = Hidden()
    key = Hidden()
    area = Select(N_("Area"), missing=N_("Choose the area."))
    up_to = Radios(
        N_("For whoever stands here or below"),
        choices=[(str(level), LEVEL_WORDS[level]) for level in LEVELS if level < HIGHEST],
        missing=N_("Choose a level."),
    )
    course = Select(N_("Course"), blank=N_("Nothing chosen"))
    topic = Select(N_("Consultation"), blank=N_("Nothing chosen"))
    reason_de = Text(
        N_("Reason, in one sentence"),
        hint=N_("For example: Damit ein kaputter Rechner Sie keine Aufträge kostet."),
        missing=N_("Enter the reason in German."),
        longest=200,
    )
    reason_en = Text(N_("The same in English"), longest=200)

    def advice(self) -> Advice:
        """As the service takes it."""
        return Advice(
            key=self.key.data or new_key(),
            area=self.area.data or "",
            up_to=int(self.up_to.data),
            course=self.course.data or "",
            topic=self.topic.data or "",
            reason=_words(self, "reason"),
        )


def form_of_area(area: Area, version: int) -> AreaWordsForm:
    """The form of an area that is there."""
    steps = {f"step{level}": area.step(level) for level in LEVELS}
    return form_from(
        AreaWordsForm, None, version=str(version), key=area.key,
        **_both({"name": area.name, "about": area.about, **steps}),
    )  # fmt: skip


def form_of_question(question: Question, version: int) -> QuestionWordsForm:
    """The form of a question that is there."""
    levels = {f"level{level}": words for level, words in enumerate(question.levels)}
    return form_from(
        QuestionWordsForm, None, version=str(version), key=question.key,
        **_both({"text": question.text, "why": question.why, **levels}),
    )  # fmt: skip


def form_of_advice(advice: Advice, version: int) -> AdviceForm:
    """The form of a piece of advice that is there."""
    return form_from(
        AdviceForm, None, version=str(version), key=advice.key, area=advice.area, up_to=str(advice.up_to),
        course=advice.course, topic=advice.topic, **_both({"reason": advice.reason}),
    )  # fmt: skip


def with_choices(
    form: AdviceForm,
    areas: Sequence[tuple[str, str]],
    courses: Sequence[tuple[str, str]],
    topics: Sequence[tuple[str, str]],
) -> AdviceForm:
    """The form with what can be chosen now."""
    form.area.choices, form.course.choices, form.topic.choices = areas, courses, topics
    return form


def _words(form: Form, name: str) -> Words:
    return Words(form[f"{name}_de"].data or "", form[f"{name}_en"].data or "")


def _both(texts: Mapping[str, Words]) -> dict[str, str]:
    return {f"{name}_{part}": getattr(words, part) for name, words in texts.items() for part in ("de", "en")}
