"""Why a document failed is read by people: no word of a library reaches them."""

import pytest

from certificates.errors import InvalidCertificate, Unprintable
from lms.certification.handing.reasons import advice_for
from lms.certification.issuing.refusals import kept, unfit
from lms.web.language import use_locale


@pytest.mark.parametrize(
    ("reason", "words", "where"),
    [
        ("no font for: 🎓 (U+1F393)", "nicht gedruckt werden", "person"),
        ("born after the first day; no name", "Geburtsdatum", "person"),
        ("attended 0 of 10 units", "keine ganze Einheit", "run"),
        ("Traceback: KeyError", "Bitte versuchen Sie es noch einmal", ""),
        (kept(unfit(Unprintable("🎓"))), "🎓", "person"),
        (kept(unfit(InvalidCertificate(("born after the first day",)))), "Geburtsdatum", "person"),
        ('{"message": 7}', "Bitte versuchen Sie es noch einmal", ""),
    ],
)
def test_it_says_in_german_what_is_wrong_and_where_to_put_it_right(
    reason: str, words: str, where: str
) -> None:
    with use_locale("de"):
        advice = advice_for(reason)

    assert words in advice.sentence
    assert advice.where == where
    assert not any(word in advice.sentence for word in ("font", "born", "attended", "KeyError"))
