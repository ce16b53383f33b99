"""Every page of the cashiers, for the portal's table of contents."""

from lms.portal.finance.collection_rules import CollectionRulePages
from lms.portal.finance.debit_choosing import DebitChoicePages
from lms.portal.finance.debit_files import DebitFilePages
from lms.portal.finance.debit_mandates import DebitMandatePages
from lms.portal.finance.debit_returns import DebitReturnPages
from lms.portal.finance.debits import DebitPages
from lms.portal.finance.online import OnlinePaymentPages

FINANCE = (
    OnlinePaymentPages,
    DebitPages,
    DebitChoicePages,
    DebitFilePages,
    DebitReturnPages,
    DebitMandatePages,
    CollectionRulePages,
)
