"""How calls to BigBlueButton are signed, and how we know what it signs.

Source: https://docs.bigbluebutton.org/development/api#api-security-model (3.0): the checksum is the hash of the name of the call,
the query string as it is sent, and the shared secret, in hexadecimal, as the last parameter `checksum`. Since 2.5 a server takes
SHA-1, SHA-256, SHA-384 and SHA-512 unless its operator takes some away (`supportedChecksumAlgorithms`); we sign by SHA-256,
which all versions since 2.3 take.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from lms.meetings.errors import NotTheServer

SIGNED_BY = ["HS512", "HS384", "HS256"]
"""All by the shared secret. A server signs by HS512, the load balancer BBBLB by HS256."""
LONGEST_LIFE = timedelta(hours=48)
"""Servers make tokens for 24 hours (post_events_analytics_callback.rb), the load balancer BBBLB for 42; we take none for longer."""


def signed(call: str, parameters: Mapping[str, str], secret: str) -> str:
    """The query string of a call, signed. The order of the parameters is kept: it is part of what is signed."""
    query = urlencode(parameters)
    checksum = hashlib.sha256(f"{call}{query}{secret}".encode()).hexdigest()
    return f"{query}&checksum={checksum}" if query else f"checksum={checksum}"


def meeting_id(public_url: str, session_id: UUID) -> str:
    """By which the server knows the room of a session: the same at every call, and another one for every centre on a server.

    Letters, digits and dashes only, as the documentation of `create` asks.
    """
    centre = hashlib.sha256(public_url.encode()).hexdigest()[:12]
    return f"lms-{centre}-{session_id}"


def password(role: str, name: str, secret: str) -> str:
    """The password of a role in a meeting, which nobody ever types.

    `create` is the same call twice only with the same passwords, and without any the server draws new ones each time.
    """
    return hmac.new(secret.encode(), f"{role}:{name}".encode(), hashlib.sha256).hexdigest()[:32]


def ensure_signed(bearer: str, secret: str, now: datetime) -> None:
    """Raises NotTheServer unless this header was made with the secret of our server, and is still good.

    `Authorization: Bearer <JWT>`, signed with the shared secret, `exp` a day or two ahead: this is how the server's script
    `post_events_analytics_callback.rb` signs. The token says nothing of the body, so the address has to be secret as well.
    """
    kind, _, token = bearer.partition(" ")
    if kind.lower() != "bearer":
        raise NotTheServer
    try:
        claims = jwt.decode(token, OctKey.import_key(secret), algorithms=SIGNED_BY).claims
        ends = float(claims["exp"])
    except (JoseError, ValueError, KeyError, TypeError) as broken:
        raise NotTheServer from broken
    if not now.timestamp() < ends <= (now + LONGEST_LIFE).timestamp():
        raise NotTheServer
