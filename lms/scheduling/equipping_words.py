"""How devices that are short, exchanged or needed are said."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from lms.kernel.clock import local
from lms.scheduling.care import Promise
from lms.scheduling.equipping_rules import Need, Shortage
from lms.scheduling.models import Session
from lms.web.formats import date_short, time_range
from lms.web.language import current_language, gettext, ngettext


def name_of(need: Need | Shortage) -> str:
    """Model or kit in the reader's language."""
    return need.name_en if need.name_en and current_language() == "en" else need.name


def need_in_words(need: Need) -> str:
    """12 × Tablet, 11 Zoll; or the kit's name."""
    return (
        name_of(need)
        if need.kit_id
        else gettext("%(count)s × %(model)s", count=need.count, model=name_of(need))
    )


def shortages_in_words(
    shortages: Mapping[UUID, Sequence[Shortage]], meetings: Sequence[Session]
) -> list[str]:
    """Each shortage a sentence, in order of time."""
    return [shortage_in_words(one, meeting) for meeting in meetings for one in shortages.get(meeting.id, ())]


def shortage_in_words(shortage: Shortage, meeting: Session) -> str:
    """On Tue 8 Dec 2026, 10:00 to 11:30, 8 of 12 Tablet, 11 Zoll are free."""
    when = when_in_words(meeting)
    if shortage.need.kit_id:
        if not shortage.found:
            return gettext("%(when)s: %(kit)s is not free.", when=when, kit=name_of(shortage))
        return ngettext(
            "%(when)s: of %(kit)s only %(num)s device of %(wanted)s is free.",
            "%(when)s: of %(kit)s only %(num)s devices of %(wanted)s are free.",
            shortage.found,
            when=when,
            kit=name_of(shortage),
            wanted=shortage.wanted,
        )
    return gettext(
        "%(when)s: only %(found)s of %(wanted)s are free (%(model)s).",
        when=when,
        found=shortage.found,
        wanted=shortage.wanted,
        model=name_of(shortage),
    )


def promise_in_words(promise: Promise) -> str:
    """Course 26-0038 on Tue 8 Dec 2026, 10:00 to 11:45: gets 0003 instead."""
    held = promise.reservation
    when = f"{date_short(held.starts_at)}, {time_range(held.starts_at, held.ends_at)}"
    if promise.instead is None:
        return gettext(
            "Run %(number)s, %(when)s: no other device is free, it goes short.",
            number=held.purpose,
            when=when,
        )
    return gettext(
        "Run %(number)s, %(when)s: gets device %(other)s instead.",
        number=held.purpose,
        when=when,
        other=promise.instead.number,
    )


def when_in_words(meeting: Session) -> str:
    """Day and time of a session, on one line."""
    ends = meeting.ends_at
    same_day = local(meeting.starts_at).date() == local(ends).date()
    times = time_range(meeting.starts_at, ends) if same_day else f"{local(meeting.starts_at):%H:%M}"
    return f"{date_short(meeting.starts_at)}, {times}"
