"""Looking after the accounts of others: for administrators, and never for one's own rights (S-08)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts import letters, rules
from lms.accounts.errors import AccountExists, FreshFactorNeeded, LastAdministrator, OwnRole
from lms.accounts.letters import holder, write_at_the_door
from lms.accounts.limits import within
from lms.accounts.models import Account, ApiToken, RoleGrant, SignInCode
from lms.accounts.queries import account_by_email, account_of, holders_of, roles_of
from lms.accounts.second_factor import forget_second_factor
from lms.accounts.sessions import Entry, end_sessions, new_secret
from lms.accounts.watch import Watch
from lms.audit.trail import record
from lms.kernel.actor import Actor, ensure
from lms.kernel.rights import NEEDS_SECOND_FACTOR, Identity
from lms.kernel.tokens import hashed
from lms.people.models import Person
from lms.people.rules import matching
from lms.web.language import current_language
from lms.web.module import Around

ROLES = tuple(identity for identity in Identity if identity in NEEDS_SECOND_FACTOR)
INVITATION_VALID = timedelta(days=14)  # S-18


class Administration:
    """What administrators may do about accounts; every public method is one transaction and leaves a trace."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.watch = Watch(around.settings.secret_values[0])

    async def open_account(
        self,
        actor: Actor,
        entry: Entry,
        *,
        email: str,
        given_name: str,
        family_name: str,
        roles: frozenset[Identity],
    ) -> UUID:
        """Open an account for somebody of the team and invite them by mail. Raises AccountExists."""
        ensure(actor.may_for_all("administer", "account"), actor)
        self._ensure_fresh(entry)
        address, now = rules.folded(email), self.clock()
        async with self.begin() as session:
            if await account_by_email(session, address) is not None:
                raise AccountExists
            account, person = await new_account(session, address, given_name, family_name, at=now)
            for role in sorted(roles & NEEDS_SECOND_FACTOR):
                session.add(RoleGrant(account_id=account.id, role=role))
            record(
                session, actor, "account.opened", at=now, kind="account", object_id=account.id, person_id=person.id,
                after={"roles": sorted(roles & NEEDS_SECOND_FACTOR)},
            )  # fmt: skip
            await invite(session, account, person, at=now)
        self.watch.noticed("account_opened", actor, account_id=account.id)
        return account.id

    async def set_roles(
        self, actor: Actor, entry: Entry, *, account_id: UUID, roles: frozenset[Identity], reason: str = ""
    ) -> None:
        """Give exactly these roles. The account's sessions end, so that the next one begins with its new rights (S-10).

        The last administrator stays one.
        """
        wanted = roles & NEEDS_SECOND_FACTOR
        async with self.begin() as session:
            account, before = await self._whose(session, actor, entry, account_id)
            if wanted == before:
                return
            if Identity.ADMINISTRATOR in before - wanted:
                await self._ensure_another_administrator(session, account_id)
            await session.execute(
                delete(RoleGrant).where(
                    RoleGrant.account_id == account_id, RoleGrant.role.in_(before - wanted)
                )
            )
            session.add_all(RoleGrant(account_id=account_id, role=role) for role in wanted - before)
            await end_sessions(session, account_id)
            record(
                session, actor, "account.roles_changed", at=self.clock(), kind="account", object_id=account_id,
                person_id=account.person_id, before={"roles": sorted(before)}, after={"roles": sorted(wanted)},
                reason=reason,
            )  # fmt: skip
        self.watch.noticed("roles_changed", actor, account_id=account_id, roles=sorted(wanted))

    async def lock(self, actor: Actor, entry: Entry, *, account_id: UUID, reason: str) -> None:
        """Let nobody in with this account any more, from this moment on."""
        async with self.begin() as session:
            account, roles = await self._whose(session, actor, entry, account_id)
            if Identity.ADMINISTRATOR in roles:
                await self._ensure_another_administrator(session, account_id)
            if account.locked_at is None:
                account.locked_at = self.clock()
                await end_sessions(session, account.id)
                self._trace(session, actor, "account.locked", account, reason=reason)

    async def unlock(self, actor: Actor, entry: Entry, *, account_id: UUID, reason: str) -> None:
        """Let the account be used again."""
        async with self.begin() as session:
            account, _ = await self._whose(session, actor, entry, account_id)
            if account.locked_at is not None:
                account.locked_at = None
                self._trace(session, actor, "account.unlocked", account, reason=reason)

    async def end_sessions(self, actor: Actor, *, account_id: UUID) -> int:
        """Sign the account out everywhere and void its tokens; says in how many browsers it was."""
        ensure(actor.may_for_all("administer", "account"), actor)
        now = self.clock()
        async with self.begin() as session:
            account = await account_of(session, account_id, lock=True)
            ended = await end_sessions(session, account.id)
            tokens = (
                await session.scalars(
                    select(ApiToken).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
                )
            ).all()
            for token in tokens:
                token.revoked_at = now
            self._trace(
                session,
                actor,
                "account.sessions_ended",
                account,
                after={"sessions": ended, "tokens": len(tokens)},
            )
        return ended

    async def remove_second_factor(
        self, actor: Actor, entry: Entry, *, account_id: UUID, reason: str
    ) -> None:
        """For somebody who has lost telephone and emergency codes: the next sign-in sets up a new second factor."""
        async with self.begin() as session:
            account, _ = await self._whose(session, actor, entry, account_id)
            if account.totp_secret is None:
                return
            await forget_second_factor(session, account)
            await end_sessions(session, account.id)
            person = await session.get_one(Person, account.person_id)
            await letters.tell_of_change(
                session, account, person, letters.SECOND_FACTOR_REMOVED, at=self.clock()
            )
            self._trace(session, actor, "account.second_factor_removed", account, reason=reason)

    async def send_link(self, actor: Actor, *, account_id: UUID) -> None:
        """Mail the person a link that lets them in: once, for 14 days, to the address of the account alone (S-18)."""
        ensure(actor.may_for_all("link", "account"), actor)
        async with self.begin.reading() as session:
            email = (await account_of(session, account_id)).email
        await within(self.begin, self.clock, "mail", account=email)
        async with self.begin() as session:
            account = await account_of(session, account_id)
            ensure(account.locked_at is None)
            person = await session.get_one(Person, account.person_id)
            await invite(session, account, person, at=self.clock())
            self._trace(session, actor, "account.link_sent", account)

    async def _whose(
        self, session: AsyncSession, actor: Actor, entry: Entry, account_id: UUID
    ) -> tuple[Account, frozenset[Identity]]:
        """The account that is to be changed, locked, with its roles; never one's own, never without a fresh factor (S-16)."""
        ensure(actor.may_for_all("administer", "account"), actor)
        self._ensure_fresh(entry)
        if account_id == actor.account_id:
            raise OwnRole
        account = await account_of(session, account_id, lock=True)
        return account, await roles_of(session, account.id)

    def _ensure_fresh(self, entry: Entry) -> None:
        if not rules.is_fresh(entry.proved_at, self.clock()):
            raise FreshFactorNeeded

    @staticmethod
    async def _ensure_another_administrator(session: AsyncSession, account_id: UUID) -> None:
        if not await holders_of(session, Identity.ADMINISTRATOR) - {account_id}:
            raise LastAdministrator

    def _trace(
        self,
        session: AsyncSession,
        actor: Actor,
        action: str,
        account: Account,
        *,
        reason: str = "",
        after: dict[str, int] | None = None,
    ) -> None:
        record(
            session, actor, action, at=self.clock(), kind="account", object_id=account.id,
            person_id=account.person_id, after=dict(after or {}), reason=reason,
        )  # fmt: skip
        self.watch.noticed(action, actor, account_id=account.id)


async def new_account(
    session: AsyncSession, email: str, given_name: str, family_name: str, *, at: datetime
) -> tuple[Account, Person]:
    """A person and their account, for whoever has neither yet."""
    person = Person(
        given_name=given_name, family_name=family_name, matching=matching(given_name, family_name), created_at=at,
        email=email, language=current_language(),
    )  # fmt: skip
    session.add(person)
    await session.flush()
    account = Account(person_id=person.id, email=email, created_at=at)
    session.add(account)
    await session.flush()
    return account, person


async def invite(session: AsyncSession, account: Account, person: Person, *, at: datetime) -> None:
    """Mail the person a link that lets them into this account."""
    row, path = open_link(session, account, at + INVITATION_VALID, at=at)
    context = {"path": path, "until": row.expires_at}
    await write_at_the_door(session, "invitation", holder(account, person), row.id, context, at=at)


def open_link(
    session: AsyncSession, account: Account, expires_at: datetime, *, at: datetime
) -> tuple[SignInCode, str]:
    """A link that any browser may use once: whoever reads the mail of this address."""
    link = new_secret()
    row = SignInCode(
        email=account.email, browser_hash="", code_hash="", link_hash=hashed(link), created_at=at,
        expires_at=expires_at,
    )  # fmt: skip
    session.add(row)
    return row, f"/einloggen/link/{link}"
