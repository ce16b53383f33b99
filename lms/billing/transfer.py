"""The code by which a banking app fills in a transfer (EPC069-12, "Girocode")."""

from markupsafe import Markup
from segno import helpers

from certificates.qr import drawn


def transfer_code(*, holder: str, iban: str, bic: str, cents: int, reference: str, alt: str) -> Markup:
    """The code as inline SVG; `alt` says what it is for whoever cannot see it. The amount is more than nothing."""
    code = helpers.make_epc_qr(
        name=holder[:70], iban=iban, bic=bic or None, amount=cents / 100, text=reference
    )
    return Markup(drawn(code.matrix, alt=alt))  # noqa: S704 - drawn by us, the words escaped
