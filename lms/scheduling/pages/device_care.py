"""Devices that cannot be used: entered with a look at what follows, changed, ended; and kits counted in one form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, at_venue, local, today
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.resources.devices import stock
from lms.resources.devices.words import CONDITIONS, purpose_in_words, span_in_words
from lms.resources.models import Device, DeviceStatus, Kit, KitPart, Reservation, ReservationKind
from lms.scheduling.care import Consequences, DeviceCare, EndsBeforeItBegins, Outage
from lms.scheduling.equipping_words import promise_in_words
from lms.web.access import may
from lms.web.forms import DateParts, Form, Hidden, Radios, Text, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after, declare
from lms.web.versions import both_versions

DEVICES = "/verwaltung/geraete"
USUAL_DAYS = 14
LONGEST_DAYS = 730
OUT = declare(
    "geraet-ausfall",
    N_("The device is entered as not usable. Sessions that were to have it are looked after."),
)
BACK = declare("geraet-wieder-da", N_("The device can be used again."))
CHECKED = declare("satz-geprueft", N_("The kit is checked. What is missing is written down."))
OUTAGES = [
    (Outage.REPAIR.value, N_("It is being repaired and comes back")),
    (Outage.MISSING.value, N_("It is missing")),
    (Outage.RETIRED.value, N_("It is retired for good")),
]


class OutageForm(Form):
    """Why a device cannot be used, and from when to when it is repaired."""

    outage = Radios(N_("What is it?"), choices=OUTAGES, missing=N_("Choose what it is."))
    first_day = DateParts(N_("Repair: first day"), is_asked=True)
    last_day = DateParts(
        N_("Repair: last day"),
        is_asked=True,
        hint=N_("You can change the day later, and end the repair when the device is back."),
    )
    note = Text(N_("Note"), hint=N_("For example: cracked display."), longest=200)
    key = Hidden()
    seen = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """A repair has two days in the right order, and not years apart."""
        fine: bool = super().validate(extra_validators)
        if not fine or self.outage.data != Outage.REPAIR:
            return fine
        for name in ("first_day", "last_day"):
            if self[name].data is None:
                self.refuse(name, N_("Enter the day."))
        if self.problems:
            return False
        if self.last_day.data < self.first_day.data:
            self.refuse("last_day", EndsBeforeItBegins.message)
        elif (self.last_day.data - self.first_day.data).days > LONGEST_DAYS:
            self.refuse("last_day", N_("This is more than two years. Perhaps the device is to be retired."))
        return not self.problems

    def period(self, now: datetime) -> Period | None:
        """The days of the repair, from this moment on when it begins today; None for good."""
        if self.outage.data != Outage.REPAIR:
            return None
        starts = at_venue(self.first_day.data, time.min)
        if local(now).date() == self.first_day.data:
            starts = now.astimezone(UTC).replace(second=0, microsecond=0)
        return Period(starts, end_of(self.last_day.data))


class RepairForm(Form):
    """Until when a repair lasts."""

    last_day = DateParts(N_("Last day"), missing=N_("Enter the day."))
    note = Text(N_("Note"), longest=200)
    seen = Hidden()


class BackForm(Form):
    """In which condition a device comes back."""

    condition = Radios(
        N_("Condition"), choices=[(key, words) for key, (words, _) in CONDITIONS.items()],
        missing=N_("Choose the condition."),
    )  # fmt: skip


class OutagePages(Controller):
    """A device that cannot be used."""

    path = DEVICES + "/{device_id:uuid}"
    opt = may("U", "resource")
    include_in_schema = False

    @get("/ausfall")
    async def ask(
        self, device_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        device, first = await _device(begin, device_id), today(clock)
        form = form_from(
            OutageForm,
            outage=Outage.REPAIR.value,
            first_day=first,
            last_day=first + timedelta(days=USUAL_DAYS),
            key=str(uuid4()),
        )
        return _outage_page(device, form)

    @post("/ausfall")
    async def enter(
        self,
        request: Request[Any, Any, Any],
        device_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        device_care: NamedDependency[DeviceCare],
    ) -> Template | Redirect:
        """At once when nothing follows, else after a look at what does."""
        form = form_from(OutageForm, await request.form())
        device = await _device(begin, device_id)
        if not form.validate():
            return _outage_page(device, form, status=422)
        period, note = form.period(clock()), form.note.data or ""
        foreseen = await device_care.foresee(actor, device_id=device_id, period=period)
        agreed, form.seen.raw_data, form.seen.data = form.seen.data, None, foreseen.mark
        if agreed != foreseen.mark and (foreseen.promises or foreseen.others):
            if agreed:
                form.refuse("", Stale.message)
            return _outage_page(device, form, foreseen, status=409 if agreed else 200)
        try:
            if period is None:
                await device_care.take_out(
                    actor, device_id=device_id, outage=Outage(form.outage.data), note=note, seen=foreseen.mark
                )
            else:
                await device_care.book_repair(
                    actor, device_id=device_id, key=_key(form.key.data), period=period, note=note,
                    seen=foreseen.mark,
                )  # fmt: skip
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            foreseen = await device_care.foresee(actor, device_id=device_id, period=period)
            return _outage_page(device, form, foreseen, status=refusal.status)
        return after(f"{DEVICES}/{device_id}", OUT)

    @post("/wieder-da")
    async def bring_back(
        self,
        device_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        device_care: NamedDependency[DeviceCare],
    ) -> Redirect:
        """It was missing or retired, and is not any more."""
        await device_care.bring_back(actor, device_id=device_id)
        return after(f"{DEVICES}/{device_id}", BACK)


class RepairPages(Controller):
    """A repair that was entered: another last day, or its end."""

    path = DEVICES + "/reparaturen/{repair_id:uuid}"
    opt = may("U", "resource")
    include_in_schema = False

    @get()
    async def ask(self, repair_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        repair, device = await _repair(begin, repair_id)
        return _repair_page(repair, device, form_from(RepairForm, **_values(repair)))

    @post()
    async def change(
        self,
        request: Request[Any, Any, Any],
        repair_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        device_care: NamedDependency[DeviceCare],
    ) -> Template | Redirect:
        """Another last day."""
        form = form_from(RepairForm, await request.form())
        repair, device = await _repair(begin, repair_id)
        status, versions = 422, None
        if form.validate():
            try:
                await device_care.change_repair(
                    actor,
                    repair_id=repair_id,
                    ends_at=end_of(form.last_day.data),
                    note=form.note.data or "",
                    seen_ends_at=_moment(form.seen.data),
                )
                return after(f"{DEVICES}/{device.id}", SAVED)
            except Stale as refusal:
                repair, device = await _repair(begin, repair_id)
                stored = form_from(RepairForm, **_values(repair))
                versions = both_versions(form, stored, marks=["seen"], keep=f"{DEVICES}/{device.id}")
                status = refusal.status
            except DomainError as refusal:
                form.refuse("last_day", refusal.message, **refusal.params)
                status = refusal.status
        return _repair_page(repair, device, form, status=status, versions=versions)

    @post("/ende")
    async def end(
        self,
        request: Request[Any, Any, Any],
        repair_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        device_care: NamedDependency[DeviceCare],
    ) -> Template | Redirect:
        """The device is back."""
        back = form_from(BackForm, await request.form())
        if not back.validate():
            repair, device = await _repair(begin, repair_id)
            form = form_from(RepairForm, **_values(repair))
            return _repair_page(repair, device, form, status=422, back=back)
        device_id = await device_care.end_repair(actor, repair_id=repair_id, condition=back.condition.data)
        return after(f"{DEVICES}/{device_id}", BACK)


@dataclass(frozen=True, slots=True)
class Counted:
    """A kit to be counted: its units, what those are away for that are lent or in repair right now, its parts."""

    kit: Kit
    lines: Sequence[stock.Line]
    lent: Mapping[UUID, str]
    parts: Sequence[KitPart]


class KitCheckPages(Controller):
    """What of a kit is there."""

    path = DEVICES + "/saetze/{kit_id:uuid}/pruefen"
    opt = may("U", "resource")
    include_in_schema = False

    @get()
    async def ask(
        self,
        kit_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        ensure(actor.may_for_all("U", "resource"), actor)
        counted = await _counted(begin, kit_id, clock())
        there = {line.unit.id for line in counted.lines if line.unit.status == DeviceStatus.USABLE}
        typed = {part.id: (str(part.present), part.note) for part in counted.parts}
        return _check_page(counted, there, typed)

    @post()
    async def check(
        self,
        request: Request[Any, Any, Any],
        kit_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        device_care: NamedDependency[DeviceCare],
    ) -> Template | Redirect:
        """Tick what is there, count the parts, save."""
        sent = await request.form()
        counted = await _counted(begin, kit_id, clock())
        there = {UUID(key) for key in sent.getall("da", []) if _is_id(key)}
        typed = {
            part.id: (
                str(sent.get(f"teil-{part.id}", "")).strip()[:10],
                str(sent.get(f"notiz-{part.id}", "")).strip()[:200],
            )
            for part in counted.parts
        }
        problems = [
            (f"teil-{part.id}", gettext("%(part)s: enter a number from 0 to %(most)s.", part=part.name, most=part.expected))
            for part in counted.parts
            if not _is_count(typed[part.id][0], part.expected)
        ]  # fmt: skip
        if problems:
            return _check_page(counted, there, typed, problems=problems, status=422)
        try:
            await device_care.check_kit(
                actor,
                kit_id=kit_id,
                there=there | set(counted.lent),
                parts={key: (int(count), note) for key, (count, note) in typed.items()},
                version=_number(sent.get("version")),
                why=gettext("missing"),
            )
        except DomainError as refusal:
            said = [("", gettext(refusal.message, **refusal.params))]
            return _check_page(counted, there, typed, problems=said, status=refusal.status)
        return after(f"{DEVICES}/saetze/{kit_id}", CHECKED)


def end_of(day: date) -> datetime:
    """The moment after the last one of a day at the venues."""
    return at_venue(day + timedelta(days=1), time.min)


def _last_day(repair: Reservation) -> date:
    return local(repair.ends_at - timedelta(microseconds=1)).date()


def _values(repair: Reservation) -> dict[str, Any]:
    return {
        "last_day": _last_day(repair),
        "note": repair.purpose,
        "seen": repair.ends_at.isoformat(),
    }


def _moment(text: str | None) -> datetime:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _key(text: str | None) -> UUID:
    return UUID(text) if text and _is_id(text) else uuid4()


def _is_id(text: object) -> bool:
    try:
        UUID(str(text))
    except ValueError:
        return False
    return True


def _is_count(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most


def _number(text: object) -> int:
    said = str(text or "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


async def _device(begin: Begin, device_id: UUID) -> Device:
    async with begin.reading() as session:
        device = await session.get(Device, device_id)
    if device is None:
        raise NotFound
    return device


async def _repair(begin: Begin, repair_id: UUID) -> tuple[Reservation, Device]:
    async with begin.reading() as session:
        row = (
            await session.execute(
                select(Reservation, Device)
                .join(Device, Device.id == Reservation.device_id)
                .where(Reservation.id == repair_id, Reservation.kind == ReservationKind.REPAIR)
            )
        ).first()
    if row is None:
        raise NotFound
    repair, device = row
    return repair, device


async def _counted(begin: Begin, kit_id: UUID, now: datetime) -> Counted:
    async with begin.reading() as session:
        kit = await session.get(Kit, kit_id)
        if kit is None:
            raise NotFound
        lines, _ = await stock.lines(session, stock.Filters(kit_id=kit_id), now)
        ids = [line.unit.id for line in lines]
        taken = await stock.coming(session, ids, Period(now, now + timedelta(seconds=1)))
        parts = (
            await session.scalars(select(KitPart).where(KitPart.kit_id == kit_id).order_by(KitPart.name))
        ).all()
    away = (ReservationKind.LOAN, ReservationKind.BOOKING, ReservationKind.REPAIR)
    lent = {
        one.device_id: purpose_in_words(one)
        for one, _ in taken
        if one.kind in away and one.device_id is not None
    }
    return Counted(kit, lines, lent, parts)


def _outage_page(
    device: Device, form: OutageForm, foreseen: Consequences | None = None, *, status: int = 200
) -> Template:
    return Template(
        "scheduling/outage.html",
        context={
            "device": device,
            "form": form,
            "path": f"{DEVICES}/{device.id}/ausfall",
            "back": f"{DEVICES}/{device.id}",
            "exchanged": [promise_in_words(one) for one in foreseen.promises if one.instead]
            if foreseen
            else [],
            "short": [promise_in_words(one) for one in foreseen.promises if not one.instead]
            if foreseen
            else [],
            "others": [
                f"{purpose_in_words(one)}, {span_in_words(one.starts_at, one.ends_at)}"
                for one in foreseen.others
            ]
            if foreseen
            else [],
        },
        status_code=status,
    )


def _repair_page(
    repair: Reservation,
    device: Device,
    form: RepairForm,
    *,
    status: int = 200,
    versions: Any = None,
    back: BackForm | None = None,
) -> Template:
    return Template(
        "scheduling/repair.html",
        context={
            "when": span_in_words(repair.starts_at, repair.ends_at),
            "repair": repair,
            "device": device,
            "form": form,
            "condition": back or form_from(BackForm, condition="good"),
            "path": f"{DEVICES}/reparaturen/{repair.id}",
            "back": f"{DEVICES}/{device.id}",
            "versions": versions,
        },
        status_code=status,
    )


def _check_page(
    counted: Counted,
    there: set[UUID],
    typed: Mapping[UUID, tuple[str, str]],
    *,
    problems: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> Template:
    return Template(
        "scheduling/kit_check.html",
        context={
            "counted": counted,
            "kit": counted.kit,
            "there": there,
            "typed": typed,
            "problems": [{"anchor": anchor, "message": message} for anchor, message in problems],
            "path": f"{DEVICES}/saetze/{counted.kit.id}/pruefen",
            "back": f"{DEVICES}/saetze/{counted.kit.id}",
        },
        status_code=status,
    )
