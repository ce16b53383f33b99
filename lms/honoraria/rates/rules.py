"""What teaching costs: plain functions over whole minutes and cents."""

from lms.kernel.clock import MINUTES_PER_UNIT


def fee_cents(minutes: int, unit_cents: int, *, shared_by: int = 1, percent: int = 100) -> int:
    """The fee for one session of so many minutes at so many cents a unit of 45 minutes; half a cent is rounded up.

    The one place where money is rounded, for contracts as for statements. Each session is rounded by itself, so that a
    contract and the monthly statements of its sessions add up to the same sum. `shared_by` is among how many it is divided.
    """
    whole = MINUTES_PER_UNIT * shared_by * 100
    return (2 * minutes * unit_cents * percent + whole) // (2 * whole)
