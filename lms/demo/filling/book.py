"""The rows about one run's places, gathered first and then written in the order in which they may come to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from lms.catalogue.models import PaymentMethod
from lms.demo.filling.crowd import Learner
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Employer, Everybody
from lms.demo.filling.timetable import Planned
from lms.enrolment.models import (
    Application,
    Enrolment,
    EnrolmentSession,
    EnrolmentState,
    EntryWay,
    ListEvent,
    Offer,
    OfferState,
    Party,
    SupportNeed,
)
from lms.enrolment.rules import needs_consent, offer_deadline
from lms.enrolment.service.order import READABLE
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import local
from lms.scheduling.models import Session

INVOICE_PERCENT = 75
CONCESSION_PERCENT = 12
AT_THE_PHONE = ("ralf-hellwig", "sevda-yildirim", "claudia-wegmann")
CONSENT = "enrolled by the guardian"
WAYS = (EntryWay.WEB, EntryWay.PHONE, EntryWay.COUNTER)
WITH_EMAIL, WITHOUT_EMAIL = (85, 10, 5), (0, 75, 25)
IN_LINE = frozenset({EnrolmentState.WAITING, EnrolmentState.OFFERED})
STEPS = {
    EnrolmentState.CONFIRMED: "confirmed",
    EnrolmentState.WAITING: "put_on_list",
    EnrolmentState.OFFERED: "offered",
    EnrolmentState.REQUESTED: "requested",
    EnrolmentState.CANCELLED: "cancelled",
    EnrolmentState.EXPIRED: "expired",
    EnrolmentState.HELD: "held",
}


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One named person's enrolment in one run, and who answers for it."""

    planned: Planned
    learner: Learner
    employer: Employer | None
    enrolment: Enrolment


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A party and its enrolments."""

    party: Party
    enrolments: list[Enrolment]


class Book:
    """Gathers the rows of one run, to be written together with those of all others by `write`."""

    def __init__(self, ground: Ground, everybody: Everybody, planned: Planned) -> None:
        self.ground, self.everybody, self.planned = ground, everybody, planned
        self.claims: list[Claim] = []
        self.places: list[Place] = []
        self.offers: list[Offer] = []
        self.history: list[ListEvent] = []
        self.needs: list[SupportNeed] = []
        self.chosen: list[EnrolmentSession] = []
        self.applications: list[Application] = []

    def employer_of(self, learner: Learner) -> Employer | None:
        """The company that pays for somebody in a course for companies."""
        if "smes" not in self.planned.course_shape.audiences:
            return None
        key = learner.company or (learner.figure and learner.figure.contact_of)
        return self.everybody.employers[key] if key else None

    def confirmed(
        self, learners: Sequence[Learner], joined_at: datetime, *, confirmed_at: datetime | None = None
    ) -> Claim:
        """These people have their places, at once or since `confirmed_at`."""
        claim = self._claim(
            learners, joined_at, EnrolmentState.CONFIRMED, changed_at=confirmed_at or joined_at
        )
        for enrolment in claim.enrolments:
            enrolment.confirmed_at = confirmed_at or joined_at
        return claim

    def comes_alone(self, learner: Learner, joined_at: datetime, sessions: Sequence[Session]) -> None:
        """Somebody comes to these sessions alone, at the run's price for each of them."""
        if not sessions:
            return
        run = self.planned.run
        [enrolment] = self.confirmed([learner], joined_at).enrolments
        enrolment.is_drop_in, enrolment.has_concession = True, False
        enrolment.price_cents = run.drop_in_price_cents * len(sessions)
        if not enrolment.price_cents:
            enrolment.payment_method = PaymentMethod.FREE
        self.chosen += [
            EnrolmentSession(
                enrolment_id=enrolment.id, session_id=meeting.id, price_cents=run.drop_in_price_cents
            )
            for meeting in sessions
        ]

    def ended(
        self,
        learners: Sequence[Learner],
        joined_at: datetime,
        ended_at: datetime,
        state: EnrolmentState,
        reason: str,
    ) -> Claim:
        """These people had a place, or nearly, and have it no more."""
        claim = self._claim(learners, joined_at, state, changed_at=ended_at)
        for enrolment in claim.enrolments:
            enrolment.ended_at, enrolment.ended_reason = ended_at, reason
            if state is EnrolmentState.CANCELLED:
                enrolment.confirmed_at = joined_at
            if reason == "no_consent":
                enrolment.consented_at, enrolment.consent_wording = None, ""
        return claim

    def waiting(self, learner: Learner, joined_at: datetime) -> None:
        """Somebody stands on the list."""
        self.joined(self._claim([learner], joined_at, EnrolmentState.WAITING), "run_full")

    def offered(self, learner: Learner, joined_at: datetime, made_at: datetime) -> None:
        """Somebody stood on the list and may now accept a place."""
        claim = self._claim([learner], joined_at, EnrolmentState.OFFERED, changed_at=made_at)
        self.joined(claim, "run_full")
        offer = self.asked(claim, made_at, OfferState.OPEN)
        claim.enrolments[0].held_until = offer.deadline

    def requested(self, learner: Learner, joined_at: datetime) -> None:
        """A guardian has not consented yet."""
        for enrolment in self._claim([learner], joined_at, EnrolmentState.REQUESTED).enrolments:
            enrolment.guardian_id = learner.contact.id
            enrolment.consented_at, enrolment.consent_wording = None, ""
            enrolment.held_until = self.planned.closes_at

    def held(self, since: datetime) -> None:
        """Somebody, not yet named, is filling in the form; or did, and left."""
        until = since + timedelta(minutes=self.ground.settings.hold_minutes)
        goes_on = until > self.ground.now
        party = self._party(1, since)
        enrolment = self._enrolment(party, since, EnrolmentState.HELD if goes_on else EnrolmentState.EXPIRED)
        self.claims.append(Claim(party, [enrolment]))
        if not goes_on:
            enrolment.changed_at = enrolment.ended_at = until
            enrolment.ended_reason = "hold_expired"
            return
        enrolment.held_until = until
        browser = sha256(self.ground.key().bytes).hexdigest()
        self.applications.append(
            Application(
                id=self.ground.key(),
                run_id=self.planned.run.id,
                key_hash=browser,
                client_hash=browser,
                answers={},
                started_at=since,
                touched_at=since,
                enrolment_id=enrolment.id,
                held_until=until,
            )
        )

    def joined(self, claim: Claim, reason: str) -> None:
        """Note in the history of the list that a party joined it."""
        self._note(claim, claim.party.joined_at, "joined", reason)

    def asked(
        self,
        claim: Claim,
        made_at: datetime,
        state: OfferState,
        answered_at: datetime | None = None,
        reason: str = "",
    ) -> Offer:
        """Note that a party was offered a place, and what it answered."""
        offer = Offer(
            id=self.ground.key(),
            party_id=claim.party.id,
            run_id=self.planned.run.id,
            made_at=made_at,
            deadline=offer_deadline(self.planned.run, made_at, self.ground.settings.offer_hours),
            state=state,
            answered_at=answered_at,
        )
        self.offers.append(offer)
        self._note(claim, made_at, "offered", "place_freed")
        if answered_at is not None:
            self._note(claim, answered_at, state.value, reason)
        return offer

    @property
    def enrolments(self) -> list[Enrolment]:
        """All of them, in the order of the parties."""
        return [enrolment for claim in self.claims for enrolment in claim.enrolments]

    def line_up(self) -> None:
        """Put the parties in the order in which they came, and say in the trail what became of them."""
        self.claims.sort(key=lambda claim: claim.party.joined_at)
        for position, claim in enumerate(self.claims, start=1):
            claim.party.position = position
            for enrolment in claim.enrolments:
                self._trace(enrolment)

    def _claim(
        self,
        learners: Sequence[Learner],
        joined_at: datetime,
        state: EnrolmentState,
        *,
        changed_at: datetime | None = None,
    ) -> Claim:
        party = self._party(len(learners), joined_at)
        claim = Claim(party, [self._enrolment(party, joined_at, state) for _ in learners])
        order_id = self.ground.key()
        method = self._method()
        for enrolment, learner in zip(claim.enrolments, learners, strict=True):
            enrolment.order_id = order_id
            enrolment.changed_at = changed_at or joined_at
            self._name(enrolment, learner, method)
        self.claims.append(claim)
        return claim

    def _name(self, enrolment: Enrolment, learner: Learner, method: PaymentMethod) -> None:
        run, employer = self.planned.run, self.employer_of(learner)
        contact = employer.contact if employer else learner.contact
        enrolment.person_id, enrolment.contact_id = learner.person.id, contact.id
        enrolment.way = self.ground.weighted(WAYS, WITH_EMAIL if contact.email else WITHOUT_EMAIL)
        enrolment.price_cents, enrolment.payment_method = run.price_cents, method
        if employer:
            enrolment.company_id = employer.company.id
            enrolment.payment_method = PaymentMethod.INVOICE if run.price_cents else PaymentMethod.FREE
        elif run.concession_cents is not None and self.ground.happens(CONCESSION_PERCENT):
            enrolment.has_concession, enrolment.price_cents = True, run.concession_cents
        if enrolment.price_cents == 0:
            enrolment.payment_method = PaymentMethod.FREE
        self._have_consent(enrolment, learner)
        self.places.append(Place(self.planned, learner, employer, enrolment))
        if learner.figure and learner.figure.support_de:
            self.needs.append(
                SupportNeed(
                    id=self.ground.key(),
                    enrolment_id=enrolment.id,
                    needs=[],
                    note=learner.figure.support_de,
                    consented_at=enrolment.created_at,
                )
            )

    def _have_consent(self, enrolment: Enrolment, learner: Learner) -> None:
        if learner.guardians and needs_consent(
            learner.birth_date,
            local(enrolment.created_at).date(),
            price_cents=enrolment.price_cents,
            alone_from_age=self.ground.settings.alone_from_age,
        ):
            enrolment.guardian_id = learner.contact.id
            enrolment.consented_at, enrolment.consent_wording = enrolment.created_at, CONSENT

    def _method(self) -> PaymentMethod:
        methods = self.planned.run.payment_methods
        if not methods:
            return PaymentMethod.FREE
        if "invoice" in methods and ("cash" not in methods or self.ground.happens(INVOICE_PERCENT)):
            return PaymentMethod.INVOICE
        return PaymentMethod.CASH

    def _party(self, size: int, joined_at: datetime) -> Party:
        return Party(
            id=self.ground.key(), run_id=self.planned.run.id, position=0, size=size, joined_at=joined_at
        )

    def _enrolment(self, party: Party, at: datetime, state: EnrolmentState) -> Enrolment:
        return Enrolment(
            id=self.ground.key(),
            run_id=self.planned.run.id,
            party_id=party.id,
            reference=self._reference(),
            state=state,
            created_at=at,
            changed_at=at,
            way=EntryWay.WEB,
            order_id=self.ground.key(),
        )

    def _reference(self) -> str:
        first, second = ("".join(self.ground.chance.choices(READABLE, k=4)) for _ in range(2))
        return f"{first}-{second}"

    def _trace(self, enrolment: Enrolment) -> None:
        by_team = enrolment.way is not EntryWay.WEB and enrolment.state is not EnrolmentState.EXPIRED
        self.ground.note(
            enrolment.changed_at,
            f"enrolment.{STEPS[enrolment.state]}",
            "enrolment",
            enrolment.id,
            by=self.everybody.member(self.ground.chance.choice(AT_THE_PHONE)) if by_team else SYSTEM,
            person_id=enrolment.person_id,
            after={"state": enrolment.state.value},
            reason=enrolment.ended_reason,
        )

    def _note(self, claim: Claim, at: datetime, kind: str, reason: str) -> None:
        self.history.append(
            ListEvent(
                run_id=self.planned.run.id,
                party_id=claim.party.id,
                at=at,
                kind=kind,
                reason=reason,
            )
        )


async def write(ground: Ground, books: Sequence[Book]) -> None:
    """Write the rows of all runs; who has or had a place comes before who waits, so that nobody is overtaken."""
    for book in books:
        book.line_up()
    enrolments = [enrolment for book in books for enrolment in book.enrolments]
    in_line = [one for one in enrolments if one.state in IN_LINE]
    in_line.sort(key=lambda one: one.state is EnrolmentState.WAITING)
    offers = [offer for book in books for offer in book.offers]
    await ground.put(claim.party for book in books for claim in book.claims)
    await ground.put(one for one in enrolments if one.state not in IN_LINE)
    await ground.put(row for book in books for row in book.chosen)
    await ground.put(offer for offer in offers if offer.state is not OfferState.OPEN)
    await ground.put(in_line)
    await ground.put(offer for offer in offers if offer.state is OfferState.OPEN)
    await ground.put(row for book in books for row in (*book.history, *book.needs, *book.applications))
