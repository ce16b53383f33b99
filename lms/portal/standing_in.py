"""Standing in for somebody, and saying that one cannot come: on the phone, and by the link in the letter (U17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import meeting_for
from lms.catalogue.models import Course, Run
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.resources.models import Room, Venue
from lms.scheduling.entries import place_of
from lms.scheduling.errors import InThePast, WrongState
from lms.scheduling.models import (
    Session,
    SubstituteOffer,
    SubstituteOfferState,
    Substitution,
    SubstitutionState,
)
from lms.scheduling.service import Scheduling
from lms.scheduling.stand_ins import PURPOSE, teachers_of
from lms.web.access import PUBLIC, may
from lms.web.forms import Form, TextArea, form_from
from lms.web.language import current_language, gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.templating import url

PRIVATE = {"cache-control": "no-store", "referrer-policy": "same-origin", "x-robots-tag": "noindex"}
REPORTED = declare("absage-gemeldet", N_("The team knows now and looks for somebody who stands in."))
BACK_AGAIN = declare("doch-da", N_("Good: you teach the session. The search is ended."))


class CannotForm(Form):
    """Why a trainer cannot come."""

    reason = TextArea(
        N_("Reason"),
        hint=N_("Only the team reads it. Please write nothing about illnesses."),
        rows=3,
        longest=500,
    )


@dataclass(frozen=True, slots=True)
class Question:
    """An offer with the session that it is about."""

    offer: SubstituteOffer
    search: Substitution
    meeting: Session
    run: Run
    title: str
    place: str

    def is_open(self, now: datetime) -> bool:
        """Whether an answer still counts."""
        return (
            self.offer.state is SubstituteOfferState.OPEN
            and self.search.state is SubstitutionState.OPEN
            and self.meeting.starts_at > now
        )


async def questions(session: AsyncSession, *conditions: ColumnElement[bool]) -> Sequence[Question]:
    """The offers that fulfil all conditions, in order of the sessions' time; one statement."""
    is_english = current_language() == "en"
    rows = await session.execute(
        select(
            SubstituteOffer, Substitution, Session, Run, Course.title_de, Course.title_en, Run.is_online,
            Session.online_url, Room.name.label("room"),
            (Room.floor_en if is_english else Room.floor_de).label("floor"),
            Venue.name.label("venue"), Venue.street, Venue.postal_code, Venue.city,
        )
        .join(Substitution, Substitution.id == SubstituteOffer.substitution_id)
        .join(Session, Session.id == Substitution.session_id)
        .join(Run, Run.id == Session.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Room, Room.id == Session.room_id)
        .outerjoin(Venue, Venue.id == Room.venue_id)
        .where(*conditions)
        .order_by(Session.starts_at, SubstituteOffer.id)
    )  # fmt: skip
    return [
        Question(
            row.SubstituteOffer, row.Substitution, row.Session, row.Run,
            (row.title_en if is_english else "") or row.title_de, place_of(row),
        )
        for row in rows
    ]  # fmt: skip


async def open_questions(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[Question]:
    """What this person is asked right now."""
    if actor.person_id is None:
        return []
    return await questions(
        session,
        SubstituteOffer.person_id == actor.person_id,
        SubstituteOffer.state == SubstituteOfferState.OPEN,
        Substitution.state == SubstitutionState.OPEN,
        Session.starts_at > now,
    )


async def own_search(session: AsyncSession, actor: Actor, session_id: UUID) -> Substitution | None:
    """The search that goes on because this person cannot come."""
    if actor.person_id is None:
        return None
    return (
        await session.scalars(
            select(Substitution).where(
                Substitution.session_id == session_id,
                Substitution.absent_id == actor.person_id,
                Substitution.state == SubstitutionState.OPEN,
            )
        )
    ).first()


class AnswerPages(Controller):
    """`/vertretung/<offer>/<token>`: opening the link answers nothing; the buttons do."""

    path = "/vertretung/{offer_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(
        self,
        offer_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
    ) -> Template:
        """What is asked, and the two buttons; or what has become of it."""
        _refuse_wrong(around, offer_id, token)
        async with around.begin.reading() as session:
            question = await _question(session, offer_id)
        return _answer_page(question, f"/vertretung/{offer_id}/{token}", clock)

    @post("/annehmen")
    async def accept(
        self,
        offer_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Yes. The first who says so teaches."""
        _refuse_wrong(around, offer_id, token)
        here = f"/vertretung/{offer_id}/{token}"
        try:
            await scheduling.accept_substitution(actor, offer_id=offer_id, token=token)
        except NotFound:
            raise
        except DomainError as refusal:
            async with around.begin.reading() as session:
                question = await _question(session, offer_id)
            return _answer_page(question, here, clock, refusal=refusal)
        return Redirect(url(here), status_code=303, headers=PRIVATE)

    @post("/ablehnen")
    async def decline(
        self,
        offer_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Redirect:
        """No."""
        _refuse_wrong(around, offer_id, token)
        await scheduling.decline_substitution(actor, offer_id=offer_id, token=token)
        return Redirect(url(f"/vertretung/{offer_id}/{token}"), status_code=303, headers=PRIVATE)


class StandInPages(Controller):
    """The same for whoever is signed in: `/kursleitung/vertretung/<offer>`."""

    path = "/kursleitung/vertretung/{offer_id:uuid}"
    opt = may("report", "session")
    include_in_schema = False

    @get()
    async def show(
        self,
        offer_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
    ) -> Template:
        """What is asked."""
        return _answer_page(
            await self._own(around, actor, offer_id), f"/kursleitung/vertretung/{offer_id}", clock
        )

    @post("/annehmen")
    async def accept(
        self,
        offer_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Yes."""
        here = f"/kursleitung/vertretung/{offer_id}"
        await self._own(around, actor, offer_id)
        try:
            await scheduling.accept_substitution(actor, offer_id=offer_id)
        except DomainError as refusal:
            return _answer_page(await self._own(around, actor, offer_id), here, clock, refusal=refusal)
        return Redirect(url(here), status_code=303)

    @post("/ablehnen")
    async def decline(
        self,
        offer_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Redirect:
        """No."""
        await self._own(around, actor, offer_id)
        await scheduling.decline_substitution(actor, offer_id=offer_id)
        return Redirect(url(f"/kursleitung/vertretung/{offer_id}"), status_code=303)

    @staticmethod
    async def _own(around: Around, actor: Actor, offer_id: UUID) -> Question:
        """A question to this person. Raises NotFound for anybody else's."""
        async with around.begin.reading() as session:
            question = await _question(session, offer_id)
        if question.offer.person_id != actor.person_id:
            raise NotFound
        return question


class CannotComePages(Controller):
    """`/kursleitung/termine/<id>/absagen`: a trainer says that they cannot come."""

    path = "/kursleitung/termine/{session_id:uuid}/absagen"
    opt = may("report", "session")
    include_in_schema = False

    @get()
    async def ask(
        self,
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
    ) -> Template:
        """What follows, and a word about why."""
        return await _cannot_page(around, actor, session_id, form_from(CannotForm), clock)

    @post()
    async def report(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Tell the team."""
        form, status = form_from(CannotForm, await request.form()), 422
        if form.validate():
            try:
                await scheduling.report_absence(actor, session_id=session_id, reason=form.reason.data or "")
                return after(f"/kursleitung/termine/{session_id}/absagen", REPORTED)
            except (InThePast, WrongState) as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
        return await _cannot_page(around, actor, session_id, form, clock, status=status)

    @post("/doch")
    async def come_after_all(
        self,
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Redirect:
        """The trainer comes after all."""
        async with around.begin.reading() as session:
            search = await own_search(session, actor, session_id)
        if search is not None:
            await scheduling.end_search(actor, substitution_id=search.id)
        return after(f"/kursleitung/termine/{session_id}", BACK_AGAIN)


async def _cannot_page(
    around: Around, actor: Actor, session_id: UUID, form: CannotForm, clock: Clock, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        meeting = await meeting_for(session, actor, session_id)
        teachers = await teachers_of(session, meeting.session)
        search = await own_search(session, actor, session_id)
    if actor.person_id not in {one.id for one in teachers}:
        raise NotFound
    context = {
        "form": form,
        "meeting": meeting,
        "search": search,
        "is_possible": not meeting.is_cancelled and meeting.session.starts_at > clock(),
    }
    return Template("portal/teaching/cannot_come.html", context=context, status_code=status)


def _refuse_wrong(around: Around, offer_id: UUID, token: str) -> None:
    if not around.signer.matches(token, PURPOSE, offer_id):
        raise NotFound


async def _question(session: AsyncSession, offer_id: UUID) -> Question:
    found = await questions(session, SubstituteOffer.id == offer_id)
    if not found:
        raise NotFound
    return found[0]


def _answer_page(
    question: Question, here: str, clock: Clock, *, refusal: DomainError | None = None
) -> Template:
    context = {
        "question": question,
        "here": here,
        "is_open": question.is_open(clock()),
        "is_found": question.search.state is SubstitutionState.SETTLED,
        "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
    }
    return Template(
        "portal/teaching/stand_in.html",
        context=context,
        status_code=refusal.status if refusal else 200,
        headers=PRIVATE,
    )
