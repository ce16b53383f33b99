"""What is asked when devices are reserved, change hands, or people agree."""

from collections.abc import Sequence

from lms.kernel.marking import N_
from lms.lending.queries import name_of
from lms.lending.rules import CONDITIONS
from lms.lending.values import HandOver
from lms.lending.words import CONDITION_WORDS
from lms.resources.models import DeviceModel, Venue
from lms.web.fields.base import OurField
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Form,
    Hidden,
    Radios,
    Select,
    Text,
    TextArea,
)
from lms.web.language import gettext

SENT = "gesendet"
"""Tells a form that was sent with no box ticked from one that is shown for the first time."""

AGREEMENT = [
    ("paper", N_("The person has signed on paper")),
    ("screen", N_("The person accepts on this screen")),
    ("later", N_("The person accepts later, by the link in our letter")),
]


class StateForm(Form):
    """In which state a device changes hands."""

    condition = Radios(
        N_("Condition"),
        choices=[(name, CONDITION_WORDS[name]) for name in CONDITIONS],
        missing=N_("Choose the condition."),
    )
    accessories = Checkboxes(N_("Accessories"))
    note = TextArea(N_("Note"), rows=2, longest=500)

    def for_accessories(self, names: Sequence[str], hint: str = "") -> "StateForm":
        """Offer these accessories; without any the question falls away."""
        if names:
            self.accessories.choices = [(name, name) for name in names]
            self.accessories.hint = self.accessories.description = hint
        else:
            del self.accessories
        return self

    def state(self) -> HandOver:
        """The state of a form that is valid."""
        named = tuple(self.accessories.data or ()) if "accessories" in self else None
        return HandOver(condition=self.condition.data, accessories=named, note=(self.note.data or "").strip())


class HandOutForm(StateForm):
    """Handing out what was reserved; the agreement only while it is still to be accepted."""

    agreement = Radios(
        N_("Loan agreement"), choices=AGREEMENT, missing=N_("Choose how the agreement is accepted.")
    )


class LendForm(HandOutForm):
    """Handing out at once."""

    last = DateParts(N_("To be returned by"), missing=N_("Enter the last day."))
    venue = Select(N_("Place of pick-up"), blank=N_("the device's own place"))
    key = Hidden()


class ReserveForm(Form):
    """A device for days to come: one by its number, or any of a kind."""

    number = Text(
        N_("Number of the device"),
        hint=N_("Only if it has to be this very device. Otherwise choose a kind below."),
        width=10,
        longest=100,
        is_asked=True,
    )
    model = Select(N_("Kind of device"), is_asked=True)
    first = DateParts(N_("From"), missing=N_("Enter the first day."))
    last = DateParts(
        N_("Until"),
        hint=N_("Leave it empty for the usual time of this kind of device."),
    )
    venue = Select(N_("Place of pick-up"), blank=N_("the device's own place"))
    note = TextArea(N_("Note"), rows=2, longest=500)
    key = Hidden()


class ExtendForm(Form):
    """Another last day."""

    last = DateParts(N_("New last day"), missing=N_("Enter the last day."))
    version = Hidden()


class ReasonForm(Form):
    """Why something ends otherwise than planned."""

    reason = Text(N_("Reason"), hint=N_("For the history. The person does not read it."), longest=300)


class BlockForm(Form):
    """Until when somebody may not borrow, and why."""

    until = DateParts(N_("Until when, this day included?"), missing=N_("Enter the last day."))
    reason = Text(
        N_("Why?"),
        hint=N_("The person reads this sentence."),
        missing=N_("Say why, in a short sentence."),
        longest=300,
    )
    key = Hidden()


class AcceptForm(Form):
    """Agreeing on screen."""

    name = Text(
        N_("Your first and family name"),
        hint=N_(
            "It stands in place of your signature. For people under 18 a parent or guardian enters theirs."
        ),
        missing=N_("Enter your first and family name. It stands in place of your signature."),
        autocomplete="name",
        longest=100,
    )
    accepted = Checkbox(
        N_("I have read the rules of lending and accept them."),
        missing=N_("Tick the box if you accept the rules."),
    )


class SettleForm(Form):
    """What has turned up."""

    found = Checkboxes(N_("What has turned up or been replaced?"), missing=N_("Choose at least one thing."))


class ClassForm(Form):
    """Who gets which device in class."""

    person = Select(N_("Who gets the device?"), missing=N_("Choose the person."))
    number = Text(
        N_("Number of the device"), missing=N_("Scan the label or type the number."), width=10, longest=200
    )


class HomeForm(Form):
    """Until when a device of the class may stay at home."""

    last = DateParts(N_("To be returned by"), missing=N_("Enter the last day."))


class ClassReserveForm(ReserveForm):
    """A device for somebody of the run, for days to come."""

    person = Select(N_("For whom?"), missing=N_("Choose the person."))


def choose_from(form: ReserveForm, models: Sequence[DeviceModel], places: Sequence[Venue]) -> None:
    """Offer kinds and places."""
    form.model.choices = [(str(model.id), name_of(model)) for model in models]
    offer_places(form.venue, places)


def offer_places(field: OurField, places: Sequence[Venue]) -> None:
    """Offer places of pick-up."""
    field.choices = [(str(venue.id), venue.name) for venue in places]  # type: ignore[attr-defined]


def one_of(form: ReserveForm) -> bool:
    """Whether a device or a kind is named; says so at the field otherwise."""
    if form.number.data or form.model.data:
        return True
    form.model.errors = [*form.model.errors, gettext(N_("Choose a kind of device, or enter a number above."))]
    return False
