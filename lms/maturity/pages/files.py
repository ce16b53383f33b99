"""A check on paper, for the boss."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from litestar import Response

from lms.accounts.limits import within
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.maturity.queries import WholeCheck
from lms.maturity.showing import shown
from lms.web.centre import the_centre
from lms.web.language import Language, current_language, gettext, use_locale
from lms.web.module import Around
from lms.web.paper import Stationery

HERE = Path(__file__).parents[1]
PAPER = Stationery(HERE / "templates", HERE / "paper.css")
LIMIT = "digital-check-paper"


async def check_pdf(
    around: Around, actor: Actor, whole: WholeCheck, *, company: str = "", code: str = ""
) -> Response[bytes]:
    """The picture with its table, the next steps and what is recommended, as PDF. Raises TooMany."""
    await within(around.begin, around.clock, LIMIT, address=actor.address)
    now = around.clock()
    async with around.begin.reading() as session:
        facts = await shown(session, whole, now)
    content = await asyncio.to_thread(
        drawn,
        facts,
        current_language(),
        company=company,
        code=code,
        public_url=around.settings.public_url,
        at=now,
    )
    name = (
        f"Digitalcheck-{whole.row.finished_at:%Y-%m-%d}.pdf" if whole.row.finished_at else "Digitalcheck.pdf"
    )
    return Response(
        content,
        media_type="application/pdf",
        headers={**PRIVATE, "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )


def drawn(
    facts: dict[str, Any], language: Language, *, company: str, code: str, public_url: str, at: datetime
) -> bytes:
    """The pages. Heavy: never with a transaction open, never on the loop."""
    with use_locale(language):
        title = gettext("Digital check")
    page = PAPER.words(
        "maturity/paper.html", language, title=title, company=company, code=code, centre=the_centre(), made_at=at,
        public_url=public_url.rstrip("/"), **facts,
    )  # fmt: skip
    return PAPER.pdf(page, title=title, language=language, created=at)
