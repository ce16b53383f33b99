"""The two ways to the seats of an order: as a contact of the company, or by the link in the letter."""

from lms.enrolment.seats.links import LINK
from lms.enrolment.seats.models import SeatLink, SeatOrder
from lms.enrolment.seats.naming import PURPOSE
from lms.web.module import Around

OWN = "meine"
"""Stands in the address where others have a token: then the account has to be a contact's."""


def path_of(around: Around, order: SeatOrder, *, own: bool) -> str:
    """Where the seats of an order are looked after."""
    key = OWN if own else around.signer.token(PURPOSE, order.id, order.link_version)
    return f"/plaetze/{order.id}/{key}"


def token_in(key: str) -> str:
    """The token of an address; empty where the account has to do."""
    return "" if key == OWN else key


def link_address(around: Around, link: SeatLink) -> str:
    """The full address of a link for the company's staff, as it stands in mails and in its QR code."""
    token = around.signer.token(LINK, link.id, link.version)
    return f"{around.settings.public_url.rstrip('/')}/platz/{link.id}/{token}"
