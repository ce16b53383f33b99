"""What is refused about tools of others."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NotAnAddress(DomainError):
    status = 422
    message = N_("Enter addresses that begin with https://, each on a line of its own.")


class NotKeys(DomainError):
    status = 422
    message = N_(
        "This is not a set of public keys. Copy what the tool shows as JWKS or “public keyset”, from the first brace to the last."
    )


class PrivateKeys(DomainError):
    status = 422
    message = N_(
        "This holds a private key, which must stay with the tool. Copy the public ones, and tell the tool's makers."
    )


class ToolEnded(DomainError):
    status = 409
    message = N_("The centre does not work with this tool any more. Please ask your trainer.")


class LaunchExpired(DomainError):
    status = 403
    message = N_("This way into the tool is used up or too old. Please open the lesson again.")


class NotTheTool(DomainError):
    status = 403
    message = N_("What was sent is not from a tool that the centre works with.")
