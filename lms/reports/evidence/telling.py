"""The evidence in words: cells of the table, the legend, and the rows of the file."""

from collections.abc import Mapping, Sequence

from lms.attendance.days import Day
from lms.attendance.models import Presence
from lms.attendance.rules import counts_elsewhere
from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.reports.evidence.reading import Participant, Proof, RunEvidence
from lms.web.csv import Cell
from lms.web.formats import date_short, number, time
from lms.web.language import gettext, translated

SHORT: Mapping[Presence, str] = {
    Presence.PRESENT: N_("there"),
    Presence.LATE: N_("there"),
    Presence.EXCUSED: N_("excused"),
    Presence.ABSENT: N_("absent"),
}
SIGNS: Mapping[Proof, str] = {
    Proof.LIST: "L", Proof.FILE: "D", Proof.MEETING: "V", Proof.SELF: "S", Proof.TRAINER: "K",
}  # fmt: skip
LEGEND: Mapping[Proof, str] = {
    Proof.LIST: N_("signed list, photo kept"),
    Proof.FILE: N_("file of a meeting service"),
    Proof.MEETING: N_("record of our video conference"),
    Proof.SELF: N_("entered by the participant with the code of the session"),
    Proof.TRAINER: N_("marked by the trainer"),
}


def cell(participant: Participant, day: Day | None) -> str:
    """How somebody took part in one session, and what the mark rests on: "da, 10 Minuten später (L)"."""
    if day is None:
        return "–"
    if day.made_up is not None and counts_elsewhere(day.taken):
        return gettext("made up in %(run)s", run=day.made_up.run_number)
    if day.presence is None:
        return gettext("not marked")
    said = translated(SHORT[day.presence])
    if day.presence in {Presence.EXCUSED, Presence.ABSENT}:
        return said
    sign = SIGNS[participant.proofs[day.session_id]]
    return f"{said}, {day.details} ({sign})" if day.details else f"{said} ({sign})"


def rows(evidence: RunEvidence) -> Sequence[Sequence[Cell]]:
    """The table to take away, its head first: one row for each person, one column for each session."""
    head: list[Cell] = [gettext("Family name"), gettext("Given name")]
    head += [
        f"{date_short(one.starts_at)} {time(one.starts_at)}, {gettext('%(count)s units', count=number(one.units))}"
        for one in evidence.meetings
    ]
    head += [gettext("Units counted"), gettext("Minutes counted")]
    body: list[list[Cell]] = [
        [
            one.family_name, one.given_name, *(cell(one, one.days.get(meeting.id)) for meeting in evidence.meetings),
            round(one.units, 2), one.minutes,
        ]
        for one in evidence.participants
    ]  # fmt: skip
    return [head, *body]


def stem(evidence: RunEvidence) -> str:
    """The name of the file, without its ending."""
    last = evidence.meetings[-1].ends_at if evidence.meetings else evidence.run.created_at
    return f"teilnahmenachweis-{evidence.run.number}-{local(last):%Y-%m-%d}"
