"""The mandate on paper, to sign or to keep. Facts in, bytes out; never with a transaction open."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lms.debits.models import DebitMandate
from lms.people.models import Company, Person
from lms.web.centre import the_centre
from lms.web.formats import date_plain, in_groups
from lms.web.language import Language, gettext, use_locale
from lms.web.letters import postal_address
from lms.web.paper import Stationery

SHEET = Stationery(Path(__file__).parent / "templates", Path(__file__).with_name("paper.css"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatePaper:
    """Everything that stands on the sheet; here alone the account stands in full. `signed` is empty on one to be signed."""

    name: str
    language: Language
    made_at: datetime
    creditor: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    signed: str


def mandate_paper(
    mandate: DebitMandate, person: Person, company: Company | None, *, at: datetime
) -> MandatePaper:
    """The mandate in the payer's language, in the words that are kept with it."""
    language: Language = "en" if person.language == "en" else "de"
    centre = the_centre()
    with use_locale(language):
        payer = ", ".join(postal_address(person).splitlines())
        if company is not None:
            town = f"{company.postal_code} {company.city}".strip()
            payer = ", ".join(line for line in (company.name, company.street, town) if line)
        facts = (
            (gettext("Mandate reference"), mandate.reference),
            (gettext("Creditor identifier"), mandate.creditor_id),
            (gettext("Payer"), payer),
            (gettext("Account holder"), mandate.holder),
            (gettext("IBAN"), in_groups(mandate.iban)),
            (gettext("Bank"), " ".join(part for part in (mandate.bank, mandate.bic) if part) or "–"),
            (gettext("Kind of payment"), gettext("recurrent: for this course and for later ones")),
        )
        signed = ""
        if mandate.given_at is not None and mandate.signed_on is not None:
            day = date_plain(mandate.signed_on)
            signed = (
                gettext("Given online on %(day)s.", day=day)
                if mandate.way == "screen"
                else gettext("Signed on paper on %(day)s.", day=day)
            )
    return MandatePaper(
        name=f"lastschriftmandat-{mandate.reference}.pdf",
        language=language,
        made_at=at,
        creditor=(centre.name, centre.address),
        facts=facts,
        sentences=tuple(mandate.wording.splitlines()),
        signed=signed,
    )


def rendered(paper: MandatePaper) -> bytes:
    """The sheet as PDF; the same facts give the same bytes."""
    page = SHEET.words("debits/mandate.html", paper.language, paper=paper, centre=the_centre())
    with use_locale(paper.language):
        title = gettext("SEPA direct debit mandate")
    return SHEET.pdf(page, title=title, language=paper.language, created=paper.made_at)
