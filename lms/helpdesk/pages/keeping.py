"""Setting up: desks with their hours, topics, advisers, days on which something is different."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.districts.queries import district_names
from lms.helpdesk import words
from lms.helpdesk.errors import RoomElsewhere
from lms.helpdesk.forms import WEEKDAYS, DayChangeForm, DeskForm, HelpTopicForm, HoursForm
from lms.helpdesk.models import DayKind, DeskHours, DeskKind, DeskPlace, HelpTopic
from lms.helpdesk.pages.desk import DESK
from lms.helpdesk.queries import (
    Placed,
    advisers,
    days_ahead,
    desk_of,
    desks,
    hours_of,
    topics,
    unsettled,
)
from lms.helpdesk.rooms import in_their_way, wanting
from lms.helpdesk.schedule import topics_by_adviser
from lms.helpdesk.service import HelpDesks
from lms.helpdesk.service.keeping import DeskFacts
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.resources.models import Room, Venue
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in

SETUP = f"{DESK}/einrichten"
SETTLE = declare(
    "sprechstunde-betroffene",
    N_("Saved. Some appointments no longer fit: they stand here. Move them, cancel them, or let them take place all the same."),
    "warning",
)  # fmt: skip
AnyRequest = Request[Any, Any, Any]
MAY_SET_UP = may("U", "help-desk", of=Scope.ALL)


class HelpDeskSetupPages(Controller):
    """Everything on one page, and a page for each thing."""

    path = SETUP
    opt = MAY_SET_UP
    include_in_schema = False

    @get()
    async def index(self, around: NamedDependency[Around]) -> Template:
        """Desks, topics, advisers, days off."""
        async with around.begin.reading() as session:
            placed = await desks(session, with_ended=True)
            listed = await topics(session, with_ended=True)
            known = await topics_by_adviser(session)
            people = await advisers(session)
            days = await days_ahead(session, today(around.clock))
            hours = await hours_of(session, [one.desk.id for one in placed])
            lacking = await wanting(session, around.clock())
            instead = await in_their_way(session, lacking)
        return Template(
            "helpdesk/desk/setup.html",
            context={
                "placed": placed, "topics": listed, "advisers": people, "known": known, "days": days,
                "hours": hours, "words": words, "weekdays": WEEKDAYS, "kinds": words.KINDS,
                "day_kinds": words.DAYS, "lacking": lacking, "instead": instead,
            },
        )  # fmt: skip

    @get("/ort/neu")
    async def new_desk(self, around: NamedDependency[Around]) -> Template:
        """A new desk, filled with what is usual."""
        form = form_from(
            DeskForm, kind="help", place="venue", slot=30, buffer=0, notice=12, ahead=28, live=2, per_day=1,
            walk_ins=True,
        )  # fmt: skip
        return await _desk_page(around, form, None)

    @post("/ort/neu")
    async def make_desk(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around],
        help_desks: NamedDependency[HelpDesks],
    ) -> Template | Redirect:  # fmt: skip
        """Write it down; its hours come next."""
        form = form_from(DeskForm, await request.form())
        await _fill_choices(around, form)
        if not form.validate():
            return await _desk_page(around, form, None, status=422)
        try:
            desk = await help_desks.save_desk(actor, _facts(form))
        except RoomElsewhere as refusal:
            form.refuse("room", refusal.message)
            return await _desk_page(around, form, None, status=refusal.status)
        return after(f"{SETUP}/ort/{desk.id}", SAVED)

    @get("/ort/{desk_id:uuid}")
    async def show_desk(self, desk_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """The desk with its hours and days."""
        async with around.begin.reading() as session:
            placed = await desk_of(session, desk_id)
        desk = placed.desk
        form = form_from(
            DeskForm, name_de=desk.name_de, name_en=desk.name_en, kind=desk.kind.value, place=desk.place.value,
            venue=str(desk.venue_id or ""), room=str(desk.room_id or ""), districts=desk.districts, hint_de=desk.hint_de, hint_en=desk.hint_en,
            slot=desk.slot_minutes, buffer=desk.buffer_minutes, notice=desk.notice_hours, ahead=desk.days_ahead,
            live=desk.most_live, per_day=desk.most_per_day, per_adviser=desk.most_per_adviser,
            walk_ins=desk.takes_walk_ins, prefix=desk.number_prefix, seen=str(desk.version),
        )  # fmt: skip
        return await _desk_page(around, form, placed)

    @post("/ort/{desk_id:uuid}")
    async def save_desk(
        self, request: AnyRequest, desk_id: FromPath[UUID], actor: NamedDependency[Actor],
        around: NamedDependency[Around], help_desks: NamedDependency[HelpDesks],
    ) -> Template | Redirect:  # fmt: skip
        """Another word about it."""
        form = form_from(DeskForm, await request.form())
        async with around.begin.reading() as session:
            placed = await desk_of(session, desk_id)
        await _fill_choices(around, form)
        if not form.validate():
            return await _desk_page(around, form, placed, status=422)
        try:
            await help_desks.save_desk(actor, _facts(form), desk_id=desk_id, version=_number(form.seen.data))
        except DomainError as refusal:
            form.refuse(
                "room" if isinstance(refusal, RoomElsewhere) else "", refusal.message, **refusal.params
            )
            return await _desk_page(around, form, placed, status=refusal.status)
        return await after_change(around, f"{SETUP}/ort/{desk_id}")

    @post("/ort/{desk_id:uuid}/ende")
    async def end_desk(
        self, request: AnyRequest, desk_id: FromPath[UUID], actor: NamedDependency[Actor],
        around: NamedDependency[Around], help_desks: NamedDependency[HelpDesks],
    ) -> Redirect:  # fmt: skip
        """Close the desk for good, or open it again."""
        await help_desks.end_desk(
            actor, desk_id=desk_id, ends=(await request.form()).get("act") == "schliessen"
        )
        return await after_change(around, f"{SETUP}/ort/{desk_id}")

    @get(["/ort/{desk_id:uuid}/zeiten/neu", "/ort/{desk_id:uuid}/zeiten/{hours_id:uuid}"])
    async def hours(
        self, desk_id: FromPath[UUID], around: NamedDependency[Around], hours_id: FromPath[UUID | None] = None
    ) -> Template:
        """Hours of a weekday."""
        async with around.begin.reading() as session:
            placed = await desk_of(session, desk_id)
            found = {row.id: (row, who) for row, who in (await hours_of(session, [desk_id]))[desk_id]}
        if hours_id is None:
            return await _hours_page(around, placed, form_from(HoursForm, first=today(around.clock)), None)
        if hours_id not in found:
            raise NotFound
        row, who = found[hours_id]
        form = form_from(
            HoursForm, weekday=str(row.weekday), opens=row.opens, closes=row.closes, first=row.valid_from,
            last=row.valid_until, advisers=[str(one.id) for one in who],
        )  # fmt: skip
        return await _hours_page(around, placed, form, row)

    @post(["/ort/{desk_id:uuid}/zeiten/neu", "/ort/{desk_id:uuid}/zeiten/{hours_id:uuid}"])
    async def save_hours(
        self, request: AnyRequest, desk_id: FromPath[UUID], actor: NamedDependency[Actor],
        around: NamedDependency[Around], help_desks: NamedDependency[HelpDesks],
        hours_id: FromPath[UUID | None] = None,
    ) -> Template | Redirect:  # fmt: skip
        """Save them; who no longer fits is shown."""
        form = form_from(HoursForm, await request.form())
        async with around.begin.reading() as session:
            placed = await desk_of(session, desk_id)
            row = await session.get(DeskHours, hours_id) if hours_id else None
            form.advisers.choices = await _adviser_choices(session)
        if not form.validate():
            return await _hours_page(around, placed, form, row, status=422)
        try:
            await help_desks.save_hours(
                actor, desk_id=desk_id, hours_id=hours_id, weekday=int(form.weekday.data),
                opens=form.opens.data, closes=form.closes.data, valid_from=form.first.data,
                valid_until=form.last.data, advisers=[UUID(one) for one in form.advisers.data],
            )  # fmt: skip
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("closes", refusal.message, **refusal.params)
            return await _hours_page(around, placed, form, row, status=refusal.status)
        return await after_change(around, f"{SETUP}/ort/{desk_id}")

    @post("/ort/{desk_id:uuid}/zeiten/{hours_id:uuid}/loeschen")
    async def drop_hours(
        self, desk_id: FromPath[UUID], hours_id: FromPath[UUID], actor: NamedDependency[Actor],
        around: NamedDependency[Around], help_desks: NamedDependency[HelpDesks],
    ) -> Redirect:  # fmt: skip
        """No longer open then; appointments stay until somebody has looked at them."""
        await help_desks.drop_hours(actor, desk_id=desk_id, hours_id=hours_id)
        return await after_change(around, f"{SETUP}/ort/{desk_id}")

    @get(["/thema/neu", "/thema/{topic_id:uuid}"])
    async def topic(
        self, around: NamedDependency[Around], topic_id: FromPath[UUID | None] = None
    ) -> Template:
        """What people ask about."""
        async with around.begin.reading() as session:
            row = await session.get(HelpTopic, topic_id) if topic_id else None
        if topic_id and row is None:
            raise NotFound
        form = (
            form_from(
                HelpTopicForm, name_de=row.name_de, name_en=row.name_en, hint_de=row.hint_de,
                hint_en=row.hint_en, audience=row.audience.value, position=row.position,
            )
            if row
            else form_from(HelpTopicForm, audience="help", position=50)
        )  # fmt: skip
        return _topic_page(form, row)

    @post(["/thema/neu", "/thema/{topic_id:uuid}"])
    async def save_topic(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around],
        help_desks: NamedDependency[HelpDesks], topic_id: FromPath[UUID | None] = None,
    ) -> Template | Redirect:  # fmt: skip
        """Save it."""
        form = form_from(HelpTopicForm, await request.form())
        async with around.begin.reading() as session:
            row = await session.get(HelpTopic, topic_id) if topic_id else None
        if not form.validate():
            return _topic_page(form, row, status=422)
        await help_desks.save_topic(
            actor, topic_id=topic_id, name_de=form.name_de.data, name_en=form.name_en.data or "",
            hint_de=form.hint_de.data or "", hint_en=form.hint_en.data or "",
            audience=DeskKind(form.audience.data), position=form.position.data,
        )  # fmt: skip
        return after(SETUP, SAVED)

    @post("/thema/{topic_id:uuid}/ende")
    async def end_topic(
        self, request: AnyRequest, topic_id: FromPath[UUID], actor: NamedDependency[Actor],
        help_desks: NamedDependency[HelpDesks],
    ) -> Redirect:  # fmt: skip
        """No longer on offer, or again."""
        await help_desks.end_topic(
            actor, topic_id=topic_id, ends=(await request.form()).get("act") == "schliessen"
        )
        return after(SETUP, SAVED)

    @get("/tage/neu")
    async def new_day(
        self, around: NamedDependency[Around], ort: FromQuery[str] = "", wer: FromQuery[str] = ""
    ) -> Template:
        """A day off, or an extra opening."""
        form = form_from(DayChangeForm, kind="away" if wer else "closed", desk=ort, adviser=wer)
        return await _days_page(around, form)

    @post("/tage/neu")
    async def save_day(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around],
        help_desks: NamedDependency[HelpDesks],
    ) -> Template | Redirect:  # fmt: skip
        """Save it; who no longer fits is shown."""
        form = form_from(DayChangeForm, await request.form())
        await _fill_day_choices(around, form)
        if not form.validate():
            return await _days_page(around, form, status=422)
        kind = DayKind(form.kind.data)
        try:
            await help_desks.save_day(
                actor, kind=kind, first=form.first.data, last=form.last.data or form.first.data,
                desk_id=uuid_in(form.desk.data),
                adviser_id=None if kind is DayKind.CLOSED else uuid_in(form.adviser.data),
                opens=form.opens.data if kind is DayKind.EXTRA else None,
                closes=form.closes.data if kind is DayKind.EXTRA else None, reason=form.reason.data or "",
            )  # fmt: skip
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("last", refusal.message, **refusal.params)
            return await _days_page(around, form, status=refusal.status)
        return await after_change(around, SETUP)

    @post("/tage/{day_id:uuid}/loeschen")
    async def drop_day(
        self, day_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around],
        help_desks: NamedDependency[HelpDesks],
    ) -> Redirect:  # fmt: skip
        """As usual again."""
        await help_desks.drop_day(actor, day_id=day_id)
        return await after_change(around, SETUP)


async def after_change(around: Around, path: str) -> Redirect:
    """On, or to the list of appointments that no longer fit."""
    async with around.begin.reading() as session:
        found = await unsettled(session, now=around.clock(), state=around.settings.federal_state)
    return after(f"{DESK}?ansicht=klaeren", SETTLE) if found else after(path, SAVED)


async def _adviser_choices(session: AsyncSession) -> list[tuple[str, str]]:
    return [(str(one.id), one.shown_name) for one, _ in await advisers(session) if one.is_active]


async def _fill_choices(around: Around, form: DeskForm) -> None:
    async with around.begin.reading() as session:
        venues = (await session.scalars(select(Venue).order_by(Venue.name))).all()
        rooms = await session.execute(
            select(Room, Venue).join(Venue, Venue.id == Room.venue_id).order_by(Venue.name, Room.name)
        )
        form.room.choices = [(str(room.id), f"{venue.name}, {room.name}") for room, venue in rooms]
        names = await district_names(session)
    form.venue.choices = [(str(one.id), one.name) for one in venues]
    form.districts.choices = [
        (one, one) for one in dict.fromkeys([*names, *(one.district for one in venues)])
    ]


async def _fill_day_choices(around: Around, form: DayChangeForm) -> None:
    async with around.begin.reading() as session:
        form.desk.choices = [(str(one.desk.id), words.desk_name(one.desk)) for one in await desks(session)]
        form.adviser.choices = await _adviser_choices(session)


async def _desk_page(around: Around, form: DeskForm, placed: Placed | None, *, status: int = 200) -> Template:
    await _fill_choices(around, form)
    hours: Any = []
    days: Any = []
    if placed is not None:
        async with around.begin.reading() as session:
            hours = (await hours_of(session, [placed.desk.id]))[placed.desk.id]
            days = await days_ahead(session, today(around.clock), placed.desk.id)
    return Template(
        "helpdesk/desk/desk.html",
        context={
            "form": form, "placed": placed, "hours": hours, "days": days, "words": words, "weekdays": WEEKDAYS,
            "day_kinds": words.DAYS,
            "path": f"{SETUP}/ort/{placed.desk.id}" if placed else f"{SETUP}/ort/neu",
        },
        status_code=status,
    )  # fmt: skip


async def _hours_page(
    around: Around, placed: Placed, form: HoursForm, row: DeskHours | None, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        form.advisers.choices = await _adviser_choices(session)
    base = f"{SETUP}/ort/{placed.desk.id}"
    return Template(
        "helpdesk/desk/hours.html",
        context={
            "form": form, "placed": placed, "row": row, "words": words, "base": base,
            "path": f"{base}/zeiten/{row.id if row else 'neu'}",
        },
        status_code=status,
    )  # fmt: skip


async def _days_page(around: Around, form: DayChangeForm, *, status: int = 200) -> Template:
    await _fill_day_choices(around, form)
    return Template("helpdesk/desk/days.html", context={"form": form}, status_code=status)


def _topic_page(form: HelpTopicForm, row: HelpTopic | None, *, status: int = 200) -> Template:
    return Template(
        "helpdesk/desk/topic.html",
        context={"form": form, "row": row, "path": f"{SETUP}/thema/{row.id if row else 'neu'}"},
        status_code=status,
    )


def _facts(form: DeskForm) -> DeskFacts:
    return DeskFacts(
        name_de=form.name_de.data, name_en=form.name_en.data or "", hint_de=form.hint_de.data or "",
        hint_en=form.hint_en.data or "", kind=DeskKind(form.kind.data), place=DeskPlace(form.place.data),
        venue_id=uuid_in(form.venue.data), room_id=uuid_in(form.room.data),
        districts=form.districts.data or (), slot_minutes=form.slot.data,
        buffer_minutes=form.buffer.data, notice_hours=form.notice.data, days_ahead=form.ahead.data,
        most_live=form.live.data, most_per_day=form.per_day.data, most_per_adviser=form.per_adviser.data,
        takes_walk_ins=bool(form.walk_ins.data), number_prefix=(form.prefix.data or "").upper(),
    )  # fmt: skip


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
