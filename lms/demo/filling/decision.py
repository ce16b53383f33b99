"""A run of the demo with too few people, whose participants are being asked whether it may become a small group."""

from datetime import time, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.catalogue.models import Run, RunState
from lms.demo.filling.ground import Ground
from lms.enrolment.minimum import rules
from lms.enrolment.minimum.asking import answers_for, price_after, way_to
from lms.enrolment.minimum.events import ConsentToChangeAsked
from lms.enrolment.minimum.models import (
    AskedBy,
    Inquiry,
    Measure,
    Proposal,
    ProposalAnswer,
    RepliedBy,
    Reply,
)
from lms.enrolment.minimum.queries import placed_in
from lms.enrolment.minimum.values import Terms
from lms.jobs.queue import announce
from lms.kernel.clock import at_venue
from lms.people.models import Person

SOON, LATER = timedelta(days=8), timedelta(days=60)
LEAST, MOST = 3, 6
ASKED_AGO = timedelta(days=1)
ANSWERS = (Reply.YES, Reply.YES, Reply.NO)
"""What the first ones have said already; the others have not answered."""


async def fill_decision(ground: Ground) -> None:
    """The first priced run to come with three to six people that needs more of them."""
    rows = await ground.session.scalars(
        select(Run)
        .where(
            Run.state == RunState.PUBLISHED,
            Run.price_cents > 0,
            Run.waiting == 0,
            Run.occupied.between(LEAST, MOST),
            Run.occupied < Run.minimum,
            Run.starts_at > ground.now + SOON,
            Run.starts_at < ground.now + LATER,
        )
        .order_by(Run.starts_at, Run.number)
        .execution_options(populate_existing=True)  # triggers have counted since
    )
    for run in rows.all():
        placed = await placed_in(ground.session, run.id)
        if len(placed) >= LEAST and len(placed) == run.occupied:
            break
    else:
        return
    planned = rules.planned_income(run.price_cents, run.minimum)
    fee = rules.spread(planned, run.price_cents, [one.price_cents for one in placed])
    asked, terms = ground.now - ASKED_AGO, Terms(base_cents=run.price_cents, price_cents=fee)
    proposal = Proposal(
        id=ground.key(), run_id=run.id, measure=Measure.SMALL_GROUP, terms=terms.plain(), made_at=asked,
        deadline=at_venue(ground.today + timedelta(days=4), time(23, 59)),
    )  # fmt: skip
    await ground.put([proposal])
    readers = {
        one.id: one
        for one in await ground.session.scalars(
            select(Person).where(Person.id.in_({answers_for(each) for each in placed}))
        )
    }
    inquiries: dict[UUID, Inquiry] = {}
    for enrolment in placed:
        reader = answers_for(enrolment)
        if reader not in inquiries:
            inquiries[reader] = Inquiry(
                id=ground.key(), proposal_id=proposal.id, reader_id=reader, way=way_to(readers[reader]),
                asked_at=asked,
            )  # fmt: skip
    await ground.put(inquiries.values())
    answers = []
    for number, enrolment in enumerate(placed):
        inquiry = inquiries[answers_for(enrolment)]
        reply = ANSWERS[number] if number < len(ANSWERS) and number < len(placed) - 1 else Reply.OPEN
        by_phone = inquiry.way is AskedBy.PHONE
        answers.append(
            ProposalAnswer(
                id=ground.key(), proposal_id=proposal.id, inquiry_id=inquiry.id, enrolment_id=enrolment.id,
                before_cents=enrolment.price_cents, after_cents=price_after(enrolment, terms), reply=reply,
                replied_at=None if reply is Reply.OPEN else asked + timedelta(hours=3 + number),
                replied_by=RepliedBy.NOBODY if reply is Reply.OPEN
                else RepliedBy.PHONE if by_phone else RepliedBy.LINK,
            )
        )  # fmt: skip
    await ground.put(answers)
    ground.note(asked, "proposal.opened", "run", run.id)
    told = [one.id for one in inquiries.values()]
    announce(ground.session, ConsentToChangeAsked(proposal_id=proposal.id, inquiry_ids=told), at=ground.now)
