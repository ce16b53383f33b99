"""A form being filled in, and what it needs next. Nothing here reads or writes: a draft is what a request has read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from lms.catalogue.models import PaymentMethod
from lms.debits.forms import ANOTHER
from lms.debits.models import DebitMandate
from lms.enrolment import rules
from lms.enrolment.models import Application, PartyRule
from lms.enrolment.pages.draft_prices import concession_value, reckonings
from lms.enrolment.pages.offering import Offering
from lms.enrolment.pages.questions import NAMES_LIST, Kind, Place, Step
from lms.enrolment.pages.visitor import Visitor
from lms.enrolment.pricing.family import Family
from lms.enrolment.pricing.rules import Concession, Reckoning
from lms.enrolment.service.holding import DROP_IN
from lms.kernel.clock import local
from lms.kernel.errors import DomainError
from lms.people.models import Person
from lms.scheduling.calendar import Entry
from lms.vouchers.models import Voucher
from lms.vouchers.rules import Effect, effect_of, refuse_unusable

KNOWN = "person:"
HAD_PLACE = "had_place"
Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """What was answered so far about this offering, by whom, and what follows from it."""

    application: Application
    offering: Offering
    visitor: Visitor
    now: datetime
    alone_from_age: int
    family: Family = field(default_factory=Family)
    """Who of the visitor's family takes part already, where the price asks."""
    vouchers: Sequence[Voucher] = ()
    """Codes that were typed, in their order, as they are now."""
    mandates: Sequence[DebitMandate] = ()
    """The direct debit mandates of the visitor and their companies, where the run can be paid so."""

    @property
    def answers(self) -> Answers:
        """Everything answered so far, by page."""
        return self.application.answers

    def said(self, step: Step) -> Answers:
        """What was answered on one page; empty where nothing was."""
        found = self.answers.get(step)
        return found if isinstance(found, dict) else {}

    def after(
        self, application: Application, offering: Offering, vouchers: Sequence[Voucher] = ()
    ) -> "Draft":
        """The same form when it has been kept."""
        return replace(self, application=application, offering=offering, vouchers=vouchers)

    # single sessions

    @property
    def is_drop_in(self) -> bool:
        """Whether it is for single sessions instead of the whole run (F-B05)."""
        return bool(self.answers.get(DROP_IN))

    @property
    def sessions(self) -> Sequence[Entry]:
        """The sessions chosen, as long as they can be booked and have room for everybody named."""
        chosen = set(self.said(Step.SESSIONS).get("sessions") or ())
        return [
            entry
            for entry in self.offering.at_dates(self.now)
            if str(entry.session_id) in chosen
            and self.offering.room_left[entry.session_id] >= max(self.size, 1)
        ]

    @property
    def has_lost_sessions(self) -> bool:
        """Whether somebody else has meanwhile taken a session that was chosen."""
        return len(self.sessions) < len(self.said(Step.SESSIONS).get("sessions") or ())

    # who takes part

    @property
    def who(self) -> str:
        """The answer to the first question."""
        return str(self.said(Step.WHO).get("who", ""))

    @property
    def kind(self) -> Kind | None:
        """What sort of person it is for; None while nobody has said, or who was named is not known any more."""
        if self.who.startswith(KNOWN):
            return Kind.KNOWN if self.known else None
        return Kind(self.who) if self.who in set(Kind) - {Kind.KNOWN} else None

    @property
    def known(self) -> Person | None:
        """The person that was chosen instead of typed; whoever is signed in need not type their own name."""
        if self.who == Kind.ME:
            return self.visitor.me
        return self.visitor.person(self.who.removeprefix(KNOWN)) if self.who.startswith(KNOWN) else None

    @property
    def is_own(self) -> bool:
        """Whether it is for whoever fills it in."""
        return self.kind is Kind.ME or (self.known is not None and self.known is self.visitor.me)

    @property
    def names(self) -> Sequence[str]:
        """Who takes part."""
        if self.names_list:
            return [self.name_of(one) for one in self.participants]
        return [self.known.name if self.known else full_name(self.said(Step.PERSON))]

    @property
    def names_list(self) -> bool:
        """Whether several persons are named, one small page each."""
        return self.kind in NAMES_LIST

    @property
    def participants(self) -> Sequence[Answers]:
        """The persons of a group, or those whom a company sends."""
        return named_in(self.answers)

    def known_as(self, participant: Answers) -> Person | None:
        """The person that was chosen for a group instead of typed."""
        return self.visitor.person(str(participant.get("who") or "").removeprefix(KNOWN))

    def name_of(self, participant: Answers) -> str:
        """What one of the list is called."""
        known = self.known_as(participant)
        return known.name if known else full_name(participant)

    def birth_date_of(self, participant: Answers) -> date | None:
        """When one of the list was born, where that is known."""
        known = self.known_as(participant)
        return (known.birth_date if known else None) or as_date(participant.get("birth_date"))

    def is_ward(self, birth_date: date | None) -> bool:
        """Whether a parent or guardian has to agree for somebody born then (L-30)."""
        return rules.needs_consent(
            birth_date,
            local(self.now).date(),
            price_cents=self.full_price_cents,
            alone_from_age=self.alone_from_age,
        )

    @property
    def wards(self) -> Sequence[str]:
        """The names of those for whom a parent or guardian has to agree."""
        if self.kind is Kind.COMPANY:
            return []
        if self.kind is Kind.GROUP:
            return [self.name_of(one) for one in self.participants if self.is_ward(self.birth_date_of(one))]
        return self.names if self.is_ward(self.birth_date) else []

    @property
    def size(self) -> int:
        """For how many."""
        return len(self.participants) if self.names_list else 1

    @property
    def birth_date(self) -> date | None:
        """When the person was born, if it matters and is known."""
        if self.known and self.known.birth_date:
            return self.known.birth_date
        return as_date(self.said(Step.PERSON).get("birth_date"))

    @property
    def needs_birth_date(self) -> bool:
        """Whether the course has an age limit, or somebody decides for a child."""
        return self.kind is Kind.CHILD or self.offering.needs_birth_date

    @property
    def needs_consent(self) -> bool:
        """Whether a parent or guardian has to agree (L-30)."""
        return bool(self.wards)

    @property
    def guardian_is_first(self) -> bool:
        """Whether the first of the group is an adult who decides for the children named after."""
        return (
            self.kind is Kind.GROUP
            and self.visitor.me is None
            and bool(self.wards)
            and self.names[0] not in self.wards
        )

    @property
    def guardian_is_named(self) -> bool:
        """Whether we know who decides without asking."""
        return self.guardian_is_me or self.guardian_is_first

    @property
    def guardian_is_me(self) -> bool:
        """Whether whoever is signed in decides for the child, and so need not be named."""
        return self.needs_consent and self.visitor.me is not None and not self.is_own

    # who is written to

    @property
    def reader(self) -> Person | None:
        """Who gets the letters among those we know: whoever is signed in, or whose mandate they act on."""
        return self.known if self.known and self.known.id in self.visitor.principals else self.visitor.me

    @property
    def contact_is_known(self) -> bool:
        """Whether letters go to whoever is signed in."""
        return self.visitor.me is not None and not (self.is_own and self.needs_consent)

    @property
    def asks_contact_name(self) -> bool:
        """Whether somebody else is written to than the person, and nobody has said who."""
        return not self.is_own and not self.needs_consent and self.kind is not Kind.GROUP

    @property
    def contact_name(self) -> str:
        """Who is written to."""
        if self.contact_is_known and self.reader:
            return self.reader.name
        if self.needs_consent and not self.guardian_is_first:
            return full_name(self.said(Step.GUARDIAN))
        if self.asks_contact_name:
            return full_name(self.said(Step.CONTACT))
        return self.names[0] if self.names else ""

    @property
    def email(self) -> str:
        """Where the confirmation goes; empty where it comes by letter."""
        if self.contact_is_known and self.reader:
            return self.reader.email or ""
        return str(self.said(Step.CONTACT).get("email") or "")

    @property
    def has_known_address(self) -> bool:
        """Whether letters and invoices have somewhere to go already."""
        return bool(self.contact_is_known and self.reader and self.reader.street)

    @property
    def needs_address(self) -> bool:
        """Whether letters or an invoice go by post; the company's address is asked with the company."""
        is_asked = self.contact_is_known or bool(self.said(Step.CONTACT))
        if self.has_known_address or not is_asked:
            return False
        if self.asks_residence:
            return True
        is_invoiced = self.kind is not Kind.COMPANY and self.method is PaymentMethod.INVOICE
        return not self.email or (self.price_is_due and is_invoiced)

    @property
    def asks_home(self) -> bool:
        """Whether somebody has to say where they live: the run minds, and we do not know it."""
        is_known = self.known is not None and bool(self.known.postal_code or self.known.city)
        return bool(self.offering.asks.residence) and not self.names_list and not is_known

    # the place

    @property
    def place(self) -> Place:
        """How it stands with the place."""
        if self.is_drop_in:
            is_open = bool(self.offering.at_dates(self.now))
            return Place.FREE if is_open else Place.NONE
        until = self.application.held_until
        if until is not None:
            return Place.HELD if until > self.now else Place.LAPSED
        run = self.offering.run
        if run.free > 0 and run.waiting == 0 and rules.is_open(run, self.now):
            return Place.FREE
        return Place.LOST if self.answers.get(HAD_PLACE) else Place.NONE

    @property
    def places_left(self) -> int:
        """How many places this form could get, the one that is held included."""
        is_held = self.place in {Place.HELD, Place.LAPSED}
        others = self.offering.run.free if self.offering.run.waiting == 0 else 0
        return others + (self.application.held_places if is_held else 0)

    @property
    def has_place(self) -> bool:
        """Whether there seems to be a place at all."""
        return self.place in {Place.HELD, Place.LAPSED, Place.FREE}

    @property
    def fits(self) -> bool:
        """Whether there seem to be places for everybody named; only sending the form decides it."""
        if self.is_drop_in:
            return bool(self.sessions)
        return self.has_place and self.places_left >= self.size

    @property
    def rule(self) -> PartyRule:
        """What several persons want where not all of them fit."""
        return PartyRule(self.said(Step.PARTY).get("rule", PartyRule.TOGETHER))

    @property
    def asks_rule(self) -> bool:
        """Whether several persons have to say what happens when not all of them fit."""
        return self.size > 1 and not self.fits and not self.is_drop_in

    @property
    def may_order(self) -> bool:
        """Whether sending the form may give a place at once, so that it is an order where there is a price."""
        return (
            self.is_drop_in
            or self.fits
            or (self.has_place and self.asks_rule and self.rule is PartyRule.SPLIT)
        )

    # the price

    @property
    def offers_concession(self) -> bool:
        """Whether there is a reduced price that a private person may claim."""
        return bool(self.offering.prices.concessions) and not self.names_list and not self.is_drop_in

    @property
    def concession(self) -> Concession | None:
        """The concession that was chosen."""
        said = self.said(Step.CONCESSION).get("concession") if self.offers_concession else None
        return next((one for one in self.offering.prices.concessions if concession_value(one) == said), None)

    @property
    def concessions_of_each(self) -> Sequence[Concession]:
        """Where several persons come together: the reasons of which each of them may have one of their own."""
        if self.kind is not Kind.GROUP or self.is_drop_in:
            return ()
        return [one for one in self.offering.prices.concessions if one.id is not None]

    def concession_of(self, participant: Answers) -> Concession | None:
        """The concession that was chosen for one of a group."""
        said = participant.get("concession")
        return next((one for one in self.concessions_of_each if concession_value(one) == said), None)

    @property
    def asks_residence(self) -> bool:
        """Whether the price depends on where somebody lives, so that the address is asked before it is shown."""
        return self.offering.prices.asks_residence and self.kind is not Kind.COMPANY and not self.is_drop_in

    def reckoned(self, concession: Concession | None) -> Reckoning:
        """What one place in the whole run costs the first person with this concession, and how it comes about."""
        return reckonings(self, concession)[0]

    @property
    def full_price_cents(self) -> int:
        """What one person pays without any reduction."""
        run = self.offering.run
        return run.drop_in_price_cents * len(self.sessions) if self.is_drop_in else run.price_cents

    @property
    def price_cents(self) -> int:
        """What one person pays, the first of several."""
        return self.full_price_cents if self.is_drop_in else self.reckoned(self.concession).price_cents

    @property
    def prices(self) -> Sequence[int]:
        """What each person pays before a discount code."""
        if self.is_drop_in:
            return [self.full_price_cents] * max(self.size, 1)
        return [one.price_cents for one in reckonings(self, self.concession)]

    @property
    def voucher_effect(self) -> Effect:
        """What the codes that can be used do to the prices."""
        return effect_of([one for one in self.vouchers if not self.trouble_with(one)], self.prices)

    def trouble_with(self, voucher: Voucher) -> DomainError | None:
        """Why a code that was typed cannot be used any more; None where it can."""
        try:
            refuse_unusable(voucher, local(self.now).date())
        except DomainError as refusal:
            return refusal
        return None

    @property
    def total_cents(self) -> int:
        """What all pay together."""
        return self.voucher_effect.total_cents

    @property
    def rest_cents(self) -> int:
        """What is to be paid in another way than with vouchers."""
        return self.voucher_effect.rest_cents

    @property
    def asks_payment(self) -> bool:
        """Whether something costs money before codes are used: there they are typed, and taken away again."""
        return self.may_order and sum(self.prices) > 0

    @property
    def payment_is_settled(self) -> bool:
        """Whether it is clear how everything is paid."""
        if any(self.trouble_with(one) for one in self.vouchers):
            return False
        return self.rest_cents == 0 or self.method is not None

    @property
    def price_is_due(self) -> bool:
        """Whether the button orders at a price (L-10)."""
        return self.may_order and self.total_cents > 0

    @property
    def method(self) -> PaymentMethod | None:
        """How it is paid; None while nobody has said."""
        said = self.said(Step.PAYMENT).get("method")
        return next((way for way in self.offering.ways if way == said), None)

    @property
    def asks_account(self) -> bool:
        """Whether it is paid by direct debit, so that we need an account."""
        return self.price_is_due and self.rest_cents > 0 and self.method is PaymentMethod.DIRECT_DEBIT

    @property
    def own_mandates(self) -> Sequence[DebitMandate]:
        """The mandates of whoever pays this, to choose from."""
        if self.kind is Kind.COMPANY:
            firm = self.visitor.company(str(self.said(Step.COMPANY).get("company") or ""))
            return [one for one in self.mandates if firm is not None and one.company_id == firm.id]
        me = self.visitor.me
        pays = me is not None and self.contact_is_known and self.reader is me
        return [one for one in self.mandates if pays and one.company_id is None]

    @property
    def mandate(self) -> DebitMandate | None:
        """The one of them that was chosen."""
        said = self.said(Step.ACCOUNT).get("mandate")
        return next((one for one in self.own_mandates if str(one.id) == said), None)

    @property
    def has_account(self) -> bool:
        """Whether we know where to collect from, and may."""
        said = self.said(Step.ACCOUNT)
        typed = said.get("iban") and said.get("holder") and said.get("agreed")
        return self.mandate is not None or (bool(typed) and said.get("mandate") in {None, ANOTHER})

    def path(self, step: Step | str = "") -> str:
        """The address of a page; of the start page without one."""
        return f"/anmelden/{self.offering.run.id}" + (f"/{step}" if step else "")


def named_in(answers: Answers) -> Sequence[Answers]:
    """The list of persons among the answers of a form."""
    found = answers.get(Step.PARTICIPANTS, ())
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def size_of(answers: Answers) -> int:
    """For how many persons places are wanted; one as long as nobody is named."""
    who = answers.get(Step.WHO)
    names_list = isinstance(who, dict) and who.get("who") in NAMES_LIST
    return max(len(named_in(answers)), 1) if names_list else 1


def full_name(answers: Answers) -> str:
    """First name and family name out of what was typed."""
    return f"{answers.get('given_name') or ''} {answers.get('family_name') or ''}".strip()


def as_date(written: object) -> date | None:
    """A date as the answers keep it."""
    return date.fromisoformat(written) if isinstance(written, str) and written else None
