"""Asking for training: anybody for their company, its contacts, the team for somebody who calls."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.idempotency import once, remember
from lms.booking.service.persons import booker_of
from lms.booking.values import Contact
from lms.catalogue.models import Course
from lms.db import retried
from lms.enrolment.service.order import new_reference
from lms.inhouse import policy
from lms.inhouse.errors import NothingWished
from lms.inhouse.events import TrainingRequested
from lms.inhouse.models import TrainingRequest
from lms.inhouse.service.acts import Acts, locked, note
from lms.inhouse.values import RequestFacts
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.people.models import Company, Person


class Asking(Acts):
    """The request itself."""

    @retried
    async def ask(
        self,
        actor: Actor,
        wanted: RequestFacts,
        *,
        contact: Contact | None = None,
        company_id: UUID | None = None,
        form_id: UUID | None = None,
    ) -> TrainingRequest:
        """Write the request down; the same form sent twice makes one.

        With `company_id` a contact asks for the company that they act for, and is the one we write to. Else `contact` is.
        Raises NothingWished, NotFound for a company that is not the actor's, KeyTaken.
        """
        ensure(policy.may_ask(actor), actor)
        if not (wanted.topic.strip() or wanted.course_id or wanted.wants_advice):
            raise NothingWished
        at = self.clock()
        async with self.begin() as session:
            key = f"training-request:{form_id or uuid4()}"
            known = await once(session, key, b"", at=at)
            if known is not None:
                return await locked(session, known)
            company = await _own(session, actor, company_id)
            whose = await _contact(session, actor, contact, at=at, is_own=company is not None)
            if wanted.course_id is not None and await session.get(Course, wanted.course_id) is None:
                raise NotFound
            request = TrainingRequest(
                reference=new_reference(),
                company_name=company.name if company else wanted.company_name.strip(),
                people=wanted.people,
                created_at=at,
                changed_at=at,
                topic=wanted.topic.strip(),
                course_id=wanted.course_id,
                wants_advice=wanted.wants_advice,
                knowledge=wanted.knowledge.strip(),
                place=wanted.place,
                address=wanted.address.strip(),
                devices=wanted.devices,
                periods=wanted.periods.strip(),
                weekdays=sorted(wanted.weekdays),
                access=wanted.access.strip(),
                budget_cents=wanted.budget_cents or None,
                note=wanted.note.strip(),
                contact_id=whose.id,
                company_id=company.id if company else None,
            )
            session.add(request)
            await session.flush()
            note(session, actor, request, "requested", at=at, people=wanted.people)
            announce(session, TrainingRequested(request_id=request.id, at=at), at=at)
            await remember(session, key, request.id)
            return request


async def _own(session: AsyncSession, actor: Actor, company_id: UUID | None) -> Company | None:
    if company_id is None:
        return None
    company = await session.get(Company, company_id)
    if company is None or not (company_id in actor.companies or policy.may_work(actor)):
        raise NotFound
    return company


async def _contact(
    session: AsyncSession, actor: Actor, contact: Contact | None, *, at: datetime, is_own: bool
) -> Person:
    """Who is written to: a contact of the company themselves, else whoever was named."""
    if contact is not None:
        return await booker_of(session, actor, contact, at=at)
    person = await session.get(Person, actor.person_id) if is_own and actor.person_id else None
    if person is None:
        raise NotFound
    return person
