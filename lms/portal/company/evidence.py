"""The evidence pack for the employer: hours and attendance of each employee as tables, and the certificates (U5)."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.models import Attendance, Presence
from lms.kernel.clock import local
from lms.people.models import Company
from lms.portal.company.reading import Seat
from lms.scheduling.models import Session, SessionState
from lms.web.csv import Cell, csv_text
from lms.web.formats import date_plain
from lms.web.language import gettext

UNIT_MINUTES = 45
BOM = "utf-8-sig"


async def evidence_pack(
    session: AsyncSession, company: Company, people: Sequence[Seat], *, at: datetime
) -> bytes:
    """A ZIP of what the company may see: only those who were told, only what they attended in the company's enrolments.

    Units are units of 45 minutes. Somebody who was not told yet stands in no table.
    """
    shown = [seat for seat in people if seat.is_told and seat.record is not None]
    sessions = await _sessions(session, shown)
    stamp = local(at).timetuple()[:6]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pack:

        def add(name: str, data: bytes) -> None:
            pack.writestr(zipfile.ZipInfo(name, date_time=stamp), data)

        add("Stunden.csv", csv_text(_hours(shown)).encode(BOM))
        add("Anwesenheit.csv", csv_text(_attendance(shown, sessions)).encode(BOM))
        add("Lies-mich.txt", _readme(company, at).encode("utf-8"))
        for seat in shown:
            if seat.certificate is not None:
                add(
                    f"Zertifikate/{_plain(seat.name)}-{seat.certificate.number}.pdf",
                    seat.certificate.document,
                )
    return content.getvalue()


async def _sessions(
    session: AsyncSession, seats: Sequence[Seat]
) -> dict[UUID, list[tuple[Session, Attendance | None]]]:
    ids = {seat.enrolment.id: seat.run.id for seat in seats}
    meetings: dict[UUID, list[Session]] = {}
    rows = await session.scalars(
        select(Session)
        .where(Session.run_id.in_(set(ids.values())), Session.state == SessionState.PLANNED)
        .order_by(Session.starts_at)
    )
    for meeting in rows:
        meetings.setdefault(meeting.run_id, []).append(meeting)
    marks = {
        (mark.enrolment_id, mark.session_id): mark
        for mark in await session.scalars(select(Attendance).where(Attendance.enrolment_id.in_(list(ids))))
    }
    return {
        enrolment_id: [(one, marks.get((enrolment_id, one.id))) for one in meetings.get(run_id, [])]
        for enrolment_id, run_id in ids.items()
    }


def _hours(seats: Sequence[Seat]) -> list[list[Cell]]:
    head: list[Cell] = [
        gettext("Family name"), gettext("First name"), gettext("Course"), gettext("Course number"), gettext("From"),
        gettext("To"), gettext("Sessions attended"), gettext("Sessions planned"), gettext("Units attended"),
        gettext("Units planned"), gettext("Minutes attended"), gettext("Certificate"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [head]
    for seat in seats:
        record, person = seat.record, seat.person
        if record is None or person is None:
            continue
        rows.append(
            [
                person.family_name, person.given_name, seat.title, seat.run.number,
                local(seat.run.starts_at).date() if seat.run.starts_at else None,
                local(seat.run.ends_at).date() if seat.run.ends_at else None,
                record.sessions_attended, record.sessions_planned,
                round(record.attended_minutes / UNIT_MINUTES, 2), round(record.planned_minutes / UNIT_MINUTES, 2),
                record.attended_minutes, seat.certificate.number if seat.certificate else "",
            ]
        )  # fmt: skip
    return rows


def _attendance(
    seats: Sequence[Seat], sessions: dict[UUID, list[tuple[Session, Attendance | None]]]
) -> list[list[Cell]]:
    words = {
        Presence.PRESENT: gettext("present"), Presence.LATE: gettext("late"), Presence.EXCUSED: gettext("excused"),
        Presence.ABSENT: gettext("absent"),
    }  # fmt: skip
    rows: list[list[Cell]] = [
        [gettext("Name"), gettext("Course"), gettext("Course number"), gettext("Begin"), gettext("End"), gettext("Attendance"),
         gettext("Minutes late"), gettext("Minutes left earlier"), gettext("Missed units")]
    ]  # fmt: skip
    for seat in seats:
        for meeting, mark in sessions[seat.enrolment.id]:
            rows.append(
                [
                    seat.name, seat.title, seat.run.number, meeting.starts_at, meeting.ends_at,
                    words[mark.presence] if mark else gettext("not marked yet"),
                    mark.minutes_late if mark else None, mark.minutes_early if mark else None,
                    ", ".join(str(number) for number in mark.missed_units) if mark else "",
                ]
            )  # fmt: skip
    return rows


def _readme(company: Company, at: datetime) -> str:
    return "\r\n".join(
        [
            gettext("Evidence for %(company)s, as of %(day)s", company=company.name, day=date_plain(at)),
            "",
            gettext("Hours and attendance are tables for any spreadsheet. A unit is 45 minutes of teaching."),
            gettext("Everybody listed here was told that the company sees attendance and certificates."),
            gettext(
                "Every certificate carries a code by which anybody can check on our pages that it is genuine."
            ),
            "",
        ]
    )


def _plain(name: str) -> str:
    """A name as part of a file's: no path, nothing a system could trip over."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._") or "Person"
