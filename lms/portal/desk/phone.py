"""Enrolling somebody who calls or stands at the counter, in under a minute, with or without an e-mail address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.conditions.errors import ConditionUnmet, DeclarationNeeded
from lms.enrolment.conditions.fields import answers_in, question_fields, with_questions
from lms.enrolment.conditions.queries import Asks, Clash, asks_of, clashes_of
from lms.enrolment.conditions.values import Said
from lms.enrolment.conditions.words import declaration, in_words
from lms.enrolment.errors import (
    BirthDateNeeded,
    ContactNeeded,
    DropInNotOffered,
    GuardianNeeded,
    GuardianTooYoung,
    NoConcession,
    PaymentMethodRefused,
    SessionFull,
    TooOld,
    TooYoung,
)
from lms.enrolment.forms import SUPPORT
from lms.enrolment.models import EnrolmentState, EntryWay
from lms.enrolment.service import Enrolments
from lms.enrolment.values import KnownPerson, NewPerson
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.people.queries import SHORTEST_SEARCH, person_of, persons_found
from lms.portal.desk.price_choice import FULL, REDUCED, PriceChoice, price_choice
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.words import PAYMENT_WAYS
from lms.scheduling.models import Session, SessionState
from lms.web.access import may
from lms.web.formats import period
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Email,
    Form,
    Hidden,
    Phone,
    Radios,
    Text,
    form_from,
)
from lms.web.language import gettext, ngettext
from lms.web.notices import after, declare

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
AT_FIELDS = {
    BirthDateNeeded: "birth_date",
    TooYoung: "birth_date",
    TooOld: "birth_date",
    GuardianNeeded: "guardian_given_name",
    GuardianTooYoung: "guardian_given_name",
    ContactNeeded: "street",
    PaymentMethodRefused: "payment",
    NoConcession: "concession",
    DeclarationNeeded: "declared",
    SessionFull: "sessions",
    DropInNotOffered: "sessions",
}
HITS = 8
LONGEST_SEARCH = 100


class BookingForm(Form):
    """What is asked for everybody."""

    payment = Radios(N_("How is it paid?"), missing=N_("Choose how it is paid."))
    concession = Radios(N_("Which price applies?"), missing=N_("Choose which price applies."))
    support = Checkboxes(N_("Support"), choices=SUPPORT)
    support_note = Text(N_("What else should we know about the support?"))
    guardian_given_name = Text(N_("First name of the parent or guardian"))
    guardian_family_name = Text(N_("Family name of the parent or guardian"))
    guardian_email = Email(N_("E-mail address of the parent or guardian"), autocomplete="off")
    guardian_phone = Phone(N_("Telephone number for emergencies"), autocomplete="off")
    declared = Checkbox("")
    code_word = Text(N_("Code word"), autocomplete="off", longest=60, width=20)
    override_reason = Text(
        N_("Why is the person let in although a condition is not met?"),
        hint=N_("Only if a condition is not met, or a question is not answered. The reason is kept."),
        longest=300,
    )
    sessions = Checkboxes(N_("On which dates?"), missing=N_("Choose at least one date."))
    key = Hidden()

    def concession_id(self) -> UUID | None:
        """The reason for which a reduced price is claimed, where one is named."""
        return _id(self.concession.data) if "concession" in self else None

    def guardian(self) -> NewPerson | None:
        """The adult who consents, where one is named."""
        if not self.guardian_given_name.data and not self.guardian_family_name.data:
            return None
        return NewPerson(
            given_name=self.guardian_given_name.data or "",
            family_name=self.guardian_family_name.data or "",
            email=self.guardian_email.data,
            phone=self.guardian_phone.data,
        )


class NewPersonForm(BookingForm):
    """Somebody we do not know yet."""

    given_name = Text(N_("First name"), missing=N_("Enter the first name."), autocomplete="off", longest=100)
    family_name = Text(
        N_("Family name"), missing=N_("Enter the family name."), autocomplete="off", longest=100
    )
    birth_date = DateParts(N_("Birth date"), hint=N_("Only for children and for courses with an age limit."))
    phone = Phone(autocomplete="off")
    email = Email(hint=N_("Without an address the confirmation is a letter to print."), autocomplete="off")
    street = Text(N_("Street and number"), autocomplete="off")
    postal_code = Text(N_("Postcode"), autocomplete="off", width=5)
    city = Text(N_("Town"), autocomplete="off")

    def person(self) -> NewPerson:
        """The person of a form that is valid."""
        return NewPerson(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            birth_date=self.birth_date.data,
            email=self.email.data,
            phone=self.phone.data,
            street=self.street.data or "",
            postal_code=self.postal_code.data or "",
            city=self.city.data or "",
            guardian=self.guardian(),
            emergency_phone=self.guardian_phone.data or "",
            support=tuple(self.support.data or ()),
            support_note=self.support_note.data or "",
            concession_id=self.concession_id(),
        )


class PhonePages(Controller):
    """Search, or type; one button."""

    path = "/verwaltung/anmelden/{run_id:uuid}"
    opt = may("U", "enrolment")
    include_in_schema = False

    @get()
    async def ask(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        q: FromQuery[str] = "",
        person: FromQuery[UUID | None] = None,
        einzeln: FromQuery[str] = "",
    ) -> Template:
        """Somebody found by name or number, or the fields for somebody new."""
        typed = q.strip()[:LONGEST_SEARCH]
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            asks = await asks_of(session, run)
            known = await person_of(session, person) if person else None
            choice = await price_choice(session, actor, run, known, today(clock))
            clashes = await clashes_of(session, [known.id], run_id) if known and not einzeln else ()
            found = await _found(session, typed) if known is None else []
            dates = await _dates(session, run, clock()) if einzeln else None
        values = {"key": str(uuid4()), "payment": "invoice", "concession": FULL} | (
            {} if known else _guessed(typed)
        )
        form = form_from(_form_class(known, asks), None, **values)
        return _page(
            _asking(_fitted(form, run, dates, choice), course, asks),
            run,
            course,
            choice=choice,
            asks=asks,
            clashes=clashes,
            known=known,
            typed=typed,
            found=found,
            singly=dates is not None,
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
        """A place, or a position on the list. Sent twice it is enrolled once."""
        sent = await request.form()
        person_id = _id(sent.get("person"))
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            asks = await asks_of(session, run)
            known = await person_of(session, person_id) if person_id else None
            choice = await price_choice(session, actor, run, known, today(clock))
            dates = await _dates(session, run, clock()) if sent.get("einzeln") else None
        form = form_from(_form_class(known, asks), sent)
        if isinstance(form, NewPersonForm):
            choice = choice.at(form.postal_code.data or "", form.city.data or "")
        form = _asking(_fitted(form, run, dates, choice), course, asks)
        status = 422
        if sent.get("rechnen") and dates is None:  # says what it would cost; nothing is enrolled yet
            lines = choice.lines(form.concession.data if "concession" in form else None)
            return _page(form, run, course, asks=asks, known=known, choice=choice, reckoned=lines)
        if form.validate():
            try:
                placed = await enrolment.enrol(
                    actor,
                    run_id=run_id,
                    persons=[_named(form, known)],
                    payment_method=PaymentMethod(form.payment.data) if "payment" in form else None,
                    concession="concession" in form and form.concession.data == REDUCED,
                    way=EntryWay.PHONE,
                    session_ids=[UUID(one) for one in form.sessions.data] if "sessions" in form else [],
                    said=_said(form, asks),
                    idempotency_key=form.key.data or None,
                    idempotency_body=str(run_id).encode(),
                )
                notice = NOTICES.get(placed.state, LISTED)
                return after(f"/verwaltung/anmeldungen/{placed.enrolments[0].id}", notice)
            except DomainError as refusal:
                field = AT_FIELDS.get(
                    type(refusal), "override_reason" if isinstance(refusal, ConditionUnmet) else ""
                )
                form.refuse(field if field in form else "", refusal.message, **refusal.params)
                status = refusal.status
        return _page(
            form, run, course, asks=asks, known=known, choice=choice, status=status, singly=dates is not None
        )


def _form_class(known: Person | None, asks: Asks) -> type[BookingForm]:
    return with_questions(BookingForm if known else NewPersonForm, asks.questions, is_lenient=True)


def _asking(form: BookingForm, course: Course, asks: Asks) -> BookingForm:
    """Only those fields about conditions that the run has."""
    if asks.condition is None or not asks.needs_declaration:
        del form.declared
    else:
        form.declared.label.text = gettext(
            "The person says: “%(declaration)s”", declaration=declaration(asks.condition)
        )
    if not asks.needs_code_word:
        del form.code_word
    if not in_words(asks.condition, course, asks.earlier) and not asks.questions:
        del form.override_reason
    return form


def _said(form: BookingForm, asks: Asks) -> Said:
    return Said(
        code_word=(form.code_word.data or "") if "code_word" in form else "",
        declared=bool(form.declared.data) if "declared" in form else False,
        answers=[answers_in(form.data, asks.questions)],
        override_reason=(form.override_reason.data or "") if "override_reason" in form else "",
    )


async def _found(session: AsyncSession, typed: str) -> list[Person]:
    if len(typed) < SHORTEST_SEARCH:
        return []
    rows, _ = await persons_found(session, typed, limit=HITS)
    return list(rows)


def _guessed(typed: str) -> dict[str, str]:
    """What was searched for is most often the name of somebody new: nobody types it twice."""
    words = typed.split()
    if not words or not all(word.replace("-", "").isalpha() for word in words):
        return {}
    return {"given_name": " ".join(words[:-1]), "family_name": words[-1]}


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


def _fitted(form: BookingForm, run: Run, dates: Sequence[Session] | None, choice: PriceChoice) -> BookingForm:
    """Only what this run asks for, or what its single dates do."""
    if dates is None:
        del form.sessions
    else:
        left = run.drop_in_places
        form.sessions.choices = [(str(one.id), period(one.starts_at, one.ends_at)) for one in dates]
        form.sessions.hints = {
            str(one.id): ngettext("%(num)s place left", "%(num)s places left", left - one.drop_ins)
            for one in dates
        }
        known = {value for value, _ in form.sessions.choices}
        form.sessions.data = [one for one in form.sessions.data or () if one in known]
        del form.concession
    price = run.price_cents if dates is None else run.drop_in_price_cents
    if not price:
        del form.payment
    else:
        form.payment.choices = [(way, PAYMENT_WAYS[way]) for way in run.payment_methods]
    if "concession" in form and not choice.prices.concessions:
        del form.concession
    if "concession" in form:
        choice.fill(form.concession)
    return form


def _named(form: BookingForm, known: Person | None) -> NewPerson | KnownPerson:
    if known is not None:
        return KnownPerson(
            id=known.id,
            guardian=form.guardian(),
            support=tuple(form.support.data or ()),
            support_note=form.support_note.data or "",
            concession_id=form.concession_id(),
        )
    assert isinstance(form, NewPersonForm)  # noqa: S101 - chosen by the same condition
    return form.person()


def _page(
    form: BookingForm,
    run: Run,
    course: Course,
    *,
    asks: Asks,
    known: Person | None,
    clashes: Sequence[Clash] = (),
    typed: str = "",
    found: list[Person] | None = None,
    singly: bool = False,
    choice: PriceChoice,
    reckoned: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> Template:
    return Template(
        "portal/desk/phone.html",
        context={
            "form": form,
            "conditions": in_words(asks.condition, course, asks.earlier),
            "questions": question_fields(form, asks.questions),
            "clashes": clashes,
            "run": run,
            "course": course,
            "known": known,
            "typed": typed,
            "found": found or [],
            "singly": singly,
            "price": run.drop_in_price_cents if singly else run.price_cents,
            "prices": choice.offered if len(choice.offered) > 1 and not singly else [],
            "reckoned": reckoned,
        },
        status_code=status,
    )


def _id(text: Any) -> UUID | None:
    try:
        return UUID(str(text or ""))
    except ValueError:
        return None
