"""The forms about messages."""

from typing import Any
from uuid import UUID, uuid4

from lms.kernel.marking import N_
from lms.teaching.messages.service import Wanted
from lms.teaching.models import Audience
from lms.web.forms import Form, Hidden, Radios, Select, Text, TextArea, form_from
from lms.web.sent import uuid_in

AUDIENCES = [
    (Audience.ALL.value, N_("To everybody with a place")),
    (Audience.ABSENT.value, N_("To those who were not there at a session")),
    (Audience.WAITING.value, N_("To those on the waiting list")),
    (Audience.GUARDIANS.value, N_("To parents and guardians only")),
    (Audience.ONE.value, N_("To one person")),
]
AUDIENCE_NAMES = {
    Audience.ALL: N_("everybody with a place"),
    Audience.ABSENT: N_("those who were not there"),
    Audience.WAITING: N_("the waiting list"),
    Audience.GUARDIANS: N_("parents and guardians"),
    Audience.ONE: N_("one person"),
}


class MessageForm(Form):
    """To whom, and what."""

    audience = Radios(N_("To whom?"), choices=AUDIENCES, missing=N_("Choose to whom you write."))
    session = Select(
        N_("Which session?"),
        hint=N_("Only for those who were not there."),
        blank=N_("No session"),
        is_asked=True,
    )
    person = Select(
        N_("Which person?"),
        hint=N_("Only for a message to one person."),
        blank=N_("Nobody"),
        is_asked=True,
    )
    subject = Text(N_("Subject"), longest=120, missing=N_("Enter a subject."))
    text = TextArea(N_("Text"), rows=10, longest=5_000, missing=N_("Write the text."))
    key = Hidden()
    seen = Hidden(longest=1_600)

    def wanted(self, run_id: UUID) -> Wanted:
        """What was typed."""
        return Wanted(
            run_id=run_id,
            audience=Audience(self.audience.data),
            subject=self.subject.data,
            text=self.text.data,
            session_id=uuid_in(self.session.data),
            enrolment_id=uuid_in(self.person.data),
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Also what one audience asks for."""
        is_fine = bool(super().validate(extra_validators))
        before = len(self.problems)
        if self.audience.data == Audience.ABSENT and not self.session.data:
            self.refuse("session", N_("Choose the session."))
        if self.audience.data == Audience.ONE and not self.person.data:
            self.refuse("person", N_("Choose the person."))
        return is_fine and len(self.problems) == before


class PatternForm(Form):
    """Which words to begin with."""

    pattern = Select(N_("Begin with words that are there"), blank=N_("None"))


class ReplyForm(Form):
    """An answer."""

    text = TextArea(N_("Your answer"), rows=6, longest=3_000, missing=N_("Write your answer."))
    key = Hidden()


class ReadingForm(Form):
    """Why the team reads what trainers and participants have written."""

    reason = TextArea(
        N_("Why do you have to read it?"), rows=2, longest=500, missing=N_("Enter a reason."),
        hint=N_("Your name and the reason are written down. The people concerned can ask for it."),
    )  # fmt: skip


def empty_reply() -> ReplyForm:
    """For a new answer."""
    return form_from(ReplyForm, key=str(uuid4()))
