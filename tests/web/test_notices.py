"""A word after an act travels as a name in the address."""

import re
from collections import Counter
from pathlib import Path

import lms
from lms.kernel.marking import N_
from lms.web.language import use_locale
from lms.web.notices import SAVED, after, said


def test_one_is_led_to_a_page_that_says_what_was_done() -> None:
    assert after("/verwaltung/kurse?seite=2#liste", SAVED).url == (
        "/verwaltung/kurse?seite=2&nachricht=gespeichert#liste"
    )
    with use_locale("en"):
        assert after("/verwaltung", SAVED).url == "/en/verwaltung?nachricht=gespeichert"


def test_it_is_said_in_the_readers_language() -> None:
    assert [message.text for message in said({"nachricht": "gespeichert"})] == [
        "Ihre Änderungen sind gespeichert."
    ]
    with use_locale("en"):
        assert [message.text for message in said({"nachricht": "gespeichert"})] == [
            N_("Your changes are saved.")
        ]


def test_what_nobody_declared_says_nothing() -> None:
    assert said({"nachricht": "Zahlen Sie auf dieses Konto"}) == ()
    assert said({}) == ()


def test_no_two_pages_lead_to_one_name_with_other_words() -> None:
    declared = re.compile(r'\bdeclare\(\s*"([^"]+)"')
    found = Counter(
        name for path in Path(lms.__path__[0]).rglob("*.py") for name in declared.findall(path.read_text())
    )
    assert {name for name, times in found.items() if times > 1} == set()
