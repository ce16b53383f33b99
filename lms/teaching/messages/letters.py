"""The letters by which messages of trainers, and answers to them, reach people: one for each reader, with no address of anybody's."""

import re
from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.catalogue.models import Course, Run
from lms.db import links_of
from lms.enrolment.models import Enrolment
from lms.kernel.clock import local
from lms.people.models import Person
from lms.people.rules import is_minor
from lms.scheduling.queries import trainers_of
from lms.teaching.events import GroupMessageAnswered, GroupMessageSent
from lms.teaching.models import GroupMessage, MessageReader, MessageReply
from lms.teaching.readers import readership
from lms.web.letters import write_letter

PURPOSE = "group-message"
FOLDER = "teaching/letters/"
_PARTICIPANT = aliased(Person, name="participant")


def paragraphs_of(text: str) -> list[str]:
    """What was typed, cut where an empty line stands."""
    return [part for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]


async def carry_message(session: AsyncSession, event: GroupMessageSent) -> None:
    """A letter to each reader; who reads for several children gets one, that names them all."""
    message = await session.get_one(GroupMessage, event.message_id)
    run, course = await _run(session, message.run_id)
    sender = await session.get_one(Person, message.sender_id)
    rows = await session.execute(
        select(MessageReader, Person, _PARTICIPANT)
        .join(Person, Person.id == MessageReader.person_id)
        .join(Enrolment, Enrolment.id == MessageReader.enrolment_id)
        .join(_PARTICIPANT, _PARTICIPANT.id == Enrolment.person_id)
        .where(MessageReader.message_id == message.id)
        .order_by(MessageReader.is_copy, _PARTICIPANT.given_name, MessageReader.id)
    )
    of_reader: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        of_reader[row[1].id].append(row)
    for mine in of_reader.values():
        first, reader = mine[0][0], mine[0][1]
        children = [row[2].name for row in mine if row[2].id != reader.id]
        of_adult = first.is_copy and not is_minor(mine[0][2].birth_date, local(message.sent_at).date())
        letter_id = await write_letter(
            session,
            key=f"group-message:{message.id}:{reader.id}",
            kind="group_message",
            to=reader,
            template=f"{FOLDER}group_message.md",
            context={
                **_about(run, course, reader),
                "subject": message.subject,
                "paragraphs": paragraphs_of(message.text),
                "sender": sender.name,
                "children": ", ".join(children),
                "is_copy": all(row[0].is_copy for row in mine),
                "path": f"/meine-kurse/{first.enrolment_id}/nachrichten"
                if of_adult
                else f"/nachricht/{first.id}/{links_of(session).signer.token(PURPOSE, first.id)}",
            },
            about=("run", run.id),
            at=message.sent_at,
        )
        for row in mine:
            row[0].letter_id = letter_id or row[0].letter_id


async def carry_answer(session: AsyncSession, event: GroupMessageAnswered) -> None:
    """The answer goes to those who teach the run; of a child's answer the guardians get a copy (L-34)."""
    reply = await session.get_one(MessageReply, event.reply_id)
    message = await session.get_one(GroupMessage, reply.message_id)
    run, course = await _run(session, reply.run_id)
    author = await session.get_one(Person, reply.person_id)
    enrolment = await session.get_one(Enrolment, reply.enrolment_id)
    participant = await session.get_one(Person, enrolment.person_id)
    said = {
        "subject": message.subject,
        "paragraphs": paragraphs_of(reply.text),
        "author": author.name,
        "person": "" if author.id == participant.id else participant.name,
    }
    teachers = (await trainers_of(session, [run.id])).get(run.id, ())
    for teacher in teachers or [await session.get_one(Person, message.sender_id)]:
        await write_letter(
            session,
            key=f"group-answer:{reply.id}:{teacher.id}",
            kind="group_answer",
            to=teacher,
            template=f"{FOLDER}group_answer.md",
            context={
                **_about(run, course, teacher), **said,
                "path": f"/kursleitung/kurse/{run.id}/nachrichten/gespraech/{enrolment.id}", "is_copy": False,
            },
            about=("run", run.id),
            at=reply.written_at,
        )  # fmt: skip
    readers = await readership(session, [enrolment], reply.written_at, only_guardians=True)
    for one in readers.readers:
        if one.id != author.id:
            await write_letter(
                session,
                key=f"group-answer:{reply.id}:{one.id}",
                kind="group_answer",
                to=one,
                template=f"{FOLDER}group_answer.md",
                context={
                    **_about(run, course, one), **said,
                    "path": f"/meine-kurse/{enrolment.id}/nachrichten", "is_copy": True,
                },
                about=("run", run.id),
                at=reply.written_at,
            )  # fmt: skip


async def _run(session: AsyncSession, run_id: UUID) -> tuple[Run, Course]:
    run = await session.get_one(Run, run_id)
    return run, await session.get_one(Course, run.course_id)


def _about(run: Run, course: Course, reader: Person) -> dict[str, Any]:
    return {
        "course": (course.title_en if reader.language == "en" else "") or course.title_de,
        "number": run.number,
    }
