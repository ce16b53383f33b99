"""The table of contents of `honoraria`, for app.py."""

from datetime import timedelta

from lms.honoraria.contracts.drawing import DRAW, RECORD, drawer, have_it_recorded, recorder
from lms.honoraria.contracts.events import ContractAccepted, ContractWithdrawn
from lms.honoraria.contracts.letters import tell_withdrawn
from lms.honoraria.contracts.outdating import follow_sessions, follow_trainers
from lms.honoraria.contracts.service import Contracts
from lms.honoraria.rates.service import FeeRates
from lms.honoraria.standing.service import StatusFiles
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


MODULE = Module(
    name="honoraria",
    services={"fee_rates": FeeRates, "contracts": Contracts, "status_files": StatusFiles},
    listeners={
        ContractAccepted: [have_it_recorded],
        ContractWithdrawn: [tell_withdrawn],
        SessionsChanged: [follow_sessions],
        TrainersChanged: [follow_trainers],
    },
    tasks={DRAW: drawer, RECORD: recorder},
    periodic=[_reminding],
    personal_data=[
        PersonalData(
            table="run_fee",
            column="person_id",
            purpose="to pay what was agreed for a run",
            kept="as long as the run is kept",
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
)
