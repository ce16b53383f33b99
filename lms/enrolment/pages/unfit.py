"""Says at the question itself that a condition of the run is not met, before anybody has typed everything else."""

from typing import Any

from lms.enrolment import forms
from lms.enrolment.conditions import rules, words
from lms.enrolment.conditions.errors import (
    CodeWordWrong,
    EarlierCourseMissing,
    EarlierCourseUnknown,
    LivesElsewhere,
)
from lms.enrolment.conditions.fields import refuse_unanswered
from lms.enrolment.conditions.queries import has_taken
from lms.enrolment.errors import TooYoung
from lms.enrolment.pages.asking import refuse_wrong_age
from lms.enrolment.pages.draft import KNOWN, Draft, full_name
from lms.enrolment.pages.questions import Kind, Step
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, TooMany
from lms.people.models import Person
from lms.web.forms import Form
from lms.web.module import Around


async def refuse_unfit(
    form: Form,
    draft: Draft,
    step: Step,
    answers: dict[str, Any],
    *,
    actor: Actor,
    around: Around,
    enrolments: Enrolments,
) -> DomainError | None:
    """What stands in the way of a valid form, already said at its field; None where nothing does.

    `answers` is what will be kept: of a code word only the mark that it was the right one.
    """
    if isinstance(form, forms.PersonForm):
        name = full_name(form.data) or draft.names[0]
        return TooYoung() if refuse_wrong_age(form, draft, name) else None
    if isinstance(form, forms.AccessForm):
        return await _refuse_wrong_word(form, draft, answers, actor, enrolments)
    if isinstance(form, forms.ResidenceForm):
        return _refuse_elsewhere(form, "city", draft, draft.names[0])
    if step is Step.WHO:
        return await _refuse_known(form, draft, around)
    return None


def refuse_unfit_participant(form: forms.ParticipantForm, draft: Draft, answers: dict[str, Any]) -> None:
    """The same for one of several persons, each of whom has a page."""
    name, known = draft.name_of(answers), draft.known_as(answers)
    refuse_wrong_age(form, draft, name, draft.birth_date_of(answers))
    residence = draft.offering.asks.residence
    if known and residence and (known.postal_code or known.city):
        if not rules.lives_in(residence, known.postal_code, known.city):
            _said(form, "who", LivesElsewhere(name=name, residence=words.places(residence)))
    elif residence:
        _refuse_elsewhere(form, "city", draft, name)
    refuse_unanswered(form, draft.offering.asks.questions)


async def _refuse_wrong_word(
    form: forms.AccessForm, draft: Draft, answers: dict[str, Any], actor: Actor, enrolments: Enrolments
) -> DomainError | None:
    word = answers.pop("code_word", None)
    if "code_word" not in form:
        return None
    try:
        answers["mark"] = await enrolments.try_code_word(
            actor, run_id=draft.offering.run.id, word=str(word or "")
        )
    except (CodeWordWrong, TooMany) as refusal:
        form.refuse("code_word", refusal.message, **refusal.params)
        return refusal
    return None


def _refuse_elsewhere(form: Form, field: str, draft: Draft, name: str) -> DomainError | None:
    residence = draft.offering.asks.residence
    if rules.lives_in(residence, form["postal_code"].data or "", form["city"].data or ""):
        return None
    return _said(form, field, LivesElsewhere(name=name, residence=words.places(residence)))


async def _refuse_known(form: Form, draft: Draft, around: Around) -> DomainError | None:
    """What we know of the person that was chosen: where they live, and whether they have taken the course before."""
    who, asks = str(form["who"].data), draft.offering.asks
    person = draft.visitor.me if who == Kind.ME else draft.visitor.person(who.removeprefix(KNOWN))
    knows_where = person is not None and bool(person.postal_code or person.city)
    where = words.places(asks.residence)
    if (
        person
        and where
        and knows_where
        and not rules.lives_in(asks.residence, person.postal_code, person.city)
    ):
        return _said(form, "who", LivesElsewhere(name=person.name, residence=where))
    return await _refuse_beginner(form, draft, person, around)


async def _refuse_beginner(
    form: Form, draft: Draft, person: Person | None, around: Around
) -> DomainError | None:
    for earlier in draft.offering.asks.needed:
        course = words.spoken(earlier.title_de, earlier.title_en)
        if person is None and draft.visitor.me is not None and form["who"].data == Kind.GROUP:
            return None  # who of the household comes is chosen on the next page
        if person is None:
            return _said(form, "who", EarlierCourseUnknown(course=course))
        async with around.begin.reading() as session:
            has_been = await has_taken(session, [person.id], earlier.id, draft.offering.run.id)
        if not has_been:
            return _said(form, "who", EarlierCourseMissing(name=person.name, course=course))
    return None


def _said(form: Form, field: str, refusal: DomainError) -> DomainError:
    form.refuse(field, refusal.message, **refusal.params)
    return refusal
