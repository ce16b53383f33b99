"""Letters about what becomes of a small run: the question, the result, and that the question is void. One for each reader."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.queries import balance_of
from lms.catalogue.models import Course, Run
from lms.db import links_of
from lms.enrolment.minimum.events import ConsentToChangeAsked, ProposalApplied, ProposalWithdrawn
from lms.enrolment.minimum.models import AskedBy, Inquiry, Measure, Proposal, ProposalState, Reply
from lms.enrolment.minimum.queries import Answered, answers_of
from lms.enrolment.minimum.values import Terms, terms_of
from lms.enrolment.models import Enrolment
from lms.enrolment.service.taking_along import follow_up_id
from lms.jobs.queue import Event
from lms.jobs.worker import Listener
from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources.models import Room
from lms.scheduling.calendar import Entry
from lms.scheduling.entries import entries
from lms.scheduling.models import Session
from lms.scheduling.telling import Sheet, write_sheets
from lms.web.language import Language, current_language, use_locale

FOLDER = "enrolment/letters/"
PURPOSE = "proposal"


@dataclass(frozen=True, slots=True)
class Place:
    """One place that a letter is about. `open_cents` is what is still owed (negative: paid back) once it has been done."""

    name: str
    reference: str
    is_reader: bool
    before_cents: int
    after_cents: int
    manage_path: str = ""
    open_cents: int = 0

    @property
    def difference_cents(self) -> int:
        """What it costs more (or less)."""
        return self.after_cents - self.before_cents


@dataclass(frozen=True, slots=True)
class Shift:
    """A session, when it was to be, and when it is to be instead."""

    before: Period
    after: Period
    room: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A proposal with what is said about it in one language; `other` is the run to which people would go."""

    proposal: Proposal
    terms: Terms
    run: Run
    course: Course
    title: str
    dates: Sequence[Entry]
    other: Run | None = None
    other_dates: Sequence[Entry] = ()
    rooms: Mapping[UUID, str]

    @property
    def dropped(self) -> Sequence[Period]:
        """The sessions that would drop out."""
        return [Period(one.starts_at, one.ends_at) for one in self.terms.dropped]

    @property
    def shifts(self) -> Sequence[Shift]:
        """The sessions that would be at another time."""
        return [
            Shift(
                Period(one.before.starts_at, one.before.ends_at),
                Period(one.starts_at, one.ends_at),
                self.rooms.get(one.room_id, "") if one.room_id else "",
            )
            for one in self.terms.moved
        ]

    @property
    def remaining(self) -> Sequence[Entry]:
        """The sessions that would be left when some drop out."""
        gone = {one.session_id for one in self.terms.dropped}
        return [one for one in self.dates if not one.is_cancelled and one.session_id not in gone]

    def said(self) -> dict[str, Any]:
        """What letters and pages speak of."""
        return {
            "measure": self.proposal.measure.value,
            "course": self.title,
            "number": self.run.number,
            "enrolled": self.run.occupied,
            "minimum": self.run.minimum,
            "reason": self.proposal.reason,
            "deadline": self.proposal.deadline,
            "dropped": self.dropped,
            "shifts": self.shifts,
            "remaining": self.remaining,
            "other_number": self.other.number if self.other else "",
            "other_dates": [one for one in self.other_dates if not one.is_cancelled],
            "course_path": f"/kurse/{self.course.slug}",
        }


async def case_of(session: AsyncSession, proposal: Proposal) -> Case:
    """Everything about a proposal, in the current language; four statements."""
    terms = terms_of(proposal)
    row = (
        await session.execute(
            select(Run, Course).join(Course, Course.id == Run.course_id).where(Run.id == proposal.run_id)
        )
    ).one()
    other = await session.get(Run, terms.into_id) if terms.into_id else None
    wanted = {one.room_id for one in terms.moved if one.room_id}
    rooms = await session.execute(select(Room.id, Room.name).where(Room.id.in_(wanted)))
    course = row.Course
    return Case(
        proposal=proposal,
        terms=terms,
        run=row.Run,
        course=course,
        title=(course.title_en if current_language() == "en" else "") or course.title_de,
        dates=await entries(session, Session.run_id == row.Run.id),
        other=other,
        other_dates=await entries(session, Session.run_id == other.id) if other else (),
        rooms={one.id: one.name for one in rooms},
    )


async def ask(session: AsyncSession, event: ConsentToChangeAsked) -> None:
    """The question by e-mail or by letter; whoever is asked on the telephone gets none."""
    proposal = await session.get(Proposal, event.proposal_id)
    if proposal is None or proposal.state is not ProposalState.OPEN:
        return
    await write_sheets(session, await sheets_that_ask(session, proposal, event.inquiry_ids))


async def sheets_that_ask(
    session: AsyncSession, proposal: Proposal, inquiry_ids: Sequence[UUID] | None = None
) -> Sequence[Sheet]:
    """The questions before they are written, to these readers or to all."""
    links, made = links_of(session), []
    for reader, inquiry, places in await _by_reader(session, proposal):
        if inquiry.way is AskedBy.PHONE or (inquiry_ids is not None and inquiry.id not in inquiry_ids):
            continue
        with use_locale(_language(reader)):
            case = await case_of(session, proposal)
        token = links.signer.token(PURPOSE, inquiry.id, inquiry.link_version)
        made.append(
            Sheet(
                reader=reader,
                key=f"proposal_asked:{inquiry.id}:{len(places)}",
                kind="proposal_asked",
                template=f"{FOLDER}proposal_asked.md",
                context=case.said()
                | {
                    "places": [_place(one, reader) for one in places],
                    "answer_path": f"/kursaenderung/{inquiry.id}/{token}",
                },
                about=("enrolment", places[0].enrolment.id),
                at=proposal.made_at,
            )
        )
    return made


async def tell_result(session: AsyncSession, event: ProposalApplied) -> None:
    """What holds from now on, to everybody who agreed; those released have the letter about the end of their enrolment."""
    proposal = await session.get(Proposal, event.proposal_id)
    if proposal is not None:
        await write_sheets(session, await sheets_of_the_result(session, proposal))


async def sheets_of_the_result(session: AsyncSession, proposal: Proposal) -> Sequence[Sheet]:
    """The letters about the result, with the dates that hold as a calendar file."""
    made = []
    for reader, _, places in await _by_reader(session, proposal):
        agreed = [one for one in places if one.answer.reply is Reply.YES]
        now = await _enrolments_now(session, proposal, agreed)
        shown = [(one, now[one.enrolment.id]) for one in agreed if one.enrolment.id in now]
        if not shown:
            continue
        books = await balance_of(session, [one.id for _, one in shown])
        with use_locale(_language(reader)):
            case = await case_of(session, proposal)
            dates = _for_calendar(case)
        context = case.said() | {
            "places": [
                replace(
                    _place(one, reader),
                    after_cents=new.price_cents,
                    reference=new.reference,
                    manage_path=_manage_path(session, new),
                    open_cents=books[new.id].open_cents,
                )
                for one, new in shown
            ],
            "held": [
                one
                for one in (case.other_dates if case.other else case.dates)
                if not one.is_cancelled and one.ends_at > (proposal.ended_at or proposal.made_at)
            ],
        }
        made.append(
            Sheet(
                reader=reader,
                key=f"proposal_applied:{proposal.id}:{reader.id}",
                kind="proposal_applied",
                template=f"{FOLDER}proposal_applied.md",
                context=context,
                about=("enrolment", shown[0][1].id),
                dates=dates,
                calendar=case.title,
                at=proposal.ended_at or proposal.made_at,
            )
        )
    return made


async def tell_withdrawn(session: AsyncSession, event: ProposalWithdrawn) -> None:
    """The question is void: to everybody whom it has reached."""
    proposal = await session.get(Proposal, event.proposal_id)
    if proposal is not None:
        await write_sheets(session, await sheets_that_take_back(session, proposal))


async def sheets_that_take_back(session: AsyncSession, proposal: Proposal) -> Sequence[Sheet]:
    """The letters that the question is void; whom the telephone has not reached knows of no question."""
    made = []
    for reader, inquiry, places in await _by_reader(session, proposal):
        live = [one for one in places if one.is_live]
        replied = any(one.answer.reply is not Reply.OPEN for one in places)
        if not live or (inquiry.way is AskedBy.PHONE and not replied):
            continue
        with use_locale(_language(reader)):
            case = await case_of(session, proposal)
        made.append(
            Sheet(
                reader=reader,
                key=f"proposal_withdrawn:{inquiry.id}",
                kind="proposal_withdrawn",
                template=f"{FOLDER}proposal_withdrawn.md",
                context=case.said()
                | {
                    "places": [
                        replace(_place(one, reader), manage_path=_manage_path(session, one.enrolment))
                        for one in live
                    ]
                },
                about=("enrolment", places[0].enrolment.id),
                at=proposal.ended_at or proposal.made_at,
            )
        )
    return made


LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    ConsentToChangeAsked: [ask],
    ProposalApplied: [tell_result],
    ProposalWithdrawn: [tell_withdrawn],
}


async def _by_reader(
    session: AsyncSession, proposal: Proposal
) -> Sequence[tuple[Person, Inquiry, Sequence[Answered]]]:
    together: dict[UUID, list[Answered]] = defaultdict(list)
    for one in await answers_of(session, proposal.id):
        together[one.inquiry.id].append(one)
    return [(places[0].reader, places[0].inquiry, places) for places in together.values()]


async def _enrolments_now(
    session: AsyncSession, proposal: Proposal, agreed: Sequence[Answered]
) -> Mapping[UUID, Enrolment]:
    """What somebody's enrolment is now, by the one that was asked about: after a merger it is another one."""
    into = terms_of(proposal).into_id
    if proposal.measure is not Measure.MERGE or into is None:
        return {one.enrolment.id: one.enrolment for one in agreed if one.is_live}
    wanted = {follow_up_id(one.enrolment.id, into): one.enrolment.id for one in agreed}
    found = await session.scalars(select(Enrolment).where(Enrolment.id.in_(list(wanted))))
    return {wanted[one.id]: one for one in found}


def _for_calendar(case: Case) -> list[Entry]:
    """The dates that hold, and the former ones taken out of the reader's calendar."""
    if case.other is None:
        return list(case.dates)
    return [*case.dates, *case.other_dates]


def _place(one: Answered, reader: Person) -> Place:
    return Place(
        name=one.person.name,
        reference=one.enrolment.reference,
        is_reader=one.person.id == reader.id,
        before_cents=one.answer.before_cents,
        after_cents=one.answer.after_cents,
    )


def _manage_path(session: AsyncSession, enrolment: Enrolment) -> str:
    token = links_of(session).signer.token("enrolment", enrolment.id, enrolment.link_version)
    return f"/anmeldung/{enrolment.id}/{token}"


def _language(reader: Person) -> Language:
    return "en" if reader.language == "en" else "de"
