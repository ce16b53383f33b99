"""What is refused about paths."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NoModules(DomainError):
    status = 422
    message = N_("Choose at least one course that belongs to the path.")


class TooFewChoices(DomainError):
    status = 422
    message = N_(
        "More modules are to be chosen than there are to choose from. Lower the number or add courses."
    )


class ChoicesWithoutNumber(DomainError):
    status = 422
    message = N_("State how many of the modules to choose from are needed.")


class PathRetired(DomainError):
    message = N_("This path has ended. It gives no new certificates.")
