"""Asking everybody with a place: one inquiry for each reader, one answer for each place. Plain functions under the run's lock."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.minimum import rules
from lms.enrolment.minimum.events import ConsentToChangeAsked
from lms.enrolment.minimum.models import AskedBy, Inquiry, Proposal, ProposalAnswer
from lms.enrolment.minimum.queries import placed_in
from lms.enrolment.minimum.values import Terms, terms_of
from lms.enrolment.models import Enrolment
from lms.enrolment.service.locked import LockedRun
from lms.messaging.models import Channel
from lms.people.models import Person


def answers_for(enrolment: Enrolment) -> UUID:
    """Who is asked about this place: the guardian of a minor, else whoever enrolled them, else the person."""
    who = enrolment.guardian_id or enrolment.contact_id or enrolment.person_id
    if who is None:
        raise ValueError("a place that nobody is named for has nobody to ask")
    return who


def way_to(person: Person) -> AskedBy:
    """By e-mail with a link, else on the telephone, else by letter: nobody is asked twice."""
    if person.email and person.channel == Channel.EMAIL:
        return AskedBy.EMAIL
    return AskedBy.PHONE if person.phone else AskedBy.POST


def price_after(enrolment: Enrolment, terms: Terms) -> int:
    """What this place would cost."""
    return rules.repriced(enrolment.price_cents, terms.base_cents, terms.price_cents)


async def ask_everybody(locked: LockedRun, proposal: Proposal) -> Sequence[Enrolment]:
    """Ask whoever has a place and has not been asked yet; gives those asked now."""
    session = locked.session
    asked = set(
        await session.scalars(
            select(ProposalAnswer.enrolment_id).where(ProposalAnswer.proposal_id == proposal.id)
        )
    )
    new = [one for one in await placed_in(session, locked.run.id) if one.id not in asked]
    if not new:
        return []
    inquiries = {
        one.reader_id: one
        for one in await session.scalars(select(Inquiry).where(Inquiry.proposal_id == proposal.id))
    }
    readers = {
        one.id: one
        for one in await session.scalars(
            select(Person).where(Person.id.in_({answers_for(each) for each in new}))
        )
    }
    terms, fresh = terms_of(proposal), []
    for enrolment in new:
        reader = answers_for(enrolment)
        inquiry = inquiries.get(reader)
        if inquiry is None:
            inquiry = Inquiry(
                proposal_id=proposal.id,
                reader_id=reader,
                way=way_to(readers[reader]),
                asked_at=locked.at,
            )
            session.add(inquiry)
            inquiries[reader] = inquiry
        if inquiry not in fresh:
            fresh.append(inquiry)
        await session.flush()
        session.add(
            ProposalAnswer(
                proposal_id=proposal.id,
                inquiry_id=inquiry.id,
                enrolment_id=enrolment.id,
                before_cents=enrolment.price_cents,
                after_cents=price_after(enrolment, terms),
            )
        )
    proposal.version += 1
    await session.flush()
    locked.tell(ConsentToChangeAsked(proposal_id=proposal.id, inquiry_ids=[one.id for one in fresh]))
    return new


async def close_inquiries(session: AsyncSession, reader_id: UUID, person_id: UUID) -> None:
    """Make void the links by which somebody would still answer for this person; the team calls instead."""
    theirs = (
        select(ProposalAnswer.inquiry_id)
        .join(Enrolment, Enrolment.id == ProposalAnswer.enrolment_id)
        .where(Enrolment.person_id == person_id)
    )
    await session.execute(
        update(Inquiry)
        .where(Inquiry.reader_id == reader_id, Inquiry.id.in_(theirs))
        .values(link_version=Inquiry.link_version + 1)
    )
