"""The conditions of a contract at a price as PDF: a page or a link is no durable medium (L-12; BGH III ZR 368/13).

The same version, language and numbers give the same bytes, so each paper is drawn once in a process and kept.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from lms.enrolment.letters.facts import Facts
from lms.settings import Settings
from lms.web.centre import the_centre
from lms.web.language import Language
from lms.web.letters import Enclosed
from lms.web.paper import Stationery

CURRENT = "2026-11"
"""The version of the conditions for orders that name none; `pages.words.TERMS_VERSION` names the one that is agreed to today."""
VERSIONS = {CURRENT: datetime(2026, 11, 22, tzinfo=UTC)}
"""Every version ever agreed to, with the day from which it holds: its texts stay, so that a contract can be shown as it was made."""
PAPER = Stationery(Path(__file__).parents[1] / "templates", Path(__file__).with_name("paper.css"))
NAMES = {"de": "Vertragsbedingungen.pdf", "en": "Conditions.pdf"}


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the paper says beyond its version: the numbers of the run, and whether one may withdraw or why not."""

    version: str
    language: Language
    free_days: int
    fee_percent: int
    has_right: bool
    why_not: str
    tax_note: str
    is_drop_in: bool


async def conditions_paper(facts: Facts, settings: Settings) -> Enclosed:
    """The paper that goes with the confirmation of this enrolment."""
    enrolment, run, course = facts.enrolment, facts.run, facts.course
    version = enrolment.terms_version if enrolment.terms_version in VERSIONS else CURRENT
    wanted = Conditions(
        version=version,
        language=facts.language,
        free_days=run.cancel_free_days,
        fee_percent=run.cancel_fee_percent,
        has_right=course.has_withdrawal_right and enrolment.company_id is None,
        why_not="" if course.has_withdrawal_right else facts.word("withdrawal_reason"),
        tax_note=settings.tax_note,
        is_drop_in=enrolment.is_drop_in,
    )
    content = await asyncio.to_thread(drawn, wanted)
    return Enclosed(NAMES[facts.language], "application/pdf", content)


@lru_cache(maxsize=64)
def drawn(wanted: Conditions) -> bytes:
    """The PDF. Raises KeyError for a version that never was."""
    return PAPER.pdf(
        words_of(wanted),
        title=NAMES[wanted.language].removesuffix(".pdf"),
        language=wanted.language,
        created=VERSIONS[wanted.version],
    )


def words_of(wanted: Conditions) -> str:
    """The words of the paper as HTML. Raises KeyError for a version that never was."""
    since = VERSIONS[wanted.version]
    name = f"enrolment/papers/conditions_{wanted.version}_{wanted.language}.html"
    return PAPER.words(name, wanted.language, wanted=wanted, the=the_centre(), since=since)
