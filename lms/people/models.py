"""The human beings and the groups they act in."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import LongText, Row
from lms.messaging.models import Channel


class Person(Row):
    """A human being. `matching` is the folded name, by which the same person is recognised again."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_matching", "matching"), Index("ix_person_email", "email"))

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
    note: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=1)

    @property
    def name(self) -> str:
        """Given name and family name, as one reads it aloud."""
        return f"{self.given_name} {self.family_name}".strip()


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
    """The adult who consents for a minor."""

    __tablename__ = "guardianship"
    __table_args__ = (UniqueConstraint("guardian_id", "child_id"),)

    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    emergency_phone: Mapped[str] = mapped_column(default="")
    may_go_home_alone: Mapped[bool | None] = mapped_column(default=None)


class Company(Row):
    """An SME with its billing data."""

    __tablename__ = "company"

    name: Mapped[str]
    trade: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    invoice_email: Mapped[str] = mapped_column(default="")
    route_id: Mapped[str] = mapped_column(default="")


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
