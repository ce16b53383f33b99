"""What a run asks for about whoever sits on a seat, in the forms by which people are named."""

from typing import Any, TypeVar

from lms.enrolment.conditions.fields import answers_in, question_fields, refuse_unanswered, with_questions
from lms.enrolment.conditions.queries import Asks
from lms.enrolment.conditions.values import Said
from lms.enrolment.conditions.words import declaration
from lms.portal.company.forms import NameForm
from lms.web.forms import form_from

F = TypeVar("F", bound=NameForm)


def naming_form(form_class: type[F], asks: Asks, sent: Any = None, **known: Any) -> F:
    """The form with only those fields about conditions that the run has, and with its questions."""
    form = form_from(with_questions(form_class, asks.questions), sent, **known)
    if asks.condition is None or not asks.needs_declaration:
        del form.declared
    else:
        form.declared.label.text = declaration(asks.condition)
    if not asks.needs_code_word:
        del form.code_word
    if not asks.residence:
        del form.postal_code, form.city
    return form


def is_complete(form: NameForm, asks: Asks) -> bool:
    """Whether everything is typed that has to be, conditional questions included."""
    fine = form.validate()
    return not refuse_unanswered(form, asks.questions) and fine


def said_in(form: NameForm, asks: Asks) -> Said:
    """What the form says about the conditions."""
    return Said(
        code_word=(form.code_word.data or "") if "code_word" in form else "",
        declared=bool(form.declared.data) if "declared" in form else False,
        answers=[answers_in(form.data, asks.questions)],
    )


def asked_fields(form: NameForm, asks: Asks) -> list[Any]:
    """The fields that only some runs have, in the order of the page."""
    names = ("postal_code", "city", "code_word", "declared")
    return [*(form[name] for name in names if name in form), *question_fields(form, asks.questions)]
