"""Questions → items of QTI 2.2, as trees; `content.packages.qti` gives them the names of 3.0 where that is wanted."""

from collections.abc import Sequence
from functools import singledispatch
from html import escape

from lxml import etree

from content.media import MEDIA_TYPES, ending
from content.packages.markup import Element
from content.packages.xhtml import Address, fragment, in_xml, inline
from content.quiz.gaps import replace_gaps
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
    TrueFalse,
)

TRUE, FALSE = "Richtig", "Falsch"
_SIDE = 1000
_RESPONSE = "RESPONSE"
_CHOSEN = "CHOSEN"
"""The outcome that repeats the answer, so that each choice can say something to whoever chose it."""


def item(question: Question, identifier: str, address: Address) -> Element:
    """The item without namespace."""
    root = etree.Element("assessmentItem")
    for key, value in (
        ("identifier", identifier),
        ("title", in_xml(" ".join(question.text.split())[:80]) or identifier),
        ("adaptive", "false"),
        ("timeDependent", "false"),
    ):
        root.set(key, value)
    declarations = _declared(question)
    root.extend(declarations)
    _add(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    maximum = _add(root, "outcomeDeclaration", identifier="MAXSCORE", cardinality="single", baseType="float")
    _value(_add(maximum, "defaultValue"), str(question.points))
    if question.feedback:
        _add(root, "outcomeDeclaration", identifier="FEEDBACK", cardinality="single", baseType="identifier")
    if _says_something(question):
        cardinality = str(declarations[0].get("cardinality"))
        _add(root, "outcomeDeclaration", identifier=_CHOSEN, cardinality=cardinality, baseType="identifier")
    body = _add(root, "itemBody")
    _body(question, body, address)
    _processing(question, root, declarations)
    if question.feedback:
        feedback = _add(
            root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier="general", showHide="hide"
        )
        _html(feedback, fragment(question.feedback, address))
    return root


def _says_something(question: Question) -> bool:
    return isinstance(question, SingleChoice | MultipleChoice) and any(
        one.feedback for one in question.choices
    )


def _add(parent: Element, name: str, **attributes: str) -> Element:
    node = etree.SubElement(parent, name)
    for key, value in attributes.items():
        node.set(key, in_xml(value))
    return node


def _value(parent: Element, text: str) -> None:
    _add(parent, "value").text = in_xml(text)


def _html(parent: Element, html: str) -> None:
    """Put well-formed XHTML into the node."""
    inside = etree.fromstring(f"<x>{html}</x>".encode())
    parent.text = inside.text
    for child in list(inside):
        parent.append(child)


def _block(body: Element, html: str) -> None:
    """Only blocks may stand directly in a body."""
    _html(_add(body, "div"), html)


def _response(cardinality: str, base: str, right: Sequence[str], *, identifier: str = _RESPONSE) -> Element:
    node = etree.Element("responseDeclaration")
    node.set("identifier", identifier)
    node.set("cardinality", cardinality)
    node.set("baseType", base)
    if right:
        correct = _add(node, "correctResponse")
        for value in right:
            _value(correct, value)
    return node


def _mapped(node: Element, accepted: Sequence[Accepted], *, ignore_case: bool, points: int) -> None:
    mapping = _add(node, "mapping", defaultValue="0")
    for one in {one.text: one for one in accepted}.values():
        _add(
            mapping, "mapEntry", mapKey=one.text, mappedValue=f"{points * one.percent / 100:g}",
            caseSensitive="false" if ignore_case else "true",
        )  # fmt: skip


# identifiers of QTI are NCNames; our keys may be anything, so that each part is named by its place
def _names(letter: str, count: int) -> list[str]:
    return [f"{letter}{number}" for number in range(1, count + 1)]


@singledispatch
def _declared(question: Question) -> list[Element]:
    raise TypeError(type(question))


@_declared.register
def _(question: SingleChoice) -> list[Element]:
    return [_response("single", "identifier", _right(question.choices)[:1])]


@_declared.register
def _(question: MultipleChoice) -> list[Element]:
    right = _right(question.choices)
    node = _response("multiple", "identifier", right)
    mapping = _add(node, "mapping", lowerBound="0", upperBound=str(question.points), defaultValue="0")
    share = question.points / max(1, len(right))
    for name, choice in zip(_names("C", len(question.choices)), question.choices, strict=True):
        _add(mapping, "mapEntry", mapKey=name, mappedValue=f"{share if choice.is_right else -share:.5g}")
    return [node]


def _right(choices: Sequence[Choice]) -> list[str]:
    return [name for name, one in zip(_names("C", len(choices)), choices, strict=True) if one.is_right]


@_declared.register
def _(question: TrueFalse) -> list[Element]:
    return [_response("single", "identifier", ["true" if question.is_true else "false"])]


@_declared.register
def _(question: Ordering) -> list[Element]:
    return [_response("ordered", "identifier", _names("I", len(question.items)))]


@_declared.register
def _(question: Matching) -> list[Element]:
    pairs = [f"L{number} R{number}" for number in range(1, len(question.pairs) + 1)]
    return [_response("multiple", "directedPair", pairs)]


@_declared.register
def _(question: GapText) -> list[Element]:
    return [
        _gap(gap, name, question.points)
        for name, gap in zip(_names("G", len(question.gaps)), question.gaps, strict=True)
    ]


def _gap(gap: Gap, identifier: str, points: int) -> Element:
    best = [one.text for one in gap.accepted if one.percent == 100] or [one.text for one in gap.accepted]
    if gap.options:
        places = {text: f"O{number}" for number, text in reversed(list(enumerate(gap.options, start=1)))}
        right = [places[text] for text in best if text in places]
        return _response("single", "identifier", right[:1], identifier=identifier)
    node = _response("single", "string", best[:1], identifier=identifier)
    _mapped(node, gap.accepted, ignore_case=gap.ignore_case, points=points)
    return node


@_declared.register
def _(question: Number) -> list[Element]:
    return [_response("single", "float", [f"{question.value:f}"])]


@_declared.register
def _(question: ShortText) -> list[Element]:
    best = [one.text for one in question.accepted if one.percent == 100] or [
        one.text for one in question.accepted
    ]
    node = _response("single", "string", best[:1])
    _mapped(node, question.accepted, ignore_case=question.ignore_case, points=question.points)
    return [node]


@_declared.register
def _(_question: FreeText) -> list[Element]:
    return [_response("single", "string", [])]


@_declared.register
def _(question: HotSpots) -> list[Element]:
    right = [
        name
        for name, spot in zip(_names("S", len(question.spots)), question.spots, strict=True)
        if spot.is_right
    ]
    return [_response("multiple", "identifier", right)]


def _body(question: Question, body: Element, address: Address) -> None:
    if isinstance(question, GapText):
        _gap_body(question, body, address)
        return
    _block(body, fragment(question.text, address))
    _interaction(question, body, address)


@singledispatch
def _interaction(question: Question, _body: Element, _address: Address) -> None:
    raise TypeError(type(question))


@_interaction.register
def _(question: SingleChoice, body: Element, address: Address) -> None:
    _choice_interaction(question.choices, body, address, shuffle=question.shuffle, most="1")


@_interaction.register
def _(question: MultipleChoice, body: Element, address: Address) -> None:
    _choice_interaction(question.choices, body, address, shuffle=question.shuffle, most="0")


def _choice_interaction(
    choices: Sequence[Choice], body: Element, address: Address, *, shuffle: bool, most: str
) -> None:
    node = _add(
        body, "choiceInteraction", responseIdentifier=_RESPONSE, shuffle=str(shuffle).lower(), maxChoices=most
    )
    for name, choice in zip(_names("C", len(choices)), choices, strict=True):
        part = _add(node, "simpleChoice", identifier=name)
        _html(part, inline(choice.text, address))
        if choice.feedback:
            said = _add(part, "feedbackInline", outcomeIdentifier=_CHOSEN, identifier=name, showHide="show")
            said.text = in_xml(choice.feedback)


@_interaction.register
def _(_question: TrueFalse, body: Element, _address: Address) -> None:
    node = _add(body, "choiceInteraction", responseIdentifier=_RESPONSE, shuffle="false", maxChoices="1")
    _add(node, "simpleChoice", identifier="true").text = TRUE
    _add(node, "simpleChoice", identifier="false").text = FALSE


@_interaction.register
def _(question: Ordering, body: Element, address: Address) -> None:
    node = _add(body, "orderInteraction", responseIdentifier=_RESPONSE, shuffle="true")
    for name, part in zip(_names("I", len(question.items)), question.items, strict=True):
        _html(_add(node, "simpleChoice", identifier=name), inline(part.text, address))


@_interaction.register
def _(question: Matching, body: Element, address: Address) -> None:
    node = _add(body, "matchInteraction", responseIdentifier=_RESPONSE, shuffle="true", maxAssociations="0")
    lefts, rights = _add(node, "simpleMatchSet"), _add(node, "simpleMatchSet")
    for number, pair in enumerate(question.pairs, start=1):
        _html(
            _add(lefts, "simpleAssociableChoice", identifier=f"L{number}", matchMax="1"),
            inline(pair.left, address),
        )
        _html(
            _add(rights, "simpleAssociableChoice", identifier=f"R{number}", matchMax="0"),
            inline(pair.right, address),
        )
    for number, other in enumerate(question.distractors, start=1):
        _html(
            _add(rights, "simpleAssociableChoice", identifier=f"D{number}", matchMax="0"),
            inline(other.text, address),
        )


def _gap_body(question: GapText, body: Element, address: Address) -> None:
    marks = {gap.key: f"zzgap{number}zz" for number, gap in enumerate(question.gaps, start=1)}
    html = fragment(replace_gaps(question.text, marks.get), address)
    for number, gap in enumerate(question.gaps, start=1):
        html = html.replace(f"zzgap{number}zz", _gap_html(gap, f"G{number}"), 1)
    _block(body, html)


def _gap_html(gap: Gap, identifier: str) -> str:
    if not gap.options:
        return f'<textEntryInteraction responseIdentifier="{identifier}"/>'
    options = "".join(
        f'<inlineChoice identifier="O{number}">{escape(in_xml(option))}</inlineChoice>'
        for number, option in enumerate(gap.options, start=1)
    )
    return f'<inlineChoiceInteraction responseIdentifier="{identifier}" shuffle="false">{options}</inlineChoiceInteraction>'


@_interaction.register
def _(question: Number, body: Element, _address: Address) -> None:
    line = _add(body, "p")
    _add(
        line, "textEntryInteraction", responseIdentifier=_RESPONSE
    ).tail = f" {in_xml(question.unit)}".rstrip()


@_interaction.register
def _(_question: ShortText, body: Element, _address: Address) -> None:
    _add(_add(body, "p"), "textEntryInteraction", responseIdentifier=_RESPONSE)


@_interaction.register
def _(question: FreeText, body: Element, address: Address) -> None:
    _add(body, "extendedTextInteraction", responseIdentifier=_RESPONSE)
    if question.guidance:
        _block(_add(body, "rubricBlock", view="scorer"), fragment(question.guidance, address))


@_interaction.register
def _(question: HotSpots, body: Element, address: Address) -> None:
    node = _add(body, "hotspotInteraction", responseIdentifier=_RESPONSE, maxChoices="0")
    picture = _add(
        node, "object", type=MEDIA_TYPES.get(ending(question.picture), "image/png"), data=address(question.picture),
        width=str(_SIDE), height=str(_SIDE),
    )  # fmt: skip
    picture.text = in_xml(question.alt)
    for name, spot in zip(_names("S", len(question.spots)), question.spots, strict=True):
        is_circle = spot.shape is Shape.CIRCLE
        radius = spot.width // 2
        coords = (
            f"{spot.x + radius},{spot.y + radius},{radius}"
            if is_circle
            else f"{spot.x},{spot.y},{spot.x + spot.width},{spot.y + spot.height}"
        )
        _add(
            node, "hotspotChoice", identifier=name, shape="circle" if is_circle else "rect", coords=coords,
            hotspotLabel=spot.label,
        )  # fmt: skip


def _processing(question: Question, root: Element, declarations: Sequence[Element]) -> None:
    """How points come about. What a trainer marks has none."""
    if isinstance(question, FreeText):
        return
    node = _add(root, "responseProcessing")
    if _says_something(question):
        _add(_add(node, "setOutcomeValue", identifier=_CHOSEN), "variable", identifier=_RESPONSE)
    if isinstance(question, Number):
        condition = _add(_add(node, "responseCondition"), "responseIf")
        equal = _add(
            condition,
            "equal",
            toleranceMode="absolute",
            tolerance=f"{question.tolerance:f} {question.tolerance:f}",
        )
        _add(equal, "variable", identifier=_RESPONSE)
        _add(equal, "correct", identifier=_RESPONSE)
        _score(condition, question.points)
        return
    for declaration in declarations:
        name = str(declaration.get("identifier"))
        if declaration.find("mapping") is not None:
            total = _add(_add(node, "setOutcomeValue", identifier="SCORE"), "sum")
            _add(total, "variable", identifier="SCORE")
            _add(total, "mapResponse", identifier=name)
        else:
            condition = _add(_add(node, "responseCondition"), "responseIf")
            match = _add(condition, "match")
            _add(match, "variable", identifier=name)
            _add(match, "correct", identifier=name)
            _score(condition, question.points)


def _score(condition: Element, points: int) -> None:
    total = _add(_add(condition, "setOutcomeValue", identifier="SCORE"), "sum")
    _add(total, "variable", identifier="SCORE")
    _add(total, "baseValue", baseType="float").text = str(points)
