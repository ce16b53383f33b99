"""How often something may be done, counted in one table for all processes (S-40).

`await within(begin, clock, "mail", account=email, address=actor.address)` counts the act and raises TooMany when it was
one too many. It opens a transaction of its own, so never call it inside one: what was refused has to stay counted.
"""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from lms.accounts.models import RateWindow
from lms.db import Begin, retried
from lms.kernel.clock import Clock
from lms.kernel.errors import TooMany

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NETWORK_OF_ONE_HOUSEHOLD = 64


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` in each window of this length."""

    most: int
    every: timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """What holds for one kind of act: per account or target, per address, and when all together are alarming.

    `fails_closed` means that the act is refused when nobody can count.
    """

    account: tuple[Rate, ...] = ()
    address: tuple[Rate, ...] = ()
    alarm: Rate | None = None
    fails_closed: bool = False


LIMITS: Mapping[str, Limit] = {
    # the second rate is the growing delay: whoever goes on guessing waits up to a quarter of an hour
    "sign-in": Limit(
        account=(Rate(10, 5 * MINUTE), Rate(20, 15 * MINUTE)),
        address=(Rate(20, 5 * MINUTE),),
        alarm=Rate(1_000, 5 * MINUTE),
        fails_closed=True,
    ),
    "mail": Limit(
        account=(Rate(3, HOUR), Rate(6, DAY)),
        address=(Rate(10, HOUR),),
        alarm=Rate(500, HOUR),
        fails_closed=True,
    ),
    "enrolment": Limit(address=(Rate(10, HOUR),), alarm=Rate(300, HOUR)),
    # generous: a declaration of withdrawal must reach us; the address is where its receipt goes, to a stranger perhaps
    "withdrawal": Limit(account=(Rate(10, DAY),), address=(Rate(30, HOUR),), alarm=Rate(200, HOUR)),
    "seat": Limit(account=(Rate(60, HOUR),), address=(Rate(60, HOUR),), alarm=Rate(300, HOUR)),
    "code-word": Limit(
        address=(Rate(10, 10 * MINUTE), Rate(30, HOUR)), alarm=Rate(300, HOUR), fails_closed=True
    ),
    "voucher": Limit(
        address=(Rate(10, 10 * MINUTE), Rate(30, HOUR)), alarm=Rate(300, HOUR), fails_closed=True
    ),
    "voucher-order": Limit(address=(Rate(10, HOUR),), alarm=Rate(100, HOUR)),
    "booking": Limit(address=(Rate(20, HOUR),), alarm=Rate(300, HOUR)),
    "helper": Limit(address=(Rate(10, HOUR),), alarm=Rate(100, HOUR)),
    "training-request": Limit(address=(Rate(10, HOUR),), alarm=Rate(100, HOUR)),
    # an appointment at the help desk: the account is the telephone number (S-40, F-M05)
    "help-desk": Limit(account=(Rate(8, DAY),), address=(Rate(20, HOUR),), alarm=Rate(300, HOUR)),
    "check-in": Limit(address=(Rate(20, 5 * MINUTE),), alarm=Rate(300, HOUR)),
    # wrong codes and wrong names only (`spent`): a whole course comes from the house's one address
    "presence-code": Limit(
        address=(Rate(60, 5 * MINUTE), Rate(300, HOUR)), alarm=Rate(1_000, HOUR), fails_closed=True
    ),
    "presence-name": Limit(
        account=(Rate(60, HOUR),), address=(Rate(40, 10 * MINUTE),), alarm=Rate(300, HOUR), fails_closed=True
    ),
    # wrong codes only (`spent`): a slip from a public tablet, and the code that makes a device such a tablet
    "slip": Limit(
        account=(Rate(10, HOUR),),
        address=(Rate(20, HOUR), Rate(60, DAY)),
        alarm=Rate(300, HOUR),
        fails_closed=True,
    ),
    "digital-check": Limit(address=(Rate(20, HOUR),), alarm=Rate(200, HOUR)),
    "digital-check-paper": Limit(address=(Rate(20, HOUR),), alarm=Rate(200, HOUR)),
    # wrong codes only (`spent`), as for slips
    "digital-check-code": Limit(
        address=(Rate(20, HOUR), Rate(60, DAY)), alarm=Rate(300, HOUR), fails_closed=True
    ),
    "tablet-code": Limit(address=(Rate(10, HOUR),), alarm=Rate(100, HOUR), fails_closed=True),
    # numbers at a public tablet: a waiting room at its fullest, and no game of pressing buttons
    "queue-number": Limit(account=(Rate(12, 5 * MINUTE), Rate(60, HOUR)), alarm=Rate(300, HOUR)),
    "certificate-check": Limit(account=(Rate(20, HOUR),), address=(Rate(30, MINUTE),)),
    # a file is unpacked and compared; and nobody finds a name that the holder keeps back by trying
    "certificate-file": Limit(address=(Rate(10, 5 * MINUTE), Rate(40, HOUR)), alarm=Rate(500, HOUR)),
    "certificate-name": Limit(
        account=(Rate(5, HOUR), Rate(15, DAY)),
        address=(Rate(20, HOUR),),
        alarm=Rate(300, HOUR),
        fails_closed=True,
    ),
    "certificate-preview": Limit(account=(Rate(200, HOUR),)),
    "feed": Limit(account=(Rate(60, HOUR),)),
    "search": Limit(address=(Rate(120, MINUTE),)),
    "export": Limit(account=(Rate(20, HOUR),)),
    "record-store": Limit(account=(Rate(240, MINUTE),)),
    "tool-token": Limit(address=(Rate(120, MINUTE),)),
    "upload": Limit(account=(Rate(60, HOUR),)),
    # a trainer writes to a group, and somebody answers
    "group-message": Limit(account=(Rate(40, DAY),)),
    "message-reply": Limit(account=(Rate(10, HOUR), Rate(30, DAY)), alarm=Rate(300, HOUR)),
    # the mail proves the vote, so a library's one address may send many: what is limited is mail to strangers
    "vote-mail": Limit(
        account=(Rate(10, HOUR), Rate(20, DAY)), address=(Rate(120, HOUR),), alarm=Rate(500, HOUR)
    ),
    "code-letter": Limit(address=(Rate(20, HOUR),), alarm=Rate(100, HOUR)),  # each is a stamp
    "participation": Limit(account=(Rate(20, DAY),), address=(Rate(20, HOUR),)),
}
"""The table of S-40. "enrolment" is for those without an account; a proof (mailed code) lifts an address limit: leave the address out."""


@dataclass(frozen=True, slots=True)
class _Window:
    key: str
    starts_at: datetime
    rate: Rate
    is_alarm: bool = False


async def within(
    begin: Begin, clock: Clock, name: str, *, account: str | object = "", address: str = ""
) -> None:
    """Count one act of this name; raises TooMany with the seconds to wait when a limit is exceeded.

    `account` is whatever the act aims at: an account's id, an e-mail address, the code of a certificate. It is kept as a
    hash only. An IPv6 address counts with its whole /64. Raises KeyError for a name that LIMITS does not know.
    """
    limit, now = LIMITS[name], clock()
    windows = [
        *(_window(name, "account", _short(str(account)), rate, now) for rate in limit.account if account),
        *(_window(name, "address", network_of(address), rate, now) for rate in limit.address if address),
    ]
    if limit.alarm:
        windows.append(_window(name, "all", "", limit.alarm, now, is_alarm=True))
    if not windows:
        return
    try:
        counts = await _count(begin, windows)
    except DBAPIError:
        if limit.fails_closed:
            raise
        structlog.get_logger("lms.security").warning("limit_not_counted", limit=name)
        return
    _judge(name, windows, counts, now)


async def spent(
    begin: Begin, clock: Clock, name: str, *, account: str | object = "", address: str = ""
) -> None:
    """Raise TooMany when the limit is reached already; counts nothing.

    For acts of which only the wrong ones count: ask this before, and `within` once it has turned out wrong.
    """
    limit, now = LIMITS[name], clock()
    windows = [
        *(_window(name, "account", _short(str(account)), rate, now) for rate in limit.account if account),
        *(_window(name, "address", network_of(address), rate, now) for rate in limit.address if address),
    ]
    async with begin.reading() as session:
        rows = await session.execute(
            select(RateWindow.key, RateWindow.starts_at, RateWindow.count).where(
                RateWindow.key.in_([one.key for one in windows])
            )
        )
        counts = {(row.key, row.starts_at): row[2] for row in rows}
    full = [one for one in windows if counts.get((one.key, one.starts_at), 0) >= one.rate.most]
    if full:
        waits = [one.starts_at + one.rate.every - now for one in full]
        raise TooMany(retry_after=max(1, int(max(waits).total_seconds()) + 1))


def _judge(name: str, windows: list[_Window], counts: Mapping[str, int], now: datetime) -> None:
    log = structlog.get_logger("lms.security")
    waits = []
    for window in windows:
        reached = counts[window.key]
        if window.is_alarm:
            if reached == window.rate.most + 1:
                log.error("limit_alarm", limit=name, count=reached)
        elif reached > window.rate.most:
            waits.append(window.starts_at + window.rate.every - now)
    if waits:
        log.warning("limit_exceeded", limit=name)
        raise TooMany(retry_after=max(1, int(max(waits).total_seconds()) + 1))


def network_of(address: str) -> str:
    """What counts as one address: IPv4 as it is, IPv6 as its /64, anything else as one and the same."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, NETWORK_OF_ONE_HOUSEHOLD), strict=False))
    return str(parsed)


async def forget_old_windows(begin: Begin, clock: Clock) -> None:
    """Delete the windows that are over."""
    async with begin() as session:
        await session.execute(delete(RateWindow).where(RateWindow.ends_at < clock()))


def _window(
    name: str, kind: str, whose: str, rate: Rate, now: datetime, *, is_alarm: bool = False
) -> _Window:
    seconds = int(rate.every.total_seconds())
    starts_at = EPOCH + timedelta(seconds=int(now.timestamp()) // seconds * seconds)
    return _Window(f"{name}:{kind}:{seconds}:{whose}", starts_at, rate, is_alarm)


def _short(value: str) -> str:
    return hashlib.sha256(value.casefold().encode()).hexdigest()[:32]


@retried
async def _count(begin: Begin, windows: list[_Window]) -> Mapping[str, int]:
    """Add one to every window in one statement, and give what they hold now; in one order, so that nobody deadlocks."""
    async with begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        rows = [
            {
                "key": one.key,
                "starts_at": one.starts_at,
                "count": 1,
                "ends_at": one.starts_at + one.rate.every,
            }
            for one in sorted(windows, key=lambda one: one.key)
        ]
        counted = await session.execute(
            insert(RateWindow)
            .values(rows)
            .on_conflict_do_update(
                index_elements=[RateWindow.key, RateWindow.starts_at], set_={"count": RateWindow.count + 1}
            )
            .returning(RateWindow.key, RateWindow.count)
        )
        return {row.key: row[1] for row in counted}
