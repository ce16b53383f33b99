"""The codes that people type: sixteen signs in four groups, of which the last tells a typing error from an unknown code.

A code is not kept: it is drawn from the centre's secret and the voucher's id, so that it can be printed again, and the
database holds its SHA-256 and its last four signs. Fifteen signs of thirty-two are 75 bits: whoever reads the database can
neither guess nor spend it (S-83). It stays valid when the secrets are rotated; only printing it again needs the old secret.
"""

import base64
import re
from uuid import UUID

from lms.kernel.tokens import Signer, hashed

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0 and O, no 1 and I: nobody has to guess which it is."""
LENGTH = 16
GROUP = 4
PURPOSE = "voucher-code"
SHORTEST_WORD = 4


def code_of(signer: Signer, voucher_id: UUID) -> str:
    """The code of a new voucher, with the newest secret."""
    return _drawn(signer.token(PURPOSE, voucher_id))


def code_again(signer: Signer, voucher_id: UUID, code_hash: str) -> str | None:
    """The code of a voucher that was issued before; None where its secret is gone."""
    for secret in signer.secrets:
        code = _drawn(Signer([secret]).token(PURPOSE, voucher_id))
        if hash_of(code) == code_hash:
            return code
    return None


def bare(typed: str) -> str:
    """What was typed, without spaces and hyphens, in capitals."""
    return re.sub(r"[\s\-–—._/]", "", typed).upper()


def hash_of(code: str) -> str:
    """What the database keeps of a code, however it was typed."""
    return hashed(bare(code))


def in_groups(code: str) -> str:
    """As it is printed: ABCD-EFGH-JKLM-NPQR."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def is_mistyped(typed: str) -> bool:
    """Whether it is as long as a code of ours and cannot be one: a sign is wrong, or two have changed places."""
    code = bare(typed)
    if len(code) != LENGTH:
        return False
    return any(sign not in SIGNS for sign in code) or _check(code[:-1]) != code[-1]


def _drawn(token: str) -> str:
    """Fifteen signs out of a token, and the one that checks them."""
    number = int.from_bytes(base64.b32decode(token.upper()), "big")
    signs = ""
    for _ in range(LENGTH - 1):
        number, place = divmod(number, len(SIGNS))
        signs += SIGNS[place]
    return signs + _check(signs)


def _check(signs: str) -> str:
    """Luhn's method for thirty-two signs (ISO/IEC 7812-1, annex B, mod N): finds each wrong sign, and neighbours that changed places."""
    total, factor = 0, 2
    for sign in reversed(signs):
        addend = factor * SIGNS.index(sign)
        total += addend // len(SIGNS) + addend % len(SIGNS)
        factor = 3 - factor
    return SIGNS[-total % len(SIGNS)]
