"""Proving who one is beyond the first step: the second factor, the fresh proof before delicate acts; and leaving."""

from sqlalchemy import delete

from lms.accounts import letters, rules
from lms.accounts.errors import CredentialsWrong, SecondFactorWrong
from lms.accounts.limits import within
from lms.accounts.models import BrowserSession
from lms.accounts.passwords import fits
from lms.accounts.queries import account_of, roles_of
from lms.accounts.sealing import Sealer
from lms.accounts.second_factor import Given, give_second_factor
from lms.accounts.sessions import Entry, Ticket, renew
from lms.accounts.watch import Watch
from lms.kernel.actor import Actor
from lms.kernel.errors import SignInNeeded
from lms.people.models import Person
from lms.web.module import Around


class Proving:
    """What somebody can do who is in, or half in; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.sealer = Sealer(around.settings.secret_values)
        self.watch = Watch(around.settings.secret_values[0])

    async def give_second_factor(self, actor: Actor, entry: Entry, *, code: str) -> Ticket:
        """Accept a code of the app, or one of the emergency codes, each once (S-12). The browser gets a new id."""
        await within(self.begin, self.clock, "sign-in", account=entry.account_id, address=actor.address)
        now = self.clock()
        async with self.begin() as session:
            account = await account_of(session, entry.account_id, lock=True)
            given = await give_second_factor(session, account, code, self.sealer, at=now)
            ticket = None
            if given is not Given.WRONG:
                ticket = await renew(session, entry.hash, at=now, second_factor_at=now)
            if given is Given.EMERGENCY:
                person = await session.get_one(Person, account.person_id)
                await letters.tell_of_change(session, account, person, letters.RECOVERY_CODE_USED, at=now)
        if given is Given.WRONG:
            self.watch.noticed("second_factor_failed", actor, account_id=entry.account_id)
            raise SecondFactorWrong
        if ticket is None:
            raise SignInNeeded
        self.watch.noticed("second_factor_given", actor, account_id=entry.account_id, means=given.value)
        return ticket

    async def confirm_password(self, actor: Actor, entry: Entry, *, password: str) -> Ticket:
        """Prove once more who one is, by password, for accounts without a second factor (S-16)."""
        await within(self.begin, self.clock, "sign-in", account=entry.account_id, address=actor.address)
        async with self.begin.reading() as session:
            account = await account_of(session, entry.account_id)
        if account.totp_secret is not None or not await fits(password, account.password_hash):
            self.watch.noticed("sign_in_failed", actor, account_id=entry.account_id, means="confirmation")
            raise CredentialsWrong
        now = self.clock()
        async with self.begin() as session:
            ticket = await renew(session, entry.hash, at=now, signed_in_at=now)
        if ticket is None:
            raise SignInNeeded
        return ticket

    async def sign_out(self, actor: Actor, entry: Entry) -> None:
        """End the session of this browser; its cookie opens nothing from now on."""
        async with self.begin() as session:
            await session.execute(delete(BrowserSession).where(BrowserSession.hash == entry.hash))
        self.watch.noticed("signed_out", actor, account_id=entry.account_id)

    async def landing(self, entry: Entry, next_path: str = "") -> str:
        """Where somebody goes on to who is in: where they wanted to go, else where their roles have their work."""
        async with self.begin.reading() as session:
            return rules.own_path(next_path) or rules.landing(await roles_of(session, entry.account_id))
