"""Enrolling somebody for single dates of a run, on the telephone or at the counter; for whole runs there is the counter's screen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.conditions.fields import question_fields
from lms.enrolment.conditions.queries import Asks, asks_of
from lms.enrolment.conditions.words import in_words
from lms.enrolment.models import EnrolmentState, EntryWay
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.people.queries import SHORTEST_SEARCH, person_of, persons_found
from lms.portal.counter.conditions import asking, said_in, with_questions_of
from lms.portal.counter.forms import BookingForm, NewPersonForm, guessed, named, refuse
from lms.portal.counter.forms import fitted as fit
from lms.portal.counter.screen import COUNTER
from lms.portal.desk.run_reading import run_with_course
from lms.scheduling.models import Session, SessionState
from lms.web.access import may
from lms.web.formats import period
from lms.web.forms import (
    form_from,
)
from lms.web.language import ngettext
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.templating import url

BOOKED = declare(
    "angemeldet", N_("The place is booked. The confirmation goes out by e-mail or as a letter to print.")
)
LISTED = declare("warteliste", N_("All places are taken. The person stands on the waiting list."), "info")
ASKED = declare(
    "einwilligung-fehlt", N_("The enrolment waits for the consent of the parent or guardian."), "info"
)
OFFERED = declare("platz-angeboten", N_("A place is offered to the person."), "info")
NOTICES = {
    EnrolmentState.CONFIRMED: BOOKED,
    EnrolmentState.REQUESTED: ASKED,
    EnrolmentState.OFFERED: OFFERED,
}
HITS = 8
LONGEST_SEARCH = 100


class PhonePages(Controller):
    """Search, or type; one button."""

    path = "/verwaltung/anmelden/{run_id:uuid}"
    opt = may("U", "enrolment")
    include_in_schema = False

    @get()
    async def ask(
        self,
        run_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        q: FromQuery[str] = "",
        person: FromQuery[UUID | None] = None,
        einzeln: FromQuery[str] = "",
    ) -> Template | Redirect:
        """Somebody found by name or number, or the fields for somebody new; for the whole run on to the counter."""
        typed = q.strip()[:LONGEST_SEARCH]
        if not einzeln:
            known_query = {"person": str(person)} if person else {}
            return Redirect(f"{url(COUNTER)}?{urlencode({'kurs': str(run_id), 'q': typed} | known_query)}")
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            known = await person_of(session, person) if person else None
            found = await _found(session, typed) if known is None else []
            asks = await asks_of(session, run)
            dates = await _dates(session, run, clock())
        values = {"key": str(uuid4()), "payment": "invoice"} | ({} if known else guessed(typed))
        form = form_from(with_questions_of(BookingForm if known else NewPersonForm, asks), None, **values)
        return _page(
            asking(_fitted(form, run, dates), course, asks),
            run,
            course,
            asks,
            known=known,
            typed=typed,
            found=found,
        )

    @post()
    async def enrol(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """A place on each of the dates, or a refusal. Sent twice it is enrolled once."""
        sent = await request.form()
        person_id = uuid_in(sent.get("person"))
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            known = await person_of(session, person_id) if person_id else None
            asks = await asks_of(session, run)
            dates = await _dates(session, run, clock())
        form = form_from(with_questions_of(BookingForm if known else NewPersonForm, asks), sent)
        form = asking(_fitted(form, run, dates), course, asks)
        status = 422
        if form.validate():
            try:
                placed = await enrolment.enrol(
                    actor,
                    run_id=run_id,
                    persons=[named(form, known)],
                    payment_method=form.payment_method(),
                    way=EntryWay.PHONE,
                    session_ids=[UUID(one) for one in form.sessions.data],
                    said=said_in(form, asks),
                    idempotency_key=form.key.data or None,
                    idempotency_body=str(run_id).encode(),
                )
                notice = NOTICES.get(placed.state, LISTED)
                return after(f"/verwaltung/anmeldungen/{placed.enrolments[0].id}", notice)
            except DomainError as refusal:
                status = refuse(form, refusal)
        return _page(form, run, course, asks, known=known, status=status)


async def _found(session: AsyncSession, typed: str) -> list[Person]:
    if len(typed) < SHORTEST_SEARCH:
        return []
    rows, _ = await persons_found(session, typed, limit=HITS)
    return list(rows)


async def _dates(session: AsyncSession, run: Run, now: datetime) -> Sequence[Session]:
    """The sessions of a run that can still be booked alone and have room."""
    rows = await session.scalars(
        select(Session)
        .where(
            Session.run_id == run.id,
            Session.state == SessionState.PLANNED,
            Session.ends_at > now,
            Session.drop_ins < run.drop_in_places,
        )
        .order_by(Session.starts_at)
    )
    return rows.all()


def _fitted(form: BookingForm, run: Run, dates: Sequence[Session]) -> BookingForm:
    """Only what the single dates of this run ask for."""
    left = run.drop_in_places
    form.sessions.choices = [(str(one.id), period(one.starts_at, one.ends_at)) for one in dates]
    form.sessions.hints = {
        str(one.id): ngettext("%(num)s place left", "%(num)s places left", left - one.drop_ins)
        for one in dates
    }
    known = {value for value, _ in form.sessions.choices}
    form.sessions.data = [one for one in form.sessions.data or () if one in known]
    fitted: BookingForm = fit(form, run, run.drop_in_price_cents, by_dates=True)
    if "channel" in fitted:
        del fitted["channel"]
    return fitted


def _page(
    form: BookingForm,
    run: Run,
    course: Course,
    asks: Asks,
    *,
    known: Person | None,
    typed: str = "",
    found: list[Person] | None = None,
    status: int = 200,
) -> Template:
    return Template(
        "portal/desk/phone.html",
        context={
            "form": form,
            "run": run,
            "course": course,
            "known": known,
            "typed": typed,
            "found": found or [],
            "price": run.drop_in_price_cents,
            "questions": question_fields(form, asks.questions),
            "conditions": in_words(asks.condition, course, asks.needed),
            "clashes": (),  # of which dates, nobody has said yet
        },
        status_code=status,
    )
