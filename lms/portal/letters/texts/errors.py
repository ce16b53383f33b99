"""Why words cannot be taken as they are."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class UnknownName(DomainError):
    """A name in braces that this sentence does not know."""

    status = 422
    message = N_("%(found)s means nothing in this sentence. Use only the names that stand under it.")


class LonelyBrace(DomainError):
    """A brace that belongs to no name."""

    status = 422
    message = N_("There is a curly bracket that belongs to no name. Take it away, or write the whole name.")


class MustStay(DomainError):
    """A sentence that the law asks for."""

    status = 422
    message = N_("The law asks for this sentence. You can word it anew, but not leave it out.")
