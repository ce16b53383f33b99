"""HTML to PDF that is archive (PDF/A-3a) and accessible (PDF/UA-1) at once, for certificates and letters alike.

Nothing is fetched, neither from disk nor from the network: pictures are handed in by name and stand in the page
as ``asset:name``. The same input gives the same bytes.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from threading import RLock
from typing import Any, Literal

import pydyf  # type: ignore[import-untyped]

from certificates.errors import AssetRefused, LibrariesMissing
from certificates.fonts import Fonts
from certificates.libraries import check_libraries

if missing := check_libraries():
    raise LibrariesMissing("; ".join(missing))

import weasyprint  # only now: without its libraries it fails in words that help nobody
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from certificates import conformance

MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}

_VARIANT = "pdf/a-3a"

NOWHERE = "asset:"  # what relative addresses are relative to, so that they are asked for and refused


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture to be used as ``asset:name``; the ending of the name tells its type: svg, png or jpg."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file inside the PDF, such as an e-invoice. Its dates are handed in, so that the bytes do not vary."""

    name: str
    data: bytes = field(repr=False)
    description: str
    created: datetime
    relationship: Literal["Source", "Data", "Alternative", "Supplement", "Unspecified"] = "Unspecified"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A document before its bytes are laid down: the pages, the objects of the file, and which version it is."""

    document: weasyprint.Document
    pdf: pydyf.PDF
    version: int


class Press:
    """One style sheet, one set of fonts and pictures, read once for many documents.

    May be shared by threads: they take turns, because the layout engine below knows no threads. For more than
    one processor use processes; a press can be pickled and is set up anew on the other side.
    """

    def __init__(self, *, css: str, fonts: Fonts, assets: tuple[Asset, ...] = ()) -> None:
        self.css, self.fonts, self.assets = css, fonts, assets
        self.turn = RLock()
        """To be held by whoever uses the layout engine beside the press."""
        self._pictures: dict[str, Any] = {}
        self._letters = FontConfiguration()
        files = {f"font-{number}": data for number, data in enumerate(fonts.unpacked)}
        with _refusals():
            self._style = weasyprint.CSS(
                string=f"{css}\n{_font_faces(fonts)}",
                base_url=NOWHERE,
                font_config=self._letters,
                url_fetcher=_HandedIn({**files, **_named(assets)}),
            )

    def print(
        self,
        html: str | Iterable[str],
        *,
        title: str,
        lang: str,
        created: datetime | None = None,
        assets: tuple[Asset, ...] = (),
        attachments: tuple[Attachment, ...] = (),
    ) -> bytes:
        """The document as PDF/A-3a and PDF/UA-1, tagged, in `lang`, under `title`, dated `created` (aware).

        Of several versions the first that fits on one page is taken, else the last of those with the fewest pages;
        the later ones are not asked for when they are not needed.
        With `factur-x.xml` among the `attachments` it is marked as a hybrid invoice. `assets` are pictures of this document alone. What the fonts cannot show raises `Unprintable`, what was
        not handed in `AssetRefused`.
        """
        is_invoice = any(one.name == conformance.FACTUR_X for one in attachments)
        pictures = _HandedIn(_named((*self.assets, *assets)))
        cache = {} if assets else self._pictures  # what belongs to one document must not stay in memory
        with self.turn, _refusals():
            document, _, chosen = self._laid_out(
                [html] if isinstance(html, str) else html, lang, pictures, cache
            )
            _describe(document, title=title, lang=lang, created=created)
            pdf: bytes = document.write_pdf(
                pdf_variant=_VARIANT,
                pdf_identifier=_identifier(chosen, title, lang, str(created)),
                attachments=[attached(attachment) for attachment in attachments],
                finisher=conformance.finish_invoice if is_invoice else conformance.finish,
            )
        return pdf

    def draw(
        self,
        versions: Iterable[str],
        *,
        title: str,
        lang: str,
        created: datetime | None,
        prepare: Callable[[weasyprint.Document], None],
    ) -> Drawing:
        """As `print`, up to the last step. `prepare` is called when the pages are laid out and nothing is drawn yet."""
        drawn: list[tuple[pydyf.PDF, int]] = []

        def finish(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
            conformance.finish(document, pdf)
            drawn.append((pdf, len(pdf.objects)))

        with self.turn, _refusals():
            document, version, _ = self._laid_out(
                versions, lang, _HandedIn(_named(self.assets)), self._pictures
            )
            _describe(document, title=title, lang=lang, created=created)
            prepare(document)
            document.write_pdf(_Nowhere(), pdf_variant=_VARIANT, finisher=finish)
        ((pdf, count),) = drawn
        del pdf.objects[count:]  # what only the laying down has added
        return Drawing(document, pdf, version)

    def _laid_out(
        self, versions: Iterable[str], lang: str, pictures: "_HandedIn", cache: dict[str, Any]
    ) -> tuple[weasyprint.Document, int, str]:
        best, best_number, chosen = None, 0, ""
        for number, version in enumerate(versions):
            page = weasyprint.HTML(string=version, base_url=NOWHERE, url_fetcher=pictures)
            page.etree_element.set("lang", lang)
            self.fonts.ensure_printable("".join(_visible_text(page.etree_element)))
            document = page.render(
                stylesheets=[self._style], font_config=self._letters, pdf_variant=_VARIANT, cache=cache
            )
            if best is None or len(document.pages) <= len(best.pages):
                best, best_number, chosen = document, number, version
            if len(document.pages) == 1:
                break
        return best, best_number, chosen

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.css, self.fonts, self.assets)


def html_to_pdf(
    html: str,
    *,
    css: str,
    fonts: Fonts,
    title: str,
    lang: str,
    attachments: tuple[Attachment, ...] = (),
    assets: tuple[Asset, ...] = (),
    created: datetime | None = None,
) -> bytes:
    """As `Press.print`, for whoever does not want to keep a press: the last few are remembered."""
    press = _press(css, fonts)
    return press.print(html, title=title, lang=lang, created=created, assets=assets, attachments=attachments)


@lru_cache(maxsize=8)
def _press(css: str, fonts: Fonts) -> Press:
    return Press(css=css, fonts=fonts)


def _again(css: str, fonts: Fonts, assets: tuple[Asset, ...]) -> Press:
    return Press(css=css, fonts=fonts, assets=assets)


class _HandedIn(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
    """Gives out what was handed in under ``asset:name``, and refuses everything else, whatever its scheme."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(allowed_protocols=["asset"], allow_redirects=False, fail_on_errors=True)
        self._files = files

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002
        scheme, _, name = url.partition(":")
        if scheme != "asset" or name not in self._files:
            raise AssetRefused(url[:200])
        media_type = MEDIA_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
        return URLFetcherResponse(url, self._files[name], {"Content-Type": media_type})


@contextmanager
def _refusals() -> Iterator[None]:
    """WeasyPrint wraps what the fetcher raises into something that is not even an Exception; we unwrap it."""
    try:
        yield
    except FatalURLFetchingError as wrapped:
        raise wrapped.__cause__ or wrapped from None


def _named(assets: tuple[Asset, ...]) -> dict[str, bytes]:
    return {asset.name: asset.data for asset in assets}


def _font_faces(fonts: Fonts) -> str:
    return "\n".join(
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; font-style: {face.style};'
        f" src: url(asset:font-{number}) }}"
        for number, face in enumerate(fonts.faces)
    )


def _visible_text(element: Any) -> Iterator[str]:
    if element.tag in {"head", "style", "script"} or not isinstance(element.tag, str):
        return
    yield element.text or ""
    for child in element:
        yield from _visible_text(child)
        yield child.tail or ""


def _identifier(*parts: str) -> bytes:
    """What PDF wants to tell files apart by; drawn from the content, not from chance or the clock."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32].encode()


def shown_title(title: str) -> str:
    """The title as the file carries it: it goes into XML, which knows no control characters."""
    return "".join(sign for sign in title if sign.isprintable())


def _describe(document: weasyprint.Document, *, title: str, lang: str, created: datetime | None) -> None:
    conformance.keep_outer_links(document)
    document.metadata.title = shown_title(title)
    document.metadata.lang = lang
    document.metadata.created = created and created.isoformat(timespec="seconds")


class _Nowhere:
    """Takes the bytes of a file that nobody wants."""

    def write(self, data: bytes) -> int:
        return len(data)


def attached(attachment: Attachment) -> weasyprint.Attachment:
    """The attachment in WeasyPrint's words."""
    created = attachment.created.astimezone(UTC)  # WeasyPrint writes a Z behind it, whatever it is
    return weasyprint.Attachment(
        string=attachment.data,
        name=attachment.name,
        description=attachment.description,
        created=created,
        modified=created,
        relationship=attachment.relationship,
    )
