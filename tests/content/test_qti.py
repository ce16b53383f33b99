"""Each kind of task in QTI becomes a question, whichever edition wrote it; what has no counterpart is left with its name."""

from decimal import Decimal
from pathlib import Path

import pytest

from content.course import QuizLesson
from content.packages.reading import read_course
from content.packages.report import Fate, Report
from content.quiz.questions import (
    Accepted,
    Choice,
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
)
from tests.content.hostile import zipped


def declared(
    right: list[str], *, cardinality: str = "single", base: str = "identifier", more: str = ""
) -> str:
    values = "".join(f"<value>{one}</value>" for one in right)
    return (
        f'<responseDeclaration identifier="R" cardinality="{cardinality}" baseType="{base}"><correctResponse>{values}</correctResponse>'
        f"{more}</responseDeclaration>"
    )


CHOICES = '<simpleChoice identifier="a">Hier<feedbackInline outcomeIdentifier="F" identifier="a">Ja</feedbackInline></simpleChoice><simpleChoice identifier="b">Dort</simpleChoice>'
SET = '<simpleAssociableChoice identifier="{0}" matchMax="1">{1}</simpleAssociableChoice>'
LEFT = SET.format("l1", "Hund") + SET.format("l2", "Katze")
RIGHT = SET.format("r1", "bellt") + SET.format("r2", "miaut") + SET.format("r3", "singt")
K = "q"

TASKS: dict[str, tuple[str, Question]] = {
    "choice": (
        f'{declared(["a"])}<itemBody><p>Vorab.</p><choiceInteraction responseIdentifier="R" shuffle="true"><prompt>Wo?</prompt>{CHOICES}</choiceInteraction></itemBody>',
        SingleChoice(key=K, text="Vorab.\n\nWo?", choices=(Choice(key="a", text="Hier", is_right=True, feedback="Ja"), Choice(key="b", text="Dort"))),
    ),
    "choice of several": (
        f'{declared(["a", "b"], cardinality="multiple")}<itemBody><choiceInteraction responseIdentifier="R"><prompt>Wo?</prompt>{CHOICES}</choiceInteraction></itemBody>',
        MultipleChoice(key=K, text="Wo?", shuffle=False, choices=(Choice(key="a", text="Hier", is_right=True, feedback="Ja"), Choice(key="b", text="Dort", is_right=True))),
    ),
    "order": (
        f'{declared(["b", "a"], cardinality="ordered")}<itemBody><orderInteraction responseIdentifier="R"><prompt>Wie?</prompt><simpleChoice identifier="a">Zwei</simpleChoice><simpleChoice identifier="b">Eins</simpleChoice></orderInteraction></itemBody>',
        Ordering(key=K, text="Wie?", items=(Item(key="b", text="Eins"), Item(key="a", text="Zwei"))),
    ),
    "match": (
        f'{declared(["l1 r1", "l2 r2"], cardinality="multiple", base="directedPair")}<itemBody><matchInteraction responseIdentifier="R"><prompt>Was?</prompt><simpleMatchSet>{LEFT}</simpleMatchSet><simpleMatchSet>{RIGHT}</simpleMatchSet></matchInteraction></itemBody>',
        Matching(key=K, text="Was?", pairs=(Pair(key="l1", left="Hund", right="bellt"), Pair(key="l2", left="Katze", right="miaut")), distractors=(Item(key="r3", text="singt"),)),
    ),
    "gap match": (
        f'{declared(["w1 g1"], cardinality="multiple", base="directedPair")}<itemBody><gapMatchInteraction responseIdentifier="R"><gapText identifier="w1">Spree</gapText><gapText identifier="w2">Havel</gapText><p>Die <gap identifier="g1"/> fließt.</p></gapMatchInteraction></itemBody>',
        GapText(key=K, text="Die {{1}} fließt.", gaps=(Gap(key="1", accepted=(Accepted(text="Spree"),), options=("Spree", "Havel")),)),
    ),
    "inline choice": (
        f'{declared(["w1"])}<itemBody><p>Die <inlineChoiceInteraction responseIdentifier="R"><inlineChoice identifier="w1">Spree</inlineChoice><inlineChoice identifier="w2">Bahn</inlineChoice></inlineChoiceInteraction> fließt.</p></itemBody>',
        GapText(key=K, text="Die {{1}} fließt.", gaps=(Gap(key="1", accepted=(Accepted(text="Spree"),), options=("Spree", "Bahn")),)),
    ),
    "text entry": (
        declared(["Ada"], base="string", more='<mapping><mapEntry mapKey="Ada" mappedValue="2" caseSensitive="true"/><mapEntry mapKey="Lady A." mappedValue="1" caseSensitive="true"/></mapping>')
        + '<itemBody><p>Wer war es?</p><p><textEntryInteraction responseIdentifier="R"/></p></itemBody>',
        ShortText(key=K, text="Wer war es?", accepted=(Accepted(text="Ada"), Accepted(text="Lady A.", percent=50)), ignore_case=False),
    ),
    "number": (
        f'{declared(["3.5"], base="float")}<itemBody><p>Wie lang?</p><p><textEntryInteraction responseIdentifier="R"/> cm</p></itemBody><responseProcessing><responseCondition><responseIf><equal toleranceMode="relative" tolerance="10 10"/></responseIf></responseCondition></responseProcessing>',
        Number(key=K, text="Wie lang?", value=Decimal("3.5"), tolerance=Decimal("0.35"), unit="cm"),
    ),
    "slider": (
        f'{declared(["40"], base="integer")}<itemBody><sliderInteraction responseIdentifier="R" lowerBound="0" upperBound="100"><prompt>Wie viel?</prompt></sliderInteraction></itemBody>',
        Number(key=K, text="Wie viel?", value=Decimal(40)),
    ),
    "hottext": (
        f'{declared(["h1"], cardinality="multiple")}<itemBody><hottextInteraction responseIdentifier="R"><p>Der <hottext identifier="h1">Hund</hottext> <hottext identifier="h2">bellt</hottext>.</p></hottextInteraction></itemBody>',
        MultipleChoice(key=K, text="Der Hund bellt.", shuffle=False, choices=(Choice(key="h1", text="Hund", is_right=True), Choice(key="h2", text="bellt"))),
    ),
}  # fmt: skip
NAMES = [
    "assessmentItem",
    "responseDeclaration",
    "correctResponse",
    "itemBody",
    "choiceInteraction",
    "simpleChoice",
    "feedbackInline",
    "orderInteraction",
    "matchInteraction",
    "simpleMatchSet",
    "simpleAssociableChoice",
    "gapMatchInteraction",
    "gapText",
    "inlineChoiceInteraction",
    "inlineChoice",
    "textEntryInteraction",
    "sliderInteraction",
    "hottextInteraction",
    "hottext",
    "mapping",
    "mapEntry",
    "responseProcessing",
    "responseCondition",
    "responseIf",
    "equal",
    "prompt",
    "value",
    "gap",
]


def _dashed(name: str) -> str:
    return "".join(f"-{sign.lower()}" if sign.isupper() else sign for sign in name)


def _in_qti3(text: str) -> str:
    """The item with the names of QTI 3."""
    for name in sorted(NAMES, key=len, reverse=True):
        for mark in ("<", "</"):
            for end in (" ", ">", "/"):
                text = text.replace(f"{mark}{name}{end}", f"{mark}qti-{_dashed(name)}{end}")
    for name in (
        "responseIdentifier",
        "baseType",
        "mapKey",
        "mappedValue",
        "caseSensitive",
        "toleranceMode",
        "matchMax",
        "outcomeIdentifier",
    ):
        text = text.replace(f" {name}=", f" {_dashed(name)}=")
    return text


def _read(item: str, folder: Path, *, edition: str) -> tuple[list[Question], Report]:
    whole = f'<assessmentItem identifier="q" title="Frage" xmlns="urn:x">{item}</assessmentItem>'
    manifest = f'<manifest><resources><resource identifier="r" type="imsqti_item_xmlv{edition}" href="q.xml"/><resource type="imsqti_item_xmlv{edition}" href="z.xml"/></resources></manifest>'
    other = f'<assessmentItem identifier="z" title="Letzte">{TASKS["choice"][0]}</assessmentItem>'
    if edition == "3p0":
        whole = _in_qti3(whole)
    (folder / "x.zip").write_bytes(
        zipped({"imsmanifest.xml": manifest.encode(), "q.xml": whole.encode(), "z.xml": other.encode()})
    )
    report = Report()
    lesson = read_course(folder / "x.zip", folder / "out", report=report).chapters[0].lessons[0]
    assert isinstance(lesson, QuizLesson)
    return list(lesson.quiz.questions[:-1]), report


@pytest.mark.parametrize("edition", ["2p1", "3p0"])
@pytest.mark.parametrize("name", TASKS)
def test_a_task_becomes_a_question(name: str, edition: str, tmp_path: Path) -> None:
    item, expected = TASKS[name]

    questions, _ = _read(item, tmp_path, edition=edition)

    assert questions == [expected]


@pytest.mark.parametrize(
    ("item", "message", "params"),
    [
        ('<itemBody><uploadInteraction responseIdentifier="R"/></itemBody>', "This kind of task cannot be taken: %(kind)s.", {"kind": "uploadInteraction"}),
        (f"{TASKS['choice'][0].replace('</itemBody>', '')}{TASKS['choice'][0].partition('<itemBody>')[2]}", "There are several tasks in one question.", {}),
        ("<itemBody><p>Nur ein Text</p></itemBody>", "There is no task in it.", {}),
        (TASKS["choice"][0].replace("<value>a</value>", "<value>x</value>"), "The question has no right answer.", {}),
        (TASKS["order"][0].replace("<value>a</value>", ""), "The question has no right answer.", {}),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_left_with_the_reason(
    item: str, message: str, params: dict[str, str], tmp_path: Path
) -> None:
    questions, report = _read(item, tmp_path, edition="2p1")

    assert questions == []
    assert [(one.place, one.message, one.params) for one in report.of(Fate.LEFT)] == [
        ("Frage", message, params)
    ]
