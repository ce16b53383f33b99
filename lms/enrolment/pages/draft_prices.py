"""What a form that is being filled in would cost, person by person: the same facts as the service finds, out of the answers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from lms.enrolment.pages.questions import Kind, Step
from lms.enrolment.pricing.family import Bonds
from lms.enrolment.pricing.rules import Concession, Facts, Reckoning, reckon
from lms.kernel.clock import local
from lms.people.models import Person

if TYPE_CHECKING:
    from lms.enrolment.pages.draft import Draft

FULL, REDUCED = "none", "reduced"
"""Answers about the price: the full one, and a reduced one that names no reason."""
FIRST, OTHER = UUID(int=1), UUID(int=2)
"""Stand for people who have no number yet: the first of a group, and a guardian who is typed."""


def concession_value(concession: Concession) -> str:
    """What the form calls a concession."""
    return str(concession.id) if concession.id else REDUCED


def reckonings(draft: "Draft", concession: Concession | None) -> Sequence[Reckoning]:
    """What a place in the whole run costs each of the persons named, in their order, and how it comes about.

    `concession` is that of a single person; those of a group have their own.
    """
    is_company = draft.kind is Kind.COMPANY
    firm = draft.visitor.company(draft.said(Step.COMPANY).get("company") or "") if is_company else None
    found: list[Reckoning] = []
    earlier: list[Bonds] = []
    for known, is_ward, own in _persons(draft):
        bonds = _bonds(draft, known, is_ward=is_ward, is_first=not earlier)
        postal_code, city = _home(draft, known)
        facts = Facts(
            day=local(draft.now).date(),
            people=max(draft.size, 1),
            postal_code=postal_code,
            city=city,
            has_company=is_company,
            company_id=firm.id if firm else None,
            has_family=draft.family.takes_part(bonds, earlier),
            concession=own or concession,
        )
        earlier.append(bonds)
        found.append(reckon(draft.offering.prices, facts))
    return found


def _persons(draft: "Draft") -> Sequence[tuple[Person | None, bool, Concession | None]]:
    if not draft.names_list or not draft.participants:
        return [(draft.known, draft.needs_consent, None)]
    if draft.kind is Kind.COMPANY:
        return [(None, False, None) for _ in draft.participants]
    return [
        (draft.known_as(one), draft.is_ward(draft.birth_date_of(one)), draft.concession_of(one))
        for one in draft.participants
    ]


def _bonds(draft: "Draft", known: Person | None, *, is_ward: bool, is_first: bool) -> Bonds:
    me = draft.visitor.me
    guardian = None
    if is_ward:
        guardian = me.id if draft.guardian_is_me and me else FIRST if draft.guardian_is_first else OTHER
    bonds = draft.family.of(known.id if known else None, guardian)
    return bonds | {FIRST} if is_first and draft.guardian_is_first else bonds


def _home(draft: "Draft", known: Person | None) -> tuple[str, str]:
    """Postal code and town, where the price asks, found as the service finds them."""
    if not draft.asks_residence:
        return "", ""
    if known is not None and (known.postal_code or known.city):
        return known.postal_code, known.city
    typed = {} if draft.has_known_address else draft.said(Step.ADDRESS)
    if typed:
        return str(typed.get("postal_code") or ""), str(typed.get("city") or "")
    me = draft.visitor.me
    return (me.postal_code, me.city) if me is not None and draft.contact_is_known else ("", "")
