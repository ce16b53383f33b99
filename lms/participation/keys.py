"""By what a voter is known again: keyed hashes, from which nobody can read an address, a name or a birthday.

Spelling must not make two persons out of one: "Jürgen Groß" is "juergen gross", and "max+kurs@" is "max@".
"""

import hashlib
from datetime import date
from uuid import UUID

from lms.catalogue.words import folded
from lms.kernel.tokens import Signer

PURPOSE = "voter"
WRITTEN_OUT = (("ae", "a"), ("oe", "o"), ("ue", "u"))
STREET = (("strasse", "str"), ("str.", "str"))


def email_key(signer: Signer, email: str) -> str:
    """Of a mail address; what stands behind a "+" makes no other person, nor do dots at a provider that ignores them."""
    name, _, host = email.strip().casefold().partition("@")
    name = name.partition("+")[0]
    if host in {"gmail.com", "googlemail.com"}:
        name, host = name.replace(".", ""), "gmail.com"
    return _key(signer, "email", f"{name}@{host}")


def person_key(signer: Signer, person_id: UUID) -> str:
    """Of somebody whom we know."""
    return _key(signer, "person", str(person_id))


def name_key(signer: Signer, name: str, born: date) -> str:
    """Of a name with a birthday, in whatever order the names were written."""
    return _key(signer, "name", f"{_names(name)} {born.isoformat()}")


def name_and_year_key(signer: Signer, name: str, year: int) -> str:
    """Of a name with a year of birth: enough outside of rounds, where somebody might hand in a slip and click as well."""
    return _key(signer, "name-year", f"{_names(name)} {year}")


def address_key(signer: Signer, name: str, street: str, postal_code: str) -> str:
    """Of a name with an address: how residents are known."""
    return _key(signer, "address", f"{_names(name)} {_place(street, postal_code)}")


def place_key(signer: Signer, street: str, postal_code: str) -> str:
    """Of an address without a name."""
    return _key(signer, "place", _place(street, postal_code))


def source_of(signer: Signer, address: str) -> str:
    """Of the internet address something came from; only for the watch against abuse, and not for long."""
    return _key(signer, "source", address) if address else ""


def plain(text: str) -> str:
    """Letters alike however umlauts are typed."""
    bare = folded(text)
    for written, short in WRITTEN_OUT:
        bare = bare.replace(written, short)
    return bare


def _place(street: str, postal_code: str) -> str:
    place = plain(street)
    for written, short in STREET:
        place = place.replace(written, short)
    return f"{''.join(sign for sign in place if sign.isalnum())} {postal_code.strip()}"


def _names(name: str) -> str:
    words = "".join(sign if sign.isalpha() else " " for sign in plain(name)).split()
    return " ".join(sorted(words))


def _key(signer: Signer, kind: str, text: str) -> str:
    digest = hashlib.sha256(f"{kind}:{text}".encode()).digest()
    return signer.token(PURPOSE, UUID(bytes=digest[:16]))
