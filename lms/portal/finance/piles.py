"""What is to be done about money: who does it, where, how it is said."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from lms.aid.models import AidStatement
from lms.aid.queries import to_register
from lms.banking.models import BankLine, Clearing, LineState
from lms.billing.instalments.models import InstalmentPlan, PlanState
from lms.billing.models import Invoice, Settlement
from lms.billing.overview import View, fits, standing
from lms.billing.refunds.reading import undecided
from lms.billing.waiting_models import WaitingInvoice
from lms.debits.models import Debit, DebitFile, DebitFileState, DebitState
from lms.debits.queries import waits_for_team as came_back_unhandled
from lms.dunning.queries import waits_for_reminder
from lms.kernel.clock import local
from lms.payments.models import Checkout, CheckoutState, Dispute
from lms.portal.desk.pile import Pile
from lms.portal.finance.invoice_reading import refused
from lms.web.language import ngettext


def money_piles(now: datetime, dunning_days: Sequence[int]) -> Sequence[Pile]:
    """Every kind of work of the cashiers that is counted. `dunning_days` are the spans between a due date and each reminder."""
    owed, today = standing(), local(now).date()
    return (
        Pile(
            "C", "state-aid", "/verwaltung/finanzen/beihilfen?ansicht=register",
            lambda num: ngettext(
                "%(num)s statement about aid has to be entered in the register",
                "%(num)s statements about aid have to be entered in the register",
                num,
            ),
            select(func.count(), func.min(AidStatement.granted_on)).where(to_register()),
        ),
        Pile(
            "collect", "payment", "/verwaltung/finanzen/lastschriften/ruecklastschriften",
            lambda num: ngettext(
                "%(num)s direct debit came back and has to be looked at",
                "%(num)s direct debits came back and have to be looked at",
                num,
            ),
            select(func.count(), func.min(Debit.ended_at)).where(came_back_unhandled()),
        ),
        Pile(
            "collect", "payment", "/verwaltung/finanzen/lastschriften",
            lambda num: ngettext(
                "%(num)s direct debit file is not handed in at the bank yet",
                "%(num)s direct debit files are not handed in at the bank yet",
                num,
            ),
            select(func.count(), func.min(DebitFile.made_at)).where(DebitFile.state == DebitFileState.MADE),
        ),
        Pile(
            "collect", "payment", "/verwaltung/finanzen/lastschriften",
            lambda num: ngettext(
                "%(num)s direct debit is due and in no file yet",
                "%(num)s direct debits are due and in no file yet",
                num,
            ),
            select(func.count(), func.min(Debit.collect_on)).where(
                Debit.state == DebitState.ANNOUNCED, Debit.collect_on <= local(now).date() + timedelta(days=3)
            ),
        ),
        Pile(
            "refund", "payment", "/verwaltung/finanzen/erstattungen",
            lambda num: ngettext(
                "%(num)s sum has to be paid back or collected",
                "%(num)s sums have to be paid back or collected",
                num,
            ),
            select(func.count(), func.min(Settlement.requested_at)).where(undecided()),
        ),
        Pile(
            "refund", "payment", "/verwaltung/finanzen/onlinezahlungen",
            lambda num: ngettext(
                "%(num)s online payment does not fit", "%(num)s online payments do not fit", num
            ),
            select(func.count(), func.min(Checkout.begun_at)).where(
                Checkout.state == CheckoutState.PUZZLING, Checkout.note != ""
            ),
        ),
        Pile(
            "refund", "payment", "/verwaltung/finanzen/onlinezahlungen",
            lambda num: ngettext(
                "%(num)s online payment is disputed by a bank", "%(num)s online payments are disputed by a bank", num
            ),
            select(func.count(), func.min(Dispute.noticed_at)).where(Dispute.seen_at.is_(None)),
        ),
        Pile(
            "import", "payment", "/verwaltung/finanzen/kontoauszuege/zuordnen",
            lambda num: ngettext("%(num)s payment is not assigned", "%(num)s payments are not assigned", num),
            select(func.count(), func.min(BankLine.booked_on))
            .join(Clearing, Clearing.line_id == BankLine.id)
            .where(Clearing.state == LineState.OPEN),
        ),
        Pile(
            "import", "payment", "/verwaltung/finanzen/kontoauszuege/zuordnen/erledigt?ansicht=zurueck",
            lambda num: ngettext(
                "%(num)s payment is to be transferred back", "%(num)s payments are to be transferred back", num
            ),
            select(func.count(), func.min(Clearing.decided_at)).where(Clearing.state == LineState.RETURNING),
        ),
        Pile(
            "issue", "invoice", "/verwaltung/finanzen/rechnungen#wartend",
            lambda num: ngettext(
                "%(num)s invoice cannot be issued: something is missing, mostly the address",
                "%(num)s invoices cannot be issued: something is missing, mostly the address",
                num,
            ),
            select(func.count(), func.min(WaitingInvoice.waits_since)),
        ),
        Pile(
            "issue", "invoice", "/verwaltung/finanzen/rechnungen?ansicht=geprueft",
            lambda num: ngettext(
                "%(num)s invoice was not sent: the official rules refuse it",
                "%(num)s invoices were not sent: the official rules refuse them",
                num,
            ),
            select(func.count(), func.min(Invoice.issued_at)).where(refused()),
        ),
        Pile(
            "R", "invoice", "/verwaltung/finanzen/forderungen?ansicht=ueberfaellig",
            lambda num: ngettext("%(num)s payment is overdue", "%(num)s payments are overdue", num),
            select(func.count(), func.min(owed.c.due_on)).where(fits(owed, View.OVERDUE, today)),
        ),
        Pile(
            "remind", "invoice", "/verwaltung/finanzen/mahnlaeufe/neu",
            lambda num: ngettext(
                "A run of reminders is due: %(num)s payment", "A run of reminders is due: %(num)s payments", num
            ),
            select(func.count(), func.min(owed.c.due_on)).where(waits_for_reminder(owed, today, dunning_days)),
        ),
        Pile(
            "remind", "invoice", "/verwaltung/finanzen/raten",
            lambda num: ngettext(
                "%(num)s plan of instalments has fallen due as a whole",
                "%(num)s plans of instalments have fallen due as a whole",
                num,
            ),
            select(func.count(), func.min(InstalmentPlan.due_on)).where(InstalmentPlan.state == PlanState.FALLEN),
        ),
    )  # fmt: skip
