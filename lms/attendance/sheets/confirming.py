"""The proposals of a session as a form: unsure ones first and not chosen, the others chosen; and the marks that come of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from lms.attendance import roll
from lms.attendance.models import Presence
from lms.attendance.queries import Line
from lms.attendance.service import Mark
from lms.attendance.sheets.models import Evidence, EvidenceKind, EvidenceState
from lms.attendance.sheets.proposing import Proposal, Why, joined
from lms.web.forms import Problem

LEFT_OUT = "offen"
"""What is chosen to write nothing about somebody."""


@dataclass(slots=True, kw_only=True)
class Row(roll.Row):
    """One person as in the register, with what is proposed and from which photo or file."""

    proposal: Proposal
    evidence: Evidence

    @property
    def is_unsure(self) -> bool:
        """Whether somebody has to look."""
        return self.proposal.presence is None

    @property
    def has_picture(self) -> bool:
        """Whether the row can be seen as it was photographed."""
        return self.proposal.place is not None


@dataclass(slots=True)
class Sure:
    """The whole form. `without_name` are photos in whose empty lines somebody wrote, with the rows (from 1)."""

    rows: Sequence[Row]
    evidence: Sequence[Evidence]
    without_name: Sequence[tuple[Evidence, str]]
    unknown: Sequence[str]
    unknown_online: Sequence[str]
    gone: int
    """People who stood on the list and have no place any more."""
    problems: list[Problem] = field(default_factory=list)

    @property
    def were_online(self) -> int:
        """People whom our own video conference has reported."""
        return sum(bool(row.proposal.minutes_there) for row in self.rows)

    @property
    def unsure(self) -> int:
        """People for whom somebody has to choose."""
        return sum(row.is_unsure for row in self.rows)

    def marks(self, longest: int) -> Sequence[Mark]:
        """The marks as chosen; a note that somebody has written stays. What cannot be read becomes a problem at its row.

        Whom somebody else has marked otherwise since the page was shown is a problem too, once.
        """
        made = []
        for row in self.rows:
            if row.choice == LEFT_OUT:
                continue
            mark = (
                roll.refused(row, roll.CHOICE, roll.overtaken(row))
                if row.is_overtaken
                else roll.mark_of(row, longest)
            )
            if isinstance(mark, Problem):
                self.problems.append(mark)
            else:
                made.append(mark)
        return made

    @property
    def is_overtaken(self) -> bool:
        """Whether somebody else has marked otherwise since the page was shown."""
        return any(row.is_overtaken and row.choice != LEFT_OUT for row in self.rows)

    def taken(self, marks: Sequence[Mark]) -> Mapping[UUID, tuple[UUID, bool]]:
        """Of each mark the photo or file it came from, and whether it says something else than was proposed."""
        rows = {row.line.enrolment_id: row for row in self.rows}
        return {
            one.enrolment_id: (
                rows[one.enrolment_id].evidence.id,
                (one.presence, one.minutes_late, one.minutes_early, one.missed_units)
                != rows[one.enrolment_id].proposal.says,
            )
            for one in marks
        }


def sure_of(
    evidence: Sequence[Evidence], lines: Sequence[Line], sent: Mapping[str, str] | None = None
) -> Sure:
    """The form for everything that is read and not decided about, or for what was `sent`."""
    read = [one for one in evidence if one.state is EvidenceState.READ][::-1]  # the latest last
    known = {line.enrolment_id: line for line in lines}
    said: dict[UUID, list[tuple[Proposal, Evidence]]] = defaultdict(list)
    for one in read:
        for kept in one.proposals:
            proposal = Proposal.from_json(kept)
            said[proposal.enrolment_id].append((proposal, one))
    rows = [_row(known[key], found, sent) for key, found in said.items() if key in known]
    order = {line.enrolment_id: number for number, line in enumerate(lines)}
    rows.sort(key=lambda row: (not row.is_unsure, order[row.line.enrolment_id]))
    return Sure(
        rows=rows,
        evidence=read,
        without_name=[(one, ", ".join(one.unknown)) for one in read if one.unknown and one.sheet_id],
        unknown=[name for one in read if one.kind is EvidenceKind.FILE for name in one.unknown],
        unknown_online=[name for one in read if one.kind is EvidenceKind.MEETING for name in one.unknown],
        gone=len(set(said) - set(known)),
    )


def _row(line: Line, found: Sequence[tuple[Proposal, Evidence]], sent: Mapping[str, str] | None) -> Row:
    proposal = _against_register(joined([one for one, _ in found]), line)
    evidence = next((where for one, where in reversed(found) if one.place == proposal.place), found[-1][1])
    row = Row(
        line,
        proposal.presence or "",
        str(proposal.minutes_late) if proposal.presence is Presence.LATE else "",
        line.note,
        early=str(proposal.minutes_early) if proposal.minutes_early else "",
        units=proposal.missed_units,
        proposal=proposal,
        evidence=evidence,
    )
    if sent is not None:
        roll.fill(row, sent)
    return row


def _against_register(proposal: Proposal, line: Line) -> Proposal:
    """Where somebody has marked something else already, somebody has to look."""
    late = line.minutes_late if line.presence is Presence.LATE else 0
    stands = (line.presence, late, line.minutes_early, line.missed_units)
    if proposal.presence is None or line.presence is None or stands == proposal.says:
        return proposal
    return replace(
        proposal, presence=None, minutes_late=0, minutes_early=0, missed_units=(), why=Why.OTHER_MARK
    )
