"""QTI 1.2 as Common Cartridge uses it (CC 1.3, QTI profile), and as Canvas writes it: assessments and banks → quizzes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from content.errors import N_, ContentError
from content.packages.gathering import Gathering
from content.packages.gift_answers import NoRightAnswer
from content.packages.markup import Element, each, read_xml, text_of, whole, words
from content.packages.pages import PageReader
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
    Pair,
    Pool,
    Question,
    Quiz,
    ShortText,
    SingleChoice,
    TrueFalse,
)

_YES = frozenset({"true", "wahr", "richtig", "yes", "ja", "vrai", "t"})
_NO = frozenset({"false", "falsch", "no", "nein", "faux", "f"})
_BLANK = re.compile(r"\[([\w.-]+)\]")
PATTERN = N_("A pattern for answers became the words it is made of.")
UNKNOWN = N_("This kind of question cannot be taken.")


def read_quiz(path: Path, gathering: Gathering, *, place: str) -> tuple[str, Quiz] | None:
    """The title and the quiz in a file; None when no question in it could be taken. Raises BadMarkup, MissingPart."""
    root = read_xml(path, place=place)
    top = next((one for one in root.iter("assessment", "objectbank")), root)
    reader = _Reader(gathering, path.parent)
    pools: list[Pool] = []
    sections = list(top.iter("section")) or [top]
    for section in sections:
        questions = tuple(reader.questions(section))
        if questions:
            number = words(section, "selection_ordering/selection/selection_number")
            draw = whole(number, len(questions) - 1) or None
            title = str(section.get("title") or "") if len(sections) > 1 else ""
            pools.append(
                Pool(key=f"teil-{len(pools) + 1}", title=title[:200], questions=questions, draw=draw)
            )
    if not pools:
        return None
    facts = _facts(top)
    attempts = facts.get("cc_maxattempts", facts.get("qmd_maxattempts", ""))
    minutes = facts.get("qmd_timelimit", "")
    quiz = Quiz(
        pools=tuple(pools),
        attempts=whole(attempts, 999) or None,
        minutes=whole(minutes, 1_440) or None,
        shuffle=False,
    )
    return str(top.get("title") or "")[:200], quiz


def _facts(node: Element) -> dict[str, str]:
    return {
        words(one, "fieldlabel").lower(): words(one, "fieldentry")
        for path in ("qtimetadata/qtimetadatafield", "itemmetadata/qtimetadata/qtimetadatafield")
        for one in each(node, path)
    }


@dataclass(slots=True)
class _Reader:
    gathering: Gathering
    folder: Path
    keys: set[str] = field(default_factory=set)

    def questions(self, section: Element) -> Iterator[Question]:
        for item in section.iterfind("item"):
            place = str(item.get("title") or item.get("ident") or "")[:100]
            report = self.gathering.report
            before = len(report.remarks)
            try:
                question = self._question(item, place)
            except ContentError as refusal:
                report.left(place, type(refusal).message, **refusal.params)
                continue
            if question is None:
                report.left(place, UNKNOWN)
                continue
            if len(report.remarks) == before:
                report.taken(place)
            yield question

    def _question(self, item: Element, place: str) -> Question | None:
        base = self.folder.relative_to(self.gathering.folder.resolve()).as_posix()
        pages = PageReader(self.gathering, self.gathering.path_of)
        presentation, facts = item.find("presentation"), _facts(item)
        if presentation is None:
            return None
        task = _Item(
            item=item,
            presentation=presentation,
            kind=facts.get("cc_profile") or facts.get("question_type", ""),
            key=self._key(str(item.get("ident") or "frage")[:60]),
            place=place,
            read=lambda node: _material(node, pages, base, place),
            feedbacks={
                str(one.get("ident")): _material(one, pages, base, place)
                for one in item.iterfind("itemfeedback")
            },
            changed=lambda message: self.gathering.report.changed(place, message),
        )
        return _of_kind(task)

    def _key(self, wanted: str) -> str:
        key, number = wanted, 2
        while key in self.keys:
            key, number = f"{wanted}-{number}", number + 1
        self.keys.add(key)
        return key


def _material(node: Element | None, pages: PageReader, base: str, place: str) -> str:
    texts = []
    for one in node.iter("mattext") if node is not None else []:
        text = text_of(one)
        if "html" not in str(one.get("texttype", "text/html")):
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
        texts.append(pages.markdown(text, base=base, place=place))
    return "\n\n".join(text for text in texts if text)


@dataclass(frozen=True, slots=True)
class _Condition:
    """One way to points: which answers it wants by response, which it forbids, and what it gives."""

    wanted: dict[str, list[str]]
    ranges: list[tuple[str, str]]
    points: Decimal
    feedbacks: list[str]


@dataclass(frozen=True, slots=True)
class _Item:
    item: Element
    presentation: Element
    kind: str
    key: str
    place: str
    read: Callable[[Element | None], str]
    feedbacks: dict[str, str]
    changed: Callable[[str], None]

    @property
    def text(self) -> str:
        """The text before the answers."""
        return "\n\n".join(
            text
            for one in self.presentation.iter("material")
            if self._is_stem(one)
            if (text := self.read(one))
        )

    def _is_stem(self, node: Element) -> bool:
        return not any(
            True for _ in node.iterancestors("response_lid", "response_str", "response_num", "response_label")
        )

    @property
    def feedback(self) -> str:
        return next((text for name, text in self.feedbacks.items() if name.startswith("general")), "")

    def feedback_of(self, answer: str) -> str:
        """What is said to whoever gave this answer."""
        for one in self.conditions():
            if [answer] in one.wanted.values() and one.feedbacks:
                return "\n\n".join(
                    self.feedbacks.get(name, "") for name in one.feedbacks if not name.startswith("general")
                ).strip()
        return self.feedbacks.get(f"{answer}_fb", "")

    def conditions(self) -> Iterator[_Condition]:
        for node in self.item.iterfind("resprocessing/respcondition"):
            wanted: dict[str, list[str]] = {}
            ranges: list[tuple[str, str]] = []
            for one in node.iterfind("conditionvar//"):
                if any(True for _ in one.iterancestors("not")):
                    continue
                if one.tag in {"varequal", "varsubstring"}:
                    wanted.setdefault(str(one.get("respident")), []).append(words(one))
                elif one.tag in {"vargte", "vargt", "varlte", "varlt"}:
                    ranges.append((str(one.tag), words(one)))
            points = _number(words(node, "setvar")) if node.find("setvar") is not None else Decimal(0)
            said = [str(one.get("linkrefid")) for one in node.iterfind("displayfeedback")]
            yield _Condition(wanted, ranges, points or Decimal(0), said)

    def right_of(self, node: Element, labels: dict[str, str]) -> list[str]:
        """The right ones of a list's labels; some programs name them by their words."""
        said = self.right(str(node.get("ident")))
        return [one for one, text in labels.items() if one in said or text in said]

    def right(self, ident: str) -> list[str]:
        """The answers to this response that bring points."""
        found: list[str] = []
        for one in self.conditions():
            if one.points > 0:
                found += one.wanted.get(ident, [])
        return list(dict.fromkeys(found))


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 30 else None


def _of_kind(task: _Item) -> Question | None:
    lists = list(task.presentation.iter("response_lid"))
    if len(lists) > 1 or "matching" in task.kind or "multiple_blanks" in task.kind:
        return _several(task, lists)
    if lists:
        return _choice(task, lists[0])
    written = next(task.presentation.iter("response_str", "response_num"), None)
    if "essay" in task.kind or (written is not None and not list(task.conditions())):
        solution = task.item.find("itemfeedback/solution")
        return FreeText(key=task.key, text=task.text, guidance=task.read(solution), feedback=task.feedback)
    if written is None:
        return None
    ident = str(written.get("ident"))
    if "numerical" in task.kind or any(one.ranges for one in task.conditions()):
        return _numeric(task, ident)
    if "pattern" in task.kind:
        task.changed(PATTERN)
    accepted = _accepted(task, ident)
    return ShortText(key=task.key, text=task.text, accepted=accepted, feedback=task.feedback)


def _choice(task: _Item, node: Element) -> Question:
    right = task.right(str(node.get("ident")))
    choices = tuple(
        Choice(
            key=str(label.get("ident") or number),
            text=" ".join(task.read(label).split()) or str(number),
            is_right=str(label.get("ident")) in right,
            feedback=task.feedback_of(str(label.get("ident"))),
        )
        for number, label in enumerate(node.iter("response_label"), start=1)
    )
    count = sum(choice.is_right for choice in choices)
    if not count:
        raise NoRightAnswer(place=task.place)
    spoken = [choice.text.strip().lower().rstrip(".") for choice in choices]
    if "true_false" in task.kind and len(choices) == 2 and spoken[0] in _YES and spoken[1] in _NO:
        return TrueFalse(key=task.key, text=task.text, is_true=choices[0].is_right, feedback=task.feedback)
    is_multiple = node.get("rcardinality") == "Multiple" or count > 1
    shuffle = any(one.get("shuffle", "").lower() == "yes" for one in node.iter("render_choice"))
    kind = MultipleChoice if is_multiple else SingleChoice
    return kind(key=task.key, text=task.text, choices=choices, shuffle=shuffle, feedback=task.feedback)


def _several(task: _Item, lists: list[Element]) -> Question | None:
    """Pairs, or gaps to choose for: Canvas writes both as one list for each."""
    text = task.text.replace("\\[", "[").replace("\\]", "]")
    blanks = _BLANK.findall(text)
    if len(blanks) == len(lists) and "matching" not in task.kind:
        return _blanks(task, lists, text)
    rights: dict[str, str] = {}
    pairs: list[Pair] = []
    for number, node in enumerate(lists, start=1):
        labels = {
            str(one.get("ident")): " ".join(task.read(one).split()) for one in node.iter("response_label")
        }
        rights |= labels
        right = next(iter(task.right_of(node, labels)), None)
        left = " ".join(task.read(node.find("material")).split())
        if right is None or not left:
            raise NoRightAnswer(place=task.place)
        pairs.append(Pair(key=str(number), left=left, right=labels[right]))
    if not pairs:
        return None
    used = {pair.right for pair in pairs}
    others = dict.fromkeys(label for label in rights.values() if label not in used)
    return Matching(
        key=task.key, text=text, pairs=tuple(pairs), feedback=task.feedback,
        distractors=tuple(Item(key=f"x{number}", text=label) for number, label in enumerate(others, start=1)),
    )  # fmt: skip


def _blanks(task: _Item, lists: list[Element], text: str) -> Question:
    gaps = []
    text = text.replace("{{", "{ {")
    for number, node in enumerate(lists, start=1):
        labels = {str(one.get("ident")): words(one) for one in node.iter("response_label")}
        accepted = tuple(Accepted(text=labels[one]) for one in task.right_of(node, labels))
        if not accepted:
            raise NoRightAnswer(place=task.place)
        is_written = len(accepted) == len(labels)
        gaps.append(
            Gap(
                key=str(number),
                accepted=accepted,
                options=() if is_written else tuple(dict.fromkeys(labels.values())),
            )
        )
        text = _BLANK.sub(f"{{{{{number}}}}}", text, count=1)
    return GapText(key=task.key, text=text, gaps=tuple(gaps), feedback=task.feedback)


def _accepted(task: _Item, ident: str) -> tuple[Accepted, ...]:
    best = max((one.points for one in task.conditions()), default=Decimal(0))
    found: dict[str, int] = {}
    for one in task.conditions():
        for text in one.wanted.get(ident, []):
            if one.points > 0 and text:
                found.setdefault(text, max(1, int(one.points * 100 / best)))
    if not found:
        raise NoRightAnswer(place=task.place)
    return tuple(
        Accepted(text=text, percent=percent, feedback=task.feedback_of(text))
        for text, percent in found.items()
    )


def _numeric(task: _Item, ident: str) -> Question:
    for one in task.conditions():
        if one.points <= 0:
            continue
        exact = [number for text in one.wanted.get(ident, []) if (number := _number(text)) is not None]
        bounds = [number for _, text in one.ranges if (number := _number(text)) is not None]
        if len(bounds) >= 2:
            low, high = min(bounds), max(bounds)
            value = exact[0] if exact else (low + high) / 2
            return Number(
                key=task.key,
                text=task.text,
                value=value,
                tolerance=max(value - low, high - value),
                feedback=task.feedback,
            )
        if exact:
            return Number(key=task.key, text=task.text, value=exact[0], feedback=task.feedback)
    raise NoRightAnswer(place=task.place)
