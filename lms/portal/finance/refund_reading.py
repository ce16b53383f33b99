"""Refunds with whom they concern, read with a constant number of statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.billing import policy
from lms.billing.models import CashReceipt, LedgerEntry, Refund, RefundState, Settlement
from lms.billing.refunds.booking import refundable_cents
from lms.billing.refunds.models import TransferFile
from lms.billing.refunds.reading import refunds_of
from lms.billing.second_person import MoneyProposal
from lms.catalogue.models import Course, Run
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.people.models import Company, Person
from lms.portal.desk.changes import Change, of_object
from lms.portal.finance.refund_words import KINDS, PROPOSAL_STATES, STATES


@dataclass(frozen=True, slots=True)
class Whom:
    """Whose enrolment it is, who pays for it, and for what it was."""

    enrolment: Enrolment
    run: Run
    course: Course
    person: Person | None
    contact: Person | None
    company: Company | None

    @property
    def payer(self) -> str:
        """Who gets the money."""
        if self.company is not None:
            return self.company.name
        return self.payer_person.name if self.payer_person else self.enrolment.reference

    @property
    def payer_person(self) -> Person | None:
        """The person who enrolled, who is written to."""
        return self.contact or self.person

    @property
    def participant(self) -> str:
        """Who takes part, where that is somebody else."""
        return self.person.name if self.person and self.person.name != self.payer else ""

    @property
    def facts(self) -> dict[str, str]:
        """What a receipt says about it."""
        return {
            "payer": self.payer, "course": self.course.title_de, "run": self.run.number,
            "person": self.person.name if self.person else "", "reference": self.enrolment.reference,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class RefundView:
    """Everything about one refund."""

    refund: Refund
    whom: Whom
    file: TransferFile | None
    receipt: CashReceipt | None
    former: Refund | None
    follower: Refund | None
    history: Sequence[Change]


async def whom_of(session: AsyncSession, enrolment_ids: Collection[UUID]) -> Mapping[UUID, Whom]:
    """Those enrolments with their people; one statement."""
    contact = aliased(Person, name="contact")
    rows = await session.execute(
        select(Enrolment, Run, Course, Person, contact, Company)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Person, Person.id == Enrolment.person_id)
        .outerjoin(contact, contact.id == Enrolment.contact_id)
        .outerjoin(Company, Company.id == Enrolment.company_id)
        .where(Enrolment.id.in_(list(enrolment_ids)))
    )
    return {row[0].id: Whom(*row) for row in rows}


async def whom(session: AsyncSession, enrolment_id: UUID) -> Whom:
    """One of them. Raises NotFound."""
    found = (await whom_of(session, [enrolment_id])).get(enrolment_id)
    if found is None:
        raise NotFound
    return found


async def read_refund(session: AsyncSession, refund_id: UUID) -> RefundView:
    """One refund with its file, its receipt, and the refunds before and after it. Raises NotFound."""
    refund = await session.get(Refund, refund_id)
    if refund is None:
        raise NotFound
    receipt = None
    if refund.entry_id is not None:
        receipt = await session.scalar(select(CashReceipt).where(CashReceipt.entry_id == refund.entry_id))
    return RefundView(
        refund=refund,
        whom=await whom(session, refund.enrolment_id),
        file=await session.get(TransferFile, refund.transfer_file_id) if refund.transfer_file_id else None,
        receipt=receipt,
        former=await session.get(Refund, refund.follows_id) if refund.follows_id else None,
        follower=await session.scalar(select(Refund).where(Refund.follows_id == refund.id)),
        history=await of_object(session, "refund", refund_id),
    )


async def refunded_cents(session: AsyncSession, requests: Sequence[Settlement]) -> Mapping[UUID, int]:
    """What was paid back for each enrolment since it was asked for; one statement."""
    rows = await session.execute(
        select(Refund.enrolment_id, func.sum(LedgerEntry.amount_cents))
        .join(LedgerEntry, LedgerEntry.id == Refund.entry_id)
        .join(Settlement, Settlement.enrolment_id == Refund.enrolment_id)
        .where(
            Settlement.id.in_([one.id for one in requests]), Refund.state == RefundState.PAID,
            Refund.requested_at >= Settlement.requested_at,
        )
        .group_by(Refund.enrolment_id)
    )  # fmt: skip
    return {enrolment_id: int(cents) for enrolment_id, cents in rows}


async def came_back(session: AsyncSession, enrolment_ids: Collection[UUID]) -> Mapping[UUID, Refund]:
    """The newest refund of each of these that was not carried out: what a colleague has said about it. One statement."""
    rows = await session.scalars(
        select(Refund)
        .where(
            Refund.enrolment_id.in_(list(enrolment_ids)),
            Refund.state.in_((RefundState.CANCELLED, RefundState.FAILED)),
        )
        .order_by(Refund.finished_at)
    )
    return {one.enrolment_id: one for one in rows}


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What the page of an enrolment shows of refunds, goodwill and write-offs."""

    refunds: Sequence[Refund]
    proposals: Sequence[MoneyProposal]
    left_cents: int
    may_refund: bool
    may_write_off: bool
    states = STATES
    kinds = KINDS
    proposal_states = PROPOSAL_STATES


async def given_back(session: AsyncSession, actor: Actor, enrolment_id: UUID) -> GivenBack:
    """Of one enrolment; four statements, none for whoever may not see money."""
    if not actor.may_for_all("R", "invoice"):
        return GivenBack((), (), 0, may_refund=False, may_write_off=False)
    proposals = await session.scalars(
        select(MoneyProposal)
        .where(MoneyProposal.enrolment_id == enrolment_id)
        .order_by(MoneyProposal.requested_at)
    )
    return GivenBack(
        await refunds_of(session, [enrolment_id]),
        proposals.all(),
        await refundable_cents(session, enrolment_id),
        may_refund=policy.may_refund(actor),
        may_write_off=policy.may_write_off(actor),
    )
