"""What is wrong with a row is put right and told, or the row is left out with its reason."""

from datetime import date
from typing import Any

import pytest

from lms.catalogue.vhs import ImportedRun, ImportedVenue, Programme, Weight, read_programme
from lms.web.language import translated, use_locale
from tests.catalogue.vhs.samples import as_json, course, of_2026, price


def only_run(**changes: Any) -> tuple[ImportedRun, list[str]]:
    """The run of one changed course, and what was told about it."""
    programme = read_programme(as_json(course(**changes)))
    assert programme.refused == ()
    return programme.runs[0], [error.in_words() for error in programme.errors]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": " "}, "name", "The course has no name."),
        ({"beginn_datum": None}, "beginn_datum", "The first day is missing, so nobody knows when the course begins."),
        ({"beginn_datum": "31.02.2020"}, "beginn_datum", "“31.02.2020” is no date, so nobody knows when the course begins."),
        ({"preis": price("-5.00")}, "betrag", "The price is below zero (-5.00)."),
        (
            {"guid": "", "nummer": None},
            "guid",
            "The course has neither an identifier nor a number, so it cannot be found again.",
        ),
        ({"guid": "1"}, "guid", "This course stands in row 1 already."),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_healed_is_left_out_alone(
    changes: dict[str, Any], field: str, sentence: str
) -> None:
    programme = read_programme(as_json(course(guid="1", nummer="a"), course(nummer="b") | changes))

    assert [run.number for run in programme.runs] == ["a"]
    (error,) = programme.refused
    assert (error.row, error.field, error.in_words(), error.weight) == (2, field, sentence, Weight.REFUSED)


@pytest.mark.parametrize(
    ("changes", "last_day", "sentence"),
    [
        ({"ende_datum": "2020-05-01"}, date(2020, 5, 11), "The last day (2020-05-01) lies before the first one. The first day was taken."),
        ({"ende_datum": None}, date(2020, 5, 11), "The last day is missing. The first day was taken."),
        ({"ende_datum": "bald"}, date(2020, 5, 11), "“bald” is no date. The first day was taken as the last one."),
    ],
)  # fmt: skip
def test_a_wrong_last_day_is_replaced(changes: dict[str, Any], last_day: date, sentence: str) -> None:
    run, told = only_run(**changes, anzahl_termine=None)

    assert (run.starts_on, run.ends_on, told) == (date(2020, 5, 11), last_day, [sentence])


@pytest.mark.parametrize("written", ["11.05.2020", "11. 5. 2020", "2020-05-11T00:00:00", "2020-5-11"])
def test_a_day_may_be_written_in_several_ways(written: str) -> None:
    run, told = only_run(beginn_datum=written)

    assert (run.starts_on, told) == (date(2020, 5, 11), [])


@pytest.mark.parametrize(
    ("changes", "places", "minimum", "sentence"),
    [
        ({"maximale_teilnehmerzahl": "0"}, None, 5, "The number of places is missing. Please enter it before publishing."),
        ({"maximale_teilnehmerzahl": None}, None, 5, "The number of places is missing. Please enter it before publishing."),
        ({"maximale_teilnehmerzahl": "viele"}, None, 5, "“viele” is no number that makes sense here. It was left out."),
        ({"maximale_teilnehmerzahl": "99999"}, None, 5, "“99999” is no number that makes sense here. It was left out."),
        (
            {"minimale_teilnehmerzahl": "20"},
            12,
            12,
            "The course needs more people (20) than it has places (12). The number of places was taken.",
        ),
    ],
)  # fmt: skip
def test_impossible_numbers_of_people(
    changes: dict[str, Any], places: int | None, minimum: int, sentence: str
) -> None:
    run, told = only_run(**changes)

    assert (run.places, run.minimum, told) == (places, minimum, [sentence])


def test_minus_one_means_unknown_and_is_no_mistake() -> None:
    run, told = only_run(aktuelle_teilnehmerzahl="-1", minimale_teilnehmerzahl="-1")

    assert (run.taken, run.minimum, run.booking, told) == (None, None, "unknown", [])


def test_courses_that_share_a_number_each_get_their_own_whatever_the_order() -> None:
    one, two, three = (
        course(guid="8", nummer="X1"),
        course(guid="9", nummer="X1"),
        course(guid="10", nummer="X2"),
    )

    forwards, backwards = read_programme(as_json(one, two, three)), read_programme(as_json(three, two, one))

    assert {run.guid: run.number for run in forwards.runs} == {"8": "X1-8", "9": "X1-9", "10": "X2"}
    assert {run.guid: run.number for run in backwards.runs} == {"8": "X1-8", "9": "X1-9", "10": "X2"}
    assert [run.printed_number for run in forwards.runs] == ["X1", "X1", "X2"]
    assert [error.in_words() for error in forwards.errors] == [
        "Several courses have this number. It was made X1-8.",
        "Several courses have this number. It was made X1-9.",
    ]


def test_html_in_a_text_is_made_safe_and_hidden_words_are_dropped() -> None:
    text = (
        "Yoga <a href=http://vhs.example/>mehr</a><br>\r\n<script>x()</script>"
        '<img src=x onerror=x()>Tee<p style="visibility:hidden">joga</p>'
    )

    run, told = only_run(text={"eigenschaft": "Beschreibung", "text": text}, name="Yoga <b>sanft</b>")

    assert (run.title, run.text) == ("Yoga sanft", "Yoga [mehr](http://vhs.example/)  \nTee")
    assert told == [
        "The text held words that readers were not meant to see. They were left out.",
        "The text held HTML. It was turned into plain paragraphs, lists and links.",
    ]


def test_endless_texts_and_names_are_cut() -> None:
    run, told = only_run(name="Wort " * 100, text={"text": "Wort. " * 20_000})

    assert (len(run.title) <= 200, len(run.text) <= 50_000) == (True, True)
    assert told == [
        "The name is longer than 200 characters. The end was cut off.",
        "The texts are longer than 50000 characters. The end was cut off.",
    ]


@pytest.mark.parametrize(
    ("city", "code", "town", "district"),
    [
        ("Berlin", "10781", "Berlin", "Tempelhof-Schöneberg"),
        ("Berlin-Lichterfelde", "12207", "Berlin", "Steglitz-Zehlendorf"),
        ("Berlin / Reinickendorf", "13409", "Berlin", "Reinickendorf"),
        ("Havelaue OT Strodehne", "14715", "Havelaue", "Strodehne"),
        ("Garmisch-Partenkirchen", "82467", "Garmisch-Partenkirchen", ""),
    ],
)
def test_town_and_district_are_told_apart(city: str, code: str, town: str, district: str) -> None:
    place = {"name": "VHS", "adresse": {"plz": code, "ort": city, "strasse": f"Weg 1, {code} {city}"}}

    run, told = only_run(veranstaltungsort=place)

    assert (run.venue, told) == (ImportedVenue("VHS", "Weg 1", code, town, district), [])


def test_a_missing_town_follows_from_a_known_postal_code_only() -> None:
    run, told = only_run(veranstaltungsort={"name": "RuDi", "adresse": {"plz": "10245"}})
    assert run.venue == ImportedVenue("RuDi", "", "10245", "Berlin", "Friedrichshain-Kreuzberg")
    assert told == ["The town is missing. It was taken from the postal code: Berlin."]

    run, told = only_run(veranstaltungsort={"name": "Saal", "adresse": {"plz": "3934o"}})
    assert run.venue == ImportedVenue("Saal")
    assert told == [
        "“3934o” is no postal code. It was left out.",
        "The town is missing. Please add it to the venue “Saal”.",
    ]


def test_a_course_on_the_internet_has_no_venue_and_needs_none() -> None:
    place = {
        "name": "Online",
        "adresse": {"plz": None, "ort": "Berlin", "strasse": None},
        "barrierefrei": "false",
    }

    run, told = only_run(veranstaltungsort=place)

    assert (run.mode, run.venue, told) == ("online", None, [])


def test_one_house_has_one_key_however_its_street_is_spelt() -> None:
    spelt = [
        ImportedVenue("VHS", "Wassertorstraße 4", "10969", barrier_free=True),
        ImportedVenue("VHS ", "Wassertorstr. 4", "10969", barrier_free=False, room="2"),
    ]

    assert len({venue.key for venue in spelt}) == 1
    assert ImportedVenue("VHS", "Goethestr. 9", "12207").key != spelt[0].key


def test_wrong_dates_in_the_list_are_left_out_one_by_one() -> None:
    dates = [
        {"beginn_datum": "2026-09-09", "beginn_uhrzeit": "18.30 Uhr", "ende_uhrzeit": "17:00"},
        {"beginn_datum": "irgendwann"},
        {"beginn_datum": "2026-09-16", "beginn_uhrzeit": "25:00", "ende_uhrzeit": "abends"},
        {"beginn_datum": "2026-09-09", "beginn_uhrzeit": "18:30"},
    ]

    programme = read_programme(as_json(of_2026(ortetermine={"termin": dates})))

    (run,) = programme.runs
    assert [
        (session.day.day, session.starts and session.starts.hour, session.ends) for session in run.sessions
    ] == [
        (9, 18, None),
        (16, None, None),
    ]
    assert [error.in_words() for error in programme.errors if error.field != "veranstaltungsort"] == [
        "On 2026-09-09 the end lies before the beginning. The end was left out.",
        "“irgendwann” is no date. This meeting was left out.",
        "“25:00” is no time of day. It was left out.",
        "“abends” is no time of day. It was left out.",
        "The first day differs from the list of dates. The list of dates was taken: 2026-09-09.",
    ]


def test_more_meetings_than_days_are_not_believed_of_a_single_row() -> None:
    courses = [course(guid=str(place), nummer=str(place)) for place in range(9)]

    programme = read_programme(as_json(*courses, course(anzahl_termine="40")))

    assert (programme.counts_units, programme.runs[-1].meetings) == (False, None)
    assert [error.in_words() for error in programme.errors] == [
        "40 meetings do not fit into 8 days. Their number was left out."
    ]


def test_an_address_that_is_none_is_left_out() -> None:
    run, told = only_run(
        webadresse=[{"typ": "website", "uri": "javascript:x()"}, {"uri": "https://vhs.example"}]
    )

    assert (run.website, told) == (
        "https://vhs.example",
        ["“javascript:x()” is no address on the web. It was left out."],
    )


def test_every_sentence_is_told_in_german_too() -> None:
    programme: Programme = read_programme(
        as_json(course(ende_datum="bald", anzahl_termine=None), course(name=""))
    )

    with use_locale("de"):
        told = [error.in_words(translated) for error in programme.errors]

    assert told == ["„bald“ ist kein Datum. Als letzter Tag gilt der erste.", "Der Kurs hat keinen Namen."]
