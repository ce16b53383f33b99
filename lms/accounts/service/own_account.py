"""Looking after one's own account: who one is, how one gets in, where one is signed in."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from lms.accounts import letters, passwords, rules
from lms.accounts.errors import (
    AccountExists,
    CodeUsedUp,
    CodeWrong,
    FreshFactorNeeded,
    SecondFactorWrong,
    UnknownScope,
)
from lms.accounts.letters import tell_of_change, write_at_the_door
from lms.accounts.limits import within
from lms.accounts.models import ApiToken, SignInCode
from lms.accounts.queries import account_by_email, account_of, roles_of
from lms.accounts.sealing import Sealer
from lms.accounts.second_factor import forget_second_factor, proposed_secret, replace_recovery_codes, step_of
from lms.accounts.sessions import Entry, Ticket, end_sessions, new_secret, renew
from lms.accounts.watch import Watch
from lms.audit.trail import record
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, SignInNeeded, Stale
from lms.kernel.rights import NEEDS_SECOND_FACTOR
from lms.kernel.tokens import hashed
from lms.messaging.models import AddressForm, Channel
from lms.people.ages import Gender
from lms.people.models import Person
from lms.people.rules import matching
from lms.web.letters import Addressee
from lms.web.module import Around

PREFIX = "lms_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What people may change about themselves; nothing else can be reached this way (S-05)."""

    given_name: str
    family_name: str
    phone: str | None
    street: str
    postal_code: str
    city: str
    language: str
    channel: Channel
    address_form: AddressForm = AddressForm.FORMAL
    gender: Gender | None = None


class OwnAccount:
    """What somebody may do about their own account; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.secret = around.settings.secret_values[0]
        self.sealer = Sealer(around.settings.secret_values)
        self.watch = Watch(self.secret)

    async def change_particulars(self, actor: Actor, new: Particulars, *, version: int) -> None:
        """Write down one's name and how one can be reached. Raises Stale when the page was older than the record."""
        ensure(actor.may_for(actor.person_id, "U", "person"), actor)
        async with self.begin() as session:
            person = await session.get(Person, actor.person_id, with_for_update=True)
            if person is None:
                raise NotFound
            if person.version != version:
                raise Stale
            changed = [name for name in Particulars.__slots__ if getattr(person, name) != getattr(new, name)]
            if not changed:
                return
            for name in changed:
                setattr(person, name, getattr(new, name))
            person.matching = matching(new.given_name, new.family_name)
            person.version += 1
            record(
                session, actor, "person.changed", at=self.clock(), kind="person", object_id=person.id,
                person_id=person.id, after={"changed": changed},
            )  # fmt: skip

    async def set_password(self, actor: Actor, entry: Entry, *, password: str) -> Ticket:
        """Take a new password; everybody else who is signed in to this account is out (S-10, S-14)."""
        self._ensure_fresh(actor, entry)
        passwords.check(password, has_second_factor=entry.has_second_factor, names=(actor.name, entry.email))
        kept = await passwords.hashed_password(password)
        return await self._change(
            actor, entry, "account.password_changed", letters.PASSWORD_CHANGED, password_hash=kept
        )

    def proposed_secret(self, entry: Entry) -> str:
        """The secret of the app that this browser is about to set up."""
        return proposed_secret(self.secret, entry.hash)

    async def set_up_second_factor(
        self, actor: Actor, entry: Entry, *, code: str
    ) -> tuple[Ticket, list[str]]:
        """Accept the app that shows this code, and give ten emergency codes to be shown once (S-12)."""
        self._ensure_fresh(actor, entry)
        await within(self.begin, self.clock, "sign-in", account=entry.account_id, address=actor.address)
        now, secret = self.clock(), self.proposed_secret(entry)
        step = step_of(secret, code, at=now)
        if step is None:
            raise SecondFactorWrong
        async with self.begin() as session:
            codes = await replace_recovery_codes(session, entry.account_id)
            account = await account_of(session, entry.account_id, lock=True)
            account.totp_secret, account.totp_step = self.sealer.seal(secret), step
            person = await session.get_one(Person, account.person_id)
            record(
                session, actor, "account.second_factor_set_up", at=now, kind="account", object_id=account.id,
                person_id=person.id,
            )  # fmt: skip
            await tell_of_change(session, account, person, letters.SECOND_FACTOR_ADDED, at=now)
            await end_sessions(session, account.id, but=entry.hash)
            ticket = await renew(session, entry.hash, at=now, second_factor_at=now)
        self.watch.noticed("second_factor_set_up", actor, account_id=entry.account_id)
        return _there(ticket), codes

    async def remove_second_factor(self, actor: Actor, entry: Entry) -> Ticket:
        """Do without the second factor, unless a role of the account needs one."""
        self._ensure_fresh(actor, entry)
        now = self.clock()
        async with self.begin() as session:
            account = await account_of(session, entry.account_id, lock=True)
            ensure(not NEEDS_SECOND_FACTOR & await roles_of(session, account.id))
            await forget_second_factor(session, account)
            person = await session.get_one(Person, account.person_id)
            record(
                session, actor, "account.second_factor_removed", at=now, kind="account", object_id=account.id,
                person_id=person.id,
            )  # fmt: skip
            await tell_of_change(session, account, person, letters.SECOND_FACTOR_REMOVED, at=now)
            await end_sessions(session, account.id, but=entry.hash)
            ticket = await renew(session, entry.hash, at=now)
        self.watch.noticed("second_factor_removed", actor, account_id=entry.account_id)
        return _there(ticket)

    async def new_recovery_codes(self, actor: Actor, entry: Entry) -> list[str]:
        """Ten new emergency codes, to be shown once; the old ones are void."""
        self._ensure_fresh(actor, entry)
        ensure(entry.has_second_factor)
        now = self.clock()
        async with self.begin() as session:
            account = await account_of(session, entry.account_id, lock=True)
            codes = await replace_recovery_codes(session, account.id)
            person = await session.get_one(Person, account.person_id)
            record(
                session, actor, "account.recovery_codes_made", at=now, kind="account", object_id=account.id,
                person_id=person.id,
            )  # fmt: skip
            await tell_of_change(session, account, person, letters.RECOVERY_CODES_MADE, at=now)
        return codes

    async def ask_for_new_email(self, actor: Actor, entry: Entry, *, email: str) -> str:
        """Mail a code to the address that is to become the account's; gives the secret that binds it to this browser."""
        self._ensure_fresh(actor, entry)
        address = rules.folded(email)
        await within(self.begin, self.clock, "mail", account=address, address=actor.address)
        browser, now = new_secret(), self.clock()
        code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}}"
        row = SignInCode(
            email=address, browser_hash=hashed(browser), code_hash=hashed(f"{browser}:{code}"),
            link_hash=hashed(new_secret()), created_at=now, expires_at=now + rules.CODE_VALID,
            account_id=entry.account_id,
        )  # fmt: skip
        async with self.begin() as session:
            session.add(row)
            person = await session.get_one(Person, actor.person_id)
            to = Addressee(email=email.strip(), language=person.language, name=person.name, id=person.id)
            await write_at_the_door(
                session, "new_address", to, row.id, {"code": f"{code[:4]} {code[4:]}"}, at=now
            )
        return browser

    async def take_new_email(self, actor: Actor, entry: Entry, *, browser: str, code: str) -> Ticket:
        """Make the proved address the account's. Old and new address are told (S-16). A wrong code costs one of five tries."""
        self._ensure_fresh(actor, entry)
        now, digits = self.clock(), "".join(sign for sign in code if sign.isdigit())
        async with self.begin() as session:
            newest = (
                select(SignInCode.id)
                .where(SignInCode.browser_hash == hashed(browser), SignInCode.account_id == entry.account_id)
                .order_by(SignInCode.created_at.desc())
                .limit(1)
                .scalar_subquery()
            )
            row = (
                await session.scalars(
                    update(SignInCode)
                    .where(SignInCode.id == newest, SignInCode.tries < rules.CODE_TRIES)
                    .where(SignInCode.used_at.is_(None), SignInCode.expires_at > now)
                    .values(tries=SignInCode.tries + 1)
                    .returning(SignInCode)
                )
            ).first()
            is_right = row is not None and hmac.compare_digest(row.code_hash, hashed(f"{browser}:{digits}"))
            if row is not None and is_right:
                row.used_at = now
                return await self._move(session, actor, entry, row.email)
        raise CodeWrong if row and row.tries < rules.CODE_TRIES else CodeUsedUp

    async def sign_out_everywhere(self, actor: Actor) -> int:
        """End every session of the account, this one as well; says how many there were."""
        ensure(actor.account_id is not None, actor)
        assert actor.account_id is not None  # noqa: S101 - said for the type checker
        async with self.begin() as session:
            ended = await end_sessions(session, actor.account_id)
        self.watch.noticed("signed_out_everywhere", actor, account_id=actor.account_id, sessions=ended)
        return ended

    async def make_token(
        self, actor: Actor, entry: Entry, *, name: str, scopes: frozenset[tuple[str, str]], days: int
    ) -> str:
        """A personal access token, to be shown once: 256 random bits, kept as a hash, for at most a year (S-18)."""
        self._ensure_fresh(actor, entry)
        if not scopes or not all(actor.may(act, resource) for act, resource in scopes):
            raise UnknownScope
        value, now = PREFIX + new_secret(), self.clock()
        ends_at = now + min(timedelta(days=days), rules.LONGEST_TOKEN)
        written = " ".join(sorted(f"{act}:{resource}" for act, resource in scopes))
        async with self.begin() as session:
            token = ApiToken(
                account_id=entry.account_id, hash=hashed(value), name=name, scopes=written, created_at=now,
                expires_at=ends_at,
            )  # fmt: skip
            session.add(token)
            account = await account_of(session, entry.account_id)
            person = await session.get_one(Person, account.person_id)
            record(
                session, actor, "token.made", at=now, kind="api_token", object_id=token.id, person_id=person.id,
                after={"scopes": written, "expires_at": ends_at.isoformat()},
            )  # fmt: skip
            await tell_of_change(session, account, person, letters.TOKEN_MADE, at=now)
        return value

    async def revoke_token(self, actor: Actor, *, token_id: UUID) -> None:
        """Make one's own token open nothing from now on. Somebody else's is NotFound."""
        now = self.clock()
        async with self.begin() as session:
            token = await session.get(ApiToken, token_id, with_for_update=True)
            if token is None or actor.account_id is None or token.account_id != actor.account_id:
                raise NotFound
            if token.revoked_at is None:
                token.revoked_at = now
                record(
                    session, actor, "token.revoked", at=now, kind="api_token", object_id=token.id,
                    person_id=actor.person_id,
                )  # fmt: skip

    def _ensure_fresh(self, actor: Actor, entry: Entry) -> None:
        if not rules.is_fresh(entry.proved_at, self.clock()) or actor.account_id != entry.account_id:
            raise FreshFactorNeeded

    async def _change(self, actor: Actor, entry: Entry, action: str, what: str, **values: Any) -> Ticket:
        now = self.clock()
        async with self.begin() as session:
            account = await account_of(session, entry.account_id, lock=True)
            for name, value in values.items():
                setattr(account, name, value)
            person = await session.get_one(Person, account.person_id)
            record(session, actor, action, at=now, kind="account", object_id=account.id, person_id=person.id)
            await tell_of_change(session, account, person, what, at=now)
            await end_sessions(session, account.id, but=entry.hash)
            ticket = await renew(session, entry.hash, at=now)
        self.watch.noticed(action, actor, account_id=entry.account_id)
        return _there(ticket)

    async def _move(self, session: Any, actor: Actor, entry: Entry, email: str) -> Ticket:
        now = self.clock()
        if await account_by_email(session, email) is not None:
            raise AccountExists
        account = await account_of(session, entry.account_id, lock=True)
        person = await session.get_one(Person, account.person_id)
        old, account.email, person.email = account.email, email, email
        person.version += 1
        record(
            session, actor, "account.email_changed", at=now, kind="account", object_id=account.id,
            person_id=person.id,
        )  # fmt: skip
        await tell_of_change(session, account, person, letters.EMAIL_CHANGED, at=now, also_to=old)
        await end_sessions(session, account.id, but=entry.hash)
        self.watch.noticed("email_changed", actor, account_id=account.id)
        return _there(await renew(session, entry.hash, at=now))


def _there(ticket: Ticket | None) -> Ticket:
    """The ticket; raises SignInNeeded when the session was ended meanwhile from somewhere else."""
    if ticket is None:
        raise SignInNeeded
    return ticket
