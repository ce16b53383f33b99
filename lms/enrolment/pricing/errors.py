"""What prices and proofs refuse, one type per reason."""

from lms.kernel.errors import DomainError, Invalid
from lms.kernel.marking import N_


class PriceNotLower(Invalid):
    """Carries `kind`, the rate that would lessen nothing."""

    message = N_(
        "This price is not lower than the price of the course. Enter a lower one, or leave it empty."
    )


class NoSuchConcession(Invalid):
    message = N_("This reason for a reduction is not offered any more. Please choose another one.")


class ProofNotNeeded(DomainError):
    status = 410
    message = N_("No proof is needed for this enrolment any more.")


class ProofNotReadable(Invalid):
    message = N_("We cannot read this file. Send a PDF, or a photo as JPEG, PNG or WebP.")


class ProofTooLarge(Invalid):
    message = N_("This file is too large. It may have 10 MB at most.")


class ProofExpired(Invalid):
    message = N_("This proof was no longer valid when the course began. Enter a later day, or refuse it.")


class TooEarlyToCharge(DomainError):
    """The proof may still be shown; carries `day`, from which on the full price may be asked for."""

    message = N_("The proof may still be shown. The full price can be charged from %(day)s on.")
