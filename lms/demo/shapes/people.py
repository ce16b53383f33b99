"""The people of the demo: lists to make a crowd from, and a few who are named."""

from typing import Annotated, Literal

from msgspec import Meta

from lms.demo.shapes.words import Count, Email, Gender, Key, Permission, Phone, PostalCode, Shape, Words


class GivenNames(Shape, frozen=True, kw_only=True):
    """Names usual for one gender in people of these ages today."""

    gender: Gender
    age_from: int
    age_to: int
    names: list[Words]


class Origin(Shape, frozen=True, kw_only=True):
    """Family names that go together with given names; the weight is their share of the town."""

    key: Key
    weight: Count
    language: Annotated[str, Meta(pattern=r"^[a-z]{2}$")] = "de"
    family_names: list[Words]
    given_names: list[GivenNames]


class District(Shape, frozen=True, kw_only=True):
    name: Words
    postal_code: PostalCode
    city: Words
    weight: Count
    streets: list[Words]


class Member(Shape, frozen=True, kw_only=True):
    """One person of a household, by part and age; the gender is drawn when none is named."""

    part: Literal["learner", "partner", "parent", "child", "helper"]
    age_from: int
    age_to: int
    gender: Gender | None = None


class HouseholdShape(Shape, frozen=True, kw_only=True):
    """So many households of this shape; the first member who is of age holds the account."""

    key: Key
    count: Count
    member: list[Member]


class Reach(Shape, frozen=True, kw_only=True):
    """How people of these ages can be reached: shares of a hundred; nobody is without both."""

    age_from: int
    age_to: int
    email_percent: int
    phone_percent: int


class Crowd(Shape, frozen=True, kw_only=True):
    """People who stand alone in the register: so many of these ages."""

    age_from: int
    age_to: int
    count: Count


class Contact(Shape, frozen=True, kw_only=True):
    given_name: Words
    family_name: Words
    email: Email
    phone: Phone


class Company(Shape, frozen=True, kw_only=True):
    key: Key
    name: Words
    trade_de: Words
    trade_en: Words
    street: Words
    postal_code: PostalCode
    city: Words
    contact: Contact
    invoice_email: Email
    employees: Count


class StaffMember(Shape, frozen=True, kw_only=True):
    key: Key
    given_name: Words
    family_name: Words
    email: Email
    role: Literal["staff", "administrator"]
    permissions: list[Permission]
    job_de: Words
    job_en: Words


class FigureEnrolment(Shape, frozen=True, kw_only=True):
    run: str
    state: Literal["confirmed", "waiting", "cancelled", "completed"]


class Figure(Shape, frozen=True, kw_only=True):
    """Somebody the demo tells a story about; `story` is what the demo's sign-in page says of them."""

    key: Key
    given_name: Words
    family_name: Words
    gender: Gender
    age: int
    birthday_in_days: Annotated[int, Meta(ge=1, le=364)]
    email: Email | None = None
    phone: Phone | None = None
    language: Literal["de", "en"] = "de"
    street: Words
    district: Words
    household: Key
    acts_for: list[Key] = []
    guardian_of: list[Key] = []
    company: Key | None = None
    contact_of: Key | None = None
    story_de: Words
    story_en: Words
    support_de: str = ""
    support_en: str = ""
    enrolment: list[FigureEnrolment] = []


class People(Shape, frozen=True, kw_only=True):
    """What the crowd of the demo is made from, and the few who are named one by one."""

    persons: Count
    minors: Count
    households: Count
    origin: list[Origin]
    district: list[District]
    household: list[HouseholdShape]
    crowd: list[Crowd]
    reach: list[Reach]
    company: list[Company]
    staff: list[StaffMember]
    figure: list[Figure]
