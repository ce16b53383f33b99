"""Makes what a story needs, with obvious defaults: plain functions that return rows not yet in any database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lms.catalogue.models import Course, Run, RunState
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.resources.models import Room, Venue

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
"""For modules that test rules of domain.md: every test runs on both databases."""

MOMENT = datetime(2026, 12, 4, 8, 0, tzinfo=UTC)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: datetime = MOMENT) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **span: float) -> None:
        """Move on: `clock.forward(hours=49)`."""
        self.moment += timedelta(**span)


def make_person(given_name: str = "Ada", family_name: str = "Lehmann", **given: Any) -> Person:
    defaults: dict[str, Any] = {
        "matching": f"{given_name} {family_name}".lower(),
        "created_at": MOMENT,
        "email": f"{given_name}.{family_name}@example.com".lower(),
    }
    return Person(given_name=given_name, family_name=family_name, **defaults | given)


def make_course(title: str = "Das Tablet kennenlernen", **given: Any) -> Course:
    defaults: dict[str, Any] = {
        "slug": f"kurs-{uuid4().hex[:8]}",
        "title_en": "Meet your tablet",
        "created_at": MOMENT,
    }
    return Course(title_de=title, **defaults | given)


def make_run(course: Course, **given: Any) -> Run:
    """A published run of twelve places, free of charge, four weeks from now."""
    defaults: dict[str, Any] = {
        "number": f"R{uuid4().hex[:8]}",
        "capacity": 12,
        "state": RunState.PUBLISHED,
        "created_at": MOMENT,
        "starts_at": MOMENT + timedelta(days=28),
        "ends_at": MOMENT + timedelta(days=49),
        "session_count": 4,
        "total_minutes": 360,
    }
    return Run(course_id=course.id, **defaults | given)


def make_venue(name: str = "Innovationszentrum", **given: Any) -> Venue:
    return Venue(name=name, **{"slug": f"ort-{uuid4().hex[:8]}", "district": "Haldensleben"} | given)


def make_room(venue: Venue, name: str = "Raum 1", **given: Any) -> Room:
    return Room(venue_id=venue.id, name=name, **{"seats": 14} | given)


def learner(person: Person, *, acts_for: frozenset[UUID] = frozenset()) -> Actor:
    """Somebody with an account and no further role."""
    return Actor(
        identities=frozenset({Identity.LEARNER}),
        account_id=uuid4(),
        person_id=person.id,
        acts_for=acts_for,
        name=person.name,
    )


def staff(*identities: Identity) -> Actor:
    """Somebody of the team with these permissions, second factor given; all permissions when none is named."""
    from lms.kernel.rights import STAFF

    return Actor(
        identities=frozenset(identities or STAFF), account_id=uuid4(), person_id=uuid4(), name="Team"
    )
