"""Which language is spoken, and where its words come from."""

import asyncio

import pytest

from lms.web.forms import Form
from lms.web.language import (
    best_language,
    current_language,
    gettext,
    ngettext,
    set_language,
    translated,
    use_locale,
)


def test_german_is_spoken_unless_somebody_asks_for_english() -> None:
    assert current_language() == "de"
    with use_locale("en"):
        assert current_language() == "en"
    assert current_language() == "de"


async def test_two_requests_at_once_each_keep_their_language() -> None:
    async def asked(language: str) -> str:
        set_language("en" if language == "en" else "de")
        await asyncio.sleep(0)
        return gettext("Back")

    words = await asyncio.gather(*(asyncio.create_task(asked(language)) for language in ("de", "en", "de")))

    assert words == ["Zurück", "Back", "Zurück"]


def test_placeholders_are_filled_and_a_percent_sign_is_written_twice() -> None:
    assert gettext("Page %(number)s of %(last)s", number=2, last=7) == "Seite 2 von 7"
    assert gettext("no words for this: 100 %%") == "no words for this: 100 %"


@pytest.mark.parametrize(("count", "words"), [(0, "0 Stunden"), (1, "1 Stunde"), (2, "2 Stunden")])
def test_one_is_singular_and_all_else_plural(count: int, words: str) -> None:
    assert ngettext("%(num)s hour", "%(num)s hours", count) == words


def test_what_no_catalogue_knows_stays_as_it_is() -> None:
    assert [translated("Tablett für alle: 100 %"), translated("")] == ["Tablett für alle: 100 %", ""]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "de"),
        ("en", "en"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("fr-FR, de;q=0.5, en;q=0.7", "en"),
        ("fr", "de"),
        ("en;q=0, de;q=0.1", "de"),
        ("*;q=nonsense, en", "en"),
    ],
)
def test_a_browser_gets_the_first_of_our_languages_it_wishes_for(header: str, language: str) -> None:
    assert best_language(header) == language


def test_sentences_of_the_form_library_follow_the_language_too() -> None:
    form = Form()
    said = form.meta.get_translations(form)

    german = [said.gettext("Not a valid choice."), said.ngettext("%d day", "%d days", 2)]
    with use_locale("en"):
        english = said.gettext("Not a valid choice.")

    assert (german, english) == (["Keine gültige Auswahl.", "%d days"], "Not a valid choice.")
