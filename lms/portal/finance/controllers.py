"""Every page of the cashiers, for the portal's table of contents."""

from lms.portal.finance.online import OnlinePaymentPages

FINANCE = (OnlinePaymentPages,)
