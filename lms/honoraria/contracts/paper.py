"""The contract and the record of its acceptance as PDF/A-3a and PDF/UA: facts in, bytes out; never with a transaction open."""

from datetime import datetime
from pathlib import Path

from markupsafe import Markup

from content.lesson import render
from lms.honoraria.contracts.models import ContractAcceptance, FeeContract
from lms.honoraria.contracts.rules import ContractFacts
from lms.honoraria.contracts.wording import Words, filled, values_of
from lms.honoraria.rates.rules import fee_cents
from lms.web.centre import the_centre
from lms.web.paper import Stationery

PAPER = Stationery(Path(__file__).parents[1] / "templates", Path(__file__).with_name("paper.css"))


def contract_pdf(number: str, facts: ContractFacts, words: Words, *, at: datetime) -> bytes:
    """The contract as it is offered; the same facts give the same bytes."""
    page = PAPER.words(
        "honoraria/contract.html", "de", number=number, at=at, centre=the_centre(),
        **said(number, facts, words),
    )  # fmt: skip
    return PAPER.pdf(page, title=f"Honorarvertrag {number}", language="de", created=at)


def evidence_pdf(contract: FeeContract, facts: ContractFacts, acceptance: ContractAcceptance) -> bytes:
    """How the contract was accepted: who, when, from where, which document; the same facts give the same bytes."""
    page = PAPER.words(
        "honoraria/evidence.html", "de", contract=contract, facts=facts, acceptance=acceptance,
        consent=as_html(acceptance.consent_words), centre=the_centre(),
    )  # fmt: skip
    return PAPER.pdf(
        page,
        title=f"Nachweis der Annahme {contract.number}",
        language="de",
        created=acceptance.accepted_at,
    )


def said(number: str, facts: ContractFacts, words: Words) -> dict[str, object]:
    """What stands in the contract, for paper and screen alike."""
    values = values_of(facts, number)
    text = words.body + (f"\n\n{words.child_protection}" if facts.is_for_youth else "")
    return {
        "body": as_html(filled(text, values)),
        "consent": as_html(filled(words.consent, values)) if facts.needs_consent else "",
        "facts": facts,
        "lines": [(one, fee_cents(one.minutes, facts.unit_cents)) for one in facts.meetings],
        "wording": words.number,
    }


def as_html(markdown: str) -> Markup:
    """The words as HTML that can do no harm."""
    return Markup(render(markdown, top_level=2))  # noqa: S704 - content.safety has cleaned it
