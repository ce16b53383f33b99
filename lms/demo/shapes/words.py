"""The small kinds of value the demo files are made of."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Words = Annotated[str, Meta(min_length=1)]
Key = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Email = Annotated[str, Meta(pattern=r"^[a-z0-9.-]+@[a-z0-9.-]+\.example$")]
Phone = Annotated[str, Meta(pattern=r"^03904 000-\d{3}$")]
"""The subscriber number 000 is given to nobody: the demo can never make a stranger's phone ring."""
PostalCode = Annotated[str, Meta(pattern=r"^\d{5}$")]
Cents = Annotated[int, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1)]
Competence = Annotated[str, Meta(pattern=r"^(1\.[1-3]|2\.[1-6]|3\.[1-4]|4\.[1-4]|5\.[1-4])$")]

Audience = Literal["seniors", "youth", "smes", "everyone"]
CourseLevel = Literal["none", "basic", "advanced"]
PaymentMethod = Literal["online", "direct_debit", "invoice", "cash"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Gender = Literal["female", "male"]
Permission = Literal["programme", "enrolment", "finance", "certificates", "resources"]
DeviceKind = Literal[
    "tablet",
    "smartphone",
    "laptop",
    "vr-glasses",
    "3d-printer",
    "robot",
    "microcontroller",
    "camera",
    "audio",
]
Situation = Literal[
    "draft",
    "empty",
    "some",
    "nearly_full",
    "full",
    "full_with_waiting",
    "minimum_missing",
    "confirmed",
    "cancelled",
    "completed_with_certificates",
    "completed_certificates_pending",
]


class Shape(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a demo file; a field it does not know is a spelling mistake and is refused."""
