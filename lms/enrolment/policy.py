"""Who may do what about places: Actor and facts in, bool out."""

from uuid import UUID

from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.rights import Scope


def may_enrol(actor: Actor, person_id: UUID) -> bool:
    """A person we know: oneself and one's household, and from the office anybody."""
    return actor.may_for(person_id, "C", "enrolment")


def reaches(actor: Actor, enrolment: Enrolment, act: str) -> bool:
    """Whether the actor may do `act` to this enrolment: one's own, one's household's, one's employees', or as staff."""
    scopes = actor.scopes(act, "enrolment")
    if Scope.ALL in scopes:
        return True
    if enrolment.person_id in actor.persons_for(act, "enrolment"):
        return True
    if has_booked(actor, enrolment) and scopes & {Scope.OWN, Scope.WARDS}:
        return True
    return enrolment.company_id in actor.companies and Scope.EMPLOYEES in scopes


def has_booked(actor: Actor, enrolment: Enrolment) -> bool:
    """Whether it was booked by the actor or the household; a guardian's word ends when the child is not theirs any more."""
    if enrolment.contact_id is None or enrolment.contact_id not in actor.persons:
        return False
    return enrolment.guardian_id != enrolment.contact_id or enrolment.person_id in actor.persons


def is_limited(actor: Actor, person_id: UUID | None) -> bool:
    """Whether the actor does for this person only what a mandate says: such pages give no link that opens by itself."""
    return person_id in actor.principals and person_id not in actor.persons


def acts_for_payer(actor: Actor, enrolment: Enrolment) -> bool:
    """Whether the actor speaks for the company that ordered this, or for the team."""
    if actor.may_for_all("D", "enrolment"):
        return True
    return enrolment.company_id in actor.companies and Scope.EMPLOYEES in actor.scopes("D", "enrolment")


def may_consent(actor: Actor, enrolment: Enrolment) -> bool:
    """The guardian, signed in; and staff, who record a signed paper."""
    if actor.may_for_all("U", "enrolment"):
        return True
    return actor.person_id is not None and actor.person_id == enrolment.guardian_id


def is_enrolment_staff(actor: Actor) -> bool:
    """Enrols anybody, also when enrolment is closed."""
    return actor.may_for_all("C", "enrolment")


def may_waive(actor: Actor) -> bool:
    """Lets somebody off a fee, with a reason."""
    return actor.may_for_all("U", "enrolment")


def is_own(actor: Actor, enrolment: Enrolment) -> bool:
    """Whether the enrolment concerns the actor themselves or their household: then somebody else decides about its money (S-08)."""
    concerned = {enrolment.person_id, enrolment.contact_id, enrolment.guardian_id} - {None}
    return bool(concerned & actor.persons)


def may_approve(actor: Actor) -> bool:
    """Decides who gets into a run that asks for the team's approval."""
    return actor.may_for_all("U", "enrolment")


def may_plan(actor: Actor) -> bool:
    """Changes the places of a run, or cancels it."""
    return actor.may_for_all("U", "plan")


def may_decide_proofs(actor: Actor) -> bool:
    """Looks at proofs of concessions, accepts or refuses them, and asks for the full price."""
    return actor.may_for_all("U", "enrolment")
