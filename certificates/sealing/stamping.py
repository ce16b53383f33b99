"""Time stamps (RFC 3161): an authority confirms when the seal was set. Its answers are checked before they go into a file."""

import asyncio
import ssl
from dataclasses import dataclass, field

import httpx
from asn1crypto import cms, tsp
from cryptography import x509
from pyhanko.sign.timestamps import TimeStamper

from certificates.errors import SealUnavailable
from certificates.sealing.signed import stamped

ASKS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
LARGEST_ANSWER = 100_000
AT_ONCE = 8
"""Whoever asks for more stamps at a time is turned away by many an authority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampAuthority:
    """Where time stamps are asked for, with the name and password of the customer if it wants them."""

    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    roots: tuple[x509.Certificate, ...] = ()
    """The root certificates to which its own certificate leads."""
    patience_seconds: float = 10


class CheckedStamper(TimeStamper):
    """Asks for time stamps and takes none that does not fit what was asked.

    Raises SealUnavailable whenever the authority does not answer, refuses, or answers with something else.
    """

    def __init__(self, authority: TimestampAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.authority = authority
        self.signers: set[bytes] = set()
        """The SHA-256 of each certificate that has signed an answer."""
        self._few = asyncio.Semaphore(AT_ONCE)
        # reading the machine's root certificates takes longer than a seal: once, and only where they are needed
        self._tls = ssl.create_default_context() if authority.url.startswith("https:") else False

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """The token that confirms this digest."""
        url = self.authority.url
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            found = stamped(token["content"], lambda _algorithm: message_digest)
        except Exception as error:  # whatever a stranger's machine can answer
            raise SealUnavailable(f"The time-stamp authority {url} does not answer as it should.") from error
        if not found.holds:
            raise SealUnavailable(f"The time-stamp authority {url} answered with a stamp that does not hold.")
        self.signers.add(found.signer.sha256)
        return token

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask, and read no more than an answer can be long."""
        authority, body = self.authority, b""
        login = (authority.username, authority.password) if authority.username else None
        async with (
            self._few,
            httpx.AsyncClient(
                verify=self._tls, auth=login, timeout=authority.patience_seconds, trust_env=False
            ) as client,
            client.stream("POST", authority.url, content=req.dump(), headers=ASKS) as answer,
        ):
            answer.raise_for_status()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LARGEST_ANSWER:
                    raise ValueError("the answer is too long")
        return tsp.TimeStampResp.load(body)
