"""A certificate's facts and a design become a page, and the page a PDF."""

import re
from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from typing import Literal

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from certificates import placeholders, wording
from certificates.design import Design, Text
from certificates.document import Certificate, Language
from certificates.fonts import Fonts
from certificates.logos import Logo
from certificates.pdf import Attachment, Press
from certificates.qr import qr_svg
from certificates.saying import Said, Statement

__all__ = ["Design", "Logo", "Renderer", "Spacing"]

Spacing = Literal["airy", "normal", "close", "annexed"]
SPECIMEN = "MUSTER"


class Renderer:
    """Draws certificates in one design. Build it once: reading fonts and style takes longer than a page.

    Threads may share it and take turns; it can be pickled for a pool of processes.
    """

    def __init__(self, design: Design, fonts: Fonts) -> None:
        self.design = design
        self._fonts = fonts
        self._press = Press(
            css=f"{design.css}\n{_part('specimen.css')}" if design.is_specimen else design.css,
            fonts=Fonts((*fonts.faces, *design.fonts)) if design.fonts else fonts,
            assets=design.assets,
        )
        page = Environment(
            loader=DictLoader(
                {"certificate.html": design.template}
                | {f"parts/{name}": _part(name) for name in ("page.html", "macros.html")}
            ),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        page.filters["unspaced"] = _unspaced
        self._template = page.get_template("certificate.html")

    def html(self, certificate: Certificate, *, spacing: Spacing = "normal") -> str:
        """The page before it is laid out, for a preview."""
        statement, holder = Statement(certificate), certificate.holder
        code = SPECIMEN if self.design.is_specimen else certificate.code
        address = certificate.verification_url.replace(certificate.code, code)
        return self._template.render(
            certificate=certificate,
            statement=statement,
            words=statement.words[0],
            spacing=spacing,
            classes=(*self.design.classes, f"kind-{certificate.kind.value.replace('_', '-')}", spacing),
            title=wording.title(certificate, statement.words[0]),
            name_size=_size(holder.name, long=28, endless=56),
            title_size=_size(statement.title.first, long=26, endless=10_000),
            course_size=_size(certificate.course, long=70, endless=10_000),
            address=_to_type_off(address, code),
            url=address,
            code=code,
            qr=qr_svg(address, alt=statement.words[0].qr_alt.format(url=address)),
            logo=self.design.logo,
            has_letterhead=self.design.has_letterhead,
            texts=self._texts(statement),
            signer=self._signer(certificate),
            sign_by_hand=bool(self.design.signature and self.design.signature.line),
        )

    def pages(self, certificate: Certificate) -> Iterator[str]:
        """The page in every spacing, the widest first: the first that fits on one sheet is taken."""
        for spacing in self.spacings(certificate):
            yield self.html(certificate, spacing=spacing)

    def spacings(self, certificate: Certificate) -> tuple[Spacing, ...]:
        """How close its parts may stand; large print takes the sheets it needs."""
        has_tables = bool(certificate.outcomes or certificate.modules)
        if self.design.is_large:
            return ("normal",)
        return ("normal", "close", "annexed") if has_tables else ("airy", "close")

    def pdf(self, certificate: Certificate, attachments: tuple[Attachment, ...] = ()) -> bytes:
        """The paper as PDF/A-3a and PDF/UA-1. The same certificate gives the same bytes."""
        return self._press.print(
            self.pages(certificate),
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

    def _texts(self, statement: Statement) -> dict[str, tuple[Said, ...]]:
        """The texts of the design by their place, in paragraphs, filled in."""
        filled = {}
        for place, text in self.design.texts:
            paragraphs = [
                placeholders.filled(_in(text, language), _values(statement, index)).splitlines()
                for index, language in enumerate(statement.certificate.languages)
            ]
            first, second = paragraphs[0], paragraphs[1] if len(paragraphs) > 1 else []
            second = [] if second == first else second
            longest = max(len(first), len(second))
            pairs = zip(_padded(first, longest), _padded(second, longest), strict=True)
            filled[place] = tuple(Said(*pair) for pair in pairs if any(pair))
        return filled

    def _signer(self, certificate: Certificate) -> tuple[str, Said]:
        """Who stands at the foot, and as what."""
        if (signature := self.design.signature) and signature.name:
            roles = [_in(signature.role, language) for language in certificate.languages]
            return signature.name, _pair(roles)
        english = certificate.english.role if certificate.english else ""
        return certificate.issuer.representative, _pair([certificate.issuer.role, english])

    def __reduce__(self) -> tuple[type["Renderer"], tuple[Design, Fonts]]:
        return Renderer, (self.design, self._fonts)


@cache
def _part(name: str) -> str:
    """One of the parts that all designs share."""
    return (files("certificates") / "designs" / "parts" / name).read_text("utf-8")


def _in(text: Text, language: Language) -> str:
    return (text.english or text.german) if language is Language.ENGLISH else (text.german or text.english)


def _pair(texts: list[str]) -> Said:
    second = texts[1] if len(texts) > 1 else ""
    return Said(texts[0], second if second != texts[0] else "")


def _padded(lines: list[str], length: int) -> list[str]:
    return [*lines, *[""] * (length - len(lines))]


def _values(statement: Statement, index: int) -> dict[str, str]:
    """What the placeholders stand for, in the first language or in the second."""
    paper, words = statement.certificate, statement.words[index]

    def said(one: Said) -> str:
        return (index and one.second) or one.first

    return {
        "name": paper.holder.name,
        "born": wording.written(paper.holder.born, words) if paper.holder.born else "",
        "course": said(statement.course),
        "period": said(statement.period),
        "extent": said(statement.extent),
        "place": said(
            Said(paper.place, paper.english.place if paper.english and paper.english.place else "")
        ),
        "trainers": ", ".join(paper.trainers),
        "run": paper.run,
        "number": paper.number,
        "issuer": paper.issuer.name,
        "issued_on": wording.written(paper.issued_on, words),
        "valid_until": wording.written(paper.valid_until, words) if paper.valid_until else "",
    }


def _size(text: str, *, long: int, endless: int) -> str:
    return "endless" if len(text) > endless else "long" if len(text) > long else ""


def _to_type_off(url: str, code: str) -> str:
    """The address up to the code, without what browsers add by themselves; the code follows in bold."""
    return url.partition("://")[2].removesuffix(code)


def _unspaced(html: Markup) -> Markup:
    return Markup(re.sub(r">\s*\n\s*<", "><", html))  # noqa: S704  # takes blanks away from what is escaped already
