"""The confirmation for the employer: the learner asks for it, or the team issues it."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from certificates.document import Kind
from lms.certification import policy
from lms.certification.issuing.orders import Order
from lms.certification.life.service import Certification
from lms.certification.pages.one_document import CERTIFICATES, ISSUE, LanguageRadios, Sent, issue, whom
from lms.certification.subjects import education_leave
from lms.certification.wishes.queries import Leave, leaves
from lms.certification.wishes.service import ProofWishes, leave_particulars
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.web.access import SIGNED_IN
from lms.web.forms import Form, Hidden, Text, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

STAFF, OWN = f"{CERTIFICATES}/arbeitgeber", "/meine-nachweise/arbeitgeber"
ASKED = declare(
    "arbeitgeber-gewuenscht", N_("Your request has reached the team. We send you the confirmation when it is issued.")
)  # fmt: skip


class EmployerForm(Form):
    """Whom it is for."""

    employer = Text(
        N_("Employer"),
        hint=N_("Name of the company, as it is to stand on the paper. You may leave it empty."),
        longest=150,
        autocomplete="organization",
    )
    language = LanguageRadios(N_("Language of the confirmation"))
    key = Hidden()


class OwnEducationLeavePages(Controller):
    """For oneself and one's household; another person's enrolment looks as if it did not exist."""

    path = OWN
    opt = SIGNED_IN
    include_in_schema = False

    @get("/{enrolment_id:uuid}")
    async def ask(
        self,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """What it is, and for which employer."""
        leave = await _leave(begin, clock, enrolment_id)
        _ensure_own(actor, leave)
        return _form_page("own_employer", leave, _form(leave), f"{OWN}/{enrolment_id}")

    @post("/{enrolment_id:uuid}")
    async def send(
        self,
        request: Sent,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        proof_wishes: NamedDependency[ProofWishes],
    ) -> Template | Redirect:
        """Ask the team."""
        leave = await _leave(begin, clock, enrolment_id)
        _ensure_own(actor, leave)
        form = form_from(EmployerForm, await request.form())
        wish_id, status = uuid_in(form.key.data), 422
        if form.validate() and wish_id is not None:
            try:
                await proof_wishes.ask_for_employer(
                    actor,
                    enrolment_id=enrolment_id,
                    wish_id=wish_id,
                    employer=form.employer.data or "",
                    language=form.language.data or "",
                )
                return after(f"{OWN}/{enrolment_id}", ASKED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return _form_page("own_employer", leave, form, f"{OWN}/{enrolment_id}", status=status)


class EducationLeavePages(Controller):
    """The team's pages: whom, for which course, which employer."""

    path = STAFF
    include_in_schema = False

    @get(opt=ISSUE)
    async def index(
        self,
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        q: FromQuery[str] = "",
        person: FromQuery[UUID | None] = None,
    ) -> Template:
        """The person, and the recognised courses they have been to."""
        async with begin.reading() as session:
            context: dict[str, Any] = await whom(session, person, q)
            found = await leaves(session, Enrolment.person_id == person, today=today(clock)) if person else ()
        return Template(
            "certification/kinds/employers.html", context=context | {"found": found, "here": STAFF}
        )

    @get("/{enrolment_id:uuid}", opt=ISSUE)
    async def ask(
        self, enrolment_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """For which employer."""
        leave = await _leave(begin, clock, enrolment_id)
        return _form_page("employer", leave, _form(leave), f"{STAFF}/{enrolment_id}")

    @post("/{enrolment_id:uuid}", opt=ISSUE)
    async def make(
        self,
        request: Sent,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        around: NamedDependency[Around],
        certification: NamedDependency[Certification],
    ) -> Template | Redirect:
        """Issue it."""
        leave = await _leave(begin, clock, enrolment_id)
        form = form_from(EmployerForm, await request.form())
        batch_id, status = uuid_in(form.key.data), 422
        if form.validate() and batch_id is not None:
            order = Order(
                kind=Kind.EDUCATION_LEAVE,
                subject=education_leave(enrolment_id),
                person_id=leave.person.id,
                enrolment_id=enrolment_id,
                run_id=leave.run.id,
                language=form.language.data or "",
                particulars=leave_particulars(around.settings, form.employer.data or ""),
            )
            try:
                title = gettext("Confirmation for the employer: %(course)s", course=leave.title)
                return await issue(certification, actor, batch_id=batch_id, orders=[order], title=title)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return _form_page("employer", leave, form, f"{STAFF}/{enrolment_id}", status=status)


async def _leave(begin: Begin, clock: Clock, enrolment_id: UUID) -> Leave:
    async with begin.reading() as session:
        found = await leaves(session, Enrolment.id == enrolment_id, today=today(clock))
    if not found:
        raise NotFound
    return found[0]


def _ensure_own(actor: Actor, leave: Leave) -> None:
    if not policy.may_read(actor, leave.person.id):
        raise NotFound


def _form(leave: Leave) -> EmployerForm:
    return form_from(
        EmployerForm, None, key=str(uuid4()), employer=leave.company.name if leave.company else ""
    )


def _form_page(name: str, leave: Leave, form: EmployerForm, here: str, *, status: int = 200) -> Template:
    context = {"leave": leave, "form": form, "here": here}
    return Template(f"certification/kinds/{name}.html", context=context, status_code=status)
