"""The table of contents of `debits`, for app.py."""

from datetime import timedelta

from lms.debits.by_hand import DebitsByHand
from lms.debits.collecting import DebitFiles
from lms.debits.events import (
    DebitAnnounced,
    DebitCalledOff,
    DebitMandateChanged,
    DebitMandateEnded,
    DebitMandateGiven,
    DebitReturned,
)
from lms.debits.letters import (
    announce_debit,
    confirm_change,
    confirm_end,
    confirm_mandate,
    tell_called_off,
    tell_return,
)
from lms.debits.mandates import DebitMandates
from lms.debits.returns import DebitReturns
from lms.debits.rule_setting import CollectionRules
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module

ANNOUNCING = timedelta(hours=1)
LAPSING = timedelta(days=1)


def _announce(around: Around) -> Periodic:
    files = DebitFiles(around)

    async def act() -> None:
        await files.announce_due()

    return Periodic("announce-debits", ANNOUNCING, act)


def _lapse(around: Around) -> Periodic:
    mandates = DebitMandates(around)

    async def act() -> None:
        await mandates.let_lapse()

    return Periodic("lapse-debit-mandates", LAPSING, act)


MODULE = Module(
    name="debits",
    services={
        "debit_mandates": DebitMandates,
        "debit_files": DebitFiles,
        "debit_returns": DebitReturns,
        "debits_by_hand": DebitsByHand,
        "collection_rules": CollectionRules,
    },
    listeners={
        DebitMandateGiven: [confirm_mandate],
        DebitMandateChanged: [confirm_change],
        DebitMandateEnded: [confirm_end],
        DebitAnnounced: [announce_debit],
        DebitCalledOff: [tell_called_off],
        DebitReturned: [tell_return],
    },
    periodic=[_announce, _lapse],
    personal_data=[
        PersonalData(
            "debit_mandate",
            "person_id",
            "who lets us collect from which account",
            "eight years after the end of the year of the last collection (§ 147 AO)",
        ),
    ],
)
