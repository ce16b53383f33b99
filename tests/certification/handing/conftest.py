"""Certificates lying in the register, without anybody having drawn them: rows are made here, papers are tiny PDFs."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from certificates.code import new_code
from certificates.verify import fingerprint
from lms.certification.models import Certificate
from lms.db import Begin
from lms.people.models import Person
from tests.certification.conftest import certification, finished
from tests.making import MOMENT, make_person

__all__ = ["certification", "finished"]
"""Fixtures that are used here as well."""

Issue = Callable[..., Awaitable[Certificate]]


def a_paper(pages: int = 1, mark: str = "", width: int = 595) -> bytes:
    """A PDF that carries what must not reach the printer: a seal's field, an embedded file, a claim to be an archive file."""
    pdf = Pdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(width, 842))
    field = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, Rect=Array([0, 0, 0, 0]), T="Seal")
    )
    pdf.pages[0].obj[Name.Annots] = Array([field])
    pdf.Root[Name.AcroForm] = Dictionary(Fields=Array([field]), SigFlags=3)
    pdf.attachments["badge.json"] = b"{}"
    pdf.docinfo[Name.Title] = mark
    with pdf.open_metadata() as about:
        about["pdfaid:part"] = "3"
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


@pytest.fixture
def issue(begin: Begin) -> Issue:
    """Puts a certificate into the register: `await issue(person, counter=7, run="26-0001")`."""

    async def put(
        person: Person | None = None,
        *,
        counter: int,
        run: str = "26-0001",
        run_id: UUID | None = None,
        document: bytes | None = None,
        **given: Any,
    ) -> Certificate:
        holder = person or make_person(f"Person{counter}", "Schönfelder")
        paper = document or a_paper(mark=f"TB-2026-{counter:05}")
        facts = {
            "version": 2, "kind": "attendance", "holder": {"name": holder.name, "born": None}, "course": f"Kurs {run}",
            "number": f"TB-2026-{counter:05}", "run": run, "first_day": "2026-10-06", "last_day": "2026-11-10",
            "units_attended": 8, "units_planned": 10, "issuer": "Zentrum", "issued_on": "2026-11-27", "place": "Raum 1",
            "outcomes": [], "hours": None,
        }  # fmt: skip
        values: dict[str, Any] = {
            "year": 2026, "counter": counter, "number": facts["number"], "code": new_code(), "kind": "attendance",
            "subject": f"enrolment/{uuid4().hex}/taking-part", "kept_until": MOMENT.date() + timedelta(days=3_000),
            "person_id": holder.id, "run_id": run_id, "facts": facts, "language": "de", "document": paper,
            "sha256": fingerprint(paper), "signature": "demo:AA==", "key_id": "demo", "issued_at": MOMENT,
            "issued_by": None,
        }  # fmt: skip
        row = Certificate(**values | given)
        async with begin() as session:
            if person is None:
                session.add(holder)
                await session.flush()
            session.add(row)
        return row

    return put


@pytest.fixture
async def people(begin: Begin) -> list[Person]:
    """Three by e-mail and by post, in three towns, none in the order of the alphabet."""
    found = [
        make_person("Renate", "Schönfelder", street="Ring 1", postal_code="39340", city="Haldensleben", email=None),
        make_person("Adam", "Öztürk", street="Weg 2", postal_code="39104", city="Magdeburg"),
        make_person("Zoe", "Abel", street="Platz 3", postal_code="39345", city="Flechtingen", email=None),
    ]  # fmt: skip
    async with begin() as session:
        session.add_all(found)
    return found
