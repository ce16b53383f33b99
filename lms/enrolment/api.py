"""Enrolling for programs: the same service as the pages, without an account or by access token."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from msgspec import Meta, Struct, field

from lms.accounts.limits import within
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.conditions.values import (
    LONGEST_ANSWER,
    LONGEST_CODE_WORD,
    MOST_CHOICES,
    MOST_QUESTIONS,
    Said,
)
from lms.enrolment.models import Approval, Enrolment, EnrolmentState, EntryWay, PartyRule
from lms.enrolment.queries import Claim, claim_for, claims_page, position_of
from lms.enrolment.service import Enrolments
from lms.enrolment.values import (
    MOST_AT_ONCE,
    Cancellation,
    KnownPerson,
    NewCompany,
    NewPerson,
    Placement,
    Wants,
)
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import Invalid
from lms.web.access import PUBLIC, may
from lms.web.pagination import LARGEST, USUAL, window

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Short = Annotated[str, Meta(max_length=200)]
Email = Annotated[str, Meta(max_length=254, pattern=r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$")]
AnswerValues = Annotated[list[Annotated[str, Meta(max_length=LONGEST_ANSWER)]], Meta(max_length=MOST_CHOICES)]
Key = Annotated[str, Meta(min_length=1, max_length=200)]
PAGE_OPT = may("R", "enrolment")


class PersonIn(Struct, forbid_unknown_fields=True):
    """A person: either the `id` of one the token's owner acts for, or a name with whatever reaches them."""

    id: UUID | None = None
    given_name: Annotated[str, Meta(max_length=100)] = ""
    family_name: Annotated[str, Meta(max_length=100)] = ""
    birth_date: date | None = None
    email: Email | None = None
    phone: Annotated[str, Meta(max_length=50)] | None = None
    street: Short = ""
    postal_code: Annotated[str, Meta(max_length=20)] = ""
    city: Short = ""
    language: Annotated[str, Meta(pattern="^(de|en)$")] = "de"

    def named(self) -> NewPerson | UUID:
        """The person as the service wants it. Raises Invalid for one without a name."""
        if self.id is not None:
            return self.id
        if not self.given_name.strip() or not self.family_name.strip():
            raise Invalid
        return NewPerson(
            given_name=self.given_name,
            family_name=self.family_name,
            birth_date=self.birth_date,
            email=self.email,
            phone=self.phone,
            street=self.street,
            postal_code=self.postal_code,
            city=self.city,
            language=self.language,
        )


class ParticipantIn(PersonIn, forbid_unknown_fields=True):
    """Somebody who takes part. A minor needs a `guardian`, where the contact is none."""

    guardian: PersonIn | None = None
    concession_id: UUID | None = None
    """The reason for a reduced price, out of the run's; it has to be proved."""
    support: Annotated[list[Annotated[str, Meta(max_length=50)]], Meta(max_length=20)] = []
    support_note: Annotated[str, Meta(max_length=2_000)] = ""
    answers: Annotated[dict[str, AnswerValues], Meta(max_length=MOST_QUESTIONS)] = field(default_factory=dict)
    """To the run's own questions (`GET /api/v1/runs/{id}/conditions`), by the id of the question."""

    def participant(self) -> NewPerson | KnownPerson:
        """The participant as the service wants it."""
        plain = self.named()
        guardian = self.guardian.named() if self.guardian else None
        if isinstance(plain, UUID):
            return KnownPerson(
                id=plain,
                guardian=guardian,
                support=self.support,
                support_note=self.support_note,
                concession_id=self.concession_id,
                postal_code=self.postal_code,
                city=self.city,
            )
        return NewPerson(
            given_name=plain.given_name,
            family_name=plain.family_name,
            birth_date=plain.birth_date,
            email=plain.email,
            phone=plain.phone,
            street=plain.street,
            postal_code=plain.postal_code,
            city=plain.city,
            language=plain.language,
            guardian=guardian,
            support=self.support,
            support_note=self.support_note,
            concession_id=self.concession_id,
        )


class CompanyIn(Struct, forbid_unknown_fields=True):
    """A company that pays: the `id` of one's own, or a name and address."""

    id: UUID | None = None
    name: Short = ""
    street: Short = ""
    postal_code: Annotated[str, Meta(max_length=20)] = ""
    city: Short = ""
    invoice_email: Annotated[str, Meta(max_length=254)] = ""
    route_id: Annotated[str, Meta(max_length=50)] = ""

    def named(self) -> NewCompany | UUID:
        """The company as the service wants it. Raises Invalid for one without a name."""
        if self.id is not None:
            return self.id
        if not self.name.strip():
            raise Invalid
        return NewCompany(
            name=self.name,
            street=self.street,
            postal_code=self.postal_code,
            city=self.city,
            invoice_email=self.invoice_email,
            route_id=self.route_id,
        )


class OrderIn(Struct, forbid_unknown_fields=True):
    """One or several persons for one run.

    `rule` says what happens while there are not enough places for all: stay together and wait, be split, or be told of the
    next run. `wants` "place" refuses instead of joining the waiting list. Where a price is due and no `payment_method` is
    given, a free place is offered and has to be accepted with one.
    """

    run_id: UUID
    persons: Annotated[list[ParticipantIn], Meta(min_length=1, max_length=MOST_AT_ONCE)]
    contact: PersonIn | None = None
    company: CompanyIn | None = None
    payment_method: PaymentMethod | None = None
    concession: bool = False
    rule: PartyRule = PartyRule.TOGETHER
    wants: Wants = Wants.PLACE_OR_LIST
    order_number: Annotated[str, Meta(max_length=50)] = ""
    terms_version: Annotated[str, Meta(max_length=50)] = ""
    session_ids: Annotated[list[UUID], Meta(max_length=60)] = field(default_factory=list)
    """For these single sessions alone; empty for the whole run."""
    code_word: Annotated[str, Meta(max_length=LONGEST_CODE_WORD)] = ""
    declared: bool = False
    """Whoever sends it confirms the run's declaration for everybody named."""

    def said(self) -> Said:
        """What it says about the run's conditions."""
        return Said(
            code_word=self.code_word,
            declared=self.declared,
            answers=[one.answers for one in self.persons],
        )


class EnrolmentOut(Struct):
    """One person's claim to a place. Amounts are cents. `position` is the rank on the waiting list, counted from 1."""

    id: UUID
    order_id: UUID
    run_id: UUID
    person_id: UUID | None
    reference: str
    state: EnrolmentState
    price_cents: int
    payment_method: PaymentMethod
    created_at: datetime
    position: int | None = None
    offer_id: UUID | None = None
    offer_deadline: datetime | None = None
    approval: Approval | None = None

    @classmethod
    def from_row(cls, row: Enrolment, position: int | None = None, claim: Claim | None = None) -> Self:
        """The enrolment as it goes over the wire."""
        offer = claim.offer if claim else None
        return cls(
            id=row.id,
            order_id=row.order_id,
            run_id=row.run_id,
            person_id=row.person_id,
            reference=row.reference,
            state=row.state,
            price_cents=row.price_cents,
            payment_method=row.payment_method,
            created_at=row.created_at,
            position=position,
            offer_id=offer.id if offer else None,
            offer_deadline=offer.deadline if offer else None,
            approval=row.approval,
        )


class PlacementOut(Struct):
    """What became of an order."""

    order_id: UUID
    state: EnrolmentState
    position: int | None
    enrolments: list[EnrolmentOut]

    @classmethod
    def from_placement(cls, placement: Placement) -> Self:
        """The placement as it goes over the wire."""
        return cls(
            placement.order_id,
            placement.state,
            placement.position,
            [EnrolmentOut.from_row(one) for one in placement.enrolments],
        )


class EnrolmentPage(Struct):
    """One page of enrolments, newest first."""

    items: list[EnrolmentOut]
    page: int
    size: int
    total: int


class CancellationOut(Struct):
    """What cancelling has cost, in cents. What was paid beyond that goes back."""

    enrolment_id: UUID
    price_cents: int
    fee_cents: int
    paid_cents: int
    refund_cents: int
    owed_cents: int

    @classmethod
    def from_value(cls, value: Cancellation) -> Self:
        """The reckoning as it goes over the wire."""
        return cls(
            value.enrolment_id,
            value.price_cents,
            value.fee_cents,
            value.paid_cents,
            value.refund_cents,
            value.owed_cents,
        )


class AnswerIn(Struct, forbid_unknown_fields=True):
    """An answer to an offer: with the token of the letter, or none for somebody signed in."""

    token: Annotated[str, Meta(max_length=64)] = ""
    payment_method: PaymentMethod | None = None


class EnrolmentDoor(Controller):
    """Somebody else's enrolment answers as if it did not exist (S-03)."""

    path = "/api/v1"
    tags = ("enrolment",)

    @post("/enrolments", opt=may("C", "enrolment"))
    async def enrol(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[OrderIn],
        actor: NamedDependency[Actor],
        enrolment: NamedDependency[Enrolments],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        idempotency_key: Annotated[Key | None, HeaderParameter(name="Idempotency-Key")] = None,
    ) -> PlacementOut:
        """Enrol one or several persons: a place, or a spot on the waiting list.

        Where the run has conditions (`GET /api/v1/runs/{id}/conditions`), a refusal names the one that is not met by its `code`:
        CodeWordNeeded, CodeWordWrong, DeclarationNeeded, ResidenceNeeded, LivesElsewhere, EarlierCourseMissing,
        EarlierCourseUnknown, TooYoung, TooOld, AnswerMissing, AnswerRefused. Where the team decides, the state is `requested`,
        or `held` without an end, and `approval` says `asked`.
        With an `Idempotency-Key` the same request may be sent again and is done once; the answer is what has become of it.
        """
        persons = [one.participant() for one in data.persons]
        if not actor.is_signed_in:
            await within(begin, clock, "enrolment", address=actor.address)
        placement = await enrolment.enrol(
            actor,
            run_id=data.run_id,
            persons=persons,
            contact=data.contact.named() if data.contact else None,
            company=data.company.named() if data.company else None,
            payment_method=data.payment_method,
            concession=data.concession,
            way=EntryWay.API,
            rule=data.rule,
            wants=data.wants,
            order_number=data.order_number,
            terms_version=data.terms_version,
            session_ids=data.session_ids,
            said=data.said(),
            idempotency_key=idempotency_key,
            idempotency_body=await request.body() if idempotency_key else b"",
        )
        return PlacementOut.from_placement(placement)

    @get("/enrolments", opt=PAGE_OPT)
    async def index(
        self,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        run_id: FromQuery[UUID | None] = None,
        in_state: FromQuery[EnrolmentState | None] = None,
        page: FromQuery[int] = 1,
        size: FromQuery[Annotated[int, Meta(ge=1, le=LARGEST)]] = USUAL,
    ) -> EnrolmentPage:
        """The enrolments the token's owner may read: own, household's, employees', or all for the team."""
        number, limit, offset = window(page, size)
        async with begin.reading() as session:
            found, total = await claims_page(
                session,
                actor,
                limit=limit,
                offset=offset,
                run_id=run_id,
                states=[in_state] if in_state else [],
            )
        return EnrolmentPage(
            [EnrolmentOut.from_row(one.enrolment, claim=one) for one in found], number, limit, total
        )

    @get("/enrolments/{enrolment_id:uuid}", opt=PAGE_OPT)
    async def read(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> EnrolmentOut:
        """One enrolment, with its rank while it waits and the offer it has to answer."""
        async with begin.reading() as session:
            found = await claim_for(session, actor, enrolment_id)
            waits = found.enrolment.state is EnrolmentState.WAITING
            position = await position_of(session, found.enrolment.party_id) if waits else None
        return EnrolmentOut.from_row(found.enrolment, position, found)

    @delete("/enrolments/{enrolment_id:uuid}", opt=may("D", "enrolment"), status_code=200)
    async def cancel(
        self,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        enrolment: NamedDependency[Enrolments],
    ) -> CancellationOut:
        """Give a place back by the run's policy, or leave the waiting list. Twice is as good as once."""
        return CancellationOut.from_value(await enrolment.cancel(actor, enrolment_id=enrolment_id))

    @post("/offers/{offer_id:uuid}/accept", opt=PUBLIC, status_code=200)
    async def accept(
        self,
        offer_id: FromPath[UUID],
        data: JSONBody[AnswerIn],
        actor: NamedDependency[Actor],
        enrolment: NamedDependency[Enrolments],
    ) -> PlacementOut:
        """Take an offered place. Where a price is due, `payment_method` says how it is paid."""
        placement = await enrolment.accept(
            actor, offer_id=offer_id, token=data.token, payment_method=data.payment_method
        )
        return PlacementOut.from_placement(placement)

    @post("/offers/{offer_id:uuid}/decline", opt=PUBLIC, status_code=204)
    async def decline(
        self,
        offer_id: FromPath[UUID],
        data: JSONBody[AnswerIn],
        actor: NamedDependency[Actor],
        enrolment: NamedDependency[Enrolments],
    ) -> None:
        """Turn an offered place down; the next in line is asked."""
        await enrolment.decline(actor, offer_id=offer_id, token=data.token)
