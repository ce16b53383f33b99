"""Which seals a file carries. For saying what differs in a file that is not the issued one; never for saying that it is genuine.

The file comes from strangers. It is not opened as a PDF: a signature says itself which bytes it covers and lies beside them as
plain text, and so nothing needs to be unpacked, followed or drawn in order to check it.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms
from cryptography import x509
from pyhanko.sign.general import extract_signer_info, find_cms_attribute_iter

from certificates.sealing.identity import SealCertificate
from certificates.sealing.signed import digest_of, signed, stamped

LARGEST_FILE = 50_000_000
MOST_SEALS = 10
LARGEST_SEAL = 200_000
"""Hexadecimal digits of one signature with its certificates and time stamp; ours take 15,000."""

RANGE = re.compile(
    rb"/ByteRange\s{0,9}\[\s{0,9}(\d{1,10})\s{1,9}(\d{1,10})\s{1,9}(\d{1,10})\s{1,9}(\d{1,10})\s{0,99}\]"
)
HEXADECIMAL = re.compile(rb"<([0-9A-Fa-f]*)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSeal:
    """One signature in a file."""

    intact: bool
    """Whether the bytes it covers are those that were signed. False as well where it cannot be read."""
    covers_whole_file: bool
    """Whether nothing was put behind it afterwards."""
    fingerprint: str = ""
    """The SHA-256 of the signing certificate in hexadecimal; empty where it cannot be read."""
    subject: str = ""
    issuer: str = ""
    trusted: bool = False
    """Whether the certificate is one of those handed in: the same certificate, not one with the same name."""
    stamped_at: datetime | None = None
    """When a time stamp that holds says it was made. Whether its authority deserves trust is not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was found in a file, in the order in which it lies there."""

    seals: tuple[FoundSeal, ...] = ()
    too_large: bool = False
    """Whether nothing was looked at, because the file is larger than any of ours."""
    more: bool = False
    """Whether there are more signatures than were looked at."""

    @property
    def is_ours_and_unchanged(self) -> bool:
        """Whether there is exactly one seal, of a certificate handed in, intact and over the whole file."""
        if len(self.seals) != 1 or self.more:
            return False
        seal = self.seals[0]
        return seal.trusted and seal.intact and seal.covers_whole_file


def inspect_seals(pdf: bytes, trusted: Collection[x509.Certificate] = ()) -> Inspection:
    """The seals of a file. Never raises, whatever the file is; takes time in proportion to its length."""
    if len(pdf) > LARGEST_FILE:
        return Inspection(too_large=True)
    ranges = list(_ranges(pdf))
    known = {SealCertificate(one).fingerprint for one in trusted}
    return Inspection(
        seals=tuple(_found(pdf, one, known) for one in ranges[:MOST_SEALS]), more=len(ranges) > MOST_SEALS
    )


def _ranges(pdf: bytes) -> Iterator[tuple[int, int, int, int]]:
    for count, match in enumerate(RANGE.finditer(pdf)):
        if count > MOST_SEALS:
            return
        first, length, second, rest = map(int, match.groups())
        yield first, length, second, rest


def _found(pdf: bytes, covered: tuple[int, int, int, int], trusted: Collection[str]) -> FoundSeal:
    first, length, second, rest = covered
    gap = pdf[length:second] if first == 0 and length < second <= len(pdf) else b""
    content = HEXADECIMAL.fullmatch(gap) if len(gap) <= LARGEST_SEAL else None
    whole = content is not None and second + rest == len(pdf)
    broken = FoundSeal(intact=False, covers_whole_file=whole)
    if content is None or second + rest > len(pdf):
        return broken
    try:
        return _read(
            bytes.fromhex(content[1].decode()),
            pdf[:length] + pdf[second : second + rest],
            trusted,
            whole=whole,
        )
    except Exception:  # noqa: BLE001 - there is no end to what a stranger can write in place of a signature
        return broken


def _read(signature: bytes, covered: bytes, trusted: Collection[str], *, whole: bool) -> FoundSeal:
    data = cms.ContentInfo.load(signature)["content"]
    look = signed(data, lambda algorithm: digest_of(covered, algorithm))
    certificate = SealCertificate(x509.load_der_x509_certificate(look.signer.dump()))
    return FoundSeal(
        intact=look.holds,
        covers_whole_file=whole,
        fingerprint=certificate.fingerprint,
        subject=certificate.subject,
        issuer=certificate.issuer,
        trusted=certificate.fingerprint in trusted,
        stamped_at=_stamped_at(data),
    )


def _stamped_at(data: cms.SignedData) -> datetime | None:
    with suppress(Exception):  # as above
        info = extract_signer_info(data)
        signature = info["signature"].native
        for token in find_cms_attribute_iter(info["unsigned_attrs"], "signature_time_stamp_token"):
            found = stamped(token["content"], lambda algorithm: digest_of(signature, algorithm))
            if found.holds:
                return found.at
    return None
