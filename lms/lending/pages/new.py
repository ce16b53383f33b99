"""A new loan: for days to come, or at once over the counter. First the person, then the device and the days."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local, today
from lms.kernel.errors import DomainError
from lms.kernel.rights import Scope
from lms.lending import errors
from lms.lending.pages.counter import handed_out, refused
from lms.lending.pages.forms import LendForm, ReserveForm, choose_from, offer_places, one_of
from lms.lending.pages.notices import RESERVED
from lms.lending.pages.overview import LENDING, LONGEST_SEARCH, MANAGE, Sent
from lms.lending.queries import Unit, block_of, lendable_models, unit_named, unit_of, venues
from lms.lending.rules import CONDITIONS
from lms.lending.service import Lending
from lms.lending.values import Wish
from lms.lending.words import reason_of
from lms.people.models import Person
from lms.people.queries import SHORTEST_SEARCH, person_of, persons_found
from lms.resources.models import DeviceModel
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.notices import after
from lms.web.sent import uuid_in

HITS = 8
USUAL_DAYS = 28
AT_FIELDS = {
    errors.UnknownDevice: "number",
    errors.Promised: "last",
    errors.InRepairUntil: "last",
    errors.InRepair: "number",
    errors.DeviceMissing: "number",
    errors.NotForLending: "model",
    errors.NoneFree: "model",
    errors.InThePast: "first",
    errors.EndsBeforeItBegins: "last",
    errors.TooLong: "last",
}
"""Where a refusal stands, so that the summary leads to what can be mended."""


class NewLoanPages(Controller):
    """Reserving, and lending at once."""

    path = LENDING
    include_in_schema = False

    @get("/neu", opt=may("C", "loan", of=Scope.ALL))
    async def ask(
        self,
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        q: FromQuery[str] = "",
        person: FromQuery[UUID | None] = None,
        nummer: FromQuery[str] = "",
    ) -> Template:
        """Whom for, then what and when."""
        day = today(clock) + timedelta(days=1)
        form = form_from(ReserveForm, None, key=str(uuid4()), first=day, number=nummer)
        return await _reserve_page(begin, clock, form, person, typed=q.strip()[:LONGEST_SEARCH])

    @post("/neu", opt=may("C", "loan", of=Scope.ALL))
    async def reserve(
        self,
        request: Sent,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """Keep a device for somebody."""
        sent = await request.form()
        person_id = uuid_in(sent.get("person"))
        form, status = form_from(ReserveForm, sent), 422
        async with begin.reading() as session:
            choose_from(form, await lendable_models(session), await venues(session))
        if person_id is not None and form.validate() and one_of(form):
            try:
                wish = await wish_of(begin, form, person_id)
                loan = await lending.reserve(actor, wish, loan_id=uuid_in(form.key.data))
                return after(f"{LENDING}/{loan.id}", RESERVED)
            except DomainError as refusal:
                status = refused_at_field(form, refusal)
        return await _reserve_page(begin, clock, form, person_id, status=status)

    @get("/geraet/{device_id:uuid}/ausgeben", opt=MANAGE)
    async def ask_lend(
        self,
        device_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        q: FromQuery[str] = "",
        person: FromQuery[UUID | None] = None,
    ) -> Template:
        """The device lies on the counter: who gets it, and until when."""
        return await _lend_page(
            begin, clock, device_id, person, typed=q.strip()[:LONGEST_SEARCH], key=str(uuid4())
        )

    @post("/geraet/{device_id:uuid}/ausgeben", opt=MANAGE)
    async def lend(
        self,
        request: Sent,
        device_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        lending: NamedDependency[Lending],
    ) -> Template | Redirect:
        """Hand it out at once."""
        sent = await request.form()
        person_id = uuid_in(sent.get("person"))
        async with begin.reading() as session:
            unit, places = await unit_of(session, device_id), await venues(session)
        form, status = _lend_form(unit, clock, sent), 422
        offer_places(form.venue, places)
        if person_id is not None and form.validate():
            try:
                loan = await lending.lend(
                    actor,
                    device_id=device_id,
                    person_id=person_id,
                    last=form.last.data,
                    venue_id=uuid_in(form.venue.data) or unit.home_id,
                    state=form.state(),
                    loan_id=uuid_in(form.key.data),
                )
                return await handed_out(lending, actor, loan, form)
            except DomainError as refusal:
                status = refused_at_field(form, refusal)
        return await _lend_page(begin, clock, device_id, person_id, form=form, status=status)


def refused_at_field(form: Any, refusal: DomainError) -> int:
    """Show a refusal where it can be mended."""
    field = AT_FIELDS.get(type(refusal), "")
    if isinstance(refusal, errors.UnknownDevice):
        form.refuse("number", refusal.message, **refusal.params)
        return 422
    return refused(form, refusal, field if field in form else "")


async def wish_of(begin: Begin, form: ReserveForm, person_id: UUID) -> Wish:
    """What a valid form asks for; without a last day the usual time of the kind. Raises UnknownDevice."""
    async with begin.reading() as session:
        unit = await unit_named(session, form.number.data) if form.number.data else None
        chosen = uuid_in(form.model.data)
        model = unit.model if unit else await session.get(DeviceModel, chosen) if chosen else None
        home = unit.home_id if unit else None
    length = model.loan_days if model else USUAL_DAYS
    return Wish(
        person_id=person_id,
        first=form.first.data,
        last=form.last.data or form.first.data + timedelta(days=length),
        device_id=unit.device.id if unit else None,
        model_id=model.id if model and not unit else None,
        venue_id=uuid_in(form.venue.data) or home,
        note=form.note.data or "",
    )


async def found_persons(session: AsyncSession, typed: str) -> Sequence[Person]:
    """Who could be meant by what was typed into the search field."""
    if len(typed) < SHORTEST_SEARCH:
        return []
    return (await persons_found(session, typed, limit=HITS))[0]


async def _reserve_page(
    begin: Begin,
    clock: Clock,
    form: ReserveForm,
    person_id: UUID | None,
    *,
    typed: str = "",
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        choose_from(form, await lendable_models(session), await venues(session))
        context = await _whom(session, clock, person_id, typed)
    kept = f"&nummer={form.number.data}" if form.number.data else ""
    here = {"path": f"{LENDING}/neu", "kept": kept}
    return Template("lending/new.html", context={"form": form, **context, **here}, status_code=status)


async def _lend_page(
    begin: Begin,
    clock: Clock,
    device_id: UUID,
    person_id: UUID | None,
    *,
    typed: str = "",
    key: str = "",
    form: LendForm | None = None,
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        unit, places = await unit_of(session, device_id), await venues(session)
        context = await _whom(session, clock, person_id, typed)
    shown = form or _lend_form(unit, clock, key=key)
    offer_places(shown.venue, places)
    here = {"path": f"{LENDING}/geraet/{device_id}/ausgeben", "kept": "", "unit": unit}
    return Template("lending/lend.html", context={"form": shown, **context, **here}, status_code=status)


async def _whom(session: AsyncSession, clock: Clock, person_id: UUID | None, typed: str) -> dict[str, Any]:
    known = await person_of(session, person_id) if person_id else None
    block = await block_of(session, known.id, local(clock()).date()) if known else None
    return {
        "known": known,
        "typed": typed,
        "hits": await found_persons(session, typed) if known is None else (),
        "block": block,
        "block_reason": reason_of(block) if block else "",
    }


def _lend_form(unit: Unit, clock: Clock, sent: Any = None, *, key: str = "") -> LendForm:
    last: date = today(clock) + timedelta(days=unit.model.loan_days)
    form = form_from(
        LendForm,
        sent,
        key=key,
        last=last,
        condition=unit.device.condition if unit.device.condition in CONDITIONS else CONDITIONS[0],
        accessories=list(unit.model.accessories),
        agreement="paper",
    )
    form.for_accessories(unit.model.accessories, gettext("Tick what the person gets."))
    return form
