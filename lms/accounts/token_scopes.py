"""What a personal access token can be allowed, in words (S-18)."""

from lms.kernel.actor import Actor
from lms.kernel.marking import N_

SCOPES = (
    ("R:programme", N_("Read courses and dates")),
    ("R:enrolment", N_("Read enrolments")),
    ("C:enrolment", N_("Enrol people")),
    ("D:enrolment", N_("Cancel enrolments")),
    ("R:person", N_("Read names and contact details")),
    ("R:attendance", N_("Read attendance")),
    ("U:attendance", N_("Mark attendance")),
    ("R:plan", N_("Read drafts and plans")),
    ("C:plan", N_("Plan courses and runs")),
    ("U:plan", N_("Change courses and runs")),
    ("U:session", N_("Move and cancel sessions")),
    ("R:certificate", N_("Read certificates")),
    ("issue:certificate", N_("Issue certificates")),
    ("revoke:certificate", N_("Revoke certificates")),
    ("R:loan", N_("Read loans")),
    ("handover:loan", N_("Hand out and take back devices")),
    ("R:room-booking", N_("Read room bookings")),
    ("approve:room-booking", N_("Decide on room bookings")),
    ("R:progress", N_("Read how far you are in lessons")),
    ("U:progress", N_("Write down how far you are in lessons")),
    ("R:report", N_("Read figures")),
)


def offered(actor: Actor) -> list[tuple[str, str]]:
    """What this person can hand on: never more than they may do themselves."""
    return [(scope, words) for scope, words in SCOPES if actor.may(*scope.split(":"))]
