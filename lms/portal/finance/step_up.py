"""Delicate acts about money ask for the second factor once more (S-16), without losing what was typed."""

from typing import Any

from litestar import Request

from lms.accounts.errors import FreshFactorNeeded
from lms.accounts.sessions import ensure_fresh
from lms.kernel.clock import Clock
from lms.kernel.marking import N_
from lms.web.forms import Form

AGAIN = N_(
    "More than ten minutes have passed since you proved who you are. Please confirm it in a second window (link above the "
    "buttons), then send this form again: what you have typed stays here."
)


def is_proved(request: Request[Any, Any, Any], clock: Clock, form: Form) -> bool:
    """Whether the person has just proved who they are; else the form says what to do, and keeps what was typed."""
    try:
        ensure_fresh(request, clock)
    except FreshFactorNeeded:
        form.refuse("", AGAIN)
        setattr(form, "needs_proof", True)  # noqa: B010 - for the template: where it can be proved
        return False
    return True
