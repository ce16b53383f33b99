"""The table of contents of `honoraria`, for app.py."""

from lms.honoraria.statements.accounts import FeeAccounts
from lms.honoraria.statements.caring import carer
from lms.honoraria.statements.deciding import FeeStatements
from lms.honoraria.statements.events import (
    FeeAccountChanged,
    FeeObjectionAnswered,
    FeePaid,
    FeeReturned,
    FeeStatementApproved,
    FeeStatementLate,
    FeeStatementReady,
    FeeStatementRejected,
)
from lms.honoraria.statements.letters import (
    PRINT,
    have_it_printed,
    printer,
    tell_account_changed,
    tell_answered,
    tell_late,
    tell_paid,
    tell_ready,
    tell_rejected,
    tell_returned,
)
from lms.honoraria.statements.paying import FeePayouts
from lms.privacy.contract import PersonalData
from lms.web.module import Module

KEPT_BY_LAW = "eight years after the end of the year (§ 147 AO)"

MODULE = Module(
    name="honoraria",
    services={"fee_statements": FeeStatements, "fee_payouts": FeePayouts, "fee_accounts": FeeAccounts},
    listeners={
        FeeStatementReady: [tell_ready],
        FeeStatementLate: [tell_late],
        FeeStatementRejected: [tell_rejected],
        FeeStatementApproved: [have_it_printed],
        FeeObjectionAnswered: [tell_answered],
        FeePaid: [tell_paid],
        FeeReturned: [tell_returned],
        FeeAccountChanged: [tell_account_changed],
    },
    tasks={PRINT: printer},
    periodic=[carer],
    personal_data=[
        PersonalData(
            table="run_fee",
            column="person_id",
            purpose="to pay what was agreed for a run",
            kept="as long as the run is kept",
        ),
        PersonalData("fee_statement", "person_id", "what a trainer has earned in a month", KEPT_BY_LAW),
        PersonalData("fee_line", "person_id", "what of it is for which session", KEPT_BY_LAW),
        PersonalData("fee_payout", "person_id", "when it was paid, and to which account", KEPT_BY_LAW),
        PersonalData(
            "session_held", "person_id", "who says that a session took place", "as long as the session is kept"
        ),
        PersonalData(
            "fee_account", "person_id", "where fees are paid to, and the tax data for the statement",
            "until the last statement has been paid and its time of keeping is over",
        ),
    ],
)  # fmt: skip
