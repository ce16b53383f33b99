"""What a receipt says about the enrolment it is for."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from lms.billing.tax.models import TaxTreatment
from lms.billing.tax.rules import taxed
from lms.enrolment.queries import Claim
from lms.kernel.clock import local


def printed_facts(
    claim: Claim, treatments: Sequence[TaxTreatment], *, default: str, today: date
) -> dict[str, Any]:
    """Payer, course, run, person, reference, and how it is taxed (§ 33 UStDV), frozen as words.

    `default` is the tax code of runs that name none.
    """
    payer = claim.contact or claim.person
    ends = local(claim.run.ends_at).date() if claim.run.ends_at else today
    return {
        "payer": payer.name if payer else "",
        "course": claim.course.title_de,
        "run": claim.run.number,
        "person": claim.person.name if claim.person else "",
        "reference": claim.enrolment.reference,
    } | taxed(treatments, claim.run.tax_code or default, ends, ends)
