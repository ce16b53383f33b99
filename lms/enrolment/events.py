"""What has happened to places. Letters, calendars and lists follow from these."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class PlaceConfirmed(Event):
    """A person has a place for certain; whatever it costs is charged, and invoiced where that was chosen."""

    enrolment_id: UUID


class PaymentAwaited(Event):
    """Places are held until an online payment for them arrives; `enrolment_id` stands for its order. `at_screen`: somebody sits there."""

    enrolment_id: UUID
    at_screen: bool
    at: datetime


class PaymentMissed(Event):
    """No payment came in time, and the place is free again; one event for each person."""

    enrolment_id: UUID


class PaymentArrived(Event):
    """Somebody has paid online what they owed already; places that were held for it have `PlaceConfirmed` instead."""

    enrolment_id: UUID
    amount_cents: int
    at: datetime


class PaymentTooLate(Event):
    """Money came for a place that is gone: it goes back (S-54)."""

    enrolment_id: UUID
    amount_cents: int


class PutOnWaitingList(Event):
    """A person stands on the waiting list; one event for each person of a party."""

    enrolment_id: UUID


class KeptForNextRun(Event):
    """Nothing was free and the person wants to hear of the next run instead of waiting."""

    enrolment_id: UUID


class ConsentAsked(Event):
    """A minor was enrolled: the guardian has to consent before anything else happens."""

    enrolment_id: UUID


class ApprovalAsked(Event):
    """Somebody waits for the team's approval; one event for each person of a party."""

    enrolment_id: UUID


class ApprovalRefused(Event):
    """The team has not agreed; the reason stands on the enrolment, in the words the person reads."""

    enrolment_id: UUID


class PlaceOffered(Event):
    """Freed places are held for a party until the offer's deadline."""

    offer_id: UUID


class OfferLetterWanted(Event):
    """The team sends the letter about an open offer once more; `wanted_id` tells one time from the next."""

    offer_id: UUID
    wanted_id: UUID
    at: datetime


class OfferLapsed(Event):
    offer_id: UUID


class OfferDeclined(Event):
    offer_id: UUID


class EnrolmentCancelled(Event):
    """A claim has ended, whether it had a place or only waited. `by_centre`: the centre ended it, with the whole run or alone."""

    enrolment_id: UUID
    by_centre: bool


class ChosenSessionsChanged(Event):
    """Somebody who comes to single sessions has added some or given some back, and still comes to at least one."""

    enrolment_id: UUID
    version: int
    dropped: list[UUID]


class RequestExpired(Event):
    """Nobody consented before enrolment closed."""

    enrolment_id: UUID


class RunCancelled(Event):
    """A run does not take place; for each live enrolment there is an EnrolmentCancelled as well, which the letters follow."""

    run_id: UUID


class GoodwillGranted(Event):
    """The team has let somebody off a part of what they owe."""

    enrolment_id: UUID
    off_cents: int
    reason: str
    at: str


class WithdrawalDeclined(Event):
    """A declaration of withdrawal was answered with no, by the law or by the team; the letter says why."""

    withdrawal_id: UUID
