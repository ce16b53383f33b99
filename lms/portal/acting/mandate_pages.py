"""`/konto/vollmacht/…`: one mandate, seen by both; the invitation; and, without an account, the code of a letter."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.accounts.sessions import entry_of
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound, SignInNeeded, Stale
from lms.kernel.marking import N_
from lms.people.family import PHOTOS, Family
from lms.people.mandate_words import allowed, wording
from lms.people.mandates import INVITATION, Limits, Mandates
from lms.people.models import Person
from lms.people.rules import decides_alone
from lms.portal.acting.forms import AgreeForm, CodeForm, LimitsForm
from lms.portal.acting.page import HERE, PRIVATE, Page, page_with
from lms.portal.acting.pages import area, photo_wording
from lms.portal.acting.paper import mandate_paper, pdf
from lms.portal.acting.reading import Held, deeds_of, mandate_with
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.formats import date_plain
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.versions import both_versions, version_in

AnyRequest = Request[Any, Any, Any]
CODE_PATH = "/vollmacht"
AGREED = declare("vollmacht-erteilt", N_("Thank you. From now on this holds. You can end it at any time."))
REFUSED = declare("vollmacht-abgelehnt", N_("Nobody acts for anybody. Nothing has changed."))
ENDED = declare("vollmacht-beendet", N_("The mandate has ended. It holds no longer, from this moment on."))


class MandatePages(Controller):
    """One mandate, for the two whom it concerns."""

    path = "/konto/vollmacht/{mandate_id:uuid}"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def show(
        self, mandate_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """What it allows, in which words it was given, and what was done by it."""
        async with around.begin.reading() as session:
            held = await _mine(mandate_with, session, actor, mandate_id)
            deeds = await deeds_of(session, held.mandate)
        return Template(
            "portal/acting/mandate.html",
            context={
                "held": held,
                "deeds": deeds,
                "is_principal": held.mandate.principal_id == actor.person_id,
                "state": held.state(around.clock(), today(around.clock)),
            },
            headers=PRIVATE,
        )

    @get("/formular.pdf")
    async def form(
        self, mandate_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The paper to sign, filled in."""
        async with around.begin.reading() as session:
            held = await _mine(mandate_with, session, actor, mandate_id)
        if held.principal is None or held.agent is None:
            raise NotFound
        await within(around.begin, around.clock, "export", account=f"paper:{actor.account_id}")
        return await pdf(mandate_paper(held, at=around.clock()))

    @get("/aendern")
    async def ask_change(
        self, mandate_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        async with around.begin.reading() as session:
            held = await _mine(mandate_with, session, actor, mandate_id)
        return page_with(_changing(held, actor), limits_form(held))

    @post("/aendern")
    async def change(
        self,
        request: AnyRequest,
        mandate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        mandates: NamedDependency[Mandates],
    ) -> Template | Redirect:
        """Allow more or less; whoever acts can only make it smaller."""
        form = form_from(LimitsForm, await request.form())
        async with around.begin.reading() as session:
            held = await _mine(mandate_with, session, actor, mandate_id)
        status, versions, here = 422, None, f"/konto/vollmacht/{mandate_id}"
        if form.validate():
            try:
                limits = form.limits()
                await mandates.change(
                    actor,
                    mandate_id=mandate_id,
                    limits=limits,
                    wording=words_of(held, limits),
                    version=version_in(form.version.data) or 0,
                )
                return after(here, SAVED)
            except Stale as refusal:
                status = refusal.status
                versions = both_versions(form, limits_form(held), marks=["version"], keep=here)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return page_with(_changing(held, actor), form, status=status, versions=versions)

    @get("/beenden")
    async def consider_ending(
        self, mandate_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        async with around.begin.reading() as session:
            held = await _mine(mandate_with, session, actor, mandate_id)
        return page_with(_ending(held, actor))

    @post("/beenden")
    async def end(
        self, mandate_id: FromPath[UUID], actor: NamedDependency[Actor], mandates: NamedDependency[Mandates]
    ) -> Redirect:
        """It ends at once; the next click of the other one is refused."""
        await mandates.withdraw(actor, mandate_id=mandate_id)
        return after(HERE, ENDED)


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
        return page_with(_deciding(held, token), _decision_form(held))

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
        form, status = _decision_form(held, await request.form()), 422
        if form is None or form.validate():
            limits = form.limits() if form else _asked(held)
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
        return page_with(_deciding(held, token), form, status=status)

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
        return page_with(_entering(), form_from(CodeForm))

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
                return page_with(_agreeing(held), _agree_form(held, sign=form.sign.data, code=form.code.data))
        return page_with(_entering(), form, status=status)

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
            return page_with(_entering(), entered, status=422)
        try:
            held = await _by_code(around, actor, mandates, entered)
        except DomainError as refusal:
            entered.refuse("", refusal.message, **refusal.params)
            return page_with(_entering(), entered, status=refusal.status)
        form, status = _agree_form(held, sent), 422
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
        return page_with(_agreeing(held), form, status=status)


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
        return page_with(_photo_page(person, token))

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


def _photo_page(person: Person, token: str) -> Page:
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


async def _mine(read: Any, session: Any, actor: Actor, mandate_id: UUID) -> Held:
    """A mandate in which the actor is one side. Raises NotFound for anybody else's."""
    held: Held = await read(session, mandate_id)
    if actor.person_id is None or actor.person_id not in {held.mandate.principal_id, held.mandate.agent_id}:
        raise NotFound
    return held


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


def words_of(held: Held, limits: Limits, *, other: str = "") -> str:
    """The sentence that is agreed to; `other` is who of the two was not known before."""
    principal = held.principal.name if held.principal else other
    agent = held.agent.name if held.agent else other
    return wording(principal, agent, limits.scopes, limits.until)


def limits_form(held: Held) -> LimitsForm:
    """The form with what holds now."""
    one = held.mandate
    return form_from(LimitsForm, scopes=one.scopes.split(), until=one.valid_until, version=str(one.version))


def _asked(held: Held) -> Limits:
    return Limits(scopes=held.mandate.allows, until=held.mandate.valid_until)


def _decision_form(held: Held, sent: Any = None) -> LimitsForm | None:
    """Whoever is to act says yes or no; whoever lets act also says to what."""
    if held.mandate.principal_id is not None:
        return None
    form = form_from(LimitsForm, sent, scopes=held.mandate.scopes.split(), until=held.mandate.valid_until)
    del form.version
    return form


def _agree_form(held: Held, sent: Any = None, **entered: Any) -> AgreeForm:
    form = form_from(AgreeForm, sent, scopes=held.mandate.scopes.split(), **entered)
    asked = held.mandate.scopes.split()
    form.scopes.choices = [(value, words) for value, words in form.scopes.choices or () if value in asked]
    return form


def _changing(held: Held, actor: Actor) -> Page:
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


def _ending(held: Held, actor: Actor) -> Page:
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


def _deciding(held: Held, token: str) -> Page:
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


def _entering() -> Page:
    return Page(
        title=gettext("Let somebody act for you"),
        area=gettext("Mandate"),
        back="",
        path=CODE_PATH,
        button=gettext("Continue"),
        sentences=[gettext("You have a letter from us with a sign and a code. Please enter both.")],
    )


def _agreeing(held: Held) -> Page:
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
