"""A paper anew, out of what the old one states: for when the course or the enrolment it came from is no longer there."""

from datetime import date
from typing import Any

from certificates.document import Holder, Kind, Result
from lms.certification.kinds.draft import Draft, Goal, Part, Words


def draft_from(facts: dict[str, Any], *, name: str, born: date | None) -> Draft:
    """The old facts with this name and birth date; facts of former versions lack some."""
    result = facts.get("result")
    return Draft(
        kind=Kind(facts["kind"]),
        holder=Holder(name=name, born=born),
        course=Words(facts["course"], facts.get("course_en", "")),
        run=facts["run"],
        first_day=date.fromisoformat(facts["first_day"]),
        last_day=date.fromisoformat(facts["last_day"]),
        units_attended=facts["units_attended"],
        units_planned=facts["units_planned"],
        hours=facts.get("hours"),
        days=tuple(date.fromisoformat(day) for day in facts.get("days", ())),
        employer=facts.get("employer", ""),
        place=Words(facts["place"]),
        trainers=tuple(facts["trainers"]),
        contents=tuple(Words(text) for text in facts["contents"]),
        goals=tuple(
            Goal(Words(one["sentence"]), one["competence"], one["level"]) for one in facts["outcomes"]
        ),
        parts=tuple(
            Part(
                Words(one["course"]),
                one["number"],
                one["units_attended"],
                date.fromisoformat(one["last_day"]),
            )
            for one in facts.get("modules", ())
        ),
        result=result
        and Result(
            exam=result["exam"],
            held_on=_day(result["held_on"]),
            points=result["points"],
            out_of=result["out_of"],
        ),
        valid_until=_day(facts.get("valid_until")),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
