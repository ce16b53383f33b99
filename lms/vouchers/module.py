"""The table of contents of `vouchers`, for app.py."""

from lms.billing.events import RefundReady
from lms.privacy.contract import PersonalData
from lms.vouchers.events import VoucherIssued, VoucherOrdered
from lms.vouchers.letters import SEND, confirm_order, have_it_sent, pay_out_as_voucher, sender
from lms.vouchers.pages.balance import BalancePages
from lms.vouchers.pages.buying import BuyingPages
from lms.vouchers.selling import VoucherShop
from lms.vouchers.service import Vouchers
from lms.web.module import Module

KEPT_BY_LAW = "eight years after the end of the year (§ 147 AO)"

MODULE = Module(
    name="vouchers",
    controllers=[BuyingPages, BalancePages],
    services={"vouchers": Vouchers, "voucher_shop": VoucherShop},
    listeners={
        VoucherIssued: [have_it_sent],
        VoucherOrdered: [confirm_order],
        RefundReady: [pay_out_as_voucher],
    },
    tasks={SEND: sender},
    personal_data=[
        PersonalData("voucher", "person_id", "to whom money went back as a voucher", KEPT_BY_LAW),
        PersonalData("voucher_order", "buyer_id", "who has ordered a gift voucher", KEPT_BY_LAW),
        PersonalData(
            "voucher_redemption", "person_id", "that a code is used once by each person", KEPT_BY_LAW
        ),
    ],
)
