"""The human beings and the groups they act in."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, LongText, Row
from lms.messaging.models import AddressForm, Channel
from lms.people.ages import Gender


class Person(Row):
    """A human being. `matching` is the folded name, by which the same person is recognised again.

    A record that turned out to be of somebody we knew already is merged into theirs and stays as a signpost: what never
    changes (the books, the audit trail, certificates) keeps its id. `merged_into_id` names the living record, never another
    signpost, and nothing new may point to a signpost.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_matching", "matching"),
        Index("ix_person_email", "email"),
        Index("ix_person_merged_into_id", "merged_into_id"),
    )

    given_name: Mapped[str]
    family_name: Mapped[str]
    matching: Mapped[str]
    created_at: Mapped[datetime]
    birth_date: Mapped[date | None] = mapped_column(default=None)
    email: Mapped[str | None] = mapped_column(default=None)
    phone: Mapped[str | None] = mapped_column(default=None)
    street: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    district: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="de")
    channel: Mapped[Channel] = mapped_column(default=Channel.EMAIL)
    address_form: Mapped[AddressForm] = mapped_column(default=AddressForm.FORMAL)
    note: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=1)
    gender: Mapped[Gender | None] = mapped_column(default=None)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    merged_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def name(self) -> str:
        """Given name and family name, as one reads it aloud."""
        return f"{self.given_name} {self.family_name}".strip()


class DistinctPersons(Base):
    """Two records of one name that the team has looked at: they are two people."""

    __tablename__ = "distinct_persons"

    one_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    decided_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(default=None)


class Household(Row):
    """Persons that one or more accounts act for."""

    __tablename__ = "household"

    name: Mapped[str]


class Membership(Row):
    """One person in a household. A head acts for the others."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("household_id", "person_id"),)

    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    is_head: Mapped[bool] = mapped_column(default=False)


class Guardianship(Row):
    """The adult who consents for a minor.

    It is never deleted but ended (`ended_at`): at the 18th birthday, or when somebody else decides for the child. What ended
    still says that the head of a household does not act for this person by being its head. `joint_since` is when the
    guardian declared to act for the other one too (L-32); `conflict_since` is when the team learned that they disagree:
    from then on nothing is agreed to by link.
    """

    __tablename__ = "guardianship"
    __table_args__ = (UniqueConstraint("guardian_id", "child_id"),)

    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    emergency_phone: Mapped[str] = mapped_column(default="")
    may_go_home_alone: Mapped[bool | None] = mapped_column(default=None)
    joint_since: Mapped[datetime | None] = mapped_column(default=None)
    conflict_since: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class PickUp(Row):
    """Somebody who may fetch a child from a course (F-F08), beside its guardians."""

    __tablename__ = "pick_up"

    child_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")


class MandateScope(StrEnum):
    """What an agent may do; `rules.GRANTS` says which rights that is."""

    SEE = "see"
    ENROL = "enrol"
    CANCEL = "cancel"
    LETTERS = "letters"


class MandateWay(StrEnum):
    """How the principal agreed."""

    ONLINE = "online"
    LINK = "link"
    CODE = "code"
    PAPER = "paper"


GIVEN = text("given_at IS NOT NULL AND ended_at IS NULL")


class Mandate(Row):
    """One adult lets another act for them, as far as `scopes` say (separated by spaces) and until `valid_until`.

    It begins as a question: somebody asks to act (`agent_id`), or offers it (`principal_id`); who is not known yet is
    written to at `invited_email`. It counts from `given_at` until `ended_at`. `wording` is what the principal agreed to, word
    for word. `code_hash` belongs to the code in a letter on paper, which may be tried five times. Ids without a foreign
    key are those of accounts, whoever had them.
    """

    __tablename__ = "mandate"
    __table_args__ = (
        CheckConstraint("principal_id IS NOT NULL OR agent_id IS NOT NULL", name="someone"),
        CheckConstraint("principal_id <> agent_id", name="two"),
        CheckConstraint(
            "given_at IS NULL OR (principal_id IS NOT NULL AND agent_id IS NOT NULL AND way IS NOT NULL)",
            name="given",
        ),
        CheckConstraint("scopes <> ''", name="scopes"),
        Index(
            "uq_mandate_given",
            "principal_id",
            "agent_id",
            unique=True,
            postgresql_where=GIVEN,
            sqlite_where=GIVEN,
        ),
        Index("ix_mandate_agent", "agent_id"),
        Index("ix_mandate_invited_email", "invited_email"),
    )

    scopes: Mapped[str]
    reference: Mapped[str] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
    asked_until: Mapped[datetime]
    principal_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    invited_email: Mapped[str] = mapped_column(default="")
    valid_until: Mapped[date | None] = mapped_column(default=None)
    tries: Mapped[int] = mapped_column(default=0)
    way: Mapped[MandateWay | None] = mapped_column(default=None)
    wording: Mapped[str] = mapped_column(LongText, default="")
    given_at: Mapped[datetime | None] = mapped_column(default=None)
    paper_seen_on: Mapped[date | None] = mapped_column(default=None)
    recorded_by: Mapped[UUID | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by: Mapped[UUID | None] = mapped_column(default=None)
    ended_reason: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=1)

    @property
    def allows(self) -> frozenset[MandateScope]:
        """The scopes, one by one."""
        return frozenset(MandateScope(word) for word in self.scopes.split())


class ElectronicInvoice(StrEnum):
    """What a company wants its invoices as, besides the PDF: nothing, data inside the PDF, or an XRechnung beside it."""

    NONE = "none"
    ZUGFERD = "zugferd"
    XRECHNUNG = "xrechnung"


class Company(Row):
    """An SME with its billing data. `route_id` is the Leitweg-ID of a public body."""

    __tablename__ = "company"

    name: Mapped[str]
    trade: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    invoice_email: Mapped[str] = mapped_column(default="")
    route_id: Mapped[str] = mapped_column(default="")
    einvoice: Mapped[ElectronicInvoice] = mapped_column(default=ElectronicInvoice.NONE)


class CompanyContact(Row):
    """Somebody who acts for a company."""

    __tablename__ = "company_contact"
    __table_args__ = (UniqueConstraint("company_id", "person_id"),)

    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)


class Purpose(StrEnum):
    """What a consent is for."""

    PHOTO = "photo"
    NEWSLETTER = "newsletter"


class Consent(Row):
    """One consent with the wording that was shown, and its withdrawal (L-40)."""

    __tablename__ = "consent"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[Purpose]
    wording: Mapped[str]
    given_at: Mapped[datetime]
    given_by: Mapped[UUID | None] = mapped_column(default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
