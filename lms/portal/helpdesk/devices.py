"""A device to try out beside the conversation: chosen at the table, handed out and taken back as at the lending counter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.booking.service.persons import booker_of
from lms.booking.values import Contact
from lms.helpdesk.models import Appointment
from lms.helpdesk.pages.desk import DESK
from lms.helpdesk.queue.pages.frame import ADVISE, QUIET
from lms.helpdesk.queue.queries import ticket_of
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.lending.models import Loan, LoanState
from lms.lending.queries import Unit, name_of, units
from lms.lending.service import Lending
from lms.lending.service.acts import IN_REPAIR
from lms.people.models import Person
from lms.people.queries import person_of
from lms.resources.models import Device, DeviceModel, DeviceStatus, Reservation, ReservationState
from lms.web.access import may
from lms.web.forms import Form, Hidden, Phone, Radios, Text, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

PATH = "/verwaltung/sprechstunde/geraet"
MOST = 12
LENT = declare(
    "sprechstunde-geraet",
    N_("The device is handed out until this evening. Take it back here when you have finished."),
)


class TryForm(Form):
    """Which device, and to whom."""

    device = Radios(N_("Which device?"), missing=N_("Choose a device."))
    given_name = Text(N_("First name"), missing=N_("Enter the first name."), autocomplete="off")
    family_name = Text(N_("Family name"), missing=N_("Enter the family name."), autocomplete="off")
    phone = Phone(
        N_("Telephone"),
        missing=N_("Enter a telephone number, so that we can reach the person."),
        autocomplete="off",
    )
    key = Hidden()


@dataclass(frozen=True, slots=True)
class Trying:
    """Who sits at the table as far as we know them, devices that are free, what is out for today; where the page stands."""

    here: str
    back: str
    appointment: Appointment | None
    person: Person | None
    wished: DeviceModel | None
    free: Sequence[Unit]
    out: Sequence[tuple[Loan, Device, DeviceModel, Person]]


class TryOutPages(Controller):
    """For those who may hand devices out: beside a number of the queue, or beside an appointment without one."""

    path = PATH
    opt = may("handover", "loan", of=Scope.ALL)
    include_in_schema = False

    @get(["/{ticket_id:uuid}", "/termin/{appointment_id:uuid}"])
    async def ask(
        self,
        around: NamedDependency[Around],
        ticket_id: FromPath[UUID | None] = None,
        appointment_id: FromPath[UUID | None] = None,
    ) -> Template:
        """What is free, the wished model first."""
        found = await _trying(around, ticket_id, appointment_id)
        given, _, family = (found.appointment.name if found.appointment else "").strip().rpartition(" ")
        form = form_from(
            TryForm, None, key=str(uuid4()), given_name=given, family_name=family,
            phone=found.appointment.phone if found.appointment else "",
            device=str(found.free[0].device.id) if found.wished and found.free else None,
        )  # fmt: skip
        return _page(found, form)

    @post(["/{ticket_id:uuid}", "/termin/{appointment_id:uuid}"])
    async def lend(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        lending: NamedDependency[Lending],
        ticket_id: FromPath[UUID | None] = None,
        appointment_id: FromPath[UUID | None] = None,
    ) -> Template | Redirect:
        """Hand it out until this evening."""
        found = await _trying(around, ticket_id, appointment_id)
        form, status = form_from(TryForm, await request.form()), 422
        _fit(form, found)
        if form.validate():
            try:
                person_id = found.person.id if found.person else await _written_down(around, actor, form)
                await lending.lend(
                    actor,
                    device_id=UUID(form.device.data),
                    person_id=person_id,
                    last=today(around.clock),
                    loan_id=uuid_in(form.key.data),
                )
                return after(found.here, LENT)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("device", refusal.message, **refusal.params)
                status = refusal.status
        return _page(found, form, status=status)


def _fit(form: TryForm, found: Trying) -> None:
    form.device.choices = [
        (str(one.device.id), gettext("%(name)s, number %(number)s", name=one.name, number=one.number))
        for one in found.free
    ]
    if found.person is not None:
        del form.given_name, form.family_name, form.phone


def _page(found: Trying, form: TryForm, *, status: int = 200) -> Template:
    if found.person is None or "given_name" in form:
        _fit(form, found)
    context = {
        "found": found,
        "form": form,
        "wished": name_of(found.wished) if found.wished else "",
        "name_of": name_of,
        "here": found.here,
        "back": found.back,
    }
    return Template("portal/helpdesk/device.html", context=context, headers=QUIET, status_code=status)


async def _written_down(around: Around, actor: Actor, form: TryForm) -> UUID:
    """The person as typed: known by name and telephone, or written down now."""
    contact = Contact(
        given_name=form.given_name.data or "",
        family_name=form.family_name.data or "",
        phone=form.phone.data or "",
    )
    async with around.begin() as session:
        return (await booker_of(session, actor, contact, at=around.clock())).id


async def _trying(around: Around, ticket_id: UUID | None, appointment_id: UUID | None) -> Trying:
    async with around.begin.reading() as session:
        ticket = await ticket_of(session, ticket_id) if ticket_id else None
        named = ticket.appointment_id if ticket else appointment_id
        appointment = await session.get(Appointment, named) if named else None
        if ticket is not None:
            here, back = f"{PATH}/{ticket.id}", f"{ADVISE}/{ticket.desk_id}"
        elif appointment is not None:
            here, back = f"{PATH}/termin/{appointment.id}", f"{DESK}/termin/{appointment.id}"
        else:
            raise NotFound
        wish = appointment.device_model_id if appointment else None
        known = appointment.person_id if appointment else None
        return Trying(
            here=here,
            back=back,
            appointment=appointment,
            person=await person_of(session, known) if known else None,
            wished=await session.get(DeviceModel, wish) if wish else None,
            free=await _free(session, around, wish),
            out=await _out_today(session, around),
        )


async def _free(session: AsyncSession, around: Around, wish: UUID | None) -> Sequence[Unit]:
    """Devices that lie here and that nobody has or is promised now; those of the wished model first."""
    now = around.clock()
    taken = select(Reservation.device_id).where(
        Reservation.device_id.is_not(None),
        Reservation.state == ReservationState.FIRM,
        Reservation.starts_at <= now,
        Reservation.ends_at > now,
    )
    out = select(Loan.device_id).where(Loan.state == LoanState.OUT)
    rows = await session.execute(
        units()
        .where(
            DeviceModel.is_lendable,
            Device.status == DeviceStatus.USABLE,
            Device.must_be_wiped.is_(False),
            Device.condition != IN_REPAIR,
            Device.id.not_in(taken),
            Device.id.not_in(out),
        )
        .order_by(DeviceModel.id != wish, DeviceModel.name, Device.inventory_number)
        .limit(MOST)
    )
    return [Unit(*row) for row in rows]


async def _out_today(
    session: AsyncSession, around: Around
) -> Sequence[tuple[Loan, Device, DeviceModel, Person]]:
    """What was handed out today until this evening, to be taken back."""
    rows = await session.execute(
        select(Loan, Device, DeviceModel, Person)
        .join(Device, Device.id == Loan.device_id)
        .join(DeviceModel, DeviceModel.id == Device.model_id)
        .join(Person, Person.id == Loan.person_id)
        .where(Loan.state == LoanState.OUT)
        .order_by(Loan.handed_out_at.desc(), Loan.id)
        .limit(100)
    )
    day = today(around.clock)
    return [
        (loan, device, model, person) for loan, device, model, person in rows if _days(loan) == (day, day)
    ]


def _days(loan: Loan) -> tuple[date, date]:
    """The days on which a loan began and ends, at the venues."""
    return today(lambda: loan.starts_at), today(lambda: loan.due_at - timedelta(seconds=1))
