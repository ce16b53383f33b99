"""`…/geraete` of a run and of a course: what is needed, and which units each session has."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.kernel.rights import Scope
from lms.resources.devices import stock
from lms.resources.devices.words import gaps_in_words
from lms.resources.models import Device, DeviceModel, Reservation, ReservationKind, ReservationState
from lms.scheduling.devices import OVER, RunDevices, held_unit, mark_of, spare_units
from lms.scheduling.equipping import DevicesMissing, needs_of, needs_of_course
from lms.scheduling.equipping_rules import Need
from lms.scheduling.equipping_words import name_of, need_in_words, shortages_in_words, when_in_words
from lms.scheduling.models import RunNeed, Session, SessionState
from lms.scheduling.queries import run_of, sessions_of
from lms.web.access import may
from lms.web.forms import Form, Hidden, Number, Radios, Select, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.versions import both_versions

NOTE_HINT = N_("Only when there may be fewer devices, for example: two people share one.")
GIVEN = declare("geraete-zugeteilt", N_("Every session that is still to come has its devices."))
GONE = declare("geraete-weg", N_("This is not needed any more. Its devices are free again."))
EXCHANGED = declare("geraet-getauscht", N_("The session gets the other device."))
KIT, MODEL = "satz", "typ"


class CourseNeedForm(Form):
    """One thing that is needed: so many of a model, or a kit. Shortages are a matter of each run."""

    thing = Select(N_("Model or kit"), missing=N_("Choose a model or a kit."))
    count = Number(
        N_("How many"),
        least=1,
        most=200,
        width=5,
        is_asked=True,
        hint=N_("A kit is taken as a whole; leave this empty for it."),
    )
    key = Hidden()

    def need(self) -> Need:
        """The need of a form that is valid."""
        kind, _, key = self.thing.data.partition(":")
        return Need(
            count=1 if kind == KIT else self.count.data or 1,
            kit_id=UUID(key) if kind == KIT else None,
            model_id=UUID(key) if kind == MODEL else None,
            note=(self["note"].data or "").strip() if "note" in self else "",
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """A model needs its number."""
        fine: bool = super().validate(extra_validators)
        if (self.thing.data or "").startswith(MODEL) and self.count.data is None and not self.count.errors:
            self.refuse("count", N_("Enter how many devices are needed."))
            return False
        return fine


class NeedForm(CourseNeedForm):
    """What every session of a run needs."""

    note = TextArea(N_("Why fewer will do"), rows=2, hint=NOTE_HINT, longest=300)


class CountForm(Form):
    """Another number, another reason."""

    count = Number(
        N_("How many"), least=1, most=200, width=5, missing=N_("Enter how many devices are needed.")
    )
    note = TextArea(N_("Why fewer will do"), rows=2, hint=NOTE_HINT, longest=300)
    seen = Hidden()


class ExchangeForm(Form):
    """Another unit."""

    device = Radios(N_("Which device instead?"), missing=N_("Choose a device."))


@dataclass(slots=True)
class Equipped:
    """A session and the units it has."""

    meeting: Session
    units: list[tuple[Reservation, Device, DeviceModel]] = field(default_factory=list)
    short: list[str] = field(default_factory=list)


class RunDevicePages(Controller):
    """What a run needs, which units its sessions have."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/geraete"
    include_in_schema = False

    @get(opt=may("R", "plan", of=Scope.ALL))
    async def show(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Needs, sessions with their units, gaps of kits."""
        return await _run_page(begin, actor, run_id, clock(), form_from(NeedForm, key=str(uuid4())))

    @post(opt=may("U", "plan"))
    async def add(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        run_devices: NamedDependency[RunDevices],
    ) -> Template | Redirect:
        """One more thing that every session needs."""
        form = form_from(NeedForm, await request.form())
        await _offer_things(begin, form)
        status, missing = 422, DevicesMissing({})
        if form.validate():
            try:
                await run_devices.add_need(actor, run_id=run_id, key=_key(form.key.data), need=form.need())
                return after(_path(run_id), GIVEN)
            except DomainError as refusal:
                missing = _say(form, refusal)
                status = refusal.status
        return await _run_page(begin, actor, run_id, clock(), form, status=status, missing=missing)

    @post("/zuteilen", opt=may("U", "plan"))
    async def equip(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        run_devices: NamedDependency[RunDevices],
    ) -> Template | Redirect:
        """Look again for what is missing."""
        form = form_from(NeedForm, key=str(uuid4()))
        try:
            await run_devices.equip_again(actor, run_id=run_id)
        except DevicesMissing as refusal:
            form.refuse("", refusal.message)
            return await _run_page(
                begin, actor, run_id, clock(), form, status=refusal.status, missing=refusal
            )
        return after(_path(run_id), GIVEN)

    @get("/{need_id:uuid}", opt=may("U", "plan"))
    async def ask_change(
        self, run_id: FromPath[UUID], need_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        row, need = await _need(begin, run_id, need_id)
        return _need_page(
            run_id, need, form_from(CountForm, count=row.count, note=row.note, seen=mark_of(row))
        )

    @post("/{need_id:uuid}", opt=may("U", "plan"))
    async def change(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        need_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        run_devices: NamedDependency[RunDevices],
    ) -> Template | Redirect:
        """Another number, or why fewer will do."""
        form = form_from(CountForm, await request.form())
        row, need = await _need(begin, run_id, need_id)
        status, versions, missing = 422, None, DevicesMissing({})
        if form.validate():
            try:
                await run_devices.change_need(
                    actor,
                    need_id=need_id,
                    count=form.count.data,
                    note=(form.note.data or "").strip(),
                    seen=form.seen.data or "",
                )
                return after(_path(run_id), SAVED)
            except Stale as refusal:
                row, need = await _need(begin, run_id, need_id)
                stored = form_from(CountForm, count=row.count, note=row.note, seen=mark_of(row))
                versions = both_versions(form, stored, marks=["seen"], keep=_path(run_id))
                status = refusal.status
            except DomainError as refusal:
                missing = _say(form, refusal)
                status = refusal.status
        async with begin.reading() as session:
            meetings = (await sessions_of(session, [run_id]))[run_id] if missing.shortages else []
        return _need_page(
            run_id, need, form, status=status, versions=versions,
            sentences=shortages_in_words(missing.shortages, meetings),
        )  # fmt: skip

    @post("/{need_id:uuid}/entfernen", opt=may("U", "plan"))
    async def remove(
        self,
        run_id: FromPath[UUID],
        need_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        run_devices: NamedDependency[RunDevices],
    ) -> Redirect:
        """Not needed any more."""
        await run_devices.remove_need(actor, need_id=need_id)
        return after(_path(run_id), GONE)

    @get("/tausch/{reservation_id:uuid}", opt=may("U", "plan"))
    async def ask_exchange(
        self,
        run_id: FromPath[UUID],
        reservation_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        around: NamedDependency[Around],
    ) -> Template:
        return await _exchange_page(begin, around, run_id, reservation_id, form_from(ExchangeForm))

    @post("/tausch/{reservation_id:uuid}", opt=may("U", "plan"))
    async def exchange(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        reservation_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        around: NamedDependency[Around],
        run_devices: NamedDependency[RunDevices],
    ) -> Template | Redirect:
        """Another unit for one session."""
        form = form_from(ExchangeForm, await request.form())
        await _offer_units(begin, around, reservation_id, form)
        status = 422
        if form.validate():
            try:
                await run_devices.exchange(
                    actor, reservation_id=reservation_id, device_id=UUID(form.device.data)
                )
                return after(_path(run_id), EXCHANGED)
            except DomainError as refusal:
                form.refuse("device", refusal.message)
                status = refusal.status
        return await _exchange_page(begin, around, run_id, reservation_id, form, status=status)


class CourseDevicePages(Controller):
    """What the runs of a course begin with."""

    path = "/verwaltung/kurse/{course_id:uuid}/geraete"
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def show(self, course_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return await _course_page(begin, course_id, form_from(CourseNeedForm, key=str(uuid4())))

    @post()
    async def add(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        run_devices: NamedDependency[RunDevices],
    ) -> Template | Redirect:
        """One more thing."""
        form = form_from(CourseNeedForm, await request.form())
        await _offer_things(begin, form)
        status = 422
        if form.validate():
            try:
                await run_devices.add_course_need(
                    actor, course_id=course_id, key=_key(form.key.data), need=form.need()
                )
                return after(f"/verwaltung/kurse/{course_id}/geraete", SAVED)
            except DomainError as refusal:
                _say(form, refusal)
                status = refusal.status
        return await _course_page(begin, course_id, form, status=status)

    @post("/{need_id:uuid}/entfernen")
    async def remove(
        self,
        course_id: FromPath[UUID],
        need_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        run_devices: NamedDependency[RunDevices],
    ) -> Redirect:
        """Runs planned from now on do not begin with it."""
        await run_devices.remove_course_need(actor, need_id=need_id)
        return after(f"/verwaltung/kurse/{course_id}/geraete", SAVED)


def _path(run_id: UUID) -> str:
    return f"/verwaltung/durchfuehrungen/{run_id}/geraete"


def _key(text: str | None) -> UUID:
    return uuid_in(text) or uuid4()


def _say(form: CourseNeedForm | CountForm, refusal: DomainError) -> DevicesMissing:
    if isinstance(refusal, DevicesMissing):
        form.refuse("note", refusal.message)
        return refusal
    form.refuse("", refusal.message, **refusal.params)
    return DevicesMissing({})


async def _offer_things(begin: Begin, form: CourseNeedForm) -> None:
    async with begin.reading() as session:
        models, kits = await stock.model_choices(session), await stock.kit_choices(session)
    form.thing.choices = [
        *((f"{KIT}:{key}", gettext("Kit: %(name)s", name=name)) for key, name in kits),
        *((f"{MODEL}:{key}", name) for key, name in models),
    ]


async def _run_page(
    begin: Begin,
    actor: Actor,
    run_id: UUID,
    now: datetime,
    form: NeedForm,
    *,
    status: int = 200,
    missing: DevicesMissing | None = None,
) -> Template:
    ensure(actor.may_for_all("R", "plan"), actor)
    await _offer_things(begin, form)
    async with begin.reading() as session:
        run = await run_of(session, run_id)
        course = await session.get_one(Course, run.course_id)
        needs = await needs_of(session, run_id)
        meetings = (await sessions_of(session, [run_id], with_cancelled=False)).get(run_id, [])
        equipped = await _equipped(session, meetings)
        gaps = await _gaps(session, needs, meetings, now)
    _count_what_is_missing(equipped, needs, now)
    return Template(
        "scheduling/run_devices.html",
        context={
            "run": run,
            "course": course,
            "path": _path(run_id),
            "needs": [(need, need_in_words(need), gaps.get(need.kit_id, "")) for need in needs],
            "equipped": [(one, when_in_words(one.meeting)) for one in equipped],
            "is_short": any(one.short for one in equipped),
            "now_is": now,
            "form": form,
            "sentences": shortages_in_words(missing.shortages, meetings) if missing else [],
            "may_plan": actor.may_for_all("U", "plan") and run.state not in OVER,
        },
        status_code=status,
    )


async def _equipped(session: AsyncSession, meetings: Sequence[Session]) -> list[Equipped]:
    rows = await session.execute(
        select(Reservation, Device, DeviceModel)
        .join(Device, Device.id == Reservation.device_id)
        .join(DeviceModel, DeviceModel.id == Device.model_id)
        .where(
            Reservation.session_id.in_([meeting.id for meeting in meetings]),
            Reservation.state == ReservationState.FIRM,
            Reservation.kind == ReservationKind.SESSION,
        )
        .order_by(Device.inventory_number)
    )
    units: dict[UUID | None, list[tuple[Reservation, Device, DeviceModel]]] = defaultdict(list)
    for reservation, device, model in rows:
        units[reservation.session_id].append((reservation, device, model))
    return [Equipped(meeting, units[meeting.id]) for meeting in meetings]


async def _gaps(
    session: AsyncSession, needs: Sequence[Need], meetings: Sequence[Session], now: datetime
) -> Mapping[UUID | None, str]:
    """What each kit needed lacks while the sessions to come last, in a sentence."""
    kits = [need.kit_id for need in needs if need.kit_id is not None]
    coming = [meeting for meeting in meetings if meeting.ends_at > now]
    if not kits or not coming:
        return {}
    period = Period(min(one.starts_at for one in coming), max(one.ends_at for one in coming))
    return {key: gaps_in_words(gaps) for key, gaps in (await stock.gaps_of(session, kits, period)).items()}


def _count_what_is_missing(equipped: Sequence[Equipped], needs: Sequence[Need], now: datetime) -> None:
    """Say at each session to come what it goes short of, by what it holds. A kit is short when it has none of its units."""
    for one in equipped:
        if one.meeting.starts_at <= now or one.meeting.state != SessionState.PLANNED:
            continue
        kits = {need.kit_id for need in needs if need.kit_id is not None}
        loose = [unit for _, unit, _ in one.units if unit.kit_id not in kits]
        for need in needs:
            if need.kit_id is not None:
                if not any(unit.kit_id == need.kit_id for _, unit, _ in one.units):
                    one.short.append(gettext("%(kit)s is missing", kit=name_of(need)))
                continue
            found = sum(unit.model_id == need.model_id for unit in loose)
            if found < need.count:
                one.short.append(
                    gettext(
                        "%(found)s of %(wanted)s: %(model)s",
                        found=found,
                        wanted=need.count,
                        model=name_of(need),
                    )
                )


async def _need(begin: Begin, run_id: UUID, need_id: UUID) -> tuple[RunNeed, Need]:
    async with begin.reading() as session:
        row = await session.get(RunNeed, need_id)
        needs = {need.id: need for need in await needs_of(session, run_id)}
    if row is None or need_id not in needs:
        raise NotFound
    return row, needs[need_id]


def _need_page(
    run_id: UUID,
    need: Need,
    form: CountForm,
    *,
    status: int = 200,
    versions: Any = None,
    sentences: Sequence[str] = (),
) -> Template:
    return Template(
        "scheduling/run_need.html",
        context={
            "form": form,
            "need": need,
            "name": name_of(need),
            "path": f"{_path(run_id)}/{need.id}",
            "back": _path(run_id),
            "versions": versions,
            "sentences": sentences,
        },
        status_code=status,
    )


async def _offer_units(
    begin: Begin, around: Around, reservation_id: UUID, form: ExchangeForm
) -> tuple[Reservation, Device, DeviceModel]:
    async with begin.reading() as session:
        held, unit, model = await held_unit(session, reservation_id)
        spare = await spare_units(session, [held], model.id, travel_minutes=around.settings.travel_minutes)
    form.device.choices = [(str(other.id), other.number) for other in spare[held.id]]
    return held, unit, model


async def _exchange_page(
    begin: Begin,
    around: Around,
    run_id: UUID,
    reservation_id: UUID,
    form: ExchangeForm,
    *,
    status: int = 200,
) -> Template:
    held, unit, model = await _offer_units(begin, around, reservation_id, form)
    return Template(
        "scheduling/exchange.html",
        context={
            "form": form,
            "held": held,
            "unit": unit,
            "model": model,
            "path": f"{_path(run_id)}/tausch/{reservation_id}",
            "back": _path(run_id),
        },
        status_code=status,
    )


async def _course_page(begin: Begin, course_id: UUID, form: CourseNeedForm, *, status: int = 200) -> Template:
    await _offer_things(begin, form)
    async with begin.reading() as session:
        course = await session.get(Course, course_id)
        if course is None:
            raise NotFound
        needs = await needs_of_course(session, course_id)
    return Template(
        "scheduling/course_devices.html",
        context={
            "course": course,
            "path": f"/verwaltung/kurse/{course_id}/geraete",
            "needs": [(need, need_in_words(need)) for need in needs],
            "form": form,
        },
        status_code=status,
    )
