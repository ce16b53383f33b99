"""Turns the answers of a form into what the service is asked for."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.catalogue.models import PaymentMethod
from lms.enrolment import forms
from lms.enrolment.conditions.fields import answers_in, prefix_of
from lms.enrolment.conditions.values import Said
from lms.enrolment.models import PartyRule
from lms.enrolment.pages.draft import Answers, Draft, as_date
from lms.enrolment.pages.questions import Kind, Step
from lms.enrolment.values import NO_VOUCHERS, KnownPerson, NewCompany, NewPerson, VouchersUsed, Wants
from lms.kernel.marking import N_
from lms.web.language import current_language, gettext

PHOTO_QUESTION = N_("May we take photos of %(name)s for our website?")
PHOTO_ANSWER = N_("Yes, photos are fine")
"""What is kept of a consent to photos: the question as it was read, with the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The part of an order that comes from the answers."""

    persons: list[NewPerson | KnownPerson | UUID]
    contact: NewPerson | UUID | None
    company: NewCompany | UUID | None
    payment_method: PaymentMethod | None
    concession: bool
    rule: PartyRule
    wants: Wants
    order_number: str
    session_ids: list[UUID]
    said: Said
    vouchers: VouchersUsed


def wanted(draft: Draft) -> Wanted:
    """What the form asks for: a place or nothing where the page has promised a place, else also the waiting list."""
    is_company = draft.kind is Kind.COMPANY
    return Wanted(
        persons=_participants(draft) if draft.names_list else [_person(draft)],
        contact=_contact(draft),
        company=_company(draft) if is_company else None,
        payment_method=draft.method if draft.price_is_due and draft.rest_cents else None,
        concession=draft.concession is not None and draft.concession.id is None,
        rule=draft.rule,
        wants=Wants.PLACE if draft.fits else Wants.PLACE_OR_LIST,
        order_number=str(draft.said(Step.COMPANY).get("order_number") or "") if is_company else "",
        session_ids=[entry.session_id for entry in draft.sessions],
        said=_said(draft),
        vouchers=_vouchers(draft),
    )


def _vouchers(draft: Draft) -> VouchersUsed:
    if not draft.vouchers or not draft.may_order:
        return NO_VOUCHERS
    return VouchersUsed(tuple(one.id for one in draft.vouchers), draft.rest_cents)


def mark(draft: Draft) -> str:
    """What the check page promises, for the form to carry: if it is another when the form comes back, nobody agreed to it."""
    promise = "order" if draft.may_order else "list"
    if draft.is_drop_in:
        promise = ",".join(str(entry.session_id) for entry in draft.sessions)
    rest = f":{draft.rest_cents}" if draft.vouchers and draft.may_order else ""
    return f"{promise}:{draft.size}:{draft.total_cents if draft.may_order else 0}{rest}"


def _said(draft: Draft) -> Said:
    """What was said about the run's conditions; the code word itself was forgotten when it had been tried."""
    access, questions = draft.said(Step.ACCESS), draft.offering.asks.questions
    if draft.names_list:
        answers = [answers_in(one, questions) for one in draft.participants]
    else:
        said = draft.said(Step.QUESTIONS)
        answers = [answers_in(said, questions, prefix_of(number)) for number in range(len(draft.names))]
    return Said(
        code_mark=str(access.get("mark") or ""), declared=bool(access.get("declared")), answers=answers
    )


def photo_wording(name: str) -> str:
    """The words under which photos were allowed (L-40)."""
    question, answer = gettext(PHOTO_QUESTION, name=name), gettext(PHOTO_ANSWER)
    return f"{question} {answer}"


def _person(draft: Draft) -> NewPerson | KnownPerson | UUID:
    said, child = draft.said(Step.SUPPORT), draft.said(Step.GUARDIAN)
    needs = [code for code, _ in forms.SUPPORT if code in (said.get("needs") or [])]
    note = str(said.get("note") or "")
    emergency = str(child.get("emergency_phone") or "") if draft.needs_consent else ""
    alone = {"yes": True, "no": False}.get(child.get("alone", "")) if draft.needs_consent else None
    photos = photo_wording(draft.names[0]) if draft.needs_consent and child.get("photo") == "yes" else ""
    if draft.known:
        return KnownPerson(
            id=draft.known.id,
            birth_date=as_date(draft.said(Step.PERSON).get("birth_date")),
            guardian=_guardian(draft),
            emergency_phone=emergency,
            may_go_home_alone=alone,
            support=needs,
            support_note=note,
            photo_wording=photos,
            concession_id=draft.concession.id if draft.concession else None,
            **_residence(draft),
        )
    typed, reached = (
        draft.said(Step.PERSON),
        _reached(draft) if draft.is_own and not draft.needs_consent else {},
    )
    return NewPerson(
        given_name=typed["given_name"],
        family_name=typed["family_name"],
        birth_date=draft.birth_date,
        language=current_language(),
        guardian=_guardian(draft),
        emergency_phone=emergency,
        may_go_home_alone=alone,
        support=needs,
        support_note=note,
        photo_wording=photos,
        concession_id=draft.concession.id if draft.concession else None,
        **(_residence(draft) | reached),
    )


def _residence(draft: Draft) -> dict[str, str]:
    """Where the person lives, as far as the run minds."""
    return _residence_in(draft.said(Step.RESIDENCE)) if draft.asks_home else {}


def _residence_in(said: Answers) -> dict[str, Any]:
    return {name: str(said[name]) for name in ("postal_code", "city") if said.get(name)}


def _participants(draft: Draft) -> list[NewPerson | KnownPerson | UUID]:
    return [_participant(draft, one, is_first=number == 0) for number, one in enumerate(draft.participants)]


def _participant(draft: Draft, one: Answers, *, is_first: bool) -> NewPerson | KnownPerson:
    """One of a list. What is said about children counts for all of them; the first of a group gets the letters."""
    is_ward = draft.name_of(one) in draft.wards
    child = draft.said(Step.GUARDIAN) if is_ward else {}
    about: dict[str, Any] = {
        "guardian": _guardian(draft) if is_ward else None,
        "emergency_phone": str(child.get("emergency_phone") or ""),
        "may_go_home_alone": {"yes": True, "no": False}.get(child.get("alone", "")),
        "photo_wording": photo_wording(draft.name_of(one)) if child.get("photo") == "yes" else "",
    }
    if concession := draft.concession_of(one):
        about["concession_id"] = concession.id
    known = draft.known_as(one)
    if known:
        return KnownPerson(
            id=known.id, birth_date=as_date(one.get("birth_date")), **about, **_residence_in(one)
        )
    is_written_to = is_first and draft.kind is Kind.GROUP and not draft.contact_is_known and not is_ward
    return NewPerson(
        given_name=one["given_name"],
        family_name=one["family_name"],
        birth_date=as_date(one.get("birth_date")),
        language=current_language(),
        **about,
        **(_residence_in(one) | (_reached(draft) if is_written_to else {})),
    )


def _guardian(draft: Draft) -> NewPerson | UUID | None:
    if not draft.needs_consent:
        return None
    if draft.guardian_is_me and draft.visitor.me:
        return draft.visitor.me.id
    return _typed(draft, draft.participants[0] if draft.guardian_is_first else draft.said(Step.GUARDIAN))


def _contact(draft: Draft) -> NewPerson | UUID | None:
    """Who gets the letters; for a minor the service takes the guardian, for oneself the person."""
    me = draft.reader
    if draft.contact_is_known and me:
        if not draft.said(Step.ADDRESS):
            return me.id
        return NewPerson(
            given_name=me.given_name,
            family_name=me.family_name,
            birth_date=me.birth_date,
            language=me.language,
            **(_reached(draft) | {"email": me.email, "phone": me.phone}),
        )
    return _typed(draft, draft.said(Step.CONTACT)) if draft.asks_contact_name else None


def _typed(draft: Draft, names: Answers) -> NewPerson:
    return NewPerson(
        given_name=names["given_name"],
        family_name=names["family_name"],
        language=current_language(),
        **_reached(draft),
    )


def _reached(draft: Draft) -> dict[str, Any]:
    said, address = draft.said(Step.CONTACT), draft.said(Step.ADDRESS) if draft.needs_address else {}
    found = {name: said.get(name) for name in ("email", "phone")} | {
        name: address.get(name) for name in ("street", "postal_code", "city")
    }
    return {name: str(value) for name, value in found.items() if value}


def _company(draft: Draft) -> NewCompany | UUID:
    said = draft.said(Step.COMPANY)
    known = draft.visitor.company(said.get("company") or "")
    if known:
        return known.id
    return NewCompany(
        name=said.get("name") or "",
        street=said.get("street") or "",
        postal_code=said.get("postal_code") or "",
        city=said.get("city") or "",
        invoice_email=said.get("invoice_email") or "",
        route_id=said.get("route_id") or "",
    )
