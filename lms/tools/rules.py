"""What an administrator may enter about a tool, and what a result says: plain decisions."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from lms.tools.errors import NotAnAddress, NotKeys, PrivateKeys

MOST_ADDRESSES = 10
MOST_KEYS = 20
LONGEST_ADDRESS = 2_000
LONGEST_KEYS = 60_000
PRIVATE_PARTS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})
DONE = "Completed"
FULLY_GRADED = "FullyGraded"


def addresses(text: str, *, allows_http: bool) -> list[str]:
    """One address a line. `allows_http` only for trying out on this machine. Raises NotAnAddress."""
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if not found or len(found) > MOST_ADDRESSES:
        raise NotAnAddress
    for one in found:
        try:
            parts = urlsplit(one)
            _ = parts.port
        except ValueError as broken:
            raise NotAnAddress from broken
        wanted = {"https", "http"} if allows_http else {"https"}
        if parts.scheme not in wanted or not parts.hostname or parts.username or len(one) > LONGEST_ADDRESS:
            raise NotAnAddress
        if any(sign.isspace() or ord(sign) < 0x20 or sign in ";,'\"<>" for sign in one):
            raise NotAnAddress
    return found


def key_set(text: str) -> dict[str, Any]:
    """The tool's public RSA keys (RFC 7517). Raises NotKeys, PrivateKeys."""
    try:
        read = json.loads(text[:LONGEST_KEYS])
    except (ValueError, RecursionError) as broken:
        raise NotKeys from broken
    keys = read.get("keys") if isinstance(read, dict) else None
    if isinstance(read, dict) and keys is None and "kty" in read:
        keys = [read]
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_KEYS:
        raise NotKeys
    for one in keys:
        if not isinstance(one, dict):
            raise NotKeys
        if PRIVATE_PARTS & one.keys():
            raise PrivateKeys
        if one.get("kty") != "RSA" or not all(isinstance(one.get(part), str) for part in ("n", "e")):
            raise NotKeys
    return {"keys": keys}


def matching(address: str, launch_addresses: Sequence[str]) -> bool:
    """Whether an address lies where a tool is launched: the same origin as one of those it registered."""
    try:
        wanted = urlsplit(address)
    except ValueError:
        return False
    return any(urlsplit(one)[:2] == wanted[:2] for one in launch_addresses)


def permille(given: float | None, maximum: float | None) -> int | None:
    """The share of the points; None without points. More than all of them is possible (AGS 2.0, 3.4.2)."""
    if given is None or maximum is None or maximum <= 0 or given < 0:
        return None
    return round(min(10_000.0, 1_000 * (given / maximum)))


def is_done(activity: str, grading: str) -> bool:
    """Whether the tool says that the work is finished and marked."""
    return activity == DONE and grading == FULLY_GRADED
