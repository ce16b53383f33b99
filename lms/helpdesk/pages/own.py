"""Somebody's own appointments: for whoever is signed in, and for whoever helps."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.pages.private import PRIVATE
from lms.helpdesk import words
from lms.helpdesk.letters import appointment_path
from lms.helpdesk.models import Adviser, Appointment, AppointmentState, DeskKind
from lms.helpdesk.pages.one import NOTED
from lms.helpdesk.policy import LINK
from lms.helpdesk.queries import Whole, booked_after, wholes
from lms.helpdesk.rules import KEPT_AFTER
from lms.helpdesk.service import Appointments
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local, today
from lms.kernel.errors import DomainError, NotFound
from lms.web.access import SIGNED_IN, may
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after

OWN, TEACHING = "/konto/sprechstunde", "/kursleitung/sprechstunde"


class OwnAppointmentPages(Controller):
    """What somebody booked while they were signed in, or the team booked for them."""

    path = OWN
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """One's own and those of the household, what is coming first."""
        now = around.clock()
        async with around.begin.reading() as session:
            found = await wholes(
                session, Appointment.person_id.in_(actor.persons), Appointment.forgotten_at.is_(None)
            )
        ahead = [one for one in found if one.is_ahead and one.appointment.ends_at > now]
        return Template(
            "helpdesk/own.html",
            context={
                "ahead": ahead,
                "over": [one for one in reversed(found) if one not in ahead],
                "paths": {one.appointment.id: _path(around, one) for one in found},
                "words": words,
                "states": words.STATES,
            },
            headers=PRIVATE,
        )


class AdviserDayPages(Controller):
    """What an adviser has to do."""

    path = TEACHING
    include_in_schema = False

    @get(opt=may("serve", "help-desk"))
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """Today first, with what was said beforehand; then the days to come."""
        return await _adviser_page(around, actor)

    @post("/{appointment_id:uuid}", opt=may("serve", "help-desk"))
    async def note(
        self, request: Request[Any, Any, Any], appointment_id: FromPath[UUID],
        actor: NamedDependency[Actor], around: NamedDependency[Around],
        appointments: NamedDependency[Appointments],
    ) -> Template | Redirect:  # fmt: skip
        """Was there, or did not come."""
        came = (await request.form()).get("act") == "da"
        try:
            await appointments.finish(actor, appointment_id=appointment_id, came=came)
        except NotFound:
            raise
        except DomainError as refusal:
            return await _adviser_page(around, actor, refusal)
        return after(TEACHING, NOTED)


async def _adviser_page(around: Around, actor: Actor, refusal: DomainError | None = None) -> Template:
    ensure(actor.person_id is not None, actor)
    now = around.clock()
    async with around.begin.reading() as session:
        found = await wholes(
            session,
            Adviser.person_id == actor.person_id,
            booked_after(now)
            | (
                (Appointment.starts_at > now - KEPT_AFTER / 10)
                & (Appointment.state != AppointmentState.CANCELLED)
            ),
        )
    day = today(around.clock)
    return Template(
        "helpdesk/adviser_day.html",
        context={
            "today": [one for one in found if local(one.appointment.starts_at).date() == day],
            "later": [one for one in found if local(one.appointment.starts_at).date() > day],
            "before": [one for one in found if local(one.appointment.starts_at).date() < day],
            "consults": any(
                one.desk.kind is DeskKind.ADVICE and one.is_ahead and one.appointment.ends_at > now
                for one in found
            ),
            "now_moment": now,
            "words": words,
            "states": words.STATES,
            "answers": {
                one.appointment.id: words.answers_of(one.desk, one.appointment.answers) for one in found
            },
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
        },
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )


def _path(around: Around, whole: Whole) -> str:
    one = whole.appointment
    return appointment_path(one.id, around.signer.token(LINK, one.id, one.link_version))
