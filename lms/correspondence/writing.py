"""The letter that a rule writes: the same words for sending it and for looking at it beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.correspondence.models import Anchor, MessageRule, RecipientRole, RuleMessage
from lms.correspondence.queries import Due
from lms.correspondence.rules import filled
from lms.db import links_of
from lms.enrolment.letters.facts import Facts, facts_of, send
from lms.messaging.wordings import wordings_in_force
from lms.people.models import Person
from lms.scheduling.calendar import Entry
from lms.scheduling.entries import entries
from lms.scheduling.models import Session
from lms.scheduling.queries import trainers_of
from lms.web.formats import date_long, period
from lms.web.language import use_locale
from lms.web.lettering import Written
from lms.web.letters import composed, write_letter

FOLDER = "correspondence/letters/"
KIND = "by_rule"
TEMPLATE = f"{FOLDER}{KIND}.md"


@dataclass(frozen=True, slots=True)
class Addressed:
    """Whom a message is for, who reads it, and what its names stand for. `path` leads on from it."""

    reader: Person
    values: Mapping[str, str]
    path: str
    facts: Facts | None


async def write_due(session: AsyncSession, rule: MessageRule, due: Due, *, at: datetime) -> int:
    """Write the message and the line of the log, in the caller's transaction. 0 when it is there already, or nobody is."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = await session.execute(
        insert(RuleMessage)
        .values(
            id=uuid4(), rule_id=rule.id, about_id=due.about_id, moment=due.moment, person_id=due.person_id, run_id=due.run_id,
            session_id=due.session_id, enrolment_id=due.enrolment_id, due_at=due.due_at, written_at=at,
        )
        .on_conflict_do_nothing()
        .returning(RuleMessage.id)
    )  # fmt: skip
    message_id = first.scalar_one_or_none()
    to = await addressed(session, rule, due) if message_id else None
    if to is None:
        return 0
    context = said_by(rule, to)
    if to.facts is not None:
        await send(session, to.facts, KIND, at=at, version=str(message_id), folder=FOLDER, **context)
    else:
        await write_letter(
            session,
            key=f"{KIND}:{message_id}",
            kind=KIND,
            to=to.reader,
            template=TEMPLATE,
            context=context | {"path": to.path},
            at=at,
            about=("run", due.run_id),
        )
    return 1


async def addressed(session: AsyncSession, rule: MessageRule, due: Due) -> Addressed | None:
    """Everything the message needs to know; None where nobody is left to read it."""
    if due.enrolment_id is not None:
        facts = await facts_of(session, due.enrolment_id)
        if facts is None:
            return None
        meeting = await _meeting(session, due, facts.reader)
        values = await _values(session, facts.run, facts.word("title"), facts.dates, meeting, facts.reader)
        mine = {
            "name": facts.person.name,
            "reference": facts.enrolment.reference,
            "bring": facts.word("bring"),
        }
        return Addressed(facts.reader, values | mine, "", facts)
    person = await session.get(Person, due.person_id)
    found = await session.execute(
        select(Run, Course).join(Course, Course.id == Run.course_id).where(Run.id == due.run_id)
    )
    row = found.one_or_none()
    if person is None or row is None:
        return None
    is_english = person.language == "en"
    with use_locale("en" if is_english else "de"):
        dates = await entries(session, Session.run_id == due.run_id)
    title = (row.Course.title_en if is_english else "") or row.Course.title_de
    meeting = await _meeting(session, due, person)
    values = await _values(session, row.Run, title, dates, meeting, person)
    return Addressed(person, values | {"name": person.name}, _path(rule, due), None)


def said_by(rule: MessageRule, to: Addressed) -> dict[str, Any]:
    """What the letter's template is handed: the rule's words in the reader's language, with the names filled in."""
    is_english = to.reader.language == "en" and rule.subject_en and rule.text_en
    subject, text = (rule.subject_en, rule.text_en) if is_english else (rule.subject_de, rule.text_de)
    return {"heading": filled(subject, to.values), "words": Written(filled(text, to.values)), "path": to.path}


async def preview_of(session: AsyncSession, rule: MessageRule, due: Due) -> tuple[str, str, str] | None:
    """Subject, plain text and HTML of one message as it would be written now."""
    to = await addressed(session, rule, due)
    if to is None:
        return None
    with use_locale("en" if to.reader.language == "en" else "de"):
        return composed(
            TEMPLATE,
            said_by(rule, to) | {"manage_path": "/meine-kurse" if to.facts else ""},
            reader=to.reader.name,
            links=links_of(session),
            wordings=await wordings_in_force(session),
        )


async def _meeting(session: AsyncSession, due: Due, reader: Person) -> Entry | None:
    if due.session_id is None:
        return None
    with use_locale("en" if reader.language == "en" else "de"):
        return next(iter(await entries(session, Session.id == due.session_id)), None)


async def _values(
    session: AsyncSession, run: Run, title: str, dates: Any, meeting: Entry | None, reader: Person
) -> dict[str, str]:
    held = [entry for entry in dates if not entry.is_cancelled]
    place = meeting.location if meeting else next((entry.location for entry in held), "")
    teachers = (await trainers_of(session, [run.id])).get(run.id, ())
    with use_locale("en" if reader.language == "en" else "de"):
        return {
            "course": title,
            "number": run.number,
            "first_day": date_long(held[0].starts_at) if held else "",
            "last_day": date_long(held[-1].starts_at) if held else "",
            "place": place,
            "trainer": ", ".join(person.name for person in teachers),
            "session": period(meeting.starts_at, meeting.ends_at) if meeting else "",
        }


def _path(rule: MessageRule, due: Due) -> str:
    if rule.role is RecipientRole.COMPANIES:
        return "/firma"
    if rule.anchor is Anchor.SESSION:
        return f"/kursleitung/termine/{due.session_id}"
    return f"/kursleitung/kurse/{due.run_id}"
