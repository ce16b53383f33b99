"""What is decided about people in a run, without any database."""

from uuid import uuid4

import pytest

from lms.attendance.models import Presence
from lms.attendance.participants import AgeGroup, Emergency, Participant
from lms.attendance.queries import Line
from lms.attendance.roll import roll_of
from lms.attendance.service import Mark


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ([True], True),
        ([True, True], True),
        ([True, False], False),
        ([False], False),
        ([True, None], None),
        ([], None),
    ],
)
def test_a_child_goes_home_alone_only_when_everybody_responsible_agrees(
    said: list[bool | None], *, allowed: bool | None
) -> None:
    contacts = [Emergency("Karin Albers", "+493904777888", one) for one in said]
    child = Participant(uuid4(), "Cem", "Albers", AgeGroup.CHILD, contacts, (), "")

    assert child.may_go_home_alone is allowed


def line(presence: Presence | None = None, minutes_late: int = 0, note: str = "") -> Line:
    return Line(uuid4(), uuid4(), "Ada", "Berg", presence, minutes_late, note, None)


@pytest.mark.parametrize(
    ("known", "choice", "minutes", "mark"),
    [
        (line(), "present", "", (Presence.PRESENT, 0)),
        (line(), "late", "90", (Presence.LATE, 90)),
        (line(Presence.LATE, 10), "late", "10", None),
        (line(Presence.LATE, 10), "late", "25", (Presence.LATE, 25)),
        (line(Presence.LATE, 10), "absent", "10", (Presence.ABSENT, 0)),
        (line(), "", "", None),
        (line(), "somewhere", "", None),
    ],
)
def test_only_what_was_touched_becomes_a_mark(
    known: Line, choice: str, minutes: str, mark: tuple[Presence, int] | None
) -> None:
    shown = roll_of([known]).rows[0].shown
    sent = {
        f"wie-{known.enrolment_id}": choice,
        f"minuten-{known.enrolment_id}": minutes,
        f"notiz-{known.enrolment_id}": "",
        f"vorher-{known.enrolment_id}": shown,
    }

    made = roll_of([known], sent).marks(90)

    assert made == ([] if mark is None else [Mark(known.enrolment_id, *mark, based_on=0)])
