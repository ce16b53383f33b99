"""A status file to take away, for an audit: an overview as PDF, every contract and record as it was drawn, the declarations.

Reading happens in one transaction, drawing and packing outside of it.
"""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.honoraria.contracts.models import ContractPaper
from lms.honoraria.contracts.paper import PAPER
from lms.honoraria.standing.models import AllowanceDeclaration
from lms.honoraria.standing.queries import Standing, declarations_of, standing_of
from lms.honoraria.standing.words import in_words
from lms.kernel.clock import today
from lms.web.centre import the_centre
from lms.web.language import use_locale
from lms.web.module import Around

ENDINGS = {"contract": "vertrag.pdf", "evidence": "annahme.pdf", "scan": "scan.pdf"}


async def status_zip(around: Around, person_id: UUID) -> tuple[str, bytes]:
    """Name and bytes of the file. Raises NotFound for somebody who does not teach."""
    now = around.clock()
    async with around.begin.reading() as session:
        one = await standing_of(session, person_id, today(around.clock).year)
        declared = await declarations_of(session, person_id)
        numbers = {contract.id: contract.number for contract in one.contracts}
        papers = (
            await session.scalars(
                select(ContractPaper)
                .where(ContractPaper.contract_id.in_(list(numbers)))
                .options(undefer(ContractPaper.content))
                .order_by(ContractPaper.written_at, ContractPaper.id)
            )
        ).all()
    files = [
        (f"vertraege/{numbers[paper.contract_id]}-{ENDINGS[paper.kind]}", paper.content) for paper in papers
    ]
    return await asyncio.to_thread(_packed, one, declared, files, now)


def _packed(
    one: Standing,
    declared: Sequence[AllowanceDeclaration],
    files: Sequence[tuple[str, bytes]],
    now: datetime,
) -> tuple[str, bytes]:
    with use_locale("de"):
        sentences = [in_words(warned) for warned in one.warnings]
    page = PAPER.words(
        "honoraria/status_file.html", "de", one=one, declared=declared, sentences=sentences, at=now,
        centre=the_centre(),
    )  # fmt: skip
    overview = PAPER.pdf(page, title=f"Statusakte {one.person.name}", language="de", created=now)
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as packed:
        for name, content in [("uebersicht.pdf", overview), *files]:
            packed.writestr(name, content)
    plain = re.sub(r"[^a-z0-9]+", "-", one.person.name.lower().translate(UMLAUTS)).strip("-")
    return f"statusakte-{plain or 'kursleitung'}-{now.astimezone(UTC):%Y%m%d}.zip", target.getvalue()


UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
