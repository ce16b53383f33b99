"""Issued papers in the register, without the course behind them: they live on their own."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from certificates.code import new_code
from certificates.verify import fingerprint
from lms.certification.models import Certificate
from lms.db import Begin
from tests.making import MOMENT

FILE = b"%PDF-1.7 what was issued"


def facts(**said: Any) -> dict[str, Any]:
    """What a certificate of attendance states."""
    return {
        "holder": {"name": "Ada Lehmann", "born": "1951-03-12"},
        "course": "Das Tablet kennenlernen",
        "number": "TB-2026-00001",
        "first_day": "2026-10-06",
        "last_day": "2026-11-10",
        "units_attended": 8,
        "units_planned": 10,
        "issuer": "Zentrum für digitale Bildung",
        "issued_on": "2026-11-27",
        "place": "Innovationszentrum, Raum 1",
        "outcomes": [{"sentence": "Sie können ein Foto verschicken.", "competence": "2.2", "level": 2}],
    } | said


async def keep(
    begin: Begin, *, document: bytes = FILE, said: dict[str, Any] | None = None, **given: Any
) -> Certificate:
    """A certificate that was issued last week."""
    counter = given.pop("counter", 1)
    defaults: dict[str, Any] = {
        "year": 2026,
        "counter": counter,
        "number": f"TB-2026-{counter:05}",
        "code": new_code(),
        "kind": "attendance",
        "subject": f"test/{uuid4().hex}",
        "kept_until": MOMENT.date() + timedelta(days=3_000),
        "facts": said or facts(),
        "language": "de",
        "document": document,
        "sha256": fingerprint(document),
        "signature": "demo:AA==",
        "key_id": "demo",
        "issued_at": MOMENT - timedelta(days=7),
        "issued_by": None,
    }
    certificate = Certificate(**defaults | given)
    async with begin() as session:
        session.add(certificate)
    return certificate
