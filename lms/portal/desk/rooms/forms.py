"""The forms for the facts of rooms and venues."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from wtforms.validators import ValidationError

from lms.kernel.marking import N_
from lms.resources.models import Equipment, Room, Venue
from lms.resources.words import name_of
from lms.scheduling.rooms import RoomFacts, VenueFacts, state_of
from lms.scheduling.words import FEDERAL_STATES
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    Email,
    Euro,
    Form,
    Hidden,
    Number,
    Phone,
    Select,
    Text,
    TextArea,
)
from lms.web.language import gettext
from lms.web.sent import uuid_in


class RoomForm(Form):
    """The facts of a room."""

    name = Text(N_("Name of the room"), missing=N_("Enter the name."))
    seats = Number(N_("Seats"), least=1, most=1000, width=5, missing=N_("Enter the number of seats."))
    floor_de = Text(N_("Floor, in German"), hint=N_("For example: Erdgeschoss, 1. Etage."))
    floor_en = Text(N_("Floor, in English"))
    step_free = Checkbox(N_("Can be reached without steps"))
    lift = Checkbox(N_("There is a lift"))
    accessible_wc = Checkbox(N_("There is a toilet for wheelchair users"))
    hearing_loop = Checkbox(N_("There is an induction loop for hearing aids"))
    equipment = Checkboxes(N_("Equipment"))
    setup_minutes = Number(
        N_("Minutes to set up"), least=0, most=240, width=5, missing=N_("Enter the minutes, or 0."),
        hint=N_("Kept free before each session that is planned from now on."),
    )  # fmt: skip
    clearup_minutes = Number(
        N_("Minutes to clear up"), least=0, most=240, width=5, missing=N_("Enter the minutes, or 0.")
    )
    hire_cents_per_hour = Euro(
        N_("What the centre pays for an hour"),
        hint=N_("Leave it empty if the room costs the centre nothing."),
    )
    is_bookable = Checkbox(N_("Others may ask for this room"))
    release_after_minutes = Number(
        N_("Released after so many minutes"), least=5, most=240, width=5,
        hint=N_("When nobody has come by then, a booking gives the room back. Leave it empty: never."),
    )  # fmt: skip
    seen = Hidden()
    new_id = Hidden()

    def offer(self, vocabulary: Sequence[Equipment]) -> None:
        """Let one choose from the equipment that rooms can have."""
        self.equipment.choices = [(one.key, name_of(one)) for one in vocabulary]

    def facts(self) -> RoomFacts:
        """The facts of a form that is valid."""
        return RoomFacts(
            name=self.name.data,
            seats=self.seats.data,
            floor_de=self.floor_de.data or "",
            floor_en=self.floor_en.data or "",
            step_free=bool(self.step_free.data),
            lift=bool(self.lift.data),
            accessible_wc=bool(self.accessible_wc.data),
            hearing_loop=bool(self.hearing_loop.data),
            equipment=tuple(key for key, _ in self.equipment.choices if key in (self.equipment.data or ())),
            setup_minutes=self.setup_minutes.data,
            clearup_minutes=self.clearup_minutes.data,
            hire_cents_per_hour=self.hire_cents_per_hour.data or 0,
            is_bookable=bool(self.is_bookable.data),
            release_after_minutes=self.release_after_minutes.data,
        )


class VenueForm(Form):
    """The facts of a venue."""

    name = Text(N_("Name of the venue"), missing=N_("Enter the name."))
    district = Text(N_("District"), missing=N_("Enter the district."))
    street = Text(N_("Street and number"))
    postal_code = Text(N_("Postcode"), width=5)
    city = Text(N_("Town"))
    phone = Phone(autocomplete="off")
    arrival_de = TextArea(N_("How to get there, in German"))
    arrival_en = TextArea(N_("How to get there, in English"))
    federal_state = Select(
        N_("Federal state"),
        choices=list(FEDERAL_STATES.items()),
        blank=N_("That of the centre"),
        hint=N_("Its public and school holidays are left out when courses are planned there."),
    )
    contact_name = Text(
        N_("Whom to call there"), hint=N_("Name, phone, e-mail and key are for the team alone.")
    )
    contact_phone = Phone(N_("Their phone number"), autocomplete="off")
    contact_email = Email(N_("Their e-mail address"), autocomplete="off")
    key_note = TextArea(N_("Where the key is"), rows=3)
    seen = Hidden()
    new_id = Hidden()

    def validate_postal_code(self, field: Text) -> None:
        """Refuse what is no German postcode."""
        if not (len(field.data) == 5 and field.data.isascii() and field.data.isdigit()):
            raise ValidationError(gettext("Enter the postcode with five digits, for example 39340."))

    def facts(self) -> VenueFacts:
        """The facts of a form that is valid."""
        return VenueFacts(**{name: self[name].data or "" for name in VenueFacts.__slots__})


def room_values(room: Room) -> dict[str, Any]:
    """What a form for this room is filled with."""
    values = {name: getattr(room, name) for name in RoomFacts.__slots__} | {"seen": state_of(room)}
    return values | {"hire_cents_per_hour": room.hire_cents_per_hour or None}


def venue_values(venue: Venue) -> dict[str, Any]:
    """What a form for this venue is filled with."""
    return {name: getattr(venue, name) for name in VenueFacts.__slots__} | {"seen": state_of(venue)}


def id_of(field: Hidden) -> UUID:
    """The id that a form for something new carries, so that a second click makes no second one."""
    return uuid_in(field.data) or uuid4()
