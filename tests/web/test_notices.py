"""A word after an act travels as a name in the address."""

import pytest

from lms.kernel.marking import N_
from lms.web.language import use_locale
from lms.web.notices import SAVED, after, declare, said


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


def test_a_name_belongs_to_one_notice_alone() -> None:
    assert declare("gespeichert", SAVED.text) == SAVED
    with pytest.raises(ValueError, match="gespeichert"):
        declare("gespeichert", N_("The run is completed."))
