"""What this package refuses, one type per reason."""

from typing import Any


class CertificateError(Exception):
    """Everything this package raises on purpose. It can be pickled, whatever its `__init__` asks for."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args, self.__dict__.copy())


def _again(kind: type[CertificateError], args: tuple[Any, ...], state: dict[str, Any]) -> CertificateError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class InvalidCertificate(CertificateError):
    """The facts contradict each other or cannot stand on a certificate; `reasons` names all of them."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class Unprintable(CertificateError):
    """None of the fonts has these characters; printed anyway, they would be empty boxes on the paper."""

    def __init__(self, characters: str) -> None:
        names = ", ".join(f"{character} (U+{ord(character):04X})" for character in characters)
        super().__init__(f"no font for: {names}")
        self.characters = characters


class AssetRefused(CertificateError):
    """The page asks for something that was not handed in. Nothing is ever fetched from disk or network."""

    def __init__(self, url: str) -> None:
        super().__init__(f"not handed in: {url}")
        self.url = url


class LibrariesMissing(CertificateError):
    """System libraries that drawing needs are not installed; the message holds the line that installs them."""


class UnknownDesign(CertificateError):
    """There is no design of that name in this package."""


class UnknownKey(CertificateError):
    """The keyring has no key of that name."""


class Unreadable(CertificateError):
    """A file that is no sound PDF, wants a password, or asks for more than a paper ever needs; the message says which."""


class SealUnusable(CertificateError):
    """The sealing certificate cannot seal, today or ever: the sentence says why. Somebody has to act; waiting does not help."""


class SealUnavailable(CertificateError):
    """A time-stamp authority or a list of revoked certificates does not answer as it should. Later it may: try again then."""


class DrawingFailed(CertificateError):
    """A worker could not draw this one document; the message names the kind of mistake and no person."""


class TookTooLong(DrawingFailed):
    """This one document would have taken more time than a document may."""


class TookTooMuchMemory(DrawingFailed):
    """This one document would have taken more memory than a document may."""


class WorkerLost(DrawingFailed):
    """The process that drew this document ended without a word, twice."""
