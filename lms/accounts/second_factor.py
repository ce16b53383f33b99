"""The second step of signing in: codes of an app on the phone, and ten emergency codes on paper (S-12)."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import pyotp
import segno
import structlog
from cryptography.fernet import InvalidToken
from markupsafe import Markup
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account, RecoveryCode
from lms.accounts.rules import RECOVERY_CODES
from lms.accounts.sealing import Sealer
from lms.kernel.tokens import hashed

DRIFT = 1  # one step of thirty seconds to either side: telephones' clocks are not exact
SECRET_BYTES = 20
EMERGENCY_BYTES = 10
GROUP = 4
APP_DIGITS = 6


class Given(StrEnum):
    """What was given as a second factor."""

    WRONG = "wrong"
    APP = "app"
    EMERGENCY = "emergency code"


def proposed_secret(secret: str, session_hash: str) -> str:
    """The app's secret offered to a browser that sets one up: the same until it is accepted, and stored nowhere."""
    digest = hmac.new(secret.encode(), f"second-factor:{session_hash}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:SECRET_BYTES]).decode()


def address_for_app(secret: str, *, email: str, issuer: str) -> str:
    """What the app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def qr_code(text: str, title: str) -> Markup:
    """The QR code as a picture inside the page, dark on white in every colour scheme."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        scale=5, border=4, light="white", title=title, svgclass="lms-qr", lineclass=None, omitsize=False
    )
    return Markup(drawn)  # noqa: S704 - drawn by segno, the title is escaped by it


def step_of(secret: str, code: str, *, at: datetime) -> int | None:
    """The time step whose code this is, or None."""
    digits = "".join(sign for sign in code if sign.isdigit())
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(digits, for_time=at, valid_window=DRIFT)
    except OTPVerificationError:
        return None


async def give_second_factor(
    session: AsyncSession, account: Account, code: str, sealer: Sealer, *, at: datetime
) -> Given:
    """Take a code of the app or an emergency code; each is taken once, whoever else sends it at the same moment."""
    if account.totp_secret is None:
        return Given.WRONG
    plain = "".join(code.split()).replace("-", "")
    if plain.isdigit() and len(plain) == APP_DIGITS:
        try:
            secret = sealer.open(account.totp_secret)
        except InvalidToken:  # its key was dropped too early: an emergency code or an administrator helps
            structlog.get_logger("lms.security").error("second_factor_unreadable", account=str(account.id))
            return Given.WRONG
        step = step_of(secret, plain, at=at)
        if step is None or not await _take_step(session, account.id, step):
            return Given.WRONG
        if not sealer.is_up_to_date(account.totp_secret):
            account.totp_secret = sealer.seal(secret)
        return Given.APP
    taken = await session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.account_id == account.id, RecoveryCode.hash == _hash_of(plain))
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=at)
        .returning(RecoveryCode.id)
    )
    return Given.EMERGENCY if taken.first() else Given.WRONG


async def _take_step(session: AsyncSession, account_id: UUID, step: int) -> bool:
    taken = await session.execute(
        update(Account)
        .where(Account.id == account_id, Account.totp_step < step)
        .values(totp_step=step)
        .returning(Account.id)
    )
    return taken.first() is not None


async def replace_recovery_codes(session: AsyncSession, account_id: UUID) -> list[str]:
    """Ten new emergency codes, to be shown once; the old ones are void."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(account_id=account_id, hash=_hash_of(code.replace("-", ""))) for code in codes
    )
    return codes


async def forget_second_factor(session: AsyncSession, account: Account) -> None:
    """Take the second factor and its emergency codes off the account."""
    account.totp_secret = None
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def _new_code() -> str:
    """80 bits, in groups that can be typed from paper."""
    letters = base64.b32encode(secrets.token_bytes(EMERGENCY_BYTES)).decode().lower()
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def _hash_of(code: str) -> str:
    return hashed(code.lower())
