"""What the pages about mandates say, and their forms with what is known."""

from typing import Any

from lms.kernel.actor import Actor
from lms.people.mandate_words import allowed, wording
from lms.people.mandates import Limits
from lms.people.models import Person
from lms.portal.acting.forms import AgreeForm, LimitsForm
from lms.portal.acting.page import Page
from lms.portal.acting.people_steps import area
from lms.portal.acting.reading import Held
from lms.web.formats import date_plain
from lms.web.forms import form_from
from lms.web.language import gettext

CODE_PATH = "/vollmacht"


def words_of(held: Held, limits: Limits, *, other: str = "") -> str:
    """The sentence that is agreed to; `other` is who of the two was not known before."""
    principal = held.principal.name if held.principal else other
    agent = held.agent.name if held.agent else other
    return wording(principal, agent, limits.scopes, limits.until)


def limits_form(held: Held) -> LimitsForm:
    """The form with what holds now."""
    one = held.mandate
    return form_from(LimitsForm, scopes=one.scopes.split(), until=one.valid_until, version=str(one.version))


def asked(held: Held) -> Limits:
    return Limits(scopes=held.mandate.allows, until=held.mandate.valid_until)


def decision_form(held: Held, sent: Any = None) -> LimitsForm | None:
    """Whoever is to act says yes or no; whoever lets act also says to what."""
    if held.mandate.principal_id is not None:
        return None
    form = form_from(LimitsForm, sent, scopes=held.mandate.scopes.split(), until=held.mandate.valid_until)
    del form.version
    return form


def agree_form(held: Held, sent: Any = None, **entered: Any) -> AgreeForm:
    form = form_from(AgreeForm, sent, scopes=held.mandate.scopes.split(), **entered)
    asked = held.mandate.scopes.split()
    form.scopes.choices = [(value, words) for value, words in form.scopes.choices or () if value in asked]
    return form


def changing(held: Held, actor: Actor) -> Page:
    here = f"/konto/vollmacht/{held.mandate.id}"
    is_principal = held.mandate.principal_id == actor.person_id
    sentence = (
        gettext("What may %(name)s do for you?", name=held.agent_name)
        if is_principal
        else gettext("You can make the mandate smaller, not larger.")
    )
    return Page(
        title=gettext("Change the mandate"),
        area=area(),
        path=f"{here}/aendern",
        back=here,
        button=gettext("Save"),
        sentences=[sentence],
    )


def ending(held: Held, actor: Actor) -> Page:
    here = f"/konto/vollmacht/{held.mandate.id}"
    is_principal = held.mandate.principal_id == actor.person_id
    first = (
        gettext("%(name)s no longer sees your courses, and can no longer act for you.", name=held.agent_name)
        if is_principal
        else gettext(
            "You no longer see the courses of %(name)s, and can no longer act.", name=held.principal_name
        )
    )
    return Page(
        title=gettext("End the mandate?"),
        area=area(),
        path=f"{here}/beenden",
        back=here,
        button=gettext("End the mandate"),
        way_out=gettext("Change nothing"),
        is_dangerous=True,
        sentences=[first, gettext("It holds at once. Courses that are booked stay booked.")],
    )


def deciding(held: Held, token: str) -> Page:
    here = f"/konto/vollmacht/{held.mandate.id}/{token}"
    asks_to_act = held.mandate.agent_id is not None
    facts = [(gettext("Until"), _day(held))]
    if not asks_to_act:
        facts.insert(0, (gettext("You may"), "; ".join(allowed(held.mandate.allows))))
    return Page(
        title=gettext("May %(name)s act for you?", name=held.agent_name)
        if asks_to_act
        else gettext("Would you act for %(name)s?", name=held.principal_name),
        area=area(),
        path=here,
        button=gettext("Yes, I agree"),
        other_path=f"{here}/ablehnen",
        other_button=gettext("No, I do not agree"),
        facts=() if asks_to_act else facts,
        sentences=[gettext("You decide. You can end it at any time, and always see what was done.")],
    )


def entering() -> Page:
    return Page(
        title=gettext("Let somebody act for you"),
        area=gettext("Mandate"),
        back="",
        path=CODE_PATH,
        button=gettext("Continue"),
        sentences=[gettext("You have a letter from us with a sign and a code. Please enter both.")],
    )


def agreeing(held: Held) -> Page:
    return Page(
        title=gettext("May %(name)s act for you?", name=held.agent_name),
        area=gettext("Mandate"),
        back=CODE_PATH,
        path=f"{CODE_PATH}/zustimmen",
        button=gettext("Yes, I agree"),
        facts=[(gettext("For"), held.principal_name), (gettext("Until"), _day(held))],
        sentences=[
            gettext("You can end it at any time. A call is enough. If you do not agree, close this page.")
        ],
    )


def _day(held: Held) -> str:
    until = held.mandate.valid_until
    return date_plain(until) if until else gettext("it is taken back")


def photo_page(person: Person, token: str) -> Page:
    here = f"/fotos/{person.id}/{token}"
    return Page(
        title=gettext("May we take photos of you, %(name)s?", name=person.given_name),
        area=gettext("Photos"),
        back="",
        path=f"{here}/ja",
        button=gettext("Yes, photos are fine"),
        other_path=f"{here}/nein",
        other_button=gettext("No, no photos"),
        sentences=[
            gettext(
                "You decide freely. It has no effect on your place, and you can change your mind at any time."
            ),
            gettext("We would show the photos on our website."),
        ],
    )
