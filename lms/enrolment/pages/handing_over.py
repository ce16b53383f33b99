"""Letting another person come: who, what it comes to, and the button; by link or out of *Meine Kurse*."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.enrolment.errors import BirthDateNeeded, TooOld, TooYoung
from lms.enrolment.pages.change_forms import SubstituteForm
from lms.enrolment.pages.checking import manage_path
from lms.enrolment.pages.offering import Offering, offering_of
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.pages.ways import Holder, by_link, promised, signed_in
from lms.enrolment.pages.words import TERMS_VERSION
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewPerson
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
AT_BIRTH_DATE = (TooYoung, TooOld, BirthDateNeeded)


class SubstituteLinkPages(Controller):
    """For whoever holds the link."""

    path = "/anmeldung/{enrolment_id:uuid}/{token:str}/ersatzperson"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """Who comes instead."""
        return await _ask(around, await by_link(around, enrolment_id, token))

    @post()
    async def hand_over(
        self, request: AnyRequest, enrolment_id: FromPath[UUID], token: FromPath[str],
        actor: NamedDependency[Actor], around: NamedDependency[Around], enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:  # fmt: skip
        """First the sum, then the button that does it."""
        return await _answer(request, around, enrolment, actor, await by_link(around, enrolment_id, token))


class OwnSubstitutePages(Controller):
    """The same for somebody signed in."""

    path = "/meine-kurse/{enrolment_id:uuid}/ersatzperson"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def ask(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin],
        around: NamedDependency[Around],
    ) -> Template | Redirect:  # fmt: skip
        """Who comes instead."""
        return await _ask(around, await signed_in(begin, actor, enrolment_id))

    @post()
    async def hand_over(
        self, request: AnyRequest, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor],
        begin: NamedDependency[Begin], around: NamedDependency[Around], enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:  # fmt: skip
        """First the sum, then the button that does it."""
        return await _answer(request, around, enrolment, actor, await signed_in(begin, actor, enrolment_id))


def substitute_form(offering: Offering, around: Around, sent: Any = None) -> SubstituteForm:
    """The form, with the birth date only where the course has an age limit."""
    form = form_from(SubstituteForm, sent)
    if offering.needs_birth_date:
        form.birth_date.latest = local(around.clock()).date()
    else:
        del form.birth_date
    return form


def named_in(form: SubstituteForm) -> NewPerson:
    """The person of a form that is valid."""
    return NewPerson(
        given_name=form.given_name.data,
        family_name=form.family_name.data,
        birth_date=form.birth_date.data if "birth_date" in form else None,
        email=form.email.data,
        phone=form.phone.data,
    )


async def _ask(around: Around, way: Holder) -> Template | Redirect:
    if not way.has_whole_place:
        return Redirect(url(way.here), status_code=303, headers=PRIVATE)
    async with around.begin.reading() as session:
        offering = await offering_of(session, way.found.run.id)
    return _page("ask", way, offering, substitute_form(offering, around))


async def _answer(
    request: AnyRequest, around: Around, enrolment: Enrolments, actor: Actor, way: Holder
) -> Template | Redirect:
    """Without a promised sum the page that names it; with one it is done. What was typed is never lost."""
    sent = await request.form()
    async with around.begin.reading() as session:
        offering = await offering_of(session, way.found.run.id)
    form = substitute_form(offering, around, sent)
    if not form.validate():
        return _page("ask", way, offering, form, status=422)
    promise, whose, token = sent.get("promise"), way.found.enrolment.id, way.token
    try:
        if promise is None or sent.get("aendern"):
            if sent.get("aendern"):
                return _page("ask", way, offering, form)
            reckoning = await enrolment.preview_hand_over(
                actor, enrolment_id=whose, token=token, person=named_in(form)
            )
            return _page("check", way, offering, form, reckoning=reckoning)
        done = await enrolment.hand_over(
            actor, enrolment_id=whose, token=token, person=named_in(form), terms_version=TERMS_VERSION, expected_cents=promised(promise)
        )  # fmt: skip
    except NotFound:
        raise
    except DomainError as refusal:
        at_birth_date = isinstance(refusal, AT_BIRTH_DATE) and "birth_date" in form
        form.refuse("birth_date" if at_birth_date else "", refusal.message, **refusal.params)
        return _page("ask", way, offering, form, status=refusal.status)
    new = done.enrolment
    path = manage_path(around, new.id, new.link_version) if way.token else f"/meine-kurse/{new.id}"
    return Redirect(url(path), status_code=303, headers=PRIVATE)


def _page(
    step: str, way: Holder, offering: Offering, form: SubstituteForm, *, status: int = 200, **more: Any
) -> Template:
    return Template(
        f"enrolment/substitute_{step}.html",
        context={
            "offering": offering,
            "form": form,
            "here": way.here,
            "person": way.found.person,
            "former_price": way.found.enrolment.price_cents,
            **more,
        },
        status_code=status,
        headers=PRIVATE,
    )
