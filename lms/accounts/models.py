"""Accounts and everything that proves who somebody is. Secrets are stored as hashes, or encrypted where they must be read."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Row
from lms.kernel.rights import Identity


class Account(Row):
    """A way to sign in. `email` is folded to lower case; `totp_step` is the last time step used, so that none is used twice."""

    __tablename__ = "account"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    email: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    password_hash: Mapped[str | None] = mapped_column(default=None)
    totp_secret: Mapped[str | None] = mapped_column(default=None)
    totp_step: Mapped[int] = mapped_column(default=0)
    signed_in_at: Mapped[datetime | None] = mapped_column(default=None)
    locked_at: Mapped[datetime | None] = mapped_column(default=None)


class RoleGrant(Row):
    """One role of one account."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("account_id", "role"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    role: Mapped[Identity]


class RecoveryCode(Row):
    """One of ten codes that replace the second factor once (S-12)."""

    __tablename__ = "recovery_code"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    hash: Mapped[str]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class BrowserSession(Base):
    """A signed-in browser. The key is the SHA-256 of the cookie's 256 random bits (S-10).

    `stays` means that the person asked to stay signed in beyond the closing of the browser.
    """

    __tablename__ = "browser_session"

    hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    idle_minutes: Mapped[int]
    stays: Mapped[bool] = mapped_column(default=False)
    second_factor_at: Mapped[datetime | None] = mapped_column(default=None)
    browser: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")


class SignInCode(Row):
    """A mailed code and link, bound to the browser that asked, used once (S-13).

    `proved_at` is when the address was shown to be the reader's although no account has it yet; with `account_id` the
    address is to become this account's. `next_path` and `stays` are what the browser wished for when it asked.
    """

    __tablename__ = "sign_in_code"

    email: Mapped[str] = mapped_column(index=True)
    browser_hash: Mapped[str]
    code_hash: Mapped[str]
    link_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    proved_at: Mapped[datetime | None] = mapped_column(default=None)
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), default=None
    )
    next_path: Mapped[str] = mapped_column(default="")
    stays: Mapped[bool] = mapped_column(default=False)


class ApiToken(Row):
    """A personal access token (S-18); `scopes` is a space-separated subset of what the account may do."""

    __tablename__ = "api_token"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class RateWindow(Base):
    """How often something was done in one window of time; shared by all processes (S-40)."""

    __tablename__ = "rate_window"

    key: Mapped[str] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class IdempotencyKey(Base):
    """The answer given to a keyed request, kept seven days (S-71)."""

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    result_id: Mapped[UUID | None] = mapped_column(default=None)
