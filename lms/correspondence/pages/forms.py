"""What is asked about a rule."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from lms.catalogue.models import Course, Topic
from lms.correspondence.errors import ImpossibleMoment, UnknownNameInRule
from lms.correspondence.models import Anchor, MessageRule, RecipientRole
from lms.correspondence.pages.words import ANCHORS, AUDIENCES, FORMATS, PRESENCES, PRICES, ROLES
from lms.correspondence.rules import Conditions
from lms.correspondence.service import RuleText
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    Form,
    Hidden,
    Number,
    Radios,
    Select,
    Text,
    TextArea,
    TimeOfDay,
    form_from,
)
from lms.web.language import current_language

BEFORE, ON, AFTER = "before", "on", "after"
WHENS = [(BEFORE, N_("before")), (ON, N_("on the day")), (AFTER, N_("after"))]
NINE = time(9)
AT_FIELDS: Mapping[type[DomainError], str] = {ImpossibleMoment: "anchor", UnknownNameInRule: "text_de"}


class RuleForm(Form):
    """A rule: who, when, under which conditions, in which words."""

    name = Text(N_("Name of the rule"), missing=N_("Enter a name for the rule."), longest=100)
    role = Radios(
        N_("Who gets the message?"),
        choices=[(key.value, words) for key, words in ROLES.items()],
        missing=N_("Choose who gets the message."),
    )
    days = Number(N_("How many days?"), width=3, least=0, most=365, hint=N_("0 for the very day."))
    when = Radios(N_("Before or after?"), choices=WHENS, missing=N_("Choose before or after."))
    anchor = Radios(
        N_("Counted from which moment?"),
        choices=[(key.value, words) for key, words in ANCHORS.items()],
        missing=N_("Choose a moment."),
    )
    at = TimeOfDay(N_("At what time?"), missing=N_("Enter a time."))
    audiences = Checkboxes(
        N_("Only for these audiences"),
        hint=N_("Nothing ticked means: for all."),
        choices=list(AUDIENCES.items()),
    )
    topics = Checkboxes(N_("Only for these topics"), hint=N_("Nothing ticked means: for all."))
    course = Select(N_("Only for one course"), blank=N_("every course"))
    format = Radios(N_("Where the course takes place"), choices=list(FORMATS.items()))
    price = Radios(N_("What the course costs"), choices=list(PRICES.items()))
    presence = Radios(
        N_("How somebody took part in the session"),
        hint=N_("Only for messages after a session."),
        choices=list(PRESENCES.items()),
    )
    is_first_course = Checkbox(N_("Only people who are with us for the first time"))
    subject_de = Text(N_("Subject in German"), missing=N_("Write a subject."), longest=200)
    text_de = TextArea(N_("Text in German"), missing=N_("Write a text."), rows=10, longest=5000)
    subject_en = Text(
        N_("Subject in English"),
        longest=200,
        hint=N_("Without English words everybody reads the German ones."),
    )
    text_en = TextArea(N_("Text in English"), rows=6, longest=5000)
    version = Hidden()
    key = Hidden()

    def offer(self, courses: Sequence[Course], topics: Sequence[Topic]) -> None:
        """Let these be chosen."""
        is_english = current_language() == "en"
        self.course.choices = [
            (str(one.id), (one.title_en if is_english else "") or one.title_de) for one in courses
        ]
        self.topics.choices = [(one.slug, one.name_en if is_english else one.name_de) for one in topics]

    def text(self) -> RuleText:
        """The rule of a valid form."""
        days = int(self.days.data or 0)
        return RuleText(
            name=self.name.data.strip(),
            role=RecipientRole(self.role.data),
            anchor=Anchor(self.anchor.data),
            days=0 if self.when.data == ON else (-days if self.when.data == BEFORE else days),
            at=self.at.data or NINE,
            subject_de=self.subject_de.data.strip(),
            text_de=self.text_de.data.strip(),
            subject_en=(self.subject_en.data or "").strip(),
            text_en=(self.text_en.data or "").strip(),
            conditions=Conditions(
                audiences=tuple(self.audiences.data or ()),
                topics=tuple(self.topics.data or ()),
                course_id=self.course.data or "",
                format=self.format.data or "",
                price=self.price.data or "",
                presence=self.presence.data or "",
                is_first_course=bool(self.is_first_course.data),
            ),
        )

    def refuse_by(self, refusal: DomainError) -> int:
        """Show a refusal of the service where it belongs; the status of the answer."""
        self.refuse(AT_FIELDS.get(type(refusal), ""), refusal.message, **refusal.params)
        return refusal.status


def stored_form(rule: MessageRule) -> RuleForm:
    """The form with what is stored."""
    given = Conditions.of(rule.conditions)
    values: dict[str, Any] = {
        name: getattr(rule, name)
        for name in ("name", "at", "subject_de", "text_de", "subject_en", "text_en", "version")
    }
    return form_from(
        RuleForm,
        **values,
        role=rule.role.value,
        anchor=rule.anchor.value,
        days=abs(rule.days),
        when=ON if rule.days == 0 else (BEFORE if rule.days < 0 else AFTER),
        audiences=list(given.audiences),
        topics=list(given.topics),
        course=given.course_id,
        format=given.format,
        price=given.price,
        presence=given.presence,
        is_first_course=given.is_first_course,
    )
