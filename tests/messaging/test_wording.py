"""What letters say is known before it is put into words: by the service, by the team, in the reader's voice."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.links import Links
from lms.kernel.tokens import Signer
from lms.messaging.models import AddressForm, Letter
from lms.messaging.wordings import AS_SHIPPED, LetterWording, Voice, Wordings
from lms.web.lettering import Sentence
from lms.web.letters import composition, parts_of, templates, write_letter
from lms.web.wording import CLOSING, OPENING, Composition, speak
from tests.making import MOMENT, make_person

LINKS = Links(public_url="https://zdb.example", signer=Signer(secrets=["x" * 32]))
TEMPLATE = "enrolment/letters/kept_for_next_run.md"
FACTS = {"course": "Das Tablet", "number": "27-1", "reference": "ABCD2345", "person": "Ada", "is_own": True}


def letter(**more: object) -> Composition:
    return composition(TEMPLATE, FACTS | more, reader="Ada Lehmann", links=LINKS)


def sentence_with(words: str) -> Sentence:
    return next(one for one in letter().said if words in one.message)


def by_team(voice: Voice = Voice.FORMAL, **words: str) -> Wordings:
    named = {"opening": OPENING, "closing": CLOSING, "number": sentence_with("Course number").message}
    return Wordings({(TEMPLATE, voice): {named[key]: (text, "") for key, text in words.items()}})


def test_without_words_of_the_team_a_letter_reads_as_it_always_did() -> None:
    spoken = speak(letter())

    assert "Das Tablet" in spoken.subject
    assert "Kursnummer: 27\\-1" in spoken.words
    assert "\ue000" not in spoken.subject + spoken.whole


def test_the_team_words_a_sentence_anew_and_its_names_are_filled_in() -> None:
    spoken = speak(letter(), by_team(number="Unter der Nummer {number} finden Sie den Kurs zu 100 %."))

    assert "Unter der Nummer 27\\-1 finden Sie den Kurs zu 100 %." in spoken.words


def test_an_empty_sentence_takes_its_line_of_the_list_along() -> None:
    spoken = speak(letter(), by_team(number=""))

    assert "27\\-1" not in spoken.words
    assert not [line for line in spoken.words.splitlines() if line.strip() == "-"]


def test_paragraphs_of_the_team_stand_around_the_letter_and_know_its_names_only() -> None:
    spoken = speak(
        letter(), by_team(opening="Guten Tag {reader}, es geht um {course}.", closing="Es kostet {price}.")
    )

    assert spoken.words.startswith("Guten Tag Ada Lehmann, es geht um Das Tablet.")
    assert "Es kostet" not in spoken.words


@pytest.mark.parametrize(
    "hostile", ["{{ 7 * 7 }}", "%(course)s %s %d", "{reader.__class__}", "{% raw %}", "{0}", "\ue0000\ue001"]
)
def test_words_of_the_team_are_never_run(hostile: str) -> None:
    spoken = speak(letter(course=hostile), by_team(opening=hostile))

    assert "49" not in spoken.words
    assert "class 'str'" not in spoken.words


def test_a_letter_says_du_only_when_all_of_it_can() -> None:
    formal = speak(letter(), AS_SHIPPED, Voice.INFORMAL, parts=parts_of(TEMPLATE))
    everything = {one.message: ("Du liest es.", "") for one in letter().said}
    around = {one.message: ("Hallo.", "") for one in letter().around}
    wordings = Wordings({(TEMPLATE, Voice.INFORMAL): everything, ("web/letter.md", Voice.INFORMAL): around})
    informal = speak(letter(), wordings, Voice.INFORMAL)

    assert informal.voice is Voice.INFORMAL
    assert "Du liest es." in informal.words
    assert formal.voice in {Voice.FORMAL, Voice.INFORMAL}
    assert not ("Sie " in formal.whole and " du " in formal.whole)


def test_what_was_kept_with_a_letter_can_be_worded_anew() -> None:
    kept = letter().kept(Voice.FORMAL)

    again = speak(Composition.of(kept), by_team(number="Nr. {number}"))

    assert "Nr. 27\\-1" in again.words


def test_every_template_can_be_read_and_names_its_parts() -> None:
    assert len(templates()) > 100
    assert all(part in templates() for template in templates() for part in parts_of(template))


async def test_letters_are_written_in_the_words_in_force_and_once_changed_in_the_new_ones(
    begin: Begin,
) -> None:
    person = make_person("Ada", "Lehmann", address_form=AddressForm.FORMAL)
    async with begin() as session:
        session.add(person)
    for words in ("", "Merken Sie sich {number}."):
        async with begin() as session:
            if words:
                session.add(
                    LetterWording(
                        template=TEMPLATE, voice=Voice.FORMAL, message=sentence_with("Course number").message,
                        text=words, plural="", changed_at=MOMENT,
                    )
                )  # fmt: skip
                await session.flush()
            await write_letter(
                session, key=str(uuid4()), kind="test", to=person, template=TEMPLATE, context=FACTS, at=MOMENT
            )

    async with begin.reading() as session:
        texts = sorted((await session.scalars(select(Letter.text))).all(), key=lambda text: "Merken" in text)
    assert "Kursnummer: 27-1" in texts[0]
    assert "Merken Sie sich 27-1." in texts[1]
