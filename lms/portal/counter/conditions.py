"""What a run asks of whoever takes part, in the forms of the team: it may let somebody in all the same, with a reason."""

from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.enrolment.conditions.fields import answers_in, with_questions
from lms.enrolment.conditions.queries import NOTHING, Asks, asks_of
from lms.enrolment.conditions.values import Said
from lms.enrolment.conditions.words import declaration, in_words
from lms.portal.counter.forms import BookingForm
from lms.web.language import gettext

F = TypeVar("F", bound=BookingForm)


async def asked_by(session: AsyncSession, run: Run | None) -> tuple[Asks, Course | None]:
    """What the chosen run asks for, and its course; nothing as long as none is chosen."""
    if run is None:
        return NOTHING, None
    return await asks_of(session, run), await session.get_one(Course, run.course_id)


def with_questions_of(form_class: type[F], asks: Asks) -> type[F]:
    """The form with the run's questions; whether they are answered is judged by the service."""
    return with_questions(form_class, asks.questions, is_lenient=True)


def asking(form: F, course: Course | None, asks: Asks) -> F:
    """Only those fields about conditions that the run has."""
    if asks.condition is None or not asks.needs_declaration:
        del form.declared
    else:
        form.declared.label.text = gettext(
            "The person says: “%(declaration)s”", declaration=declaration(asks.condition)
        )
    if not asks.needs_code_word:
        del form.code_word
    if course is None or not (in_words(asks.condition, course, asks.needed) or asks.questions):
        del form.override_reason
    return form


def said_in(form: BookingForm, asks: Asks) -> Said:
    """What the form says about the conditions."""
    return Said(
        code_word=(form.code_word.data or "") if "code_word" in form else "",
        declared=bool(form.declared.data) if "declared" in form else False,
        answers=[answers_in(form.data, asks.questions)],
        override_reason=(form.override_reason.data or "") if "override_reason" in form else "",
    )
