"""Which addresses of calendars are read at all: plain functions, no network."""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 2_000
PORTS = {"https": 443, "http": 80}
# Networks that lead back to others inside, or that `is_global` judges differently from one Python to the next
_NEVER = tuple(
    ipaddress.ip_network(one)
    for one in (
        "0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
        "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10",
        "::ffff:0:0/96", "::/96",
    )
)  # fmt: skip


class UnfitAddress(ValueError):
    """This address is not read."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be read besides public addresses over https: `hosts` ("127.0.0.1:8000") are trusted by the operator, for tests."""

    ports: Collection[int] = (443,)
    hosts: Collection[str] = ()

    def trusts(self, host: str, port: int) -> bool:
        """Whether the operator has named this very host."""
        return f"{host}:{port}" in self.hosts


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request goes: scheme, host in ASCII, port, and what is asked for there."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def address(self) -> str:
        """The address as it is asked for."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{shown}{port}{self.target}"


def place_of(address: str, allowed: Allowed) -> Place:
    """Take an address apart. `webcal` means https. Raises UnfitAddress for other schemes, ports, and names in the address."""
    text = address.strip()
    if (
        not text
        or len(text) > LONGEST
        or any(ord(sign) <= 32 or ord(sign) == 127 or sign == "\\" for sign in text)
    ):
        raise UnfitAddress(text[:40])
    try:
        parts = urlsplit(text)
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
        host = host if ":" in host else host.encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise UnfitAddress("cannot be read") from error
    scheme = {"webcal": "https", "webcals": "https"}.get(parts.scheme, parts.scheme)
    if (
        scheme not in PORTS
        or not host
        or "%" in host
        or parts.username is not None
        or parts.password is not None
    ):
        raise UnfitAddress(scheme)
    port = port or PORTS[scheme]
    if not allowed.trusts(host, port) and (
        port not in allowed.ports or (scheme == "http") != (port == PORTS["http"])
    ):
        raise UnfitAddress(f"{scheme}:{port}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(scheme, host, port, target)


def is_public(number: str) -> bool:
    """Whether this IP address is one of the open Internet: nothing of ours, of the machine, of the cloud beneath it."""
    try:
        found = ipaddress.ip_address(number)
    except ValueError:
        return False
    if any(found in network for network in _NEVER if network.version == found.version):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved
