"""What opens by a link or a code of a letter: an invitation, a mandate on paper, the question about photos."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.accounts.sessions import entry_of
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound, SignInNeeded
from lms.kernel.marking import N_
from lms.people.family import PHOTOS, Family
from lms.people.mandates import INVITATION, Mandates
from lms.people.models import Person
from lms.people.rules import decides_alone
from lms.portal.acting.forms import CodeForm
from lms.portal.acting.mandate_steps import (
    CODE_PATH,
    agree_form,
    agreeing,
    asked,
    deciding,
    decision_form,
    entering,
    photo_page,
    words_of,
)
from lms.portal.acting.page import HERE, PRIVATE, page_with
from lms.portal.acting.people_steps import photo_wording
from lms.portal.acting.reading import Held, mandate_with
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after, declare

AnyRequest = Request[Any, Any, Any]
AGREED = declare("vollmacht-erteilt", N_("Thank you. From now on this holds. You can end it at any time."))
REFUSED = declare("vollmacht-abgelehnt", N_("Nobody acts for anybody. Nothing has changed."))


class InvitationPages(Controller):
    """What opens by the link in an invitation: no names before somebody has signed in with that address (S-18)."""

    path = "/konto/vollmacht/{mandate_id:uuid}/{token:str}"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def view(
        self,
        request: AnyRequest,
        mandate_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        held = await _invited(around, request, actor, mandate_id, token)
        if held.mandate.given_at is not None or held.mandate.ended_at is not None:
            return after(HERE, AGREED) if held.mandate.ended_at is None else after(HERE, REFUSED)
        return page_with(deciding(held, token), decision_form(held))

    @post()
    async def accept(
        self,
        request: AnyRequest,
        mandate_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        mandates: NamedDependency[Mandates],
    ) -> Template | Redirect:
        """Yes; a principal may allow less than was asked."""
        held = await _invited(around, request, actor, mandate_id, token)
        form, status = decision_form(held, await request.form()), 422
        if form is None or form.validate():
            limits = form.limits() if form else asked(held)
            try:
                await mandates.accept(
                    actor,
                    mandate_id=mandate_id,
                    token=token,
                    email=_email(request),
                    limits=limits,
                    wording=words_of(held, limits, other=actor.name),
                )
                return after(HERE, AGREED)
            except NotFound:
                raise
            except DomainError as refusal:
                if form is None:
                    raise
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return page_with(deciding(held, token), form, status=status)

    @post("/ablehnen")
    async def refuse(
        self,
        request: AnyRequest,
        mandate_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        mandates: NamedDependency[Mandates],
    ) -> Redirect:
        """No."""
        await _invited(around, request, actor, mandate_id, token)
        await mandates.refuse(actor, mandate_id=mandate_id, token=token, email=_email(request))
        return after(HERE, REFUSED)


class CodePages(Controller):
    """`/vollmacht`: sign and code of a letter on paper. Every wrong answer looks the same."""

    path = CODE_PATH
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(self) -> Template:
        return page_with(entering(), form_from(CodeForm))

    @post()
    async def look(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        mandates: NamedDependency[Mandates],
    ) -> Template:
        """What is asked, for whoever holds the letter."""
        form, status = form_from(CodeForm, await request.form()), 422
        if form.validate():
            try:
                held = await _by_code(around, actor, mandates, form)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
            else:
                return page_with(agreeing(held), agree_form(held, sign=form.sign.data, code=form.code.data))
        return page_with(entering(), form, status=status)

    @post("/zustimmen")
    async def agree(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        mandates: NamedDependency[Mandates],
    ) -> Template | Redirect:
        """The principal agrees."""
        sent = await request.form()
        entered = form_from(CodeForm, sent)
        if not entered.validate():
            return page_with(entering(), entered, status=422)
        try:
            held = await _by_code(around, actor, mandates, entered)
        except DomainError as refusal:
            entered.refuse("", refusal.message, **refusal.params)
            return page_with(entering(), entered, status=refusal.status)
        form, status = agree_form(held, sent), 422
        if form.validate():
            limits = form.limits(held.mandate.valid_until)
            try:
                await mandates.agree_by_code(
                    actor,
                    reference=entered.sign.data,
                    code=entered.code.data,
                    limits=limits,
                    wording=words_of(held, limits),
                )
                return after(CODE_PATH, AGREED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return page_with(agreeing(held), form, status=status)


class PhotoPages(Controller):
    """What a young person of 16 or 17 is asked by letter (L-33): yes or no to photos."""

    path = "/fotos/{person_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, person_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        person = await _asked_person(around, person_id, token)
        return page_with(photo_page(person, token))

    @post("/{answer:str}")
    async def answer(
        self,
        person_id: FromPath[UUID],
        token: FromPath[str],
        answer: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        family: NamedDependency[Family],
    ) -> Template:
        """Yes or no; the last word counts."""
        if answer not in {"ja", "nein"}:
            raise NotFound
        person = await _asked_person(around, person_id, token)
        await family.answer_about_photos(
            actor, person_id=person_id, allowed=answer == "ja", wording=photo_wording(person.given_name)
        )
        return Template(
            "portal/acting/photos_answered.html",
            context={"allowed": answer == "ja", "here": f"/fotos/{person_id}/{token}"},
            headers=PRIVATE,
        )


async def _asked_person(around: Around, person_id: UUID, token: str) -> Person:
    if not around.signer.matches(token, PHOTOS, person_id):
        raise NotFound
    async with around.begin.reading() as session:
        person = await session.get(Person, person_id)
    if person is None or not decides_alone(person.birth_date, today(around.clock)):
        raise NotFound
    return person


async def _invited(around: Around, request: AnyRequest, actor: Actor, mandate_id: UUID, token: str) -> Held:
    """What an invitation asks. Raises NotFound for a link that opens nothing, and for another account's invitation."""
    if not around.signer.matches(token, INVITATION, mandate_id):
        raise NotFound
    async with around.begin.reading() as session:
        held = await mandate_with(session, mandate_id)
    is_side = actor.person_id in {held.mandate.principal_id, held.mandate.agent_id}
    is_late = held.mandate.given_at is None and held.mandate.asked_until <= around.clock()
    if (
        held.mandate.invited_email != _email(request)
        or is_late
        or (is_side and held.mandate.given_at is None)
    ):
        raise NotFound
    return held


def _email(request: AnyRequest) -> str:
    entry = entry_of(request)
    if entry is None:
        raise SignInNeeded
    return entry.email.casefold()


async def _by_code(around: Around, actor: Actor, mandates: Mandates, form: CodeForm) -> Held:
    await within(around.begin, around.clock, "check-in", address=actor.address)
    mandate = await mandates.asked_by_code(reference=form.sign.data, code=form.code.data)
    async with around.begin.reading() as session:
        return await mandate_with(session, mandate.id)
