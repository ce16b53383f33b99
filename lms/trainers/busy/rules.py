"""Decisions about busy periods, as plain functions."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from lms.kernel.period import Period

OUR_PRODUCT = "-//Zentrum für digitale Bildung Haldensleben//Lernzentrum//DE"
"""What our own calendars say of themselves (`lms.scheduling.calendar.PRODUCT`, which stands above this module)."""
AT_MOST_EVERY = timedelta(minutes=1)


def merged(periods: Iterable[Period]) -> Sequence[Period]:
    """The same time without overlaps, in order: who is busy twice at once is busy."""
    found: list[Period] = []
    for one in sorted(periods, key=lambda each: (each.start, each.end)):
        if found and one.start <= found[-1].end:
            found[-1] = Period(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found
