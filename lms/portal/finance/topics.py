"""The topics of the cashiers' desk: every list and task about money, declared once. A topic without a page is not shown."""

from collections.abc import Sequence

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
TOPICS = (
    Link(N_("What people owe"), CLAIMS),
    Link(N_("Reminders to pay"), RUNS),
    Link(N_("Instalments"), PLANS),
    Link(N_("To hand over"), ENFORCEMENT),
    Link(N_("Invoices"), f"{DESK}/rechnungen"),
    Link(N_("Refunds"), f"{DESK}/erstattungen"),
    Link(N_("Refunds and further claims"), "/verwaltung/finanzen/erstattungen"),
    Link(N_("Second signatures"), f"{DESK}/freigaben"),
    Link(N_("Online payments"), f"{DESK}/onlinezahlungen"),
    Link(N_("Bank statements"), f"{DESK}/kontoauszuege"),
    Link(N_("Direct debits"), f"{DESK}/lastschriften"),
    Link(N_("Vouchers"), f"{DESK}/gutscheine"),
    Link(N_("Till"), "/verwaltung/kasse"),
    Link(N_("Month's end"), f"{DESK}/abschluss"),
    Link(N_("Files for the accounts"), f"{DESK}/exporte"),
    Link(N_("Chart of accounts"), f"{DESK}/konten"),
    Link(N_("Taxes"), f"{DESK}/steuern"),
)


def topics_for(app: Litestar, actor: Actor) -> Sequence[Link]:
    """The topics this member of the team may open."""
    doors = pages_of(app)
    return [one for one in TOPICS if one.path in doors and doors[one.path].admits(actor)]
