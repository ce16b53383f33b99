"""Who seals: a secret key, its certificate and the authorities above, out of a PKCS#12 or PEM file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from certificates.errors import SealUnusable

PEM_CERTIFICATE, PEM_KEY = b"-----BEGIN CERTIFICATE-----", b"PRIVATE KEY-----"
SHORTEST_RSA = 2048


@dataclass(frozen=True, slots=True)
class SealCertificate:
    """The public part of a seal, as one may show it to everybody."""

    certificate: x509.Certificate

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, 64 hexadecimal digits."""
        return self.certificate.fingerprint(SHA256()).hex()

    @property
    def subject(self) -> str:
        """Whose seal it is, in words."""
        return spoken(self.certificate.subject)

    @property
    def issuer(self) -> str:
        """Who vouches for it, in words."""
        return spoken(self.certificate.issuer)

    @property
    def valid_from(self) -> datetime:
        """From when on it may seal, in UTC."""
        return self.certificate.not_valid_before_utc

    @property
    def valid_until(self) -> datetime:
        """The last moment in which it may seal, in UTC. What was sealed before stays sealed."""
        return self.certificate.not_valid_after_utc

    @property
    def pem(self) -> str:
        """The certificate as a text file."""
        return self.certificate.public_bytes(Encoding.PEM).decode()


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A key that seals, with its certificate and the certificates between it and the root, the nearest first."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()

    @classmethod
    def read(cls, data: bytes, password: str = "") -> "SealingKey":
        """From the content of a PKCS#12 file (.p12, .pfx), or of a PEM file that holds key and certificates.

        Raises SealUnusable: not such a file, another password, no key, a key that does not fit or is too weak.
        """
        key, certificates = _pem(data, password) if PEM_CERTIFICATE in data else _pkcs12(data, password)
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise SealUnusable("The sealing key is neither an elliptic curve key nor an RSA key.")
        if isinstance(key, rsa.RSAPrivateKey) and key.key_size < SHORTEST_RSA:
            raise SealUnusable(f"The sealing key is too weak: RSA needs {SHORTEST_RSA} bits or more.")
        own = [one for one in certificates if _public(one) == _public(key)]
        if not own:
            raise SealUnusable("The sealing key does not belong to any certificate of the file.")
        _ensure_may_sign(own[0])
        return cls(own[0], key, tuple(_upwards(own[0], certificates)))

    def sign(self, data: bytes) -> bytes:
        """Sign with SHA-256: ECDSA, or RSA as PKCS#1 v1.5, which every reader of PDF understands."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, PKCS1v15(), SHA256())
        return self.key.sign(data, ec.ECDSA(SHA256()))

    @property
    def public(self) -> SealCertificate:
        """What everybody may see."""
        return SealCertificate(self.certificate)

    def ensure_valid(self, at: datetime) -> None:
        """Raises SealUnusable before and after the time for which the certificate was issued."""
        public = self.public
        if at < public.valid_from:
            raise SealUnusable(
                f"The sealing certificate “{public.subject}” is not valid before {public.valid_from:%Y-%m-%d}."
            )
        if at > public.valid_until:
            raise SealUnusable(
                f"The sealing certificate “{public.subject}” expired on {public.valid_until:%Y-%m-%d}: get a new one."
            )


def read_certificates(data: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file, or the one of a DER file. Raises SealUnusable for anything else."""
    try:
        if PEM_CERTIFICATE in data:
            return tuple(x509.load_pem_x509_certificates(data))
        return (x509.load_der_x509_certificate(data),)
    except ValueError:
        raise SealUnusable("The file holds no certificate that can be read.") from None


def parsed(certificate: x509.Certificate) -> asn1.Certificate:
    """The same certificate for pyHanko, which has types of its own."""
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


def spoken(name: x509.Name) -> str:
    """A name as one would say it: its common name and its organisation, else all of it."""
    parts = [
        str(one.value)
        for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        for one in name.get_attributes_for_oid(kind)
    ]
    return ", ".join(dict.fromkeys(parts)) or name.rfc4514_string()


def _pkcs12(data: bytes, password: str) -> tuple[object, list[x509.Certificate]]:
    try:
        found = pkcs12.load_pkcs12(data, password.encode() or None)
    except (ValueError, UnsupportedAlgorithm):
        raise SealUnusable(
            "The seal file cannot be read: the password is wrong, or it is not a PKCS#12 or PEM file."
        ) from None
    if found.key is None or found.cert is None:
        raise SealUnusable("The seal file holds no secret key with its certificate.")
    return found.key, [found.cert.certificate, *(one.certificate for one in found.additional_certs)]


def _pem(data: bytes, password: str) -> tuple[object, list[x509.Certificate]]:
    if PEM_KEY not in data:
        raise SealUnusable("The seal file holds no secret key with its certificate.")
    try:
        key = load_pem_private_key(data[_key_begins(data) :], password.encode() or None)
    except TypeError:  # a password for a key that has none, or none for one that has
        raise SealUnusable(
            "The seal file cannot be read: the key has no password, but one is set, or the other way round."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise SealUnusable(
            "The seal file cannot be read: the password is wrong, or the key is damaged."
        ) from None
    return key, list(read_certificates(data))


def _key_begins(data: bytes) -> int:
    return data.rindex(b"-----BEGIN ", 0, data.index(PEM_KEY))


def _public(one: x509.Certificate | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _ensure_may_sign(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise SealUnusable("The certificate was issued for another purpose: it may not be used to sign.")


def _upwards(leaf: x509.Certificate, found: Iterable[x509.Certificate]) -> Iterable[x509.Certificate]:
    """Those of the found that stand above the leaf, as far as they go."""
    above = {one.subject: one for one in found if one != leaf}
    child = leaf
    while (parent := above.pop(child.issuer, None)) is not None:
        yield parent
        child = parent
