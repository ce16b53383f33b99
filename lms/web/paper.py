"""What the house prints: a template for the words, a stylesheet for the look, one typeface. The same facts give the same bytes."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment

from lms.messaging.paper import typeface
from lms.web.language import Language, use_locale
from lms.web.templating import environment

if TYPE_CHECKING:
    from certificates.pdf import Asset, Attachment


@dataclass(frozen=True, slots=True)
class Stationery:
    """The templates and the stylesheet of one kind of paper."""

    templates: Path
    style: Path

    def words(self, template: str, language: Language, **facts: Any) -> str:
        """What stands on the paper, as HTML."""
        with use_locale(language):
            return _pages(self.templates).get_template(template).render(**facts)

    def pdf(
        self,
        page: str,
        *,
        title: str,
        language: str,
        created: datetime,
        assets: "tuple[Asset, ...]" = (),
        attachments: "tuple[Attachment, ...]" = (),
    ) -> bytes:
        """The words as PDF/A-3a and PDF/UA-1. Heavy: never with a transaction open."""
        from certificates.pdf import html_to_pdf  # WeasyPrint: heavy, and only wanted here

        fonts = typeface()
        return html_to_pdf(
            fonts.printable(page),
            css=self.style.read_text(encoding="utf-8"),
            fonts=fonts,
            title=title,
            lang=language,
            created=created,
            assets=assets,
            attachments=attachments,
        )


@cache
def _pages(templates: Path) -> Environment:
    return environment([templates])
