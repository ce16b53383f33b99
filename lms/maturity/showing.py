"""The picture of a check, as pages and paper show it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from lms.maturity import words
from lms.maturity.offers import Recommendation, recommended
from lms.maturity.queries import WholeCheck
from lms.maturity.questions import Content
from lms.maturity.rules import AreaResult


async def shown(session: AsyncSession, whole: WholeCheck, now: datetime) -> dict[str, Any]:
    """What a page of results speaks of: the picture, its finding, the next steps, what is recommended today."""
    found = await recommended(session, whole.results, now)
    return picture_of(whole.results, found) | {
        "answers": whole.answers,
        "content": whole.content,
        "finished_at": whole.row.finished_at,
        "edition": whole.number,
    }


async def shown_draft(
    session: AsyncSession, content: Content, results: Sequence[AreaResult], now: datetime
) -> dict[str, Any]:
    """The same of answers to a draft, which nobody keeps."""
    return picture_of(results, await recommended(session, results, now, content=content))


def picture_of(results: Sequence[AreaResult], recommendations: Sequence[Recommendation]) -> dict[str, Any]:
    """The words and bars of results."""
    return {
        "results": results,
        "finding": words.finding_words(results),
        "bars": words.bars_of_results(results),
        "level_words": words.level_words,
        "score_words": words.score_words,
        "recommendations": recommendations,
    }
