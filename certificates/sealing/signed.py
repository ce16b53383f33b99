"""Whether a CMS signature holds, and when a time stamp says it was made. Nothing about trust."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, validate_sig_integrity
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

Digested = Callable[[str], bytes]
"""Gives the digest of what was signed, by the name of the algorithm."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed, and whether the signature fits what it is said to be about."""

    signer: x509.Certificate
    holds: bool


@dataclass(frozen=True, slots=True)
class Stamped:
    """A time stamp: by whom, when, and whether it fits."""

    signer: x509.Certificate
    holds: bool
    at: datetime


def signed(data: cms.SignedData, digested: Digested) -> Signed:
    """Look at a detached signature. Raises all kinds of errors for what is none."""
    info = extract_signer_info(data)
    signer = extract_certs_for_validation(data).signer_cert
    algorithm = info["digest_algorithm"]["algorithm"].native
    kind = data["encap_content_info"]["content_type"].native
    fits, sound = validate_sig_integrity(info, signer, kind, digested(algorithm))
    return Signed(signer, fits and sound)


def stamped(token: cms.SignedData, digested: Digested) -> Stamped:
    """Look at a time stamp about something (RFC 3161). Raises all kinds of errors for what is none."""
    content = token["encap_content_info"]["content"]
    facts = content.parsed if isinstance(content, core.ParsableOctetString) else None
    if not isinstance(facts, tsp.TSTInfo):
        raise TypeError("not a time stamp")
    about = facts["message_imprint"]
    same = about["hashed_message"].native == digested(about["hash_algorithm"]["algorithm"].native)
    own = signed(token, lambda algorithm: digest_of(bytes(content), algorithm))
    return Stamped(own.signer, own.holds and same, facts["gen_time"].native)


def digest_of(data: bytes, algorithm: str) -> bytes:
    """The digest of these bytes."""
    running = hashes.Hash(get_pyca_cryptography_hash(algorithm))
    running.update(data)
    return running.finalize()
