"""From facts to the finished file: badge, paper, seal, in this order, because each rests on the one before."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from certificates.document import Certificate
from certificates.errors import CertificateError, SealUnavailable
from lms.certification.badges.issuing import ATTACHMENT, badge_of
from lms.certification.issuing.refusals import unfit
from lms.certification.kinds.draft import Unfit
from lms.certification.sealing import sealed
from lms.jobs.worker import TryLater
from lms.messaging.paper import typeface
from lms.settings import Settings

if TYPE_CHECKING:
    from certificates.design import Design
    from certificates.render import Renderer
    from certificates.workers import Finished, Workers

DESCRIPTION = "Open Badge 3.0"
RENDERERS_KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One paper to make: what it says, how it looks, and by what it is known. `threshold_percent` goes into the badge."""

    item_id: UUID
    paper: Certificate
    subject: str
    run_id: UUID | None
    status_index: int
    design: "Design"
    label: str
    threshold_percent: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """One finished file, and what is kept beside it."""

    pdf: bytes
    design: str = ""
    credential: str = ""
    seal: str = ""


async def draw(
    sheets: Sequence[Sheet], settings: Settings, at: datetime, *, sealed_at: datetime
) -> tuple[Mapping[UUID, Drawn], Mapping[UUID, Unfit]]:
    """The files of these papers by the ids of their items, and which of them cannot be made, and why.

    `at` is the moment of issue, which the badge bears too.

    With no transaction open. Raises TryLater when an authority that the seal needs does not answer.
    """
    badges = await asyncio.to_thread(lambda: [_badge(sheet, settings, at) for sheet in sheets])
    outcomes = await asyncio.to_thread(_drawn, sheets, badges, settings, at)
    drawn: dict[UUID, Drawn] = {}
    refused: dict[UUID, Unfit] = {}

    async def finish(sheet: Sheet, badge: str, outcome: bytes | CertificateError) -> None:
        if isinstance(outcome, CertificateError):
            refused[sheet.item_id] = unfit(outcome, name=sheet.paper.holder.name)
            return
        try:
            pdf, seal = await sealed(settings, outcome, at=sealed_at, language=sheet.paper.language)
        except SealUnavailable as away:
            raise TryLater(str(away)) from away
        except CertificateError as error:
            refused[sheet.item_id] = unfit(error, name=sheet.paper.holder.name)
        else:
            drawn[sheet.item_id] = Drawn(pdf, design=sheet.label, credential=badge, seal=seal)

    await asyncio.gather(*map(finish, sheets, badges, outcomes))
    return drawn, refused


def _badge(sheet: Sheet, settings: Settings, at: datetime) -> str:
    return badge_of(
        sheet.paper,
        settings,
        subject=sheet.subject,
        run_id=sheet.run_id,
        status_index=sheet.status_index,
        issued_at=at,
        threshold_percent=sheet.threshold_percent,
    )


def _drawn(
    sheets: Sequence[Sheet], badges: Sequence[str], settings: Settings, at: datetime
) -> Sequence[bytes | CertificateError]:
    from certificates.pdf import Attachment  # WeasyPrint: heavy, and only wanted here
    from certificates.workers import Job

    jobs = [
        Job(
            renderer_of(sheet.design),
            sheet.paper,
            (
                Attachment(
                    name=ATTACHMENT,
                    data=badge.encode(),
                    description=DESCRIPTION,
                    created=at,
                    relationship="Data",
                ),
            ),
        )
        for sheet, badge in zip(sheets, badges, strict=True)
    ]
    return [_outcome(one) for one in workers(settings).draw(jobs)]


def drawn_alone(design: "Design", paper: Certificate, settings: Settings) -> bytes | CertificateError:
    """One paper without badge and seal, or why it cannot be drawn. This waits: ask for it in a thread."""
    from certificates.workers import Job

    return _outcome(next(workers(settings).draw([Job(renderer_of(design), paper)])))


def _outcome(finished: "Finished") -> bytes | CertificateError:
    from certificates.workers import Failed

    return finished.error if isinstance(finished, Failed) else finished.pdf


@lru_cache(maxsize=RENDERERS_KEPT)
def renderer_of(design: "Design") -> "Renderer":
    """The renderer of a design, built once: reading fonts and style takes longer than a page."""
    from certificates.render import Renderer

    return Renderer(design, typeface())


def workers(settings: Settings) -> "Workers":
    """The processes that draw for this one: started with the first paper, and ended when this one ends."""
    return _workers(settings.drawing_processes, settings.drawing_niceness)


@cache
def _workers(count: int, niceness: int) -> "Workers":
    from certificates.workers import Workers

    return Workers(count, niceness=niceness)
