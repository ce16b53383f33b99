"""What a row on paper and a line in a file mean for the register."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from lms.attendance.models import Presence
from lms.attendance.rules import ATTENDED, whole_marking
from lms.attendance.sheets.errors import NobodyInTable, OtherDay
from lms.attendance.sheets.lists import Known, Session, proposals_of
from lms.attendance.sheets.proposing import (
    Meaning,
    Proposal,
    Why,
    ink_without_name,
    joined,
    meaning,
    proposed,
)
from lms.attendance.sheets.reader.apart import Limits, UnreadableTable, table_of
from lms.attendance.sheets.reader.tables import LONGEST_CELL, cells
from lms.attendance.sheets.reader.verdict import RowFound, Tick

T, E, U = Tick.TICKED, Tick.EMPTY, Tick.UNSURE
PRESENT, ABSENT, LATE = Presence.PRESENT, Presence.ABSENT, Presence.LATE
CEM, ADA, BEN, SAM = (UUID(int=number) for number in range(1, 5))
PEOPLE = [
    Known(CEM, "Cem", "Albers", "cem@example.com"),
    Known(ADA, "Ada", "Größ-Berg", "familie@example.com"),
    Known(BEN, "Ben", "Größ-Berg", "familie@example.com"),
]
TEN = Session(datetime(2026, 12, 4, 9, tzinfo=UTC), datetime(2026, 12, 4, 10, 30, tzinfo=UTC), 5)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (RowFound((T, E), False), Meaning(PRESENT)),
        (RowFound((T, E), True), Meaning(PRESENT)),
        (RowFound((E, T), False), Meaning(ABSENT)),
        (RowFound((E, T), True), Meaning(None, why=Why.SIGNED_BUT_ABSENT)),
        (RowFound((T, T), True), Meaning(None, why=Why.BOTH)),
        (RowFound((E, E), False), Meaning(None, why=Why.NOTHING)),
        (RowFound((E, E), True), Meaning(None, why=Why.ONLY_SIGNED)),
        (RowFound((T, U), True), Meaning(None, why=Why.UNCLEAR)),
        (RowFound((T, T, T, E), True), Meaning(PRESENT)),
        (RowFound((E, T, T, E), True), Meaning(LATE, 45)),
        (RowFound((E, E, T, E), True), Meaning(LATE, 90)),
        (RowFound((T, E, E, E), True), Meaning(PRESENT, minutes_early=100)),
        (RowFound((T, E, T, E), True), Meaning(PRESENT, missed_units=(2,))),
        (RowFound((E, T, E, E), True), Meaning(LATE, 45, minutes_early=55)),
        (RowFound((T, T, E), True), Meaning(PRESENT)),
        (RowFound((E, T, E), True), Meaning(LATE, 45)),
        (RowFound((T, E, E), True), Meaning(None, why=Why.SOME_UNITS)),
        (RowFound((E, T, T), False), Meaning(None, why=Why.BOTH)),
        (RowFound((E, E, T), False), Meaning(ABSENT)),
    ],
)
def test_a_row_is_a_mark_only_where_it_means_one_thing(row: RowFound, expected: Meaning) -> None:
    made = meaning(row, 145)  # three units, the last one ten minutes longer

    assert made == expected
    if made.presence in ATTENDED:
        assert whole_marking(145, made.minutes_late, made.minutes_early, made.missed_units) is True


def test_a_page_speaks_of_those_who_stood_on_it_and_of_ink_beside_nobody() -> None:
    rows = [RowFound((T, E), False), RowFound((E, E), True), RowFound((E, E), False)]

    assert proposed(rows, {0: CEM}, 90) == [Proposal(CEM, PRESENT, place=0)]
    assert proposed(rows, {7: CEM}, 90) == []
    assert ink_without_name(rows, {0: CEM}) == [1]


def test_two_photos_agree_or_somebody_looks() -> None:
    unsure, there, gone = (
        Proposal(CEM, None, why=Why.UNCLEAR),
        Proposal(CEM, PRESENT, place=3),
        Proposal(CEM, ABSENT),
    )

    assert joined([unsure, there, unsure]) == there
    assert joined([there, gone]).why is Why.CONTRADICTION
    assert joined([there, Proposal(CEM, PRESENT, minutes_early=45)]).why is Why.CONTRADICTION
    assert joined([unsure]) == unsure
    partly = Proposal(CEM, LATE, 45, minutes_early=55, missed_units=(3,))
    assert [Proposal.from_json(one.as_json()) for one in (there, partly)] == [there, partly]


def said(rows: Sequence[Sequence[str]]) -> tuple[dict[UUID, tuple[Presence | None, int, Why]], list[str]]:
    made, unknown = proposals_of(rows, PEOPLE, TEN)
    return {one.enrolment_id: (one.presence, one.minutes_late, one.why) for one in made}, list(unknown)


HERE, GONE = (PRESENT, 0, Why.NONE), (ABSENT, 0, Why.NONE)


def test_lists_of_meeting_services_are_understood() -> None:
    zoom = [
        ["Name (Original Name)", "User Email", "Join Time", "Leave Time", "Duration (Minutes)"],
        ["cem albers", "cem@example.com", "12/04/2026 09:58:11 AM", "12/04/2026 10:20:00 AM", "22"],
        ["cem albers", "cem@example.com", "12/04/2026 10:25:11 AM", "12/04/2026 11:29:00 AM", "64"],
        ["Groess-Berg, Ada", "", "12/04/2026 10:17:40 AM", "12/04/2026 11:29:00 AM", "72"],
    ]
    teams = [
        ["1. Zusammenfassung"],
        ["Titel der Besprechung", "Das Tablet kennenlernen"],
        ["2. Teilnehmer"],
        ["Name", "Erster Beitritt", "First Join", "Last Leave", "E-Mail"],
        ["Ben Größ-Berg", "x", "04.12.26, 10:05:59", "04.12.26, 11:30:00", "familie@example.com"],
        ["3. Aktivitäten in der Besprechung"],
        ["Name", "Beitrittszeit"],
        ["Cem Albers", "04.12.26, 10:00:00"],
    ]

    assert said(zoom) == ({CEM: HERE, ADA: (LATE, 17, Why.NONE), BEN: GONE}, [])
    assert said(teams) == ({CEM: GONE, ADA: GONE, BEN: HERE}, [])


def test_who_leaves_a_meeting_early_has_left_early() -> None:
    rows = [
        ["Name", "von", "bis"],
        ["Cem Albers", "10:00", "10:30"],
        ["Cem Albers", "10:40", "11:10"],
        ["Ada Größ-Berg", "10:20", "11:26"],
        ["Ben Größ-Berg", "10:00", ""],
    ]

    made, _ = proposals_of(rows, PEOPLE, TEN)
    before_it_began, _ = proposals_of([rows[0], ["Cem Albers", "9:30", "9:50"]], PEOPLE, TEN)

    assert [one.says for one in made] == [(PRESENT, 0, 20, ()), (LATE, 20, 0, ()), (PRESENT, 0, 0, ())]
    assert before_it_began[0].why is Why.TIME


def test_whoever_is_not_clearly_somebody_is_left_to_the_trainer() -> None:
    rows = [
        ["Vorname", "Nachname", "E-Mail", "von"],
        ["Cem", "Albers", "", "gegen zehn"],
        ["", "", "familie@example.com", "10:00"],
        ["iPad", "Oma", "", "10:00"],
        ["=HYPERLINK(1)", "\u202e<b>", "", "10:00"],
    ]

    found, unknown = said(rows)

    assert found == {
        CEM: (None, 0, Why.TIME),
        ADA: (None, 0, Why.NOT_IN_LIST),
        BEN: (None, 0, Why.NOT_IN_LIST),
    }
    assert unknown == ["familie@example.com", "iPad Oma", "=HYPERLINK(1) \u202e<b>"]


def test_two_people_of_one_name_are_not_guessed_at() -> None:
    twins = [Known(CEM, "Eva", "Muster", ""), Known(ADA, "Eva", "Muster", "")]

    made, unknown = proposals_of([["Name"], ["Eva Muster"]], twins, TEN)

    assert [(one.presence, one.why) for one in made] == [(None, Why.SAME_NAME)] * 2
    assert unknown == []


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        ([], NobodyInTable),
        ([["Cem Albers"], ["Ada"]], NobodyInTable),
        ([["Name"]], NobodyInTable),
        ([["Name", "von"], ["Cem Albers", "03.12.2026 10:00"]], OtherDay),
    ],
)
def test_a_file_of_no_use_is_refused_with_its_reason(rows: list[list[str]], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        proposals_of(rows, PEOPLE, TEN)


def workbook(*rows: Sequence[Any]) -> bytes:
    book, written = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(written)
    return written.getvalue()


def test_tables_come_as_excel_or_as_text_in_every_encoding() -> None:
    text = 'Name;E-Mail\r\n"Öz, Şü";oz@example.com\r\n\r\n'
    expected = [["Name", "E-Mail"], ["Öz, Şü", "oz@example.com"]]

    assert cells(text.encode("utf-8-sig")) == expected
    assert cells(text.encode("utf-16")) == expected
    assert cells(text.replace(";", "\t").replace("Ş", "S").encode("cp1252"))[1][0] == "Öz, Sü"
    assert cells(workbook(["Name", "von"], ["Cem", datetime(2026, 12, 4, 10)])) == [  # noqa: DTZ001 - Excel knows no zone
        ["Name", "von"], ["Cem", "04.12.2026 10:00:00"],
    ]  # fmt: skip


def test_a_hostile_file_is_text_or_refused_and_never_more_than_a_list_may_be() -> None:
    formula = workbook(["Name"], ["=1+1"], ["x" * 10_000], ["a\r\nb\tc"])

    read = table_of(formula)

    assert [len(row[0]) <= LONGEST_CELL for row in read] == [True] * len(read)
    assert "=1+1" not in [row[0] for row in read]  # a formula that was never calculated has no value
    assert ["a b c"] in read
    for broken in (b"PK\x05\x06" + bytes(18), b"\xff\xfe\x00"):
        with pytest.raises(UnreadableTable):
            table_of(broken)
    with pytest.raises(UnreadableTable):
        table_of(formula, limits=Limits(seconds=0.01))
