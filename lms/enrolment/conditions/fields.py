"""A run's questions as fields of a form, and what was typed into them as answers.

Two ways to put them. Page by page (`questions_form`): a conditional question appears when the answer it depends on has been
sent. All at once (`with_questions`): a conditional question says when it is to be answered. Neither needs JavaScript.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from lms.enrolment.conditions import rules, words
from lms.enrolment.conditions.models import QuestionAnswer, QuestionKind, RunQuestion
from lms.enrolment.conditions.values import LONGEST_ANSWER
from lms.kernel.marking import N_
from lms.web.fields import OurField
from lms.web.forms import Checkboxes, Form, Radios, Select, TextArea, form_from

MISSING = N_("Please answer this question.")
OWN = "q_"
"""Begins the names of fields where a form is about one person."""
MOST_AS_RADIOS = 7
F = TypeVar("F", bound=Form)


def name_of(question: RunQuestion, prefix: str = OWN) -> str:
    """The name of a question's field."""
    return f"{prefix}{question.id.hex}"


def prefix_of(number: int) -> str:
    """Begins the names of fields about the person of this number, where a form is about several."""
    return f"p{number}_"


def answers_in(data: Mapping[str, Any], questions: Sequence[RunQuestion], prefix: str = OWN) -> dict[str, list[str]]:  # fmt: skip
    """The answers that stand in a form's data, by the id of the question."""
    found: dict[str, list[str]] = {}
    for one in questions:
        said = data.get(name_of(one, prefix))
        values = [said] if isinstance(said, str) else said if isinstance(said, list) else []
        found[str(one.id)] = [value for value in values if isinstance(value, str) and value]
    return found


def known_answers(rows: Sequence[tuple[RunQuestion, QuestionAnswer]], prefix: str = OWN) -> dict[str, Any]:
    """What was answered before, as a form wants it."""
    return {
        name_of(question, prefix): answer.values
        if question.kind is QuestionKind.SEVERAL
        else answer.values[0]
        for question, answer in rows
    }


def all_answered(questions: Sequence[RunQuestion], count: int, said: Mapping[str, Any]) -> bool:
    """Whether the page was sent with every question that these answers lead to, for so many persons."""
    return all(
        name_of(one, prefix_of(number)) in said
        for number in range(count)
        for one in rules.asked(questions, answers_in(said, questions, prefix_of(number)))
    )


def questions_form(
    questions: Sequence[RunQuestion],
    names: Sequence[str],
    said: Mapping[str, Any],
    submitted: Mapping[str, Any] | None = None,
) -> Form:
    """The questions to be put now: those that the answers kept so far lead to, as far as what is being sent does not end them."""
    fields: dict[str, OurField] = {}
    for number, name in enumerate(names):
        prefix = prefix_of(number)
        put = rules.asked(questions, answers_in(said, questions, prefix))
        if submitted is not None:
            sent = _sent(submitted, questions, prefix)
            put = [one for one in rules.asked(questions, sent) if one in put or sent[str(one.id)]]
        for one in put:
            label = f"{name}: {words.wording(one)}" if len(names) > 1 else words.wording(one)
            fields[name_of(one, prefix)] = _field(one, label, missing=MISSING if one.is_required else "")
    return form_from(type("QuestionsForm", (Form,), fields), submitted, **said)


def with_questions(
    form_class: type[F], questions: Sequence[RunQuestion], *, is_lenient: bool = False
) -> type[F]:
    """The form with every question behind its own fields; `refuse_unanswered` judges the conditional ones.

    With `is_lenient` the form lets all of them be empty, and whoever it is sent to judges.
    """
    if not questions:
        return form_class
    fields = {
        name_of(one): _field(
            one,
            words.wording(one),
            hint=words.only_when(one, questions),
            missing=MISSING if one.is_required and one.depends_on_id is None and not is_lenient else "",
            is_asked=one.is_required,
        )
        for one in questions
    }
    return type(form_class.__name__, (form_class,), fields)


def refuse_unanswered(form: Form, questions: Sequence[RunQuestion]) -> bool:
    """Say at a conditional question that its answer is missing; whether one is."""
    is_missing = False
    answers = answers_in(form.data, questions)
    for one in rules.asked(questions, answers):
        field = form[name_of(one)]
        if one.is_required and not answers[str(one.id)] and not field.errors:
            form.refuse(field.short_name, MISSING)
            is_missing = True
    return is_missing


def question_fields(form: Form, questions: Sequence[RunQuestion]) -> list[Any]:
    """The fields of the questions in a form, in order."""
    return [form[name_of(one)] for one in questions if name_of(one) in form]


def _sent(submitted: Mapping[str, Any], questions: Sequence[RunQuestion], prefix: str) -> dict[str, list[str]]:  # fmt: skip
    """What is being sent, before it is judged."""
    read: Any = getattr(submitted, "getall", None)
    return {
        str(one.id): [
            value
            for value in (read(name_of(one, prefix), []) if read else [submitted.get(name_of(one, prefix))])
            if isinstance(value, str) and value
        ]
        for one in questions
    }


def _field(
    question: RunQuestion, label: str, *, missing: str, hint: str = "", is_asked: bool = False
) -> OurField:
    how: dict[str, Any] = {"missing": missing, "hint": hint, "is_asked": is_asked}
    if question.kind is QuestionKind.TEXT:
        return TextArea(label, rows=2, longest=LONGEST_ANSWER, **how)
    choices = words.choices(question)
    if question.kind is QuestionKind.SEVERAL:
        return Checkboxes(label, choices=choices, **how)
    if len(choices) > MOST_AS_RADIOS:
        return Select(label, choices=choices, **how)
    return Radios(label, choices=choices, **how)
