"""Every page of the cashiers, for the portal's table of contents."""

from lms.portal.finance.accounts import AccountPages, CostCentrePages
from lms.portal.finance.aid import AidCandidatePages
from lms.portal.finance.annual_statements import AnnualStatementDeskPages, AnnualStatementPages
from lms.portal.finance.bank_lines import AssigningPayments, BankLinePages
from lms.portal.finance.cashiers import CashierPages
from lms.portal.finance.claims import ClaimPages
from lms.portal.finance.closing import ClosingPages
from lms.portal.finance.collection_rules import CollectionRulePages
from lms.portal.finance.collective_pages import CollectivePages
from lms.portal.finance.company_data import BillingDataPages
from lms.portal.finance.debit_choosing import DebitChoicePages
from lms.portal.finance.debit_files import DebitFilePages
from lms.portal.finance.debit_mandates import DebitMandatePages
from lms.portal.finance.debit_returns import DebitReturnPages
from lms.portal.finance.debits import DebitPages
from lms.portal.finance.debtors import DebtorPages
from lms.portal.finance.dunning_pages import RunPages
from lms.portal.finance.enforcement import EnforcementPages
from lms.portal.finance.exports import ExportPages
from lms.portal.finance.fee_lists import FeeListPages
from lms.portal.finance.fee_page import FeePages, FeeStepPages
from lms.portal.finance.fee_units import FeeUnitPages
from lms.portal.finance.files import MoneyFiles, PaperFiles
from lms.portal.finance.instalment_pages import InstalmentPages
from lms.portal.finance.invoices import InvoicePages
from lms.portal.finance.new_vouchers import NewVoucherPages
from lms.portal.finance.online import OnlinePaymentPages
from lms.portal.finance.profiles import ProfilePages
from lms.portal.finance.redeeming import RedeemPages
from lms.portal.finance.refund_list import FormerRefundPages, RefundListPages
from lms.portal.finance.refund_page import RefundPages
from lms.portal.finance.refund_proposing import ProposingPages
from lms.portal.finance.second_person_pages import SecondPersonPages
from lms.portal.finance.share_pages import SharePages
from lms.portal.finance.statements import ColumnPages, StatementPages
from lms.portal.finance.taxes import TaxPages
from lms.portal.finance.transfer_pages import TransferFilePages
from lms.portal.finance.voucher_orders import VoucherOrderPages
from lms.portal.finance.vouchers import VoucherListPages
from lms.portal.finance.write_off_pages import WriteOffPages
from lms.portal.finance.writing import WritingPages

FINANCE = (
    CollectivePages,
    MoneyFiles,
    PaperFiles,
    OnlinePaymentPages,
    InvoicePages,
    WritingPages,
    TaxPages,
    BillingDataPages,
    VoucherListPages,
    NewVoucherPages,
    VoucherOrderPages,
    RedeemPages,
    DebitPages,
    DebitChoicePages,
    DebitFilePages,
    DebitReturnPages,
    DebitMandatePages,
    CollectionRulePages,
    RefundListPages,
    FormerRefundPages,
    ProposingPages,
    RefundPages,
    FeeListPages,
    FeeUnitPages,
    FeePages,
    FeeStepPages,
    TransferFilePages,
    SecondPersonPages,
    WriteOffPages,
    StatementPages,
    ColumnPages,
    AssigningPayments,
    BankLinePages,
    ClosingPages,
    AccountPages,
    CostCentrePages,
    ExportPages,
    ProfilePages,
    CashierPages,
    ClaimPages,
    DebtorPages,
    RunPages,
    EnforcementPages,
    InstalmentPages,
    SharePages,
    AnnualStatementPages,
    AnnualStatementDeskPages,
    AidCandidatePages,
)
