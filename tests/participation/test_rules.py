"""What is decided without a database: phases, similar wishes, keys, numbers of sheets."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from lms.kernel.tokens import Signer
from lms.participation import keys
from lms.participation.errors import UnknownNumber, WrongSheet
from lms.participation.models import Round
from lms.participation.rules import (
    Choice,
    Line,
    Phase,
    choices_in,
    personal_in,
    phase_of,
    places,
    ranked,
    sheet_code,
    sheet_of,
)
from lms.participation.similar import Known, matching_of, most_similar
from lms.participation.watching import most_within

SIGNER = Signer(["a secret that is long enough for this"])
START = datetime(2027, 3, 1, tzinfo=UTC)
TITLES = {
    "Online-Banking ohne Angst": UUID(int=1),
    "Fotos auf dem Handy bearbeiten": UUID(int=2),
    "Künstliche Intelligenz im Alltag": UUID(int=3),
    "Excel für Vereinskassen": UUID(int=4),
    "Bewerbung schreiben mit dem Computer": UUID(int=5),
}


def voting(**given: object) -> Round:
    days = [START + timedelta(days=n) for n in (0, 10, 20, 30)]
    return Round(
        slug="s", title_de="S", title_en="", collect_from=days[0], discuss_from=days[1], vote_from=days[2],
        ends_at=days[3], created_at=START, sheets_printed=12,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "phase"),
    [
        (-1, Phase.AHEAD), (0, Phase.COLLECT), (9, Phase.COLLECT), (10, Phase.DISCUSS), (20, Phase.PRIORITISE),
        (29, Phase.PRIORITISE), (30, Phase.RESULT),
    ],
)  # fmt: skip
def test_the_clock_says_in_which_phase_a_round_is(day: int, phase: Phase) -> None:
    assert phase_of(voting(), START + timedelta(days=day)) is phase


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("onlinebenking", 1), ("Onlinebanking fuer Aeltere", 1), ("Handyfotos bearbeitn", 2), ("kuenstliche inteligenz", 3),
        ("Kurs: Vereinskasse mit Exel", 4), ("Bewerbungen am PC schreiben", 5), ("Imkerei", None), ("ab", None), ("", None),
    ],
)  # fmt: skip
def test_a_wish_is_found_with_typing_mistakes_umlauts_and_joined_words(typed: str, found: int | None) -> None:
    known = [Known(wish_id, matching_of(title, "")) for title, wish_id in TITLES.items()]

    near = most_similar(typed, known)

    assert near[:1] == ([UUID(int=found)] if found else [])


def test_spelling_makes_no_two_persons_out_of_one() -> None:
    born = date(1944, 5, 4)

    assert keys.name_key(SIGNER, "Jürgen Groß", born) == keys.name_key(SIGNER, "GROSS, Juergen", born)
    assert keys.name_key(SIGNER, "Jürgen Groß", born) != keys.name_key(
        SIGNER, "Jürgen Groß", born + timedelta(1)
    )
    assert keys.address_key(SIGNER, "Eva Alt", "Lange Straße 5", "39340") == keys.address_key(
        SIGNER, "Alt Eva", "Lange Str. 5", " 39340"
    )
    assert "eva" not in keys.email_key(SIGNER, "eva@example.com")


def test_only_a_number_that_was_printed_with_its_letters_is_a_sheet() -> None:
    round_ = voting()
    round_.id = uuid4()
    code = sheet_code(SIGNER, round_.id, 7)

    assert [sheet_of(SIGNER, round_, typed) for typed in (code, code.lower(), code.replace("-", " "))] == [
        7
    ] * 3
    for wrong in (
        "",
        "7",
        "0007-11",
        sheet_code(SIGNER, round_.id, 13),
        sheet_code(SIGNER, uuid4(), 7)[:4] + "-??",
    ):
        with pytest.raises(WrongSheet):
            sheet_of(SIGNER, round_, wrong)


def test_crosses_are_typed_as_numbers_with_points_where_there_are_some() -> None:
    numbers = {1: UUID(int=1), 2: UUID(int=2)}

    assert choices_in(" 2, 1 = 3 ", numbers) == [Choice(UUID(int=2), 1), Choice(UUID(int=1), 3)]
    for wrong in ("3", "1, 1", "eins"):
        with pytest.raises(UnknownNumber):
            choices_in(wrong, numbers)


def test_what_may_be_about_a_person_is_shown_to_the_team() -> None:
    text = "Frau Schulze, Gartenstraße 12, 03904 1234567, eva@example.com, nach dem Schlaganfall, https://x.example"

    assert set(personal_in(text)) == {
        "a person's name", "a street with a number", "a telephone number", "an e-mail address",
        "something about health", "a link",
    }  # fmt: skip
    assert personal_in("Ein Kurs am 12. März für 10 Personen") == []


def test_the_fullest_hour_is_found_whenever_it_was() -> None:
    start = datetime(2027, 3, 1, 8, tzinfo=UTC)
    moments = [start + timedelta(minutes=minutes) for minutes in (0, 200, 210, 225, 260, 261, 900)]

    assert most_within(moments, timedelta(hours=1)) == 4
    assert most_within([], timedelta(hours=1)) == 0


def test_who_has_as_many_points_shares_the_place() -> None:
    line = Line("A", 2, 4, {})
    lines = ranked([replace(line, title="C", points=1), replace(line, title="B"), line])

    assert [(one.title, place) for one, place in zip(lines, places(lines), strict=True)] == [
        ("A", 1),
        ("B", 1),
        ("C", 3),
    ]
