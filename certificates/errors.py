"""What this package refuses, one type per reason."""

from enum import StrEnum
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


class Contradiction(StrEnum):
    """How the reasons begin that a caller may want to say in words of its own; figures may follow."""

    NO_COURSE = "no course"
    NO_NAME = "no name"
    NO_ISSUER = "no issuer"
    ENDS_BEFORE_IT_BEGINS = "ends before it begins"
    ISSUED_TOO_EARLY = "issued before the last day"
    BORN_TOO_LATE = "born after the first day"
    ENDED_ALREADY = "valid until a day before it was issued"
    DAY_OUTSIDE = "a day outside of the period"
    NOTHING_ATTENDED = "attended 0 of"
    EXAM_WITHOUT_RESULT = "an exam without a result, or a result without an exam"


class InvalidCertificate(CertificateError):
    """The facts contradict each other or cannot stand on a certificate; `reasons` names all of them (see `Contradiction`)."""

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


class DesignRefused(CertificateError):
    """A design cannot be drawn as it was adapted; the types below say why."""


class IncompleteDesign(DesignRefused):
    """The folder of a design lacks a file, or its `design.toml` lacks something; the message says which."""


class NotAColour(DesignRefused):
    """A colour that is not written as #rrggbb, or one that the design does not have."""

    def __init__(self, name: str, colour: str) -> None:
        super().__init__(f"not a colour for {name}: {colour[:40]!r}")
        self.name, self.colour = name, colour


class PoorContrast(DesignRefused):
    """A colour for text that is too pale on white paper: `ratio` to one, where 4.5 is the least (WCAG 2.2, 1.4.3)."""

    def __init__(self, name: str, colour: str, ratio: float) -> None:
        super().__init__(f"too pale for text: {name} {colour} with {ratio:.1f} : 1")
        self.name, self.colour, self.ratio = name, colour, ratio


class UnknownPlace(DesignRefused):
    """A text for a place that the design does not have, or a format it is not made in."""


class UnknownPlaceholder(DesignRefused):
    """A text names something in braces that no certificate can put there."""

    def __init__(self, found: str) -> None:
        super().__init__(f"not a placeholder: {found[:60]}")
        self.found = found


class StrayBrace(DesignRefused):
    """A text has a brace that belongs to no placeholder; `found` are the words around it."""

    def __init__(self, found: str) -> None:
        super().__init__(f"a brace that belongs to no placeholder: {found[:60]}")
        self.found = found


class TextTooLong(DesignRefused):
    """A text is longer than its place."""

    def __init__(self, name: str, most: int) -> None:
        super().__init__(f"longer than {most} characters: {name}")
        self.name, self.most = name, most


class BadMargins(DesignRefused):
    """Margins for pre-printed paper that leave too little room, or none where printers cannot print."""


class LogoRefused(DesignRefused):
    """A picture that cannot be the logo; `reason` is a `certificates.logos.Reason`."""

    def __init__(self, reason: str, found: str = "") -> None:
        super().__init__(f"{reason}: {found}" if found else reason)
        self.reason, self.found = reason, found
