"""The trainer lets people enter themselves, and the screen they read the code from."""

from uuid import UUID

import segno
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance.checkin.codes import shown
from lms.attendance.checkin.queries import check_in_count, check_ins_of, opening_of
from lms.attendance.checkin.service import CheckIns
from lms.attendance.keeping import own_session
from lms.attendance.meetings import meeting_for
from lms.attendance.queries import register
from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.web.access import may
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.templating import url

OPENED = declare("selbst-eintragen-an", N_("People can enter themselves now. Show the screen to them."))
CLOSED = declare(
    "selbst-eintragen-aus", N_("Nobody can enter themselves any more. Who has entered stays entered.")
)
ADDRESS = "/da"


class WallPages(Controller):
    """For those who keep the register."""

    path = "/kursleitung/termine/{session_id:uuid}/selbst-eintragen"
    opt = may("U", "attendance")
    include_in_schema = False

    @get()
    async def show(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """On or off, and who has entered themselves."""
        async with around.begin.reading() as session:
            meeting = await meeting_for(session, actor, session_id)
            await own_session(session, actor, session_id)
            opening = await opening_of(session, session_id)
            entered = await check_ins_of(session, session_id)
            lines = await register(session, meeting.session)
        context = {
            "meeting": meeting,
            "is_on": opening is not None and opening.closed_at is None,
            "entered": [(line, entered[line.enrolment_id]) for line in lines if line.enrolment_id in entered],
            "expected": len(lines),
            "here": _path(session_id),
            "grace": around.settings.check_in_grace_minutes,
        }
        return Template("attendance/checkin/switch.html", context=context)

    @post("/an")
    async def open(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], check_ins: NamedDependency[CheckIns]
    ) -> Redirect:
        """People may enter themselves."""
        await check_ins.open(actor, session_id=session_id)
        return after(_path(session_id), OPENED)

    @post("/aus")
    async def close(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], check_ins: NamedDependency[CheckIns]
    ) -> Redirect:
        """Not any more."""
        await check_ins.close(actor, session_id=session_id)
        return after(_path(session_id), CLOSED)

    @get("/wand")
    async def wall(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The screen: code and square code, for five metres. It loads itself anew when the code changes, without script."""
        now = around.clock()
        async with around.begin.reading() as session:
            meeting = await meeting_for(session, actor, session_id)
            await own_session(session, actor, session_id)
            opening = await opening_of(session, session_id)
            entered = await check_in_count(session, session_id)
        code = shown(around.signer, session_id, now)
        own = around.settings.public_url.rstrip("/")
        address = f"{own}{url(ADDRESS)}?code={code.code}"
        context = {
            "meeting": meeting,
            "is_on": opening is not None and opening.closed_at is None and not meeting.is_locked,
            "is_over": meeting.session.ends_at <= now,
            "code": code,
            "picture": segno.make(address, error="m", micro=False).svg_data_uri(border=4, light="#fff"),
            "address": f"{own.split('://')[-1]}{ADDRESS}",
            "entered": entered,
            "expected": meeting.expected,
            "here": _path(session_id),
        }
        headers = {"refresh": str(code.seconds + 1), "cache-control": "no-store", "x-robots-tag": "noindex"}
        return Template("attendance/checkin/wall.html", context=context, headers=headers)


def _path(session_id: UUID) -> str:
    return f"/kursleitung/termine/{session_id}/selbst-eintragen"
