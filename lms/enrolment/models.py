"""Claims to places, the parties that wait, and what happened to them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.audit.models import Serial
from lms.catalogue.models import PaymentMethod
from lms.db import Base, LongText, Row


class EnrolmentState(StrEnum):
    """The states of domain.md."""

    REQUESTED = "requested"
    WAITING = "waiting"
    OFFERED = "offered"
    HELD = "held"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


MOVED_AWAY = "moved"
HANDED_OVER = "handed_over"
WITHDRAWN = "withdrawn"
"""Reasons that stand on an ended enrolment: its place is in another run now, somebody else has it, the contract was withdrawn from."""
OCCUPYING = frozenset({EnrolmentState.HELD, EnrolmentState.CONFIRMED, EnrolmentState.OFFERED})
LIVE = OCCUPYING | {EnrolmentState.REQUESTED, EnrolmentState.WAITING}
STILL_LIVE = text(
    "state IN ('requested', 'waiting', 'offered', 'held', 'confirmed') AND person_id IS NOT NULL"
)


class Approval(StrEnum):
    """How it stands with the team's approval, where a run asks for it (F-E11)."""

    LATER = "later"
    """A guardian has to consent first."""
    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"


class EntryWay(StrEnum):
    """How an enrolment reached us."""

    WEB = "web"
    PHONE = "phone"
    COUNTER = "counter"
    API = "api"
    IMPORT = "import"


class PartyRule(StrEnum):
    """What a party wants when it does not fit yet (domain.md, the waiting list)."""

    TOGETHER = "together"
    SPLIT = "split"
    NEXT_RUN = "next_run"


class Party(Row):
    """One person, or several who stay together; it stands on the list as one, in the order of `position`."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("run_id", "position"), CheckConstraint("size > 0", name="size"))

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"))
    position: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int]
    joined_at: Mapped[datetime]
    rule: Mapped[PartyRule] = mapped_column(default=PartyRule.TOGETHER)


class Enrolment(Row):
    """A person's claim to a place in a run.

    While somebody fills in the form the place is `held` for a person not yet named. `reference` is what people read out on
    the phone; it opens nothing. `link_version` makes all mailed links void when raised. `order_id` joins what was sent
    together, also where the persons stand on the list as several parties. `guardian_id` is set where an adult has to consent
    (L-30); `consented_at` and `consent_wording` say when and to which words. `held_until` is when a hold or an offer lapses,
    or a request that nobody has consented to. `is_drop_in` is for the sessions named in `EnrolmentSession` alone and counts
    there instead of in the run. `rank` counts those of one order as they were named, from 0: who splits joins in that order.
    `follows_id` is the enrolment in whose stead it came: moved from another run, or taken over from
    somebody else in the same one. `early_start_at` says when, and `early_start_wording` in which words, somebody expressly
    asked us to begin before the period for withdrawing is over (L-14).
    `approval` is filled where the team decides: whoever waits for it is `requested`, or `held`
    without `held_until` where that keeps a place; `refusal` is the reason the person was told.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        Index(
            "uq_enrolment_live",
            "run_id",
            "person_id",
            unique=True,
            postgresql_where=STILL_LIVE,
            sqlite_where=STILL_LIVE,
        ),
        CheckConstraint("person_id IS NOT NULL OR state IN ('held', 'expired', 'cancelled')", name="named"),
        CheckConstraint("price_cents >= 0", name="price"),
        Index("ix_enrolment_run_state", "run_id", "state"),
        Index("ix_enrolment_person", "person_id"),
        Index("ix_enrolment_hold", "state", "held_until"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[EnrolmentState]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    way: Mapped[EntryWay]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    held_until: Mapped[datetime | None] = mapped_column(default=None)
    price_cents: Mapped[int] = mapped_column(default=0)
    has_concession: Mapped[bool] = mapped_column(default=False)
    payment_method: Mapped[PaymentMethod] = mapped_column(default=PaymentMethod.FREE)
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), default=None, index=True)
    order_number: Mapped[str] = mapped_column(default="")
    terms_version: Mapped[str] = mapped_column(default="")
    link_version: Mapped[int] = mapped_column(default=1)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_reason: Mapped[str] = mapped_column(LongText, default="")
    order_id: Mapped[UUID] = mapped_column(default_factory=uuid4, index=True)
    guardian_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    consented_at: Mapped[datetime | None] = mapped_column(default=None)
    consent_wording: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=1)
    is_drop_in: Mapped[bool] = mapped_column(default=False)
    rank: Mapped[int] = mapped_column(default=0)
    follows_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    early_start_at: Mapped[datetime | None] = mapped_column(default=None)
    early_start_wording: Mapped[str] = mapped_column(LongText, default="")
    approval: Mapped[Approval | None] = mapped_column(default=None, index=True)
    refusal: Mapped[str] = mapped_column(LongText, default="")

    @property
    def is_pending(self) -> bool:
        """Whether the team has to decide about it, with a place kept meanwhile or without."""
        return self.approval is Approval.ASKED and self.state in {
            EnrolmentState.REQUESTED,
            EnrolmentState.HELD,
        }

    @property
    def awaits_payment(self) -> bool:
        """Whether the place is held until an online payment has arrived."""
        return (
            self.state is EnrolmentState.HELD
            and self.person_id is not None
            and self.payment_method is PaymentMethod.ONLINE
            and not self.is_pending
        )


class EnrolmentSession(Base):
    """One session of those that a drop-in enrolment is for; an enrolment without any is for the whole run (F-B05).

    `ended_at` is set when it was given back; `price_cents` is what it costs, then the part of it that is kept. A session that
    the centre cancels keeps its row, so that calendars can say so, and costs nothing. Triggers count the rows that hold.
    """

    __tablename__ = "enrolment_session"
    __table_args__ = (CheckConstraint("price_cents >= 0", name="price"),)

    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True
    )
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id"), primary_key=True, index=True)
    price_cents: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class SupportNeed(Row):
    """What somebody needs to take part; own table, own readers, deleted 30 days after the run (L-41)."""

    __tablename__ = "support_need"

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), unique=True)
    needs: Mapped[list[str]]
    note: Mapped[str] = mapped_column(LongText, default="")
    consented_at: Mapped[datetime | None] = mapped_column(default=None)


class PaperConsent(Row):
    """The paper on which a guardian agreed to an enrolment, and who of the team saw it; the words stand in the enrolment."""

    __tablename__ = "paper_consent"

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), unique=True)
    seen_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(default=None)


class OfferState(StrEnum):
    """Open until the deadline; then one of the others, for good."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


OPEN = text("state = 'open'")


class Offer(Row):
    """Freed places held for one party until a deadline."""

    __tablename__ = "offer"
    __table_args__ = (
        Index("uq_offer_open", "party_id", unique=True, postgresql_where=OPEN, sqlite_where=OPEN),
        Index("ix_offer_deadline", "state", "deadline"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"), index=True)
    made_at: Mapped[datetime]
    deadline: Mapped[datetime]
    state: Mapped[OfferState] = mapped_column(default=OfferState.OPEN)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)


class ListEvent(Base):
    """What happened on a waiting list and why, readable for the person and for staff; only ever added (U21).

    `free` says how many places were free when a party was passed over for want of places; None elsewhere.
    """

    __tablename__ = "list_event"

    number: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True, init=False)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"), index=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    free: Mapped[int | None] = mapped_column(default=None)


STILL_OPEN = text("completed_at IS NULL")


class Application(Row):
    """A form being filled in: what was typed so far, kept on the server so that nothing expires silently.

    `key_hash` belongs to the browser that fills it in, `client_hash` to the address it comes from (both only limit how many
    places one may hold). While it lives it may hold a place (`enrolment_id`). `completed_at` makes sending it twice as good
    as once; from then on `enrolment_id` is the first enrolment that came of it, and the answers are gone. `held_until` is
    what the page says: until when `held_places` are held, None when none is.
    """

    __tablename__ = "application"
    __table_args__ = (
        Index(
            "uq_application_open",
            "run_id",
            "key_hash",
            unique=True,
            postgresql_where=STILL_OPEN,
            sqlite_where=STILL_OPEN,
        ),
        Index("ix_application_key", "key_hash"),
        Index("ix_application_client", "client_hash"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id"))
    key_hash: Mapped[str]
    answers: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime] = mapped_column(index=True)
    client_hash: Mapped[str] = mapped_column(default="")
    account_id: Mapped[UUID | None] = mapped_column(default=None)
    enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolment.id"), default=None, index=True)
    held_until: Mapped[datetime | None] = mapped_column(default=None)
    completed_at: Mapped[datetime | None] = mapped_column(default=None)
    held_places: Mapped[int] = mapped_column(default=0)


class WithdrawalState(StrEnum):
    """Received (nobody has looked yet), open (the team has to look), then accepted or declined; a declined one may still be accepted."""

    RECEIVED = "received"
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Withdrawal(Row):
    """Somebody's declaration to withdraw from a contract, as it was typed (§ 356a BGB), whether or not we know the contract.

    `declared_at` is what counts for the period. `cause` says why it was not accepted at once: a code of WHY_NOT. The
    enrolments it ended are in `enrolment_ids`.
    """

    __tablename__ = "withdrawal"
    __table_args__ = (Index("ix_withdrawal_state", "state", "declared_at"),)

    declared_at: Mapped[datetime]
    name: Mapped[str]
    reference: Mapped[str]
    email: Mapped[str]
    part: Mapped[str] = mapped_column(LongText, default="")
    language: Mapped[str] = mapped_column(default="de")
    state: Mapped[WithdrawalState] = mapped_column(default=WithdrawalState.RECEIVED)
    cause: Mapped[str] = mapped_column(default="")
    order_id: Mapped[UUID | None] = mapped_column(default=None)
    enrolment_ids: Mapped[list[str]] = mapped_column(default_factory=list)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[UUID | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(LongText, default="")
