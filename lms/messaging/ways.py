"""By which one way somebody is told: decided here alone, so that nobody is told twice or not at all (U20)."""

from datetime import UTC, datetime, timedelta

import phonenumbers

from lms.kernel.clock import local
from lms.messaging.models import Channel

CALL_DAYS = 2
"""So many working days the team tries to reach somebody on the telephone; then the letter goes by post."""
SATURDAY = 5
MOBILE = frozenset({phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE})


def way_to(
    channel: Channel,
    *,
    email: str | None,
    phone: str | None,
    has_sms: bool,
    in_writing: bool = False,
    has_postal_address: bool = True,
) -> Channel:
    """The way a letter goes to somebody who chose `channel`: what cannot be done by it goes by post.

    Whose postal address we do not know is called instead, where there is a number.

    `in_writing` is for what has to be kept (a contract, an invoice, a certificate): never by short message or telephone.
    `has_sms` says whether a gateway for short messages is set.
    """
    if channel is Channel.EMAIL and email:
        return Channel.EMAIL
    if channel is Channel.SMS and has_sms and takes_sms(phone) and not in_writing:
        return Channel.SMS
    if channel is Channel.PHONE and phone and not in_writing:
        return Channel.PHONE
    if not has_postal_address and phone and not in_writing:
        return Channel.PHONE
    return Channel.POST


def is_slow(channel: Channel, *, email: str | None, phone: str | None, has_sms: bool) -> bool:
    """Whether somebody hears of a thing days later only: by letter, or by a call that may have to become one."""
    way = way_to(channel, email=email, phone=phone, has_sms=has_sms)
    return way in {Channel.POST, Channel.PHONE}


def takes_sms(phone: str | None) -> bool:
    """Whether a short message can be sent to this number (E.164): a mobile one."""
    try:
        number = phonenumbers.parse(phone or "", "DE")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in MOBILE


def call_until(at: datetime, deadline: datetime | None = None) -> datetime:
    """Until when the team tries to reach somebody: two working days, and never past the deadline the letter speaks of."""
    until, left = at, CALL_DAYS
    while left:
        until += timedelta(days=1)
        left -= local(until).weekday() < SATURDAY
    return until if deadline is None else min(until, deadline)


def not_at_night(at: datetime, quiet: tuple[int, int]) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into: nobody's telephone rings at night.

    `quiet` is from which hour until which, in Europe/Berlin; the same hour twice means that there are none.
    """
    begins, ends = quiet
    here = local(at)
    if begins == ends or ends <= here.hour < begins:
        return at
    morning = here.replace(hour=ends, minute=0, second=0, microsecond=0)
    if here.hour >= begins:
        morning = (here + timedelta(days=1)).replace(hour=ends, minute=0, second=0, microsecond=0)
    return morning.astimezone(UTC)
