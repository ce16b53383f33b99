"""What opens by the link in a letter: the appointment, moving, cancelling, and earlier times. Looking changes nothing."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.enrolment.pages.private import PRIVATE
from lms.helpdesk import words
from lms.helpdesk.errors import AlreadyOver
from lms.helpdesk.forms import DayForm, TimeForm
from lms.helpdesk.letters import appointment_path, entry_of
from lms.helpdesk.models import Adviser, AppointmentState
from lms.helpdesk.pages.asking import Choice, as_value, day_in, groups_of, moment_in
from lms.helpdesk.policy import LINK
from lms.helpdesk.queries import Placed, Whole, times_ahead, whole_of
from lms.helpdesk.service import Appointments, EarlierWishes
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.scheduling.calendar import MEDIA_TYPE, calendar_file
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare

MOVED = declare("sprechstunde-verschoben", N_("Your appointment is at the new time."))
CANCELLED = declare(
    "sprechstunde-abgesagt",
    N_("The appointment is cancelled. Thank you for telling us: somebody else can have the time."),
)
WISHED = declare(
    "sprechstunde-frueher", N_("You stand in line. As soon as an earlier time becomes free, we ask you.")
)
ENDED = declare("sprechstunde-nicht-frueher", N_("You no longer wait for an earlier time."))
DECLINED = declare(
    "sprechstunde-angebot-abgelehnt", N_("Your appointment stays. You go on waiting for an earlier time.")
)
AnyRequest = Request[Any, Any, Any]


class AppointmentPages(Controller):
    """One appointment, for whoever holds its link."""

    path = "/sprechstunde/termin/{appointment_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def view(
        self, appointment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """When, where, with whom, and what one can do."""
        return await _page(around, await _opened(around, appointment_id, token), token)

    @get("/kalender.ics")
    async def calendar(
        self, appointment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The appointment as a calendar file."""
        whole = await _opened(around, appointment_id, token)
        cancelled = whole.appointment.state is AppointmentState.CANCELLED
        entry = entry_of(whole, "", whole.appointment.created_at, cancelled=cancelled)
        return Response(
            calendar_file([entry], name=words.desk_name(whole.desk)),
            media_type=MEDIA_TYPE,
            headers=PRIVATE | {"content-disposition": 'attachment; filename="termin.ics"'},
        )

    @get("/verschieben")
    async def ask_moving(
        self, request: AnyRequest, appointment_id: FromPath[UUID], token: FromPath[str],
        around: NamedDependency[Around], tag: FromQuery[str] = "",
    ) -> Template:  # fmt: skip
        """The days with free times, then the times of the day that was chosen."""
        whole = await _opened(around, appointment_id, token)
        if not _is_open(whole, around):
            return await _page(around, whole, token, AlreadyOver())
        choice = await _choice(around, whole)
        day = day_in(tag)
        if day is None or day not in choice.days:
            form = form_from(DayForm)
            if "tag" in request.query_params:
                form.refuse("tag", form.tag.missing)
            return _days(whole, token, choice, form)
        return _times(whole, token, choice, tag, form_from(TimeForm))

    @post("/verschieben")
    async def move(
        self, request: AnyRequest, appointment_id: FromPath[UUID], token: FromPath[str],
        actor: NamedDependency[Actor], around: NamedDependency[Around],
        appointments: NamedDependency[Appointments],
    ) -> Template | Redirect:  # fmt: skip
        """Take the other time; the old one is free at once."""
        whole = await _opened(around, appointment_id, token)
        sent = await request.form()
        tag, starts_at = str(sent.get("tag", "")), moment_in(sent.get("zeit"))
        try:
            if starts_at is not None:
                await appointments.move(
                    actor, appointment_id=appointment_id, starts_at=starts_at, token=token
                )
                return after(appointment_path(appointment_id, token), MOVED)
        except AlreadyOver as refusal:
            return await _page(around, whole, token, refusal)
        except NotFound:
            raise
        except DomainError as problem:
            sentence, status = (problem.message, problem.params), problem.status
        else:
            sentence, status = (N_("Choose a time."), {}), 422
        choice = await _choice(around, whole)
        day = day_in(tag)
        if day is None or day not in choice.days:
            days_form = form_from(DayForm)
            days_form.refuse("tag", sentence[0], **sentence[1])
            return _days(whole, token, choice, days_form, status=status)
        form = form_from(TimeForm)
        form.refuse("zeit", sentence[0], **sentence[1])
        return _times(whole, token, choice, tag, form, status=status)

    @get("/absagen")
    async def consider(
        self, appointment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """Before cancelling."""
        whole = await _opened(around, appointment_id, token)
        if not _is_open(whole, around):
            return await _page(around, whole, token, AlreadyOver())
        return Template(
            "helpdesk/cancel.html",
            context={"whole": whole, "here": appointment_path(appointment_id, token), "words": words},
            headers=PRIVATE,
        )

    @post("/absagen")
    async def cancel(
        self, appointment_id: FromPath[UUID], token: FromPath[str], actor: NamedDependency[Actor],
        around: NamedDependency[Around], appointments: NamedDependency[Appointments],
    ) -> Template | Redirect:  # fmt: skip
        """Give the time to somebody else."""
        whole = await _opened(around, appointment_id, token)
        try:
            await appointments.cancel(actor, appointment_id=appointment_id, token=token)
        except DomainError as refusal:
            return await _page(around, whole, token, refusal)
        return after(appointment_path(appointment_id, token), CANCELLED)

    @post("/frueher")
    async def wish(
        self, appointment_id: FromPath[UUID], token: FromPath[str], actor: NamedDependency[Actor],
        around: NamedDependency[Around], earlier_wishes: NamedDependency[EarlierWishes],
    ) -> Template | Redirect:  # fmt: skip
        """Stand in line for an earlier time."""
        whole = await _opened(around, appointment_id, token)
        try:
            await earlier_wishes.wish(actor, appointment_id=appointment_id, token=token)
        except DomainError as refusal:
            return await _page(around, whole, token, refusal)
        return after(appointment_path(appointment_id, token), WISHED)

    @post("/frueher/beenden")
    async def end_wish(
        self, appointment_id: FromPath[UUID], token: FromPath[str], actor: NamedDependency[Actor],
        around: NamedDependency[Around], earlier_wishes: NamedDependency[EarlierWishes],
    ) -> Redirect:  # fmt: skip
        """No longer wait."""
        await _opened(around, appointment_id, token)
        await earlier_wishes.end(actor, appointment_id=appointment_id, token=token)
        return after(appointment_path(appointment_id, token), ENDED)

    @post("/frueher/antwort")
    async def answer(
        self, request: AnyRequest, appointment_id: FromPath[UUID], token: FromPath[str],
        actor: NamedDependency[Actor], around: NamedDependency[Around],
        earlier_wishes: NamedDependency[EarlierWishes],
    ) -> Template | Redirect:  # fmt: skip
        """Take the earlier time, or leave it."""
        whole = await _opened(around, appointment_id, token)
        takes = (await request.form()).get("antwort") == "ja"
        try:
            await earlier_wishes.answer(actor, appointment_id=appointment_id, takes=takes, token=token)
        except DomainError as refusal:
            return await _page(around, whole, token, refusal)
        return after(appointment_path(appointment_id, token), MOVED if takes else DECLINED)


async def _opened(around: Around, appointment_id: UUID, token: str) -> Whole:
    """The appointment that the link opens. Raises NotFound for a wrong or old link, as for one that is gone."""
    async with around.begin.reading() as session:
        whole = await whole_of(session, appointment_id)
    one = whole.appointment
    if not around.signer.matches(token, LINK, appointment_id, one.link_version) or one.forgotten_at:
        raise NotFound
    return whole


def _is_open(whole: Whole, around: Around) -> bool:
    return whole.is_ahead and whole.appointment.starts_at > around.clock()


async def _choice(around: Around, whole: Whole) -> Choice:
    async with around.begin.reading() as session:
        schedule = await times_ahead(
            session, [Placed(whole.desk, whole.venue)], now=around.clock(),
            state=around.settings.federal_state, besides=[whole.appointment.id],
        )  # fmt: skip
    free = schedule.free(whole.desk.id, whole.topic.id)
    return Choice(
        placed=Placed(whole.desk, whole.venue),
        free=[slot for slot in free if slot.starts_at != whole.appointment.starts_at],
    )


async def _page(around: Around, whole: Whole, token: str, refusal: DomainError | None = None) -> Template:
    offered = None
    wish = whole.wish
    if wish is not None and wish.offered_adviser_id is not None:
        async with around.begin.reading() as session:
            offered = await session.get(Adviser, wish.offered_adviser_id)
    return Template(
        "helpdesk/appointment.html",
        context={
            "whole": whole,
            "here": appointment_path(whole.appointment.id, token),
            "states": words.STATES,
            "words": words,
            "is_open": _is_open(whole, around),
            "moment_now": around.clock(),
            "offered_adviser": offered,
            "answers": words.answers_of(whole.desk, whole.appointment.answers),
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
        },
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )


def _days(whole: Whole, token: str, choice: Choice, form: DayForm, *, status: int = 200) -> Template:
    form.tag.choices = [(day.isoformat(), "") for day in choice.days]
    here = appointment_path(whole.appointment.id, token)
    return Template(
        "helpdesk/move_day.html",
        context={"whole": whole, "here": here, "choice": choice, "form": form, "words": words},
        status_code=422 if form.problems and status == 200 else status,
        headers=PRIVATE,
    )


def _times(
    whole: Whole, token: str, choice: Choice, tag: str, form: TimeForm, *, status: int = 200
) -> Template:
    day = day_in(tag)
    times = choice.days[day] if day else []
    form.zeit.choices = [(as_value(one.starts_at), "") for one in times]
    return Template(
        "helpdesk/move_time.html",
        context={
            "whole": whole, "here": appointment_path(whole.appointment.id, token), "day": day, "tag": tag,
            "groups": groups_of(times), "as_value": as_value, "form": form, "words": words,
        },
        status_code=status,
        headers=PRIVATE,
    )  # fmt: skip
