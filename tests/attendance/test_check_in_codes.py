"""The code on the wall, the ticket of whoever typed it, and by what somebody is recognised."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from lms.attendance.checkin.codes import session_of_ticket, sessions_with, shown, ticket
from lms.attendance.checkin.queries import Expected, by_name, by_reference
from lms.enrolment.models import Enrolment
from lms.kernel.tokens import Signer
from tests.making import make_person

SIGNER = Signer(["a secret of the centre"])
NOON = datetime(2026, 12, 4, 12, 0, 30, tzinfo=UTC)


def test_a_code_is_good_for_its_minute_and_the_next() -> None:
    one, other = uuid4(), uuid4()
    code = shown(SIGNER, one, NOON).code

    good = [
        sessions_with(SIGNER, code, [other, one], NOON + timedelta(seconds=after))
        for after in (0, 29, 31, 89)
    ]

    assert (shown(SIGNER, one, NOON).seconds, len(code)) == (30, 6)
    assert good == [[one]] * 4
    assert sessions_with(SIGNER, code, [other, one], NOON + timedelta(seconds=91)) == []
    assert sessions_with(SIGNER, f"{code[:3]} {code[3:]}", [one], NOON) == [one]


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "0" * 10_000, "<b>1</b>"])
def test_what_is_no_code_opens_nothing(typed: str) -> None:
    assert sessions_with(SIGNER, typed, [uuid4()], NOON) == []


def test_a_ticket_names_its_session_for_a_quarter_of_an_hour_and_cannot_be_made_up() -> None:
    session_id = uuid4()
    given = ticket(SIGNER, session_id, NOON)

    assert session_of_ticket(SIGNER, given, NOON + timedelta(minutes=14)) == session_id
    assert session_of_ticket(SIGNER, given, NOON + timedelta(minutes=17)) is None
    forged = [
        given.replace(session_id.hex, uuid4().hex),
        f"{given}x",
        given.replace("-", "0-"),
        "",
        "-",
        "ä" * 999,
    ]
    assert [session_of_ticket(SIGNER, one, NOON) for one in forged] == [None] * len(forged)
    assert session_of_ticket(Signer(["another"]), given, NOON) is None


def test_a_name_is_recognised_however_it_is_spelt_and_never_without_the_birthday() -> None:
    def somebody(given: str, family: str, born: date | None) -> Expected:
        place = Enrolment.__new__(Enrolment)
        return Expected(place, make_person(given, family, birth_date=born))

    people = [
        somebody("Jürgen", "Groß-Öhler", date(1950, 2, 28)),
        somebody("Eva", "Muster", None),
        somebody("Ida", "Muster", date(1990, 4, 4)),
        somebody("Ada", "Muster", date(1990, 4, 4)),
    ]

    found = [
        [one.person.given_name for one in by_name(people, *typed)]
        for typed in (("GROSS OEHLER", 28, 2), ("Muster", 4, 4), ("Muster", 1, 1), ("", 4, 4), ("%", 28, 2))
    ]

    assert found == [["Jürgen"], ["Ida", "Ada"], [], [], []]
    assert by_reference(people[:0], "") == []
