"""From facts to the finished file: drawn, and marked with what it was made by."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from certificates.document import Certificate
from certificates.errors import CertificateError
from certificates.render import Design, Renderer
from lms.certification.issuing.refusals import unfit
from lms.certification.kinds.draft import Unfit
from lms.messaging.paper import typeface

DESIGN = "mosaic"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One finished file, and what is kept beside it."""

    pdf: bytes
    design: str = ""
    credential: str = ""
    seal: str = ""


async def draw(
    papers: Sequence[tuple[UUID, Certificate]],
) -> tuple[Mapping[UUID, Drawn], Mapping[UUID, Unfit]]:
    """The files of these papers by their ids, and which of them cannot be made, and why."""
    drawn: dict[UUID, Drawn] = {}
    refused: dict[UUID, Unfit] = {}
    for item_id, paper in papers:
        try:
            drawn[item_id] = Drawn(await asyncio.to_thread(renderer().pdf, paper), design=DESIGN)
        except CertificateError as error:
            refused[item_id] = unfit(error)
    return drawn, refused


@cache
def renderer() -> Renderer:
    """The renderer of this process, built once: reading fonts and style takes longer than a page."""
    return Renderer(Design.named(DESIGN), typeface())
