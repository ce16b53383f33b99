"""An authority of our own for the tests of the seal: real certificates, real time stamps and lists over HTTP."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.sealing import Sealer, SealingKey, SealWords, TimestampAuthority
from lms.demo.sealing.answering import STAMPS, Counter, serving
from lms.demo.sealing.authority import Authority, Issued

PASSWORD = "nur für diesen Versuch"
CENTRE = "Zentrum für digitale Bildung"
WORDS = SealWords(
    name=CENTRE, reason="Teilnahmebescheinigung", location="Haldensleben", field="Elektronisches Siegel"
)


def now() -> datetime:
    """What authorities on the network go by; whoever asks them cannot choose the time."""
    return datetime.now(UTC)


BLANK = (
    b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\n"
    b"endobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000054 00000 n \n0000000105 00000 n \ntrailer\n<</Size 4/Root 1 0 R>>\n"
    b"startxref\n165\n%%EOF\n"
)
"""A page without anything on it."""


@dataclass(frozen=True)
class House:
    """Who issues, who answers, and a certificate that was issued."""

    authority: Authority
    counter: Counter
    issued: Issued

    @property
    def root(self) -> x509.Certificate:
        return self.authority.root.certificate

    @property
    def stamps(self) -> TimestampAuthority:
        address = self.authority.address + STAMPS
        return TimestampAuthority(url=address, roots=(self.root,), patience_seconds=5)

    def key(self, issued: Issued | None = None) -> SealingKey:
        chain = [self.authority.issuing.certificate, self.root]
        return SealingKey.read((issued or self.issued).pkcs12(chain, PASSWORD), PASSWORD)

    def sealer(self, issued: Issued | None = None, *, stamps: bool = True) -> Sealer:
        return Sealer(self.key(issued), WORDS, authority=self.stamps if stamps else None)


@cache
def _stamping_key() -> rsa.RSAPrivateKey:
    """To find two large primes takes longer than a test."""
    return rsa.generate_private_key(65537, 2048)


@contextmanager
def open_house() -> Iterator[House]:
    """An authority that answers on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    authority = Authority.new(f"http://127.0.0.1:{port}", now=now())
    counter = Counter(authority, authority.time_stamps(now=now(), key=_stamping_key()))
    with serving(counter, port):
        yield House(authority, counter, authority.seal_for(CENTRE, now=now()))


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
