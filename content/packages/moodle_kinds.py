"""The kinds of Moodle's questions, each as one of ours."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from content.errors import N_
from content.packages.gift_answers import WEIGHTS_LOST, NoRightAnswer
from content.packages.markup import Element, read_html, whole, words
from content.packages.report import Report
from content.quiz.questions import (
    Accepted,
    Choice,
    FreeText,
    Gap,
    GapText,
    Item,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Pair,
    Question,
    ShortText,
    SingleChoice,
    TrueFalse,
)

_NULL = "$@NULL@$"
_SLOT = re.compile(r"\[\[(\d{1,3})\]\]")
_CLOZE = re.compile(r"\{#(\d{1,3})\}")
_MARK = "moodlegapx"
DESCRIPTION = N_("A text between the questions is not taken along.")
STARS = N_("“*” stood for any words in an answer; now the words have to be there as they are.")


def html_of(node: Element, name: str) -> str:
    """A field that holds HTML; "" when it is empty."""
    return (node.findtext(name) or "").replace(_NULL, "")


@dataclass(frozen=True, slots=True)
class Given:
    """A question of the bank. `read` makes Markdown of HTML, with the area and the item its files lie in."""

    node: Element
    key: str
    place: str
    points: int
    read: Callable[[str, str, str], str]
    report: Report
    children: Mapping[str, Element]

    @property
    def text(self) -> str:
        return self.read(
            html_of(self.node, "questiontext"), "question/questiontext", str(self.node.get("id"))
        )

    @property
    def feedback(self) -> str:
        return self.read(
            html_of(self.node, "generalfeedback"), "question/generalfeedback", str(self.node.get("id"))
        )

    def gapped(self, pattern: re.Pattern[str]) -> str:
        """The text with our gaps where the pattern's numbers stand."""
        html = pattern.sub(rf" {_MARK}\1x ", html_of(self.node, "questiontext"))
        text = self.read(html, "question/questiontext", str(self.node.get("id"))).replace("{{", "{ {")
        return re.sub(
            rf"\s?{_MARK}(\d+)x\s?(?=[.,;:!?)])|{_MARK}(\d+)x",
            lambda found: (
                f"{' ' if found[1] and found[0][:1].isspace() else ''}{{{{{found[1] or found[2]}}}}}"
            ),
            text,
        )

    def part(self, html: str, area: str, item: str) -> str:
        """A short text in one line."""
        return " ".join(self.read(html, area, item).split())


@dataclass(frozen=True, slots=True)
class _Answer:
    identifier: str
    html: str
    fraction: Decimal
    feedback: str

    @property
    def words(self) -> str:
        body = read_html(self.html) if "<" in self.html else None
        return words(body) if body is not None else " ".join(self.html.split())


def _answers(node: Element) -> list[_Answer]:
    return [
        _Answer(
            str(one.get("id", "")),
            (one.findtext("answertext") or "").replace(_NULL, ""),
            _decimal(words(one, "fraction")),
            (one.findtext("feedback") or "").replace(_NULL, ""),
        )
        for one in node.iter("answer")
        if one.find("fraction") is not None
    ]


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() and abs(number.adjusted()) < 30 else Decimal(0)


def _multichoice(given: Given) -> Question:
    answers = _answers(given.node)
    options = next(given.node.iter("multichoice"), None)
    is_single = words(options, "single") != "0"
    best = max((one.fraction for one in answers), default=Decimal(0))
    choices = tuple(
        Choice(
            key=one.identifier or str(number),
            text=given.part(one.html, "question/answer", one.identifier),
            is_right=one.fraction > 0 and (not is_single or one.fraction == best),
            feedback=given.part(one.feedback, "question/answerfeedback", one.identifier),
        )
        for number, one in enumerate(answers, start=1)
    )
    right = sum(choice.is_right for choice in choices)
    if not right:
        raise NoRightAnswer(place=given.place)
    if is_single and any(0 < one.fraction < best for one in answers):
        given.report.changed(given.place, WEIGHTS_LOST)
    kind = SingleChoice if is_single and right == 1 else MultipleChoice
    return kind(
        key=given.key, text=given.text, points=given.points, choices=choices, feedback=given.feedback,
        shuffle=words(options, "shuffleanswers") != "0",
    )  # fmt: skip


def _truefalse(given: Given) -> Question:
    right = next((one for one in _answers(given.node) if one.fraction > 0), None)
    if right is None:
        raise NoRightAnswer(place=given.place)
    yes = words(next(given.node.iter("truefalse"), None), "trueanswer")
    said = [one.feedback for one in _answers(given.node) if one.feedback]
    feedback = "\n\n".join(
        text for text in (given.feedback, *(given.part(one, "", "") for one in said)) if text
    )
    is_true = right.identifier == yes if yes else right.words.lower() in {"true", "wahr", "richtig"}
    return TrueFalse(key=given.key, text=given.text, points=given.points, is_true=is_true, feedback=feedback)


def _accepted(given: Given, node: Element) -> tuple[Accepted, ...]:
    found: dict[str, Accepted] = {}
    for one in _answers(node):
        text = one.words.replace("\\*", "\ue0aa")
        if one.fraction <= 0 or not text:
            continue
        if "*" in text:
            text = " ".join(text.replace("*", " ").split())
            given.report.changed(given.place, STARS)
        text = text.replace("\ue0aa", "*")
        if text:
            found.setdefault(
                text,
                Accepted(
                    text=text,
                    percent=max(1, min(100, int(one.fraction * 100))),
                    feedback=given.part(one.feedback, "", ""),
                ),
            )
    if not found:
        raise NoRightAnswer(place=given.place)
    return tuple(found.values())


def _ignores_case(node: Element) -> bool:
    return words(next(node.iter("shortanswer"), None), "usecase") != "1"


def _shortanswer(given: Given) -> Question:
    return ShortText(
        key=given.key, text=given.text, points=given.points, accepted=_accepted(given, given.node),
        ignore_case=_ignores_case(given.node), feedback=given.feedback,
    )  # fmt: skip


def _numerical(given: Given) -> Question:
    best = max(_answers(given.node), key=lambda one: one.fraction, default=None)
    if best is None or best.fraction <= 0 or best.words in {"", "*"}:
        raise NoRightAnswer(place=given.place)
    records = {
        words(one, "answer"): _decimal(words(one, "tolerance")) for one in given.node.iter("numerical_record")
    }
    unit = words(
        next(
            (one for one in given.node.iter("numerical_unit") if _decimal(words(one, "multiplier")) == 1),
            None,
        ),
        "unit",
    )
    return Number(
        key=given.key, text=given.text, points=given.points, value=_decimal(best.words),
        tolerance=abs(records.get(best.identifier, Decimal(0))), unit=unit[:40], feedback=given.feedback,
    )  # fmt: skip


def _match(given: Given) -> Question:
    pairs: list[Pair] = []
    others: list[Item] = []
    for number, one in enumerate(given.node.iter("match"), start=1):
        key = str(one.get("id") or number)
        left = given.part(
            (one.findtext("questiontext") or "").replace(_NULL, ""), "qtype_match/subquestion", key
        )
        right = words(one, "answertext")
        if left and right:
            pairs.append(Pair(key=key, left=left, right=right))
        elif right:
            others.append(Item(key=key, text=right))
    if not pairs:
        raise NoRightAnswer(place=given.place)
    return Matching(
        key=given.key, text=given.text, points=given.points, pairs=tuple(pairs), distractors=tuple(others),
        feedback=given.feedback,
    )  # fmt: skip


def _gapselect(given: Given) -> Question:
    """`[[2]]` is the place of the second answer; answers of one group may be chosen for each other."""
    answers = _answers(given.node)
    used = [int(number) for number in _SLOT.findall(html_of(given.node, "questiontext"))]
    gaps, numbers = [], iter(range(1, len(used) + 1))
    for place in used:
        if not 0 < place <= len(answers):
            raise NoRightAnswer(place=given.place)
        group = _group(answers[place - 1])
        options = tuple(dict.fromkeys(one.words for one in answers if _group(one) == group))
        gaps.append(
            Gap(key=str(next(numbers)), accepted=(Accepted(text=answers[place - 1].words),), options=options)
        )
    if not gaps:
        raise NoRightAnswer(place=given.place)
    count = iter(range(1, len(used) + 1))
    text = given.gapped(_SLOT)
    text = re.sub(r"\{\{\d+\}\}", lambda _found: f"{{{{{next(count)}}}}}", text)
    return GapText(key=given.key, text=text, points=given.points, gaps=tuple(gaps), feedback=given.feedback)


def _group(answer: _Answer) -> str:
    """Select-missing-words keeps the group as the feedback, drag-and-drop as a serialised object in it."""
    found = re.search(r'"draggroup";[is]:(?:\d+:)?"?(\d+)', answer.feedback)
    return found[1] if found else answer.feedback.strip()


def _cloze(given: Given) -> Question:
    sequence = words(next(given.node.iter("multianswer"), None), "sequence").split(",")
    gaps = []
    for number in dict.fromkeys(_CLOZE.findall(html_of(given.node, "questiontext"))):
        position = int(number) - 1
        child = given.children.get(sequence[position]) if 0 <= position < len(sequence) else None
        if child is None:
            raise NoRightAnswer(place=given.place)
        answers = _answers(child)
        is_chosen = words(child, "qtype") == "multichoice"
        options = tuple(dict.fromkeys(one.words for one in answers)) if is_chosen else ()
        gaps.append(
            Gap(
                key=number,
                accepted=_accepted(given, child),
                options=options,
                ignore_case=_ignores_case(child),
            )
        )
    if not gaps:
        raise NoRightAnswer(place=given.place)
    return GapText(
        key=given.key,
        text=given.gapped(_CLOZE),
        points=given.points,
        gaps=tuple(gaps),
        feedback=given.feedback,
    )


def _essay(given: Given) -> Question:
    options = next(given.node.iter("essay"), None)
    guidance = (
        given.read((options.findtext("graderinfo") or "").replace(_NULL, ""), "", "")
        if options is not None
        else ""
    )
    most = words(options, "maxwordlimit")
    return FreeText(
        key=given.key, text=given.text, points=given.points, guidance=guidance, feedback=given.feedback,
        most_words=whole(most, 99_999) or None,
    )  # fmt: skip


def _ordering(given: Given) -> Question:
    """The fraction of an answer is its place."""
    answers = sorted(_answers(given.node), key=lambda one: one.fraction)
    if len(answers) < 2:
        raise NoRightAnswer(place=given.place)
    items = tuple(
        Item(key=one.identifier or str(number), text=given.part(one.html, "question/answer", one.identifier))
        for number, one in enumerate(answers, start=1)
    )
    return Ordering(key=given.key, text=given.text, points=given.points, items=items, feedback=given.feedback)


def _description(given: Given) -> None:
    given.report.left(given.place, DESCRIPTION)


KINDS: dict[str, Callable[[Given], Question | None]] = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "match": _match,
    "gapselect": _gapselect,
    "ddwtos": _gapselect,
    "multianswer": _cloze,
    "essay": _essay,
    "ordering": _ordering,
    "description": _description,
}
