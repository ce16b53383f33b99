"""The books of the demonstration: cost centres, numbers for DATEV, a profile for the cash office, and all months closed but the last."""

from collections.abc import Iterable
from datetime import time, timedelta

from lms.books.accounts import chart_of
from lms.books.chart import USUAL_CHART, written
from lms.books.closing import last_close, next_to_close, seal_month
from lms.books.journal import entries_of, first_of, journal_of, month_reach, next_month
from lms.books.models import AccountChart, CashProfile, CashRows
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.filling.timetable import Planned
from lms.kernel.clock import at_venue

CASHIER = "ralf-hellwig"
CONSULTANT, CLIENT = 29098, 55003  # the numbers in DATEV's own examples, nobody's
ADULT_EDUCATION = "2710"
"""Product 271 of the municipal plan of products: adult education; the last digit is that of our programme area."""
CLOSED_ON = timedelta(days=4)


async def fill_closing(ground: Ground, everybody: Everybody, runs: Iterable[Planned]) -> None:
    """Has to come last: nothing is booked into a month that is closed."""
    session, cashier = ground.session, everybody.member(CASHIER)
    for planned in runs:
        planned.run.cost_centre = f"{ADULT_EDUCATION}{planned.run.number[:1]}"
    await ground.put([
        AccountChart(
            version=1, changed_at=ground.now, accounts=written(USUAL_CHART), consultant=CONSULTANT, client=CLIENT,
            fiscal_month=1, account_length=4, changed_by=cashier.account_id, changed_by_name=cashier.name,
        ),
        CashProfile(
            id=ground.key(), name="Stadtkasse", rows=CashRows.ALL, separator="semicolon", date_format="german",
            columns=["day", "claim", "cost_centre", "debit", "credit", "signed", "due_on", "payer", "text"],
            amount_format="comma", encoding="windows", has_header=True, file_name="stadtkasse_{jahr}-{monat}.csv",
            changed_at=ground.now,
        ),
    ])  # fmt: skip
    chart, month = await chart_of(session), await next_to_close(session, None)
    while month is not None and next_month(next_month(month)) <= first_of(ground.today):
        entries = await entries_of(session, month_reach(month))
        at = at_venue(next_month(month) + CLOSED_ON, time(15, 20))
        await seal_month(
            session, cashier, month, entries, await journal_of(session, entries, chart), await last_close(session), chart,
            at=at, note="",
        )  # fmt: skip
        month = next_month(month)
