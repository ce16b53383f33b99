"""Other ways as values of buttons and fields: how they are written, how they are read, how a form takes them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar.datastructures import FormMultiDict

from lms.kernel.clock import local
from lms.kernel.period import Period
from lms.scheduling.feasibility import Alternative
from lms.scheduling.forms import RunForm
from lms.scheduling.run_forms import LISTED, MONTHLY, TRAINERS
from lms.scheduling.values import DateChange

FIELD = "datum-"
SKIP = "auslassen"
BY_RULE = ""
MOST_READ = 200


def written(one: Alternative) -> str:
    """A way for a whole series: days, minutes, room, trainers."""
    trainers = ",".join(str(key) for key in one.trainer_ids)
    return f"{one.days}|{one.minutes}|{one.room_id or ''}|{trainers}"


def take(form: RunForm, text: str) -> None:
    """Fill the form with another way, as if it had been typed. What cannot be read changes nothing."""
    parts = text.split("|")
    if len(parts) != 4 or not all(part.lstrip("-").isdecimal() and len(part) < 6 for part in parts[:2]):
        return
    days, minutes = timedelta(days=int(parts[0])), timedelta(minutes=int(parts[1]))
    if form.starts_at.data is not None:
        begins = (datetime.combine(date(2000, 1, 1), form.starts_at.data) + minutes).time()
        form.starts_at.raw_data, form.starts_at.data = None, begins
    if days:
        _move(form, days)
    form.room.raw_data, form.room.data = None, parts[2]
    chosen = [key for key in parts[3].split(",") if key]
    for name, key in zip(TRAINERS, [*chosen, "", "", ""], strict=False):
        form[name].raw_data, form[name].data = None, key


def _move(form: RunForm, days: timedelta) -> None:
    if form.interval.data == MONTHLY and form.first_day.data and form.count.data and form.weekdays.data:
        listed: Sequence[date] = list(form.rule().later(days.days).days())
        form.interval.raw_data, form.interval.data = None, LISTED
    else:
        listed = [day + days for day in form.dates.data or ()]
    form.dates.raw_data, form.dates.data = None, list(listed)
    if form.first_day.data is not None:
        form.first_day.sent, form.first_day.data = None, form.first_day.data + days
    moved = [str((int(day) + days.days) % 7) for day in form.weekdays.data or ()]
    form.weekdays.raw_data, form.weekdays.data = None, moved


def without_dates(sent: FormMultiDict) -> FormMultiDict:
    """What was sent without what was chosen for single dates, of which there may be many."""
    return FormMultiDict([(name, value) for name, value in sent.multi_items() if not name.startswith(FIELD)])


def name_of(period: Period) -> str:
    """The field that says what becomes of one date of a series."""
    return f"{FIELD}{period.start.astimezone(UTC):%Y%m%dT%H%M}"


def change_written(one: Alternative) -> str:
    """A way for one date: beginning, end, room."""
    period = one.periods[0]
    return f"{period.start.isoformat()}|{period.end.isoformat()}|{one.room_id or ''}"


def changes(sent: Any) -> Mapping[datetime, DateChange]:
    """What was chosen for single dates. What cannot be read is as if it had not been chosen."""
    return dict(_changes(sent))


def _changes(sent: Any) -> Iterator[tuple[datetime, DateChange]]:
    for name in list(sent)[:MOST_READ]:
        chosen = str(sent[name])
        if not name.startswith(FIELD) or chosen == BY_RULE:
            continue
        try:
            moment = datetime.strptime(name.removeprefix(FIELD), "%Y%m%dT%H%M").replace(tzinfo=UTC)
            if chosen == SKIP:
                yield moment, DateChange(skip=True)
                continue
            start, end, room = chosen.split("|")
            period = Period(
                datetime.fromisoformat(start).astimezone(UTC), datetime.fromisoformat(end).astimezone(UTC)
            )
            yield moment, DateChange(room_id=UUID(room) if room else None, period=period)
        except (ValueError, TypeError, OverflowError):
            continue


def days(texts: Sequence[Any]) -> frozenset[date]:
    """Days on which it meets although they are closed."""
    found = set()
    for text in texts[:100]:
        try:
            found.add(date.fromisoformat(str(text)))
        except ValueError:
            continue
    return frozenset(found)


def is_elsewhere(one: Alternative, by_rule: Period) -> bool:
    """Whether another way for a date is on another day."""
    return local(one.periods[0].start).date() != local(by_rule.start).date()
