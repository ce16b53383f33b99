"""Every page of the cashiers, for the portal's table of contents."""

from lms.portal.finance.new_vouchers import NewVoucherPages
from lms.portal.finance.online import OnlinePaymentPages
from lms.portal.finance.redeeming import RedeemPages
from lms.portal.finance.voucher_orders import VoucherOrderPages
from lms.portal.finance.vouchers import VoucherListPages

FINANCE = (
    OnlinePaymentPages,
    VoucherListPages,
    NewVoucherPages,
    VoucherOrderPages,
    RedeemPages,
)
