"""The loan agreement as PDF: facts in, bytes out. Rendering takes a second: never with a transaction open."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lms.lending.queries import Lent
from lms.lending.terms import CURRENT, terms
from lms.lending.words import CONDITION_WORDS
from lms.web.centre import the_centre
from lms.web.language import Language, use_locale
from lms.web.letters import postal_address
from lms.web.paper import Stationery

PAPER = Stationery(Path(__file__).parent / "templates", Path(__file__).with_name("paper.css"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """By whom, when and how the terms were accepted: "screen" or "paper"."""

    name: str
    at: datetime
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Everything that stands on the agreement. `accepted` is None on one that is still to be signed."""

    reference: str
    person: str
    address: tuple[str, ...]
    model: str
    number: str
    serial_number: str
    accessories: tuple[str, ...]
    condition: str
    starts_at: datetime
    due_at: datetime
    replacement_cents: int
    pick_up: str
    language: Language
    made_at: datetime
    version: str = CURRENT
    accepted: Accepted | None = None


def paper_of(lent: Lent, *, at: datetime, accepted: Accepted | None = None) -> Paper:
    """The agreement of a loan in the borrower's language, as things stand now."""
    loan, person = lent.loan, lent.person
    language = language_of(lent)
    is_out = loan.handed_out_at is not None
    with use_locale(language):
        model = lent.name
    return Paper(
        reference=loan.reference,
        person=person.name,
        address=tuple(postal_address(person).splitlines()[1:]),
        model=model,
        number=lent.device.inventory_number,
        serial_number=lent.device.serial_number,
        accessories=tuple(loan.accessories_out if is_out else lent.model.accessories),
        condition=CONDITION_WORDS.get(loan.condition_out if is_out else lent.device.condition, ""),
        starts_at=loan.starts_at,
        due_at=loan.due_at,
        replacement_cents=lent.model.replacement_cents,
        pick_up=lent.venue.name if lent.venue else "",
        language=language,
        made_at=at,
        accepted=accepted,
    )


def language_of(lent: Lent) -> Language:
    """What the borrower speaks."""
    return "en" if lent.person.language == "en" else "de"


def rendered(paper: Paper) -> bytes:
    """The agreement as PDF; the same facts give the same bytes."""
    page = PAPER.words(
        "lending/agreement.html",
        paper.language,
        paper=paper,
        terms=terms(paper.language, paper.version),
        centre=the_centre(),
    )
    return PAPER.pdf(page, title=paper.reference, language=paper.language, created=paper.made_at)
