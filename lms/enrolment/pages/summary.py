"""What stands on the check page: every answer in a block, each with the way to change it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lms.debits.accounts import account_of
from lms.debits.forms import spoken
from lms.debits.rules import masked
from lms.enrolment.conditions import words
from lms.enrolment.conditions.fields import OWN, answers_in, prefix_of
from lms.enrolment.conditions.rules import asked
from lms.enrolment.forms import SUPPORT, YES_NO
from lms.enrolment.pages.asking import WAYS_TO_PAY, proof_words
from lms.enrolment.pages.draft import Answers, Draft, full_name
from lms.enrolment.pages.questions import TITLES, Kind, Step
from lms.enrolment.pages.way import steps_of
from lms.enrolment.pages.words import certainty
from lms.scheduling.calendar import Entry
from lms.vouchers.words import called
from lms.web.formats import amount, date_plain, duration, period, phone
from lms.web.language import current_language, gettext, translated

Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the check page; without a path it cannot be changed here."""

    title: str
    facts: Facts
    path: str = ""


def blocks(draft: Draft) -> Sequence[Block]:
    """Every block in the order of the pages; to whom we write is shown also where nobody had to be asked."""
    found = []
    for step in steps_of(draft):
        if step is Step.SUPPORT and draft.contact_is_known:
            found.append(_known_contact(draft))
        if step in _READERS:
            found.append(Block(translated(TITLES[step]), _filled(_READERS[step](draft)), draft.path(step)))
    if draft.names_list and draft.contact_is_known:
        found.append(_known_contact(draft))
    return found


def course_facts(draft: Draft) -> Facts:
    """What is booked: dates, place, duration (L-11)."""
    offering = draft.offering
    first, run = offering.first, offering.run
    if draft.is_drop_in:
        minutes = sum(int((one.ends_at - one.starts_at).total_seconds()) for one in draft.sessions) // 60
        return _filled(
            [
                (gettext("Course number"), run.number),
                (gettext("Dates"), "; ".join(period(one.starts_at, one.ends_at) for one in draft.sessions)),
                (gettext("Place"), offering.place),
                (gettext("Duration"), duration(minutes)),
            ]
        )
    if run.is_open_ended:
        return _filled(
            [
                (gettext("Course number"), run.number),
                (gettext("First date"), period(first.starts_at, first.ends_at) if first else ""),
                (gettext("Dates"), gettext("open club without a fixed end")),
                (gettext("Place"), offering.place),
                (gettext("Duration"), each_time(first) if first else ""),
            ]
        )
    return _filled(
        [
            (gettext("Course number"), run.number),
            (gettext("First date"), period(first.starts_at, first.ends_at) if first else ""),
            (gettext("Dates"), str(len(offering.held)) if len(offering.held) > 1 else ""),
            (gettext("Place"), offering.place),
            (gettext("Duration"), duration(run.total_minutes) if run.total_minutes else ""),
            (gettext("Takes place"), certainty(run)),
        ]
    )


def each_time(meeting: Entry) -> str:
    """How long a club meets."""
    minutes = int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60
    return gettext("%(duration)s each time", duration=duration(minutes))


def _sessions(draft: Draft) -> Facts:
    return [
        (gettext("Date %(number)s", number=number), period(one.starts_at, one.ends_at))
        for number, one in enumerate(draft.sessions, start=1)
    ]


def _who(draft: Draft) -> Facts:
    answers = {
        Kind.ME: gettext("For me"),
        Kind.CHILD: gettext("For a child"),
        Kind.OTHER: gettext("For another person in the household"),
        Kind.GROUP: gettext("For several persons together"),
        Kind.COMPANY: gettext("For employees of a company"),
    }
    if draft.is_own:
        return [
            (gettext("For whom"), answers[Kind.ME]),
            (gettext("Name"), draft.known.name if draft.known else ""),
        ]
    if draft.known:
        return [(gettext("For whom"), draft.known.name)]
    return [(gettext("For whom"), answers.get(draft.kind or Kind.KNOWN, ""))]


def _person(draft: Draft) -> Facts:
    born = draft.birth_date
    name = "" if draft.known else draft.names[0]
    return [(gettext("Name"), name), (gettext("Birth date"), date_plain(born) if born else "")]


def _guardian(draft: Draft) -> Facts:
    said = draft.said(Step.GUARDIAN)
    words = {value: translated(word) for value, word in YES_NO}
    return [
        (gettext("Parent or guardian"), full_name(said)),
        (gettext("For emergencies"), phone(said.get("emergency_phone") or "")),
        (gettext("May go home alone"), words.get(said.get("alone", ""), "")),
        (gettext("Photos allowed"), words.get(said.get("photo", ""), "")),
    ]


def _company(draft: Draft) -> Facts:
    said = draft.said(Step.COMPANY)
    known = draft.visitor.company(said.get("company") or "")
    address = known or None
    lines = (
        [address.street, f"{address.postal_code} {address.city}"]
        if address
        else [said.get("street") or "", f"{said.get('postal_code') or ''} {said.get('city') or ''}"]
    )
    return [
        (gettext("Firm"), known.name if known else said.get("name") or ""),
        (gettext("Address"), ", ".join(line.strip() for line in lines if line.strip())),
        (gettext("Order number"), said.get("order_number") or ""),
        (gettext("E-mail address for the invoice"), said.get("invoice_email") or ""),
        (gettext("Routing number (Leitweg-ID)"), said.get("route_id") or ""),
    ]


def _participants(draft: Draft) -> Facts:
    facts = []
    for number, one in enumerate(draft.participants, start=1):
        born, name = draft.birth_date_of(one), draft.name_of(one)
        line = f"{name}, {date_plain(born)}" if born and not draft.known_as(one) else name
        facts.append((gettext("Person %(number)s", number=number), line))
        if concession := draft.concession_of(one):
            words = concession.name_en if current_language() == "en" else concession.name_de
            facts.append(
                (f"{name}: {translated(TITLES[Step.CONCESSION])}", f"{words}. {proof_words(concession)}")
            )
        facts += [(f"{name}: {asking}", said) for asking, said in _answered(draft, one, OWN)]
    return facts


def _party(draft: Draft) -> Facts:
    words = {
        "together": gettext("Only all together"),
        "split": gettext("Each person for themselves"),
        "next_run": gettext("Rather all in the next run"),
    }
    return [(gettext("If there are not enough places"), words[draft.rule])]


def _access(draft: Draft) -> Facts:
    asks = draft.offering.asks
    confirmed = words.declaration(asks.condition) if asks.condition and asks.needs_declaration else ""
    return [
        (gettext("Code word"), gettext("given") if asks.needs_code_word else ""),
        (gettext("You confirm"), confirmed),
    ]


def _residence(draft: Draft) -> Facts:
    said = draft.said(Step.RESIDENCE)
    return [
        (gettext("Where people live"), f"{said.get('postal_code') or ''} {said.get('city') or ''}".strip())
    ]


def _questions(draft: Draft) -> Facts:
    return _answered(draft, draft.said(Step.QUESTIONS), prefix_of(0))


def _answered(draft: Draft, said: Answers, prefix: str) -> Facts:
    questions = draft.offering.asks.questions
    answers = answers_in(said, questions, prefix)
    return [
        (words.wording(one), words.answer_in_words(one, answers[str(one.id)]) or gettext("no answer"))
        for one in asked(questions, answers)
    ]


def _contact(draft: Draft) -> Facts:
    said = draft.said(Step.CONTACT)
    return [
        (gettext("Name"), draft.contact_name if draft.asks_contact_name or draft.names_list else ""),
        (gettext("E-mail address"), draft.email),
        (gettext("Telephone"), phone(said.get("phone") or "")),
    ]


def _known_contact(draft: Draft) -> Block:
    me = draft.visitor.me
    facts = [
        (gettext("Name"), draft.contact_name),
        (gettext("E-mail address"), draft.email),
        (gettext("Telephone"), phone(me.phone) if me and me.phone else ""),
    ]
    return Block(translated(TITLES[Step.CONTACT]), _filled(facts))


def _address(draft: Draft) -> Facts:
    said = draft.said(Step.ADDRESS)
    town = f"{said.get('postal_code') or ''} {said.get('city') or ''}".strip()
    return [(gettext("Address"), ", ".join(line for line in (said.get("street") or "", town) if line))]


def _support(draft: Draft) -> Facts:
    said = draft.said(Step.SUPPORT)
    words = {code: translated(word) for code, word in SUPPORT}
    needs = ", ".join(words[code] for code in said.get("needs") or [] if code in words)
    return [
        (gettext("Needed"), needs or ("" if said.get("note") else gettext("nothing"))),
        (gettext("Note"), said.get("note") or ""),
    ]


def _concession(draft: Draft) -> Facts:
    chosen = draft.concession
    if chosen is None:
        words = gettext("Full price") if draft.price_cents == draft.full_price_cents else gettext("No further reduction")  # fmt: skip
        return [(gettext("Price"), f"{words}: {amount(draft.price_cents)}")]
    words = (chosen.name_en if current_language() == "en" else chosen.name_de) or gettext("Reduced price")
    return [
        (gettext("Price"), f"{words}: {amount(draft.price_cents)}"),
        (gettext("Proof"), proof_words(chosen)),
    ]


def _payment(draft: Draft) -> Facts:
    effect, way = draft.voucher_effect, translated(WAYS_TO_PAY[draft.method][0]) if draft.method else ""
    return [
        *((called(one), amount(effect.paid_by(one.id))) for one in draft.vouchers),
        (gettext("Payment"), way if draft.rest_cents else gettext("There is nothing left to pay.")),
    ]


def _account(draft: Draft) -> Facts:
    """The account, masked, with its bank, so that people see that it is theirs."""
    known, said = draft.mandate, draft.said(Step.ACCOUNT)
    if known is not None:
        return [(gettext("Account"), spoken(known)), (gettext("Account holder"), known.holder)]
    if not said.get("iban"):
        return []
    bank = account_of(str(said["iban"])).bank
    return [
        (gettext("Account"), masked(str(said["iban"]))),
        (gettext("Bank"), bank),
        (gettext("Account holder"), str(said.get("holder") or "")),
        (gettext("Direct debit mandate"), gettext("You give it with this enrolment.")),
    ]


_READERS: Mapping[Step, Callable[[Draft], Facts]] = {
    Step.SESSIONS: _sessions,
    Step.ACCESS: _access,
    Step.WHO: _who,
    Step.PERSON: _person,
    Step.RESIDENCE: _residence,
    Step.GUARDIAN: _guardian,
    Step.COMPANY: _company,
    Step.PARTICIPANTS: _participants,
    Step.PARTY: _party,
    Step.CONTACT: _contact,
    Step.ADDRESS: _address,
    Step.SUPPORT: _support,
    Step.QUESTIONS: _questions,
    Step.CONCESSION: _concession,
    Step.PAYMENT: _payment,
    Step.ACCOUNT: _account,
}


def _filled(facts: Facts) -> Facts:
    return [(key, value) for key, value in facts if value]
