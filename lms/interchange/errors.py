"""What is refused about material on its way in or out."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NothingSent(DomainError):
    status = 422
    message = N_("Choose a file.")


class IntakeTooLarge(DomainError):
    status = 413
    message = N_("The file is too large: %(most)s MB at most. Please bring it in parts.")


class NoSpaceLeft(DomainError):
    status = 507
    message = N_(
        "There is no space left on our disk for this file. Nothing was kept. Please call the team of the centre."
    )


class OthersAreWaiting(DomainError):
    status = 409
    message = N_("Five files of this course wait already. Please decide about them first.")


class NotReady(DomainError):
    status = 409
    message = N_("This file has been dealt with in the meantime. Please look at where it stands.")


class NothingChosen(DomainError):
    status = 422
    message = N_("Choose at least one chapter.")


class NothingToTake(DomainError):
    status = 422
    message = N_("There is nothing to take along yet: this course has no lessons.")
