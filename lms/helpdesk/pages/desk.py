"""The team's pages: a day in half hours and as a list, what is coming, what has to be cleared up, whom to call."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy import ColumnElement

from lms.accounts.handing_out import persons_file
from lms.helpdesk import policy, words
from lms.helpdesk.daygrid import day_of
from lms.helpdesk.models import Appointment, AppointmentState
from lms.helpdesk.pages.asking import day_in
from lms.helpdesk.queries import (
    Whole,
    booked_after,
    count_of,
    named_like,
    on_day,
    still_there,
    unsettled,
    wholes,
)
from lms.kernel.actor import Actor
from lms.kernel.clock import local, today
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.pagination import page_of, window

DESK = "/verwaltung/sprechstunde"
VIEWS: Mapping[str, str] = {
    "": N_("the day"),
    "kommende": N_("coming"),
    "klaeren": N_("to clear up"),
    "anrufen": N_("to call"),
    "vergangene": N_("over"),
}
LONGEST_SEARCH = 100
AnyRequest = Request[Any, Any, Any]


class HelpDeskPages(Controller):
    """Lists; what can be done stands on the page of each appointment."""

    path = DESK
    include_in_schema = False

    @get(opt=may("R", "appointment", of=Scope.ALL))
    async def index(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around],
        ansicht: FromQuery[str] = "", tag: FromQuery[str] = "", q: FromQuery[str] = "",
    ) -> Template:  # fmt: skip
        """Saved views; the first one is today."""
        now, state = around.clock(), around.settings.federal_state
        typed = q.strip()[:LONGEST_SEARCH]
        view = ansicht if ansicht in VIEWS else ""
        if typed and not view:
            view = "kommende"
        async with around.begin.reading() as session:
            to_settle = await unsettled(session, now=now, state=state)
            to_call = await count_of(session, Appointment.call_since.is_not(None))
            common = {
                "view": view, "views": VIEWS, "typed": typed, "words": words, "states": words.STATES,
                "to_settle": len(to_settle), "to_call": to_call, "may_run": policy.may_run(actor),
                "may_set_up": policy.may_set_up(actor),
            }  # fmt: skip
            if not view:
                day = day_in(tag) or today(around.clock)
                found = await day_of(session, day, now=now, state=state)
                return Template(
                    "helpdesk/desk/day.html",
                    context=common
                    | {
                        "found": found, "day": day, "today": today(around.clock),
                        "before": day - timedelta(days=1), "after": day + timedelta(days=1),
                    },
                )  # fmt: skip
            if view == "klaeren":
                rows: Sequence[Whole] = to_settle
                total, number, size = len(rows), 1, max(len(rows), 1)
            else:
                number, size, offset = window(request.query_params.get("seite"))
                wanted = _wanted(view, typed, around)
                rows = await wholes(
                    session, *wanted, limit=size, offset=offset, latest_first=view == "vergangene"
                )
                total = await count_of(session, *wanted)
        page = page_of(
            rows, number=number, size=size, total=total, path=DESK, query=request.query_params.multi_items()
        )
        return Template("helpdesk/desk/list.html", context=common | {"page": page, "calls": words.CALLS})

    @get(["/liste.csv", "/liste.xlsx"], opt=may("R", "appointment", of=Scope.ALL))
    async def export(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around],
        ansicht: FromQuery[str] = "kommende", tag: FromQuery[str] = "", q: FromQuery[str] = "",
    ) -> Response[bytes]:  # fmt: skip
        """The same list as a table."""
        day = day_in(tag)
        async with around.begin.reading() as session:
            if ansicht == "klaeren":
                found = await unsettled(session, now=around.clock(), state=around.settings.federal_state)
            else:
                wanted = (
                    [on_day(day), still_there()]
                    if day
                    else _wanted(ansicht, q.strip()[:LONGEST_SEARCH], around)
                )
                found = await wholes(session, *wanted)
        stem = f"sprechstunde-{day:%Y-%m-%d}" if day else "sprechstunde"
        return await persons_file(request, around, actor, stem, _table(found))


def _wanted(view: str, typed: str, around: Around) -> list[ColumnElement[bool]]:
    now = around.clock()
    wanted: list[ColumnElement[bool]] = []
    if view == "anrufen":
        wanted.append(Appointment.call_since.is_not(None))
    elif view == "vergangene":
        wanted.append((Appointment.ends_at <= now) | (Appointment.state != AppointmentState.BOOKED))
    else:
        wanted.append(booked_after(now))
    if typed:
        wanted.append(named_like(typed))
    return wanted


def _table(found: Sequence[Whole]) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[
        gettext("Day"), gettext("From"), gettext("Until"), gettext("Desk"), gettext("Adviser"), gettext("Topic"),
        gettext("Name"), gettext("Telephone number"), gettext("State"), gettext("Booking number"),
    ]]  # fmt: skip
    for one in found:
        appointment = one.appointment
        starts, ends = local(appointment.starts_at), local(appointment.ends_at)
        rows.append([
            starts.date(), f"{starts:%H:%M}", f"{ends:%H:%M}", words.desk_name(one.desk), one.adviser.shown_name,
            words.topic_name(one.topic), appointment.name, appointment.phone,
            gettext(words.STATES[appointment.state][0]), appointment.reference,
        ])  # fmt: skip
    return rows


def day_path(day: date) -> str:
    """Where a day stands."""
    return f"{DESK}?tag={day.isoformat()}"
