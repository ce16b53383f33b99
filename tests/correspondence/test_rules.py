"""When a rule is due, by the clock at the venue."""

from datetime import UTC, datetime, time

import pytest

from lms.correspondence.errors import ImpossibleMoment, NoText, UnknownNameInRule
from lms.correspondence.models import Anchor, RecipientRole
from lms.correspondence.rules import due_at, filled, moments_around
from lms.correspondence.service import RuleText
from lms.kernel.clock import local


@pytest.mark.parametrize(
    ("moment", "days", "due"),
    [
        ("2026-12-08 10:00", -2, "2026-12-06 09:00"),
        ("2027-03-28 10:00", -1, "2027-03-27 09:00"),  # the clocks go forward that Sunday
        ("2026-10-26 10:00", -1, "2026-10-25 09:00"),  # and back on this one
        ("2028-03-01 10:00", -1, "2028-02-29 09:00"),
        ("2026-12-08 23:30", 1, "2026-12-09 09:00"),
        ("2026-12-08 10:00", 0, "2026-12-08 10:00"),
        ("2026-12-08 07:00", 0, "2026-12-08 09:00"),
    ],
)
def test_a_rule_is_due_at_its_hour_of_the_day_that_it_counts_to(moment: str, days: int, due: str) -> None:
    from_then = local(datetime.fromisoformat(moment + "+00:00")).tzinfo
    at = datetime.fromisoformat(moment).replace(tzinfo=from_then).astimezone(UTC)

    assert f"{local(due_at(at, days, time(9))):%Y-%m-%d %H:%M}" == due


@pytest.mark.parametrize("days", [-365, -30, -1, 0, 1, 30, 365])
def test_everything_due_in_a_span_has_its_moment_among_those_that_are_looked_at(days: int) -> None:
    first, last = datetime(2027, 3, 26, 12, tzinfo=UTC), datetime(2027, 3, 30, 12, tzinfo=UTC)
    since, until = moments_around(first, last, days)

    for hours in range(-72, 240):
        moment = datetime.fromtimestamp(since.timestamp() + hours * 3600, UTC)
        for at in (time(0), time(9), time(23, 59)):
            if first < due_at(moment, days, at) <= last:
                assert since <= moment <= until


def test_names_are_filled_in_as_text_and_nothing_else_is_run() -> None:
    said = filled(
        "Hallo {name}, {course} {{ 7*7 }} {name.__class__} %(course)s",
        {"name": "[Ada](http://evil.example)", "course": "<b>Kurs</b>"},
    )

    assert "49" not in said
    assert r"\[Ada\]\(http\:\/\/evil\.example\)" in said
    assert r"\<b\>Kurs" in said


def rule(**given: object) -> RuleText:
    usual = {
        "name": "Erinnerung", "anchor": Anchor.RUN_STARTS, "role": RecipientRole.PARTICIPANTS, "days": -2, "at": time(9),
        "subject_de": "Bald: {course}", "text_de": "Am {first_day}.",
    }  # fmt: skip
    return RuleText(**usual | given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"anchor": Anchor.SESSION, "role": RecipientRole.COMPANIES}, ImpossibleMoment),
        ({"text_de": "  "}, NoText),
        ({"text_de": "{session}"}, UnknownNameInRule),
        ({"role": RecipientRole.TRAINERS, "text_de": "{reference}"}, UnknownNameInRule),
        ({"subject_en": "{name.__class__}"}, UnknownNameInRule),
        ({"text_de": "eine { Klammer"}, UnknownNameInRule),
    ],
)
def test_a_rule_that_cannot_be_carried_out_is_refused(
    given: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        rule(**given).check()
    rule().check()
