"""An offer as a letter of the centre: from the facts that were fixed when it was sent, so the same facts give the same bytes."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from lms.billing.paper import STYLE
from lms.billing.tax.rules import tax_sums
from lms.inhouse.models import TrainingPlace
from lms.inhouse.words import PLACES_FOR_US, line_words
from lms.web.language import Language
from lms.web.paper import Stationery

PAPER = Stationery(Path(__file__).parent / "templates", STYLE)


def offer_pdf(number: str, facts: Mapping[str, Any], at: datetime) -> bytes:
    """The paper. Heavy: never with a transaction open."""
    language: Language = "en" if facts["debtor"].get("language") == "en" else "de"
    page = PAPER.words(
        "inhouse/offer.html",
        language,
        number=number,
        facts=facts,
        debtor=facts["debtor"],
        issuer=facts["issuer"],
        at=at,
        valid_until=date.fromisoformat(facts["valid_until"]),
        asked_on=datetime.fromisoformat(facts["asked_on"]),
        periods=[
            (datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in facts["periods"]
        ],
        place=PLACES_FOR_US[TrainingPlace(facts["place"])],
        lines=facts["lines"],
        sums=tax_sums(facts["lines"], facts["tax_note"]),
        total_cents=sum(int(line["amount_cents"]) for line in facts["lines"]),
        line_words=line_words,
    )
    return PAPER.pdf(page, title=number, language=language, created=at)
