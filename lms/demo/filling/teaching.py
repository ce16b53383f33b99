"""The trainer's desk of the demo: something handed out, a report that waits, a proposal for a course, a note for colleagues."""

from collections.abc import Sequence
from datetime import timedelta

from lms.catalogue.models import RunState
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.filling.timetable import Planned
from lms.kernel.clock import local
from lms.teaching.models import (
    CourseProposal,
    Material,
    MaterialKind,
    ProposalState,
    ProposalWord,
    ReportKind,
    SessionNote,
    SessionReport,
    ShownUntil,
)

AN_HOUR, DAYS = timedelta(hours=1), timedelta(days=3)
STAYS_DAYS = 90


async def fill_teaching(ground: Ground, everybody: Everybody, runs: Sequence[Planned]) -> None:
    """For the runs that meet today."""
    of_today = [
        one for one in runs if any(local(met.starts_at).date() == ground.today for met in one.sessions)
    ]
    for planned in of_today:
        await ground.put(_handed_out(ground, planned))
    await _reported(ground, everybody, runs)
    await _proposed(ground, everybody)


def _handed_out(ground: Ground, planned: Planned) -> Sequence[Material]:
    note = Material(
        id=ground.key(), run_id=planned.run.id, kind=MaterialKind.NOTE, title="Bis zum nächsten Mal",
        text="Bitte probieren Sie in Ruhe aus, was wir gezeigt haben.\nFragen sammeln wir zu Beginn.",
        added_at=ground.now - DAYS,
    )  # fmt: skip
    link = Material(
        id=ground.key(), run_id=planned.run.id, kind=MaterialKind.LINK, title="Der Digital-Kompass",
        address="https://www.digital-kompass.de/", text="Anleitungen zum Nachlesen", added_at=ground.now - DAYS,
        position=1, shown_until=ShownUntil.AFTER_RUN, days_after=STAYS_DAYS,
    )  # fmt: skip
    return [note, link]


async def _reported(ground: Ground, everybody: Everybody, runs: Sequence[Planned]) -> None:
    """From the latest session that has begun, whatever day it is."""
    meeting, planned = max(
        (
            (met, planned)
            for planned in runs
            for met in planned.sessions
            if met.starts_at <= ground.now and planned.run.state is not RunState.CANCELLED
        ),
        key=lambda pair: (pair[0].starts_at, pair[1].run.number),
    )
    trainer = everybody.trainers[planned.shape.trainers[0]]
    reported_at = min(ground.now, meeting.ends_at) - AN_HOUR
    report = SessionReport(
        id=ground.key(), session_id=meeting.id, reporter_id=trainer.id, kind=ReportKind.ROOM,
        text="Die Leinwand lässt sich nicht mehr herunterziehen.", reported_at=reported_at,
    )  # fmt: skip
    note = SessionNote(
        id=ground.key(), session_id=meeting.id, author_id=trainer.id, written_at=reported_at,
        text="Wir sind mit dem zweiten Kapitel fertig geworden.",
    )  # fmt: skip
    await ground.put([report, note])


async def _proposed(ground: Ground, everybody: Everybody) -> None:
    trainer = next(iter(everybody.trainers.values()))
    at = ground.now - DAYS
    proposal = CourseProposal(
        id=ground.key(), person_id=trainer.id, title="Fotos ordnen und teilen", created_at=at, changed_at=at,
        audience="Menschen, die auf ihrem Telefon tausend Bilder haben und keines wiederfinden",
        outcomes="Bilder sortieren, sichern und sicher weitergeben", sessions=3, minutes=90,
        dates="Dienstags am Vormittag, ab Februar", place="Lernraum 1", minimum=5, maximum=10,
        state=ProposalState.SUBMITTED, submitted_at=at,
    )  # fmt: skip
    await ground.put([proposal])
    await ground.put(
        [
            ProposalWord(
                id=ground.key(), proposal_id=proposal.id, said_at=at, state=ProposalState.SUBMITTED, name=trainer.name,
            )
        ]
    )  # fmt: skip
