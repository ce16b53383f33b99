"""The topics of the cashiers' desk: every list and task about money, declared once. A topic without a page is not shown."""

from collections.abc import Sequence
from itertools import groupby

from litestar import Litestar

from lms.accounts.shell import pages_of
from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.web.centre import Link

DESK = "/verwaltung/finanzen"
CLAIMS = f"{DESK}/forderungen"
RUNS = f"{DESK}/mahnlaeufe"
PLANS = f"{DESK}/raten"
ENFORCEMENT = f"{DESK}/vollstreckung"
OWED, COMES_AND_GOES = N_("What is owed"), N_("Money that comes and goes")
PAPERS, BOOKS = N_("Invoices and vouchers"), N_("Bookkeeping")
TOPICS = (
    Link(N_("What people owe"), CLAIMS, OWED),
    Link(N_("Reminders to pay"), RUNS, OWED),
    Link(N_("Instalments"), PLANS, OWED),
    Link(N_("Goodwill and write-offs"), f"{DESK}/freigaben", OWED),
    Link(N_("To hand over"), ENFORCEMENT, OWED),
    Link(N_("Bank statements"), f"{DESK}/kontoauszuege", COMES_AND_GOES),
    Link(N_("Direct debits"), f"{DESK}/lastschriften", COMES_AND_GOES),
    Link(N_("Online payments"), f"{DESK}/onlinezahlungen", COMES_AND_GOES),
    Link(N_("Till"), "/verwaltung/kasse", COMES_AND_GOES),
    Link(N_("Refunds and further claims"), f"{DESK}/erstattungen", COMES_AND_GOES),
    Link(N_("Trainers' fees"), f"{DESK}/honorare", COMES_AND_GOES),
    Link(N_("Transfer files"), f"{DESK}/erstattungen/dateien", COMES_AND_GOES),
    Link(N_("Invoices"), f"{DESK}/rechnungen", PAPERS),
    Link(N_("Vouchers"), f"{DESK}/gutscheine", PAPERS),
    Link(N_("Orders of gift vouchers"), f"{DESK}/gutscheine/bestellungen", PAPERS),
    Link(N_("Month close"), f"{DESK}/abschluss", BOOKS),
    Link(N_("Files for accounting"), f"{DESK}/exporte", BOOKS),
    Link(N_("Accounts and DATEV numbers"), f"{DESK}/konten", BOOKS),
    Link(N_("Taxes"), f"{DESK}/steuern", BOOKS),
)


def topics_for(app: Litestar, actor: Actor) -> Sequence[tuple[str, Sequence[Link]]]:
    """The topics this member of the team may open, under their headings."""
    doors = pages_of(app)
    open_to_them = [one for one in TOPICS if one.path in doors and doors[one.path].admits(actor)]
    return [(group, list(links)) for group, links in groupby(open_to_them, key=lambda one: one.group)]
