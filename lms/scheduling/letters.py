"""What we write to trainers when the dates they teach change. Those who learn are written to by `enrolment`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.jobs.queue import Event
from lms.jobs.worker import Listener
from lms.people.models import Person
from lms.scheduling.calendar import Entry
from lms.scheduling.events import SessionsChanged, SubstitutesAsked, SubstitutesReleased
from lms.scheduling.substitute_letters import ask_substitutes, release_substitutes
from lms.scheduling.telling import Sheet, Told, told_of, weightiest, write_sheets
from lms.web.language import use_locale

TEMPLATE = "scheduling/letters/dates_changed.md"


async def tell_trainers(session: AsyncSession, event: SessionsChanged) -> None:
    """One letter to everybody who taught or teaches one of these sessions, about all that concerns them."""
    if not event.is_quiet:
        await write_sheets(session, await sheets_for_trainers(session, event))


LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    SessionsChanged: [tell_trainers],
    SubstitutesAsked: [ask_substitutes],
    SubstitutesReleased: [release_substitutes],
}


async def sheets_for_trainers(session: AsyncSession, event: SessionsChanged) -> Sequence[Sheet]:
    """The letters to trainers, before they are written."""
    plain = await told_of(session, event)
    mine: dict[UUID, list[UUID]] = defaultdict(list)
    for told in plain:
        for person_id in {**told.former, **told.teachers}:
            mine[person_id].append(told.change.session_id)
    people = await session.scalars(select(Person).where(Person.id.in_(list(mine))).order_by(Person.id))
    titles = await _titles(session, event)
    sheets = []
    for trainer in people.all():
        with use_locale("en" if trainer.language == "en" else "de"):
            theirs = [
                one
                for one in await told_of(session, event)
                if one.change.session_id in mine[trainer.id] and _concerns(one, trainer.id)
            ]
        if theirs:
            sheets.append(_sheet(event, trainer, theirs, titles))
    return sheets


def _concerns(told: Told, person_id: UUID) -> bool:
    """Whether anything is different for this trainer: that a colleague changes is."""
    return told.kind != "trainer" or told.has_new_teachers or person_id in told.teachers


def _sheet(
    event: SessionsChanged,
    trainer: Person,
    told: Sequence[Told],
    titles: Mapping[UUID, tuple[str, str, str]],
) -> Sheet:
    parts: dict[str, list[Told]] = {"taken": [], "given": [], "others": []}
    for one in told:
        if one.kind != "cancelled" and trainer.id not in one.teachers:
            parts["given"].append(one)
        elif one.before is None or trainer.id not in one.former:
            parts["taken"].append(one)
        else:
            parts["others"].append(one)
    is_english = trainer.language == "en"
    names = {run: (english if is_english else "") or german for run, (german, english, _) in titles.items()}
    ids = list(dict.fromkeys(one.change.run_id for one in told))
    return Sheet(
        reader=trainer,
        key=f"trainer_dates_changed:{event.change_id}:{trainer.id}",
        kind="trainer_dates_changed",
        template=TEMPLATE,
        context={
            **parts,
            "what": weightiest(told) if len([part for part in parts.values() if part]) == 1 else "several",
            "course": " / ".join(dict.fromkeys(names[one] for one in ids)),
            "titles": names,
            "numbers": [titles[one][2] for one in ids],
            "several_runs": len(ids) > 1,
            "reason": told[0].change.reason,
            "is_substitution": event.is_substitution,
        },
        about=("session", told[0].change.session_id),
        dates=_for_calendar(told, trainer.id),
        calendar=names[ids[0]],
        at=event.at,
    )  # fmt: skip


def _for_calendar(told: Sequence[Told], person_id: UUID) -> Sequence[Entry]:
    """The changed entries; what somebody else teaches now leaves this trainer's calendar."""
    return [
        one.entry
        if person_id in one.teachers or one.entry.is_cancelled
        else replace(one.entry, is_cancelled=True)
        for one in told
    ]


async def _titles(session: AsyncSession, event: SessionsChanged) -> Mapping[UUID, tuple[str, str, str]]:
    """German title, English title and number of each run, by id."""
    rows = await session.execute(
        select(Run.id, Course.title_de, Course.title_en, Run.number)
        .join(Course, Course.id == Run.course_id)
        .where(Run.id.in_({change.run_id for change in event.changes}))
    )
    return {run_id: (german, english, number) for run_id, german, english, number in rows}
