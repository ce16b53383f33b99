"""Which language is spoken now, and its words.

German is the default, English is what the code is written in. The language is a context variable: set for each
request and for each letter, never handed from function to function. `formats` holds dates, money and numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, get_args

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from lms.kernel.marking import N_

__all__ = [
    "DEFAULT",
    "LANGUAGES",
    "N_",
    "Language",
    "babel_locale",
    "best_language",
    "current_language",
    "gettext",
    "ngettext",
    "plural_form",
    "say_du",
    "set_language",
    "translated",
    "use_locale",
]

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "de"
CATALOGUES = Path(__file__).parents[1] / "locale"

# English dates as this country's English speakers read them: day before month
_BABEL: dict[Language, Locale] = {"de": Locale("de", "DE"), "en": Locale("en", "GB")}
_language: ContextVar[Language] = ContextVar("language", default=DEFAULT)
_says_du: ContextVar[bool] = ContextVar("says_du", default=False)
DU = "de_du"
"""The folder of the sentences that letters and lessons say to whom one says "du"."""


def current_language() -> Language:
    """The language of this request or letter."""
    return _language.get()


def babel_locale() -> Locale:
    """What Babel's formatters want to know about the current language."""
    return _BABEL[current_language()]


def set_language(language: Language) -> None:
    """Speak this language for the rest of the request; for a stretch of code take `use_locale`."""
    _language.set(language)
    _says_du.set(False)


def say_du(*, wanted: bool) -> None:
    """Say "du" to the reader for the rest of the request, where German is spoken. What has no such words is said as to all."""
    _says_du.set(wanted)


@contextmanager
def use_locale(locale: Language) -> Iterator[None]:
    """Speak this language inside the block, as letters do, and the former one afterwards."""
    token, address = _language.set(locale), _says_du.set(False)
    try:
        yield
    finally:
        _says_du.reset(address)
        _language.reset(token)


def best_language(accept_language: str) -> Language:
    """The first of our languages that a browser's Accept-Language asks for; German when it asks for neither."""
    wishes = []
    for place, part in enumerate(accept_language.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        wishes.append((-weight, place, tag[:2].lower()))
    for weight, _, tag in sorted(wishes):
        for language in LANGUAGES:
            if tag == language and weight < 0:
                return language
    return DEFAULT


def gettext(message: str, **params: Any) -> str:
    """The message in the current language, its `%(name)s` filled. As in templates, a percent sign is written `%%`."""
    return translated(message) % params


def ngettext(singular: str, plural: str, num: int, **params: Any) -> str:
    """Like gettext, for one or several; `%(num)s` is the count."""
    return plural_form(singular, plural, num) % {"num": num, **params}


def translated(message: str) -> str:
    """The words for a message marked elsewhere with `N_()`, nothing filled in; what no catalogue knows stays as it is."""
    return _spoken().ugettext(message) if message else ""


def plural_form(singular: str, plural: str, num: int) -> str:
    """Like `translated`, for one or several."""
    return _spoken().ungettext(singular, plural, num)


def _spoken() -> NullTranslations:
    language = current_language()
    return _words(language, DU) if language == "de" and _says_du.get() else _words(language)


@cache
def _words(language: Language, *more: str) -> NullTranslations:
    """All catalogues of a language as one, those of `more` folders before them; read once for each process."""
    merged: NullTranslations = NullTranslations()
    paths = [path for folder in (language, *more) for path in sorted((CATALOGUES / folder).glob("*.po"))]
    for path in paths:
        with path.open("rb") as text:
            catalogue = read_po(text, locale=language)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        words = Translations(compiled)
        if isinstance(merged, Translations):
            merged.merge(words)
        else:
            merged = words
    return merged
