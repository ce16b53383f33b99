"""What a receipt says about the enrolment it is for."""

from typing import Any

from lms.enrolment.queries import Claim


def printed_facts(claim: Claim) -> dict[str, Any]:
    """Payer, course, run, person and reference, frozen as words."""
    payer = claim.contact or claim.person
    return {
        "payer": payer.name if payer else "",
        "course": claim.course.title_de,
        "run": claim.run.number,
        "person": claim.person.name if claim.person else "",
        "reference": claim.enrolment.reference,
    }
