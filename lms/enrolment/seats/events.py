"""What has happened to a company's seats. The letters follow from these."""

from uuid import UUID

from lms.jobs.queue import Event


class SeatsOrdered(Event):
    """A company has ordered seats; whoever ordered gets the confirmation and the link of the order."""

    order_id: UUID


class SeatNamed(Event):
    """Somebody has a company's seat for certain; they are told by whom, and what the company may see."""

    enrolment_id: UUID
    person_id: UUID
    version: int


class SeatPassedOn(Event):
    """Somebody had, or was to have, a company's seat and has it no more."""

    enrolment_id: UUID
    person_id: UUID
    version: int


class SeatsGivenBack(Event):
    """A company has given unnamed seats back; `enrolment_ids` says which."""

    order_id: UUID
    enrolment_ids: list[UUID]


class CompanyContactInvited(Event):
    """Somebody is invited to act for a company."""

    invitation_id: UUID
