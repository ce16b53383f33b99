"""How devices are called, and how their state is said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.resources.models import DeviceStatus, Kit, KitPart, Reservation, ReservationKind
from lms.web.formats import amount, date_short, time_range
from lms.web.language import current_language, gettext, ngettext, translated

KINDS: Mapping[str, str] = {
    "tablet": N_("Tablet"),
    "smartphone": N_("Smartphone"),
    "laptop": N_("Laptop"),
    "camera": N_("Camera"),
    "audio": N_("Sound"),
    "vr-glasses": N_("VR glasses"),
    "3d-printer": N_("3D printer"),
    "robot": N_("Robot"),
    "microcontroller": N_("Microcontroller"),
    "network": N_("Network"),
    "projector": N_("Projector"),
    "other": N_("Other device"),
}
CONDITIONS: Mapping[str, tuple[str, str]] = {
    "good": (N_("good"), "success"),
    "worn": (N_("worn"), "info"),
    "damaged": (N_("damaged"), "warning"),
}
"""Word and tone of each condition."""

STATUSES: Mapping[str, tuple[str, str]] = {
    DeviceStatus.USABLE: (N_("in use"), "success"),
    DeviceStatus.MISSING: (N_("missing"), "danger"),
    DeviceStatus.RETIRED: (N_("retired"), "info"),
}
IN_REPAIR = (N_("in repair"), "warning")
TAKEN_BY: Mapping[ReservationKind, str] = {
    ReservationKind.SESSION: N_("Course"),
    ReservationKind.BOOKING: N_("Booking"),
    ReservationKind.LOAN: N_("Loan"),
    ReservationKind.REPAIR: N_("Repair"),
    ReservationKind.CLOSURE: N_("Closed"),
    ReservationKind.APPOINTMENT: N_("Help desk"),
    ReservationKind.HELP_DESK: N_("Help desk"),
}
ACTIONS: Mapping[str, str] = {
    "device.created": N_("Device recorded"),
    "device.changed": N_("Device changed"),
    "device.missing": N_("Device missing"),
    "device.retired": N_("Device retired"),
    "device.usable": N_("Device back in use"),
    "device.repair_booked": N_("Repair entered"),
    "device.repair_changed": N_("Repair changed"),
    "device.repair_ended": N_("Repair ended"),
    "device.wiped": N_("Data deleted"),
    "device_model.created": N_("Model recorded"),
    "device_model.changed": N_("Model changed"),
    "kit.created": N_("Kit recorded"),
    "kit.changed": N_("Kit changed"),
    "kit.checked": N_("Kit checked"),
}
FIELDS: Mapping[str, str] = {
    "inventory_number": N_("Inventory number"),
    "serial_number": N_("Serial number"),
    "condition": N_("Condition"),
    "status": N_("State"),
    "name": N_("Name"),
    "name_en": N_("Name in English"),
    "kit": N_("Kit"),
    "home": N_("Place"),
    "note": N_("Note"),
    "loan_days": N_("Days of a loan"),
    "turnaround_minutes": N_("Minutes between two uses"),
    "replacement_cents": N_("Replacement value"),
    "accessories": N_("Accessories"),
    "until": N_("Until"),
    "missing": N_("Missing"),
    "found": N_("Found again"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """What a kit lacks: parts with how many, and units that are missing or in repair, by inventory number."""

    kit: Kit
    parts: Sequence[KitPart] = ()
    missing: Sequence[str] = ()
    in_repair: Sequence[str] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not (self.parts or self.missing or self.in_repair)


def spoken(german: str, english: str) -> str:
    """A name in the reader's language, German where there is no other."""
    return english if english and current_language() == "en" else german


def gaps_in_words(gaps: Gaps) -> str:
    """Tabletkoffer A lacks: 1 × Ladegerät, device 0007; 0019 is in repair. Empty for a kit that is whole."""
    if gaps.is_whole:
        return ""
    lacking = [
        gettext("%(count)s × %(part)s", count=part.expected - part.present, part=part.name)
        + (f" ({part.note.rstrip('.')})" if part.note else "")
        for part in gaps.parts
    ]
    if gaps.missing:
        lacking.append(
            ngettext(
                "device %(numbers)s",
                "devices %(numbers)s",
                len(gaps.missing),
                numbers=", ".join(gaps.missing),
            )
        )
    name, sentences = spoken(gaps.kit.name, gaps.kit.name_en), []
    if lacking:
        sentences.append(gettext("%(kit)s lacks: %(things)s.", kit=name, things=", ".join(lacking)))
    if gaps.in_repair:
        sentences.append(
            ngettext(
                "Of %(kit)s, device %(numbers)s is in repair.",
                "Of %(kit)s, devices %(numbers)s are in repair.",
                len(gaps.in_repair),
                kit=name,
                numbers=", ".join(gaps.in_repair),
            )
        )
    return " ".join(sentences)


def span_in_words(starts_at: datetime, ends_at: datetime) -> str:
    """Day and time; only the days, the last one included, when it takes longer than a day."""
    last = ends_at - timedelta(microseconds=1)
    if ends_at - starts_at < timedelta(days=1) and local(starts_at).date() == local(last).date():
        return f"{date_short(starts_at)}, {time_range(starts_at, ends_at)}"
    return gettext("%(first)s to %(last)s", first=date_short(starts_at), last=date_short(last))


def purpose_in_words(reservation: Reservation, *, in_full: bool = True) -> str:
    """Course 26-0038; Repair: display. Whom a loan is for is told to the team alone."""
    word = translated(TAKEN_BY[reservation.kind])
    if not reservation.purpose or not (in_full or reservation.kind == ReservationKind.SESSION):
        return word
    if reservation.kind == ReservationKind.REPAIR:
        return gettext("%(what)s: %(note)s", what=word, note=reservation.purpose)
    return f"{word} {reservation.purpose}"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[str]:
    """Each changed fact in words."""
    for name, words in FIELDS.items():
        if name in after and before.get(name) != after[name]:
            yield gettext("%(fact)s: %(new)s", fact=translated(words), new=_written(name, after[name]))


def _written(name: str, value: Any) -> str:
    if value is None or value in ("", []):
        return gettext("none")
    if name == "condition":
        return translated(CONDITIONS.get(str(value), (str(value), ""))[0])
    if name == "status":
        return translated(STATUSES.get(str(value), (str(value), ""))[0])
    if name.endswith("_cents"):
        return amount(int(value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
