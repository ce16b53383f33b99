"""Letters to everybody with a place when the dates of their course change: one for each reader, about all of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.db import links_of
from lms.enrolment.letters.copies import agents_who_read
from lms.enrolment.letters.facts import FOLDER, facts_of, send
from lms.enrolment.models import Enrolment, EnrolmentSession, EnrolmentState
from lms.enrolment.queries import concerned
from lms.kernel.clock import system_clock
from lms.people.models import Person
from lms.scheduling.calendar import Entry
from lms.scheduling.entries import entries
from lms.scheduling.events import RunConfirmed, SessionsChanged
from lms.scheduling.models import Session
from lms.scheduling.telling import Sheet, Told, told_of, weightiest, write_sheets
from lms.web.language import Language, use_locale


@dataclass(frozen=True, slots=True)
class Who:
    """One person with a place, as the letter names them."""

    name: str
    reference: str
    manage_path: str
    is_reader: bool
    course: str


@dataclass(frozen=True, slots=True)
class Block:
    """What a letter says about one run: its changes, whom they concern, and the dates that hold from now on."""

    course: str
    number: str
    lines: Sequence[Told]
    people: Sequence[Who]
    remaining: Sequence[Entry]

    @property
    def is_longer(self) -> bool:
        """Whether a session comes on top of what was agreed."""
        return any(one.kind == "added" for one in self.lines)

    @property
    def has_several_places(self) -> bool:
        """Whether the dates are not all in one place."""
        return len({entry.location for entry in self.remaining}) > 1


@dataclass(frozen=True, slots=True)
class _Known:
    """What all letters of one event have in common; `told` and `dates` in each language that somebody reads."""

    event: SessionsChanged
    courses: Mapping[UUID, tuple[Run, Course]]
    told: Mapping[Language, Sequence[Told]]
    dates: Mapping[Language, Mapping[UUID, Sequence[Entry]]]
    own_sessions: Mapping[UUID, frozenset[UUID]]

    def lines_for(self, enrolment: Enrolment, language: Language) -> list[Told]:
        """The changes that concern an enrolment: those of its run, for a drop-in those of its sessions."""
        return [
            one
            for one in self.told[language]
            if one.change.run_id == enrolment.run_id
            and (not enrolment.is_drop_in or one.change.session_id in self.own_sessions[enrolment.id])
        ]


async def tell_of_changes(session: AsyncSession, event: SessionsChanged) -> None:
    """One letter to each reader about everything that has changed, with the changed calendar entries."""
    if not event.is_quiet:
        await write_sheets(session, await sheets_for_participants(session, event))


async def sheets_for_participants(session: AsyncSession, event: SessionsChanged) -> Sequence[Sheet]:
    """The letters to everybody with a place, before they are written. Who reads for several persons gets one."""
    of_runs: dict[UUID, list[UUID]] = defaultdict(list)
    for change in event.changes:
        of_runs[change.run_id].append(change.session_id)
    enrolments: list[Enrolment] = []
    for run_id, session_ids in of_runs.items():
        enrolments += [
            one
            for one in await concerned(session, run_id, session_ids)
            if one.person_id and (one.is_drop_in or not event.is_told_apart)
        ]
    people = await _people(session, enrolments)
    readers: dict[UUID, list[Enrolment]] = defaultdict(list)
    for enrolment in enrolments:
        readers[_reader_of(enrolment, people).id].append(enrolment)
    agents = await agents_who_read(session, readers, event.at)
    everybody = [*(people[one] for one in readers), *(each for some in agents.values() for each in some)]
    known = await _known(session, event, enrolments, everybody)
    made = [_sheet(session, known, people[reader], theirs, people) for reader, theirs in readers.items()]
    made += [
        _sheet(session, known, agent, readers[principal], people, copy_of=people[principal])
        for principal, some in agents.items()
        for agent in some
    ]
    return [sheet for sheet in made if sheet is not None]


async def tell_that_it_takes_place(session: AsyncSession, event: RunConfirmed) -> None:
    """The course takes place for certain."""
    for enrolment_id in await with_a_place(session, event.run_id):
        facts = await facts_of(session, enrolment_id)
        if facts is not None:
            await send(session, facts, "run_confirmed", at=system_clock())


def _sheet(
    session: AsyncSession,
    known: _Known,
    reader: Person,
    theirs: Sequence[Enrolment],
    people: Mapping[UUID, Person],
    *,
    copy_of: Person | None = None,
) -> Sheet | None:
    language = _language(reader)
    by_run: dict[UUID, list[Enrolment]] = defaultdict(list)
    for enrolment in theirs:
        by_run[enrolment.run_id].append(enrolment)
    blocks: list[Block] = []
    told: dict[UUID, Told] = {}
    for run_id, enrolments in by_run.items():
        lines = {one.change.session_id: one for each in enrolments for one in known.lines_for(each, language)}
        if lines:
            told |= lines
            blocks.append(
                _block(session, known, reader, run_id, enrolments, list(lines.values()), people, copy_of)
            )
    if not blocks:
        return None
    course = " / ".join(dict.fromkeys(block.course for block in blocks))
    changed = list(told.values())
    return Sheet(
        reader=reader,
        key=f"dates_changed:{known.event.change_id}:{reader.id}" + (f":copy:{copy_of.id}" if copy_of else ""),
        kind="dates_changed",
        template=f"{FOLDER}dates_changed.md",
        context={
            "what": weightiest(changed),
            "number_of_changes": len([one for one in changed if one.kind != "replaced"]) or len(changed),
            "course": course,
            "blocks": blocks,
            "reason": changed[0].change.reason,
            "is_substitution": known.event.is_substitution,
            "copy_of": copy_of.name if copy_of else "",
        },
        about=("enrolment", theirs[0].id),
        dates=[one.entry for one in changed],
        calendar=course,
        at=known.event.at,
    )


def _block(
    session: AsyncSession,
    known: _Known,
    reader: Person,
    run_id: UUID,
    enrolments: Sequence[Enrolment],
    lines: Sequence[Told],
    people: Mapping[UUID, Person],
    copy_of: Person | None,
) -> Block:
    run, course = known.courses[run_id]
    language = _language(reader)
    title = (course.title_en if language == "en" else "") or course.title_de
    signer = links_of(session).signer
    dates = known.dates[language].get(run_id, ())
    if all(one.is_drop_in for one in enrolments):
        own = frozenset[UUID]().union(*(known.own_sessions[one.id] for one in enrolments))
        dates = [entry for entry in dates if entry.session_id in own]
    return Block(
        course=title,
        number=run.number,
        lines=lines,
        people=[
            Who(
                name=people[one.person_id].name,
                reference=one.reference,
                manage_path=f"/meine-kurse/{one.id}"
                if copy_of
                else f"/anmeldung/{one.id}/{signer.token('enrolment', one.id, one.link_version)}",
                is_reader=one.person_id == reader.id,
                course=title,
            )
            for one in enrolments
            if one.person_id
        ],
        remaining=[entry for entry in dates if not entry.is_cancelled and entry.starts_at > known.event.at],
    )


async def _known(
    session: AsyncSession, event: SessionsChanged, enrolments: Sequence[Enrolment], readers: Sequence[Person]
) -> _Known:
    run_ids = {change.run_id for change in event.changes}
    rows = await session.execute(
        select(Run, Course).join(Course, Course.id == Run.course_id).where(Run.id.in_(run_ids))
    )
    belongs = {
        row.id: row.run_id
        for row in await session.execute(
            select(Session.id, Session.run_id).where(Session.run_id.in_(run_ids))
        )
    }
    told: dict[Language, Sequence[Told]] = {}
    dates: dict[Language, dict[UUID, list[Entry]]] = {}
    for language in {_language(reader) for reader in readers}:
        with use_locale(language):
            told[language] = await told_of(session, event)
            dates[language] = defaultdict(list)
            for entry in await entries(session, Session.run_id.in_(run_ids)):
                dates[language][belongs[entry.session_id]].append(entry)
    own: dict[UUID, set[UUID]] = {one.id: set() for one in enrolments if one.is_drop_in}
    for row in await session.execute(
        select(EnrolmentSession.enrolment_id, EnrolmentSession.session_id).where(
            EnrolmentSession.enrolment_id.in_(list(own))
        )
    ):
        own[row.enrolment_id].add(row.session_id)
    return _Known(
        event,
        {run.id: (run, course) for run, course in rows},
        told,
        dates,
        {one: frozenset(ids) for one, ids in own.items()},
    )


async def _people(session: AsyncSession, enrolments: Sequence[Enrolment]) -> Mapping[UUID, Person]:
    ids = {one for each in enrolments for one in (each.person_id, each.contact_id, each.guardian_id) if one}
    return {person.id: person for person in await session.scalars(select(Person).where(Person.id.in_(ids)))}


def _reader_of(enrolment: Enrolment, people: Mapping[UUID, Person]) -> Person:
    """Who is written to: the contact, else the guardian, else the person."""
    ids = (enrolment.contact_id, enrolment.guardian_id, enrolment.person_id)
    return next(people[one] for one in ids if one is not None and one in people)


def _language(reader: Person) -> Language:
    return "en" if reader.language == "en" else "de"


async def with_a_place(session: AsyncSession, run_id: UUID) -> Sequence[UUID]:
    """The enrolments of everybody with a place in a run, in the order in which they got it."""
    return (
        await session.scalars(
            select(Enrolment.id)
            .where(Enrolment.run_id == run_id, Enrolment.state == EnrolmentState.CONFIRMED)
            .order_by(Enrolment.confirmed_at, Enrolment.id)
        )
    ).all()
