"""Records that may be one person: the list, two of them side by side, and merging them after a fresh proof (F-Q08)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.sessions import ensure_fresh
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.messaging.models import Channel
from lms.people import policy
from lms.people.ages import GENDER_WORDS
from lms.people.duplicates import likely_duplicates
from lms.people.merging import FIELDS, Merging
from lms.people.models import Person
from lms.people.moving import counted
from lms.people.queries import person_of
from lms.web.access import may
from lms.web.formats import date_plain, phone
from lms.web.forms import Form, Hidden, Radios, form_from
from lms.web.language import gettext, translated
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window
from lms.web.versions import version_in

AnyRequest = Request[Any, Any, Any]
PERSONS = "/verwaltung/personen"
LIST = f"{PERSONS}/doppelt"
KEPT, GONE = "kept", "gone"
MERGED = declare("zusammengelegt", N_("The two records are one now."))
APART = declare("zwei-personen", N_("Noted: these are two people. We do not ask about them again."))
SHARED: Mapping[str, str] = {
    "birth_date": N_("same birth date"),
    "email": N_("same e-mail"),
    "phone": N_("same telephone number"),
    "address": N_("same address"),
}
PLACES: Mapping[str, str] = {
    "enrolment.person_id": N_("Courses"),
    "enrolment.contact_id": N_("Enrolments made for others or oneself"),
    "membership.person_id": N_("Households"),
    "guardianship.guardian_id": N_("Children"),
    "guardianship.child_id": N_("Parents or guardians"),
    "mandate.agent_id": N_("Mandates to act for others"),
    "mandate.principal_id": N_("Mandates given to others"),
    "company_contact.person_id": N_("Companies"),
    "consent.person_id": N_("Consents"),
    "letter.person_id": N_("Letters"),
    "loan.person_id": N_("Loans"),
    "booking.booker_id": N_("Room bookings"),
    "invoice.debtor_id": N_("Invoices (unchanged)"),
    "certificate.person_id": N_("Certificates (unchanged)"),
    "account.person_id": N_("Accounts"),
    "trainer.person_id": N_("Trainer profiles"),
}


class MergeForm(Form):
    """Which value stays, where the two records differ."""

    name = Radios(N_("Name"), missing=N_("Choose the name."))
    birth_date = Radios(N_("Birth date"), missing=N_("Choose the birth date."))
    email = Radios(N_("E-mail"), missing=N_("Choose the e-mail address."))
    phone = Radios(N_("Telephone"), missing=N_("Choose the telephone number."))
    address = Radios(N_("Address"), missing=N_("Choose the address."))
    channel = Radios(N_("How do we write?"), missing=N_("Choose how we write."))
    language = Radios(N_("In which language?"), missing=N_("Choose the language."))
    gender = Radios(N_("Gender"), missing=N_("Choose the gender."))
    note = Radios(N_("Note of the team"), missing=N_("Choose the note."))
    versions = Hidden()


class DuplicatePages(Controller):
    """The list of pairs, and the two acts on one pair."""

    path = LIST
    opt = may("erase", "erasure")
    include_in_schema = False

    @get()
    async def index(
        self, request: AnyRequest, actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Pairs that may be one person; two statements."""
        ensure(policy.may_merge(actor), actor)
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            pairs, total = await likely_duplicates(session, limit=size, offset=offset)
        page = page_of(
            pairs, number=number, size=size, total=total, path=LIST, query=request.query_params.multi_items()
        )
        return Template("portal/desk/duplicates.html", context={"page": page, "shared": SHARED, "here": LIST})

    @get("/{kept_id:uuid}/{gone_id:uuid}")
    async def compare(
        self,
        request: AnyRequest,
        kept_id: FromPath[UUID],
        gone_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Side by side, with what would move; whoever comes here has just proved who they are (A2, step-up)."""
        ensure(policy.may_merge(actor), actor)
        ensure_fresh(request, clock)
        return await _page(begin, kept_id, gone_id, None)

    @post("/{kept_id:uuid}/{gone_id:uuid}")
    async def merge(
        self,
        request: AnyRequest,
        kept_id: FromPath[UUID],
        gone_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        merging: NamedDependency[Merging],
    ) -> Template | Redirect:
        """Make them one. Sent twice it is done once; a refusal says what has to be settled first."""
        ensure(policy.may_merge(actor), actor)
        ensure_fresh(request, clock)
        sent = await request.form()
        async with begin.reading() as session:
            kept, gone = await person_of(session, kept_id), await person_of(session, gone_id)
        if gone.merged_into_id == kept_id:
            return after(f"{PERSONS}/{kept_id}", MERGED)
        form = _form(kept, gone, sent)
        if not form.validate():
            return await _page(begin, kept_id, gone_id, form, status=422)
        taken = [name for name in FIELDS if name in form and form[name].data == GONE]
        mine, _, theirs = str(form.versions.data or "").partition("-")
        try:
            await merging.merge(
                actor, kept_id=kept_id, gone_id=gone_id, taken=taken,
                versions=(version_in(mine) or 0, version_in(theirs) or 0),
            )  # fmt: skip
        except NotFound:
            raise
        except DomainError as refusal:
            if isinstance(refusal, Stale):  # the page shows what is stored now, and asks again
                form = _form(kept, gone, None)
            form.refuse("", translated(refusal.message) % refusal.params)
            return await _page(begin, kept_id, gone_id, form, status=refusal.status)
        return after(f"{PERSONS}/{kept_id}", MERGED)

    @post("/{kept_id:uuid}/{gone_id:uuid}/zwei")
    async def tell_apart(
        self,
        kept_id: FromPath[UUID],
        gone_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        merging: NamedDependency[Merging],
    ) -> Redirect:
        """They are two people."""
        await merging.tell_apart(actor, one_id=kept_id, other_id=gone_id)
        return after(LIST, APART)


async def _page(
    begin: Begin, kept_id: UUID, gone_id: UUID, form: MergeForm | None, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        kept, gone = await person_of(session, kept_id), await person_of(session, gone_id)
        if kept_id == gone_id or kept.merged_into_id is not None or gone.merged_into_id is not None:
            raise NotFound
        counts = await counted(session, [kept_id, gone_id])
    rows = [
        (translated(words), counts[kept_id].get(place, 0), counts[gone_id].get(place, 0))
        for place, words in PLACES.items()
        if counts[kept_id].get(place) or counts[gone_id].get(place)
    ]
    both_accounts = all(counts[one].get("account.person_id") for one in (kept_id, gone_id))
    return Template(
        "portal/desk/merge.html",
        context={
            "kept": kept,
            "gone": gone,
            "rows": rows,
            "form": form or _form(kept, gone, None),
            "both_accounts": both_accounts,
            "here": f"{LIST}/{kept_id}/{gone_id}",
            "turned": f"{LIST}/{gone_id}/{kept_id}",
            "back": LIST,
        },
        status_code=status,
    )


def _form(kept: Person, gone: Person, sent: Any) -> MergeForm:
    """Only what differs is asked; what the one who stays lacks is preset to the other's value."""
    ours, theirs = _words(kept), _words(gone)
    preset = {name: KEPT if ours[name] else GONE for name in FIELDS}
    form = form_from(MergeForm, sent, **preset, versions=f"{kept.version}-{gone.version}")
    for name in FIELDS:
        if ours[name] == theirs[name]:
            del form[name]
            continue
        field, nothing = form[name], gettext("nothing")
        if isinstance(field, Radios):
            field.choices = [(KEPT, ours[name] or nothing), (GONE, theirs[name] or nothing)]
    return form


def _words(person: Person) -> dict[str, str]:
    town = f"{person.postal_code} {person.city}".strip()
    return {
        "name": person.name,
        "birth_date": date_plain(person.birth_date) if person.birth_date else "",
        "email": person.email or "",
        "phone": phone(person.phone) if person.phone else "",
        "address": ", ".join(one for one in (person.street, town, person.district) if one),
        "channel": gettext("by e-mail") if person.channel is Channel.EMAIL else gettext("by letter on paper"),
        "language": gettext("English") if person.language == "en" else gettext("German"),
        "gender": gettext(GENDER_WORDS[person.gender]) if person.gender else "",
        "note": person.note,
    }
