"""Every page of the cashiers, for the portal's table of contents."""

from lms.portal.finance.online import OnlinePaymentPages
from lms.portal.finance.refund_list import FormerRefundPages, RefundListPages
from lms.portal.finance.refund_page import RefundPages
from lms.portal.finance.refund_proposing import ProposingPages
from lms.portal.finance.second_person_pages import SecondPersonPages
from lms.portal.finance.transfer_pages import TransferFilePages
from lms.portal.finance.write_off_pages import WriteOffPages

FINANCE = (
    OnlinePaymentPages,
    RefundListPages,
    FormerRefundPages,
    ProposingPages,
    RefundPages,
    TransferFilePages,
    SecondPersonPages,
    WriteOffPages,
)
