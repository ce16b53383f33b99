"""The first administrator: made on the command line, where whoever has the machine stands (S-85)."""

from datetime import timedelta

from sqlalchemy import select

from lms.accounts.models import Account, RoleGrant
from lms.accounts.queries import account_by_email, roles_of
from lms.accounts.rules import folded
from lms.accounts.service.administration import new_account, open_link
from lms.audit.trail import record
from lms.db import links_of
from lms.kernel.actor import SYSTEM
from lms.kernel.rights import Identity
from lms.web.module import Around

LINK_VALID = timedelta(days=1)


async def create_administrator(
    around: Around, *, email: str, given_name: str, family_name: str
) -> str | None:
    """Make the first administrator and give the address that lets them in: once, within a day.

    Somebody who has an account already gets the role. May be repeated until an administrator has signed in for the first
    time; after that it does nothing and gives None.
    """
    address, now = folded(email), around.clock()
    async with around.begin() as session:
        arrived = await session.scalar(
            select(Account.id)
            .join(RoleGrant, RoleGrant.account_id == Account.id)
            .where(RoleGrant.role == Identity.ADMINISTRATOR, Account.signed_in_at.is_not(None))
            .limit(1)
        )
        if arrived is not None:
            return None
        found = await account_by_email(session, address)
        account, person = found or await new_account(session, address, given_name, family_name, at=now)
        if Identity.ADMINISTRATOR not in await roles_of(session, account.id):
            session.add(RoleGrant(account_id=account.id, role=Identity.ADMINISTRATOR))
            record(
                session, SYSTEM, "account.roles_changed", at=now, kind="account", object_id=account.id,
                person_id=person.id, after={"roles": [Identity.ADMINISTRATOR]}, reason="first administrator",
            )  # fmt: skip
        _, path = open_link(session, account, now + LINK_VALID, at=now)
        return links_of(session).absolute(path)
