"""Somebody who enters a room: as the others read them, and by what we know them again in the report."""

from dataclasses import dataclass
from uuid import UUID

from lms.enrolment.models import Enrolment
from lms.people.models import Person

TEAM = "team-"
"""How the `user_id` of those begins who teach or look after the session; that of all others is their enrolment."""


@dataclass(frozen=True, slots=True)
class Joining:
    """The server reports people by their `user_id` (`lms.meetings.reports`): the attendance never goes by the name."""

    name: str
    user_id: str
    is_moderator: bool


def moderating(name: str, who: UUID | None) -> Joining:
    """Those who teach and the team, with their whole name."""
    return Joining(name, f"{TEAM}{who}", is_moderator=True)


def taking_part(enrolment: Enrolment, person: Person) -> Joining:
    """First name and initial, as in a class: all in the room read it."""
    name = f"{person.given_name} {person.family_name[:1]}{'.' if person.family_name else ''}".strip()
    return Joining(name, str(enrolment.id), is_moderator=False)
