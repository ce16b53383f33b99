"""The tasks of QTI 2 and 3, each as one of our questions."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from content.errors import N_
from content.packages.gift_answers import NoRightAnswer
from content.packages.markup import Element, words
from content.packages.report import Report
from content.quiz.questions import (
    Accepted,
    Choice,
    FreeText,
    Gap,
    GapText,
    HotSpots,
    Item,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Pair,
    Question,
    Shape,
    ShortText,
    SingleChoice,
    Spot,
)

GAP = "qtigapx"
_GAP = re.compile(rf"\s?{GAP}(\d+)x\s?")
_ALONE = re.compile(rf"(?:(?:\A|\n\n)|(?<=[?:])\s){GAP}1x([^\n?!.,;]{{0,40}})\Z")
"""A place to write that is no gap in a sentence: it stands below the question, or right behind it, with a unit at most."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One item, taken apart. `text` has `GAP` marks; `markdown` reads a node, `picture` takes a file along and gives its name."""

    root: Element
    nodes: tuple[Element, ...]
    text: str
    key: str
    markdown: Callable[[Element], str]
    picture: Callable[[str], str | None]
    feedback: str
    place: str
    report: Report

    @property
    def node(self) -> Element:
        return self.nodes[0]

    def right(self, node: Element) -> list[str]:
        """The values of the right answer, in their order; those with points where there is no single right one."""
        declaration = self.declaration(node)
        if declaration is None:
            return []
        values = [words(one) for one in declaration.iterfind("correctResponse/value")]
        return values or [
            str(one.get("mapKey", ""))
            for one in declaration.iterfind("mapping/mapEntry")
            if _positive(one.get("mappedValue"))
        ]

    def declaration(self, node: Element) -> Element | None:
        name = node.get("responseIdentifier")
        return next(
            (one for one in self.root.iterfind("responseDeclaration") if one.get("identifier") == name), None
        )

    @property
    def plain_text(self) -> str:
        return _GAP.sub(" ", _ALONE.sub("", self.text)).strip()


def question_of(task: Interaction) -> Question | None:
    """The question; None for a kind that we do not have. Raises NoRightAnswer."""
    kind = str(task.node.tag)
    if kind in {"textEntryInteraction", "inlineChoiceInteraction"}:
        return _written(task)
    reading = _KINDS.get(kind)
    return reading(task) if reading else None


def _choices(task: Interaction) -> Question:
    right = task.right(task.node)
    choices = tuple(
        Choice(
            key=str(node.get("identifier") or number),
            text=task.markdown(node) or f"{number}",
            is_right=str(node.get("identifier")) in right,
            feedback=words(node.find("feedbackInline")),
        )
        for number, node in enumerate(task.node.iterfind("simpleChoice"), start=1)
    )
    declaration = task.declaration(task.node)
    is_multiple = declaration is not None and declaration.get("cardinality") == "multiple"
    shuffle = task.node.get("shuffle") == "true"
    if not any(choice.is_right for choice in choices):
        raise NoRightAnswer(place=task.place)
    if is_multiple:
        return MultipleChoice(
            key=task.key, text=task.plain_text, choices=choices, shuffle=shuffle, feedback=task.feedback
        )
    if sum(choice.is_right for choice in choices) > 1:
        return MultipleChoice(key=task.key, text=task.plain_text, choices=choices, shuffle=shuffle)
    return SingleChoice(
        key=task.key, text=task.plain_text, choices=choices, shuffle=shuffle, feedback=task.feedback
    )


def _hottext(task: Interaction) -> Question:
    right = task.right(task.node)
    choices = tuple(
        Choice(
            key=str(node.get("identifier") or number),
            text=words(node),
            is_right=str(node.get("identifier")) in right,
        )
        for number, node in enumerate(task.node.iter("hottext"), start=1)
    )
    if not any(choice.is_right for choice in choices):
        raise NoRightAnswer(place=task.place)
    task.report.changed(task.place, N_("Words to be marked in a text became answers to choose from."))
    return MultipleChoice(
        key=task.key, text=task.plain_text, choices=choices, shuffle=False, feedback=task.feedback
    )


def _ordering(task: Interaction) -> Question:
    nodes = {str(node.get("identifier")): node for node in task.node.iterfind("simpleChoice")}
    order = [key for key in dict.fromkeys(task.right(task.node)) if key in nodes]
    if len(order) < 2 or len(order) != len(nodes):
        raise NoRightAnswer(place=task.place)
    items = tuple(Item(key=key, text=task.markdown(nodes[key])) for key in order)
    return Ordering(key=task.key, text=task.plain_text, items=items, feedback=task.feedback)


def _matching(task: Interaction) -> Question | None:
    sets = task.node.findall("simpleMatchSet")
    if len(sets) == 2:
        lefts, rights = (
            {
                str(one.get("identifier")): task.markdown(one)
                for one in side.iterfind("simpleAssociableChoice")
            }
            for side in sets
        )
    else:
        lefts = {
            str(one.get("identifier")): task.markdown(one)
            for one in task.node.iterfind("simpleAssociableChoice")
        }
        rights = lefts
    pairs: list[Pair] = []
    used: set[str] = set()
    for value in task.right(task.node):
        left, _, right = value.partition(" ")
        if left in lefts and right in rights:
            if any(pair.key == left for pair in pairs):
                return None
            pairs.append(Pair(key=left, left=lefts[left], right=rights[right]))
            used |= {left, right}
    if not pairs:
        raise NoRightAnswer(place=task.place)
    others = tuple(Item(key=key, text=text) for key, text in rights.items() if key not in used)
    return Matching(
        key=task.key, text=task.plain_text, pairs=tuple(pairs), distractors=others, feedback=task.feedback
    )


def _gap_match(task: Interaction) -> Question:
    offered = {str(one.get("identifier")): words(one) for one in task.node.iterfind("gapText")}
    right: dict[str, list[str]] = {}
    for value in task.right(task.node):
        word, _, gap = value.partition(" ")
        if word in offered:
            right.setdefault(gap, []).append(offered[word])
    gaps = []
    for number, node in enumerate(task.node.iter("gap"), start=1):
        accepted = right.get(str(node.get("identifier")), [])
        if not accepted:
            raise NoRightAnswer(place=task.place)
        gaps.append(
            Gap(
                key=str(number),
                accepted=tuple(Accepted(text=word) for word in accepted),
                options=tuple(dict.fromkeys(offered.values())),
            )
        )
    if not gaps:
        raise NoRightAnswer(place=task.place)
    return GapText(key=task.key, text=_with_gaps(task.text), gaps=tuple(gaps), feedback=task.feedback)


def _written(task: Interaction) -> Question:
    """Gaps to write in or to choose from; a single one at the end is a short text or a number."""
    declaration = task.declaration(task.node)
    alone = _ALONE.search(task.text) if len(task.nodes) == 1 else None
    is_alone = alone is not None or GAP not in task.text
    if is_alone and task.node.tag == "textEntryInteraction" and declaration is not None:
        if declaration.get("baseType") in {"float", "integer"}:
            return _number(task, task.right(task.node), unit=alone[1].strip() if alone else "")
        return ShortText(
            key=task.key, text=task.plain_text, accepted=_accepted(task, task.node), ignore_case=_ignores_case(declaration),
            feedback=task.feedback,
        )  # fmt: skip
    gaps = []
    for number, node in enumerate(task.nodes, start=1):
        options: dict[str, str] = {
            str(one.get("identifier")): words(one) for one in node.iterfind("inlineChoice")
        }
        accepted = (
            tuple(Accepted(text=options[key]) for key in task.right(node) if key in options)
            if options
            else _accepted(task, node)
        )
        if not accepted:
            raise NoRightAnswer(place=task.place)
        declared = task.declaration(node)
        gaps.append(
            Gap(
                key=str(number), accepted=accepted, options=tuple(dict.fromkeys(options.values())),
                ignore_case=declared is None or _ignores_case(declared),
            )
        )  # fmt: skip
    return GapText(key=task.key, text=_with_gaps(task.text), gaps=tuple(gaps), feedback=task.feedback)


def _accepted(task: Interaction, node: Element) -> tuple[Accepted, ...]:
    declaration = task.declaration(node)
    if declaration is None:
        raise NoRightAnswer(place=task.place)
    worth = {
        str(one.get("mapKey", "")): _decimal(one.get("mappedValue"))
        for one in declaration.iterfind("mapping/mapEntry")
    }
    best = max(worth.values(), default=Decimal(0))
    found = dict.fromkeys((words(one) for one in declaration.iterfind("correctResponse/value")), 100)
    for text, value in worth.items():
        if value > 0 and best > 0:
            found.setdefault(text, max(1, min(100, int(value * 100 / best))))
    if not any(found):
        raise NoRightAnswer(place=task.place)
    return tuple(Accepted(text=text, percent=percent) for text, percent in found.items() if text)


def _ignores_case(declaration: Element) -> bool:
    entries = declaration.findall("mapping/mapEntry")
    return not entries or any(entry.get("caseSensitive") == "false" for entry in entries)


def _number(task: Interaction, right: list[str], *, unit: str = "") -> Question:
    try:
        value = Decimal(right[0].replace(",", ".")) if right else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        raise NoRightAnswer(place=task.place)
    equal = next((one for one in task.root.iter("equal") if one.get("tolerance")), None)
    around = Decimal(0)
    if equal is not None:
        around = abs(_decimal(str(equal.get("tolerance")).split()[0]))
        if equal.get("toleranceMode") == "relative":
            around = abs(value) * around / 100
    return Number(
        key=task.key, text=task.plain_text, value=value, tolerance=around, unit=unit, feedback=task.feedback
    )


def _slider(task: Interaction) -> Question:
    task.report.changed(task.place, N_("A slider became a number to write."))
    return _number(task, task.right(task.node))


def _free(task: Interaction) -> Question:
    rubric = "\n\n".join(
        words(one)
        for one in task.root.iter("rubricBlock")
        if "scorer" in str(one.get("view", "")) or "tutor" in str(one.get("view", ""))
    )
    # expectedLength is not looked at: it counts characters, and is only a hint
    return FreeText(key=task.key, text=task.plain_text, guidance=rubric, feedback=task.feedback)


def _spots(task: Interaction) -> Question | None:
    picture = next(task.node.iter("object", "img"), None)
    if picture is None:
        return None
    name = task.picture(str(picture.get("data") or picture.get("src") or ""))
    size = [_decimal(picture.get("width")), _decimal(picture.get("height"))]
    if name is None or min(size) <= 0:
        return None
    right = task.right(task.node)
    spots = []
    for number, node in enumerate(task.node.iterfind("hotspotChoice"), start=1):
        key = str(node.get("identifier") or number)
        label = str(node.get("hotspotLabel") or node.get("label") or number)
        spot = _spot(node, size, key=key, label=label, is_right=key in right)
        if spot is None:
            return None
        spots.append(spot)
    declaration = task.declaration(task.node)
    if not spots and declaration is not None:
        for number, node in enumerate(declaration.iterfind("areaMapping/areaMapEntry"), start=1):
            is_right = _positive(node.get("mappedValue"))
            spot = _spot(node, size, key=str(number), label=str(number), is_right=is_right)
            spots += [spot] if spot is not None else []
    if not any(spot.is_right for spot in spots):
        raise NoRightAnswer(place=task.place)
    if any(spot.label == spot.key for spot in spots):
        task.report.changed(
            task.place, N_("The places in the picture still need words for whoever does not see it.")
        )
    alt = str(picture.get("alt") or "") or words(picture)
    return HotSpots(
        key=task.key, text=task.plain_text, picture=name, alt=alt, spots=tuple(spots), feedback=task.feedback
    )


def _spot(given: Element, size: list[Decimal], *, key: str, label: str, is_right: bool) -> Spot | None:
    """`coords` are pixels, as in HTML: left, top, right, bottom; or middle and radius."""
    try:
        coords = [Decimal(one.strip()) for one in str(given.get("coords", "")).split(",")]
    except InvalidOperation:
        return None
    shape = given.get("shape")
    if shape == "circle" and len(coords) == 3:
        x, y, radius = coords
        coords = [x - radius, y - radius, x + radius, y + radius]
    elif shape == "poly" and len(coords) >= 6:
        xs, ys = coords[::2], coords[1::2]
        coords = [min(xs), min(ys), max(xs), max(ys)]
    if len(coords) != 4 or not all(one.is_finite() for one in coords):
        return None
    left, right = (_thousandth(one, size[0]) for one in (coords[0], coords[2]))
    top, bottom = (_thousandth(one, size[1]) for one in (coords[1], coords[3]))
    return Spot(
        key=key, label=label[:200], x=left, y=top, width=max(1, right - left), height=max(1, bottom - top),
        shape=Shape.CIRCLE if shape == "circle" else Shape.RECTANGLE, is_right=is_right,
    )  # fmt: skip


def _thousandth(value: Decimal, whole: Decimal) -> int:
    return max(0, min(1000, round(value * 1000 / whole)))


def _with_gaps(text: str) -> str:
    text = text.replace("{{", "{ {")
    return re.sub(rf"{GAP}(\d+)x", r"{{\1}}", text).replace("  ", " ").replace("}} .", "}}.").strip()


def _decimal(value: str | None) -> Decimal:
    try:
        number = Decimal(str(value or "0"))
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)


def _positive(value: str | None) -> bool:
    return _decimal(value) > 0


_KINDS: dict[str, Callable[[Interaction], Question | None]] = {
    "choiceInteraction": _choices,
    "hottextInteraction": _hottext,
    "orderInteraction": _ordering,
    "graphicOrderInteraction": lambda _task: None,
    "matchInteraction": _matching,
    "associateInteraction": _matching,
    "gapMatchInteraction": _gap_match,
    "sliderInteraction": _slider,
    "extendedTextInteraction": _free,
    "hotspotInteraction": _spots,
    "selectPointInteraction": _spots,
}
