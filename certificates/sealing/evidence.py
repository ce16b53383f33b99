"""What a reader needs in many years to judge a seal: the certificates above it, and that none was revoked.

It is fetched once for many seals, because a list of revoked certificates stays the same for hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import crl, ocsp
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath

from certificates.errors import CertificateError, SealUnavailable, SealUnusable
from certificates.sealing.identity import SealingKey, parsed
from certificates.sealing.stamping import CheckedStamper

MUST_BE_CHECKED = "hard-fail"
"""A certificate that names a list of revoked ones is checked against it, or nothing is sealed."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What goes into the file beside the seal, and how long it is good."""

    certificates: tuple[asn1.Certificate, ...]
    crls: tuple[crl.CertificateList, ...]
    ocsps: tuple[ocsp.OCSPResponse, ...]
    stampers: frozenset[bytes]
    """The SHA-256 of each certificate of the time-stamp authority that it is about."""
    good_until: datetime | None
    """When the first of the lists and answers is outdated."""


async def gather(
    key: SealingKey, roots: Sequence[x509.Certificate], stamper: CheckedStamper | None = None
) -> Evidence:
    """Check the sealing certificate and that of the time stamps against their authorities, now, and keep what they say.

    Beside the `roots` the file's own root counts, or its topmost certificate where it brings none. Raises SealUnusable (revoked,
    expired, of unknown origin) and SealUnavailable (a list is away, or the time-stamp authority is not to be relied upon).
    """
    family = (key.certificate, *key.chain)
    own_roots = [one for one in family if one.subject == one.issuer] or ([] if roots else family[-1:])
    context = ValidationContext(
        trust_roots=[parsed(one) for one in (*roots, *own_roots)],
        other_certs=[parsed(one) for one in key.chain],
        allow_fetching=True,
        revocation_mode=MUST_BE_CHECKED,
    )
    try:
        paths = [await _own_path(key, context)]
        if stamper is not None:
            paths += await _paths_of(stamper, context)
        return _kept(paths, context, stamper)
    finally:
        await context.aclose()


async def _own_path(key: SealingKey, context: ValidationContext) -> ValidationPath:
    name = f"The sealing certificate “{key.public.subject}”"
    validator = CertificateValidator(parsed(key.certificate), validation_context=context)
    try:
        path: ValidationPath = await validator.async_validate_usage(set())
    except RevokedError as error:
        raise SealUnusable(f"{name} was revoked: get a new one.") from error
    except InsufficientRevinfoError as error:
        raise SealUnavailable(
            "Whether the sealing certificate is revoked cannot be found out at the moment."
        ) from error
    except (PathError, ValidationError) as error:
        raise SealUnusable(f"{name} does not lead to a trusted root: {error}") from error
    return path


async def _paths_of(stamper: CheckedStamper, context: ValidationContext) -> list[ValidationPath]:
    try:
        return [path async for path in stamper.validation_paths(context)]  # type: ignore[no-untyped-call]
    except CertificateError:
        raise
    except (PathError, ValidationError) as error:
        raise SealUnavailable(
            f"The certificate of the time-stamp authority {stamper.authority.url} cannot be relied upon: {error}"
        ) from error


def _kept(
    paths: list[ValidationPath], context: ValidationContext, stamper: CheckedStamper | None
) -> Evidence:
    certificates = {one.sha256: one for path in paths for one in path if one.self_signed == "no"}
    crls, ocsps = tuple(context.crls), tuple(context.ocsps)
    ends = [
        *(one["tbs_cert_list"]["next_update"].native for one in crls),
        *(answer["next_update"].native for one in ocsps for answer in one.response_data["responses"]),
    ]
    return Evidence(
        certificates=tuple(certificates.values()),
        crls=crls,
        ocsps=ocsps,
        stampers=frozenset(stamper.signers) if stamper else frozenset(),
        good_until=min((end for end in ends if end is not None), default=None),
    )
