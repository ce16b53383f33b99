"""`/mithelfen`: what helping is, for grown-ups and for the young, and the form with which it begins."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError
from lms.people.models import Person
from lms.volunteering import rules
from lms.volunteering.errors import (
    BirthDateUnlikely,
    GuardianMissing,
    NotReachable,
    TooYoungToHelp,
)
from lms.volunteering.forms import ApplyForm, YoungForm
from lms.volunteering.models import Basis
from lms.volunteering.queries.helpers import limits_of, topics
from lms.volunteering.queries.hours import rate_on
from lms.volunteering.service import Helpers
from lms.volunteering.values import Application
from lms.volunteering.words import topic_choices, topic_words
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.language import say_du
from lms.web.module import Around
from lms.web.sent import uuid_in
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
HERE, YOUNG = "/mithelfen", "/mithelfen/jung"
AT_FIELD: dict[type[DomainError], str] = {
    NotReachable: "email",
    BirthDateUnlikely: "birth",
    TooYoungToHelp: "birth",
    GuardianMissing: "guardian_given_name",
}


class BecomingPages(Controller):
    """What one does, what one gets, and asking."""

    path = HERE
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def tell(self, around: NamedDependency[Around]) -> Template:
        """For grown-ups."""
        return await _tell(around, young=False)

    @get("/jung")
    async def tell_young(self, around: NamedDependency[Around]) -> Template:
        """For the young, in their tone."""
        return await _tell(around, young=True)

    @get("/anmelden")
    async def ask(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """The form for grown-ups."""
        return await _form_page(around, form_from(ApplyForm, **await _known(around, actor)), young=False)

    @get("/jung/anmelden")
    async def ask_young(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """The form for the young."""
        return await _form_page(around, form_from(YoungForm, **await _known(around, actor)), young=True)

    @post("/anmelden")
    async def send(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helpers: NamedDependency[Helpers],
    ) -> Template | Redirect:
        """A grown-up wants to help."""
        return await _send(around, actor, helpers, form_from(ApplyForm, await request.form()), young=False)

    @post("/jung/anmelden")
    async def send_young(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helpers: NamedDependency[Helpers],
    ) -> Template | Redirect:
        """Somebody young wants to help."""
        return await _send(around, actor, helpers, form_from(YoungForm, await request.form()), young=True)

    @get("/danke")
    async def thanks(self) -> Template:
        """What happens next; the way on comes by letter, to the address that is known."""
        return Template("volunteering/thanks.html", context={"young": False})

    @get("/jung/danke")
    async def thanks_young(self) -> Template:
        """The same for the young."""
        say_du(wanted=True)
        return Template("volunteering/thanks.html", context={"young": True})


async def _tell(around: Around, *, young: bool) -> Template:
    say_du(wanted=young)
    day = today(around.clock)
    async with around.begin.reading() as session:
        rate = await rate_on(session, day)
        limits = await limits_of(session)
        offered = await topics(session)
    return Template(
        "volunteering/tell_young.html" if young else "volunteering/tell.html",
        context={
            "rate": rate if rate is not None and rate.cents else None,
            "per_hour": rate is not None and rate.basis is Basis.HOUR,
            "limits": limits,
            "topics": [topic_words(one) for one in offered.values()],
            "free": rules.free_cents(day.year)[1],
        },
    )


async def _known(around: Around, actor: Actor) -> dict[str, Any]:
    """What we know of somebody who is signed in."""
    known: dict[str, Any] = {"key": str(uuid4())}
    if actor.person_id is not None:
        async with around.begin.reading() as session:
            me = await session.get(Person, actor.person_id)
        if me is not None:
            known |= {
                name: getattr(me, name) or "" for name in ("given_name", "family_name", "email", "phone")
            }
            known["birth"] = me.birth_date
    return known


async def _form_page(around: Around, form: ApplyForm, *, young: bool, status: int = 200) -> Template:
    say_du(wanted=young)
    async with around.begin.reading() as session:
        offered = await topics(session)
        limits = await limits_of(session)
    form.topics.choices = topic_choices(offered)
    return Template(
        "volunteering/apply.html",
        context={
            "form": form,
            "young": young,
            "here": f"{YOUNG if young else HERE}/anmelden",
            "back": YOUNG if young else HERE,
            "limits": limits,
        },
        status_code=status,
        headers=PRIVATE,
    )


async def _send(
    around: Around, actor: Actor, helpers: Helpers, form: ApplyForm, *, young: bool
) -> Template | Redirect:
    say_du(wanted=young)
    async with around.begin.reading() as session:
        form.topics.choices = topic_choices(await topics(session))
    if not form.validate():
        return await _form_page(around, form, young=young, status=422)
    if not actor.is_signed_in:
        await within(around.begin, around.clock, "helper", address=actor.address)
    wanted = Application(
        who=form.contact,
        birth_date=form.birth.data if isinstance(form, YoungForm) else None,
        guardian=form.guardian,
        topic_ids=form.topic_ids,
        times=form.times.data or "",
        note=form.note.data or "",
        wants_account=bool(form.account.data),
    )
    form_id: UUID = uuid_in(form.key.data) or uuid4()
    try:
        await helpers.apply(actor, wanted, form_id=form_id)
    except DomainError as refusal:
        name = AT_FIELD.get(type(refusal), "")
        form.refuse(name if name in form else "", refusal.message, **refusal.params)
        return await _form_page(around, form, young=young, status=refusal.status)
    return Redirect(url(f"{YOUNG if young else HERE}/danke"), status_code=303)
