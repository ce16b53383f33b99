"""Every page of the cashiers, for the portal's table of contents."""

from lms.portal.finance.cashiers import CashierPages
from lms.portal.finance.claims import ClaimPages
from lms.portal.finance.debtors import DebtorPages
from lms.portal.finance.dunning_pages import RunPages
from lms.portal.finance.enforcement import EnforcementPages
from lms.portal.finance.instalment_pages import InstalmentPages
from lms.portal.finance.online import OnlinePaymentPages
from lms.portal.finance.share_pages import SharePages

FINANCE = (
    CashierPages,
    ClaimPages,
    DebtorPages,
    RunPages,
    EnforcementPages,
    InstalmentPages,
    SharePages,
    OnlinePaymentPages,
)
