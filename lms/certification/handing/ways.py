"""By which way a certificate reaches its holder: what has to be kept goes by e-mail or on paper."""

from collections.abc import Iterable
from dataclasses import dataclass

from lms.messaging.models import Channel
from lms.messaging.ways import way_to
from lms.people.models import Person


def goes_by_post(person: Person) -> bool:
    """Whether the certificate of this person is printed and put into an envelope."""
    way = way_to(person.channel, email=person.email, phone=person.phone, has_sms=False, in_writing=True)
    return way is Channel.POST


def has_address(person: Person) -> bool:
    """Whether an envelope for this person would arrive."""
    return bool(person.street and person.city)


@dataclass(frozen=True, slots=True)
class Ways:
    """How many letters go by which way; `without_address` of those by post would not arrive."""

    by_email: int = 0
    by_post: int = 0
    without_address: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.by_email + self.by_post


def ways_of(persons: Iterable[Person]) -> Ways:
    """How the letters to these persons go; one for each certificate."""
    by_email = by_post = lost = 0
    for person in persons:
        if goes_by_post(person):
            by_post += 1
            lost += not has_address(person)
        else:
            by_email += 1
    return Ways(by_email, by_post, lost)
