"""Conditions, questions and answers in the reader's words."""

from collections.abc import Mapping, Sequence

from lms.catalogue.models import Course
from lms.enrolment.conditions.models import ApprovalMode, QuestionKind, RunCondition, RunQuestion
from lms.enrolment.conditions.queries import Asks
from lms.enrolment.conditions.rules import narrower
from lms.kernel.marking import N_
from lms.web.language import current_language, gettext, ngettext, translated

KINDS: Mapping[str, str] = {
    QuestionKind.TEXT: N_("Text to be typed"),
    QuestionKind.YES_NO: N_("Yes or no"),
    QuestionKind.ONE: N_("One of several answers"),
    QuestionKind.SEVERAL: N_("Several of several answers"),
}
APPROVALS: Mapping[str, str] = {
    ApprovalMode.NONE: N_("No, a free place is booked at once"),
    ApprovalMode.ASKS: N_("Yes, and until then no place is kept"),
    ApprovalMode.HOLDS: N_("Yes, and until then a free place is kept"),
}


def spoken(german: str, english: str) -> str:
    """The text in the reader's language; the German one where no other was written."""
    return (english if current_language() == "en" else "") or german


def wording(question: RunQuestion) -> str:
    """The question as it is read."""
    return spoken(question.wording_de, question.wording_en)


def declaration(condition: RunCondition) -> str:
    """The sentence that each person confirms; empty where there is none."""
    return spoken(condition.declaration_de, condition.declaration_en)


def places(residence: Sequence[str]) -> str:
    """Where people have to live, as a list in words; beginnings of postal codes are filled up with dots."""
    names = [one if not one.isdecimal() or len(one) == 5 else f"{one}{'x' * (5 - len(one))}" for one in residence]  # fmt: skip
    if len(names) < 2:
        return "".join(names)
    return gettext("%(first)s or %(last)s", first=", ".join(names[:-1]), last=names[-1])


def choices(question: RunQuestion) -> list[tuple[str, str]]:
    """Value and words of every answer that can be chosen."""
    if question.kind is QuestionKind.YES_NO:
        return [("yes", gettext("Yes")), ("no", gettext("No"))]
    return [
        (str(number), spoken(one.get("de", ""), one.get("en", "")))
        for number, one in enumerate(question.choices)
    ]


def answer_in_words(question: RunQuestion, values: Sequence[str]) -> str:
    """An answer as a person would say it."""
    if question.kind is QuestionKind.TEXT:
        return " ".join(values)
    known = dict(choices(question))
    return ", ".join(known[value] for value in values if value in known)


def only_when(question: RunQuestion, questions: Sequence[RunQuestion]) -> str:
    """When a conditional question is asked; empty for one that is put to everybody."""
    parent = next((one for one in questions if one.id == question.depends_on_id), None)
    if parent is None:
        return ""
    return gettext(
        "Only if the answer to “%(question)s” is: %(answer)s",
        question=wording(parent),
        answer=answer_in_words(parent, [question.depends_on]),
    )


def in_words(condition: RunCondition | None, course: Course, needed: Sequence[Course]) -> list[str]:
    """Every condition in a sentence of its own, for whoever thinks of enrolling."""
    return [*ages_in_words(condition, course), *beyond_ages(condition, needed)]


def ages_in_words(condition: RunCondition | None, course: Course) -> list[str]:
    """The limits of age in one sentence; none where there are none."""
    own = (condition.min_age, condition.max_age) if condition else (None, None)
    least, most = narrower((course.min_age, course.max_age), own)
    if least is not None and most is not None:
        return [gettext("For people from %(least)s to %(most)s years.", least=least, most=most)]
    if least is not None:
        return [gettext("For people from %(least)s years on.", least=least)]
    return [gettext("For people up to %(most)s years.", most=most)] if most is not None else []


def beyond_ages(condition: RunCondition | None, needed: Sequence[Course]) -> list[str]:
    """All other conditions, a sentence each."""
    said: list[str] = []
    if condition is not None and condition.residence:
        said.append(gettext("For people who live in %(residence)s.", residence=places(condition.residence)))
    if condition is not None and (sentence := declaration(condition)):
        said.append(gettext("You confirm: “%(declaration)s”", declaration=sentence))
    for one in needed:
        title = spoken(one.title_de, one.title_en)
        said.append(gettext("You have taken the course “%(course)s” before.", course=title))
    if condition is not None and condition.code_seal:
        said.append(gettext("You need the code word from your invitation."))
    if condition is not None and condition.approval is not ApprovalMode.NONE:
        said.append(translated(APPROVAL_NEEDED))
    return said


def advice(advised: Sequence[Course]) -> list[str]:
    """Which courses had better be taken before, a sentence each. They are no condition."""
    return [
        gettext("It helps to have taken the course “%(course)s” before.", course=spoken(one.title_de, one.title_en))
        for one in advised
    ]  # fmt: skip


def question_count(asks: Asks) -> list[str]:
    """That the run has questions of its own, in a sentence; nothing where it has none."""
    count = len(asks.questions)
    if not count:
        return []
    return [
        ngettext(
            "We ask %(num)s question about the course.", "We ask up to %(num)s questions about the course.", count
        )
    ]  # fmt: skip


APPROVAL_NEEDED = N_(
    "The team looks at each enrolment. The place is booked when the team has agreed; until then you owe nothing."
)
