"""Devices in one session: scanned to people, taken back, taken home."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, NotFound
from lms.lending.classes import Class, Given, class_for
from lms.lending.errors import UnknownDevice
from lms.lending.pages.counter import back_form, refused
from lms.lending.pages.forms import ClassForm, ClassReserveForm, HomeForm, choose_from, one_of
from lms.lending.pages.new import refused_at_field, wish_of
from lms.lending.pages.notices import (
    ALL_BACK,
    ALL_WIPED,
    HANDED_OUT,
    RESERVED,
    TAKEN_BACK,
    TAKEN_BACK_PARTLY,
    TAKEN_HOME,
    WIPED,
)
from lms.lending.pages.overview import Sent
from lms.lending.pages.scan import WITH_CAMERA
from lms.lending.queries import lendable_models, venues
from lms.lending.service import Lending
from lms.web.access import may
from lms.web.forms import Form, form_from
from lms.web.notices import after
from lms.web.sent import uuid_in


class ClassroomPages(Controller):
    """For those who teach the run, and for staff; somebody else's session looks as if it did not exist."""

    path = "/kursleitung/termine/{session_id:uuid}/geraete"
    opt = may("handover", "loan")
    include_in_schema = False

    @get()
    async def show(
        self,
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Who has which device, and who gets the next."""
        found = await _read(begin, actor, session_id)
        return _page(found, _next_form(found), actor, clock)

    @post()
    async def hand_out(
        self,
        request: Sent,
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """This person gets this device until the session is over."""
        found = await _read(begin, actor, session_id)
        form, status = _next_form(found, await request.form()), 422
        if form.validate():
            try:
                unit = await lending.find(form.number.data)
                await lending.hand_out_in_class(
                    actor,
                    session_id=session_id,
                    device_id=unit.device.id,
                    person_id=UUID(form.person.data),
                )
                return after(_path(session_id), HANDED_OUT)
            except UnknownDevice as refusal:
                form.refuse("number", refusal.message, **refusal.params)
            except DomainError as refusal:
                status = refused(form, refusal, "number")
        return _page(found, form, actor, clock, status=status)

    @post("/alle-zurueck")
    async def take_back_all(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], lending: NamedDependency[Lending]
    ) -> Redirect:
        """Everything is back in the case."""
        await lending.take_back_all(actor, session_id=session_id)
        return after(_path(session_id), ALL_BACK)

    @post("/alle-geloescht")
    async def wipe_all(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], lending: NamedDependency[Lending]
    ) -> Redirect:
        """Everything is wiped and checked."""
        await lending.wipe_all(actor, session_id=session_id)
        return after(_path(session_id), ALL_WIPED)

    @post("/geloescht/{device_id:uuid}")
    async def wiped(
        self,
        session_id: FromPath[UUID],
        device_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Redirect:
        """One device is wiped and checked."""
        found = await _read(begin, actor, session_id)
        if device_id not in {unit.device.id for unit in found.here}:
            raise NotFound
        await lending.confirm_wiped_in_class(actor, session_id=session_id, device_id=device_id)
        return after(_path(session_id), WIPED)

    @get("/{loan_id:uuid}/zurueck")
    async def ask_back(
        self,
        session_id: FromPath[UUID],
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        found = await _read(begin, actor, session_id)
        given = _given(found, loan_id)
        return _step(found, given, back_form(given.loan), "lending/class_back.html")

    @post("/{loan_id:uuid}/zurueck")
    async def take_back(
        self,
        request: Sent,
        session_id: FromPath[UUID],
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """One device is back, with or without something missing."""
        found = await _read(begin, actor, session_id)
        given = _given(found, loan_id)
        form, status = back_form(given.loan, await request.form()), 422
        if form.validate():
            try:
                loan = await lending.take_back(actor, loan_id=loan_id, state=form.state())
                return after(_path(session_id), TAKEN_BACK_PARTLY if loan.missing_count else TAKEN_BACK)
            except DomainError as refusal:
                status = refused(form, refusal)
        return _step(found, given, form, "lending/class_back.html", status=status)

    @get("/{loan_id:uuid}/mitnehmen")
    async def ask_home(
        self,
        session_id: FromPath[UUID],
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        found = await _read(begin, actor, session_id)
        given = _given(found, loan_id)
        last = today(clock) + timedelta(days=given.unit.model.loan_days)
        return _step(found, given, form_from(HomeForm, None, last=last), "lending/class_home.html")

    @post("/{loan_id:uuid}/mitnehmen")
    async def take_home(
        self,
        request: Sent,
        session_id: FromPath[UUID],
        loan_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """The person keeps it at home for a while."""
        found = await _read(begin, actor, session_id)
        given = _given(found, loan_id)
        form, status = form_from(HomeForm, await request.form()), 422
        if form.validate():
            try:
                await lending.take_home(actor, loan_id=loan_id, last=form.last.data)
                return after(_path(session_id), TAKEN_HOME)
            except DomainError as refusal:
                status = refused(form, refusal, "last")
        return _step(found, given, form, "lending/class_home.html", status=status)

    @get("/reservieren")
    async def ask_reserve(
        self,
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """A device to take home, for somebody of the run."""
        found = await _read(begin, actor, session_id)
        form = form_from(ClassReserveForm, None, key=str(uuid4()), first=today(clock) + timedelta(days=1))
        await _offer(begin, form, found)
        return _step(found, None, form, "lending/class_reserve.html")

    @post("/reservieren")
    async def reserve(
        self,
        request: Sent,
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """Keep a device for them."""
        found = await _read(begin, actor, session_id)
        form, status = form_from(ClassReserveForm, await request.form()), 422
        await _offer(begin, form, found)
        if form.validate() and one_of(form):
            try:
                wish = await wish_of(begin, form, UUID(form.person.data))
                await lending.reserve(actor, wish, loan_id=uuid_in(form.key.data), run_id=found.run.id)
                return after(_path(session_id), RESERVED)
            except DomainError as refusal:
                status = refused_at_field(form, refusal)
        return _step(found, None, form, "lending/class_reserve.html", status=status)


async def _offer(begin: Begin, form: ClassReserveForm, found: Class) -> None:
    async with begin.reading() as session:
        choose_from(form, await lendable_models(session), await venues(session))
    form.person.choices = [(str(person.id), person.name) for person in found.people]


async def _read(begin: Begin, actor: Actor, session_id: UUID) -> Class:
    async with begin.reading() as session:
        return await class_for(session, actor, session_id)


def _next_form(found: Class, sent: Any = None) -> ClassForm:
    """Whoever has no device yet is next: twelve devices are twelve scans and nothing else."""
    waiting = found.without
    form = form_from(ClassForm, sent, person=str(waiting[0].id) if waiting else "")
    served = [person for person in found.people if person not in waiting]
    form.person.choices = [(str(person.id), person.name) for person in (*waiting, *served)]
    return form


def _given(found: Class, loan_id: UUID) -> Given:
    for one in found.given:
        if one.loan.id == loan_id:
            return one
    raise NotFound


def _page(found: Class, form: Form, actor: Actor, clock: Clock, *, status: int = 200) -> Template:
    return Template(
        "lending/class.html",
        context={
            "found": found,
            "form": form,
            "is_over": found.is_over(clock()),
            "here": _path(found.meeting.id),
            "may_see_session": actor.may("U", "attendance"),
        },
        status_code=status,
        headers=WITH_CAMERA,
    )


def _step(found: Class, given: Given | None, form: Form, template: str, *, status: int = 200) -> Template:
    context = {"found": found, "given": given, "form": form, "here": _path(found.meeting.id)}
    return Template(template, context=context, status_code=status)


def _path(session_id: UUID) -> str:
    return f"/kursleitung/termine/{session_id}/geraete"
