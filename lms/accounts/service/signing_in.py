"""Getting in, by a mailed code or link, or by password; a new account on the way."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts import rules
from lms.accounts.errors import (
    CodeUsedUp,
    CodeWrong,
    CredentialsWrong,
    LinkUsedUp,
    OtherBrowser,
)
from lms.accounts.letters import holder, write_at_the_door
from lms.accounts.limits import within
from lms.accounts.models import Account, BrowserSession, SignInCode
from lms.accounts.passwords import fits, hashed_password, needs_new_hash
from lms.accounts.queries import account_by_email, account_of, roles_of
from lms.accounts.sessions import Ticket, new_secret, open_session
from lms.accounts.watch import Watch
from lms.audit.trail import record, shortened
from lms.db import retried
from lms.kernel.actor import Actor
from lms.kernel.rights import NEEDS_SECOND_FACTOR
from lms.kernel.tokens import hashed
from lms.people.models import Person
from lms.people.rules import matching
from lms.web.language import current_language
from lms.web.letters import Addressee
from lms.web.module import Around


class Missing(StrEnum):
    """What still stands between somebody and the inside."""

    NOTHING = ""
    NAME = "name"
    SECOND_FACTOR = "second factor"
    SECOND_FACTOR_SET_UP = "second factor to be set up"


class LinkState(StrEnum):
    """What would happen if the button behind a mailed link were pressed now."""

    READY = "ready"
    OTHER_BROWSER = "other browser"
    USED_UP = "used up"


@dataclass(frozen=True, slots=True)
class Admitted:
    """The outcome of a proof: a ticket for the browser, what is missing yet, and where the person wanted to go."""

    ticket: Ticket | None
    missing: Missing
    next_path: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """What is known about the browser at the door: the secret of its `asking` cookie, its name, its present session."""

    secret: str = ""
    browser: str = ""
    session_hash: str = ""


class SigningIn:
    """What somebody can do at the door; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.watch = Watch(around.settings.secret_values[0])

    @retried
    async def ask(self, actor: Actor, *, email: str, next_path: str = "", stays: bool = False) -> str:
        """Mail a code and a link, and give the secret that binds both to this browser (S-13).

        An address nobody has takes the same way and gets a letter, too: the answer does not tell who is known (S-17).
        """
        address = rules.folded(email)
        await within(self.begin, self.clock, "mail", account=address, address=actor.address)
        browser, link = new_secret(), new_secret()
        code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}}"
        now = self.clock()
        row = SignInCode(
            email=address, browser_hash=hashed(browser), code_hash=hashed(f"{browser}:{code}"), link_hash=hashed(link),
            created_at=now, expires_at=now + rules.CODE_VALID, next_path=next_path, stays=stays,
        )  # fmt: skip
        async with self.begin() as session:
            session.add(row)
            found = await account_by_email(session, address)
            template, to = "no_account", Addressee(email=email.strip(), language=current_language())
            if found is not None:
                template, to = "sign_in_code", holder(*found)
                if found[0].locked_at is not None:
                    template = "locked"
            context = {"code": f"{code[:4]} {code[4:]}", "path": f"/einloggen/link/{link}"}
            await write_at_the_door(session, template, to, row.id, context, at=now)
        self.watch.noticed("sign_in_asked", actor, email=address)
        return browser

    async def asked_for(self, visitor: Visitor) -> str:
        """The address for which this browser asked last and may still type a code; empty when there is none."""
        async with self.begin.reading() as session:
            return (
                await session.scalar(
                    select(SignInCode.email)
                    .where(SignInCode.browser_hash == hashed(visitor.secret), SignInCode.account_id.is_(None))
                    .where(SignInCode.used_at.is_(None), SignInCode.expires_at > self.clock())
                    .order_by(SignInCode.created_at.desc())
                    .limit(1)
                )
                or ""
            )

    @retried
    async def enter_code(self, actor: Actor, visitor: Visitor, *, code: str) -> Admitted:
        """Let in whoever types the newest code that this browser asked for. A wrong one costs one of five tries."""
        await within(self.begin, self.clock, "sign-in", account=hashed(visitor.secret), address=actor.address)
        digits = "".join(sign for sign in code if sign.isdigit())
        async with self.begin() as session:
            row = await self._take_a_try(session, visitor)
            expected = row.code_hash if row else ""
            if row and hmac.compare_digest(expected, hashed(f"{visitor.secret}:{digits}")):
                return await self._welcome(session, actor, visitor, row)
        # the try stays counted: the refusal comes after the transaction
        self.watch.noticed("sign_in_failed", actor, email=row.email if row else "", means="code")
        raise CodeWrong if row and row.tries < rules.CODE_TRIES else CodeUsedUp

    async def link_state(self, visitor: Visitor, *, token: str) -> LinkState:
        """What a mailed link would do in this browser. Looking changes nothing: mail scanners look, too (S-13)."""
        async with self.begin.reading() as session:
            row = await _row_of_link(session, token)
        if row is None or not _is_open(row, self.clock()):
            return LinkState.USED_UP
        return LinkState.READY if _is_bound_to(row, visitor) else LinkState.OTHER_BROWSER

    @retried
    async def enter_link(self, actor: Actor, visitor: Visitor, *, token: str) -> Admitted:
        """Let in whoever presses the button behind a link, in the browser that asked for it."""
        await within(self.begin, self.clock, "sign-in", address=actor.address)
        async with self.begin() as session:
            row = await _row_of_link(session, token, lock=True)
            if row is None or not _is_open(row, self.clock()):
                raise LinkUsedUp
            if not _is_bound_to(row, visitor):
                raise OtherBrowser
            return await self._welcome(session, actor, visitor, row)

    async def enter_password(
        self,
        actor: Actor,
        visitor: Visitor,
        *,
        email: str,
        password: str,
        next_path: str = "",
        stays: bool = False,
    ) -> Admitted:
        """Let in whoever knows the password. Unknown, locked and wrong are one and the same from outside (S-17)."""
        address = rules.folded(email)
        await within(self.begin, self.clock, "sign-in", account=address, address=actor.address)
        async with self.begin.reading() as session:
            found = await account_by_email(session, address)
        kept = found[0].password_hash if found else None
        if not await fits(password, kept) or found is None or found[0].locked_at is not None:
            self.watch.noticed("sign_in_failed", actor, email=address, means="password")
            raise CredentialsWrong
        renewed = await hashed_password(password) if kept and needs_new_hash(kept) else kept
        async with self.begin() as session:
            account = await account_of(session, found[0].id, lock=True)
            if account.password_hash == kept:
                account.password_hash = renewed
            return await self._let_in(session, actor, visitor, account, stays=stays, next_path=next_path)

    @retried
    async def register(
        self, actor: Actor, visitor: Visitor, *, given_name: str, family_name: str
    ) -> Admitted:
        """Open an account for an address that was just proved.

        Somebody who is in the register under this name and address already, from an enrolment by phone, gets that
        record: the name alone would not be enough, the proved address is.
        """
        now = self.clock()
        async with self.begin() as session:
            row = await session.scalar(
                select(SignInCode)
                .where(SignInCode.browser_hash == hashed(visitor.secret), SignInCode.proved_at.is_not(None))
                .where(SignInCode.used_at.is_(None), SignInCode.expires_at > now)
                .order_by(SignInCode.created_at.desc())
                .limit(1)
                .with_for_update()
            )
            if row is None:
                raise CodeUsedUp
            row.used_at = now
            known = await account_by_email(session, row.email)
            account = (
                known[0]
                if known
                else await self._open_account(session, actor, row.email, given_name, family_name)
            )
            return await self._let_in(
                session, actor, visitor, account, stays=row.stays, next_path=row.next_path
            )

    async def _take_a_try(self, session: AsyncSession, visitor: Visitor) -> SignInCode | None:
        newest = (
            select(SignInCode.id)
            .where(SignInCode.browser_hash == hashed(visitor.secret), SignInCode.account_id.is_(None))
            .order_by(SignInCode.created_at.desc())
            .limit(1)
            .scalar_subquery()
        )
        taken = await session.scalars(
            update(SignInCode)
            .where(SignInCode.id == newest, SignInCode.tries < rules.CODE_TRIES)
            .where(SignInCode.used_at.is_(None), SignInCode.proved_at.is_(None))
            .where(SignInCode.expires_at > self.clock())
            .values(tries=SignInCode.tries + 1)
            .returning(SignInCode)
        )
        return taken.first()

    async def _welcome(
        self, session: AsyncSession, actor: Actor, visitor: Visitor, row: SignInCode
    ) -> Admitted:
        """The address is proved: in with its account, or on to the question for the name."""
        now = self.clock()
        found = await account_by_email(session, row.email)
        if found is None:
            row.proved_at, row.expires_at = now, now + rules.REGISTRATION_OPEN
            return Admitted(None, Missing.NAME, row.next_path)
        if found[0].locked_at is not None:
            raise CodeUsedUp
        row.used_at = now
        return await self._let_in(session, actor, visitor, found[0], stays=row.stays, next_path=row.next_path)

    async def _let_in(
        self,
        session: AsyncSession,
        actor: Actor,
        visitor: Visitor,
        account: Account,
        *,
        stays: bool,
        next_path: str,
    ) -> Admitted:
        now, roles = self.clock(), await roles_of(session, account.id)
        if visitor.session_hash:
            await session.execute(delete(BrowserSession).where(BrowserSession.hash == visitor.session_hash))
        stays = stays and rules.may_stay(roles)
        ticket = open_session(
            session, account.id, rules.session_limits(roles, stays=stays, settings=self.settings), at=now, stays=stays,
            browser=visitor.browser, address=shortened(actor.address),
        )  # fmt: skip
        account.signed_in_at = now
        missing = Missing.NOTHING
        if account.totp_secret is not None:
            missing = Missing.SECOND_FACTOR
        elif roles & NEEDS_SECOND_FACTOR:
            missing = Missing.SECOND_FACTOR_SET_UP
        self.watch.noticed("signed_in", actor, account_id=account.id)
        return Admitted(ticket, missing, rules.own_path(next_path) or rules.landing(roles))

    async def _open_account(
        self, session: AsyncSession, actor: Actor, email: str, given_name: str, family_name: str
    ) -> Account:
        now, name = self.clock(), matching(given_name, family_name)
        known = (
            await session.scalars(
                select(Person)
                .outerjoin(Account, Account.person_id == Person.id)
                .where(
                    Person.email == email,
                    Person.matching == name,
                    Person.merged_into_id.is_(None),
                    Account.id.is_(None),
                )
                .limit(2)
            )
        ).all()
        person = known[0] if len(known) == 1 else None
        if person is None:
            person = Person(
                given_name=given_name, family_name=family_name, matching=name, created_at=now, email=email,
                language=current_language(),
            )  # fmt: skip
            session.add(person)
            await session.flush()
        account = Account(person_id=person.id, email=email, created_at=now)
        session.add(account)
        await session.flush()
        record(
            session, actor, "account.opened", at=now, kind="account", object_id=account.id, person_id=person.id
        )  # fmt: skip
        return account


async def _row_of_link(session: AsyncSession, token: str, *, lock: bool = False) -> SignInCode | None:
    wanted = select(SignInCode).where(SignInCode.link_hash == hashed(token), SignInCode.account_id.is_(None))
    return (await session.scalars(wanted.with_for_update() if lock else wanted)).first()


def _is_open(row: SignInCode, now: datetime) -> bool:
    return row.used_at is None and row.expires_at > now


def _is_bound_to(row: SignInCode, visitor: Visitor) -> bool:
    """Whether this browser asked for it. An invitation is bound to the address alone (S-18)."""
    return not row.browser_hash or hmac.compare_digest(row.browser_hash, hashed(visitor.secret))


async def forget_old_codes(around: Around) -> None:
    """Delete codes and sessions that are over."""
    now = around.clock()
    async with around.begin() as session:
        await session.execute(delete(SignInCode).where(SignInCode.expires_at < now))
        await session.execute(delete(BrowserSession).where(BrowserSession.ends_at < now))
