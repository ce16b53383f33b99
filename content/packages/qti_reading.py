"""QTI 2.1, 2.2 and 3.0: items and tests → quizzes (1EdTech Question and Test Interoperability)."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from content.course import Chapter, CourseContent, QuizLesson
from content.errors import N_, ContentError
from content.packages import errors
from content.packages.gathering import NOT_THERE, Gathering
from content.packages.markup import Element, inner_html, read_xml, whole, words
from content.packages.pages import PageReader
from content.packages.qti_interactions import GAP, Interaction, question_of
from content.packages.report import Report
from content.quiz.questions import Pool, Question, Quiz

_INTERACTION = "Interaction"
_MOST = 5_000
SEVERAL = N_("There are several tasks in one question.")
UNKNOWN = N_("This kind of task cannot be taken: %(kind)s.")
INLINE = frozenset({"textEntryInteraction", "inlineChoiceInteraction"})


def is_qti(root: Element) -> bool:
    """Whether the manifest speaks of items or tests of QTI 2 or 3."""
    kinds = [str(one.get("type", "")) for one in root.iter("resource")]
    return any(
        kind.startswith(("imsqti_item_xmlv", "imsqti_test_xmlv", "imsqti_assessment")) for kind in kinds
    )


def read_package(folder: Path, *, report: Report) -> CourseContent:
    """An unpacked package: each test a quiz, or all items one. Raises NothingInIt, BadMarkup, MissingPart."""
    manifest = read_xml(folder / "imsmanifest.xml")
    resources = [(str(one.get("type", "")), str(one.get("href", ""))) for one in manifest.iter("resource")]
    reader = ItemReader(Gathering(folder, report))
    title = words(manifest, "metadata//title")
    tests = [href for kind, href in resources if kind.startswith(("imsqti_test", "imsqti_assessment"))]
    lessons = [lesson for href in tests[:_MOST] if (lesson := reader.test(href)) is not None]
    if not lessons:
        hrefs = [href for kind, href in resources if kind.startswith("imsqti_item")]
        found = reader.items(hrefs)
        if found:
            lessons = [
                QuizLesson(reader.gathering.key(), title, Quiz(pools=(Pool(key="teil-1", questions=found),)))
            ]
    if not lessons:
        raise errors.NothingInIt
    return CourseContent(
        title=title, chapters=(Chapter(title, tuple(lessons)),), files=tuple(reader.gathering.files)
    )


@dataclass(slots=True)
class ItemReader:
    """Reads items and tests of one package."""

    gathering: Gathering

    def test(self, href: str) -> QuizLesson | None:
        """A test as a quiz; each section that holds items a pool."""
        path = self.gathering.path_of(href)
        if path is None:
            self.gathering.report.left(href[:100], NOT_THERE)
            return None
        try:
            root = read_xml(path, place=href[:100])
        except ContentError as refusal:
            self.gathering.report.left(href[:100], type(refusal).message)
            return None
        if root.tag == "assessmentItem":
            return None
        base = path.parent
        pools: list[Pool] = []
        keys: set[str] = set()
        for section in root.iter("assessmentSection"):
            hrefs = [str(ref.get("href", "")) for ref in section.iterfind("assessmentItemRef")]
            questions = self._unique(self.items(hrefs[:_MOST], base=base), keys)
            if questions:
                pools.append(_pool(section, questions, len(pools) + 1))
        if not pools:
            return None
        limit = root.find(".//timeLimits")
        return QuizLesson(
            self.gathering.key(),
            str(root.get("title") or root.get("identifier") or "")[:200],
            Quiz(
                pools=tuple(pools),
                minutes=_minutes(limit),
                attempts=_attempts(root.find(".//itemSessionControl")),
                shuffle=any(one.get("shuffle") == "true" for one in root.iter("ordering")),
            ),
        )

    def items(self, hrefs: Sequence[str], *, base: Path | None = None) -> tuple[Question, ...]:
        """The questions of these files; the report says what became of each."""
        return self._unique([q for href in hrefs if (q := self.item(href, base=base)) is not None], set())

    def item(self, href: str, *, base: Path | None = None) -> Question | None:
        """One item; None when it was left, for which the report has the reason."""
        report = self.gathering.report
        prefix = base.relative_to(self.gathering.folder.resolve()).as_posix() if base else ""
        path = self.gathering.path_of(href, prefix)
        if path is None:
            report.left(href[:100], NOT_THERE)
            return None
        try:
            root = read_xml(path, place=href[:100])
            place = str(root.get("title") or root.get("identifier") or href)[:100]
            before = len(report.remarks)
            question = self.question(root, base=path.parent, place=place)
        except ContentError as refusal:
            report.left(refusal.place or href[:100], type(refusal).message, **refusal.params)
            return None
        if question is not None and len(report.remarks) == before:
            report.taken(place)
        return question

    def question(self, root: Element, *, base: Path, place: str) -> Question | None:
        """The item's question. Raises BadMarkup, NoRightAnswer."""
        if root.tag != "assessmentItem":
            raise errors.BadMarkup(place=place)
        body = root.find("itemBody")
        found = (
            [node for node in body.iter() if str(node.tag).endswith(_INTERACTION)] if body is not None else []
        )
        kinds = {str(node.tag) for node in found}
        if body is None or not found:
            self.gathering.report.left(place, N_("There is no task in it."))
            return None
        if len(found) > 1 and not kinds <= INLINE:
            self.gathering.report.left(place, SEVERAL)
            return None
        folder = base.relative_to(self.gathering.folder.resolve()).as_posix()
        pages = PageReader(self.gathering, self.gathering.path_of)
        interaction = Interaction(
            root=root,
            nodes=tuple(found),
            text=_text(body, pages, folder, place),
            key=str(root.get("identifier") or "frage")[:60],
            markdown=lambda node: pages.inline(inner_html(_without_feedback(node)), base=folder, place=place),
            picture=lambda address: _picture(self.gathering, address, folder, place),
            feedback=pages.markdown(
                "".join(inner_html(one) for one in root.iterfind("modalFeedback")), base=folder, place=place
            ),
            place=place,
            report=self.gathering.report,
        )
        question = question_of(interaction)
        if question is None:
            self.gathering.report.left(place, UNKNOWN, kind=str(found[0].tag))
        return question

    @staticmethod
    def _unique(questions: Sequence[Question], keys: set[str]) -> tuple[Question, ...]:
        """The same, each under a key of its own."""
        import msgspec

        result = []
        for question in questions:
            key, number = question.key, 2
            while key in keys:
                key, number = f"{question.key}-{number}", number + 1
            keys.add(key)
            result.append(question if key == question.key else msgspec.structs.replace(question, key=key))
        return tuple(result)


def _picture(gathering: Gathering, address: str, folder: str, place: str) -> str | None:
    path = gathering.path_of(address, folder)
    return gathering.take(path, place=place) if path else None


def _text(body: Element, pages: PageReader, folder: str, place: str) -> str:
    """What stands around the task, and its prompt; gaps are left as marks in their places."""
    copy = deepcopy(body)
    number = 0
    for node in list(copy.iter(etree.Element)):
        name = str(node.tag)
        if name in INLINE or name == "gap":
            number += 1
            _empty(node)
            node.tail = f" {GAP}{number}x {node.tail or ''}"
        elif name.endswith(_INTERACTION) and name not in {"gapMatchInteraction", "hottextInteraction"}:
            prompts = [deepcopy(one) for one in node.iterfind("prompt")]
            _empty(node)
            node.extend(prompts)
        elif name in {"gapText", "gapImg", "feedbackInline", "feedbackBlock", "rubricBlock"}:
            _empty(node)
        elif name == "object" and str(node.get("type", "")).startswith("image/"):
            node.set("src", str(node.get("data", "")))
            node.set("alt", words(node))
            node.tag = "img"
    for node in copy.iter("prompt"):
        node.tag = "p"
    paragraphs = pages.markdown(inner_html(copy), base=folder, place=place).split("\n\n")
    return "\n\n".join(
        one for before, one in zip(["", *paragraphs], paragraphs, strict=False) if one != before
    )


def _empty(node: Element) -> None:
    node.text = ""
    for child in list(node):
        node.remove(child)


def _without_feedback(node: Element) -> Element:
    copy = deepcopy(node)
    for one in list(copy.iter("feedbackInline")):
        _empty(one)
    copy.tail = None
    return copy


def _pool(section: Element, questions: tuple[Question, ...], number: int) -> Pool:
    selection = section.find("selection")
    select = str(selection.get("select", "")) if selection is not None else ""
    draw = whole(select, len(questions) - 1) or None
    title = str(section.get("title") or "")[:200]
    return Pool(key=f"teil-{number}", title=title, questions=questions, draw=draw)


def _minutes(limit: Element | None) -> int | None:
    """`maxTime` is in seconds."""
    seconds = str(limit.get("maxTime", "")).partition(".")[0] if limit is not None else ""
    found = whole(seconds, 9_999_999)
    return max(1, min(1_440, round(found / 60))) if found else None


def _attempts(control: Element | None) -> int | None:
    """0 means without end."""
    most = str(control.get("maxAttempts", "")) if control is not None else ""
    return whole(most, 999) or None
