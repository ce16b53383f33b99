"""How requests and offers are spoken of, in the language being spoken."""

from collections.abc import Mapping
from typing import Any

from lms.inhouse.models import (
    DevicesFrom,
    PriceKind,
    RequestState,
    TrainingOffer,
    TrainingOfferState,
    TrainingPlace,
)
from lms.inhouse.rules import total_of
from lms.kernel.marking import N_
from lms.web.formats import amount
from lms.web.language import gettext

STATES: Mapping[RequestState, tuple[str, str]] = {
    RequestState.NEW: (N_("new"), "warning"),
    RequestState.CLARIFYING: (N_("being clarified"), "info"),
    RequestState.OFFERED: (N_("offer sent"), "info"),
    RequestState.ACCEPTED: (N_("offer accepted"), "success"),
    RequestState.DECLINED: (N_("declined"), "danger"),
    RequestState.LAPSED: (N_("offer lapsed"), "danger"),
    RequestState.RUN: (N_("became a run"), "success"),
}
OFFER_STATES: Mapping[TrainingOfferState, tuple[str, str]] = {
    TrainingOfferState.DRAFT: (N_("draft"), "warning"),
    TrainingOfferState.SENT: (N_("offer sent"), "info"),
    TrainingOfferState.REPLACED: (N_("replaced"), "info"),
    TrainingOfferState.ACCEPTED: (N_("offer accepted"), "success"),
    TrainingOfferState.DECLINED: (N_("declined"), "danger"),
    TrainingOfferState.LAPSED: (N_("offer lapsed"), "danger"),
}
PLACES: Mapping[TrainingPlace, str] = {
    TrainingPlace.COMPANY: N_("At our company"),
    TrainingPlace.CENTRE: N_("At the centre"),
    TrainingPlace.ONLINE: N_("Online"),
    TrainingPlace.OPEN: N_("We do not know yet"),
}
"""As the company says it."""
PLACES_FOR_US: Mapping[TrainingPlace, str] = {
    TrainingPlace.COMPANY: N_("at the company"),
    TrainingPlace.CENTRE: N_("at the centre"),
    TrainingPlace.ONLINE: N_("online"),
    TrainingPlace.OPEN: N_("still open"),
}
DEVICES: Mapping[DevicesFrom, str] = {
    DevicesFrom.OWN: N_("We have devices of our own"),
    DevicesFrom.CENTRE: N_("The centre should bring devices"),
    DevicesFrom.OPEN: N_("We do not know yet"),
}
DEVICES_FOR_US: Mapping[DevicesFrom, str] = {
    DevicesFrom.OWN: N_("of the company"),
    DevicesFrom.CENTRE: N_("of the centre"),
    DevicesFrom.OPEN: N_("still open"),
}
PRICE_KINDS: Mapping[PriceKind, str] = {
    PriceKind.FIXED: N_("One sum for everybody together"),
    PriceKind.PER_PERSON: N_("A price for each person"),
}
WEEKDAYS = (
    ("0", N_("Monday")),
    ("1", N_("Tuesday")),
    ("2", N_("Wednesday")),
    ("3", N_("Thursday")),
    ("4", N_("Friday")),
    ("5", N_("Saturday")),
)
LINES: Mapping[str, str] = {
    "travel": N_("Travel costs"),
    "material": N_("Material"),
}


def line_words(line: Mapping[str, Any], title: str) -> str:
    """What a line of an offer is for."""
    known = LINES.get(str(line["for"]))
    return gettext(known) if known else title


def wording_of(offer: TrainingOffer) -> str:
    """The words that are read before the button is pressed; they are kept with the answer."""
    return gettext(
        N_("We order the training “%(title)s” by the offer %(number)s for %(sum)s."),
        title=offer.title,
        number=offer.number,
        sum=amount(total_of(offer)),
    )


def button_of(offer: TrainingOffer) -> str:
    """What stands on the button: the price."""
    return gettext(N_("Order for %(sum)s, with obligation to pay"), sum=amount(total_of(offer)))
