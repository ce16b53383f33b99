"""Codes that people read from paper: eight characters that nobody confuses, the last of them checks the others.

The alphabet has 31 characters, a prime number, without 0, 1, I, L and O. The check character is a sum with a different weight
for each place, modulo 31: it finds every single wrong character and every swap of two.
"""

import secrets
from hashlib import sha256
from uuid import NAMESPACE_OID, uuid5

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.tokens import Signer

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8
LONGEST_TYPED = 30
PURPOSE = "slip"


class Mistyped(DomainError):
    status = 422
    message = N_("There is a typing mistake in the code. Compare it with the slip, letter by letter.")


def new_code() -> str:
    """A code out of 27 thousand million."""
    return _with_check("".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1)))


def derived_code(token: str) -> str:
    """The code that belongs to a secret token: the same each time."""
    digest = sha256(token.encode()).digest()
    return _with_check("".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[: LENGTH - 1]))


def read_code(typed: str) -> str:
    """A code as somebody typed it: case, spaces and hyphens do not matter. Raises Mistyped."""
    code = "".join(sign for sign in typed[:LONGEST_TYPED].upper() if sign not in " -–\t")
    if len(code) != LENGTH or any(sign not in ALPHABET for sign in code):
        raise Mistyped
    if _with_check(code[:-1]) != code:
        raise Mistyped
    return code


def grouped(code: str) -> str:
    """As it is printed and read aloud: "ABCD-EFGH"."""
    return f"{code[:4]}-{code[4:]}"


def keys_of(signer: Signer, code: str, purpose: str = PURPOSE) -> list[str]:
    """Under which keys what belongs to this code may be kept, the present secret's first."""
    subject = uuid5(NAMESPACE_OID, code)
    return [Signer(secrets=(secret,)).token(purpose, subject) for secret in signer.secrets]


def _with_check(front: str) -> str:
    total = sum((place + 2) * ALPHABET.index(sign) for place, sign in enumerate(front))
    return front + ALPHABET[-total % len(ALPHABET)]
