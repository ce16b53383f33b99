"""What Stripe says when it refuses: error objects with their type, code and HTTP status (docs.stripe.com/api/errors)."""

from collections.abc import Mapping
from typing import Any

DOCS = "https://docs.stripe.com/error-codes/"
NEVER_BEGUN = frozenset(
    {"parameter_missing", "parameter_unknown", "parameter_invalid_integer", "parameter_invalid"}
)


class Refused(Exception):
    """A request that is answered with an error object.

    `is_kept` says whether an idempotency key keeps this answer: Stripe keeps what an endpoint came to once it had begun,
    and forgets what failed its first look at the parameters.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        also: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.is_kept = code not in NEVER_BEGUN and status not in {401, 404, 409}
        error: dict[str, Any] = {"message": message, "type": kind}
        if code is not None:
            error |= {"code": code, "doc_url": DOCS + code.replace("_", "-")}
        if param is not None:
            error["param"] = param
        self.error = error | dict(also or {})

    @property
    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        return {"error": self.error}


def missing(name: str) -> Refused:
    """A required parameter was not sent."""
    return Refused(f"Missing required param: {name}.", code="parameter_missing", param=name)


def wrong(name: str, message: str, code: str | None = None) -> Refused:
    """A parameter that Stripe does not accept."""
    return Refused(message, code=code, param=name)


def no_such(kind: str, wanted: str, *, param: str = "id", status: int = 404) -> Refused:
    """Nothing of that kind has this id; 400 where the id was sent as a parameter of something else."""
    return Refused(f"No such {kind}: '{wanted}'", status=status, code="resource_missing", param=param)
