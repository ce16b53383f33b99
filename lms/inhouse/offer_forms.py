"""The form of an offer, and with what it begins."""

from datetime import date
from typing import Any
from uuid import UUID

from lms.booking.forms import DayList
from lms.inhouse.forms import MOST_PEOPLE
from lms.inhouse.models import PriceKind, TrainingOffer, TrainingPlace
from lms.inhouse.values import OfferFacts
from lms.inhouse.words import PLACES_FOR_US, PRICE_KINDS
from lms.kernel.clock import MINUTES_PER_UNIT
from lms.kernel.marking import N_
from lms.web.forms import (
    DateParts,
    Euro,
    Form,
    Hidden,
    Number,
    Radios,
    Select,
    Text,
    TextArea,
    TimeOfDay,
)
from lms.web.sent import uuid_in

LATEST = date(2150, 1, 1)
USUAL_MINUTES = 2 * MINUTES_PER_UNIT


class OfferForm(Form):
    """An offer."""

    title = Text(N_("Title of the training"), missing=N_("Enter a title."), longest=150)
    course = Select(
        N_("Course it is made from"), blank=N_("None: a course draft is made of the title"),
        hint=N_("The closed run belongs to this course."),
    )  # fmt: skip
    people = Number(
        N_("For how many people?"), least=1, most=MOST_PEOPLE, width=5, missing=N_("Enter the number of people.")
    )  # fmt: skip
    place = Radios(
        N_("Where?"),
        choices=[(one.value, words) for one, words in PLACES_FOR_US.items()],
        missing=N_("Choose where."),
    )
    address = Text(N_("Address, if it is at the company"), longest=200)
    room = Select(N_("Room, if it is at the centre"), blank=N_("No room yet"))
    trainer = Select(N_("Trainer"), blank=N_("Nobody yet"))
    thing = Select(N_("Devices of the centre"), blank=N_("None"))
    things = Number(N_("How many devices?"), least=0, most=MOST_PEOPLE, width=5)
    days = DayList(
        N_("Dates"), rows=4, longest=2000,
        hint=N_("One day a line, for example 24.03.2027. Leave it empty if the dates are still to be agreed."),
    )  # fmt: skip
    starts_at = TimeOfDay(N_("Beginning"), is_asked=True)
    minutes = Number(N_("Minutes each day, without breaks"), least=0, most=600, width=5, is_asked=True)
    units = Number(
        N_("Teaching units altogether"), least=0, most=500, width=5, hint=N_("Only where there are no dates: else they are reckoned.")
    )  # fmt: skip
    price_kind = Radios(
        N_("How is the price meant?"),
        choices=[(one.value, words) for one, words in PRICE_KINDS.items()],
        missing=N_("Choose how the price is meant."),
    )
    price = Euro(N_("Price of the training"), missing=N_("Enter the price, or 0."))
    travel = Euro(N_("Travel costs"))
    material = Euro(N_("Material"))
    regular = Euro(
        N_("Regular price of everything"), hint=N_("Only if the company pays less than others: the difference may be aid.")
    )  # fmt: skip
    tax = Select(N_("Tax"), blank=N_("as the centre's courses"))
    fee = Euro(N_("Fee for each unit"), hint=N_("What the trainer gets. The company never sees the costs."))
    room_cost = Euro(N_("Cost of the room altogether"))
    other_cost = Euro(N_("Other costs"))
    text = TextArea(
        N_("Text of the offer"), rows=6, longest=4000, hint=N_("What is taught, what is included, what the company prepares.")
    )  # fmt: skip
    valid_until = DateParts(
        N_("Valid until"), missing=N_("Enter the last day on which it can be accepted."), latest=LATEST
    )
    key = Hidden()
    version = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """Dates need a beginning and a length."""
        valid: bool = super().validate(extra_validators)
        if self.days.data and self.starts_at.data is None and not self.starts_at.errors:
            self.refuse("starts_at", N_("Enter when it begins."))
            valid = False
        if self.days.data and not self.minutes.data and not self.minutes.errors:
            self.refuse("minutes", N_("Enter how many minutes it takes each day."))
            valid = False
        return valid

    def facts(self) -> OfferFacts:
        """The offer of a form that is valid."""
        return OfferFacts(
            title=self.title.data,
            course_id=uuid_in(self.course.data),
            people=self.people.data,
            valid_until=self.valid_until.data,
            price_kind=PriceKind(self.price_kind.data),
            price_cents=self.price.data,
            units=self.units.data,
            place=TrainingPlace(self.place.data),
            address=self.address.data or "",
            days=tuple(self.days.data or ()),
            starts_at=self.starts_at.data,
            minutes=self.minutes.data or 0,
            room_id=uuid_in(self.room.data),
            trainer_id=uuid_in(self.trainer.data),
            thing=self.thing.data or "",
            things=self.things.data or 0,
            travel_cents=self.travel.data or 0,
            material_cents=self.material.data or 0,
            regular_cents=self.regular.data or None,
            tax_code=self.tax.data or "",
            text=self.text.data or "",
            fee_cents=self.fee.data or 0,
            room_cents=self.room_cost.data or 0,
            other_cents=self.other_cost.data or 0,
        )


def offer_values(offer: TrainingOffer) -> dict[str, Any]:
    """An offer as the form shows it."""
    return {
        "title": offer.title,
        "course": str(offer.course_id or ""),
        "people": offer.people,
        "place": offer.place.value,
        "address": offer.address,
        "room": str(offer.room_id or ""),
        "trainer": str(offer.trainer_id or ""),
        "thing": offer.thing,
        "things": offer.things or None,
        "days": tuple(date.fromisoformat(day) for day in offer.days),
        "starts_at": offer.starts_at,
        "minutes": offer.minutes or None,
        "units": None if offer.days else offer.units or None,
        "price_kind": offer.price_kind.value,
        "price": offer.price_cents,
        "travel": offer.travel_cents or None,
        "material": offer.material_cents or None,
        "regular": offer.regular_cents,
        "tax": offer.tax_code,
        "fee": offer.fee_cents or None,
        "room_cost": offer.room_cents or None,
        "other_cost": offer.other_cents or None,
        "text": offer.text,
        "valid_until": offer.valid_until,
        "key": str(offer.id),
        "version": str(offer.version),
    }


def first_values(
    key: UUID, *, title: str, people: int, place: TrainingPlace, until: date, course: str
) -> dict[str, Any]:
    """How the form of a first offer begins: as it was asked for."""
    return {
        "key": str(key),
        "title": title,
        "people": people,
        "place": place.value,
        "course": course,
        "minutes": USUAL_MINUTES,
        "price_kind": PriceKind.FIXED.value,
        "valid_until": until,
    }
