"""From an idea to a text that the trainer has released."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.catalogue.models import Course
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.actor import ANONYMOUS
from lms.kernel.errors import Forbidden, NotFound, SignInNeeded, Stale
from lms.messaging.models import Letter
from lms.scheduling.errors import NobodyNamed, NoSessions, NothingToCorrect, NotProofRead, WrongState
from lms.scheduling.links import proof_path
from lms.scheduling.models import Preparation, ProofState
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.making import FixedClock, learner, make_person
from tests.office import TEAM, Office, open_office


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


@pytest.fixture
def scheduling(house: Around) -> Scheduling:
    return Scheduling(house)


def token(house: Around, office: Office, run_id: object) -> str:
    return proof_path(house.signer, run_id, office.trainer.id).rsplit("/", 1)[1]  # type: ignore[arg-type]


async def test_an_idea_is_a_draft_with_the_numbers_of_its_course_made_once(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    key = uuid4()

    first = await scheduling.add_idea(TEAM, course_id=office.course.id, run_id=key, note="Mit der Bücherei")
    again = await scheduling.add_idea(TEAM, course_id=office.course.id, run_id=key, note="Mit der Bücherei")

    assert (first.id, again.id, first.number) == (key, key, again.number)
    assert (first.capacity, first.minimum, first.session_count) == (12, 5, 0)
    async with begin.reading() as session:
        assert (await session.get_one(Preparation, key)).note == "Mit der Bücherei"
    with pytest.raises(NoSessions):
        await scheduling.ask_for_proof(TEAM, run_id=key, seen="")
    with pytest.raises(NotFound):
        await scheduling.add_idea(TEAM, course_id=uuid4(), run_id=uuid4(), note="")


async def test_the_trainer_is_asked_once_corrects_by_the_link_and_then_releases(
    scheduling: Scheduling, office: Office, house: Around, jobs: Worker, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run(publish=False)
    asked = await scheduling.ask_for_proof(TEAM, run_id=run.id, seen="")
    await scheduling.ask_for_proof(TEAM, run_id=run.id, seen="")  # a double click
    await jobs.drain()
    async with begin.reading() as session:
        letters = (await session.scalars(select(Letter).where(Letter.kind == "proof_asked"))).all()
    key = token(house, office, run.id)
    clock.forward(hours=1)

    corrected = await scheduling.correct_proof(
        ANONYMOUS, run_id=run.id, person_id=office.trainer.id, token=key,
        note="Ich kann erst ab 10 Uhr.", summary="Ein neuer Satz.", text="",
    )  # fmt: skip
    again = await scheduling.ask_for_proof(TEAM, run_id=run.id, seen=asked.proof_asked_at.isoformat())  # type: ignore[union-attr]
    released = await scheduling.release_proof(
        ANONYMOUS, run_id=run.id, person_id=office.trainer.id, token=key
    )

    assert len(letters) == 1
    assert f"/korrektur/{run.id}/{office.trainer.id}/{key}" in letters[0].text
    assert (corrected.proof, corrected.proof_note) == (ProofState.CORRECTED, "Ich kann erst ab 10 Uhr.")
    assert (again.proof, again.proof_note) == (ProofState.ASKED, "")
    assert (released.proof, released.proof_by) == (ProofState.RELEASED, office.trainer.id)
    async with begin.reading() as session:
        trail = (
            await session.scalars(
                select(AuditEntry.action).where(AuditEntry.object_id == run.id).order_by(AuditEntry.number)
            )
        ).all()
    assert trail == [
        "run.planned",
        "run.proof_asked",
        "run.proof_corrected",
        "run.proof_asked",
        "run.proof_released",
    ]


async def test_nobody_else_answers(scheduling: Scheduling, office: Office, house: Around) -> None:
    run = await office.run(publish=False)
    await scheduling.ask_for_proof(TEAM, run_id=run.id, seen="")
    whose: dict[str, Any] = {"run_id": run.id, "person_id": office.trainer.id}

    with pytest.raises(SignInNeeded):
        await scheduling.release_proof(ANONYMOUS, **whose)
    with pytest.raises(SignInNeeded):
        await scheduling.release_proof(ANONYMOUS, **whose, token="a" * 32)
    with pytest.raises(Forbidden):
        await scheduling.release_proof(learner(office.trainer), **whose)  # no trainer's role
    of_other = token(house, office, uuid4())
    with pytest.raises(SignInNeeded):  # the link of one run opens no other
        await scheduling.release_proof(ANONYMOUS, **whose, token=of_other)
    with pytest.raises(NothingToCorrect):
        await scheduling.correct_proof(
            ANONYMOUS, **whose, token=token(house, office, run.id), note=" ", summary="", text=""
        )
    stranger = make_person("Eva", "Fremd")
    key = proof_path(house.signer, run.id, stranger.id).rsplit("/", 1)[1]
    with pytest.raises(NotFound):
        await scheduling.release_proof(ANONYMOUS, run_id=run.id, person_id=stranger.id, token=key)


async def test_what_is_proposed_is_taken_over_into_the_course_once(
    scheduling: Scheduling, office: Office, house: Around, begin: Begin
) -> None:
    run = await office.run(publish=False)
    await scheduling.ask_for_proof(TEAM, run_id=run.id, seen="")
    await scheduling.correct_proof(
        ANONYMOUS, run_id=run.id, person_id=office.trainer.id, token=token(house, office, run.id),
        note="", summary="Ein neuer Satz.", text="",
    )  # fmt: skip

    with pytest.raises(Stale):
        await scheduling.take_over_texts(TEAM, run_id=run.id, version=7)
    await scheduling.take_over_texts(TEAM, run_id=run.id, version=1)
    await scheduling.take_over_texts(TEAM, run_id=run.id, version=1)

    async with begin.reading() as session:
        course = await session.get_one(Course, office.course.id)
        prepared = await session.get_one(Preparation, run.id)
    assert (course.summary_de, course.version) == ("Ein neuer Satz.", 2)
    assert (prepared.proof, prepared.proof_summary) == (ProofState.CORRECTED, "")


async def test_where_the_house_demands_it_nothing_is_published_unread(
    scheduling: Scheduling, office: Office, house: Around
) -> None:
    run = await office.run(publish=False)
    scheduling.require_proof = True

    with pytest.raises(NotProofRead):
        await scheduling.publish(TEAM, run_id=run.id)
    await scheduling.ask_for_proof(TEAM, run_id=run.id, seen="")
    await scheduling.release_proof(
        ANONYMOUS, run_id=run.id, person_id=office.trainer.id, token=token(house, office, run.id)
    )
    published = await scheduling.publish(TEAM, run_id=run.id)

    assert published.published_at is not None
    with pytest.raises(WrongState):
        await scheduling.ask_for_proof(
            TEAM,
            run_id=run.id,
            seen=(await _prepared(house, run.id)).proof_asked_at.isoformat(),  # type: ignore[union-attr]
        )


async def test_a_run_without_trainer_cannot_be_proof_read(scheduling: Scheduling, office: Office) -> None:
    run = await office.run(publish=False)
    await scheduling.name_trainers(TEAM, run_id=run.id, trainer_ids=[], seen=str(office.trainer.id))

    with pytest.raises(NobodyNamed):
        await scheduling.ask_for_proof(TEAM, run_id=run.id, seen="")


async def _prepared(house: Around, run_id: object) -> Preparation:
    async with house.begin.reading() as session:
        return await session.get_one(Preparation, run_id)
