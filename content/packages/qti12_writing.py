"""Questions → QTI 1.2 in the profile of Common Cartridge 1.3: the six kinds it knows, and what becomes of the others."""

from collections.abc import Sequence

from lxml import etree

from content.errors import N_
from content.packages.markup import Element
from content.packages.report import Report
from content.packages.xhtml import Address, fragment, in_xml, inline
from content.quiz.questions import (
    Accepted,
    Choice,
    FreeText,
    MultipleChoice,
    Number,
    Question,
    Quiz,
    ShortText,
    SingleChoice,
    TrueFalse,
)

SPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
SCHEMA = "http://www.imsglobal.org/profile/cc/ccv1p3/ccv1p3_qtiasiv1p2p1_v1p0.xsd"
NUMBER_AS_WORDS = N_("Other systems ask for the number as a word; how much it may differ is known here only.")
OURS_ONLY = N_(
    "Common Cartridge has no such question; it comes back here, but other systems will not show it."
)
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"


def written(title: str, quiz: Quiz, identifier: str, address: Address, *, report: Report) -> bytes | None:
    """The quiz as a file of its own; None when none of its questions can be said in this profile."""
    root = etree.Element(f"{{{SPACE}}}questestinterop", nsmap={None: SPACE})  # type: ignore[dict-item]
    root.set(_XSI, f"{SPACE} {SCHEMA}")
    assessment = _add(root, "assessment", ident=identifier, title=in_xml(title))
    facts = [
        ("cc_profile", "cc.exam.v0p1"),
        ("qmd_assessmenttype", "Examination"),
        ("qmd_scoretype", "Percentage"),
    ]
    facts += [
        ("qmd_feedbackpermitted", "yes"),
        ("qmd_hintspermitted", "no"),
        ("qmd_solutionspermitted", "no"),
    ]
    if quiz.minutes:
        facts.append(("qmd_timelimit", str(quiz.minutes)))
    facts.append(("cc_maxattempts", str(quiz.attempts) if quiz.attempts else "unlimited"))
    _metadata(assessment, facts)
    section = _add(assessment, "section", ident=f"{identifier}-s")
    for number, question in enumerate(quiz.questions, start=1):
        place = " ".join(question.text.split())[:60]
        if not isinstance(
            question, SingleChoice | MultipleChoice | TrueFalse | ShortText | Number | FreeText
        ):
            report.changed(place, OURS_ONLY)
            continue
        if isinstance(question, Number):
            report.changed(place, NUMBER_AS_WORDS)
        _item(section, question, f"{identifier}-{number}", address)
    if not len(section):
        return None
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=False)


def _add(parent: Element, name: str, **attributes: str) -> Element:
    node = etree.SubElement(parent, f"{{{SPACE}}}{name}")
    for key, value in attributes.items():
        node.set(key, in_xml(value))
    return node


def _metadata(parent: Element, facts: Sequence[tuple[str, str]]) -> None:
    node = _add(parent, "qtimetadata")
    for label, entry in facts:
        one = _add(node, "qtimetadatafield")
        _add(one, "fieldlabel").text = label
        _add(one, "fieldentry").text = entry


def _material(parent: Element, html: str) -> None:
    _add(_add(parent, "material"), "mattext", texttype="text/html").text = in_xml(html)


def _item(section: Element, question: Question, identifier: str, address: Address) -> None:
    item = _add(section, "item", ident=identifier)
    profile = {
        SingleChoice: "multiple_choice",
        MultipleChoice: "multiple_response",
        TrueFalse: "true_false",
        ShortText: "fib",
        Number: "fib",
        FreeText: "essay",
    }[type(question)]
    _metadata(
        _add(item, "itemmetadata"),
        [("cc_profile", f"cc.{profile}.v0p1"), ("cc_weighting", str(question.points))],
    )
    presentation = _add(item, "presentation")
    _material(presentation, fragment(question.text, address))
    match question:
        case SingleChoice() | MultipleChoice():
            _choices(
                item,
                presentation,
                question.choices,
                address,
                is_multiple=isinstance(question, MultipleChoice),
            )
        case TrueFalse():
            choices = (
                Choice(key="true", text="Richtig", is_right=question.is_true),
                Choice(key="false", text="Falsch", is_right=not question.is_true),
            )
            _choices(item, presentation, choices, address, is_multiple=False)
        case ShortText():
            _words(item, presentation, question.accepted, ignore_case=question.ignore_case)
        case Number():
            _words(item, presentation, (Accepted(text=f"{question.value:f}"),), ignore_case=True)
        case FreeText():
            _render(_add(presentation, "response_str", ident="response", rcardinality="Single"))
        case _:
            pass
    if question.feedback:
        _feedback(item, "general_fb", fragment(question.feedback, address))


def _choices(
    item: Element, presentation: Element, choices: Sequence[Choice], address: Address, *, is_multiple: bool
) -> None:
    response = _add(
        presentation, "response_lid", ident="response", rcardinality="Multiple" if is_multiple else "Single"
    )
    render = _add(response, "render_choice")
    names = [f"a{number}" for number in range(1, len(choices) + 1)]
    for name, choice in zip(names, choices, strict=True):
        _material(_add(render, "response_label", ident=name), inline(choice.text, address))
    processing = _processing(item)
    for name, choice in zip(names, choices, strict=True):
        if choice.feedback:
            condition = _add(processing, "respcondition", **{"continue": "Yes"})
            _add(_add(condition, "conditionvar"), "varequal", respident="response").text = name
            _add(condition, "displayfeedback", feedbacktype="Response", linkrefid=f"{name}_fb")
    condition = _add(processing, "respcondition", **{"continue": "No"})
    wanted = _add(condition, "conditionvar")
    right = [name for name, choice in zip(names, choices, strict=True) if choice.is_right]
    if is_multiple:
        every = _add(wanted, "and")
        for name in names:
            place = every if name in right else _add(every, "not")
            _add(place, "varequal", respident="response").text = name
    else:
        _add(wanted, "varequal", respident="response").text = right[0] if right else ""
    _add(condition, "setvar", action="Set", varname="SCORE").text = "100"
    for name, choice in zip(names, choices, strict=True):
        if choice.feedback:
            _feedback(item, f"{name}_fb", fragment(choice.feedback, address))


def _words(item: Element, presentation: Element, accepted: Sequence[Accepted], *, ignore_case: bool) -> None:
    _render(_add(presentation, "response_str", ident="response", rcardinality="Single"))
    processing = _processing(item)
    for one in sorted(accepted, key=lambda each: -each.percent):
        condition = _add(processing, "respcondition", **{"continue": "No"})
        equal = _add(
            _add(condition, "conditionvar"),
            "varequal",
            respident="response",
            case="No" if ignore_case else "Yes",
        )
        equal.text = in_xml(one.text)
        _add(condition, "setvar", action="Set", varname="SCORE").text = str(one.percent)


def _render(response: Element) -> None:
    _add(response, "render_fib", prompt="Dashes")


def _processing(item: Element) -> Element:
    node = _add(item, "resprocessing")
    _add(_add(node, "outcomes"), "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    return node


def _feedback(item: Element, identifier: str, html: str) -> None:
    _material(_add(_add(item, "itemfeedback", ident=identifier), "flow_mat"), html)
