"""What is to be mended in the parts of a question: choices, pairs, gaps, spots. Used by `content.quiz.checking`."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import singledispatch

from content.errors import N_
from content.media import PICTURES, ending
from content.problems import Problem
from content.quiz.gaps import gap_names
from content.quiz.questions import (
    Accepted,
    Choice,
    FreeText,
    Gap,
    GapText,
    HotSpots,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Question,
    Shape,
    ShortText,
    SingleChoice,
    Spot,
)

WHOLE = 1000
"""Spots are measured in thousandths."""
SAME_KEY = N_("Two parts of the question have the same key.")


def part_problems(question: Question, files: Collection[str]) -> Sequence[Problem]:
    """Everything that is wrong with what belongs to this kind of question."""
    result = list(_parts(question))
    if isinstance(question, HotSpots):
        result += _of_picture(question, files)
    return result


def likeness(text: str) -> str:
    """Two wordings with the same likeness are the same to whoever reads them."""
    return " ".join(text.split()).casefold()


@singledispatch
def _parts(_question: Question) -> Iterator[Problem]:
    """Nothing: a sentence that is true or not has no parts."""
    yield from ()


@_parts.register
def _(question: SingleChoice) -> Iterator[Problem]:
    yield from _of_choices(question.choices)
    right = sum(choice.is_right for choice in question.choices)
    if right == 0:
        yield Problem(N_("No answer is marked as right."))
    elif right > 1:
        yield Problem(
            N_("%(num)s answers are marked as right, but only one can be chosen."), params={"num": right}
        )


@_parts.register
def _(question: MultipleChoice) -> Iterator[Problem]:
    yield from _of_choices(question.choices)
    if not any(choice.is_right for choice in question.choices):
        yield Problem(N_("No answer is marked as right."))


@_parts.register
def _(question: Ordering) -> Iterator[Problem]:
    if len(question.items) < 2:
        yield Problem(N_("There have to be two things at least to put in order."))
    yield from _keys(item.key for item in question.items)
    yield from _empty([item.text for item in question.items])
    if len(question.items) > 1 and len({likeness(item.text) for item in question.items}) == 1:
        yield Problem(N_("All things to put in order are the same."))


@_parts.register
def _(question: Matching) -> Iterator[Problem]:
    if not question.pairs or len(question.pairs) + len(question.distractors) < 2:
        yield Problem(N_("There have to be two pairs at least."))
    yield from _keys([*(pair.key for pair in question.pairs), *(item.key for item in question.distractors)])
    yield from _wordings([pair.left for pair in question.pairs])
    yield from _empty(
        [*(pair.right for pair in question.pairs), *(item.text for item in question.distractors)]
    )
    right = {likeness(pair.right) for pair in question.pairs}
    for item in question.distractors:
        if item.text.strip() and likeness(item.text) in right:
            yield Problem(
                N_("“%(words)s” is to fit nowhere, but it is the right answer of a pair."),
                params={"words": item.text.strip()[:80]},
            )


@_parts.register
def _(question: GapText) -> Iterator[Problem]:
    named, there = gap_names(question.text), [gap.key for gap in question.gaps]
    if not named and not there:
        yield Problem(N_("The text has no gap."))
    yield from _keys(there)
    for name in sorted(set(named) - set(there)):
        yield Problem(
            N_("The text has a gap “%(gap)s”, but nothing says what belongs there."), params={"gap": name}
        )
    for name in sorted(set(there) - set(named)):
        yield Problem(
            N_("There is an answer for a gap “%(gap)s”, but the text has no such gap."), params={"gap": name}
        )
    for name in sorted({name for name in named if named.count(name) > 1}):
        yield Problem(N_("The gap “%(gap)s” stands in the text more than once."), params={"gap": name})
    for gap in question.gaps:
        yield from _of_gap(gap)


@_parts.register
def _(question: Number) -> Iterator[Problem]:
    if not question.value.is_finite():
        yield Problem(N_("The right number is missing."))
    if not question.tolerance.is_finite() or question.tolerance < 0:
        yield Problem(N_("How much an answer may differ cannot be less than zero."))


@_parts.register
def _(question: ShortText) -> Iterator[Problem]:
    yield from _of_accepted(question.accepted)


@_parts.register
def _(question: FreeText) -> Iterator[Problem]:
    if question.most_words is not None and question.most_words < 1:
        yield Problem(N_("At least one word has to be allowed. Leave it empty for no limit."))


@_parts.register
def _(question: HotSpots) -> Iterator[Problem]:
    if len(question.spots) < 2:
        yield Problem(
            N_(
                "Draw two places at least, a wrong one too: who does not see the picture chooses between them."
            )
        )
    if not any(spot.is_right for spot in question.spots):
        yield Problem(N_("No place is marked as right."))
    yield from _keys(spot.key for spot in question.spots)
    yield from _wordings([spot.label for spot in question.spots if spot.label.strip()])
    for number, spot in enumerate(question.spots, start=1):
        yield from _of_spot(spot, number)


def _of_choices(choices: Sequence[Choice]) -> Iterator[Problem]:
    if len(choices) < 2:
        yield Problem(N_("There have to be two answers at least."))
    yield from _keys(choice.key for choice in choices)
    yield from _wordings([choice.text for choice in choices])


def _of_gap(gap: Gap) -> Iterator[Problem]:
    for problem in _of_accepted(gap.accepted):
        yield Problem(problem.message, params={**problem.params, "gap": gap.key})
    if not gap.options:
        return
    offered = {likeness(option) for option in gap.options}
    if len(offered) < len(gap.options):
        yield Problem(N_("The same word can be chosen twice in the gap “%(gap)s”."), params={"gap": gap.key})
    best = [one for one in gap.accepted if one.percent == 100]
    if best and not any(likeness(one.text) in offered for one in best):
        yield Problem(N_("The right word cannot be chosen in the gap “%(gap)s”."), params={"gap": gap.key})


def _of_accepted(accepted: Sequence[Accepted]) -> Iterator[Problem]:
    if not any(one.text.strip() for one in accepted):
        yield Problem(N_("No right answer is given."))
        return
    yield from _wordings([one.text for one in accepted], exact=True)
    if any(not 0 <= one.percent <= 100 for one in accepted):
        yield Problem(N_("An answer gives between 0 and 100 percent of the points."))
    if not any(one.percent == 100 for one in accepted):
        yield Problem(N_("No answer gives all points."))


def _of_picture(question: HotSpots, files: Collection[str]) -> Iterator[Problem]:
    name = question.picture
    if not name:
        yield Problem(N_("The picture is missing."))
    elif ending(name) not in PICTURES:
        yield Problem(N_("“%(name)s” is not a picture."), params={"name": name})
    elif name not in files:
        yield Problem(
            N_("The picture “%(name)s” is not among the files of the course."), params={"name": name}
        )
    if not question.alt.strip():
        yield Problem(N_("The picture needs a description for those who do not see it."))


def _of_spot(spot: Spot, number: int) -> Iterator[Problem]:
    if not spot.label.strip():
        yield Problem(N_("Place %(num)s in the picture has no label."), params={"num": number})
    named = {"name": spot.label.strip() or str(number)}
    height = spot.width if spot.shape is Shape.CIRCLE else spot.height
    if spot.width < 1 or height < 1:
        yield Problem(N_("The place “%(name)s” has no extent."), params=named)
    bottom = spot.y if spot.shape is Shape.CIRCLE else spot.y + spot.height
    if spot.x < 0 or spot.y < 0 or spot.x + spot.width > WHOLE or bottom > WHOLE:
        yield Problem(N_("The place “%(name)s” lies outside of the picture."), params=named)


def _keys(keys: Iterable[str]) -> Iterator[Problem]:
    found = list(keys)
    if len(set(found)) < len(found):
        yield Problem(SAME_KEY)


def _empty(texts: Sequence[str]) -> Iterator[Problem]:
    if any(not text.strip() for text in texts):
        yield Problem(N_("An answer has no words."))


def _wordings(texts: Sequence[str], *, exact: bool = False) -> Iterator[Problem]:
    """One that is empty, and each that stands there twice."""
    yield from _empty(texts)
    seen: set[str] = set()
    for text in texts:
        same = " ".join(text.split()) if exact else likeness(text)
        if same and same in seen:
            yield Problem(N_("“%(words)s” stands there twice."), params={"words": text.strip()[:80]})
        seen.add(same)
