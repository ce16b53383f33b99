"""What we refuse. A refusal is a type with a sentence; the page translates the sentence, the API the type."""

from typing import Any, ClassVar

from lms.kernel.marking import N_


class DomainError(Exception):
    """Something the centre does not do, with the sentence the person reads and the HTTP status that fits.

    `message` is a gettext id marked with `N_()`; `params` fill its `%(name)s` placeholders when it is rendered.
    """

    status: ClassVar[int] = 409
    message: ClassVar[str] = N_("This is not possible. Please go back and try again.")

    def __init__(self, **params: Any) -> None:
        super().__init__(self.message)
        self.params = params


class NotFound(DomainError):
    """Missing, or somebody else's: both answer alike, so that nobody learns what exists (S-03)."""

    status = 404
    message = N_("We cannot find this page. Perhaps the address has a typing error, or the page has moved.")


class Forbidden(DomainError):
    """A known function for which the actor has no permission (S-03)."""

    status = 403
    message = N_("You do not have permission for this. Ask the team of the centre if you need it.")


class SignInNeeded(DomainError):
    """The function needs to know who asks. Pages lead to the sign-in and back."""

    status = 401
    message = N_("Please sign in to continue.")


class Invalid(DomainError):
    """What was sent cannot be understood or breaks a rule of form."""

    status = 422
    message = N_("Something is missing or not right. Please check what you entered.")


class Stale(DomainError):
    """The record was changed by somebody else since the page was shown (S-71)."""

    status = 409
    message = N_(
        "Somebody else has changed this in the meantime. Please look at the current state and try again."
    )


class GoneForGood(DomainError):
    """What was deleted can be restored for a while, and this while is over."""

    message = N_("This was deleted too long ago and cannot be restored.")


class TooMany(DomainError):
    """A rate limit. `retry_after` is in seconds and becomes the Retry-After header (S-40)."""

    status = 429
    message = N_("That was too often in a short time. Please wait a moment and try again.")

    def __init__(self, *, retry_after: int, **params: Any) -> None:
        super().__init__(**params)
        self.retry_after = retry_after
