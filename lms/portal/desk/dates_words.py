"""How a change of dates is said at the desk."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from lms.people.models import Person
from lms.resources.models import Room
from lms.scheduling.demands import Condition
from lms.scheduling.foreseeing import Line
from lms.web.formats import date_short, time_range
from lms.web.language import gettext, ngettext

if TYPE_CHECKING:
    from lms.portal.desk.dates_preview import Audience


def condition_in_words(condition: Condition, rooms: Mapping[UUID, Room]) -> str:
    """Di, 08.12.2026, 10:00 bis 11:30 Uhr, Raum 1."""
    when = condition.period
    return f"{date_short(when.start)}, {time_range(when.start, when.end)}, {_place(condition, rooms)}"


def change_in_words(line: Line, rooms: Mapping[UUID, Room], people: Mapping[UUID, Person]) -> str:
    """What becomes of a session: drops out, is added, or what is different."""
    before, after = line.before, line.after
    if after is None:
        return gettext("drops out")
    if before is None:
        words = condition_in_words(after, rooms)
        if line.new and line.new.replaces_id:
            return gettext("replacement: %(when)s", when=words)
        return gettext("new: %(when)s", when=words)
    parts = []
    if before.period != after.period:
        parts.append(f"{date_short(after.period.start)}, {time_range(after.period.start, after.period.end)}")
    if (before.room_id, before.online_url) != (after.room_id, after.online_url):
        parts.append(_place(after, rooms))
    if before.trainer_ids != after.trainer_ids:
        names = ", ".join(people[one].name for one in after.trainer_ids if one in people)
        parts.append(gettext("trainer: %(names)s", names=names or gettext("not decided yet")))
    return ", ".join(parts)


def told_in_words(audience: "Audience") -> str:
    """12 people by e-mail, 2 by letter, 1 trainer."""
    parts = []
    if audience.by_email:
        num = len(audience.by_email)
        parts.append(ngettext("%(num)s person by e-mail", "%(num)s people by e-mail", num))
    if audience.by_post:
        num = len(audience.by_post)
        parts.append(
            ngettext(
                "%(num)s person by letter on paper, which has to be printed",
                "%(num)s people by letter on paper, which has to be printed",
                num,
            )
        )
    if audience.by_sms:
        num = len(audience.by_sms)
        parts.append(ngettext("%(num)s person by short message", "%(num)s people by short message", num))
    if audience.by_phone:
        num = len(audience.by_phone)
        parts.append(
            ngettext(
                "%(num)s person by telephone, from the call list",
                "%(num)s people by telephone, from the call list",
                num,
            )
        )
    if audience.trainers:
        parts.append(ngettext("%(num)s trainer", "%(num)s trainers", len(audience.trainers)))
    return ", ".join(parts)


def _place(condition: Condition, rooms: Mapping[UUID, Room]) -> str:
    return rooms[condition.room_id].name if condition.room_id else gettext("Online")
