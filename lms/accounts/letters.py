"""What we write to people about their account. These letters always go by e-mail, to the account's own address."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.web.letters import Addressee, write_letter

PASSWORD_CHANGED = N_("Your password was changed.")
SECOND_FACTOR_ADDED = N_("The second step of signing in was set up.")
SECOND_FACTOR_REMOVED = N_("The second step of signing in was removed.")
RECOVERY_CODES_MADE = N_("New emergency codes were made.")
RECOVERY_CODE_USED = N_("An emergency code was used to sign in.")
EMAIL_CHANGED = N_("The e-mail address of your account was changed.")
TOKEN_MADE = N_("An access token for programs was made.")


def holder(account: Account, person: Person, email: str = "") -> Addressee:
    """The person behind an account, at its address or at another."""
    return Addressee(email=email or account.email, language=person.language, name=person.name, id=person.id)


async def write_at_the_door(
    session: AsyncSession, template: str, to: Addressee, about: UUID, context: dict[str, Any], *, at: datetime
) -> None:
    """One of the letters that help somebody in, such as "sign_in_code"."""
    await write_letter(
        session, key=f"{template}:{about}", kind=template.replace("_", "-"), to=to,
        template=f"accounts/letters/{template}.md", context=context, about=("sign_in_code", about), at=at,
    )  # fmt: skip


async def tell_of_change(
    session: AsyncSession, account: Account, person: Person, what: str, *, at: datetime, also_to: str = ""
) -> None:
    """Tell the holder that something was changed by which people get in, so that a stranger's change is noticed (S-16)."""
    for address in {account.email, also_to or account.email}:
        await write_letter(
            session, key=f"account-changed:{uuid4()}", kind="account-changed", to=holder(account, person, address),
            template="accounts/letters/changed.md", context={"what": what, "at": at}, about=("account", account.id),
            at=at,
        )  # fmt: skip
