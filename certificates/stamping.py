"""Many certificates alike, drawn an order of magnitude faster: laid out once, and stamped for each person.

A page is taken apart into its form and what varies from person to person. For a form WeasyPrint draws a sheet with
gaps (`certificates.sheets`); for each person the gaps are filled. Whatever does not fit its gap is drawn in full.

What is guaranteed: the same certificate with the same attachments gives the same bytes, whatever was stamped
before and in whichever process, on machines with the same versions of WeasyPrint, Pango and zlib. A sheet is made from
made-up entries alone, so nothing of one person can be in the file of another.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from certificates import conformance
from certificates.document import Certificate
from certificates.errors import CertificateError
from certificates.forms import Entry, Form, Kind, is_plain_address, taken_apart
from certificates.lettering import Misfit
from certificates.pdf import Asset, Attachment, Press, attached, shown_title
from certificates.render import Renderer
from certificates.sheets import Sheet, sheet_of

SHEETS_KEPT = 24
"""How many forms are remembered; a batch is of one or of a few."""


class Stamper:
    """Draws certificates as its renderer does, and faster where many are alike.

    Threads may share it and take turns; it can be pickled for a pool of processes.
    """

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self.press = StampingPress(renderer.press)
        self._renderer = renderer.on(self.press)

    def pdf(self, certificate: Certificate, *, attachments: tuple[Attachment, ...] = ()) -> bytes:
        """The paper as PDF/A-3a and PDF/UA-1. The same certificate gives the same bytes."""
        return self._renderer.pdf(certificate, attachments=attachments)

    def __reduce__(self) -> tuple[type["Stamper"], tuple[Renderer]]:
        return Stamper, (self.renderer,)


class StampingPress(Press):
    """A press that stamps where it can; it prints on the one it is given where it cannot."""

    def __init__(self, press: Press) -> None:
        self._full = press
        self.fonts, self.turn = press.fonts, press.turn
        self.stamped, self.drawn = 0, 0
        """How many were stamped, and how many had to be drawn in full."""
        self._sheets: OrderedDict[Any, _Kept | None] = OrderedDict()

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
        """As any press does: the same pages, text, tags and marks."""
        versions = _Remembered([html] if isinstance(html, str) else html)
        with self.turn:
            if not assets and all(one.name != conformance.FACTUR_X for one in attachments):
                stamped = self._stamped(versions, title, lang, created, attachments)
                if stamped is not None:
                    self.stamped += 1
                    return stamped
            self.drawn += 1
            return self._full.print(
                versions, title=title, lang=lang, created=created, assets=assets, attachments=attachments
            )

    def _stamped(
        self,
        versions: "_Remembered",
        title: str,
        lang: str,
        created: datetime | None,
        attachments: tuple[Attachment, ...],
    ) -> bytes | None:
        form, entries = taken_apart(next(iter(versions)))
        if not any(entry.kind is Kind.TEXT and entry.field != "title" for entry in entries):
            return None
        kept = self._sheet(form, versions, lang, created)
        if kept is None:
            return None
        for known, version in zip(kept.forms, versions, strict=False):
            form, mine = taken_apart(version)
            if form != known or mine != entries:
                return None
        if not all(is_plain_address(entry.value) for entry in entries if entry.kind is Kind.LINK):
            return None
        try:
            return kept.sheet.filled(
                [entry.value for entry in entries],
                title=shown_title(title),
                identifier=_identifier(entries, title, lang, str(created), *map(repr, kept.forms)),
                attachments=[attached(attachment) for attachment in attachments],
            )
        except Misfit:
            return None

    def _sheet(
        self, form: Form, versions: "_Remembered", lang: str, created: datetime | None
    ) -> "_Kept | None":
        key = (form, lang, created)
        if key not in self._sheets:
            self._sheets[key] = self._made(form, versions, lang, created)
            if len(self._sheets) > SHEETS_KEPT:
                self._sheets.popitem(last=False)
        self._sheets.move_to_end(key)
        return self._sheets[key]

    def _made(
        self, form: Form, versions: "_Remembered", lang: str, created: datetime | None
    ) -> "_Kept | None":
        forms: dict[int, Form] = {}

        def filled(entries: Callable[[Form], Sequence[str]]) -> Iterator[str]:
            for number, version in enumerate(versions):
                forms[number], _ = taken_apart(version)
                yield forms[number].filled(entries(forms[number]))

        try:
            sheet = sheet_of(self._full, filled, form.places, lang=lang, created=created)
        except (Misfit, CertificateError):  # drawn in full it will work, or fail with the person's own words
            return None
        return _Kept(sheet, tuple(forms.values()))

    def __reduce__(self) -> tuple[Any, ...]:
        return StampingPress, (self._full,)


class _Kept:
    """A sheet, and the forms of the versions that were tried until it was found."""

    def __init__(self, sheet: Sheet, forms: tuple[Form, ...]) -> None:
        self.sheet, self.forms = sheet, forms


class _Remembered:
    """Versions that are made when they are first asked for, and only once."""

    def __init__(self, versions: Iterable[str]) -> None:
        self._coming = iter(versions)
        self._made: list[str] = []

    def __iter__(self) -> Iterator[str]:
        at = 0
        while True:
            if at == len(self._made):
                version = next(self._coming, None)
                if version is None:
                    return
                self._made.append(version)
            yield self._made[at]
            at += 1


def _identifier(entries: Iterable[Entry], *parts: str) -> bytes:
    said = "\0".join((*(entry.value for entry in entries), *parts))
    return hashlib.sha256(said.encode()).hexdigest()[:32].encode()
