"""A small certification authority: root, issuing authority, sealing certificate, time-stamp certificate, revocation lists.

It exists so that the demonstration and the tests seal as a centre does, with a chain of three, with time stamps and with
revocation lists that are fetched. Every subject says that it has no legal force. Its keys lie in files of mode 0600, never in
the repository and never in the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

WITHOUT_FORCE = "ohne Rechtskraft"
ROOT_LIST, ISSUING_LIST = "/root.crl", "/issuing.crl"
OLDEST = timedelta(hours=1)
"""A clock that goes a little slow must not find certificates that are not valid yet."""
LIST_LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its secret key."""

    certificate: x509.Certificate
    key: Key

    def pkcs12(self, chain: Sequence[x509.Certificate], password: str) -> bytes:
        """Both and the chain above in the format in which authorities hand out sealing certificates."""
        name = b"seal"
        secrecy = BestAvailableEncryption(password.encode())
        return pkcs12.serialize_key_and_certificates(name, self.key, self.certificate, chain, secrecy)


@dataclass(frozen=True, slots=True)
class Authority:
    """Root and issuing authority, whose lists of revoked certificates are found at `address`."""

    root: Issued
    issuing: Issued
    address: str

    @classmethod
    def new(cls, address: str, *, now: datetime, years: int = 10) -> "Authority":
        """Two new keys and their certificates."""
        until = now + timedelta(days=365 * years)
        root_key, issuing_key = (
            ec.generate_private_key(ec.SECP256R1()),
            ec.generate_private_key(ec.SECP256R1()),
        )
        root_name = _name(f"Wurzel der Vorführung – {WITHOUT_FORCE}")
        root = _certificate(root_name, root_name, root_key, now=now, until=until, above=1).sign(
            root_key, SHA256()
        )
        issuing = _certificate(
            _name(f"Ausstellerin der Vorführung – {WITHOUT_FORCE}"),
            root_name,
            issuing_key,
            now=now,
            until=until,
            above=0,
        )
        issuing = _listed(issuing, root_key, address + ROOT_LIST)
        return cls(Issued(root, root_key), Issued(issuing.sign(root_key, SHA256()), issuing_key), address)

    def seal_for(
        self,
        organisation: str,
        *,
        now: datetime,
        days: int = 730,
        key: Key | None = None,
        name: str = "Testsiegel der Vorführung",
    ) -> Issued:
        """A sealing certificate for a legal person."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        usage = _usage(digital_signature=True, content_commitment=True)
        draft = self._leaf(_name(f"{name} – {WITHOUT_FORCE}", organisation), key, now=now, days=days)
        return self._issued(draft.add_extension(usage, critical=True), key)

    def time_stamps(self, *, now: datetime, days: int = 3650, key: rsa.RSAPrivateKey | None = None) -> Issued:
        """The certificate of the time-stamp authority; RSA, because the one that answers knows nothing else."""
        key = key or rsa.generate_private_key(65537, 2048)
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        draft = self._leaf(_name(f"Zeitstempel der Vorführung – {WITHOUT_FORCE}"), key, now=now, days=days)
        draft = draft.add_extension(_usage(digital_signature=True), critical=True)
        return self._issued(draft.add_extension(purpose, critical=True), key)

    def revocation_list(self, path: str, *, now: datetime, revoked: Sequence[int] = ()) -> bytes:
        """What is found at `path`, as of now: the serial numbers that are no longer good."""
        signer = self.root if path == ROOT_LIST else self.issuing
        draft = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(signer.certificate.subject)
            .last_update(now - OLDEST)
            .next_update(now + LIST_LASTS)
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
            .add_extension(_identified_by(signer.key), critical=False)
        )
        for number in revoked:
            one = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now - OLDEST)
            draft = draft.add_revoked_certificate(one.build())
        return draft.sign(signer.key, SHA256()).public_bytes(Encoding.DER)

    def _leaf(self, subject: x509.Name, key: Key, *, now: datetime, days: int) -> x509.CertificateBuilder:
        name = self.issuing.certificate.subject
        return _certificate(subject, name, key, now=now, until=now + timedelta(days=days), above=None)

    def _issued(self, draft: x509.CertificateBuilder, key: Key) -> Issued:
        draft = _listed(draft, self.issuing.key, self.address + ISSUING_LIST)
        return Issued(draft.sign(self.issuing.key, SHA256()), key)


def _name(common: str, organisation: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "DE")]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]))
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: Key, *, now: datetime, until: datetime, above: int | None
) -> x509.CertificateBuilder:
    """The common part; `above`: how many authorities may stand between this one and a leaf, None for a leaf."""
    draft = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - OLDEST)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=above is not None, path_length=above), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if above is None:
        return draft
    return draft.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)


def _listed(draft: x509.CertificateBuilder, signer: Key, address: str) -> x509.CertificateBuilder:
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None)
    draft = draft.add_extension(_identified_by(signer), critical=False)
    return draft.add_extension(x509.CRLDistributionPoints([point]), critical=False)


def _identified_by(key: Key) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _usage(**uses: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: uses.get(name, False) for name in names})
