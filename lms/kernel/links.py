"""Addresses of our own that stand in letters."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from lms.kernel.tokens import Signer


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the addresses people are sent to: always on our own host (S-65), with tokens where nobody signs in."""

    public_url: str
    signer: Signer

    def absolute(self, path: str) -> str:
        """The full address of an own path. Raises ValueError for anything that is not an own path."""
        if not path.startswith("/") or path.startswith("//"):
            raise ValueError("letters link to our own pages only")
        return self.public_url.rstrip("/") + quote(path, safe="/?&=#%:-._~")

    def are_ours(self, address: str) -> bool:
        """Whether the address leads to a page of ours, or to no page at all: a telephone number, a mail address."""
        ours, other = urlsplit(self.public_url), urlsplit(address)
        return other.scheme in {"mailto", "tel"} or (other.scheme, other.netloc) == (ours.scheme, ours.netloc)
