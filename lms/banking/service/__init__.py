"""What the team does with statements; every public method is one transaction."""

from lms.banking.service.clearing import LineClearing
from lms.banking.service.files import StatementFiles

__all__ = ["LineClearing", "StatementFiles"]
