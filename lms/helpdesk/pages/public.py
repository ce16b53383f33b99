"""Booking without an account, one question a page: topic, place, day, time, contact, check.

Until the contact everything stands in the address, so that "back" goes back and nothing is lost; what names somebody is sent,
never part of an address.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.enrolment.pages.private import PRIVATE
from lms.helpdesk import words
from lms.helpdesk.errors import SlotTaken
from lms.helpdesk.forms import (
    ContactForm,
    DayForm,
    PlaceForm,
    TimeForm,
    TopicForm,
    contact_form,
    known_of,
    sent_along,
)
from lms.helpdesk.letters import appointment_path
from lms.helpdesk.models import Appointment, DeskKind, HelpDesk, HelpTopic
from lms.helpdesk.pages.asking import (
    Choice,
    as_value,
    choice_of,
    choices_of,
    day_in,
    groups_of,
    moment_in,
)
from lms.helpdesk.policy import LINK
from lms.helpdesk.queries import answered_topics, desks, lendable_models, topic_of, weekly_hours
from lms.helpdesk.queue.queries import boards
from lms.helpdesk.queue.words import waiting_people
from lms.helpdesk.rules import Slot
from lms.helpdesk.service import Appointments
from lms.helpdesk.values import Wanted
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.models import Company, Person
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]
BOOKED = declare("sprechstunde-gebucht", N_("Your appointment is booked."))
FOR_COMPANIES = "unternehmen"
HERE = "/sprechstunde"


class BookingHelpPages(Controller):
    """Six pages."""

    path = HERE
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def topic(
        self,
        around: NamedDependency[Around],
        thema: FromQuery[str] = "",
        fuer: FromQuery[str] = "",
    ) -> Template:
        """Ask what it is about."""
        audience = DeskKind.ADVICE if fuer == FOR_COMPANIES else DeskKind.HELP
        async with around.begin.reading() as session:
            chosen = await _perhaps(session, thema)
            if chosen is not None:
                audience = chosen.audience
            return await _topic_page(session, audience, form_from(TopicForm, thema=thema), around)

    @get("/ort")
    async def place(
        self, request: AnyRequest, around: NamedDependency[Around], thema: FromQuery[str] = "",
        fuer: FromQuery[str] = "", ort: FromQuery[str] = "",
    ) -> Template | Redirect:  # fmt: skip
        """Where? Asked only where there is a choice."""
        async with around.begin.reading() as session:
            topic = await _perhaps(session, thema)
            if topic is None:
                form = form_from(TopicForm, request.query_params)
                form.refuse("thema", form.thema.missing)
                audience = DeskKind.ADVICE if fuer == FOR_COMPANIES else DeskKind.HELP
                return await _topic_page(session, audience, form, around, status=422)
            found = await choices_of(session, around, topic)
        if len(found) == 1 and not ort:
            return Redirect(_to("tag", topic, found[0]), status_code=303)
        return _place_page(topic, found, form_from(PlaceForm, ort=ort))

    @get("/tag")
    async def day(
        self, request: AnyRequest, around: NamedDependency[Around], thema: FromQuery[str] = "",
        ort: FromQuery[str] = "", tag: FromQuery[str] = "",
    ) -> Template:  # fmt: skip
        """Ask for the day."""
        async with around.begin.reading() as session:
            if not ort:
                topic = await topic_of(session, uuid_in(thema))
                form = form_from(PlaceForm, request.query_params)
                form.refuse("ort", form.ort.missing)
                return _place_page(topic, await choices_of(session, around, topic), form, status=422)
            topic, choice = await choice_of(session, around, thema, ort)
            several = len(await choices_of(session, around, topic)) > 1
        return _day_page(topic, choice, form_from(DayForm, tag=tag), several=several)

    @get("/zeit")
    async def time(
        self, request: AnyRequest, around: NamedDependency[Around], thema: FromQuery[str] = "",
        ort: FromQuery[str] = "", tag: FromQuery[str] = "", zeit: FromQuery[str] = "",
    ) -> Template:  # fmt: skip
        """Ask for the time."""
        async with around.begin.reading() as session:
            topic, choice = await choice_of(session, around, thema, ort)
        day = day_in(tag)
        if day is None or day not in choice.days:
            form = form_from(DayForm, request.query_params)
            form.refuse(
                "tag",
                form.tag.missing
                if day is None
                else N_("On this day nothing is free any more. Choose another one."),
            )
            return _day_page(topic, choice, form, several=True, status=422)
        return _time_page(topic, choice, choice.days[day], form_from(TimeForm, zeit=zeit))

    @get("/kontakt")
    async def contact(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around],
        thema: FromQuery[str] = "", ort: FromQuery[str] = "", tag: FromQuery[str] = "",
        zeit: FromQuery[str] = "",
    ) -> Template:  # fmt: skip
        """Ask for name and number."""
        async with around.begin.reading() as session:
            topic, choice = await choice_of(session, around, thema, ort)
            slot = _slot(choice, zeit)
            if slot is None:
                times = form_from(TimeForm, request.query_params)
                times.refuse("zeit", times.zeit.missing if not zeit else SlotTaken.message)
                day = day_in(tag)
                if day is None or day not in choice.days:
                    return _day_page(topic, choice, form_from(DayForm), several=True, status=422)
                return _time_page(topic, choice, choice.days[day], times, status=422)
            me = await session.get(Person, actor.person_id) if actor.person_id else None
            form_class = contact_form(choice.placed.desk)
            own = await _own_company(session, actor)
            form = form_from(form_class, **known_of(me), company=own.name if own else "")
            form.fit(choice.placed.desk, await _devices(session))
        return _contact_page(topic, choice, slot, form)

    @post("/kontakt")
    async def answer(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        appointments: NamedDependency[Appointments],
    ) -> Template | Redirect:
        """Check, back to what was typed, or book: whatever button was pressed."""
        sent = await request.form()
        act, form_id = str(sent.get("act", "")), uuid_in(sent.get("form_id"))
        async with around.begin.reading() as session:
            topic, choice = await choice_of(session, around, sent.get("thema"), sent.get("ort"))
            form = form_from(contact_form(choice.placed.desk), sent)
            form.fit(choice.placed.desk, await _devices(session))
        desk, starts_at = choice.placed.desk, moment_in(sent.get("zeit"))
        is_fine = form.validate()
        if act == "buchen" and is_fine and starts_at is not None:
            await within(
                around.begin, around.clock, "help-desk", account=form.phone.data, address=actor.address
            )
            async with around.begin.reading() as session:
                own = await _own_company(session, actor)
            wanted = Wanted(
                desk_id=desk.id, topic_id=topic.id, starts_at=starts_at,
                visitor=form.visitor(desk, person_id=actor.person_id, own=own),
            )  # fmt: skip
            try:
                made = await appointments.book(actor, wanted, form_id=form_id)
            except SlotTaken:
                async with around.begin.reading() as session:  # what was free a moment ago is not any more
                    topic, choice = await choice_of(session, around, sent.get("thema"), sent.get("ort"))
                return _taken_page(topic, choice, form, starts_at)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                shown = _slot(choice, as_value(starts_at)) or Slot(starts_at, starts_at)
                return _contact_page(topic, choice, shown, form, status=refusal.status)
            else:
                return after(_opened(around, made), BOOKED)
        slot = _slot(choice, str(sent.get("zeit", "")))
        if slot is None:
            return _taken_page(topic, choice, form, starts_at)
        if not is_fine or act == "kontakt":
            return _contact_page(topic, choice, slot, form, status=200 if act == "kontakt" else 422)
        return _check_page(topic, choice, slot, form)


async def _own_company(session: Any, actor: Actor) -> Company | None:
    """The company that somebody acts for, so that they need not type it; None where there are several."""
    return await session.get(Company, next(iter(actor.companies))) if len(actor.companies) == 1 else None


async def _perhaps(session: Any, thema: str) -> HelpTopic | None:
    try:
        return await topic_of(session, uuid_in(thema))
    except NotFound:
        return None


async def _devices(session: Any) -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in await lendable_models(session)]


def _slot(choice: Choice, zeit: str) -> Slot | None:
    return next((slot for slot in choice.free if as_value(slot.starts_at) == zeit), None)


def _opened(around: Around, made: Appointment) -> str:
    return appointment_path(made.id, around.signer.token(LINK, made.id, made.link_version))


def _to(step: str, topic: HelpTopic, choice: Choice) -> str:
    from lms.web.templating import url

    return url(f"{HERE}/{step}?thema={topic.id}&ort={choice.placed.desk.id}")


async def _waits(session: Any, found: Sequence[HelpDesk], around: Around) -> dict[UUID, str]:
    """Of desks that open today: how many wait, and how long or from when on people are helped, in a sentence."""
    seen = await boards(session, found, around.clock(), state=around.settings.federal_state)
    return {one.desk.id: waiting_people(one) for one in seen if one.is_open or one.opens_at}


async def _topic_page(
    session: Any, audience: DeskKind, form: TopicForm, around: Around, *, status: int = 200
) -> Template:
    found = await answered_topics(session, audience)
    form.thema.choices = [(str(one.id), words.topic_name(one)) for one in found]
    form.thema.hints = {str(one.id): words.topic_hint(one) for one in found}
    has_advice = audience is DeskKind.HELP and bool(await desks(session, DeskKind.ADVICE))
    walk_ins = [one for one in await desks(session, audience) if one.desk.takes_walk_ins]
    return Template(
        "helpdesk/topic.html",
        context={
            "form": form,
            "is_advice": audience is DeskKind.ADVICE,
            "has_advice": has_advice,
            "walk_ins": walk_ins,
            "hours": await weekly_hours(session, [one.desk.id for one in walk_ins], today(around.clock)),
            "waits": await _waits(session, [one.desk for one in walk_ins], around),
            "words": words,
        },
        status_code=status,
    )


def _place_page(topic: HelpTopic, found: Sequence[Choice], form: PlaceForm, *, status: int = 200) -> Template:
    form.ort.choices = [(str(one.placed.desk.id), words.desk_name(one.placed.desk)) for one in found]
    return Template(
        "helpdesk/place.html",
        context={"form": form, "topic": topic, "found": found, "words": words},
        status_code=status,
    )


def _day_page(
    topic: HelpTopic, choice: Choice, form: DayForm, *, several: bool, status: int = 200
) -> Template:
    form.tag.choices = [(day.isoformat(), "") for day in choice.days]
    return Template(
        "helpdesk/day.html",
        context={"form": form, "topic": topic, "choice": choice, "words": words, "several": several},
        status_code=status,
    )


def _time_page(
    topic: HelpTopic, choice: Choice, times: Sequence[Slot], form: TimeForm, *, status: int = 200,
    hidden: Sequence[tuple[str, str]] = (), taken: bool = False,
) -> Template:  # fmt: skip
    form.zeit.choices = [(as_value(one.starts_at), "") for one in times]
    return Template(
        "helpdesk/time.html",
        context={
            "form": form, "topic": topic, "choice": choice, "words": words, "groups": groups_of(times),
            "day": times[0].day, "as_value": as_value, "hidden": hidden, "taken": taken,
        },
        status_code=status,
        headers=PRIVATE if hidden else None,
    )  # fmt: skip


def _taken_page(topic: HelpTopic, choice: Choice, form: ContactForm, starts_at: datetime | None) -> Template:
    """Somebody was quicker: the other times of that day or the next one, and everything typed travels along."""
    if not choice.days:
        return _day_page(topic, choice, form_from(DayForm), several=True, status=409)
    wanted = Slot(starts_at, starts_at).day if starts_at else None
    day = wanted if wanted is not None and wanted in choice.days else next(iter(choice.days))
    return _time_page(
        topic, choice, choice.days[day], form_from(TimeForm), status=409, hidden=list(sent_along(form)),
        taken=True,
    )  # fmt: skip


def _contact_page(
    topic: HelpTopic, choice: Choice, slot: Slot, form: ContactForm, *, status: int = 200
) -> Template:
    return Template(
        "helpdesk/contact.html",
        context={
            "form": form, "topic": topic, "choice": choice, "slot": slot, "words": words, "as_value": as_value,
            "questions": [one for one in form if one.name.startswith("frage-")],
        },
        status_code=status,
        headers=PRIVATE,
    )  # fmt: skip


def _check_page(topic: HelpTopic, choice: Choice, slot: Slot, form: ContactForm) -> Template:
    desk = choice.placed.desk
    device = form.device.data if "device" in form else None
    names = dict(form.device.choices) if device else {}
    visitor = form.visitor(desk)
    return Template(
        "helpdesk/check.html",
        context={
            "form_sent": form, "topic": topic, "choice": choice, "slot": slot, "words": words,
            "as_value": as_value, "hidden": list(sent_along(form)), "form_id": str(uuid4()),
            "device": names.get(device or "", ""), "visitor": visitor,
            "answers": words.answers_of(desk, visitor.answers),
        },
        headers=PRIVATE,
    )  # fmt: skip
