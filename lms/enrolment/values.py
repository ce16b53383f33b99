"""What is handed to enrolment and what it gives back: plain values, no rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.marking import N_
from lms.messaging.models import Channel

MOST_AT_ONCE = 20
"""Persons in one order; larger groups are arranged with the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody as typed into a form. The same person is recognised again; else a new one is made.

    `guardian` is the adult who consents for a minor (default: the contact of the order). `support` is what the person
    needs to take part; only the team reads it.
    """

    given_name: str
    family_name: str
    birth_date: date | None = None
    email: str | None = None
    phone: str | None = None
    street: str = ""
    postal_code: str = ""
    city: str = ""
    language: str = "de"
    channel: Channel | None = None
    """How to write to them; by e-mail where there is an address, else by post."""
    guardian: "NewPerson | UUID | None" = None
    emergency_phone: str = ""
    may_go_home_alone: bool | None = None
    support: Sequence[str] = ()
    support_note: str = ""
    photo_wording: str = ""
    """The words under which a guardian allowed photos; empty where nobody did."""
    concession_id: UUID | None = None
    """The reason for which a reduced price is claimed (`ConcessionKind`); it has to be proved."""

    @property
    def name(self) -> str:
        """Given name and family name, as one reads it aloud."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """A person we know already, with what a form adds to them; a bare id is short for one without additions."""

    id: UUID
    birth_date: date | None = None
    """Only fills a gap: what we know already stays. So do postal code and town."""
    postal_code: str = ""
    city: str = ""
    guardian: NewPerson | UUID | None = None
    emergency_phone: str = ""
    may_go_home_alone: bool | None = None
    support: Sequence[str] = ()
    support_note: str = ""
    photo_wording: str = ""
    """The words under which a guardian allowed photos; empty where nobody did."""
    concession_id: UUID | None = None
    """The reason for which a reduced price is claimed (`ConcessionKind`); it has to be proved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCompany:
    """A company as typed into a form; it becomes the debtor."""

    name: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    invoice_email: str = ""
    route_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFacts:
    """What a guardian says about a child along with the consent."""

    emergency_phone: str
    may_go_home_alone: bool
    photo_wording: str = ""
    """The words under which photos are allowed; empty where they are not."""


@dataclass(frozen=True, slots=True)
class VouchersUsed:
    """Vouchers and codes for an order, in the order in which they are to be used; whoever names one has shown its code before.

    `rest_cents` is what the person has read is still to be paid: more is refused (VoucherTaken).
    """

    ids: tuple[UUID, ...] = ()
    rest_cents: int | None = None


NO_VOUCHERS = VouchersUsed()


class Wants(StrEnum):
    """What somebody who sends the form has been told that they get."""

    PLACE = "place"
    """A place, or a refusal (RunFull, HoldLost) that changes nothing: for the button that orders."""
    PLACE_OR_LIST = "place_or_list"
    """A place, or else the waiting list."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What became of an order.

    `state` is that of the first enrolment: confirmed, waiting, offered, requested, or expired for those who wait for the
    next run. With the rule SPLIT the others may differ: look at `enrolments`. `position` is the place of the party on the
    waiting list, counted from 1; None when it does not stand there.
    """

    order_id: UUID
    enrolments: tuple[Enrolment, ...]
    state: EnrolmentState
    position: int | None = None


@dataclass(frozen=True, slots=True)
class CancellationLine:
    """One line of the reckoning: a message marked with `N_()`, its parameters, and cents."""

    message: str
    amount_cents: int
    params: dict[str, object]


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What cancelling costs and why, before it is done (`preview_cancellation`) or after.

    The lines add up to `balance_cents`: positive is still owed, negative is paid back. `fee_cents` is part of the price
    kept by the centre; `free_until` is the last calendar day on which cancelling costs nothing.
    """

    enrolment_id: UUID
    price_cents: int
    fee_cents: int
    paid_cents: int
    lines: tuple[CancellationLine, ...]
    free_until: date | None = None
    is_waived: bool = False

    @property
    def balance_cents(self) -> int:
        """What is still owed; negative where money goes back."""
        return self.fee_cents - self.paid_cents

    @property
    def refund_cents(self) -> int:
        """What is paid back."""
        return max(0, -self.balance_cents)

    @property
    def owed_cents(self) -> int:
        """What is still to be paid."""
        return max(0, self.balance_cents)


CANCEL_WORDS = {
    "free": N_("Cancelled in time: no fee"),
    "fee": N_("Cancellation fee: %(percent)s percent of the price"),
    "waived": N_("Cancellation fee waived"),
    "by_centre": N_("The centre cancelled: nothing to pay"),
    "kept": N_("Sessions that stay booked, or are over"),
    "paid": N_("Already paid"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a party's history on the waiting list.

    `kind` is joined, offered, accepted, declined, lapsed, skipped, left, next_run or run_cancelled; `reason` is a code
    of REASONS, or empty. `free` is how many places were free when the party was passed over, `deadline` until when an
    offer was open; None elsewhere.
    """

    at: datetime
    kind: str
    reason: str
    free: int | None = None
    deadline: datetime | None = None


REASONS = {
    "run_full": N_("All places were taken."),
    "others_wait": N_("Others were waiting already."),
    "party_too_large": N_("There were not enough free places for everybody."),
    "no_payment_chosen": N_("A place was free, but how it is paid had not been chosen yet."),
    "place_freed": N_("A place became free."),
    "needs_more_places": N_("There were not enough free places for everybody, so the next was asked."),
    "by_person": N_("At the person's own wish."),
    "by_team": N_("By the team."),
    "deadline_passed": N_("The deadline passed without an answer."),
    "run_cancelled": N_("The run does not take place."),
    "other_choice": N_("It was named as another choice, and places are free."),
    "wants_next_run": N_("The next run was wished for instead of waiting."),
}
"""What the codes in the history mean."""
