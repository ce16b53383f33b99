"""The evidence as PDF: landscape, one block of sessions after the other, the same facts give the same bytes."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from lms.reports.evidence.reading import Meeting, RunEvidence
from lms.reports.evidence.telling import LEGEND, SIGNS, cell
from lms.web.centre import the_centre
from lms.web.language import Language, gettext, use_locale
from lms.web.paper import Stationery

PAPER = Stationery(Path(__file__).parents[1] / "templates", Path(__file__).with_name("paper.css"))
SESSIONS_A_BLOCK = 8


def rendered(evidence: RunEvidence, *, made_at: datetime, language: Language = "de") -> bytes:
    """The document. Heavy: in a thread, with no transaction open."""
    page = PAPER.words(
        "reports/evidence/paper.html", language, evidence=evidence, blocks=blocks(evidence.meetings), cell=cell,
        legend=[(SIGNS[proof], words) for proof, words in LEGEND.items()], made_at=made_at, centre=the_centre(),
    )  # fmt: skip
    with use_locale(language):
        title = gettext("Evidence of attendance, run %(number)s", number=evidence.run.number)
    return PAPER.pdf(page, title=title, language=language, created=made_at)


def blocks(meetings: Sequence[Meeting]) -> Sequence[Sequence[Meeting]]:
    """The sessions in blocks that fit the width of a sheet."""
    return [meetings[at : at + SESSIONS_A_BLOCK] for at in range(0, len(meetings), SESSIONS_A_BLOCK)]
