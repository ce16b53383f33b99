"""The journal of a closed month on paper, in German like every document of the books."""

from collections.abc import Sequence
from pathlib import Path

from lms.books.booking import Booking
from lms.books.chart import WORDS, Chart
from lms.books.journal_file import KINDS
from lms.books.models import MonthClose
from lms.web.centre import the_centre
from lms.web.paper import Stationery

PAPER = Stationery(Path(__file__).parent / "templates", Path(__file__).with_name("paper.css"))
"""Of everything that comes out of the books."""


def journal_pdf(close: MonthClose, bookings: Sequence[Booking], chart: Chart) -> bytes:
    """The sums, every booking, and the fingerprints. Heavy: never with a transaction open."""
    page = PAPER.words(
        "books/journal.html",
        "de",
        close=close,
        bookings=bookings,
        kinds=KINDS,
        names={account.number: WORDS[role][0] for role, account in chart.accounts.items()},
        centre=the_centre(),
    )
    return PAPER.pdf(page, title=f"Journal {close.month:%Y-%m}", language="de", created=close.closed_at)
