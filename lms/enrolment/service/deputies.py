"""Whoever holds the link of an enrolment may enrol its persons elsewhere, and nothing beyond."""

from dataclasses import replace

from lms.enrolment import policy
from lms.enrolment.models import Enrolment
from lms.enrolment.seats.errors import SeatOfCompany
from lms.enrolment.seats.rules import is_for_employee
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.kernel.tokens import Signer

PURPOSE = "enrolment"


def refuse_outsiders(signer: Signer, actor: Actor, enrolment: Enrolment, token: str) -> None:
    """Raise NotFound for whoever neither holds the link nor reaches the enrolment by right.

    A company's seat is the company's: who sits on it neither moves it nor hands it over (SeatOfCompany).
    """
    has_link = signer.matches(token, PURPOSE, enrolment.id, enrolment.link_version)
    if not has_link and not policy.reaches(actor, enrolment, "D"):
        raise NotFound
    if is_for_employee(enrolment) and not policy.acts_for_payer(actor, enrolment):
        raise SeatOfCompany


def deputy_for(actor: Actor, enrolment: Enrolment) -> Actor:
    """The actor with the one right that the link gives: to enrol the persons named in the enrolment.

    Not more: who typed a stranger's child into a form must not come to read or change its record by a link.
    """
    if policy.is_enrolment_staff(actor):
        return actor
    named = {enrolment.person_id, enrolment.contact_id, enrolment.guardian_id} - {None}
    return replace(
        actor,
        identities=frozenset({Identity.LEARNER}),
        acts_for=actor.acts_for | {one for one in named if one},
        companies=frozenset({enrolment.company_id} if enrolment.company_id else ()),
        limited_to=frozenset({("C", "enrolment")}),
    )
