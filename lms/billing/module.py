"""The table of contents of `billing`, for app.py."""

from lms.billing.by_hand import HandWritten
from lms.billing.cashier import Cashier
from lms.billing.events import InvoiceIssued
from lms.billing.instalments.caring import carer, tell_agreed
from lms.billing.instalments.events import InstalmentsAgreed
from lms.billing.instalments.service import Instalments
from lms.billing.letters import PRINT, have_it_printed, printer
from lms.billing.receipts import Receipts
from lms.billing.refunds.service import Refunds
from lms.billing.settlements import Settlements
from lms.billing.tax.service import TaxTable
from lms.billing.together import CollectiveInvoices
from lms.billing.waiting import WaitingInvoices, issuing
from lms.billing.write_offs import WriteOffs
from lms.privacy.contract import PersonalData
from lms.web.module import Module

KEPT_BY_LAW = "eight years after the end of the year (§ 147 AO)"

MODULE = Module(
    name="billing",
    services={
        "cashier": Cashier,
        "receipts": Receipts,
        "tax_table": TaxTable,
        "hand_written": HandWritten,
        "waiting_invoices": WaitingInvoices,
        "refunds": Refunds,
        "settlements": Settlements,
        "collective_invoices": CollectiveInvoices,
        "instalments": Instalments,
        "write_offs": WriteOffs,
    },
    listeners={
        InvoiceIssued: [have_it_printed],
        InstalmentsAgreed: [tell_agreed],
    },
    tasks={PRINT: printer},
    periodic=[issuing, carer],
    personal_data=[
        PersonalData("ledger_entry", "debtor_id", "who owes and who has paid", KEPT_BY_LAW),
        PersonalData("invoice", "debtor_id", "to whom an invoice was issued", KEPT_BY_LAW),
        PersonalData(
            "waiting_invoice",
            "debtor_id",
            "who gets an invoice once nothing is missing",
            "until it is issued",
        ),
        PersonalData("instalment_plan", "debtor_id", "who pays in instalments", KEPT_BY_LAW),
        PersonalData("refund", "debtor_id", "who gets money back, how, and on which account", KEPT_BY_LAW),
    ],
)
