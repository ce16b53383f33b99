"""`/konto/personen`: for whom I act, who acts for me; children, the household, photos."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound, Stale, TooMany
from lms.kernel.marking import N_
from lms.people.family import Family
from lms.people.mandates import Mandates
from lms.people.models import Person
from lms.portal.acting.clubs import places_of_children
from lms.portal.acting.forms import PICK_UPS, ChildForm, InvitationForm, RelativeForm
from lms.portal.acting.page import HERE, PRIVATE, page_with
from lms.portal.acting.people_steps import (
    adding_child,
    asking_relative,
    changing_child,
    inviting,
    leaving,
    letting_go,
    photo_wording,
)
from lms.portal.acting.reading import Child, child_of, has_live_enrolment, people_of
from lms.portal.desk.ideas import key_of
from lms.web.access import SIGNED_IN
from lms.web.forms import Form, form_from
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.versions import both_versions, version_in

AnyRequest = Request[Any, Any, Any]
CHILD_ADDED = declare("kind-dazu", N_("The child is added. You can enrol it in courses now."))
CHILD_LEFT = declare("kind-abgegeben", N_("You no longer decide for this child."))
LETTER_SENT = declare(
    "brief-geschrieben", N_("We write a letter. As soon as the answer is here, you can act for this person.")
)
INVITED = declare(
    "einladung-geschrieben",
    N_("We write to this address. As soon as the answer is here, you both get an e-mail."),
)
PHOTOS_SAVED = declare("fotos", N_("We keep to what you said about photos, from now on."))
LEFT = declare("haushalt-verlassen", N_("The person is no longer in the household."))
HEAD_NAMED = declare("haushalt-sprecher", N_("This person acts for the household too now."))


class ActingPages(Controller):
    """The overview, and who is added to it."""

    path = HERE
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """Children, those with a mandate, the household, and who acts for me."""
        day = today(around.clock)
        async with around.begin.reading() as session:
            people = await people_of(session, actor, day)
            children = [one.person.id for one in people.children]
            places = await places_of_children(session, children, actor.person_id, around.clock())
        return Template(
            "portal/acting/people.html",
            context={"people": people, "places": places, "now_is": around.clock(), "today": day},
            headers=PRIVATE,
        )

    @post("/kurs/{enrolment_id:uuid}/fehlen/{answer:str}")
    async def tell_when_missed(
        self,
        enrolment_id: FromPath[UUID],
        answer: FromPath[str],
        actor: NamedDependency[Actor],
        enrolment: NamedDependency[Enrolments],
    ) -> Redirect:
        """Whether we write when a child did not come."""
        await enrolment.tell_when_missed(actor, enrolment_id=enrolment_id, is_wanted=answer == "ja")
        return after(HERE, SAVED)

    @get("/neu")
    async def choose(self) -> Template:
        """Whom to add."""
        return Template("portal/acting/new.html", headers=PRIVATE)

    @get("/kind")
    async def ask_child(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        async with around.begin.reading() as session:
            me = await session.get(Person, actor.person_id)
        form = form_from(
            ChildForm,
            key=str(uuid4()),
            family_name=me.family_name if me else "",
            emergency_phone=me.phone if me else None,
        )
        return page_with(adding_child(), _without(form, "version"))

    @post("/kind")
    async def add_child(
        self, request: AnyRequest, actor: NamedDependency[Actor], family: NamedDependency[Family]
    ) -> Template | Redirect:
        """A child of one's own, as a record of its own."""
        form = _without(form_from(ChildForm, await request.form()), "version")
        status = 422
        if form.validate():
            try:
                await family.add_child(actor, child_id=key_of(form.key.data), details=form.details())
                return after(HERE, CHILD_ADDED)
            except DomainError as refusal:
                status = _refused(form, refusal)
        return page_with(adding_child(), form, status=status)

    @get("/kind/{child_id:uuid}")
    async def ask_about_child(
        self, child_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        async with around.begin.reading() as session:
            child = await child_of(session, actor, child_id, today(around.clock))
        return page_with(changing_child(child.person), _known_child(child))

    @post("/kind/{child_id:uuid}")
    async def change_child(
        self,
        request: AnyRequest,
        child_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        family: NamedDependency[Family],
    ) -> Template | Redirect:
        """What the course leader has to know, anew."""
        form = _without(form_from(ChildForm, await request.form()), "birth_date", "both", "key")
        async with around.begin.reading() as session:
            child = await child_of(session, actor, child_id, today(around.clock))
        status, versions = 422, None
        if form.validate() and child.person.birth_date:
            try:
                details = form.details(child.person.birth_date)
                version = version_in(form.version.data) or 0
                await family.change_child(actor, child_id=child_id, details=details, version=version)
                return after(HERE, SAVED)
            except Stale as refusal:
                status = refusal.status
                stored = _known_child(child)
                versions = both_versions(form, stored, marks=["version"], keep=f"{HERE}/kind/{child_id}")
            except DomainError as refusal:
                status = _refused(form, refusal)
        return page_with(changing_child(child.person), form, status=status, versions=versions)

    @get("/kind/{child_id:uuid}/abgeben")
    async def consider_letting_go(
        self, child_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        async with around.begin.reading() as session:
            child = await child_of(session, actor, child_id, today(around.clock))
            is_enrolled = await has_live_enrolment(session, child_id)
        return page_with(letting_go(child.person, is_enrolled=is_enrolled), status=200)

    @post("/kind/{child_id:uuid}/abgeben")
    async def let_go(
        self,
        child_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        family: NamedDependency[Family],
    ) -> Template | Redirect:
        """No longer decide for a child, unless it is in a course: then the team has to know who does."""
        async with around.begin.reading() as session:
            child = await child_of(session, actor, child_id, today(around.clock))
            is_enrolled = await has_live_enrolment(session, child_id)
        if is_enrolled:
            return page_with(letting_go(child.person, is_enrolled=True), status=409)
        await family.let_go(actor, child_id=child_id)
        return after(HERE, CHILD_LEFT)

    @get("/angehoerige")
    async def ask_relative(self) -> Template:
        form = form_from(RelativeForm, key=str(uuid4()), scopes=["see", "enrol", "cancel"])
        return page_with(asking_relative(), form)

    @post("/angehoerige")
    async def add_relative(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        mandates: NamedDependency[Mandates],
    ) -> Template | Redirect:
        """Ask somebody without e-mail on paper; whether we know that name is not said (S-17)."""
        form = form_from(RelativeForm, await request.form())
        status = 422
        if form.validate():
            try:
                await within(around.begin, around.clock, "mail", account=f"mandate:{actor.account_id}")
                await mandates.ask_by_post(
                    actor,
                    mandate_id=key_of(form.key.data),
                    member=form.member(current_language()),
                    limits=form.limits(),
                )
                return after(HERE, LETTER_SENT)
            except DomainError as refusal:
                status = _refused(form, refusal)
        return page_with(asking_relative(), form, status=status)

    @get("/einladen")
    async def ask_invitation(self) -> Template:
        return page_with(inviting(), form_from(InvitationForm, key=str(uuid4()), scopes=["see", "enrol"]))

    @post("/einladen")
    async def invite(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        mandates: NamedDependency[Mandates],
    ) -> Template | Redirect:
        """Write to an address; the answer is the same for every address (S-17)."""
        form = form_from(InvitationForm, await request.form())
        status = 422
        if form.validate():
            try:
                await within(around.begin, around.clock, "mail", account=f"mandate:{actor.account_id}")
                await mandates.invite(
                    actor,
                    mandate_id=key_of(form.key.data),
                    email=form.email.data,
                    limits=form.limits(),
                    acts=form.acts.data == "me",
                )
                return after(HERE, INVITED)
            except DomainError as refusal:
                status = _refused(form, refusal)
        return page_with(inviting(), form, status=status)

    @post("/{person_id:uuid}/fotos/{answer:str}")
    async def decide_photos(
        self,
        person_id: FromPath[UUID],
        answer: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        family: NamedDependency[Family],
    ) -> Redirect:
        """Allow photos, or take it back; a child under 16 is decided for (L-33, L-35)."""
        if answer not in {"ja", "nein"}:
            raise NotFound
        async with around.begin.reading() as session:
            person = await session.get(Person, person_id)
        wording = photo_wording(person.given_name) if person else ""
        await family.decide_photos(actor, person_id=person_id, allowed=answer == "ja", wording=wording)
        return after(HERE, PHOTOS_SAVED)

    @get("/haushalt/{household_id:uuid}/{person_id:uuid}/entfernen")
    async def consider_leaving(
        self,
        household_id: FromPath[UUID],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        async with around.begin.reading() as session:
            people = await people_of(session, actor, today(around.clock))
        for home in people.homes:
            for member, person in home.members:
                is_mine = person_id == actor.person_id
                if (home.household.id, member.person_id) == (household_id, person_id) and (
                    home.is_head or is_mine
                ):
                    return page_with(leaving(household_id, person, is_mine=is_mine))
        raise NotFound

    @post("/haushalt/{household_id:uuid}/{person_id:uuid}/entfernen")
    async def leave(
        self,
        household_id: FromPath[UUID],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        family: NamedDependency[Family],
    ) -> Redirect:
        """Out of the household; the next click knows it."""
        await family.leave(actor, household_id=household_id, person_id=person_id)
        return after(HERE, LEFT)

    @post("/haushalt/{household_id:uuid}/{person_id:uuid}/handelt")
    async def name_head(
        self,
        household_id: FromPath[UUID],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        family: NamedDependency[Family],
    ) -> Redirect:
        """Let another one act for the household too."""
        await family.name_head(actor, household_id=household_id, person_id=person_id)
        return after(HERE, HEAD_NAMED)


def _refused(form: Form, refusal: DomainError) -> int:
    """Say it above the form. Raises what is not about the form."""
    if isinstance(refusal, NotFound):
        raise refusal
    form.refuse("", refusal.message, **refusal.params)
    return refusal.status if not isinstance(refusal, TooMany) else 429


def _without(form: ChildForm, *names: str) -> ChildForm:
    for name in names:
        del form[name]
    return form


def _known_child(child: Child) -> ChildForm:
    said: dict[str, Any] = {
        "given_name": child.person.given_name,
        "family_name": child.person.family_name,
        "emergency_phone": child.kept.emergency_phone or None,
        "alone": {True: "yes", False: "no"}.get(child.kept.may_go_home_alone)
        if child.kept.may_go_home_alone is not None
        else None,
        "version": str(child.person.version),
    }
    for number, one in enumerate(child.pick_ups[:PICK_UPS], start=1):
        said |= {f"fetcher_{number}": one.name, f"fetcher_phone_{number}": one.phone or None}
    return _without(form_from(ChildForm, **said), "birth_date", "both", "key")
