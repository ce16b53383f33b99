"""What happens between persons that others have to know."""

from uuid import UUID

from lms.jobs.queue import Event


class GuardianshipEnded(Event):
    """Somebody no longer decides for this person: come of age, or somebody else does now."""

    child_id: UUID
    guardian_id: UUID
    came_of_age: bool


class PhotoConsentAsked(Event):
    """A young person has to be asked themselves whether photos are fine (L-33)."""

    person_id: UUID
