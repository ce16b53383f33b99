"""The table of contents of `accounts`, for app.py."""

from datetime import timedelta

from lms.accounts.idempotency import forget_old_keys
from lms.accounts.limits import forget_old_windows
from lms.accounts.pages.administration import AccountPages
from lms.accounts.pages.own import OwnPages
from lms.accounts.pages.proof import ProofPages
from lms.accounts.pages.sign_in import DoorPages
from lms.accounts.pages.tokens import TokenPages
from lms.accounts.service.administration import Administration
from lms.accounts.service.own_account import OwnAccount
from lms.accounts.service.proving import Proving
from lms.accounts.service.signing_in import SigningIn, forget_old_codes
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module

HOUR = timedelta(hours=1)


async def forget(around: Around) -> None:
    """Delete what the door no longer needs: windows, codes, sessions and keys that are over."""
    await forget_old_windows(around.begin, around.clock)
    await forget_old_codes(around)
    await forget_old_keys(around.begin, around.clock)


MODULE = Module(
    name="accounts",
    controllers=[DoorPages, ProofPages, OwnPages, TokenPages, AccountPages],
    services={
        "signing_in": SigningIn,
        "proving": Proving,
        "own_account": OwnAccount,
        "administration": Administration,
    },
    periodic=[lambda around: Periodic("forget-at-the-door", HOUR, lambda: forget(around))],
    personal_data=[
        PersonalData(
            table="account",
            column="person_id",
            purpose="to sign in, and to know who may do what",
            kept="until the account is deleted; asked first after three years without use",
        )
    ],
)
