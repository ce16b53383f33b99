"""The forms of the decision: when it falls, and what people are to be asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from wtforms.validators import ValidationError

from lms.enrolment.minimum.models import Measure
from lms.enrolment.minimum.values import Level, Wish
from lms.kernel.clock import at_venue, local
from lms.kernel.marking import N_
from lms.portal.desk.minimum.options import Facts
from lms.web.formats import date_short, time_range
from lms.web.forms import Checkboxes, DateParts, Euro, Form, Hidden, Number, Radios, TextArea
from lms.web.language import gettext

MOST_PEOPLE = 500
FEE = N_("Enter the fee for a place.")
REASON_HINT = N_("It stands in the letter to everybody. Leave out names. Empty: only the numbers are named.")


class DecisionForm(Form):
    """The day of the decision, and fees for small groups."""

    decide_on = DateParts(
        N_("When is it decided?"), hint=N_("Empty: the usual number of days before the first session.")
    )
    least_1 = Number(N_("First fee level: from how many people on?"), least=1, most=MOST_PEOPLE, width=5)
    fee_1 = Euro(N_("Fee of a place on the first level"))
    least_2 = Number(N_("Second fee level: from how many people on?"), least=1, most=MOST_PEOPLE, width=5)
    fee_2 = Euro(N_("Fee of a place on the second level"))
    least_3 = Number(N_("Third fee level: from how many people on?"), least=1, most=MOST_PEOPLE, width=5)
    fee_3 = Euro(N_("Fee of a place on the third level"))
    version = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """Both or neither on each level, and ascending sizes."""
        is_fine = super().validate(extra_validators)
        before = 0
        for least, fee in self._pairs():
            if (least.data is None) != (fee.data is None) and not (least.errors or fee.errors):
                missing = least if least.data is None else fee
                missing.errors = [gettext("Enter the number of people and the fee, or leave both empty.")]
            elif least.data is not None and least.data <= before:
                least.errors = [gettext("Each level begins with more people than the one before.")]
            before = least.data or before
        return is_fine and not self.errors

    def levels(self) -> list[Level]:
        """The levels of a form that is valid."""
        return [
            Level(least.data, fee.data)
            for least, fee in self._pairs()
            if least.data is not None and fee.data is not None
        ]

    def _pairs(self) -> Sequence[tuple[Number, Euro]]:
        return ((self.least_1, self.fee_1), (self.least_2, self.fee_2), (self.least_3, self.fee_3))


class AskForm(Form):
    """What is asked of everybody, whatever is proposed."""

    deadline = DateParts(
        N_("Until when can people answer?"),
        hint=N_("Until the end of this day."),
        missing=N_("Enter the last day for answers."),
    )
    reason = TextArea(N_("A sentence of your own"), hint=REASON_HINT, rows=3, longest=500)
    key = Hidden()

    measure = Measure.SMALL_GROUP

    def validate_deadline(self, field: DateParts) -> None:
        if field.data and field.data.year > 2100:
            raise ValidationError(gettext("Enter the last day for answers."))

    def wish(self, facts: Facts) -> Wish:
        """What a valid form asks for."""
        return Wish(
            measure=self.measure,
            price_cents=facts.run.price_cents,
            deadline=end_of(self.deadline.data, facts),
            reason=self.reason.data or "",
        )

    def fit(self, facts: Facts) -> None:
        """Offer what this run has."""


class SmallGroupForm(AskForm):
    """A new fee."""

    price = Euro(N_("Fee for a place in the small group"), missing=FEE)
    measure = Measure.SMALL_GROUP

    def wish(self, facts: Facts) -> Wish:
        return replace(super().wish(facts), price_cents=self.price.data)


class ShortenForm(AskForm):
    """Which sessions drop out, and what it costs then."""

    dropped = Checkboxes(N_("Which sessions drop out?"), missing=N_("Choose at least one session."))
    price = Euro(N_("Fee for a place in the shorter course"), missing=FEE)
    measure = Measure.SHORTEN

    def fit(self, facts: Facts) -> None:
        self.dropped.choices = [
            (str(one.id), f"{date_short(one.starts_at)}, {time_range(one.starts_at, one.ends_at)}")
            for one in facts.to_come
        ]

    def wish(self, facts: Facts) -> Wish:
        return replace(
            super().wish(facts),
            price_cents=self.price.data,
            dropped=tuple(UUID(one) for one in self.dropped.data or ()),
        )


class MergeForm(AskForm):
    """Into which run."""

    into = Radios(N_("With which run?"), missing=N_("Choose the other run."))
    measure = Measure.MERGE

    def wish(self, facts: Facts) -> Wish:
        return replace(super().wish(facts), into_id=UUID(self.into.data))


class MoveForm(AskForm):
    """By how many weeks."""

    weeks = Radios(N_("By how many weeks?"), missing=N_("Choose by how many weeks it moves."))
    measure = Measure.MOVE

    def wish(self, facts: Facts) -> Wish:
        return replace(super().wish(facts), days=7 * int(self.weeks.data))


def end_of(day: date, facts: Facts) -> datetime:
    """The last minute of a day at the venues; on the day of the start, the start itself is the end."""
    end = at_venue(day, time(23, 59))
    starts_at = facts.run.starts_at
    return min(end, starts_at) if starts_at and local(starts_at).date() == day else end


def usual_deadline(facts: Facts) -> date:
    """The day of the decision when it is still to come, else two days from now, and before the course begins."""
    today = local(facts.now).date()
    wanted = facts.decide_on if facts.decide_on and facts.decide_on > today else today + timedelta(days=2)
    if facts.run.starts_at is None:
        return wanted
    return max(today, min(wanted, local(facts.run.starts_at).date() - timedelta(days=1)))
