"""What teaching costs: plain functions over whole minutes and cents."""

from lms.kernel.clock import MINUTES_PER_UNIT


def fee_cents(minutes: int, unit_cents: int) -> int:
    """The fee for one session of so many minutes at so many cents a unit of 45 minutes; half a cent is rounded up.

    Each session is rounded by itself, so that a contract and the monthly statements of its sessions add up to the same sum.
    """
    return (2 * minutes * unit_cents + MINUTES_PER_UNIT) // (2 * MINUTES_PER_UNIT)
