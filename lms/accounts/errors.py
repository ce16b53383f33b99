"""What the door refuses. What could tell whether an address has an account is said in the same words for all (S-17)."""

from lms.kernel.errors import DomainError, Invalid, SignInNeeded
from lms.kernel.marking import N_


class FreshFactorNeeded(SignInNeeded):
    """An act for which somebody has to prove again that it is them (S-16). Pages lead to the proof and back."""

    message = N_("Please confirm once more that it is you.")
    leads_to = "/einloggen/bestaetigen"


class CodeWrong(Invalid):
    message = N_("This code is not right. Please look at the newest e-mail and type its eight digits.")


class CodeUsedUp(Invalid):
    """Too old, used already, tried five times, or never sent to this browser."""

    message = N_("This code is no longer valid. Please ask for a new one.")


class LinkUsedUp(DomainError):
    """Too old, used already, or not one of ours."""

    status = 410
    message = N_("This link is no longer valid. It works once and for ten minutes. Please ask for a new one.")


class OtherBrowser(DomainError):
    """The link was opened in another browser than the one that asked for it (S-13)."""

    status = 403
    message = N_(
        "Please open the link on the device and in the browser in which you asked for it. Or type the code from the same e-mail there."
    )


class CredentialsWrong(Invalid):
    message = N_("E-mail address and password do not fit together. Check both, or let us send you a code.")


class SecondFactorWrong(Invalid):
    message = N_(
        "This code is not right or has been used already. Wait for the next one in your app and type that."
    )


class PasswordTooShort(Invalid):
    message = N_("Use at least %(least)s characters. Several words in a row are easy to remember.")


class PasswordTooLong(Invalid):
    message = N_("Use at most %(most)s characters.")


class PasswordTooCommon(Invalid):
    message = N_("Many people use this password, so it is easy to guess. Please choose another one.")


class OwnRole(DomainError):
    """Nobody decides about their own rights (S-08)."""

    status = 403
    message = N_("Nobody can change their own roles or lock their own account. Ask another administrator.")


class LastAdministrator(DomainError):
    message = N_("This is the only administrator. First make somebody else an administrator.")


class AccountExists(Invalid):
    message = N_("There is an account with this e-mail address already.")


class UnknownScope(Invalid):
    message = N_("A token can only be allowed what you may do yourself.")


class KeyTaken(DomainError):
    """The same Idempotency-Key came with another body (S-71)."""

    status = 422
    message = N_(
        "This request was sent before with other content. Use a new Idempotency-Key for a new request."
    )
