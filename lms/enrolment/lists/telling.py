"""Telling whoever wants to hear of a course that it can be booked: each person once for each run."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, SearchWord
from lms.catalogue.search import INSIDE_FROM
from lms.catalogue.words import terms_of
from lms.db import links_of
from lms.enrolment.lists.models import Interest, InterestTold, InterestWay
from lms.enrolment.rules import TAKES_PEOPLE, closes_at
from lms.kernel.tokens import hashed
from lms.messaging.models import Channel
from lms.people.models import Person
from lms.scheduling.calendar import Entry
from lms.scheduling.entries import entries
from lms.scheduling.events import RunPublished
from lms.scheduling.models import Session
from lms.web.language import use_locale
from lms.web.letters import Addressee, write_letter

PURPOSE = "interest"
"""Of the token in the letters: `signer.token(PURPOSE, interest.id)`."""
SWEPT = timedelta(days=14)
"""So long after it became bookable a run is looked at again, for those who prove their address late."""
Row = tuple[Interest, Person | None]


async def tell_of_published(session: AsyncSession, event: RunPublished) -> None:
    """A run was published: everybody on the list hears of it, unless its enrolment opens later; then they hear that day."""
    run = await session.get(Run, event.run_id)
    if run is not None and run.published_at is not None:
        await tell_of(session, run, at=max(run.published_at, run.created_at))


def bookable_since(run: Run) -> datetime:
    """From when on anybody could enrol: when it was published, or when its enrolment opened."""
    published = run.published_at or run.created_at
    return max(published, run.enrolment_opens_at) if run.enrolment_opens_at else published


def is_bookable(run: Run, at: datetime) -> bool:
    """Whether anybody may enrol at this moment, free places or not."""
    closing = closes_at(run)
    return run.state in TAKES_PEOPLE and bookable_since(run) <= at and closing is not None and at < closing


async def runs_to_look_at(session: AsyncSession, at: datetime) -> Sequence[Run]:
    """The runs that became bookable lately and for which somebody may still have to be told; one statement."""
    lately = at - SWEPT
    anybody = exists().where(
        Interest.confirmed_at.is_not(None),
        or_(Interest.course_id == Run.course_id, Interest.course_id.is_(None)),
    )
    rows = await session.scalars(
        select(Run).where(
            Run.state.in_(TAKES_PEOPLE),
            or_(
                Run.published_at > lately, and_(Run.enrolment_opens_at > lately, Run.enrolment_opens_at <= at)
            ),
            Run.starts_at > at,
            anybody,
        )
    )
    return [run for run in rows if is_bookable(run, at)]


async def tell_of(session: AsyncSession, run: Run, *, at: datetime) -> int:
    """Tell everybody who has waited for this run since before it was bookable, once; says how many. Twice is as good as once."""
    if not is_bookable(run, at):
        return 0
    waiting = await _who_waits(session, run)
    if not waiting:
        return 0
    course = await session.get_one(Course, run.course_id)
    told = await _note(session, run, [interest for interest, _ in waiting], at)
    spoken: dict[str, Sequence[Entry]] = {}
    for interest, person in waiting:
        if interest.id not in told or interest.way is InterestWay.PHONE:
            continue
        reader = reader_of(interest, person)
        if reader.language not in spoken:
            with use_locale("en" if reader.language == "en" else "de"):
                spoken[reader.language] = await entries(session, Session.run_id == run.id)
        await _write(session, run, course, interest, reader, spoken[reader.language], at=at)
    return len(told)


async def _write(
    session: AsyncSession,
    run: Run,
    course: Course,
    interest: Interest,
    reader: Addressee,
    dates: Sequence[Entry],
    *,
    at: datetime,
) -> None:
    held = [one for one in dates if not one.is_cancelled]
    places = {one.location for one in held}
    token = links_of(session).signer.token(PURPOSE, interest.id)
    await write_letter(
        session,
        key=f"run_bookable:{run.id}:{hashed(reader.email) if reader.email else interest.id}",
        kind="run_bookable",
        to=reader,
        template="enrolment/letters/run_bookable.md",
        context={
            "course": (course.title_en if reader.language == "en" else "") or course.title_de,
            "number": run.number,
            "first": next(iter(held), None),
            "dates": held,
            "place": next(iter(places)) if len(places) == 1 else "",
            "price_cents": run.price_cents,
            "is_full": run.free <= 0 or run.waiting > 0,
            "enrol_path": f"/anmelden/{run.id}",
            "end_path": f"/bescheid/{interest.id}/{token}",
        },
        about=("interest", interest.id),
        at=at,
    )


async def _who_waits(session: AsyncSession, run: Run) -> list[Row]:
    since = bookable_since(run)
    wanted: ColumnElement[bool] = or_(
        Interest.run_id == run.id,
        and_(
            Interest.run_id.is_(None), or_(Interest.course_id == run.course_id, Interest.course_id.is_(None))
        ),
    )
    rows = await session.execute(
        select(Interest, Person)
        .outerjoin(Person, Person.id == Interest.person_id)
        .where(Interest.confirmed_at.is_not(None), Interest.created_at <= since, wanted)
        .order_by(Interest.created_at, Interest.id)
    )
    found: list[Row] = [(interest, person) for interest, person in rows]
    if any(interest.course_id is None for interest, _ in found):
        known = (
            await session.scalars(select(SearchWord.word).where(SearchWord.course_id == run.course_id))
        ).all()
        found = [row for row in found if row[0].course_id is not None or fits(row[0].words, known)]
    return found


def fits(searched: str, known: Iterable[str]) -> bool:
    """Whether a course with these words is found by every word somebody searched for, as the search of the catalogue has it."""
    words = list(known)
    terms = terms_of(searched)
    return bool(terms) and all(
        any(word.startswith(term) or (len(term) >= INSIDE_FROM and term in word) for word in words)
        for term in terms
    )


async def _note(session: AsyncSession, run: Run, waiting: Sequence[Interest], at: datetime) -> set[UUID]:
    """Write down who is told of this run, and give those who had not been told yet."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = await session.scalars(
        insert(InterestTold)
        .values([{"interest_id": one.id, "run_id": run.id, "told_at": at} for one in waiting])
        .on_conflict_do_nothing()
        .returning(InterestTold.interest_id)
    )
    return set(new.all())


def reader_of(interest: Interest, person: Person | None) -> Addressee:
    """Who reads about it: the person we know, with the address of today, or what was typed."""
    if person is not None:
        return Addressee(
            email=person.email or "", language=person.language, name=person.name, id=person.id,
            street=person.street, postal_code=person.postal_code, city=person.city, channel=person.channel,
        )  # fmt: skip
    by_email = interest.way is InterestWay.EMAIL
    return Addressee(
        email=interest.email if by_email else "", language=interest.language, name=interest.name, street=interest.street,
        postal_code=interest.postal_code, city=interest.city, channel=Channel.EMAIL if by_email else Channel.POST,
    )  # fmt: skip
