"""The other ways in which German letters speak: sentence by sentence beside the usual words, and "du" never by halves."""

import re
from collections.abc import Iterator, Mapping

import pytest
from babel.messages.pofile import read_po

from lms.messaging.wordings import Voice
from lms.portal.letters.texts.reading import Line, all_stationery
from lms.web.language import CATALOGUES
from lms.web.wording import NAMED, in_braces, shipped

FORMAL = re.compile(r"\b(?:Sie|Ihr|Ihre|Ihrem|Ihren|Ihrer|Ihres|Ihnen)\b")
LEFT_OUT: Mapping[str, str] = {
    "billing/": "money and reminders say Sie to everybody",
    "debits/": "money and reminders say Sie to everybody",
    "dunning/": "money and reminders say Sie to everybody",
    "payments/": "money and reminders say Sie to everybody",
    "vouchers/": "money and reminders say Sie to everybody",
    "inhouse/": "to companies, and to the team",
    "aid/": "to companies",
    "feeds/": "to those who teach and to the team",
    "honoraria/": "to those who teach",
    "scheduling/letters/assignment_": "to those who teach",
    "scheduling/letters/dates_changed": "to those who teach",
    "scheduling/letters/proof_": "to those who teach",
    "scheduling/letters/substitute_": "to those who teach",
    "scheduling/letters/trainers_changed": "to those who teach",
    "teaching/letters/proposal_": "to those who teach",
    "teaching/letters/session_report_": "to those who teach",
    "trainers/": "to those who teach",
    "enrolment/letters/company_": "to companies, and to those whom a company books a place",
    "enrolment/letters/seat": "to companies",
}
"""Beginnings of the names of templates that say "Sie" to everybody, and why. All others have a "du" for every sentence."""


SAY_DU = ("learning", "participation", "players", "practice", "quizzes", "tools", "volunteering", "web")
"""Modules whose pages may call the reader du."""


def said_on_pages() -> Iterator[str]:
    """Every sentence that the pages of these modules know in German."""
    for module in SAY_DU:
        with (CATALOGUES / "de" / f"{module}.po").open("rb") as file:
            for message in read_po(file, locale="de"):
                if message.id:
                    yield message.id if isinstance(message.id, str) else message.id[0]


def spoken() -> Iterator[tuple[str, Line]]:
    """Every sentence of every template, with the template."""
    for one in all_stationery().values():
        for line in one.lines:
            yield one.template, line


@pytest.mark.parametrize("voice", [Voice.INFORMAL, Voice.PLAIN])
def test_every_sentence_of_a_voice_is_one_that_letters_or_lessons_say(voice: Voice) -> None:
    said = {line.message for _, line in spoken()}
    if voice is Voice.INFORMAL:  # pages of lessons call learners du as well (`lms.web.language.say_du`)
        said |= set(said_on_pages())

    assert [
        f"no letter says this any more: {message}" for message in shipped(voice) if message not in said
    ] == []


@pytest.mark.parametrize("voice", [Voice.INFORMAL, Voice.PLAIN])
def test_a_voice_fills_in_what_the_sentence_knows_and_counts_where_it_counts(voice: Voice) -> None:
    lines = {line.message: line for _, line in spoken()}
    wrong = [
        f"{voice.value}: {message}"
        for message, (text, plural) in shipped(voice).items()
        if (line := lines.get(message))
        and (
            bool(plural) != bool(line.plural)
            or set(_names(plural or text)) != set(line.names)
            or not set(_names(text)) <= set(line.names)
        )
    ]

    assert wrong == []


def test_whoever_is_called_du_is_called_so_throughout() -> None:
    assert [text for words in shipped(Voice.INFORMAL).values() for text in words if FORMAL.search(text)] == []


def test_letters_to_participants_have_a_du_for_every_sentence_that_says_sie() -> None:
    missing = [
        f"lms/locale/de_du/{template.partition('/')[0]}.po lacks a sentence of {template}: {line.message}"
        for template, line in spoken()
        if not template.startswith(tuple(LEFT_OUT))
        and any(FORMAL.search(text) for text in line.default(Voice.FORMAL))
        and line.message not in shipped(Voice.INFORMAL)
    ]

    assert missing == []


def _names(text: str) -> list[str]:
    return NAMED.findall(in_braces(text))
