"""Rows become runs, in three shapes."""

from datetime import date, time

from lms.catalogue.vhs import (
    ImportedLink,
    ImportedRun,
    ImportedSession,
    ImportedVenue,
    Weight,
    read_programme,
)
from lms.catalogue.vhs.words import DIGITAL, WORK
from tests.catalogue.vhs.samples import OPEN_VHS, as_json, course, of_2026


def test_a_course_of_2020_is_read_completely() -> None:
    programme = read_programme(as_json(course()))

    assert programme.errors == ()
    assert programme.runs == (
        ImportedRun(
            guid="100001",
            number="ZD5.011",
            printed_number="ZD5.011",
            row=1,
            title="Sicher surfen",
            subtitle="Für den Anfang",
            summary="Sie lernen, worauf es im Netz ankommt. Wir üben viel.",
            text="Sie lernen, worauf es im Netz ankommt.  \nWir üben viel.",
            notes="",
            audiences=("seniors",),
            audience_words=("Ältere",),
            topics=(DIGITAL,),
            keywords=("Internet", "Grundlagen"),
            level="none",
            level_words="Grundlagen",
            mode="on_site",
            minimum=5,
            places=12,
            taken=None,
            booking="unknown",
            starts_on=date(2020, 5, 11),
            ends_on=date(2020, 5, 18),
            meetings=2,
            units=None,
            weekdays=(0,),
            price_cents=12620,
            concession_cents=6560,
            venue=ImportedVenue("VHS", "Am Markt 1", "39340", "Haldensleben", barrier_free=True),
            website="https://vhs.example/kurs?id=100001",
        ),
    )


def test_a_course_of_2026_brings_dates_rooms_and_trainers_but_no_contact_persons() -> None:
    programme = read_programme(as_json(of_2026()))

    (run,) = programme.runs
    hall = ImportedVenue(
        "Haus am Anger", "Anger 2", "39345", "Haldensleben", "Altstadt", "Raum 3", barrier_free=False
    )
    town_hall = ImportedVenue(
        "Rathaus", "Anger 2", "39345", "Haldensleben", "Altstadt", "Raum 3", barrier_free=False
    )
    assert run.sessions == (
        ImportedSession(date(2026, 9, 2), time(16), time(17, 30), hall),
        ImportedSession(date(2026, 9, 9), time(16), time(17, 30), hall),
        ImportedSession(date(2026, 9, 16), time(16), time(17, 30), town_hall),
    )
    assert (run.venue, run.trainers, run.part_of_day) == (hall, ("Dr. Mia Muster",), "afternoon")
    assert (run.taken, run.booking, run.meetings, run.units) == (10, "full", 3, 6)
    assert (run.topics, run.category, run.keywords) == ((DIGITAL, WORK), "5.01", ("Tablet",))
    assert "Gerda" not in repr(programme)
    assert "gerda@" not in repr(programme)


def test_one_place_and_one_date_need_no_list() -> None:
    listed = of_2026()
    nested = listed["ortetermine"]
    alone = of_2026(ortetermine={"adresse": nested["adresse"][0], "termin": nested["termin"][0]})

    (run,) = read_programme(as_json(alone)).runs

    assert [session.day for session in run.sessions] == [date(2026, 9, 2)]
    assert run.venue is not None
    assert run.venue.room == "Raum 3"


def test_open_vhs_is_read_from_xml() -> None:
    programme = read_programme(OPEN_VHS.encode())

    first, _ = programme.runs
    venue = ImportedVenue("Kulturfabrik", "", "39340", "Haldensleben", "Althaldensleben", barrier_free=False)
    assert first == ImportedRun(
        guid="A-1",
        number="V1",
        printed_number="V1",
        row=1,
        title="Windows & Internet",
        subtitle="Teil 1 – Von Anfang an",
        summary="Ein guter Kurs.",
        text="Ein **guter** Kurs.",
        notes="Bitte Brille mitbringen.",
        audiences=("seniors", "youth"),
        audience_words=("Senioren", "Jugendliche"),
        topics=(DIGITAL, WORK),
        category="5.01",
        level="none",
        level_words="Einsteiger",
        mode="blended",
        minimum=6,
        places=12,
        starts_on=date(2026, 3, 27),
        ends_on=date(2026, 4, 10),
        sessions=(
            ImportedSession(
                date(2026, 3, 27), time(9, 30), time(11)
            ),  # before the clocks change: one hour off UTC
            ImportedSession(date(2026, 4, 3), time(9, 30), time(11)),
            ImportedSession(date(2026, 4, 10)),
        ),
        meetings=3,
        units=9,
        weekdays=(4,),
        part_of_day="morning",
        price_cents=8280,
        concession_cents=4140,
        price_note="zzgl. ca. 5 € für Material",
        venue=venue,
        certificate="Xpert – Prüfung",
        website="https://vhs.example/?a=1&b=2",
        attachments=(ImportedLink("Plan", "https://vhs.example/plan.pdf"),),
    )


def test_what_open_vhs_may_leave_out_is_told_and_left_open() -> None:
    programme = read_programme(OPEN_VHS.encode())

    second = programme.runs[1]
    assert (second.places, second.price_cents, second.venue, second.ends_on) == (
        None,
        None,
        None,
        date(2026, 5, 1),
    )
    assert [(error.field, error.weight) for error in programme.errors if error.row == 2] == [
        ("ende_datum", Weight.HEALED),
        ("maximale_teilnehmerzahl", Weight.HEALED),
        ("betrag", Weight.HEALED),
        ("veranstaltungsort", Weight.HEALED),
    ]


def test_numbers_and_booleans_may_be_real_ones() -> None:
    typed = course(
        guid=7, maximale_teilnehmerzahl=8, preis={"betrag": 126.20, "rabatt_moeglich": False, "zusatz": None}
    )

    (run,) = read_programme(as_json(typed)).runs

    assert (run.guid, run.places, run.price_cents, run.concession_cents) == ("7", 8, 12620, None)


def test_a_file_that_counts_units_instead_of_meetings_is_recognised() -> None:
    week = course(anzahl_termine="40", beginn_datum="2020-05-11", ende_datum="2020-05-15")

    programme = read_programme(as_json(week, course(guid="2", nummer="b")))

    assert programme.counts_units
    assert [(run.units, run.meetings) for run in programme.runs] == [(40, None), (2, None)]


def test_reading_the_same_file_twice_gives_the_same_programme() -> None:
    assert read_programme(OPEN_VHS.encode()) == read_programme(OPEN_VHS.encode())
