"""What letters about places tell, read in the transaction in which they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.explaining import explained, latest_settlement
from lms.billing.models import EntryKind, Invoice, LedgerEntry
from lms.billing.queries import balance_of, valid_invoice_of
from lms.catalogue.models import Course, PaymentMethod, Run, RunState
from lms.db import links_of
from lms.debits.queries import collection_of
from lms.enrolment import rules
from lms.enrolment.letters.copies import agents_who_read, as_copy
from lms.enrolment.models import Approval, Enrolment, EnrolmentState
from lms.enrolment.queries import sessions_of
from lms.enrolment.seats.rules import is_for_employee
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.scheduling.calendar import Entry
from lms.scheduling.entries import entries
from lms.scheduling.invitations import calendar_files
from lms.scheduling.models import Session
from lms.vouchers.queries import returned_cents
from lms.web.language import Language, use_locale
from lms.web.letters import Enclosed, write_letter

FOLDER = "enrolment/letters/"
ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """One enrolment, who reads about it, and the words of its course in the reader's language."""

    enrolment: Enrolment
    run: Run
    course: Course
    person: Person
    reader: Person
    dates: Sequence[Entry]
    """Of the run; for somebody who comes to single sessions those alone, given back ones not among them."""
    venue: Venue | None
    given_back: Sequence[Entry] = ()

    @property
    def language(self) -> Language:
        """What the reader speaks."""
        return "en" if self.reader.language == "en" else "de"

    def word(self, name: str) -> str:
        """A text of the course in the reader's language; the German one where no other was written."""
        german = str(getattr(self.course, f"{name}_de"))
        return (str(getattr(self.course, f"{name}_en")) or german) if self.language == "en" else german

    @property
    def held(self) -> list[Entry]:
        """The sessions that take place."""
        return [entry for entry in self.dates if not entry.is_cancelled]


async def facts_of(session: AsyncSession, enrolment_id: UUID) -> Facts | None:
    """Everything about one enrolment; None where nobody is named for it. The contact reads, or else the person."""
    row = (
        await session.execute(
            select(Enrolment, Run, Course, Venue)
            .join(Run, Run.id == Enrolment.run_id)
            .join(Course, Course.id == Run.course_id)
            .outerjoin(Room, Room.id == Run.room_id)
            .outerjoin(Venue, Venue.id == func.coalesce(Room.venue_id, Run.venue_id))
            .where(Enrolment.id == enrolment_id)
        )
    ).one_or_none()
    if row is None or row.Enrolment.person_id is None:
        return None
    enrolment = row.Enrolment
    ids = [enrolment.person_id, enrolment.contact_id, enrolment.guardian_id]
    people = {one.id: one for one in (await session.scalars(select(Person).where(Person.id.in_(ids)))).all()}
    person = people[enrolment.person_id]
    reader = people.get(enrolment.contact_id) or people.get(enrolment.guardian_id) or person
    with use_locale("en" if reader.language == "en" else "de"):
        dates = await entries(session, Session.run_id == row.Run.id)
    if row.Run.is_open_ended and row.Run.starts_at is not None:
        dates = [entry for entry in dates if entry.starts_at >= row.Run.starts_at]
    given_back: Sequence[Entry] = ()
    if enrolment.is_drop_in:
        rows = await sessions_of(session, enrolment.id)
        ended = {one.session_id for one, _ in rows if one.ended_at is not None}
        named = {one.session_id for one, _ in rows}
        given_back = [entry for entry in dates if entry.session_id in ended]
        dates = [entry for entry in dates if entry.session_id in named - ended]
    return Facts(enrolment, row.Run, row.Course, person, reader, dates, row.Venue, given_back)


async def reads_for_another(session: AsyncSession, facts: Facts) -> bool:
    """Whether the reader has the same run in the calendar for somebody else, too: a mother of two who both take part."""
    if facts.run.state is RunState.CANCELLED:
        return False
    reader = func.coalesce(Enrolment.contact_id, Enrolment.guardian_id, Enrolment.person_id)
    other = select(Enrolment.id).where(
        Enrolment.run_id == facts.run.id,
        Enrolment.id != facts.enrolment.id,
        Enrolment.state == EnrolmentState.CONFIRMED,
        Enrolment.is_drop_in.is_(False),
        reader == facts.reader.id,
    )
    return await session.scalar(other.limit(1)) is not None


def said(facts: Facts, session: AsyncSession) -> dict[str, Any]:
    """What every letter about an enrolment may speak of."""
    enrolment, run, venue = facts.enrolment, facts.run, facts.venue
    token = links_of(session).signer.token("enrolment", enrolment.id, enrolment.link_version)
    first = next(iter(facts.held), None)
    places = {entry.location for entry in facts.held}
    return {
        "course": facts.word("title"),
        "number": run.number,
        "reference": enrolment.reference,
        "person": facts.person.name,
        "is_own": facts.person.id == facts.reader.id,
        "dates": facts.held,
        "first": first,
        "place": next(iter(places)) if len(places) == 1 else "",
        "arrival": (getattr(venue, f"arrival_{facts.language}") or venue.arrival_de) if venue else "",
        "bring": facts.word("bring"),
        "price_cents": enrolment.price_cents,
        "payment_method": enrolment.payment_method,
        "collected": None,
        "free_until": rules.free_until(run),
        "fee_percent": run.cancel_fee_percent,
        "has_online_room": any(entry.has_online_room for entry in facts.held),
        "door_path": f"/anmeldung/{enrolment.id}/{token}#online",
        "is_drop_in": enrolment.is_drop_in,
        "is_club": run.is_open_ended,
        "by_company": is_for_employee(enrolment),
        "free_days": run.cancel_free_days,
        "was_approved": enrolment.approval is Approval.GIVEN,
        "manage_path": f"/anmeldung/{enrolment.id}/{token}",
        "pay_path": f"/zahlen/{enrolment.id}/{token}",
        "course_path": f"/kurse/{facts.course.slug}",
    }


async def send(
    session: AsyncSession,
    facts: Facts,
    name: str,
    *,
    at: datetime,
    version: str = "",
    dates: Sequence[Entry] = (),
    papers: Sequence[Enclosed] = (),
    in_writing: bool = False,
    answer_by: datetime | None = None,
    folder: str = FOLDER,
    **more: Any,
) -> None:
    """Write one letter about an enrolment, with invitations to these dates and these papers. Once for each enrolment and version.

    `in_writing` is for what the reader has to have on paper or by e-mail: a contract, a form to sign, a reckoning. `answer_by`
    is the moment by which somebody told by telephone has to be reached. `folder` is where other modules keep their letters.
    """
    course = facts.word("title")
    enclosures = await calendar_files(session, to=facts.reader, entries=dates, name=course, at=at)
    if facts.enrolment.payment_method is PaymentMethod.DIRECT_DEBIT:
        more["collected"] = await collection_of(session, facts.enrolment.id)
    await write_letter(
        session,
        key=":".join(part for part in (name, str(facts.enrolment.id), version) if part),
        kind=name,
        to=facts.reader,
        template=f"{folder}{name}.md",
        context=said(facts, session) | {"has_calendar": bool(enclosures), "has_papers": bool(papers)} | more,
        about=("enrolment", facts.enrolment.id),
        enclosures=[*enclosures, *papers],
        in_writing=in_writing,
        deadline=answer_by,
        at=at,
    )
    for agent in (await agents_who_read(session, [facts.reader.id], at)).get(facts.reader.id, ()):
        await write_letter(
            session,
            key=":".join(
                part for part in (name, str(facts.enrolment.id), version, "copy", str(agent.id)) if part
            ),
            kind=name,
            to=agent,
            template=f"{folder}{name}.md",
            context=said(facts, session)
            | {"has_calendar": bool(enclosures), "has_papers": False}
            | more
            | as_copy(facts.enrolment, facts.reader),
            about=("enrolment", facts.enrolment.id),
            enclosures=await calendar_files(session, to=agent, entries=dates, name=course, at=at),
            at=at,
            language=facts.language,
        )


async def invoice_of(session: AsyncSession, enrolment_id: UUID) -> Invoice | None:
    """The invoice to be paid, if one was issued."""
    return await valid_invoice_of(session, enrolment_id)


async def settlement_of(session: AsyncSession, enrolment_id: UUID) -> dict[str, Any]:
    """What cancelling came to, out of the books: the fee, what is still owed, what is paid back, what went back to vouchers."""
    enrolment = await session.get_one(Enrolment, enrolment_id)
    if enrolment.is_drop_in:  # its fees were booked anew with every change
        fee: int | None = sum(
            one.price_cents for one, _ in await sessions_of(session, enrolment_id) if one.ended_at
        )
    else:
        fee = await session.scalar(
            select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0)).where(
                LedgerEntry.enrolment_id == enrolment_id, LedgerEntry.kind == EntryKind.FEE
            )
        )
    open_cents = (await balance_of(session, [enrolment_id]))[enrolment_id].open_cents
    return {
        "fee_cents": int(fee or 0),
        "owed_cents": max(0, open_cents),
        "refund_cents": max(0, -open_cents),
        "voucher_cents": await returned_cents(session, enrolment_id),
    }


async def sum_in_words(session: AsyncSession, facts: Facts, enrolment_id: UUID) -> list[tuple[str, int]]:
    """The lines of the newest request to the cashiers, as words and cents; none where nothing was to be settled."""
    found = await latest_settlement(session, enrolment_id)
    with use_locale(facts.language):
        return explained(found.lines) if found else []


async def follower_of(session: AsyncSession, enrolment_id: UUID) -> Enrolment | None:
    """The enrolment that came in the stead of this one."""
    return (await session.scalars(select(Enrolment).where(Enrolment.follows_id == enrolment_id))).first()


async def other_runs(session: AsyncSession, run: Run, at: datetime) -> Sequence[Run]:
    """Up to three runs of the same course that are still to come and have places."""
    return (
        await session.scalars(
            select(Run)
            .where(
                Run.course_id == run.course_id,
                Run.id != run.id,
                Run.company_id.is_(None),
                Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED)),
                Run.starts_at > at,
                Run.occupied < Run.capacity,
            )
            .order_by(Run.starts_at)
            .limit(ALTERNATIVES)
        )
    ).all()
