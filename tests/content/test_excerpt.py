"""One sentence for a card."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.excerpt import excerpt


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("", ""),
        ("Sie lernen Ihr Telefon von Grund auf kennen. Danach üben wir.", "Sie lernen Ihr Telefon von Grund auf kennen."),
        ("Hilfe! Mein Telefon spricht mit mir, was nun? Wir üben.", "Hilfe! Mein Telefon spricht mit mir, was nun?"),
        (
            "Sie üben z. B. Excel, ca. 20 Minuten am 3. Mai bei Dr. Muster. Mehr nicht.",
            "Sie üben z. B. Excel, ca. 20 Minuten am 3. Mai bei Dr. Muster.",
        ),
        ("# Inhalt\n\n- Erster Punkt.\n\nWir lesen **zusammen** [Mails](https://x.example) und antworten.", "Wir lesen zusammen Mails und antworten."),
        ("Lehrbuch: Linie 1  \nVoraussetzung: A1  \nIn diesem Kurs wiederholen Sie das Wichtigste.", "In diesem Kurs wiederholen Sie das Wichtigste."),
        ("Kleinstgruppe", "Kleinstgruppe"),
        ("- nur\n- eine Liste", "nur"),
    ],
)  # fmt: skip
def test_the_first_sentence_that_says_something(markdown: str, expected: str) -> None:
    assert excerpt(markdown) == expected


def test_a_long_sentence_ends_after_a_whole_word() -> None:
    assert (
        excerpt("Wir lernen gemeinsam, langsam und gründlich das Wischen.", 30)
        == "Wir lernen gemeinsam, langsam…"
    )


@given(st.text(max_size=400), st.integers(min_value=20, max_value=200))
def test_an_excerpt_never_exceeds_its_limit_and_stays_on_one_line(markdown: str, limit: int) -> None:
    shown = excerpt(markdown, limit)

    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1
