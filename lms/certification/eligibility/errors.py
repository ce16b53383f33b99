"""What rules and results refuse."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NameTaken(DomainError):
    message = N_("There is a funding programme of this name already.")


class NotCovered(DomainError):
    message = N_(
        "This programme cannot be chosen for this run: it has ended, or the run begins outside its period."
    )


class NoExam(DomainError):
    message = N_("This course has no exam. The rules of the course say whether there is one.")


class CertificateStands(DomainError):
    status = 409
    message = N_(
        "The certificate of %(names)s is issued already, or being issued. Revoke it first if the result is wrong."
    )


class TooManyPoints(DomainError):
    status = 422
    message = N_("Nobody can have more points than there are.")
