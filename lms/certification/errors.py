"""What certification refuses."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class AttendanceStillOpen(DomainError):
    message = N_("The attendance of this run is not closed yet. Close it first, then issue the certificates.")


class NobodyQualifies(DomainError):
    message = N_("There is nobody to issue a certificate for: nobody qualifies, or all have theirs already.")


class ReasonMissing(DomainError):
    status = 422
    message = N_("Please state why the certificate is revoked. Those who check it will read this reason.")


class AlreadyEnded(DomainError):
    message = N_("This certificate has been revoked or replaced before.")


class NothingToHandOut(DomainError):
    message = N_("There is no valid certificate among these that could be handed out in this way.")


class HolderUnknown(DomainError):
    message = N_("The holder is no longer in our records: there is nobody to write to.")
