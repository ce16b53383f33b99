"""The forms of a run's conditions, questions and deadlines."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from wtforms.validators import ValidationError

from lms.catalogue.models import CancelFrom, Run
from lms.enrolment.conditions.models import ApprovalMode, QuestionKind, RunCondition, RunQuestion
from lms.enrolment.conditions.rules import residence_of
from lms.enrolment.conditions.values import (
    LONGEST_CODE_WORD,
    MOST_CHOICES,
    ConditionFacts,
    Deadlines,
    QuestionFacts,
)
from lms.enrolment.conditions.words import APPROVALS, KINDS, choices, wording
from lms.kernel.clock import at_venue, local
from lms.kernel.marking import N_
from lms.web.forms import (
    Checkbox,
    DateParts,
    Form,
    Hidden,
    Number,
    Radios,
    Select,
    Text,
    TextArea,
    TimeOfDay,
)
from lms.web.language import gettext

OLDEST = 120
LONGEST_KEPT = 365
SEPARATOR = "|"


class ConditionsForm(Form):
    """What a run asks of those who want a place."""

    min_age = Number(N_("Lowest age"), hint=N_("Empty means: as the course says."), most=OLDEST, width=5)
    max_age = Number(N_("Highest age"), hint=N_("Empty means: as the course says."), most=OLDEST, width=5)
    residence = TextArea(
        N_("Where people have to live"),
        hint=N_(
            "One place in each line: a postal code, its beginning such as 393, or the name of a town. What counts is the person's address."
        ),
        rows=3,
        longest=500,
    )
    declaration_de = Text(
        N_("What each person confirms, in German"),
        hint=N_("A sentence about oneself, for example: Ich bin 60 Jahre oder älter."),
        longest=300,
    )
    declaration_en = Text(N_("What each person confirms, in English"), longest=300)
    course = Select(N_("Which course must have been taken before?"), blank=N_("None"))
    code_word = Text(
        N_("New code word"),
        hint=N_(
            "It is kept so that nobody can read it, not even you: write it down. Empty leaves it as it is."
        ),
        autocomplete="off",
        longest=LONGEST_CODE_WORD,
        width=20,
    )
    without_code_word = Checkbox(N_("From now on without a code word"))
    approval = Radios(
        N_("Does the team decide about each enrolment?"),
        choices=list(APPROVALS.items()),
        missing=N_("Choose whether the team decides."),
    )
    version = Hidden()

    def validate_max_age(self, field: Number) -> None:
        if self.min_age.data is not None and field.data < self.min_age.data:
            raise ValidationError(gettext("The lowest age cannot be above the highest age."))

    def validate_declaration_en(self, field: Text) -> None:
        if field.data and not self.declaration_de.data:
            raise ValidationError(gettext("Enter the German sentence as well."))

    def facts(self) -> ConditionFacts:
        """The conditions of a form that is valid."""
        keeps = "without_code_word" in self and self.without_code_word.data
        return ConditionFacts(
            min_age=self.min_age.data,
            max_age=self.max_age.data,
            residence=residence_of(self.residence.data or ""),
            declaration_de=self.declaration_de.data or "",
            declaration_en=self.declaration_en.data or "",
            course_id=UUID(self.course.data) if self.course.data else None,
            code_word="" if keeps else self.code_word.data or None,
            approval=ApprovalMode(self.approval.data),
        )


def condition_values(condition: RunCondition | None) -> dict[str, Any]:
    """What holds now, for the form; the code word is never shown."""
    if condition is None:
        return {"approval": ApprovalMode.NONE.value, "version": "0"}
    return {
        "min_age": condition.min_age,
        "max_age": condition.max_age,
        "residence": "\n".join(condition.residence),
        "declaration_de": condition.declaration_de,
        "declaration_en": condition.declaration_en,
        "course": str(condition.course_id or ""),
        "approval": condition.approval.value,
        "version": str(condition.version),
    }


class QuestionForm(Form):
    """One question."""

    wording_de = Text(N_("Question in German"), missing=N_("Enter the question."), longest=300)
    wording_en = Text(N_("Question in English"), longest=300)
    kind = Radios(
        N_("How is it answered?"), choices=list(KINDS.items()), missing=N_("Choose how it is answered.")
    )
    choices = TextArea(
        N_("Answers to choose from"),
        hint=N_("One in each line, with the English words behind a stroke: Tee | tea"),
        rows=4,
        longest=1500,
        is_asked=True,
    )
    is_required = Checkbox(N_("It has to be answered"))
    when = Select(N_("Only if another question was answered like this"), blank=N_("It is put to everybody"))
    for_trainers = Checkbox(N_("Those who teach may read the answers"))
    kept_days = Number(
        N_("How many days after the end of the run are the answers deleted?"),
        most=LONGEST_KEPT,
        width=5,
        missing=N_("Enter after how many days the answers are deleted."),
    )
    position = Number(N_("Place in the order"), least=1, most=99, width=5)
    key = Hidden()
    version = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """Answers to choose from belong to two of the kinds, and there are at least two."""
        is_valid: bool = super().validate(extra_validators)
        chosen = self.kind.data in {QuestionKind.ONE, QuestionKind.SEVERAL}
        lines = len(self.lines())
        if chosen and not 2 <= lines <= MOST_CHOICES and not self.choices.errors:
            self.refuse(
                "choices", N_("Enter from two to %(most)s answers, one in each line."), most=MOST_CHOICES
            )
            return False
        return is_valid

    def lines(self) -> tuple[tuple[str, str], ...]:
        """German and English words of each answer."""
        found = []
        for line in (self.choices.data or "").splitlines():
            german, _, english = line.partition(SEPARATOR)
            if german.strip():
                found.append((german.strip(), english.strip()))
        return tuple(found)

    def facts(self) -> QuestionFacts:
        """The question of a form that is valid."""
        kind = QuestionKind(self.kind.data)
        parent, _, value = (self.when.data or "").partition(":")
        return QuestionFacts(
            kind=kind,
            wording_de=self.wording_de.data,
            wording_en=self.wording_en.data or "",
            choices=self.lines() if kind in {QuestionKind.ONE, QuestionKind.SEVERAL} else (),
            is_required=bool(self.is_required.data),
            depends_on_id=UUID(parent) if parent else None,
            depends_on=value,
            for_trainers=bool(self.for_trainers.data),
            kept_days=self.kept_days.data,
            position=self.position.data,
        )


def question_values(question: RunQuestion) -> dict[str, Any]:
    """A question as it is, for the form."""
    return {
        "wording_de": question.wording_de,
        "wording_en": question.wording_en,
        "kind": question.kind.value,
        "choices": "\n".join(
            f"{one['de']} {SEPARATOR} {one['en']}" if one.get("en") else one["de"] for one in question.choices
        ),
        "is_required": question.is_required,
        "when": f"{question.depends_on_id}:{question.depends_on}" if question.depends_on_id else "",
        "for_trainers": question.for_trainers,
        "kept_days": question.kept_days,
        "position": question.position,
        "version": str(question.version),
    }


def when_choices(questions: list[RunQuestion], me: RunQuestion | None) -> list[tuple[str, str]]:
    """Every answer that a question may depend on."""
    return [
        (
            f"{one.id}:{value}",
            gettext("“%(question)s”: %(answer)s", question=wording(one), answer=words),
        )
        for one in questions
        if one.kind is not QuestionKind.TEXT and (me is None or one.id != me.id)
        for value, words in choices(one)
    ]


class DeadlinesForm(Form):
    """When enrolment opens and closes, how long the list moves up, until when cancelling is free."""

    opens = Radios(
        N_("When does enrolment begin?"),
        choices=[
            ("now", N_("As soon as the run is published")),
            ("days", N_("Some days before the first session")),
            ("day", N_("On a day that is named here")),
        ],
        missing=N_("Choose when enrolment begins."),
    )
    opens_days = Number(N_("How many days before?"), most=365, width=5, is_asked=True)
    opens_on = DateParts(N_("From which day on?"), is_asked=True)
    opens_time = TimeOfDay(N_("At what time?"), hint=N_("Empty means: at midnight."))
    closes = Radios(
        N_("When does enrolment end?"),
        choices=[
            ("before", N_("Some days before the first session")),
            ("after", N_("Some days after the first session")),
            ("day", N_("On a day that is named here")),
        ],
        missing=N_("Choose when enrolment ends."),
    )
    closes_days = Number(
        N_("How many days?"), hint=N_("0 means: with the start."), most=365, width=5, is_asked=True
    )
    closes_on = DateParts(N_("Until which day?"), hint=N_("This day still counts."), is_asked=True)
    promotion = Radios(
        N_("How long do freed places go to the waiting list?"),
        choices=[
            ("session", N_("Until a certain session begins")),
            ("day", N_("Until a day that is named here")),
        ],
        missing=N_("Choose how long places go to the waiting list."),
    )
    promotion_session = Number(
        N_("Until which session begins?"), hint=N_("1 means: until the start."), least=1, most=99, width=5, is_asked=True
    )  # fmt: skip
    promotion_on = DateParts(N_("Until which day do places go to the list?"), hint=N_("This day still counts."), is_asked=True)  # fmt: skip
    cancel = Radios(
        N_("Until when is cancelling free?"),
        choices=[
            ("start", N_("Some days before the first session")),
            ("closing", N_("Some days before the end of enrolment")),
            ("day", N_("Until a day that is named here")),
        ],
        missing=N_("Choose until when cancelling is free."),
    )
    cancel_days = Number(N_("How many days before is cancelling free?"), most=365, width=5, is_asked=True)
    cancel_on = DateParts(
        N_("Until which day is cancelling free?"), hint=N_("This day still counts."), is_asked=True
    )
    version = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """Each way of counting needs its own entry; those of the others may stay empty."""
        is_valid: bool = super().validate(extra_validators)
        for way, name, value in (
            ("opens", "opens_days", "days"), ("opens", "opens_on", "day"),
            ("closes", "closes_days", "before"), ("closes", "closes_days", "after"), ("closes", "closes_on", "day"),
            ("promotion", "promotion_session", "session"), ("promotion", "promotion_on", "day"),
            ("cancel", "cancel_days", "start"), ("cancel", "cancel_days", "closing"), ("cancel", "cancel_on", "day"),
        ):  # fmt: skip
            if self[way].data == value and self[name].data is None and not self[name].errors:
                self.refuse(name, N_("Enter this as well."))
                is_valid = False
        return is_valid

    def deadlines(self, run: Run) -> Deadlines:
        """The deadlines of a form that is valid."""
        closes, promotion = self.closes.data, self.promotion.data
        days = self.closes_days.data
        by_day = self.cancel.data == "day"
        return Deadlines(
            opens_days_before=self.opens_days.data if self.opens.data == "days" else None,
            opens_at=self._opens_at() if self.opens.data == "day" else None,
            closes_days_before=None if closes == "day" else -days if closes == "after" else days,
            closes_at=_end_of(self.closes_on.data) if closes == "day" else None,
            promotion_session=self.promotion_session.data if promotion == "session" else None,
            promotion_ends_at=_end_of(self.promotion_on.data) if promotion == "day" else None,
            cancel_from=CancelFrom(self.cancel.data),
            cancel_free_days=run.cancel_free_days if by_day else self.cancel_days.data,
            cancel_free_until=self.cancel_on.data if by_day else None,
        )

    def _opens_at(self) -> datetime:
        midnight = datetime.min.time()
        return at_venue(self.opens_on.data, self.opens_time.data or midnight)


def deadline_values(run: Run) -> dict[str, Any]:
    """The present deadlines of a run, for the form."""
    closes, opens, promotion = run.enrolment_closes_at, run.enrolment_opens_at, run.promotion_ends_at
    days = run.closes_days_before
    if days is None and closes is None:
        days = 0
    by_session = run.promotion_session is not None or promotion is None
    return {
        "opens": "days" if run.opens_days_before is not None else "day" if opens else "now",
        "opens_days": run.opens_days_before,
        "opens_on": local(opens).date() if opens else None,
        "opens_time": local(opens).time() if opens else None,
        "closes": "day" if days is None else "after" if days < 0 else "before",
        "closes_days": abs(days) if days is not None else None,
        "closes_on": _last_day(closes) if days is None else None,
        "promotion": "session" if by_session else "day",
        "promotion_session": (run.promotion_session or 1) if by_session else None,
        "promotion_on": None if by_session else _last_day(promotion),
        "cancel": run.cancel_from.value,
        "cancel_days": run.cancel_free_days,
        "cancel_on": run.cancel_free_until,
        "version": str(run.version),
    }


def _end_of(day: date) -> datetime:
    """The moment at which a day is over."""
    return at_venue(day + timedelta(days=1), datetime.min.time())


def _last_day(moment: datetime | None) -> date | None:
    """The last day that still counts before a moment."""
    return (local(moment) - timedelta(microseconds=1)).date() if moment else None
