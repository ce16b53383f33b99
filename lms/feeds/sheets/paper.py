"""Drawing a sheet: a list of days or a grid of weeks, in letters that can be read without glasses."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from babel.dates import get_day_names

from lms.feeds.sheets.reading import Sheet
from lms.web.centre import the_centre
from lms.web.formats import date_plain, month
from lms.web.language import Language, babel_locale, gettext, use_locale
from lms.web.paper import Stationery

HERE = Path(__file__).parent
PAPER = Stationery(HERE.parent / "templates", HERE / "sheet.css")
SIZES = (14, 18, 22)
"""Points of the smallest letters; below 14 nobody calls it large (DIN 1450)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the sheet is drawn. A list is easier to read aloud, a grid is what hangs in kitchens."""

    points: int = 18
    is_grid: bool = False
    is_landscape: bool = False

    @property
    def classes(self) -> str:
        """What the stylesheet knows the layout by."""
        return " ".join(
            (
                f"size-{self.points}",
                "grid" if self.is_grid else "list",
                "landscape" if self.is_landscape else "upright",
            )
        )


def title_of(sheet: Sheet) -> str:
    """Such as "Ihre Termine im Dezember 2026", in the current language."""
    if sheet.is_week:
        return gettext(
            "Your dates from %(first)s to %(last)s",
            first=date_plain(sheet.first),
            last=date_plain(sheet.last),
        )
    return gettext("Your dates in %(month)s", month=month(sheet.first))


def drawn(sheet: Sheet, layout: Layout, *, name: str, made_at: datetime, language: Language) -> bytes:
    """The sheet as PDF/A-3a and PDF/UA-1. Heavy: never with a transaction open, never on the loop."""
    with use_locale(language):
        title = title_of(sheet)
        names = get_day_names("abbreviated", context="stand-alone", locale=babel_locale())
    page = PAPER.words(
        "feeds/sheets/sheet.html",
        language,
        sheet=sheet,
        layout=layout,
        name=name,
        title=title,
        weekdays=[names[day] for day in range(7)],
        centre=the_centre(),
        made_at=made_at,
    )
    return PAPER.pdf(page, title=f"{title}, {name}", language=language, created=made_at)
