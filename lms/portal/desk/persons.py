"""Persons: found, looked at, their contact details kept true."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select
from wtforms.validators import ValidationError

from lms.attendance.missed import missed_by
from lms.attendance.queries import records
from lms.db import Begin, has_sms
from lms.enrolment.models import EnrolmentState
from lms.enrolment.queries import claims_of_persons
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.messaging.addresses import is_wrong
from lms.messaging.models import AddressForm, Channel, Letter
from lms.messaging.ways import takes_sms
from lms.people import policy
from lms.people.ages import GENDER_CHOICES, GENDER_WORDS, gender_in, gender_sent
from lms.people.duplicates import records_merged_into
from lms.people.models import Person
from lms.people.queries import person_of, persons_found, related_to
from lms.people.service import Contact, People
from lms.portal.counter.forms import CHANNELS, channels
from lms.portal.desk.changes import of_object
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import ENROLMENT_STATES
from lms.portal.letters.words import STATES
from lms.web.access import may
from lms.web.forms import DateParts, Email, Form, Hidden, Phone, Radios, Text, TextArea, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after
from lms.web.pagination import page_of, window
from lms.web.templating import url
from lms.web.versions import version_in

PERSONS = "/verwaltung/personen"
LONGEST_SEARCH = 100
LETTERS_SHOWN = 20
RELATIONS = {
    "household": N_("same household"),
    "head": N_("acts for the household"),
    "guardian": N_("parent or guardian"),
    "child": N_("child"),
    "company": N_("contact of the company"),
}


class ContactForm(Form):
    """How somebody is called and reached."""

    given_name = Text(N_("First name"), missing=N_("Enter the first name."), autocomplete="off", longest=100)
    family_name = Text(
        N_("Family name"), missing=N_("Enter the family name."), autocomplete="off", longest=100
    )
    birth_date = DateParts(N_("Birth date"))
    phone = Phone(autocomplete="off")
    email = Email(autocomplete="off")
    channel = Radios(
        N_("How do we write?"),
        choices=CHANNELS,
        missing=N_("Choose how we write."),
    )
    language = Radios(
        N_("In which language?"),
        choices=[("de", N_("German")), ("en", N_("English"))],
        missing=N_("Choose the language."),
    )
    address_form = Radios(
        N_("How shall our German letters speak?"),
        hint=N_("Where a letter has no such words yet, it says “Sie”."),
        choices=[
            ("formal", N_("with “Sie”")),
            ("informal", N_("with “du”")),
            ("plain", N_("in plain words")),
        ],
    )
    street = Text(N_("Street and number"), autocomplete="off")
    postal_code = Text(N_("Postcode"), autocomplete="off", width=5)
    city = Text(N_("Town"), autocomplete="off")
    district = Text(N_("District"), autocomplete="off")
    gender = Radios(N_("Gender"), hint=N_("For the statistics, voluntary."), choices=list(GENDER_CHOICES))
    note = TextArea(N_("Note of the team"), hint=N_("Write only what the person may read as well."), rows=3)
    version = Hidden()

    def validate_channel(self, field: Radios) -> None:
        """A way that cannot be gone is refused, with what is missing for it."""
        if field.data == Channel.PHONE and not self.phone.data:
            raise ValidationError(gettext("Enter the telephone number that we call."))
        if field.data == Channel.SMS and not takes_sms(self.phone.data):
            raise ValidationError(
                gettext("Short messages need a mobile number. Enter it, or choose another way.")
            )

    def contact(self) -> Contact:
        """The contact of a form that is valid."""
        return Contact(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            birth_date=self.birth_date.data,
            email=(self.email.data or "").lower() or None,
            phone=self.phone.data or None,
            street=self.street.data or "",
            postal_code=self.postal_code.data or "",
            city=self.city.data or "",
            district=self.district.data or "",
            language=self.language.data,
            channel=Channel(self.channel.data),
            address_form=AddressForm(self.address_form.data or AddressForm.FORMAL),
            note=self.note.data or "",
            gender=gender_in(self.gender.data),
        )


class PersonPages(Controller):
    """Everybody we know."""

    path = PERSONS
    include_in_schema = False

    @get(opt=may("R", "person", of=Scope.ALL))
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        q: FromQuery[str] = "",
    ) -> Template:
        """Found by parts of the name, e-mail or telephone; two statements."""
        ensure(policy.may_search(actor), actor)
        typed = q.strip()[:LONGEST_SEARCH]
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            rows, total = await persons_found(session, typed, limit=size, offset=offset)
        page = page_of(
            rows,
            number=number,
            size=size,
            total=total,
            path=PERSONS,
            query=request.query_params.multi_items(),
        )
        return Template(
            "portal/desk/persons.html",
            context={
                "page": page,
                "typed": typed,
                "may_merge": policy.may_merge(actor),
                "may_export": actor.may_for_all("persons", "bulk-export"),
            },
        )

    @get("/{person_id:uuid}", opt=may("R", "person", of=Scope.ALL))
    async def show(
        self,
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template | Redirect:
        """Contact, household, courses with attendance, letters, history. A merged record leads to the one that stays."""
        ensure(policy.may_search(actor), actor)
        may_see_enrolments = actor.may_for_all("R", "enrolment")
        async with begin.reading() as session:
            person = await person_of(session, person_id)
            if person.merged_into_id is not None:
                return Redirect(url(f"{PERSONS}/{person.merged_into_id}"), status_code=303)
            related = await related_to(session, person_id)
            claims = await claims_of_persons(session, [person_id]) if may_see_enrolments else ()
            attended = await records(
                session,
                [one.enrolment.id for one in claims if one.enrolment.state is EnrolmentState.CONFIRMED],
            )
            missed = (
                (await missed_by(session, [person_id], clock())).get(person_id)
                if may_see_enrolments
                else None
            )
            letters = await session.scalars(
                select(Letter)
                .where(Letter.person_id == person_id)
                .order_by(Letter.written_at.desc())
                .limit(LETTERS_SHOWN)
            )
            has_wrong_email = await is_wrong(session, person.email)
            older = await records_merged_into(session, person_id)
            history = await of_object(session, "person", person_id, also=older)
        return Template(
            "portal/desk/person.html",
            context={
                "person": person,
                "related": related,
                "relations": RELATIONS,
                "claims": list(reversed(claims)),
                "attended": attended,
                "missed": missed,
                "letters": letters.all() if actor.may_for_all("R", "message") else (),
                "letter_states": STATES,
                "has_wrong_email": has_wrong_email,
                "history": history,
                "states": ENROLMENT_STATES,
                "may_change": policy.may_change(actor),
                "channels": dict(CHANNELS),
                "genders": GENDER_WORDS,
                "may_see_enrolments": may_see_enrolments,
                "may_see_loans": actor.may_for_all("R", "loan"),
                "may_certify": actor.may_for_all("issue", "certificate"),
                "may_see_money": actor.may_for_all("R", "invoice"),
            },
        )

    @get("/{person_id:uuid}/bearbeiten", opt=may("U", "person", of=Scope.ALL))
    async def ask_change(
        self, person_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        ensure(policy.may_change(actor), actor)
        async with begin.reading() as session:
            person = await person_of(session, person_id)
            sms = has_sms(session)
        values = {name: getattr(person, name) for name in Contact.__slots__}
        values["gender"] = gender_sent(person.gender)
        form = _offered(form_from(ContactForm, **values | {"version": str(person.version)}), person, sms=sms)
        return step_page(_changing(person), form)

    @post("/{person_id:uuid}/bearbeiten", opt=may("U", "person", of=Scope.ALL))
    async def change(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        people: NamedDependency[People],
    ) -> Template | Redirect:
        """Write it down anew; whoever was slower is told, and what they typed stays."""
        ensure(policy.may_change(actor), actor)
        async with begin.reading() as session:
            person = await person_of(session, person_id)
            sms = has_sms(session)
        form = _offered(form_from(ContactForm, await request.form()), person, sms=sms)
        status = 422
        if form.validate():
            try:
                await people.change(
                    actor, person_id=person_id, contact=form.contact(), version=_version(form.version.data)
                )
                return after(f"{PERSONS}/{person_id}", SAVED)
            except DomainError as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
                if isinstance(refusal, Stale):
                    form.version.raw_data, form.version.data = None, str(person.version)
        return step_page(_changing(person), form, status=status)


def _offered(form: ContactForm, person: Person, *, sms: bool) -> ContactForm:
    """Short messages only where a gateway is set, or where somebody has them already."""
    form.channel.choices = channels(sms=sms or person.channel is Channel.SMS)
    return form


def _version(text: str | None) -> int:
    return version_in(text) or 0


def _changing(person: Person) -> Step:
    return Step(
        title=gettext("Change the contact details"),
        about=person.name,
        path=f"{PERSONS}/{person.id}/bearbeiten",
        back=f"{PERSONS}/{person.id}",
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
    )
