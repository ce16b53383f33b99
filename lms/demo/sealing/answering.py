"""The authority's answers over HTTP: time stamps (RFC 3161) by POST, lists of revoked certificates by GET."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from asn1crypto import cms, core, tsp, x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lms.demo.sealing.authority import ISSUING_LIST, ROOT_LIST, Authority, Issued

STAMPS = "/tsa"
LONGEST_QUESTION = 10_000
POLL_SECONDS = 0.05


class Counter:
    """Where the authority is asked. What it answers can be changed while it serves, for whoever tries what happens then."""

    def __init__(
        self, authority: Authority, stamps: Issued, now: Callable[[], datetime] | None = None
    ) -> None:
        self.authority = authority
        self.now = now or (lambda: datetime.now(UTC))
        self.revoked: set[int] = set()
        self.closed: set[str] = set()
        """Paths that answer 503."""
        self.asked: list[str] = []
        self.use(stamps)

    def use(self, stamps: Issued) -> None:
        """Stamp with this certificate from now on."""
        chain = SimpleCertificateStore()
        chain.register(_parsed(self.authority.issuing))
        self._stamper = _Stamper(stamps, chain)

    def listed(self, path: str) -> bytes | None:
        """The list of revoked certificates of this path."""
        if path not in {ROOT_LIST, ISSUING_LIST}:
            return None
        return self.authority.revocation_list(path, now=self.now(), revoked=sorted(self.revoked))

    def stamped(self, question: bytes) -> bytes:
        """The answer to a time-stamp request. Raises ValueError for anything else."""
        answer: bytes = self._stamper.request_tsa_response(
            tsp.TimeStampReq.load(question, strict=True)
        ).dump()
        return answer


class _Stamper(DummyTimeStamper):
    """pyHanko's authority, but with a key that is read once: it would read and check it for each stamp."""

    def __init__(self, stamps: Issued, chain: SimpleCertificateStore) -> None:
        if not isinstance(stamps.key, RSAPrivateKey):
            raise TypeError("this authority stamps with RSA")
        super().__init__(_parsed(stamps), tsa_key=None, certs_to_embed=chain, override_md="sha256")
        self._key = stamps.key

    def _sign_tst_info(
        self,
        tst_info_data: bytes,
        md_algorithm: str,  # noqa: ARG002 - pyHanko's signature
        dt: datetime,
    ) -> tuple[bytes, cms.CMSAttributes]:
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_time", cms.Time({"utc_time": core.UTCTime(dt)})),
                simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(self.tsa_cert)),
                simple_cms_attribute("message_digest", sha256(tst_info_data).digest()),
            ]
        )
        return self._key.sign(attributes.dump(), PKCS1v15(), SHA256()), attributes


def _parsed(issued: Issued) -> x509.Certificate:
    return x509.Certificate.load(issued.certificate.public_bytes(Encoding.DER))


class _Desk(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def serving(counter: Counter, port: int) -> Iterator[None]:
    """Answer on the loopback address while the block runs. Raises OSError where the port is taken."""

    class Answer(BaseHTTPRequestHandler):
        wbufsize = -1  # head and body in one packet: in two, the second waits for the first to be confirmed

        def do_GET(self) -> None:
            self._answer("application/pkix-crl", counter.listed)

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), LONGEST_QUESTION)
            question = self.rfile.read(length)
            self._answer(
                "application/timestamp-reply",
                lambda path: counter.stamped(question) if path == STAMPS else None,
            )

        def _answer(self, kind: str, found: Callable[[str], bytes | None]) -> None:
            counter.asked.append(self.path)
            if self.path in counter.closed:
                self.send_error(503)
                return
            try:
                body = found(self.path)
            except ValueError:
                self.send_error(400)
                return
            if body is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: Any) -> None:
            """Nothing: the demonstration's terminal is for its visitors."""

    with _Desk(("127.0.0.1", port), Answer) as server:
        thread = Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
