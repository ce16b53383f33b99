"""The form of a course: words in two languages, what it leads to, defaults for its runs."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from lms.catalogue.models import Audience, Level
from lms.catalogue.queries import WholeCourse
from lms.catalogue.service import CourseWords, Goal
from lms.kernel.marking import N_
from lms.portal.choices import AUDIENCE_NAMES, LEVEL_NAMES
from lms.portal.digcomp import COMPETENCES, competence, step
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    Euro,
    Form,
    Hidden,
    Number,
    Problem,
    Radios,
    Select,
    Text,
    TextArea,
    form_from,
)
from lms.web.language import gettext

MOST_OUTCOMES = 8
BLANKS = 2
LONG = 20_000
LANGUAGES = [("de", N_("German")), ("en", N_("English"))]


def _long(label: str, rows: int = 4, **rest: Any) -> TextArea:
    return TextArea(label, rows=rows, longest=LONG, **rest)


class OutcomeForm(Form):
    """One sentence that says what a learner can do afterwards."""

    sentence_de = Text(
        N_("Sentence in German"), hint=N_("For example: Sie erkennen Betrug im Internet."), longest=300
    )
    sentence_en = Text(N_("Sentence in English"), longest=300)
    competence = Select(N_("Competence (DigComp 2.2)"))
    proficiency = Select(N_("Level"))


class CourseForm(Form):
    """A whole course. `key` becomes the id of a new one, `version` says which state was edited."""

    title_de = Text(N_("Title in German"), missing=N_("Enter the title."), longest=140)
    title_en = Text(N_("Title in English"), longest=140)
    summary_de = _long(N_("One sentence for the catalogue, in German"), 2)
    summary_en = _long(N_("One sentence for the catalogue, in English"), 2)
    text_de = _long(
        N_("Description in German"),
        10,
        hint=N_("In Markdown: a blank line between paragraphs, - for lists, ## for headings."),
    )
    text_en = _long(N_("Description in English"), 10)
    audiences = Checkboxes(
        N_("For whom?"), choices=[(one.value, words) for one, words in AUDIENCE_NAMES.items()],
        missing=N_("Choose for whom the course is."),
    )  # fmt: skip
    topics = Checkboxes(N_("Topics"))
    level = Radios(
        N_("Prior knowledge"), choices=[(one.value, words) for one, words in LEVEL_NAMES.items()],
        missing=N_("Choose which prior knowledge is needed."),
    )  # fmt: skip
    language = Radios(N_("Language of the course"), choices=LANGUAGES, missing=N_("Choose the language."))
    prior_knowledge_de = _long(N_("What one should know already, in German"), 2)
    prior_knowledge_en = _long(N_("What one should know already, in English"), 2)
    bring_de = _long(N_("What to bring, in German"), 2)
    bring_en = _long(N_("What to bring, in English"), 2)
    min_age = Number(N_("Age from"), least=0, most=120, width=5)
    max_age = Number(N_("Age up to"), least=0, most=120, width=5)
    default_sessions = Number(
        N_("Number of sessions"), least=1, most=60, width=5, missing=N_("Enter the number of sessions.")
    )
    default_minutes = Number(
        N_("Length of a session in minutes"),
        least=15,
        most=600,
        width=5,
        missing=N_("Enter the length in minutes."),
    )
    default_capacity = Number(
        N_("Places"), least=1, most=500, width=5, missing=N_("Enter the number of places.")
    )
    default_minimum = Number(
        N_("Least number of people"),
        least=1,
        most=500,
        width=5,
        missing=N_("Enter the least number of people."),
    )
    default_price = Euro(N_("Price"), hint=N_("0 means free of charge."), missing=N_("Enter the price."))
    default_concession = Euro(N_("Reduced price"), hint=N_("Empty means: no reduction."))
    certificate_threshold_percent = Number(
        N_("A certificate needs so many percent of attendance"), least=0, most=100, width=5,
        missing=N_("Enter the percentage."),
    )  # fmt: skip
    has_withdrawal_right = Checkbox(N_("Consumers may withdraw from the contract within 14 days"))
    withdrawal_reason_de = Text(
        N_("If not: why, in German"), hint=N_("It is shown before somebody orders."), longest=300
    )
    withdrawal_reason_en = Text(N_("If not: why, in English"), longest=300)
    key = Hidden()
    version = Hidden()
    goals: Sequence[OutcomeForm] = ()

    @property
    def problems(self) -> list[Problem]:
        """The mistakes of the outcomes as well."""
        return [*super().problems, *(problem for goal in self.goals for problem in goal.problems)]

    def validate(self, extra_validators: Any = None) -> bool:
        """The course and each outcome of which anything was typed."""
        fine: bool = super().validate(extra_validators)
        for goal in self.goals:
            goal.validate()
            written = bool(goal.sentence_de.data)
            if not written and (goal.sentence_en.data or goal.competence.data):
                goal.refuse("sentence_de", N_("Enter the sentence in German."))
            if written and not (goal.competence.data and goal.proficiency.data):
                goal.refuse("competence", N_("Choose competence and level."))
            fine = fine and not goal.problems
        return fine

    def words(self) -> CourseWords:
        """The course of a form that is valid."""
        texts: dict[str, Any] = {
            name: self[name].data or ""
            for name in (
                "title_de", "title_en", "summary_de", "summary_en", "text_de", "text_en", "prior_knowledge_de",
                "prior_knowledge_en", "bring_de", "bring_en",
            )
        }  # fmt: skip
        numbers: dict[str, Any] = {
            name: self[name].data
            for name in (
                "min_age", "max_age", "default_sessions", "default_minutes", "default_capacity", "default_minimum",
                "certificate_threshold_percent",
            )
        }  # fmt: skip
        return CourseWords(
            **texts,
            **numbers,
            level=Level(self.level.data),
            language=self.language.data,
            default_price_cents=self.default_price.data,
            default_concession_cents=self.default_concession.data,
            has_withdrawal_right=bool(self.has_withdrawal_right.data),
            withdrawal_reason_de=self.withdrawal_reason_de.data or "",
            withdrawal_reason_en=self.withdrawal_reason_en.data or "",
            audiences=tuple(Audience(one) for one in self.audiences.data),
            topic_ids=tuple(UUID(one) for one in self.topics.data or ()),
            outcomes=tuple(
                Goal(
                    sentence_de=goal.sentence_de.data,
                    sentence_en=goal.sentence_en.data or "",
                    competence=goal.competence.data,
                    proficiency=int(goal.proficiency.data),
                )
                for goal in self.goals
                if goal.sentence_de.data
            ),
        )


def course_form(
    sent: Mapping[str, Any] | None = None, known: WholeCourse | None = None, *, threshold_percent: int = 80
) -> CourseForm:
    """The form: as sent, else as the course is, else for a new one."""
    form = form_from(CourseForm, sent, **(_values(known) if known else _new(threshold_percent)))
    outcomes = known.outcomes if known else ()
    rows = MOST_OUTCOMES if sent is not None else min(len(outcomes) + BLANKS, MOST_OUTCOMES)
    form.goals = [
        _goal(number, sent, _facts(outcomes[number]) if number < len(outcomes) else {})
        for number in range(rows)
    ]
    if sent is not None:
        last = max(
            (n for n, goal in enumerate(form.goals) if goal.sentence_de.data or goal.competence.data),
            default=-1,
        )
        form.goals = form.goals[: min(last + 1 + BLANKS, MOST_OUTCOMES)]
    return form


def _goal(number: int, sent: Mapping[str, Any] | None, facts: Mapping[str, Any]) -> OutcomeForm:
    goal = OutcomeForm(formdata=sent, prefix=f"o{number}-", data=facts)  # type: ignore[arg-type]
    goal.competence.choices = [(code, f"{code} {competence(code)}") for code in COMPETENCES]
    goal.proficiency.choices = [
        (str(level), gettext("%(level)s, %(step)s", level=level, step=step(level))) for level in range(1, 9)
    ]
    return goal


def _facts(outcome: Any) -> dict[str, Any]:
    return {
        "sentence_de": outcome.sentence_de,
        "sentence_en": outcome.sentence_en,
        "competence": outcome.competence,
        "proficiency": str(outcome.proficiency),
    }


def _new(threshold_percent: int) -> dict[str, Any]:
    return {
        "key": str(uuid4()),
        "level": Level.NONE.value,
        "language": "de",
        "default_sessions": 4,
        "default_minutes": 90,
        "default_capacity": 12,
        "default_minimum": 5,
        "default_price": 0,
        "certificate_threshold_percent": threshold_percent,
        "has_withdrawal_right": True,
    }


def _values(known: WholeCourse) -> dict[str, Any]:
    course = known.course
    same = (
        "title_de", "title_en", "summary_de", "summary_en", "text_de", "text_en", "prior_knowledge_de",
        "prior_knowledge_en", "bring_de", "bring_en", "language", "min_age", "max_age", "default_sessions",
        "default_minutes", "default_capacity", "default_minimum", "certificate_threshold_percent", "has_withdrawal_right",
        "withdrawal_reason_de", "withdrawal_reason_en",
    )  # fmt: skip
    return {
        **{name: getattr(course, name) for name in same},
        "level": course.level.value,
        "default_price": course.default_price_cents,
        "default_concession": course.default_concession_cents,
        "audiences": [one.value for one in known.audiences],
        "topics": [str(topic.id) for topic in known.topics],
        "version": str(course.version),
    }
