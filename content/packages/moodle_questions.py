"""Moodle's question bank in a backup → our questions, and the slots of a quiz → pools."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from content.errors import N_, ContentError
from content.packages.markup import Element, whole, words
from content.packages.moodle_kinds import KINDS, Given
from content.packages.pages import PageReader
from content.packages.report import Report
from content.quiz.questions import Pool, Question

NOT_THERE = N_("A question of this quiz is not in the package.")
KIND = N_("Questions of the kind “%(kind)s” are not taken along.")
_PAGES = Callable[[str, str, str], PageReader]
_MOST = 5_000


@dataclass(slots=True)
class Bank:
    """All questions, by their ids and by the ids of their entries (Moodle 4)."""

    pages: _PAGES
    report: Report
    questions: dict[str, Element] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    contexts: dict[str, str] = field(default_factory=dict)
    categories: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Element | None, pages: _PAGES, report: Report) -> "Bank":
        """The bank in `questions.xml`; an empty one without it."""
        bank = cls(pages, report)
        for category in root.iterfind("question_category") if root is not None else []:
            identifier = str(category.get("id"))
            bank.names[identifier] = words(category, "name")
            for question in category.iter("question"):
                # a question has an id; a field of the same name does not
                if question.get("id") is None or question.find("qtype") is None:
                    continue
                name = str(question.get("id"))
                bank.questions[name] = question
                bank.contexts[name] = words(category, "contextid")
                bank.categories.setdefault(identifier, []).append(name)
                entry = next(question.iterancestors("question_bank_entry"), None)
                if entry is not None:
                    bank.entries[str(entry.get("id"))] = (
                        name  # versions come in their order: the last one counts
                    )
        return bank

    def pools(self, quiz: Element, place: str) -> tuple[Pool, ...]:
        """The questions of a quiz; random ones become a pool of their category each, of which as many are drawn."""
        fixed: list[Question] = []
        random: dict[str, int] = {}
        for slot, points in self._slots(quiz, place):
            node = self.questions.get(slot)
            category = slot.removeprefix("category:") if slot.startswith("category:") else ""
            if node is not None and words(node, "qtype") == "random":
                category = next((one for one, ids in self.categories.items() if slot in ids), "")
            if category:
                random[category] = random.get(category, 0) + 1
            elif node is not None and (question := self.question(node, points)) is not None:
                fixed.append(question)
        pools = [Pool(key="teil-1", questions=_unique(fixed))] if fixed else []
        for category, count in random.items():
            questions = [
                question
                for name in self.categories.get(category, [])[:_MOST]
                if words(self.questions[name], "qtype") != "random"
                and words(self.questions[name], "parent") in {"0", ""}
                and (question := self.question(self.questions[name], None)) is not None
            ]
            if questions:
                draw = count if count < len(questions) else None
                taken = {question.key for pool in pools for question in pool.questions}
                pools.append(
                    Pool(
                        key=f"teil-{len(pools) + 1}",
                        title=self.names.get(category, "")[:200],
                        questions=_unique(questions, taken),
                        draw=draw,
                    )
                )
        return tuple(pools)

    def _slots(self, quiz: Element, place: str) -> Iterator[tuple[str, str | None]]:
        """The question of each slot and its points; `category:…` for a random one of Moodle 4."""
        instances = list(quiz.iterfind("question_instances/question_instance"))
        order = [one for one in words(quiz, "questions").split(",") if one and one != "0"]
        instances.sort(key=lambda one: _place(one, order))
        for one in instances[:_MOST]:
            points = words(one, "maxmark") or words(one, "grade") or None
            entry = words(one, "question_reference/questionbankentryid")
            condition = "".join(one.findtext("question_set_reference/filtercondition") or "")
            name = words(one, "questionid") or words(one, "question") or self.entries.get(entry, "")
            if not name and (
                found := re.search(
                    r'questioncategoryid"?[^0-9]{1,12}(\d+)|"category"[^0-9\]]*"values"\s*:\s*\["?(\d+)',
                    condition,
                )
            ):
                name = f"category:{found[1] or found[2]}"
            if name not in self.questions and not name.startswith("category:"):
                self.report.left(place, NOT_THERE)
                continue
            yield name, points

    def question(self, node: Element, points: str | None) -> Question | None:
        """One question; None when it was left, for which the report has the reason."""
        kind, place = words(node, "qtype"), (words(node, "name") or words(node, "questiontext"))[:100]
        reading = KINDS.get(kind)
        if reading is None:
            self.report.left(place, KIND, kind=kind)
            return None
        name = str(node.get("id"))
        given = Given(
            node=node,
            key=f"frage-{name}"[:60],
            place=place,
            points=_points(points or words(node, "defaultmark")),
            read=lambda html, area, item: self.pages(self.contexts[name], area, item).markdown(
                html, place=place
            ),
            report=self.report,
            children=self.questions,
        )
        before = len(self.report.remarks)
        try:
            question = reading(given)
        except ContentError as refusal:
            self.report.left(place, type(refusal).message, **refusal.params)
            return None
        if len(self.report.remarks) == before:
            self.report.taken(place)
        return question


def _place(instance: Element, order: list[str]) -> int:
    slot, question = words(instance, "slot"), words(instance, "question")
    if (number := whole(slot, 100_000)) is not None:
        return number
    return order.index(question) if question in order else len(order)


def _points(text: str) -> int:
    """Whole points: Moodle has fractions, which are only halves in most places."""
    try:
        return max(1, min(100, round(float(text))))
    except (ValueError, OverflowError):
        return 1


def _unique(questions: list[Question], taken: set[str] | None = None) -> tuple[Question, ...]:
    keys = set(taken or ())
    result = []
    for question in questions:
        key, number = question.key, 2
        while key in keys:
            key, number = f"{question.key}-{number}", number + 1
        keys.add(key)
        result.append(msgspec.structs.replace(question, key=key))
    return tuple(result)
