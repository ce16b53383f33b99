"""Being told when a course can be booked, without an account: `/bescheid/…`. Looking changes nothing."""

from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import exists, select

from lms.accounts.limits import within
from lms.catalogue.models import Course, Run, RunState
from lms.catalogue.words import LONGEST_SEARCH
from lms.enrolment.lists.interest import Interests, Reach, Wanted
from lms.enrolment.lists.models import Interest, InterestWay
from lms.enrolment.lists.telling import PURPOSE
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.web.access import PUBLIC
from lms.web.forms import Email, Form, Hidden, Phone, Radios, Text, form_from
from lms.web.language import current_language, gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
CONFIRMED = declare("bescheid-bestaetigt", N_("Thank you. We tell you when the course can be booked."))


class InterestForm(Form):
    """Who wants to hear, and how."""

    name = Text(
        N_("First name and family name"), missing=N_("Enter your name."), autocomplete="name", longest=100
    )
    way = Radios(
        N_("How are we to tell you?"),
        choices=[
            (InterestWay.EMAIL, N_("by e-mail")),
            (InterestWay.PHONE, N_("by telephone")),
            (InterestWay.POST, N_("by letter")),
        ],
        missing=N_("Choose how we are to tell you."),
    )
    email = Email(N_("E-mail address, for news by e-mail"), is_asked=True)
    phone = Phone(N_("Telephone number, for a call"), width=20, is_asked=True)
    street = Text(
        N_("Street and house number, for a letter"), autocomplete="address-line1", longest=200, is_asked=True
    )
    postal_code = Text(
        N_("Postal code"),
        autocomplete="postal-code",
        inputmode="numeric",
        longest=10,
        width=5,
        is_asked=True,
    )
    city = Text(N_("Town"), autocomplete="address-level2", longest=100, width=20, is_asked=True)
    form_id = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """What the chosen way needs has to be there."""
        valid: bool = super().validate(extra_validators)
        missing = {
            InterestWay.EMAIL: ("email", self.email.data, N_("Enter your e-mail address.")),
            InterestWay.PHONE: ("phone", self.phone.data, N_("Enter your telephone number.")),
            InterestWay.POST: (
                "street",
                self.street.data and self.postal_code.data and self.city.data,
                N_("Enter street, postal code and town."),
            ),
        }
        if self.way.data in missing:
            field, is_there, sentence = missing[self.way.data]
            if not is_there and not self[field].errors:
                self.refuse(field, sentence)
                return False
        return valid

    def reach(self) -> Reach:
        """What a valid form says; only what the chosen way needs is kept."""
        way = InterestWay(self.way.data)
        by_post = way is InterestWay.POST
        return Reach(
            name=self.name.data,
            way=way,
            email=(self.email.data or "") if way is InterestWay.EMAIL else "",
            phone=(self.phone.data or "") if way is InterestWay.PHONE else "",
            street=(self.street.data or "") if by_post else "",
            postal_code=(self.postal_code.data or "") if by_post else "",
            city=(self.city.data or "") if by_post else "",
            language=current_language(),
        )

    def key(self) -> UUID | None:
        """The id of this very form."""
        return uuid_in(self.form_id.data)


class InterestPages(Controller):
    """The form, and the page of one entry behind its link."""

    path = "/bescheid"
    opt = PUBLIC
    include_in_schema = False

    @get("/kurs/{course_id:uuid}")
    async def ask_course(
        self, course_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """For a course without a date that suits."""
        return await _blank(around, actor, Wanted(course_id=course_id))

    @post("/kurs/{course_id:uuid}")
    async def course(
        self,
        request: AnyRequest,
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        interests: NamedDependency[Interests],
    ) -> Template | Redirect:
        """Put on the list."""
        return await _asked(request, actor, around, interests, Wanted(course_id=course_id))

    @get("/termin/{run_id:uuid}")
    async def ask_run(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """For a run whose enrolment opens later."""
        return await _blank(around, actor, Wanted(run_id=run_id))

    @post("/termin/{run_id:uuid}")
    async def run(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        interests: NamedDependency[Interests],
    ) -> Template | Redirect:
        """Put on the list."""
        return await _asked(request, actor, around, interests, Wanted(run_id=run_id))

    @get("/suche")
    async def ask_words(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """For what was searched for in vain; the words stand in the address."""
        return await _blank(around, actor, Wanted(words=_words(request)))

    @post("/suche")
    async def words(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        interests: NamedDependency[Interests],
    ) -> Template | Redirect:
        """Put on the list."""
        return await _asked(request, actor, around, interests, Wanted(words=_words(request)))

    @get("/notiert/{way:str}")
    async def noted(self, way: FromPath[str]) -> Template:
        """What happens next; the same for everybody who has sent the form."""
        if way not in set(InterestWay):
            raise NotFound
        return Template("enrolment/interest_noted.html", context={"way": way}, headers=PRIVATE)

    @get("/beendet")
    async def ended(self) -> Template:
        """Off the list."""
        return Template("enrolment/interest_noted.html", context={"way": ""}, headers=PRIVATE)

    @get("/{interest_id:uuid}/{token:str}")
    async def show(
        self, interest_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """How it stands, with the buttons to confirm and to leave. Whoever has left sees that, and nothing else."""
        if not around.signer.matches(token, PURPOSE, interest_id):
            raise NotFound
        async with around.begin.reading() as session:
            interest = await session.get(Interest, interest_id)
            course = (
                await session.get(Course, interest.course_id) if interest and interest.course_id else None
            )
        if interest is None:
            return Redirect(url("/bescheid/beendet"), status_code=303, headers=PRIVATE)
        return Template(
            "enrolment/interest.html",
            context={
                "interest": interest,
                "course": course,
                "what": _title(course) if course else interest.words,
                "here": f"/bescheid/{interest_id}/{token}",
            },
            headers=PRIVATE,
        )

    @post("/{interest_id:uuid}/{token:str}/bestaetigen")
    async def confirm(
        self, interest_id: FromPath[UUID], token: FromPath[str], interests: NamedDependency[Interests]
    ) -> Redirect:
        """The address is proved."""
        await interests.confirm(interest_id=interest_id, token=token)
        return after(f"/bescheid/{interest_id}/{token}", CONFIRMED)

    @post("/{interest_id:uuid}/{token:str}/beenden")
    async def end(
        self,
        interest_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        interests: NamedDependency[Interests],
    ) -> Redirect:
        """Off the list; twice is as good as once."""
        if not around.signer.matches(token, PURPOSE, interest_id):
            raise NotFound
        with suppress(NotFound):  # gone already
            await interests.end(interest_id=interest_id, token=token)
        return Redirect(url("/bescheid/beendet"), status_code=303, headers=PRIVATE)


def _words(request: AnyRequest) -> str:
    return (request.query_params.get("suche") or "").replace("\x00", "").strip()[:LONGEST_SEARCH]


def _title(course: Course) -> str:
    return (course.title_en if current_language() == "en" else "") or course.title_de


async def _blank(around: Around, actor: Actor, wanted: Wanted) -> Template:
    async with around.begin.reading() as session:
        me = await session.get(Person, actor.person_id) if actor.person_id else None
    known = {"name": me.name, "email": me.email or "", "phone": me.phone or ""} if me else {}
    form = form_from(InterestForm, None, form_id=str(uuid4()), way=InterestWay.EMAIL, **known)
    return await _page(around, wanted, form)


async def _asked(
    request: AnyRequest, actor: Actor, around: Around, interests: Interests, wanted: Wanted
) -> Template | Redirect:
    form = form_from(InterestForm, await request.form())
    if not form.validate():
        return await _page(around, wanted, form, status=422)
    reach = form.reach()
    if reach.way is InterestWay.EMAIL:
        await within(around.begin, around.clock, "mail", account=reach.email, address=actor.address)
    else:
        await within(around.begin, around.clock, "participation", address=actor.address)
    await interests.ask(actor, wanted=wanted, reach=reach, form_id=form.key())
    return Redirect(url(f"/bescheid/notiert/{reach.way}"), status_code=303, headers=PRIVATE)


async def _page(around: Around, wanted: Wanted, form: InterestForm, *, status: int = 200) -> Template:
    """The form with what it is for. Raises NotFound for what the public does not know."""
    what, opens_at, here, back = gettext("“%(words)s”", words=wanted.words), None, "/bescheid/suche", "/kurse"
    if not wanted.words:
        async with around.begin.reading() as session:
            run = await session.get(Run, wanted.run_id) if wanted.run_id else None
            course_id = run.course_id if run else wanted.course_id
            shown = exists().where(Run.course_id == Course.id, Run.state != RunState.DRAFT)
            course = await session.scalar(select(Course).where(Course.id == course_id, shown))
        if course is None or (wanted.run_id and (run is None or run.state is RunState.DRAFT)):
            raise NotFound
        what, back = _title(course), f"/kurse/{course.slug}"
        opens_at = run.enrolment_opens_at if run else None
        here = f"/bescheid/termin/{run.id}" if run else f"/bescheid/kurs/{course.id}"
    return Template(
        "enrolment/interest_form.html",
        context={
            "form": form, "what": what, "opens_at": opens_at, "here": here, "back": back, "sought": wanted.words,
        },
        status_code=status,
        headers=PRIVATE,
    )  # fmt: skip
