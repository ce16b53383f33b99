"""Which credentials no longer hold, as a bit each (W3C, Bitstring Status List 1.0).

One list is for `SIZE` credentials, so that whoever fetches it does not say which of them is being checked. A list does not
hide in what order credentials were issued: their dates tell that anyway. So places are given one after the other, and
`place_of` cuts the running number into list and place.
"""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from certificates.credential import CONTEXT, IssuerProfile, StatusEntry, instant
from certificates.errors import CertificateError

SIZE = 131_072
"""Bits of a list: the fewest that the standard allows (16 KiB)."""
PURPOSE = "revocation"
TIME_TO_LIVE = timedelta(minutes=5)
"""For how long whoever has fetched a list may go on using it."""


class NotAStatusList(CertificateError):
    """This is no bitstring of a status list, or one larger than ours."""


def place_of(number: int) -> tuple[int, int]:
    """In which list, counted from 0, and at which place in it this running number is. Numbers begin with 0."""
    if number < 0:
        raise ValueError("running numbers begin with 0")
    return divmod(number, SIZE)


def entry_of(number: int, *, base: str) -> StatusEntry:
    """The entry to write into a credential. The lists are published at `base`/0, `base`/1 and so on."""
    block, index = place_of(number)
    return StatusEntry(url=f"{base}/{block}", index=index)


def encoded(revoked: Iterable[int]) -> str:
    """The list in which these places are set: GZIP, then base64url as multibase. Equal lists give equal text.

    IndexError for a place outside of the list.
    """
    bits = bytearray(SIZE // 8)
    for place in revoked:
        if not 0 <= place < SIZE:
            raise IndexError(place)
        bits[place // 8] |= 0x80 >> place % 8  # the first place is the leftmost bit
    packed = gzip.compress(bytes(bits), mtime=0)  # a time in it would give other bytes each second
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decoded(text: str) -> frozenset[int]:
    """The places that are set. Raises NotAStatusList for anything that is not one of our size."""
    bits = _unpacked(text)
    return frozenset(place for place in range(SIZE) if bits[place // 8] & 0x80 >> place % 8)


def is_set(text: str, place: int) -> bool:
    """Whether the credential at this place no longer holds. Raises NotAStatusList, and IndexError for no such place."""
    if not 0 <= place < SIZE:
        raise IndexError(place)
    return bool(_unpacked(text)[place // 8] & 0x80 >> place % 8)


def status_credential(
    revoked: Iterable[int], *, url: str, issuer: IssuerProfile, changed_at: datetime, valid_until: datetime
) -> dict[str, Any]:
    """The list as a credential without proof, to be signed like any other.

    `valid_until` bounds for how long an old list, with fewer revocations, can be passed off as the present one.
    """
    return {
        "@context": [CONTEXT[0]],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.id,
        "validFrom": instant(changed_at),
        "validUntil": instant(valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": PURPOSE,
            "encodedList": encoded(revoked),
            "ttl": round(TIME_TO_LIVE.total_seconds() * 1000),
        },
    }


def _unpacked(text: str) -> bytes:
    """Unpacks no further than one list is long, however much the text would like to become."""
    if not text.startswith("u") or len(text) > 2 * SIZE // 8:
        raise NotAStatusList
    try:
        packed = base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True)
        bits = zlib.decompressobj(wbits=31).decompress(packed, SIZE // 8 + 1)
    except (binascii.Error, zlib.error) as broken:
        raise NotAStatusList from broken
    if len(bits) != SIZE // 8:
        raise NotAStatusList
    return bits
