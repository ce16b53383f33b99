"""A value voucher on paper: the sum, the code in groups, the square to scan. It is printed anew whenever it is wanted.

The bytes are not kept: they say the code, and whoever reads the database must not be able to spend it. From the same secret
and row the same bytes come.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from certificates.qr import qr_svg
from lms.kernel.links import Links
from lms.kernel.tokens import Signer
from lms.vouchers import codes
from lms.vouchers.models import Voucher
from lms.web.language import Language, gettext, use_locale
from lms.web.paper import Stationery
from lms.web.templating import url

PAPER = Stationery(Path(__file__).parent / "templates", Path(__file__).with_name("paper.css"))
BALANCE = "/gutscheine/guthaben"


@dataclass(frozen=True, slots=True)
class Printed:
    """What one sheet says."""

    voucher: Voucher
    code: str
    address: str
    picture: Markup


async def voucher_pdf(vouchers: Sequence[Voucher], links: Links) -> bytes:
    """These vouchers, a sheet each, in the language of the first. Raises LookupError where none of them can be printed any more."""
    return await asyncio.to_thread(rendered, list(vouchers), links)


def rendered(vouchers: Sequence[Voucher], links: Links) -> bytes:
    """The PDF; those whose code cannot be found again, because the secret is gone, are left out."""
    language: Language = "en" if vouchers and vouchers[0].language == "en" else "de"
    with use_locale(language):
        sheets = [
            _sheet(voucher, code, links) for voucher in vouchers if (code := _code(voucher, links.signer))
        ]
        title = gettext("Voucher")
    if not sheets:
        raise LookupError("no code of these vouchers can be found again")
    page = PAPER.words("vouchers/voucher.html", language, sheets=sheets, title=title)
    return PAPER.pdf(page, title=title, language=language, created=vouchers[0].issued_at)


def _code(voucher: Voucher, signer: Signer) -> str | None:
    return codes.code_again(signer, voucher.id, voucher.code_hash)


def _sheet(voucher: Voucher, code: str, links: Links) -> Printed:
    """The code stands behind the `#`: no browser sends that part to anybody, so that it is in no log."""
    address = links.absolute(url(BALANCE))
    drawn = qr_svg(f"{address}#{code}", alt=gettext("Code to scan: leads to the balance of this voucher"))
    return Printed(voucher, codes.in_groups(code), address, Markup(drawn))  # noqa: S704 - drawn by us out of our own signs
