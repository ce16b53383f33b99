"""What pages call kinds, states and languages of certificates: the same everywhere."""

from collections.abc import Mapping

from certificates.document import Kind
from lms.certification.models import CertificateState
from lms.kernel.marking import N_

KINDS: Mapping[str, str] = {
    Kind.ATTENDANCE.value: N_("Certificate of attendance"),
    Kind.EXAMINED.value: N_("Certificate with an exam"),
    Kind.EDUCATION_LEAVE.value: N_("Confirmation for the employer (education leave)"),
    Kind.VOLUNTEER.value: N_("Confirmation of volunteering"),
    Kind.PATH.value: N_("Certificate of a path"),
    Kind.TRAINER.value: N_("Confirmation of teaching"),
}
STATES: Mapping[str, tuple[str, str]] = {
    CertificateState.ISSUED.value: (N_("valid"), "success"),
    CertificateState.REVOKED.value: (N_("revoked"), "danger"),
    CertificateState.REPLACED.value: (N_("replaced"), "warning"),
}
LANGUAGES: Mapping[str, str] = {
    "de": N_("German"),
    "en": N_("English"),
    "de-en": N_("German and English on one paper"),
}
