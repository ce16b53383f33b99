"""The table of contents of `honoraria`, for app.py."""

from datetime import timedelta

from lms.honoraria.contracts.drawing import DRAW, RECORD, drawer, have_it_recorded, recorder
from lms.honoraria.contracts.events import ContractAccepted, ContractWithdrawn
from lms.honoraria.contracts.letters import tell_withdrawn
from lms.honoraria.contracts.outdating import follow_sessions, follow_trainers
from lms.honoraria.contracts.service import Contracts
from lms.honoraria.rates.service import FeeRates
from lms.honoraria.standing.service import StatusFiles
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
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.scheduling.events import SessionsChanged, TrainersChanged
from lms.web.module import Around, Module

KEPT_BY_LAW = (
    "ten years after the end of the year of the last session (§ 147 AO, audits of the pension insurance)"
)


def _reminding(around: Around) -> Periodic:
    contracts = Contracts(around)

    async def act() -> None:
        await contracts.remind_unsigned()

    return Periodic("remind-of-contracts", timedelta(hours=6), act)


KEPT_BY_LAW = "eight years after the end of the year (§ 147 AO)"

MODULE = Module(
    name="honoraria",
    services={
        "fee_rates": FeeRates,
        "contracts": Contracts,
        "status_files": StatusFiles,
        "fee_statements": FeeStatements,
        "fee_payouts": FeePayouts,
        "fee_accounts": FeeAccounts,
    },
    listeners={
        ContractAccepted: [have_it_recorded],
        ContractWithdrawn: [tell_withdrawn],
        SessionsChanged: [follow_sessions],
        TrainersChanged: [follow_trainers],
        FeeStatementReady: [tell_ready],
        FeeStatementLate: [tell_late],
        FeeStatementRejected: [tell_rejected],
        FeeStatementApproved: [have_it_printed],
        FeeObjectionAnswered: [tell_answered],
        FeePaid: [tell_paid],
        FeeReturned: [tell_returned],
        FeeAccountChanged: [tell_account_changed],
    },
    tasks={DRAW: drawer, RECORD: recorder, PRINT: printer},
    periodic=[_reminding, carer],
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
        PersonalData(
            table="fee_contract",
            column="person_id",
            purpose="to know with whom which contract was made",
            kept=KEPT_BY_LAW,
        ),
        PersonalData(
            table="status_consent",
            column="person_id",
            purpose="to prove the consent under § 127 SGB IV",
            kept=KEPT_BY_LAW,
        ),
        PersonalData(
            table="allowance_declaration",
            column="person_id",
            purpose="to pay without tax what may be (§ 3 Nr. 26 EStG)",
            kept=KEPT_BY_LAW,
        ),
    ],
)  # fmt: skip
