"""Vouchers in words, for pages and lists."""

from lms.kernel.marking import N_
from lms.vouchers import codes
from lms.vouchers.models import Voucher, VoucherKind
from lms.web.formats import amount
from lms.web.language import gettext

ORIGINS = {
    "team": N_("issued by the team"),
    "sold": N_("sold"),
    "credit": N_("money that went back as a voucher"),
}


def discount_words(voucher: Voucher) -> str:
    """What a discount code gives; empty for a value voucher."""
    if voucher.kind is not VoucherKind.DISCOUNT:
        return ""
    if voucher.percent is not None:
        return gettext("%(percent)s percent less", percent=voucher.percent)
    return gettext("%(sum)s less", sum=amount(voucher.off_cents or 0))


def called(voucher: Voucher) -> str:
    """Which one it is, without saying the code of a value voucher."""
    if voucher.kind is VoucherKind.DISCOUNT:
        word = voucher.word
        shown = codes.in_groups(word) if len(word) == codes.LENGTH else word
        return gettext("Discount code %(code)s", code=shown)
    return gettext("Voucher ending in %(last)s", last=voucher.last_four)
