"""The short address on the wall: a code is typed or scanned, then one says who one is. No list of names is shown to anybody."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.accounts.limits import spent, within
from lms.attendance.checkin import queries
from lms.attendance.checkin.codes import session_of_ticket, ticket
from lms.attendance.checkin.errors import NotExpected, SeveralPeople, TicketOver
from lms.attendance.checkin.models import CheckIn, CheckInWay
from lms.attendance.checkin.queries import Expected
from lms.attendance.checkin.rules import ensure_open
from lms.attendance.checkin.service import CheckIns
from lms.attendance.models import Attendance, Presence
from lms.attendance.pages.at_the_wall import HERE, CodeForm, code_page, session_of_code
from lms.catalogue.models import Course, Run
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.scheduling.models import Session
from lms.scheduling.queries import session_of
from lms.web.access import PUBLIC
from lms.web.fields.text import Text
from lms.web.fields.values import Number
from lms.web.forms import Form, form_from
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
NAME_LIMIT = "presence-name"
ENTERED = declare("eingetragen", N_("You are entered. Have a good time."))


class NameForm(Form):
    """Who somebody is, for those who know it anyway."""

    familienname = Text(N_("Family name"), missing=N_("Enter your family name."), autocomplete="family-name")
    tag = Number(
        N_("Day of your birthday"),
        hint=N_("For example: 4"),
        missing=N_("Enter the day of your birthday, from 1 to 31."),
    )
    monat = Number(
        N_("Month of your birthday"),
        hint=N_("For example: 12"),
        missing=N_("Enter the month of your birthday, from 1 to 12."),
    )


class NumberForm(Form):
    """The number of an enrolment."""

    nummer = Text(
        N_("Number of your enrolment"),
        longest=40,
        hint=N_("It stands in your confirmation."),
        missing=N_("Enter the number of your enrolment."),
    )


class ComingPages(Controller):
    """For everybody who stands in front of the wall."""

    path = HERE
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, actor: NamedDependency[Actor], around: NamedDependency[Around], code: FromQuery[str] = ""
    ) -> Template | Redirect:
        """Where the code is typed; the square code brings it along."""
        if not code:
            return code_page(form_from(CodeForm))
        form = form_from(CodeForm, FormMultiDict({"code": code}))
        return await _with_code(around, actor, form)

    @post()
    async def take(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """A typed code leads on to the session it belongs to."""
        return await _with_code(around, actor, form_from(CodeForm, await request.form()))

    @get("/{pass_:str}")
    async def who(
        self,
        pass_: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        andere: FromQuery[str] = "",
    ) -> Template:
        """Who is there: those one may speak for, or the question who one is."""
        return await _who_page(around, actor, pass_, asks=bool(andere))

    @post("/{pass_:str}")
    async def enter(
        self,
        request: AnyRequest,
        pass_: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        check_ins: NamedDependency[CheckIns],
    ) -> Template | Redirect:
        """Enter those who were chosen, or whoever was recognised."""
        sent = await request.form()
        meeting, people = await _behind(around, pass_)
        if "wer" in sent:
            chosen = [one for value in sent.getall("wer", []) if (one := uuid_in(value)) is not None]
            own = {one.enrolment.id for one in people if one.person.id in actor.persons}
            if not set(chosen) <= own:
                raise NotFound
            return await self._enter(around, actor, check_ins, pass_, meeting, chosen, CheckInWay.ACCOUNT)
        is_number = "nummer" in sent
        name_form = form_from(NameForm, None if is_number else sent)
        number_form = form_from(NumberForm, sent if is_number else None)
        form = number_form if is_number else name_form
        if not form.validate():
            return await _who_page(
                around, actor, pass_, asks=True, forms=(name_form, number_form), status=422
            )
        await spent(around.begin, around.clock, NAME_LIMIT, account=meeting.id, address=actor.address)
        found = (
            queries.by_reference(people, number_form.nummer.data)
            if is_number
            else queries.by_name(
                people, name_form.familienname.data, name_form.tag.data, name_form.monat.data
            )
        )
        if len(found) != 1:
            await within(around.begin, around.clock, NAME_LIMIT, account=meeting.id, address=actor.address)
            refusal: type[DomainError] = SeveralPeople if found else NotExpected
            form.refuse("nummer" if is_number else "familienname", refusal.message)
            return await _who_page(
                around, actor, pass_, asks=True, forms=(name_form, number_form), status=422
            )
        way = CheckInWay.REFERENCE if is_number else CheckInWay.NAME
        return await self._enter(around, actor, check_ins, pass_, meeting, [found[0].enrolment.id], way)

    @get("/{pass_:str}/{check_in_id:uuid}")
    async def entered(
        self, pass_: FromPath[str], check_in_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """What came of it, in words."""
        session_id = session_of_ticket(around.signer, pass_, around.clock())
        async with around.begin.reading() as session:
            check_in = await session.get(CheckIn, check_in_id)
            if check_in is None or check_in.session_id != session_id:
                raise NotFound
            title = await _title(session, check_in.session_id)
            mark = await session.scalar(
                select(Attendance).where(
                    Attendance.session_id == check_in.session_id,
                    Attendance.enrolment_id == check_in.enrolment_id,
                )
            )
        context = {"check_in": check_in, "title": title, "differs": _differs(mark)}
        return Template("attendance/checkin/entered.html", context=context, headers=PRIVATE)

    @staticmethod
    async def _enter(
        around: Around,
        actor: Actor,
        check_ins: CheckIns,
        pass_: str,
        meeting: Session,
        chosen: list[UUID],
        way: CheckInWay,
    ) -> Template | Redirect:
        try:
            entered = await check_ins.enter(actor, session_id=meeting.id, enrolment_ids=chosen, way=way)
        except DomainError as refusal:
            return await _who_page(around, actor, pass_, refusal=refusal)
        if way is CheckInWay.ACCOUNT:
            return after(f"{HERE}/{pass_}", ENTERED)
        return Redirect(url(f"{HERE}/{pass_}/{entered[0].id}"), status_code=303, headers=PRIVATE)


async def _with_code(around: Around, actor: Actor, form: CodeForm) -> Template | Redirect:
    if not form.validate():
        return code_page(form, status=422)
    try:
        session_id = await session_of_code(around, actor, form.code.data)
        async with around.begin.reading() as session:
            meeting = await session_of(session, session_id)
            ensure_open(meeting, await queries.opening_of(session, session_id), around.clock())
    except DomainError as refusal:
        if refusal.status == 429:
            raise
        form.refuse("code", refusal.message)
        return code_page(form, status=refusal.status)
    pass_ = ticket(around.signer, session_id, around.clock())
    return Redirect(url(f"{HERE}/{pass_}"), status_code=303, headers=PRIVATE)


async def _behind(around: Around, pass_: str) -> tuple[Session, list[Expected]]:
    """The session of a ticket and who is expected there. Raises TicketOver."""
    session_id = session_of_ticket(around.signer, pass_, around.clock())
    if session_id is None:
        raise TicketOver
    async with around.begin.reading() as session:
        meeting = await session_of(session, session_id)
        return meeting, list(await queries.expected(session, meeting))


async def _who_page(
    around: Around,
    actor: Actor,
    pass_: str,
    *,
    asks: bool = False,
    forms: tuple[NameForm, NumberForm] | None = None,
    status: int = 200,
    refusal: DomainError | None = None,
) -> Template:
    if session_of_ticket(around.signer, pass_, around.clock()) is None:
        form = form_from(CodeForm)
        form.refuse("code", TicketOver.message)
        return code_page(form, status=TicketOver.status)
    meeting, people = await _behind(around, pass_)
    own = [one for one in people if one.person.id in actor.persons]
    async with around.begin.reading() as session:
        entered = await queries.check_ins_of(session, meeting.id)
        title = await _title(session, meeting.id)
        marks = {
            row.enrolment_id: row
            for row in await session.scalars(
                select(Attendance).where(
                    Attendance.session_id == meeting.id,
                    Attendance.enrolment_id.in_([one.enrolment.id for one in own]),
                )
            )
        }
    name_form, number_form = forms or (form_from(NameForm), form_from(NumberForm))
    context = {
        "meeting": meeting,
        "title": title,
        "own": [(one, entered.get(one.enrolment.id), _differs(marks.get(one.enrolment.id))) for one in own],
        "is_one": len(own) == 1,
        "asks": asks or not own,
        "name_form": name_form,
        "number_form": number_form,
        "form": number_form if number_form.errors else name_form,
        "here": f"{HERE}/{pass_}",
        "is_signed_in": actor.is_signed_in,
        "refusal": refusal.message if refusal else "",
    }
    return Template(
        "attendance/checkin/who.html",
        context=context,
        status_code=refusal.status if refusal else status,
        headers=PRIVATE,
    )


def _differs(mark: Attendance | None) -> bool:
    """Whether the trainer has noted that this person was not there."""
    return mark is not None and mark.presence in {Presence.ABSENT, Presence.EXCUSED}


async def _title(session: Any, session_id: UUID) -> str:
    course: Course = await session.scalar(
        select(Course)
        .join(Run, Run.course_id == Course.id)
        .join(Session, Session.run_id == Run.id)
        .where(Session.id == session_id)
    )
    return (current_language() == "en" and course.title_en) or course.title_de
