"""Every page of the cashiers, for the portal's table of contents."""

from lms.portal.finance.accounts import AccountPages, CostCentrePages
from lms.portal.finance.closing import ClosingPages
from lms.portal.finance.exports import ExportPages
from lms.portal.finance.online import OnlinePaymentPages
from lms.portal.finance.profiles import ProfilePages
from lms.portal.finance.statements import StatementDeskPages, StatementPages

FINANCE = (
    OnlinePaymentPages,
    ClosingPages,
    AccountPages,
    CostCentrePages,
    ExportPages,
    ProfilePages,
    StatementPages,
    StatementDeskPages,
)
