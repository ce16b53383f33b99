"""What kits consist of, what is in repair, and which devices the coming sessions have."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from lms.catalogue.models import RunState
from lms.demo.filling.ground import Ground
from lms.demo.filling.timetable import Planned
from lms.kernel.period import Period
from lms.resources.devices.days import day_of
from lms.resources.models import Device, DeviceModel, Kit, KitPart, ReservationKind
from lms.resources.reserving import Claim, reserve
from lms.scheduling.devices import sessions_to_come
from lms.scheduling.equipping import equip_all, needs_of, supply_for, venues_of
from lms.scheduling.equipping_rules import Need
from lms.scheduling.models import CourseNeed, RunNeed, Session

AS_KIT = {"robot": "roboterkiste", "vr-glasses": "vr-koffer", "microcontroller": "mikrocontrollerkiste"}
"""What is always taken as a whole."""
IN_REPAIR_SINCE, IN_REPAIR_FOR = timedelta(days=7), timedelta(days=10)
SHARED = "Zwei Personen teilen sich ein Gerät."


async def fill_devices(ground: Ground, runs: Sequence[Planned]) -> None:
    """Write parts, repairs and needs, then give every session to come what is free; after loans, which go first."""
    kits = {kit.slug: kit for kit in await ground.session.scalars(select(Kit))}
    known = {model.slug: model for model in await ground.session.scalars(select(DeviceModel))}
    models = {model.key: known[model.key] for model in ground.demo.devices.model}
    await _fill_parts(ground, kits)
    await _fill_repairs(ground)
    await _fill_course_needs(ground, runs, kits, models)
    for planned in runs:
        if planned.run.state is not RunState.CANCELLED and planned.ends_at > ground.now:
            await _equip(ground, planned, kits, models)


async def _fill_parts(ground: Ground, kits: Mapping[str, Kit]) -> None:
    await ground.put(
        KitPart(
            id=ground.key(),
            kit_id=kits[kit.key].id,
            name=part.name,
            expected=part.expected,
            present=part.expected - part.missing,
            note=part.note,
        )
        for kit in ground.demo.devices.kit
        for part in kit.part
    )


async def _fill_repairs(ground: Ground) -> None:
    notes = {note.number: note for note in ground.demo.devices.note if note.state == "repair"}
    period = Period(day_of(ground.today - IN_REPAIR_SINCE).start, day_of(ground.today + IN_REPAIR_FOR).end)
    for device in await ground.session.scalars(
        select(Device).where(Device.inventory_number.in_(notes)).order_by(Device.inventory_number)
    ):
        await reserve(
            ground.session,
            [Claim(period=period, device_id=device.id)],
            kind=ReservationKind.REPAIR,
            purpose=notes[device.inventory_number].text_de,
            cause_id=ground.key(),
        )


async def _fill_course_needs(
    ground: Ground, runs: Sequence[Planned], kits: Mapping[str, Kit], models: Mapping[str, DeviceModel]
) -> None:
    courses = {planned.course.id: planned for planned in runs}
    await ground.put(
        CourseNeed(
            id=ground.key(), course_id=course_id, count=need.count, model_id=need.model_id, kit_id=need.kit_id
        )
        for course_id, planned in courses.items()
        for need in (next(_ways(kind, count, kits, models)) for kind, count in _wanted(planned))
    )


async def _equip(
    ground: Ground, planned: Planned, kits: Mapping[str, Kit], models: Mapping[str, DeviceModel]
) -> None:
    meetings = await sessions_to_come(ground.session, planned.run.id, ground.now)
    if not meetings or planned.run.is_online:
        return
    for kind, count in _wanted(planned):
        need = await _best(ground, list(_ways(kind, count, kits, models)), meetings)
        ground.session.add(
            RunNeed(
                id=ground.key(),
                run_id=planned.run.id,
                count=need.count,
                model_id=need.model_id,
                kit_id=need.kit_id,
                note=need.note,
            )
        )
    await ground.session.flush()
    await equip_all(
        ground.session,
        meetings,
        await needs_of(ground.session, planned.run.id),
        purpose=planned.run.number,
        travel_minutes=ground.settings.travel_minutes,
    )


def _wanted(planned: Planned) -> list[tuple[str, int]]:
    return [(need.kind, need.count) for need in planned.course_shape.device_needs]


def _ways(
    kind: str, count: int, kits: Mapping[str, Kit], models: Mapping[str, DeviceModel]
) -> Iterator[Need]:
    """The needs that would do, the usual one first."""
    if kind in AS_KIT:
        yield Need(count=1, kit_id=kits[AS_KIT[kind]].id)
    for model in models.values():
        if model.kind == kind:
            yield Need(count=count, model_id=model.id)


async def _best(ground: Ground, ways: Sequence[Need], meetings: Sequence[Session]) -> Need:
    """The first need that is met in every session; else the first, with the reason why fewer will do."""
    span = Period(min(one.starts_at for one in meetings), max(one.ends_at for one in meetings))
    supply = await supply_for(ground.session, ways, span, travel_minutes=ground.settings.travel_minutes)
    venues = await venues_of(ground.session, meetings)
    for way in ways:
        if not any(
            supply.assignment(
                [way], Period(one.starts_at, one.ends_at), venue_id=venues.get(one.room_id)
            ).shortages
            for one in meetings
        ):
            return way
    return Need(count=ways[0].count, model_id=ways[0].model_id, kit_id=ways[0].kit_id, note=SHARED)
