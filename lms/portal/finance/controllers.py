"""Every page of the cashiers, for the portal's table of contents."""

from lms.portal.finance.bank_lines import AssigningPayments, BankLinePages
from lms.portal.finance.online import OnlinePaymentPages
from lms.portal.finance.statements import ColumnPages, StatementPages

FINANCE = (OnlinePaymentPages, StatementPages, ColumnPages, AssigningPayments, BankLinePages)
