"""The roles in the words of the team."""

from collections.abc import Mapping

from lms.kernel.marking import N_
from lms.kernel.rights import Identity

ROLE_WORDS: Mapping[Identity, str] = {
    Identity.TRAINER: N_("Trainer"),
    Identity.PROGRAMME: N_("Programme planning"),
    Identity.ENROLMENT: N_("Enrolments"),
    Identity.RESOURCES: N_("Rooms and devices"),
    Identity.CERTIFICATES: N_("Certificates"),
    Identity.FINANCE: N_("Accounting"),
    Identity.ADMINISTRATOR: N_("Administrator"),
}
