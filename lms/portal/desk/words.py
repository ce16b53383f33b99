"""How the desk calls states and changes."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from lms.catalogue.models import RunState
from lms.certification.handing.history import ACTIONS as OF_CERTIFICATES
from lms.enrolment.models import EnrolmentState
from lms.enrolment.pricing.models import ConcessionState
from lms.kernel.marking import N_
from lms.portal.desk.teaching_words import OF_TEACHING
from lms.web.formats import amount, moment_short
from lms.web.language import current_language, gettext, translated

RUN_STATES: Mapping[str, tuple[str, str]] = {
    RunState.DRAFT: (N_("draft"), "info"),
    RunState.PUBLISHED: (N_("published"), "info"),
    RunState.CONFIRMED: (N_("takes place"), "success"),
    RunState.COMPLETED: (N_("completed"), "info"),
    RunState.CANCELLED: (N_("cancelled"), "danger"),
}
"""Word and tone of each state of a run."""

ENROLMENT_STATES: Mapping[str, tuple[str, str]] = {
    EnrolmentState.REQUESTED: (N_("waits for consent"), "warning"),
    EnrolmentState.WAITING: (N_("waiting list"), "info"),
    EnrolmentState.OFFERED: (N_("place offered"), "warning"),
    EnrolmentState.HELD: (N_("place held"), "info"),
    EnrolmentState.CONFIRMED: (N_("has a place"), "success"),
    EnrolmentState.EXPIRED: (N_("expired"), "info"),
    EnrolmentState.CANCELLED: (N_("withdrawn"), "danger"),
    "pending": (N_("waits for the team"), "warning"),
}

PROOF_STATES: Mapping[str, tuple[str, str]] = {
    ConcessionState.NOT_NEEDED: (N_("not needed"), "info"),
    ConcessionState.MISSING: (N_("missing"), "warning"),
    ConcessionState.SENT: (N_("sent, to be looked at"), "warning"),
    ConcessionState.ACCEPTED: (N_("proof accepted"), "success"),
    ConcessionState.REFUSED: (N_("refused"), "danger"),
    ConcessionState.CHARGED: (N_("full price charged"), "info"),
}
"""Word and tone of each state of a proof for a reduced price."""

PAYMENT_WAYS: Mapping[str, str] = {
    "free": N_("free of charge"),
    "online": N_("online"),
    "direct_debit": N_("by direct debit"),
    "invoice": N_("by invoice"),
    "cash": N_("in cash"),
    "voucher": N_("by voucher"),
}

HAPPENINGS: Mapping[str, str] = {
    "joined": N_("Put on the waiting list"),
    "offered": N_("Place offered"),
    "accepted": N_("Offer accepted"),
    "declined": N_("Offer declined"),
    "lapsed": N_("Offer lapsed"),
    "skipped": N_("Passed over"),
    "left": N_("Left the waiting list"),
    "promoted": N_("Moved up"),
    "withdrawn": N_("Offer withdrawn"),
    "next_run": N_("Noted for the next run"),
    "run_cancelled": N_("Run cancelled"),
}
"""What happens on a waiting list."""

SOMETHING = N_("Something was changed")
ACTIONS: Mapping[str, str] = {
    "run.planned": N_("Run planned"),
    "export.planned": N_("Export set up"),
    "export.ended": N_("Export ended"),
    "run.counted": N_("Said for the statistics"),
    "course.counted": N_("Programme area set"),
    "run.conditions_changed": N_("Conditions of the run changed"),
    "run.question_added": N_("Question added"),
    "run.question_changed": N_("Question changed"),
    "run.question_removed": N_("Question removed"),
    "run.deadlines_changed": N_("Deadlines changed"),
    "enrolment.approval_asked": N_("Waits for the team's decision"),
    "enrolment.not_approved": N_("The team has not agreed"),
    "enrolment.exempted": N_("Let in by the team as an exception"),
    "enrolment.answered": N_("Questions answered"),
    "run.idea": N_("Idea kept"),
    "run.copied": N_("Run copied"),
    "run.noted": N_("Note of the team changed"),
    "run.proof_asked": N_("Sent for proof-reading"),
    "run.proof_corrected": N_("Corrections by the trainer"),
    "run.proof_released": N_("Released by the trainer"),
    "run.trainers_asked": N_("Trainers asked"),
    "run.trainer_accepted": N_("Trainer has said yes"),
    "run.trainer_declined": N_("Trainer has said no"),
    "run.trainers_changed": N_("Other trainers for the run"),
    "session.trainers_changed": N_("Other trainers for a session"),
    "run.prices_changed": N_("Prices changed"),
    "run.follow_up_set": N_("Re-enrolment set"),
    "run.changed": N_("Conditions of the run changed"),
    "run.published": N_("Run published"),
    "run.confirmed": N_("Run confirmed: it takes place"),
    "run.completed": N_("Run completed"),
    "run.cancelled": N_("Run cancelled"),
    "run.capacity_changed": N_("Number of places changed"),
    "run.decision_planned": N_("Day of the decision and fee levels changed"),
    "proposal.opened": N_("Those enrolled are asked about a change"),
    "proposal.answered": N_("Answer to the proposed change"),
    "proposal.not_reached": N_("Called in vain about the proposed change"),
    "proposal.withdrawn": N_("Proposed change withdrawn"),
    "proposal.applied": N_("Proposed change carried out"),
    "enrolment.price_agreed": N_("Price changed with consent"),
    "enrolment.moved": N_("Moved to another run"),
    "enrolment.moved_here": N_("Came from another run"),
    "refund.requested": N_("Refund asked for"),
    "refund.approved": N_("Approved by a second person"),
    "refund.sent_back": N_("Sent back"),
    "refund.cancelled": N_("Not carried out"),
    "refund.account_named": N_("The payer has named an account"),
    "refund.account_typed": N_("Account entered by the team"),
    "refund.asked_again": N_("Asked for the account again"),
    "refund.in_file": N_("Put into a transfer file"),
    "refund.out_of_file": N_("Taken out of a withdrawn file"),
    "refund.sent": N_("Given to the bank"),
    "refund.paid": N_("Paid back"),
    "refund.failed": N_("Did not get through"),
    "goodwill.requested": N_("Goodwill waits for a second person"),
    "goodwill.done": N_("Goodwill granted"),
    "goodwill.sent_back": N_("Goodwill was not approved"),
    "write_off.requested": N_("Write-off waits for a second person"),
    "write_off.done": N_("Written off"),
    "write_off.sent_back": N_("Write-off was not approved"),
    "write_off.undone": N_("Write-off taken back"),
    "waiver.requested": N_("Waiver waits for a second person"),
    "waiver.done": N_("Waived"),
    "waiver.sent_back": N_("Waiver was not approved"),
    "waiver.undone": N_("Waiver taken back"),
    "cash.payout": N_("Paid out in cash"),
    "session.added": N_("Session added"),
    "session.moved": N_("Session moved"),
    "session.cancelled": N_("Session cancelled"),
    "session.trainer_changed": N_("Trainer of the session changed"),
    "session.trainer_absent": N_("Trainer cannot come"),
    "session.substitutes_asked": N_("Others asked to stand in"),
    "session.substituted": N_("Substitute found"),
    "session.search_ended": N_("Search for a substitute ended"),
    "attendance.marked": N_("Attendance marked"),
    "attendance.corrected": N_("Attendance corrected"),
    "make_up.agreed": N_("Agreed that a session is made up"),
    "make_up.withdrawn": N_("A session is not made up after all"),
    "attempt.begun": N_("Attempt at a quiz begun"),
    "attempt.handed_in": N_("Attempt at a quiz handed in"),
    "exam_result.entered": N_("Exam result entered"),
    "exam_result.corrected": N_("Exam result corrected"),
    "certificate_rule.changed": N_("Rules for the certificate changed"),
    "attendance.locked": N_("Attendance closed"),
    "course.created": N_("Course created"),
    "course.changed": N_("Course changed"),
    "course.prerequisites": N_("Courses before it changed"),
    "course.distance_learning": N_("Distance learning looked at"),
    "venue.created": N_("Venue created"),
    "venue.changed": N_("Venue changed"),
    "room.created": N_("Room created"),
    "room.changed": N_("Room changed"),
    "room.hours": N_("Opening hours of the room changed"),
    "room.photo": N_("Picture of the room changed"),
    "room.photo-described": N_("Picture of the room described anew"),
    "room.photo-removed": N_("Picture of the room removed"),
    "venue.hours": N_("Opening hours of the venue changed"),
    "closure.created": N_("Closed for a while"),
    "closure.ended": N_("Opened again before time"),
    "closure.removed": N_("Closure taken back"),
    "closing-day.marked": N_("Closing days marked"),
    "closing-day.unmarked": N_("Closing days removed"),
    "equipment.created": N_("Equipment added"),
    "equipment.changed": N_("Equipment renamed"),
    "equipment.removed": N_("Equipment removed"),
    "travel-times.changed": N_("Travel times changed"),
    "run.devices_changed": N_("Devices of the run changed"),
    "course.pattern_changed": N_("Room and notes of the course changed"),
    "course.devices_changed": N_("Devices of the course changed"),
    "session.device_exchanged": N_("Device exchanged"),
    "enrolment.held": N_("Place held"),
    "enrolment.released": N_("Held place released"),
    "enrolment.requested": N_("Enrolled, consent is missing"),
    "enrolment.confirmed": N_("Enrolled, place confirmed"),
    "enrolment.sessions_added": N_("Single dates added"),
    "enrolment.sessions_given_back": N_("Single dates given back"),
    "enrolment.session_cancelled": N_("A single date was cancelled by the centre"),
    "enrolment.seat_ordered": N_("Seat ordered by a company"),
    "enrolment.seat_named": N_("Person named for the company's seat"),
    "enrolment.seat_vacated": N_("Person taken off the company's seat"),
    "seats.ordered": N_("Seats ordered by a company"),
    "seats.vacated": N_("Person taken off the company's seat"),
    "seat_link.made": N_("Link for staff of the company made"),
    "seat_link.stopped": N_("Link for staff of the company stopped"),
    "seat_link.renewed": N_("Link for staff of the company renewed"),
    "company.contact_invited": N_("Contact of the company invited"),
    "company.invitation_withdrawn": N_("Invitation of a contact taken back"),
    "company.contact_added": N_("Contact of the company added"),
    "company.contact_removed": N_("Contact of the company removed"),
    "run.closed_for": N_("Who may book the run changed"),
    "enrolment.put_on_list": N_("Put on the waiting list"),
    "enrolment.offered": N_("Place offered"),
    "enrolment.declined": N_("Offer declined"),
    "enrolment.offer_written_again": N_("Letter with the offer sent again"),
    "enrolment.left": N_("Left the waiting list"),
    "enrolment.expired": N_("Expired"),
    "enrolment.kept_for_next_run": N_("Noted for the next run"),
    "enrolment.cancelled": N_("Enrolment cancelled"),
    "enrolment.withdrawn": N_("Contract withdrawn from"),
    "enrolment.moved_away": N_("Moved to another run"),
    "enrolment.joined_by_choice": N_("Named as another choice, and offered"),
    "enrolment.chose_others": N_("Said which other runs would also do"),
    "enrolment.handed_over": N_("Place handed over to another person"),
    "enrolment.goodwill": N_("A part let off as goodwill"),
    "enrolment.proof_sent": N_("Proof for the reduced price sent"),
    "enrolment.proof_looked_at": N_("Proof for the reduced price looked at"),
    "enrolment.proof_accepted": N_("Proof for the reduced price accepted"),
    "enrolment.proof_refused": N_("Proof for the reduced price refused"),
    "enrolment.full_price_charged": N_("Full price charged"),
    "interest.noted": N_("Noted: wants to hear of a course"),
    "interest.taken_off": N_("Taken off the list of those who want to hear"),
    "interest.called": N_("Called about a run"),
    "person.made": N_("Person recorded"),
    "person.completed": N_("Contact details completed"),
    "person.changed": N_("Contact details changed"),
    "person.merged": N_("Two records merged into this one"),
    "person.told_apart": N_("Two records are two people"),
    "mandate.asked": N_("Asked whether somebody may act"),
    "mandate.given": N_("Mandate given"),
    "mandate.changed": N_("Mandate changed"),
    "mandate.refused": N_("Mandate refused"),
    "mandate.withdrawn": N_("Mandate ended"),
    "guardian.named": N_("Parent or guardian recorded"),
    "guardian.ended": N_("Parent or guardian no longer decides"),
    "guardian.of_age": N_("Has come of age"),
    "guardian.conflict": N_("Parents disagree: the team records each consent"),
    "guardian.conflict_over": N_("Parents agree again"),
    "household.joined": N_("Taken into a household"),
    "household.left": N_("Left a household"),
    "household.head_named": N_("Acts for the household"),
    "consent.given": N_("Photos allowed"),
    "consent.withdrawn": N_("Photos no longer allowed"),
    "trainer.conduct_seen": N_("Certificate of conduct seen"),
    "qualification.kind_added": N_("Kind of qualification added"),
    "qualification.kind_retired": N_("Kind of qualification not used any more"),
    "qualification.kind_used_again": N_("Kind of qualification used again"),
    "qualification.required": N_("Qualification required"),
    "qualification.not_required": N_("Qualification not required any more"),
    "qualification.seen": N_("Proof of a qualification seen"),
    "qualification.removed": N_("Entry of a qualification removed"),
    "fee-rate.added": N_("Fee rate added"),
    "fee-rate.changed": N_("Fee rate changed"),
    "fee-rate.removed": N_("Fee rate removed"),
    "run.fee_agreed": N_("Fee for a run agreed"),
    "contract.drafted": N_("Fee contract begun"),
    "contract.offered": N_("Fee contract offered"),
    "contract.accepted_on_screen": N_("Fee contract accepted on screen"),
    "contract.accepted_on_paper": N_("Signed fee contract recorded"),
    "contract.declined": N_("Fee contract declined"),
    "contract.withdrawn": N_("Fee contract withdrawn"),
    "contract.reworded": N_("Words of the fee contract changed"),
    "standing.declared": N_("Tax-free allowance declared"),
    "standing.consent_withdrawn": N_("Consent under § 127 SGB IV taken back"),
    "standing.rules_changed": N_("Rules of status files changed"),
    "standing.allowance_set": N_("Tax-free allowance entered"),
    "standing.read": N_("Status file opened"),
    "standing.taken_away": N_("Status file taken away"),
    **OF_CERTIFICATES,
    **OF_TEACHING,
    "certificates.started": N_("Issuing of certificates started"),
    "certificates.repeated": N_("Issuing of certificates repeated"),
    "letter.posted": N_("Letter posted"),
    "letter.sent_again": N_("Letter sent again"),
    "letter.put_on_paper": N_("E-mail sent by post instead"),
    "loan.reserved": N_("Device reserved"),
    "loan.handed_out": N_("Device handed out"),
    "loan.taken_home": N_("Device taken home from class"),
    "loan.agreed": N_("Loan agreement accepted"),
    "loan.extended": N_("Day of return changed"),
    "loan.returned": N_("Device taken back"),
    "loan.lost": N_("Device noted as lost"),
    "loan.cancelled": N_("Reservation of a device cancelled"),
    "loan.reminded": N_("Reminder of a borrowed device written"),
    "loan.accessories_settled": N_("Missing accessories settled"),
    "lending.blocked": N_("Borrowing blocked"),
    "lending.unblocked": N_("Borrowing allowed again"),
    "device.wiped": N_("Device wiped and checked"),
    "sheet.wished": N_("Monthly sheet by post wished for"),
    "sheet.ended": N_("Monthly sheet by post ended"),
    "feed.made": N_("Calendar address made"),
    "feed.changed": N_("Calendar changed"),
    "feed.renewed": N_("Calendar address renewed"),
    "feed.revoked": N_("Calendar address removed"),
}
"""What the actions of the audit trail are called."""

REASONS: Mapping[str, str] = {
    "run_cancelled": N_("The run does not take place."),
    "hold_expired": N_("The time for filling in the form was over."),
    "payment_missing": N_("It was not paid in time."),
    "hold_released": N_("The held place was not needed."),
    "offer_lapsed": N_("The offer was not answered in time."),
    "no_consent": N_("Nobody consented in time."),
    "next_run": N_("The next run was wished for instead of waiting."),
    "by_person": N_("At the person's own wish."),
    "by_team": N_("By the team."),
    "moved": N_("Has a place in another run now."),
    "proposal_declined": N_("Did not agree to the change of the course: released free of charge."),
    "proposal_unanswered": N_(
        "Did not answer in time whether the course may change: released free of charge."
    ),
    "not_approved": N_("The team has not agreed"),
}
"""Reasons that the house itself writes."""

FIELDS: Mapping[str, str] = {
    "state": N_("State"),
    "capacity": N_("Places"),
    "minimum": N_("Least number"),
    "price_cents": N_("Price"),
    "starts_at": N_("Beginning"),
    "ends_at": N_("End"),
    "title_de": N_("Title"),
    "title_en": N_("Title in English"),
    "summary_de": N_("Sentence for the catalogue"),
    "text_de": N_("Description"),
    "default_price_cents": N_("Price"),
    "certificate_threshold_percent": N_("Attendance for the certificate"),
    "given_name": N_("Given name"),
    "family_name": N_("Family name"),
    "birth_date": N_("Birth date"),
    "email": N_("E-mail"),
    "phone": N_("Telephone"),
    "street": N_("Street"),
    "postal_code": N_("Postcode"),
    "city": N_("Town"),
    "district": N_("District"),
    "language": N_("Language"),
    "gender": N_("Gender"),
    "channel": N_("Way of writing"),
    "note": N_("Note"),
    "seats": N_("Seats"),
    "naming_days": N_("Days for naming people"),
    "hours": N_("Opening hours"),
    "presence": N_("Attendance"),
    "device": N_("Device"),
    "count": N_("Number"),
}
_PRESENCES: Mapping[str, str] = {
    "present": N_("present"),
    "late": N_("late"),
    "excused": N_("excused"),
    "absent": N_("absent"),
}
_VALUES: Mapping[str, Mapping[str, str]] = {
    "enrolment": {key: words for key, (words, _) in ENROLMENT_STATES.items()},
    "run": {key: words for key, (words, _) in RUN_STATES.items()},
    "session": _PRESENCES,
}
"""How the values of each kind of thing are called: a confirmed run and a confirmed enrolment are not the same."""


def spoken(german: str, english: str) -> str:
    """A title in the reader's language, German where there is no other."""
    return english if english and current_language() == "en" else german


def differences(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Each changed fact in words: "Plätze: 12, vorher 10". What has no word for people is left out."""
    named = [FIELDS[name] for name in after.get("changed", ()) if name in FIELDS]
    if named:
        yield ", ".join(translated(words) for words in named)
    for name, words in FIELDS.items():
        old, new = before.get(name), after.get(name)
        if name not in after or old == new:
            continue
        if old in {None, ""}:
            yield gettext("%(fact)s: %(new)s", fact=translated(words), new=_written(kind, name, new))
        else:
            yield gettext(
                "%(fact)s: %(new)s, before %(old)s",
                fact=translated(words),
                new=_written(kind, name, new),
                old=_written(kind, name, old),
            )


def _written(kind: str, name: str, value: Any) -> str:
    if value is None or value == "":
        return gettext("none")
    if name.endswith("_cents"):
        return amount(int(value))
    if name.endswith("_at"):
        return moment_short(datetime.fromisoformat(str(value)))
    return translated(_VALUES.get(kind, {}).get(str(value), str(value)))
