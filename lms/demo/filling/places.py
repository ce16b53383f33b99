"""Venues, rooms and devices."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from lms.demo.data import WEEKDAYS
from lms.demo.filling.ground import Ground
from lms.demo.shapes import places as shapes
from lms.districts.models import District
from lms.resources.models import Device, DeviceModel, DeviceStatus, Kit, Room, Venue
from lms.resources.rules import Hours
from lms.resources.words import hours_in_words

INHABITANTS_A_WEIGHT = 190
SOURCE = "Erfundene Zahlen der Demonstration"
CONDITIONS = {"usable": "worn", "repair": "damaged", "missing": "good"}


async def fill_places(ground: Ground) -> Mapping[str, Room]:
    """Write venues, rooms and devices; gives the rooms by their keys."""
    venues = {venue.key: _venue(ground, venue) for venue in ground.demo.venues}
    await ground.put(venues.values())
    await ground.put(_districts(ground))
    rooms = {
        room.key: _room(ground, room, venues[venue.key].id)
        for venue in ground.demo.venues
        for room in venue.room
    }
    await ground.put(rooms.values())
    await _fill_devices(ground, rooms)
    return rooms


def _districts(ground: Ground) -> Sequence[District]:
    """All but the last are counted, with numbers that are made up and say so."""
    towns = ground.demo.people.district
    last_year = date(ground.now.year - 1, 12, 31)
    return [
        District(
            id=ground.key(),
            name=one.name,
            position=position,
            inhabitants=one.weight * INHABITANTS_A_WEIGHT if one is not towns[-1] else None,
            counted_on=last_year if one is not towns[-1] else None,
            source=SOURCE if one is not towns[-1] else "",
        )
        for position, one in enumerate(towns)
    ]


def _venue(ground: Ground, venue: shapes.Venue) -> Venue:
    return Venue(
        id=ground.key(),
        slug=venue.key,
        name=venue.name_de,
        district=venue.district,
        street=venue.street,
        postal_code=venue.postal_code,
        city=venue.city,
        arrival_de=f"{venue.stop_de}\n\n{venue.about_de}",
        arrival_en=f"{venue.stop_en}\n\n{venue.about_en}",
        opening_hours=hours_in_words(opening_hours(venue.opening_hours)),
        contact_name=venue.contact_name,
        contact_phone=venue.contact_phone,
        contact_email=venue.contact_email,
        key_note=venue.key_note,
    )


def opening_hours(hours: Sequence[shapes.OpeningHours]) -> Sequence[Hours]:
    """The hours as rules know them."""
    return [Hours(WEEKDAYS.index(one.weekday), one.opens, one.closes) for one in hours]


def _room(ground: Ground, room: shapes.Room, venue_id: UUID) -> Room:
    return Room(
        id=ground.key(),
        venue_id=venue_id,
        name=room.name_de,
        seats=room.seats,
        floor_de=room.floor_de,
        floor_en=room.floor_en,
        step_free=room.step_free,
        lift=room.lift,
        accessible_wc=room.accessible_wc,
        hearing_loop=room.hearing_loop,
        equipment=list(room.equipment),
        setup_minutes=room.setup_minutes,
        clearup_minutes=room.clear_up_minutes,
        is_bookable=room.bookable,
        release_after_minutes=room.release_after_minutes,
        hire_cents_per_hour=room.hire_cents_per_hour,
    )


async def _fill_devices(ground: Ground, rooms: Mapping[str, Room]) -> None:
    devices = ground.demo.devices
    models = {model.key: _model(ground, model) for model in devices.model}
    kits = {kit.key: _kit(ground, kit, rooms[kit.home_room].venue_id) for kit in devices.kit}
    await ground.put([*models.values(), *kits.values()])
    notes = {note.number: note for note in devices.note}
    await ground.put(
        Device(
            id=ground.key(),
            inventory_number=device.number,
            model_id=models[device.model].id,
            kit_id=kits[device.kit].id if device.kit else None,
            home_id=None if device.kit else rooms[device.home_room].venue_id,
            condition=CONDITIONS[notes[device.number].state] if device.number in notes else "good",
            status=DeviceStatus.MISSING if _is_missing(notes.get(device.number)) else DeviceStatus.USABLE,
            note=notes[device.number].text_de if device.number in notes else "",
        )
        for device in ground.demo.inventory()
    )


def _is_missing(note: shapes.DeviceNote | None) -> bool:
    return note is not None and note.state == "missing"


def _model(ground: Ground, model: shapes.DeviceModel) -> DeviceModel:
    return DeviceModel(
        id=ground.key(),
        slug=model.key,
        name=model.name_de,
        name_en=model.name_en,
        kind=model.kind,
        about_de=model.about_de,
        about_en=model.about_en,
        is_lendable=model.lendable,
        loan_days=model.loan_days,
        turnaround_minutes=model.turnaround_minutes,
        needs_wipe=model.needs_wipe,
        accessories=list(model.accessories),
        replacement_cents=model.replacement_cents,
    )


def _kit(ground: Ground, kit: shapes.Kit, home_id: UUID) -> Kit:
    return Kit(
        id=ground.key(),
        slug=kit.key,
        name=kit.name_de,
        name_en=kit.name_en,
        home_id=home_id,
        is_travelling=kit.travels,
        note=kit.note,
    )
