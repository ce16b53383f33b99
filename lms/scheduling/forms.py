"""The forms of planning: when and where, on what terms."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from wtforms.validators import ValidationError

from lms.catalogue.models import CancelFrom, Run
from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.scheduling.choices import LastTime, Pattern
from lms.scheduling.run_forms import NO_ROOM, TRAINERS, DatesForm, PeopleAndThingsForm, things_values
from lms.scheduling.values import DateChange, RunPlan, Terms
from lms.scheduling.words import PAYMENT_WAYS
from lms.web.forms import Checkboxes, Euro, Form, Hidden, Number, Text, TextArea
from lms.web.language import gettext
from lms.web.sent import uuid_in

USUAL_START = timedelta(weeks=3)
MOST_PLACES = 500

__all__ = ["NO_ROOM", "DatesForm", "EditTermsForm", "RunForm", "TermsForm", "first_values", "terms_values"]


class TermsForm(Form):
    """What a run costs, how many fit in, until when one may enrol and cancel."""

    capacity = Number(
        N_("Places"), least=1, most=MOST_PLACES, width=5, missing=N_("Enter the number of places.")
    )
    minimum = Number(
        N_("Least number of people"),
        least=1,
        most=MOST_PLACES,
        width=5,
        missing=N_("Enter the least number of people."),
    )
    room_override_reason = Text(
        N_("Why do more people fit than the room has seats?"),
        hint=N_("Only when there are more places than seats. The reason is kept."),
    )
    price = Euro(N_("Price"), hint=N_("0 means free of charge."), missing=N_("Enter the price."))
    concession = Euro(N_("Reduced price"), hint=N_("Empty means: no reduction."))
    payment_methods = Checkboxes(N_("How can it be paid?"), choices=list(PAYMENT_WAYS.items()))
    closes_days_before = Number(
        N_("Enrolment closes so many days before the start"), least=0, most=365, width=5,
        missing=N_("Enter how many days before the start enrolment closes."),
    )  # fmt: skip
    cancel_free_days = Number(
        N_("Cancelling is free until so many days before the start"), least=0, most=365, width=5,
        missing=N_("Enter until how many days before the start cancelling is free."),
    )  # fmt: skip
    cancel_fee_percent = Number(
        N_("After that the person pays so many percent of the price"), least=0, most=100, width=5,
        missing=N_("Enter the percentage of the price."),
    )  # fmt: skip
    drop_in_places = Number(
        N_("Further places for single dates"),
        hint=N_(
            "In each session, for people who come to it alone. Empty or 0 means: only the whole run can be booked."
        ),
        least=0,
        most=MOST_PLACES,
        width=5,
    )
    drop_in_price = Euro(N_("Price for each single date"), hint=N_("Empty or 0 means free of charge."))
    note_de = TextArea(N_("Note for participants, in German"), rows=3)
    note_en = TextArea(N_("Note for participants, in English"), rows=3)

    def validate_minimum(self, field: Number) -> None:
        if self.capacity.data is not None and field.data > self.capacity.data:
            raise ValidationError(gettext("The least number cannot be larger than the number of places."))

    def validate_concession(self, field: Euro) -> None:
        if self.price.data is not None and field.data > self.price.data:
            raise ValidationError(gettext("The reduced price cannot be higher than the price."))

    def validate_price(self, field: Euro) -> None:
        if field.data and not self.payment_methods.data:
            raise ValidationError(gettext("Choose as well how the price can be paid."))

    def validate_drop_in_price(self, field: Euro) -> None:
        if field.data and not self.payment_methods.data:
            raise ValidationError(gettext("Choose as well how the price can be paid."))

    def terms(self) -> Terms:
        """The terms of a form that is valid."""
        return Terms(
            capacity=self.capacity.data,
            minimum=self.minimum.data,
            price_cents=self.price.data,
            concession_cents=self.concession.data if self.price.data else None,
            payment_methods=tuple(self.payment_methods.data or ()),
            closes_days_before=self.closes_days_before.data if "closes_days_before" in self else None,
            cancel_free_days=self.cancel_free_days.data if "cancel_free_days" in self else None,
            cancel_fee_percent=self.cancel_fee_percent.data,
            room_override_reason=self.room_override_reason.data or "",
            note_de=self.note_de.data or "",
            note_en=self.note_en.data or "",
            drop_in_places=self.drop_in_places.data or 0,
            drop_in_price_cents=self.drop_in_price.data or 0,
        )


class RunForm(DatesForm, PeopleAndThingsForm, TermsForm):
    """A whole new run. `key` becomes its id, so that sending the form twice makes one run."""

    key = Hidden()

    def plan(self, course_id: UUID, keep: frozenset[date], changes: Mapping[datetime, DateChange]) -> RunPlan:
        """The plan of a form that is valid."""
        return RunPlan(
            course_id=course_id,
            rule=self.rule(keep),
            terms=self.terms(),
            room_id=UUID(self.room.data) if self.room.data else None,
            online_url=self.online_place(),
            trainer_ids=self.trainer_ids(),
            needs=self.needs(),
            equipment=frozenset(self.equipment.data or ()),
            step_free=bool(self.step_free.data),
            hearing_loop=bool(self.hearing_loop.data),
            federal_state=self.federal_state.data or "",
            changes=changes,
            run_id=uuid_in(self.key.data),
        )


class EditTermsForm(TermsForm):
    """The terms of a run that exists, with the version they were read at."""

    version = Hidden()

    def leave_deadlines(self, run: Run) -> None:
        """Without those deadlines that are not counted back from the start: they have a page of their own."""
        days = run.closes_days_before
        if (days is None and run.enrolment_closes_at is not None) or (days is not None and days < 0):
            del self.closes_days_before
        if run.cancel_from is not CancelFrom.START:
            del self.cancel_free_days


def first_values(pattern: Pattern, last: LastTime | None, today: date) -> dict[str, Any]:
    """How the form of a new run begins: as the last run of the course was, else with the course's own defaults (F-B13)."""
    course = pattern.course
    values: dict[str, Any] = {
        "key": str(uuid4()),
        "minutes": course.default_minutes,
        "count": course.default_sessions,
        "interval": "1",
        "capacity": course.default_capacity,
        "minimum": course.default_minimum,
        "price": course.default_price_cents,
        "concession": course.default_concession_cents,
        "payment_methods": list(PAYMENT_WAYS),
        "closes_days_before": 1,
        "cancel_free_days": 7,
        "cancel_fee_percent": 50,
        "note_de": pattern.note_de,
        "note_en": pattern.note_en,
    }
    day = today + USUAL_START
    if last is not None:
        begins = local(last.first.starts_at)
        day += timedelta(days=(begins.weekday() - day.weekday()) % 7)
        values |= {
            "weekdays": [str(begins.weekday())],
            "starts_at": begins.time(),
            "room": str(last.first.room_id or ""),
            "online_url": "" if last.first.is_in_our_room else last.first.online_url,
            "own_online_room": last.first.is_in_our_room,
            **dict(zip(TRAINERS, map(str, last.trainer_ids), strict=False)),
            **terms_values(last.run),
        }
    return values | things_values(pattern) | {"first_day": day}


def terms_values(run: Run) -> dict[str, Any]:
    """The present terms of a run, for the form."""
    days = run.closes_days_before
    return {
        "capacity": run.capacity,
        "minimum": run.minimum,
        "price": run.price_cents,
        "concession": run.concession_cents,
        "payment_methods": list(run.payment_methods),
        "closes_days_before": 1 if days is None else max(days, 0),
        "cancel_free_days": run.cancel_free_days,
        "cancel_fee_percent": run.cancel_fee_percent,
        "room_override_reason": run.room_override_reason,
        "note_de": run.note_de,
        "note_en": run.note_en,
        "drop_in_places": run.drop_in_places or None,
        "drop_in_price": run.drop_in_price_cents or None,
        "version": str(run.version),
    }
