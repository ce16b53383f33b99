"""The forms: one made of the questions of a line, and those of the team."""

from collections.abc import Mapping, Sequence
from typing import Any

from lms.kernel.marking import N_
from lms.reports.participants.models import FunderSurvey, Stage
from lms.reports.participants.questions import SILENT, SILENT_WORDS, Question, choices_in, typed
from lms.web.forms import Checkbox, Form, Hidden, Number, Radios, Text, TextArea, form_from
from lms.web.language import current_language, gettext

PREFIX = "frage_"
MINUTES_AN_HOUR = 60


class AnswersForm(Form):
    """What every form of answers carries."""

    stage = Hidden(longest=8)

    @property
    def given(self) -> dict[str, str]:
        """The answers by the key of their question."""
        return {
            field.name.removeprefix(PREFIX): str(field.data or "")
            for field in self
            if field.name.startswith(PREFIX)
        }


def answers_form(
    questions: Sequence[Question],
    stage: Stage,
    *,
    consent: str,
    for_child: str = "",
    is_paper: bool = False,
    is_double: bool = False,
    sent: Mapping[str, Any] | None = None,
) -> AnswersForm:
    """The questions of a stage with their reasons, and the consent; with `for_child` a guardian answers."""
    language = current_language()
    fields: dict[str, Any] = {f"{PREFIX}{one.key}": _field(one, language) for one in questions}
    if for_child:
        fields["guardian"] = Checkbox(
            gettext("I am a guardian of %(name)s and answer for my child.", name=for_child),
            missing=N_("Only guardians can answer for a child. Tick the box if you are one."),
        )
    fields["consent"] = Checkbox(
        gettext("The sheet is signed.") if is_paper else consent,
        missing=N_("A sheet without a signature is not typed in.")
        if is_paper
        else N_("Without consent we keep nothing. Tick the box, or decline to answer."),
    )
    if is_double:
        fields["other"] = Checkbox(N_("This is another person of the same name and postcode."))
    made: type[AnswersForm] = type("AnswersFormOfLine", (AnswersForm,), fields)
    return form_from(made, sent, stage=stage.value)


def _field(question: Question, language: str) -> Radios:
    choices = [(one.key, one.words(language)) for one in question.choices]
    if question.is_voluntary:
        choices.append((SILENT, SILENT_WORDS))
    why, text = question.why(language), question.text(language)
    return Radios(
        text, choices=choices,
        hint=gettext("Why do we ask this? %(why)s", why=why) if why else "",
        missing=gettext("An answer is missing: %(question)s", question=text),
    )  # fmt: skip


class SurveyForm(Form):
    """Whether a funder asks, and how."""

    version = Hidden(longest=9)
    is_on = Checkbox(N_("The participants of this funding line are asked."))
    hours = Number(
        N_("From how many hours on is somebody asked?"),
        hint=N_(
            "Added up over all courses of this funding line. For ESF Plus these are usually 8 hours; shorter contacts are exempt."
        ),
        least=1, most=1000, missing=N_("Enter the hours."),
    )  # fmt: skip
    kept_years = Number(
        N_("How many years after the end of the line are the answers kept?"),
        hint=N_("It stands in the funder's decision. After that they are deleted by themselves."),
        least=1, most=30, missing=N_("Enter the years."),
    )  # fmt: skip


def survey_form(survey: FunderSurvey | None) -> SurveyForm:
    """As it is set now."""
    return form_from(
        SurveyForm, None,
        version=str(survey.version) if survey else "0", is_on=survey.is_on if survey else True,
        hours=(survey.from_minutes if survey else 480) // MINUTES_AN_HOUR, kept_years=survey.kept_years if survey else 10,
    )  # fmt: skip


class ConsentForm(Form):
    """To what people say yes."""

    version = Hidden(longest=9)
    consent_de = TextArea(
        N_("Text of consent in German"), missing=N_("Enter the text of consent."), longest=2000
    )
    consent_en = TextArea(
        N_("Text of consent in English"), hint=N_("Empty: the German text is shown."), longest=2000
    )


class QuestionForm(Form):
    """One question."""

    version = Hidden(longest=9)
    key = Hidden(longest=40)
    stage = Radios(
        N_("When is it asked?"),
        choices=[
            (Stage.ENTRY.value, N_("at the beginning")),
            (Stage.EXIT.value, N_("within four weeks after leaving")),
        ],
        missing=N_("Choose when it is asked."),
    )
    text_de = Text(N_("Question in German"), missing=N_("Enter the question in German."), longest=300)
    text_en = Text(N_("Question in English"), hint=N_("Empty: the German one is asked."), longest=300)
    why_de = TextArea(
        N_("Why do we ask this? In German"), hint=N_("One plain sentence."), longest=500, rows=2
    )
    why_en = TextArea(N_("Why do we ask this? In English"), longest=500, rows=2)
    choices = TextArea(
        N_("Answers to choose from, one a line"),
        hint=N_("In English behind a vertical bar: zu schnell | too fast"),
        missing=N_("Enter at least two answers."), longest=2_000,
    )  # fmt: skip
    is_voluntary = Checkbox(N_("Voluntary: “no answer” can be chosen."))

    def question(self, before: Question | None) -> Question:
        """As the service takes it; answers whose words stay, or that are rephrased in their line, keep their key."""
        made = Question(
            stage=Stage(self.stage.data), text_de=self.text_de.data or "", text_en=self.text_en.data or "",
            why_de=self.why_de.data or "", why_en=self.why_en.data or "", is_voluntary=bool(self.is_voluntary.data),
            choices=choices_in(self.choices.data or "", before.choices if before else ()),
        )  # fmt: skip
        return made if before is None else _with_key(made, before.key)


def _with_key(question: Question, key: str) -> Question:
    return Question(
        stage=question.stage, text_de=question.text_de, text_en=question.text_en, why_de=question.why_de,
        why_en=question.why_en, is_voluntary=question.is_voluntary, choices=question.choices, key=key,
    )  # fmt: skip


def question_form(question: Question | None, version: int) -> QuestionForm:
    """A question that is there, or a new one."""
    if question is None:
        return form_from(QuestionForm, None, version=str(version), stage=Stage.ENTRY.value)
    return form_from(
        QuestionForm, None, version=str(version), key=question.key, stage=question.stage.value, text_de=question.text_de,
        text_en=question.text_en, why_de=question.why_de, why_en=question.why_en, choices=typed(question.choices),
        is_voluntary=question.is_voluntary,
    )  # fmt: skip
