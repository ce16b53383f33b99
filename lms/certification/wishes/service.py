"""Asking for certificates, and the team's answers; every public method is one transaction."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Kind
from lms.audit.trail import record
from lms.certification import policy
from lms.certification.issuing.orders import Order
from lms.certification.kinds.teaching import lessons_of, units_of, within
from lms.certification.models import Batch, Certificate, CertificateState
from lms.certification.subjects import education_leave, teaching, teaching_in
from lms.certification.wishes.errors import (
    NothingTaughtThere,
    NotToBeHad,
    StandsAlready,
    WhyMissing,
    WishAnswered,
)
from lms.certification.wishes.events import ProofWishDeclined
from lms.certification.wishes.models import ProofWish
from lms.certification.wishes.queries import OPEN, leaves
from lms.db import retried
from lms.enrolment.models import Enrolment
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.settings import Settings
from lms.web.module import Around


class ProofWishes:
    """What people ask for, and what becomes of it."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    @retried
    async def ask_for_employer(
        self, actor: Actor, *, enrolment_id: UUID, wish_id: UUID, employer: str = "", language: str = ""
    ) -> ProofWish:
        """Ask for the confirmation for the employer: for oneself, one's household, or whose mandate says so.

        A request that is open already is given back. Raises NotToBeHad, StandsAlready; NotFound for somebody else's.
        """
        async with self.begin() as session:
            enrolment = await session.get(Enrolment, enrolment_id, with_for_update=True)
            if enrolment is None or not policy.may_read(actor, enrolment.person_id):
                raise NotFound
            found = await leaves(session, Enrolment.id == enrolment_id, today=today(self.clock))
            if not found:
                raise NotToBeHad
            wish = ProofWish(
                id=wish_id,
                kind=Kind.EDUCATION_LEAVE.value,
                subject=education_leave(enrolment_id),
                person_id=found[0].person.id,
                enrolment_id=enrolment_id,
                run_id=enrolment.run_id,
                language=language,
                particulars=leave_particulars(self.settings, employer),
                asked_at=self.clock(),
                asked_by=actor.account_id,
            )
            return await self._keep(session, actor, wish)

    @retried
    async def ask_for_teaching(
        self,
        actor: Actor,
        *,
        wish_id: UUID,
        run_id: UUID | None = None,
        period: tuple[date, date] | None = None,
        language: str = "",
    ) -> ProofWish:
        """Ask for a confirmation of one's own teaching, in a run or a period. Raises NothingTaughtThere, StandsAlready."""
        ensure(policy.may_propose(actor), actor)
        if actor.person_id is None or (run_id is None) == (period is None):
            raise NotFound
        typed = period_particulars(period)
        async with self.begin() as session:
            await session.get(Person, actor.person_id, with_for_update=True)
            taught = await lessons_of(session, [actor.person_id], today=today(self.clock))
            if not units_of(within(taught.get(actor.person_id, ()), run_id, typed)):
                raise NothingTaughtThere
            wish = ProofWish(
                id=wish_id,
                kind=Kind.TRAINER.value,
                subject=teaching_subject(actor.person_id, run_id, period),
                person_id=actor.person_id,
                run_id=run_id,
                language=language,
                particulars=typed,
                asked_at=self.clock(),
                asked_by=actor.account_id,
            )
            return await self._keep(session, actor, wish)

    @retried
    async def decline(self, actor: Actor, *, wish_id: UUID, reason: str) -> None:
        """Say no, and why; the person is told. Raises WhyMissing, WishAnswered, NotFound."""
        ensure(policy.may_issue(actor), actor)
        if not reason.strip():
            raise WhyMissing
        now = self.clock()
        async with self.begin() as session:
            wish = await session.get(ProofWish, wish_id, with_for_update=True)
            if wish is None:
                raise NotFound
            if wish.declined_at is not None or await session.get(Batch, wish_id) is not None:
                raise WishAnswered
            wish.declined_at, wish.declined_by = now, actor.account_id
            wish.declined_reason = reason.strip()
            announce(session, ProofWishDeclined(wish_id=wish_id), at=now)
            record(
                session,
                actor,
                "proof_wish.declined",
                at=now,
                kind="proof_wish",
                object_id=wish_id,
                person_id=wish.person_id,
                reason=reason.strip(),
            )

    async def order_of(self, actor: Actor, *, wish_id: UUID) -> Order:
        """The order that fulfils this request, as the batch of the request's own id. Raises WishAnswered, NotFound."""
        ensure(policy.may_issue(actor), actor)
        async with self.begin.reading() as session:
            wish = await session.get(ProofWish, wish_id)
        if wish is None:
            raise NotFound
        if wish.declined_at is not None:
            raise WishAnswered
        return Order(
            kind=Kind(wish.kind),
            subject=wish.subject,
            person_id=wish.person_id,
            enrolment_id=wish.enrolment_id,
            run_id=wish.run_id,
            language=wish.language,
            particulars=wish.particulars,
        )

    async def _keep(self, session: AsyncSession, actor: Actor, wish: ProofWish) -> ProofWish:
        standing = await session.scalar(
            select(Certificate.id).where(
                Certificate.subject == wish.subject, Certificate.state == CertificateState.ISSUED
            )
        )
        if standing is not None:
            raise StandsAlready
        known: ProofWish | None = await session.scalar(
            select(ProofWish).where(ProofWish.subject == wish.subject, OPEN).limit(1)
        )
        if known is not None:
            return known
        session.add(wish)
        record(
            session,
            actor,
            "proof_wish.asked",
            at=wish.asked_at,
            kind="proof_wish",
            object_id=wish.id,
            person_id=wish.person_id,
            after={"kind": wish.kind},
        )
        return wish


def leave_particulars(settings: Settings, employer: str) -> dict[str, Any]:
    """What the confirmation for an employer needs besides our records."""
    return {
        "employer": employer,
        "law_de": settings.education_leave_law_de,
        "law_en": settings.education_leave_law_en,
    }


def period_particulars(period: tuple[date, date] | None) -> dict[str, Any]:
    """The days of a period as an order carries them."""
    if period is None:
        return {}
    first, last = period
    return {"first_day": first.isoformat(), "last_day": last.isoformat()}


def teaching_subject(person_id: UUID, run_id: UUID | None, period: tuple[date, date] | None) -> str:
    """What a confirmation of teaching is about: one run, or a period."""
    if run_id is not None:
        return teaching(person_id, run_id)
    if period is None:
        raise NotFound
    return teaching_in(person_id, *period)
