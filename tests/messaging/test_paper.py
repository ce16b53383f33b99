"""Letters on paper: in the window of the envelope, archive and accessible at once, each on its own pages."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from pypdf import PdfReader

from lms.kernel.links import Links
from lms.kernel.tokens import Signer
from lms.messaging.models import Channel, Letter
from lms.messaging.paper import letters_pdf
from lms.web.language import use_locale
from lms.web.letters import composed
from tests.making import MOMENT
from tests.verapdf import check

LINKS = Links(public_url="https://zdb.example", signer=Signer(secrets=["x" * 32]))


def letter(name: str = "Ada Lehmann", language: str = "de") -> Letter:
    with use_locale("en" if language == "en" else "de"):
        subject, text, html = composed(
            "enrolment/letters/kept_for_next_run.md",
            {"course": "Das Tablet <kennenlernen>", "number": "27-1", "reference": "ABCD2345", "person": name, "is_own": True},
            reader=name, links=LINKS, on_paper=True,
        )  # fmt: skip
    return Letter(
        key=uuid4().hex, kind="test", person_id=None, to_name=name, to_address="", channel=Channel.POST, language=language,
        subject=subject, text=text, html=html, written_at=MOMENT, postal_address=f"{name}\nHagenstraße 1\n39340 Haldensleben",
    )  # fmt: skip


def on_paper(*letters: Letter) -> bytes:
    return letters_pdf(
        letters, sender="Zentrum, 39340 Haldensleben", sender_lines=["Zentrum", "Gröperstraße 1"],
        days=["4. Dezember 2026"] * len(letters), title="Briefe", at=datetime(2026, 12, 4, tzinfo=UTC),
    )  # fmt: skip


def test_a_letter_carries_address_date_subject_and_words() -> None:
    [page] = PdfReader(BytesIO(on_paper(letter()))).pages

    text = page.extract_text()
    for words in (
        "Ada Lehmann",
        "Hagenstraße 1",
        "39340 Haldensleben",
        "4. Dezember 2026",
        "Das Tablet <kennenlernen>",
        "Freundliche Grüße",
    ):
        assert words in text


def test_the_address_stands_in_the_window_of_the_envelope() -> None:
    """DIN 5008 B: the address zone begins 62.7 mm from the top, 25 mm from the left, and is 27.3 mm high."""
    seen: list[tuple[float, float]] = []

    def note(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if "Hagenstra" in text:
            left, bottom = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            seen.append((left * 25.4 / 72, 297 - bottom * 25.4 / 72))

    PdfReader(BytesIO(on_paper(letter()))).pages[0].extract_text(visitor_text=note)

    [(left, top)] = seen[:1]
    assert 23 <= left <= 30
    assert 58 <= top <= 90


def test_a_letter_can_be_kept_for_decades_and_read_by_everybody(tmp_path: Path) -> None:
    file = tmp_path / "brief.pdf"
    file.write_bytes(on_paper(letter(), letter("Ben Muster", "en")))

    assert check(file) == []


def test_each_letter_begins_on_a_page_of_its_own() -> None:
    pages = PdfReader(BytesIO(on_paper(letter(), letter("Ben Muster"), letter("Cem Muster", "en")))).pages

    assert [
        name for page, name in zip(pages, ("Ada", "Ben", "Cem"), strict=True) if name in page.extract_text()
    ] == ["Ada", "Ben", "Cem"]


@pytest.mark.parametrize("name", ["伊藤 Ada", "Ada 👵🏽"])
def test_a_name_in_letters_the_printer_does_not_have_still_gets_its_letter(name: str) -> None:
    assert "Ada" in PdfReader(BytesIO(on_paper(letter(name)))).pages[0].extract_text()
