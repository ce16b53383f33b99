"""A certificate's facts and a design become a page, and the page a PDF."""

import re
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, time
from importlib.resources import files
from typing import Literal

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from certificates import wording
from certificates.document import Certificate
from certificates.errors import UnknownDesign
from certificates.fonts import Fonts
from certificates.pdf import Asset, Attachment, Press
from certificates.qr import qr_svg

DESIGNS = ("mosaic",)

Spacing = Literal["airy", "normal", "close", "annexed"]


@dataclass(frozen=True, slots=True)
class Logo:
    """The issuer's sign: a picture (svg, png or jpg) and what it shows, in words."""

    picture: Asset
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How a certificate looks: a template, a style sheet, pictures. Ours by `named`, or your own."""

    template: str
    css: str
    assets: tuple[Asset, ...] = ()
    logo: Logo | None = None

    @classmethod
    def named(cls, name: str, *, logo: Logo | None = None) -> "Design":
        """A design of this package; with the issuer's own logo instead of the design's mark."""
        if name not in DESIGNS:
            raise UnknownDesign(name)
        folder = files("certificates") / "designs" / name
        pictures = sorted(
            (entry for entry in folder.iterdir() if entry.name.endswith(".svg")), key=lambda e: e.name
        )
        return cls(
            template=(folder / "certificate.html").read_text("utf-8"),
            css=(folder / "certificate.css").read_text("utf-8"),
            assets=(
                *(Asset(entry.name, entry.read_bytes()) for entry in pictures),
                *([logo.picture] if logo else []),
            ),
            logo=logo,
        )


class Renderer:
    """Draws certificates in one design. Build it once: reading fonts and style takes longer than a page.

    Threads may share it and take turns; it can be pickled for a pool of processes.
    """

    def __init__(self, design: Design, fonts: Fonts) -> None:
        self.design = design
        self._press = Press(css=design.css, fonts=fonts, assets=design.assets)
        page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        page.filters["unspaced"] = _unspaced
        self._template = page.from_string(design.template)

    def html(self, certificate: Certificate, *, spacing: Spacing = "normal") -> str:
        """The page before it is laid out, for a preview."""
        words, holder = wording.WORDS[certificate.language], certificate.holder
        return self._template.render(
            certificate=certificate,
            words=words,
            spacing=spacing,
            title=wording.title(certificate, words),
            number=words.number.format(number=certificate.number),
            name_size=_size(holder.name, long=28, endless=56),
            born=words.born.format(date=wording.written(holder.born, words)) if holder.born else "",
            course_size=_size(certificate.course, long=70, endless=10_000),
            period=wording.period(certificate, words),
            extent=wording.extent(certificate, words),
            issued_on=wording.written(certificate.issued_on, words),
            address=_to_type_off(certificate),
            qr=qr_svg(
                certificate.verification_url, alt=words.qr_alt.format(url=certificate.verification_url)
            ),
            logo=self.design.logo,
        )

    def pdf(self, certificate: Certificate, attachments: tuple[Attachment, ...] = ()) -> bytes:
        """The paper as PDF/A-3a and PDF/UA-1. The same certificate gives the same bytes."""
        spacings: tuple[Spacing, ...] = (
            ("normal", "close", "annexed") if certificate.outcomes else ("airy", "close")
        )
        return self._press.print(
            (self.html(certificate, spacing=spacing) for spacing in spacings),
            title=wording.title(certificate, wording.WORDS[certificate.language]),
            lang=certificate.language.value,
            created=datetime.combine(certificate.issued_on, time(12), UTC),
            attachments=attachments,
        )

    @property
    def press(self) -> Press:
        """What it prints on."""
        return self._press

    def on(self, press: Press) -> "Renderer":
        """The same renderer, printing on another press, such as one that stamps."""
        other = copy(self)
        other._press = press  # noqa: SLF001  # it is one of us
        return other

    def __reduce__(self) -> tuple[type["Renderer"], tuple[Design, Fonts]]:
        return Renderer, (self.design, self._press.fonts)


def _size(text: str, *, long: int, endless: int) -> str:
    return "endless" if len(text) > endless else "long" if len(text) > long else ""


def _to_type_off(certificate: Certificate) -> str:
    """The address up to the code, without what browsers add by themselves; the code follows in bold."""
    address = certificate.verification_url.partition("://")[2]
    return address.removesuffix(certificate.code)


def _unspaced(html: Markup) -> Markup:
    return Markup(re.sub(r">\s+<", "><", html))  # noqa: S704  # takes blanks away from what is escaped already
