"""The form by which several dates of a run change at once, and the change set that it asks for."""

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from wtforms.validators import ValidationError

from lms.kernel.clock import local
from lms.kernel.errors import Invalid
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.scheduling.change_set import ChangeSet, InRoom, NewSession, SessionChange
from lms.scheduling.errors import AcrossMidnight, EndsNextDay
from lms.scheduling.models import Session
from lms.scheduling.online import OUR_ROOM
from lms.scheduling.rules import period_on
from lms.web.forms import (
    Checkboxes,
    DateParts,
    Form,
    Hidden,
    Number,
    Radios,
    Select,
    TextArea,
    TimeOfDay,
)
from lms.web.language import gettext

CHANGE, DROP = "aendern", "ausfall"
ONLINE, IN_OUR_ROOM = "online", "videokonferenz"
NONE, AT_THE_END, ON_A_DAY = "kein", "ende", "tag"
WEEK = 7
REASON_HINT = N_("Everybody who is told reads it. Leave out names and illnesses.")


class ReplacementForm(Form):
    """Why sessions drop out, and whether others come in their place."""

    replacement = Radios(
        N_("Is there a replacement?"),
        choices=[
            (NONE, N_("No replacement")),
            (AT_THE_END, N_("Yes, added after the last session")),
            (ON_A_DAY, N_("Yes, on another day")),
        ],
        missing=N_("Choose whether there is a replacement."),
    )
    replacement_day = DateParts(N_("Day of the replacement"), is_asked=True)
    reason = TextArea(N_("Reason"), hint=REASON_HINT, rows=3, longest=500, is_asked=True)
    key = Hidden()

    def check_replacement(self, sessions: int) -> None:
        """A day holds one replacement; it has to be named, and a reason as well."""
        if not self.reason.data:
            self.reason.errors = [*self.reason.errors, gettext("State the reason.")]
        if self.replacement.data == ON_A_DAY:
            if not self.replacement_day.data and not self.replacement_day.errors:
                self.replacement_day.errors = [gettext("Enter the day of the replacement.")]
            if sessions > 1:
                self.replacement.errors = [gettext("On one day only one session can be replaced.")]


class ManyForm(ReplacementForm):
    """Which sessions, and what becomes of them."""

    sessions = Checkboxes(N_("Which sessions?"), missing=N_("Choose at least one session."))
    what = Radios(
        N_("What is to happen?"),
        choices=[(CHANGE, N_("Move, other room or other trainer")), (DROP, N_("They drop out"))],
        missing=N_("Choose what is to happen."),
    )
    days = Number(
        N_("Move by how many days?"), least=-366, most=366, width=5,
        hint=N_("7 is one week later, -7 one week earlier. Empty: the day stays."),
    )  # fmt: skip
    starts_at = TimeOfDay(N_("New beginning"), hint=N_("Empty: the time stays."))
    minutes = Number(
        N_("New length in minutes"), least=15, most=600, width=5, hint=N_("Empty: the length stays.")
    )
    room = Select(N_("Room"), blank=N_("The room stays"))
    trainer = Select(N_("Trainer"), blank=N_("The trainer stays"))
    second_trainer = Select(N_("Second trainer"), blank=N_("Nobody"))

    def validate(self, extra_validators: Any = None) -> bool:
        """What a field alone cannot know: that something changes, that a reason is given."""
        is_fine = super().validate(extra_validators)
        if self.what.data == DROP:
            self.check_replacement(len(self.sessions.data or ()))
        elif self.what.data == CHANGE and self.asks_for_nothing:
            self.days.errors = [*self.days.errors, gettext("Enter what changes: day, time, room or trainer.")]
        return is_fine and not self.errors

    def validate_second_trainer(self, field: Select) -> None:
        if field.data and not self.trainer.data:
            raise ValidationError(gettext("Choose the first trainer as well."))

    @property
    def asks_for_nothing(self) -> bool:
        """Whether every field of a change is empty."""
        parts = (self.days, self.starts_at, self.minutes, self.room, self.trainer)
        return all(one.is_empty() and not one.errors for one in parts)

    @property
    def chosen(self) -> Mapping[UUID, int]:
        """The chosen sessions with the versions that were read. Raises Invalid for anything else."""
        return dict(_read(value) for value in self.sessions.data or ())


def value_of(session_id: UUID, version: int) -> str:
    """What a box of the form is worth: the session and the version that was read."""
    return f"{session_id}.{version}"


def change_set_of(form: ManyForm, meetings: Sequence[Session], replacements: Sequence[date]) -> ChangeSet:
    """What a valid form asks for. `meetings` are those of the run, `replacements` days for those that drop out."""
    chosen = form.chosen
    wanted = [one for one in meetings if one.id in chosen]
    if len(wanted) != len(chosen):
        raise Invalid
    if form.what.data == DROP:
        return dropping(wanted, chosen, replacements, form.reason.data or "", form.key.data or "")
    trainers = [UUID(one) for one in (form.trainer.data, form.second_trainer.data) if one]
    return ChangeSet(
        changes=[
            SessionChange(
                session_id=one.id,
                version=chosen[one.id],
                period=_moved(one, form.days.data or 0, form.starts_at.data, form.minutes.data),
                room=in_room(form.room.data),
                trainer_ids=tuple(dict.fromkeys(trainers)) if trainers else None,
            )
            for one in wanted
        ],
        reason=form.reason.data or "",
    )


def dropping(
    meetings: Sequence[Session], versions: Mapping[UUID, int], days: Sequence[date], reason: str, key: str
) -> ChangeSet:
    """These sessions drop out; on `days`, if there are any, others come in their place at the same hours."""
    added = [
        NewSession(
            id=_id(key, one.id),
            run_id=one.run_id,
            period=on_day(one, day),
            room_id=one.room_id,
            online_url=one.online_url,
            replaces_id=one.id,
        )
        for one, day in zip(meetings, days, strict=False)
    ]
    changes = [
        SessionChange(session_id=one.id, version=versions[one.id], is_cancelled=True) for one in meetings
    ]
    return ChangeSet(changes=changes, added=added, reason=reason)


def days_after_the_last(
    meetings: Sequence[Session], count: int, closed: Mapping[date, str]
) -> Sequence[date]:
    """Days on which the series goes on: as far apart as its last two sessions are, closed days left out."""
    days = sorted({local(one.starts_at).date() for one in meetings})
    step = (days[-1] - days[-2]).days if len(days) > 1 else WEEK
    found: list[date] = []
    day = days[-1]
    while len(found) < count and (day - days[-1]).days < 366:
        day += timedelta(days=step)
        if day not in closed:
            found.append(day)
    return found


def on_day(meeting: Session, day: date) -> Period:
    """The hours of a session on another day."""
    return _moved_to(meeting, day, None, None)


def new_key() -> str:
    """A key for a form that may be sent twice."""
    return str(uuid4())


def _moved(meeting: Session, days: int, at: time | None, minutes: int | None) -> Period | None:
    if not days and at is None and minutes is None:
        return None
    return _moved_to(meeting, local(meeting.starts_at).date() + timedelta(days=days), at, minutes)


def _moved_to(meeting: Session, day: date, at: time | None, minutes: int | None) -> Period:
    """By the wall clock, so that 18:00 stays 18:00 across the change of clocks. Raises AcrossMidnight, NoSuchTime."""
    try:
        return period_on(day, at or local(meeting.starts_at).time(), minutes or meeting.minutes)
    except EndsNextDay as refusal:
        raise AcrossMidnight from refusal


def in_room(chosen: str | None) -> InRoom | None:
    """What a choice of room means; None where nothing is chosen."""
    if not chosen:
        return None
    if chosen == IN_OUR_ROOM:
        return InRoom(None, OUR_ROOM)
    return InRoom(None if chosen == ONLINE else UUID(chosen))


def online_choice(*, has_own_rooms: bool) -> Sequence[tuple[str, str]]:
    """Our own video conference as a choice beside the rooms of the house, where there is one."""
    return [(IN_OUR_ROOM, gettext("Online, in our video conference"))] if has_own_rooms else []


def _read(value: str) -> tuple[UUID, int]:
    session_id, _, version = value.partition(".")
    try:
        return UUID(session_id), int(version)  # ValueError for more digits than Python reads, too
    except ValueError as problem:
        raise Invalid from problem


def _id(key: str, session_id: UUID) -> UUID:
    try:
        return uuid5(UUID(key), str(session_id))
    except ValueError as problem:
        raise Invalid from problem
