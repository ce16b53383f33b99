"""What the answers to a question come to, in one sentence: the heading of its chart. Of hidden results nothing is said."""

from collections.abc import Sequence

from lms.surveys.questions import HIGHEST, QuestionKind, word
from lms.surveys.rules import Result
from lms.web.formats import number
from lms.web.language import Language, gettext

WELL, BADLY = ("5", "4"), ("1", "2")
LIKE = 0.05
"""Averages nearer to one another than this are shown alike, with one digit behind the comma."""


def finding(result: Result, language: Language) -> str:
    """9 von 12 würden den Kurs weiterempfehlen; empty where nothing may be shown, and for words."""
    if not result.given or result.question.kind is QuestionKind.TEXT:
        return ""
    if result.question.kind is QuestionKind.CHOICE:
        return _most_chosen(result, language)
    said = word(result.question.finding, language)
    approving = result.counts.get("yes", 0) + sum(result.counts.get(value, 0) for value in WELL)
    if said and approving == result.given:
        return gettext("All %(all)s %(said)s", all=result.given, said=said)
    if said and approving > 1:
        return gettext("%(some)s of %(all)s %(said)s", some=approving, all=result.given, said=said)
    if result.question.kind is QuestionKind.YES_NO:
        return _yes_or_no(result)
    return _on_a_scale(result, language)


def _most_chosen(result: Result, language: Language) -> str:
    most = max(result.counts.values())
    chosen = [
        words for value, words in result.question.options(language) if result.counts.get(value, 0) == most
    ]
    if len(chosen) > 1:
        answers = "; ".join(chosen)
        return gettext("%(some)s of %(all)s each: %(answers)s", some=most, all=result.given, answers=answers)
    return gettext("%(some)s of %(all)s: %(answer)s", some=most, all=result.given, answer=chosen[0])


def _yes_or_no(result: Result) -> str:
    yes = result.counts.get("yes", 0)
    answer, some = (gettext("Yes"), yes) if 2 * yes >= result.given else (gettext("No"), result.given - yes)
    return gettext("%(some)s of %(all)s: %(answer)s", some=some, all=result.given, answer=answer)


def _on_a_scale(result: Result, language: Language) -> str:
    ends: Sequence[tuple[tuple[str, str], str]] = (
        (WELL, word(result.question.high, language)),
        (BADLY, word(result.question.low, language)),
    )
    for values, end in ends:
        some = sum(result.counts.get(value, 0) for value in values)
        if 2 * some > result.given:
            return gettext("%(some)s of %(all)s near “%(end)s”", some=some, all=result.given, end=end)
    return gettext(
        "Opinions differ: on average %(mean)s of %(highest)s",
        mean=number(round(result.mean or 0, 1)),
        highest=HIGHEST,
    )


def trend(means: Sequence[float]) -> str:
    """Von 3,4 auf 4,2 gestiegen; how an average went from the first unit to the last."""
    first, last = number(round(means[0], 1)), number(round(means[-1], 1))
    if abs(means[-1] - means[0]) < LIKE or first == last:
        return gettext("As before: on average %(mean)s", mean=last)
    if means[-1] > means[0]:
        return gettext("Risen from %(first)s to %(last)s", first=first, last=last)
    return gettext("Fallen from %(first)s to %(last)s", first=first, last=last)
