"""The form of each page: filled with what was said before, its choices and needs as the draft wants them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from lms.catalogue.models import PaymentMethod
from lms.debits.forms import AccountForm, offer_mandates
from lms.enrolment import forms, rules
from lms.enrolment.conditions.fields import questions_form, with_questions
from lms.enrolment.conditions.words import declaration
from lms.enrolment.errors import BirthDateNeeded, TooOld, TooYoung
from lms.enrolment.pages.draft import KNOWN, Draft, as_date
from lms.enrolment.pages.draft_prices import FULL, concession_value
from lms.enrolment.pages.offering import Offering
from lms.enrolment.pages.questions import Kind, Step
from lms.enrolment.pricing.rules import Concession, Facts, reckon
from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.scheduling.calendar import Entry
from lms.web.formats import all_of, money, period, phone
from lms.web.forms import Form, form_from
from lms.web.language import current_language, gettext, ngettext

FORMS: Mapping[Step, type[Form]] = {
    Step.SESSIONS: forms.SessionsForm,
    Step.WHO: forms.WhoForm,
    Step.PERSON: forms.PersonForm,
    Step.GUARDIAN: forms.GuardianForm,
    Step.COMPANY: forms.CompanyForm,
    Step.PARTY: forms.PartyForm,
    Step.CONTACT: forms.ContactForm,
    Step.ADDRESS: forms.AddressForm,
    Step.SUPPORT: forms.SupportForm,
    Step.ACCESS: forms.AccessForm,
    Step.RESIDENCE: forms.ResidenceForm,
    Step.CONCESSION: forms.ConcessionForm,
    Step.PAYMENT: forms.PaymentForm,
    Step.ACCOUNT: AccountForm,
}
WAYS_TO_PAY: Mapping[str, tuple[str, str]] = {
    PaymentMethod.ONLINE: (N_("Online"), N_("You pay at once, for example by card.")),
    PaymentMethod.DIRECT_DEBIT: (
        N_("Direct debit"),
        N_("We collect the amount from your account after the course has begun, and tell you before."),
    ),
    PaymentMethod.INVOICE: (
        N_("Bank transfer"),
        N_("You get an invoice and have two weeks."),
    ),
    PaymentMethod.CASH: (N_("Cash"), N_("You pay at the centre, at the latest at the first date.")),
}
"""Every way to pay in words; a run offers some of them."""
ANOTHER = "another"


def ways_of(offering: Offering, *, asks_account: bool = True) -> list[tuple[str, str, str]]:
    """Value, name and hint of each way to pay that a run offers; direct debit only where an account can be asked for."""
    return [
        (way, *WAYS_TO_PAY[way])
        for way in offering.ways
        if asks_account or way is not PaymentMethod.DIRECT_DEBIT
    ]


def form_for(draft: Draft, step: Step, submitted: Mapping[str, Any] | None = None) -> Form:
    """The form of one page, empty or filled with what was sent, else with what was said before."""
    if step is Step.QUESTIONS:
        return questions_form(draft.offering.asks.questions, draft.names, draft.said(step), submitted)
    said = {name: _restored(name, value) for name, value in draft.said(step).items()}
    form = form_from(FORMS[step], submitted, **(_known(draft, step) | said))
    shape = _SHAPES.get(step)
    if shape is not None:
        shape(form, draft)
    return form


def participant_form(
    draft: Draft, number: int | None, submitted: Mapping[str, Any] | None = None
) -> forms.ParticipantForm:
    """The small page of one person whom a company sends; a new one without number."""
    said = draft.participants[number] if number is not None else {}
    asked = with_questions(forms.ParticipantForm, draft.offering.asks.questions)
    form = form_from(asked, submitted, **{name: _restored(name, value) for name, value in said.items()})
    if draft.kind is Kind.COMPANY:
        del form.who
        ask_birth_date(form, draft)
    else:
        _ask_group_member(form, draft, number)
    _ask_residence(form, draft)
    _ask_concession(form, draft, asked_before=bool(said) or submitted is not None)
    return form


def _ask_concession(form: forms.ParticipantForm, draft: Draft, *, asked_before: bool) -> None:
    """Each of a group may have a reason of their own to pay less; most have none."""
    if not draft.concessions_of_each:
        del form.concession
        return
    facts = Facts(day=local(draft.now).date(), people=max(draft.size, 1))
    prices = draft.offering.prices
    full = money(reckon(prices, facts).price_cents)
    form.concession.choices = [(FULL, gettext("No reduction with proof: %(price)s", price=full))]
    form.concession.hints = {}
    for one in draft.concessions_of_each:
        value, price = (
            concession_value(one),
            money(reckon(prices, replace(facts, concession=one)).price_cents),
        )
        name = one.name_en if current_language() == "en" else one.name_de
        form.concession.choices.append((value, f"{name}: {price}"))
        form.concession.hints[value] = proof_words(one)
    if not asked_before:
        form.concession.data = FULL


def _ask_residence(form: forms.ParticipantForm, draft: Draft) -> None:
    """Where somebody lives is asked only where the run minds, and not of those whose address we know."""
    if not draft.offering.asks.residence:
        del form.postal_code, form.city
        return
    chosen = draft.known_as({"who": form.who.data}) if "who" in form else None
    if chosen and (chosen.postal_code or chosen.city):
        form.postal_code.missing = form.city.missing = ""


def _ask_group_member(form: forms.ParticipantForm, draft: Draft, number: int | None) -> None:
    """Whom we know is chosen instead of typed; a birth date is asked of children, or of all where there is an age limit."""
    others = [one for index, one in enumerate(draft.participants) if index != number]
    taken = {known.id for known in map(draft.known_as, others) if known}
    choices = [one for one in draft.visitor.persons if one.id not in taken]
    chosen = None
    if choices:
        form.who.choices = [
            *((f"{KNOWN}{one.id}", one.name) for one in choices),
            (ANOTHER, N_("Another person")),
        ]
        form.who.missing = N_("Choose who takes part.")
        chosen = draft.visitor.person(str(form.who.data or "").removeprefix(KNOWN))
    else:
        del form.who
    if chosen:
        form.given_name.missing = form.family_name.missing = ""
    form.birth_date.latest = local(draft.now).date()
    if draft.offering.needs_birth_date:
        form.birth_date.hint = why_birth_date(draft)
        if chosen is None or chosen.birth_date is None:
            form.birth_date.missing = forms.BIRTH_DATE_MISSING
    else:
        form.birth_date.hint = gettext(
            "Only for children and young people under 18: a parent or guardian has to agree for them."
        )


def answers_of(form: Form) -> dict[str, Any]:
    """What is kept of a form: plain values, dates as text."""
    return {
        field.short_name: field.data.isoformat() if isinstance(field.data, date) else field.data
        for field in form
    }


def refuse_wrong_age(
    form: forms.PersonForm | forms.ParticipantForm,
    draft: Draft,
    name: str,
    known_birth_date: date | None = None,
) -> bool:
    """Say at the birth date that somebody is too young or too old, before anything else is typed; whether it did."""
    run, (least, most) = draft.offering.run, draft.offering.ages
    try:
        rules.refuse_unless_age_fits(
            name,
            known_birth_date or (form.birth_date.data if "birth_date" in form else None),
            local(run.starts_at or draft.now).date(),
            least=least,
            most=most,
            must_be_known=draft.offering.is_for_youth,
        )
    except (TooYoung, TooOld, BirthDateNeeded) as refusal:
        form.refuse("birth_date", refusal.message, **refusal.params)
        return True
    return False


def ask_birth_date(form: forms.PersonForm | forms.ParticipantForm, draft: Draft) -> None:
    """Ask for the birth date where it is needed, and say why; else not at all."""
    if not draft.needs_birth_date:
        del form.birth_date
        return
    form.birth_date.missing = forms.BIRTH_DATE_MISSING
    form.birth_date.latest = local(draft.now).date()
    form.birth_date.hint = why_birth_date(draft)


def why_birth_date(draft: Draft) -> str:
    """The reason for asking."""
    least, most = draft.offering.ages
    if least is not None and most is not None:
        why = gettext("We ask because the course is for people from %(least)s to %(most)s years.", least=least, most=most)  # fmt: skip
    elif least is not None:
        why = gettext("We ask because the course is for people from %(least)s years on.", least=least)
    elif most is not None:
        why = gettext("We ask because the course is for people up to %(most)s years.", most=most)
    else:
        why = gettext("We ask because a parent or guardian has to agree for everybody under 18.")
    example = gettext("For example 7 12 2012")
    return f"{why} {example}"


def name_child(form: forms.GuardianForm | forms.ConsentForm, *names: str) -> None:
    """Ask about somebody by name instead of about "the child"."""
    name, count = all_of(names), len(names)
    form.alone.label.text = ngettext(
        "May %(name)s go home alone after the course?",
        "May %(name)s go home alone after the course?",
        count,
        name=name,
    )
    form.photo.label.text = gettext("May we take photos of %(name)s for our website?", name=name)


def _person(form: forms.PersonForm, draft: Draft) -> None:
    if draft.known:
        del form.given_name, form.family_name
    elif draft.kind is Kind.ME:
        form.given_name.autocomplete, form.family_name.autocomplete = "given-name", "family-name"
        form.birth_date.autocomplete = "bday"
    ask_birth_date(form, draft)


def _guardian(form: forms.GuardianForm, draft: Draft) -> None:
    if draft.guardian_is_named:
        del form.given_name, form.family_name
    name_child(form, *draft.wards)


def _contact(form: forms.ContactForm, draft: Draft) -> None:
    if not draft.asks_contact_name:
        del form.given_name, form.family_name


def _concession(form: forms.ConcessionForm, draft: Draft) -> None:
    full = draft.reckoned(None).price_cents
    is_full = full == draft.full_price_cents
    words = N_("Full price: %(price)s") if is_full else N_("No further reduction: %(price)s")
    form.concession.choices = [(FULL, gettext(words, price=money(full)))]
    form.concession.hints = {}
    for one in draft.offering.prices.concessions:
        value, price = concession_value(one), money(draft.reckoned(one).price_cents)
        name = one.name_en if current_language() == "en" else one.name_de
        words = f"{name}: {price}" if name else gettext("Reduced price: %(price)s", price=price)
        form.concession.choices.append((value, words))
        form.concession.hints[value] = proof_words(one)


def proof_words(one: Concession) -> str:
    """What has to be shown for a reduced price, and when."""
    if not one.needs_proof:
        return gettext("No proof is needed.")
    proof = one.proof_en if current_language() == "en" else one.proof_de
    if not proof:
        return gettext("You show the proof at the first date. Nothing has to be sent in.")
    return gettext("Proof: %(proof)s. You show it at the first date. Nothing has to be sent in.", proof=proof)


def _access(form: forms.AccessForm, draft: Draft) -> None:
    asks = draft.offering.asks
    if not asks.needs_code_word:
        del form.code_word
    if asks.condition is None or not asks.needs_declaration:
        del form.declared
    else:
        form.declared.label.text = declaration(asks.condition)


def _payment(form: forms.PaymentForm, draft: Draft) -> None:
    form.method.choices = [(way, name) for way, name, _ in ways_of(draft.offering)]
    form.method.hints = {way: hint for way, _, hint in ways_of(draft.offering)}


def _account(form: AccountForm, draft: Draft) -> None:
    offer_mandates(form, draft.own_mandates)
    if draft.kind is Kind.COMPANY:
        form.holder.autocomplete = "organization"


def _sessions(form: forms.SessionsForm, draft: Draft) -> None:
    """Only dates with room are on offer; the others are named below the question."""
    left, size = draft.offering.room_left, max(draft.size, 1)
    open_dates = [one for one in draft.offering.at_dates(draft.now) if left[one.session_id] >= size]
    form.sessions.choices = [(str(one.session_id), period(one.starts_at, one.ends_at)) for one in open_dates]
    form.sessions.hints = {str(one.session_id): date_hint(draft, one) for one in open_dates}
    known = {value for value, _ in form.sessions.choices}
    form.sessions.data = [one for one in form.sessions.data or () if one in known]


def date_hint(draft: Draft, entry: Entry) -> str:
    """What stands below one date: how many places are left, and where it is if that differs."""
    left = draft.offering.room_left[entry.session_id]
    words = ngettext("%(num)s place left", "%(num)s places left", left)
    return words if draft.offering.place else f"{words}, {entry.location}"


def _who(form: forms.WhoForm, draft: Draft) -> None:
    me, household = draft.visitor.me, draft.visitor.household
    own = gettext(N_("For me (%(name)s)"), name=me.name) if me else gettext("For me")
    child = N_("For another child") if household else N_("For a child")
    other = N_("For another person") if household else N_("For another person in the household")
    form.who.choices = [
        (Kind.ME, own),
        *((f"{KNOWN}{one.id}", one.name) for one in household),
        (Kind.CHILD, child),
        (Kind.OTHER, other),
        (Kind.GROUP, N_("For several persons together")),
        (Kind.COMPANY, N_("For employees of a company")),
    ]
    form.who.hints = {
        Kind.CHILD: N_("Or a young person under 18"),
        Kind.GROUP: N_("For example as a couple, or a parent with a child"),
        Kind.COMPANY: N_("The company pays."),
    }


def _company(form: forms.CompanyForm, draft: Draft) -> None:
    if not draft.visitor.companies:
        del form.company
        return
    form.company.choices = [
        *((str(one.id), one.name) for one in draft.visitor.companies),
        (ANOTHER, N_("Another company")),
    ]
    form.company.missing = N_("Choose which company pays.")
    if form.company.data != ANOTHER:
        for field in (form.name, form.street, form.postal_code, form.city):
            field.missing = ""


def _known(draft: Draft, step: Step) -> dict[str, Any]:
    """What stands on a page that was not answered yet."""
    me = draft.visitor.me
    if step is Step.GUARDIAN:
        kept = draft.visitor.guardianships.get(draft.known.id) if draft.known else None
        number = kept.emergency_phone if kept else (me.phone or "") if me and draft.guardian_is_me else ""
        return {"photo": "no", "emergency_phone": phone(number)}
    if step is Step.COMPANY and draft.visitor.companies:
        return {"company": str(draft.visitor.companies[0].id)}
    if step is Step.ACCOUNT and draft.kind is not Kind.COMPANY:
        return {"holder": draft.contact_name}
    if step is Step.ADDRESS and draft.is_own and draft.said(Step.RESIDENCE):
        return dict(draft.said(Step.RESIDENCE))
    if step is Step.ADDRESS and me and draft.contact_is_known:
        return {"street": me.street, "postal_code": me.postal_code, "city": me.city}
    return {}


def _restored(name: str, value: Any) -> Any:
    if name in {"phone", "emergency_phone"}:
        return phone(value or "")
    return as_date(value) if name == "birth_date" else value


_SHAPES: Mapping[Step, Callable[[Any, Draft], None]] = {
    Step.ACCESS: _access,
    Step.SESSIONS: _sessions,
    Step.WHO: _who,
    Step.PERSON: _person,
    Step.GUARDIAN: _guardian,
    Step.COMPANY: _company,
    Step.CONTACT: _contact,
    Step.CONCESSION: _concession,
    Step.PAYMENT: _payment,
    Step.ACCOUNT: _account,
}
