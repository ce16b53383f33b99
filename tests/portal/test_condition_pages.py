"""The team sets what a run asks for: conditions, questions, deadlines; exceptions on the telephone; what trainers read."""

from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.conditions.models import RunCondition, RunQuestion
from lms.enrolment.conditions.queries import questions_of
from lms.enrolment.models import Enrolment
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.scheduling.models import Session
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.making import FixedClock
from tests.office import TEAM, Office, open_office, words_of
from tests.visiting import Browser, another_browser, send, sign_in


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.PROGRAMME, Identity.ENROLMENT)
    return await open_office(house)


def path_of(run: Run) -> str:
    return f"/verwaltung/durchfuehrungen/{run.id}"


async def run_now(begin: Begin, run: Run) -> Run:
    async with begin.reading() as session:
        return await session.get_one(Run, run.id)


async def questions(begin: Begin, run: Run) -> list[RunQuestion]:
    async with begin.reading() as session:
        return await questions_of(session, run.id)


async def test_conditions_are_set_shown_as_visitors_read_them_and_refused_to_whoever_was_slower(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run()
    here = f"{path_of(run)}/voraussetzungen"
    fields = {"approval": "asks", "min_age": "60", "residence": "39340\nHaldensleben", "version": "0"}

    crossed = await send(client, here, fields | {"max_age": "50"})
    saved = await send(client, here, fields | {"code_word": "Apfelbaum"})
    page = await client.get(here)
    stale = await send(client, here, fields | {"min_age": "65"})
    course = words_of((await another_browser(client).get(f"/kurse/{office.course.slug}")).text)

    assert (crossed.status_code, saved.status_code, stale.status_code) == (422, 303, 409)
    assert "Apfelbaum" not in page.text
    assert "Diese Durchführung hat ein Code-Wort." in words_of(page.text)
    for sentence in (
        "Für Menschen, die in 39340 oder Haldensleben wohnen.",
        "Das Team prüft jede Anmeldung.",
    ):
        assert sentence in words_of(page.text)
        assert sentence in course
    assert "ab 60 Jahren" in course
    assert "Mindestalter 60 65" in words_of(stale.text)
    async with begin.reading() as session:
        assert (await session.get_one(RunCondition, run.id)).min_age == 60


async def test_a_question_is_added_once_changed_and_removed_and_goes_along_with_a_copy(
    client: Browser, office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run()
    here = f"{path_of(run)}/voraussetzungen"
    new = {"wording_de": "Was trinken Sie?", "kind": "one", "kept_days": "3", "key": str(uuid4())}

    bare = await send(client, f"{here}/fragen/neu", new)
    for _ in range(2):
        added = await send(client, f"{here}/fragen/neu", new | {"choices": "Tee | tea\nKaffee"})
    (question,) = await questions(begin, run)
    one = f"{here}/fragen/{question.id}"
    shown = words_of((await client.get(here)).text)
    changed = await send(
        client, one, new | {"choices": "Tee | tea\nKaffee\nWasser", "wording_de": "Was möchten Sie?", "version": "1"}
    )  # fmt: skip
    stale = await send(client, one, new | {"choices": "Bier\nWein", "version": "1"})
    foreign = await client.get(f"{path_of(await office.run(sessions=1, at=time(16)))}/voraussetzungen/fragen/{question.id}")  # fmt: skip
    copied = await send(
        client, f"{path_of(run)}/kopieren",
        {"target-day": "7", "target-month": "6", "target-year": "2027", "kept": ["prices"], "key": str(uuid4()),
         "act": "kopieren"},
    )  # fmt: skip
    await jobs.drain()
    async with begin.reading() as session:
        copy = await session.scalar(select(Run).where(Run.starts_at > run.ends_at))
    assert copy is not None
    also = await questions(begin, copy)
    removed = await send(client, f"{one}/entfernen")

    assert (bare.status_code, added.status_code, changed.status_code) == (422, 303, 303)
    assert (stale.status_code, foreign.status_code, copied.status_code, removed.status_code) == (
        409,
        404,
        303,
        303,
    )
    assert "Was trinken Sie? Eine von mehreren Antworten · gelöscht 3 Tage nach dem Ende" in shown
    assert [(one.wording_de, one.choices[2]["de"]) for one in also] == [("Was möchten Sie?", "Wasser")]
    assert await questions(begin, run) == []


def deadlines(**given: str) -> dict[str, Any]:
    usual = {
        "opens": "now", "closes": "before", "closes_days": "2", "promotion": "session", "promotion_session": "2",
        "cancel": "closing", "cancel_days": "3",
    }  # fmt: skip
    return usual | given


async def test_counted_deadlines_follow_when_a_session_moves_and_a_named_day_stays(
    client: Browser, office: Office, begin: Begin, house: Around
) -> None:
    run = await office.run(sessions=3)
    before = await run_now(begin, run)
    here = f"{path_of(run)}/fristen"
    named = {"opens": "day", "opens_on-day": "1", "opens_on-month": "12", "opens_on-year": "2026"}

    missing = await send(client, here, deadlines(closes_days="", version=str(before.version)))
    saved = await send(client, here, deadlines(**named, version=str(before.version)))
    stale = await send(client, here, deadlines(version=str(before.version)))
    async with begin.reading() as session:
        first, second, _ = (
            await session.scalars(select(Session).where(Session.run_id == run.id).order_by(Session.starts_at))
        ).all()
    later = first.starts_at + timedelta(days=1)
    await Scheduling(house).move_session(
        TEAM, session_id=first.id, starts_at=later, ends_at=first.ends_at + timedelta(days=1), room_id=None,
        version=first.version,
    )  # fmt: skip
    after = await run_now(begin, run)
    terms = words_of((await client.get(f"{path_of(run)}/bedingungen")).text)

    assert (missing.status_code, saved.status_code, stale.status_code) == (422, 303, 409)
    assert after.enrolment_closes_at == later - timedelta(days=2)
    assert after.promotion_ends_at == second.starts_at
    assert after.enrolment_opens_at is not None
    assert after.enrolment_opens_at.isoformat() == "2026-11-30T23:00:00+00:00"
    assert "Abmelden ist kostenlos bis" not in terms
    page = words_of((await client.get(path_of(run))).text)
    assert "kostenlos bis 4. Dezember 2026" in page or "kostenlos bis 04.12.2026" in page


async def test_the_team_enrols_by_phone_with_answers_or_as_an_exception_and_trainers_read_what_is_for_them(
    client: Browser, office: Office, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run()
    here = "/verwaltung/theke"
    await send(client, f"{path_of(run)}/voraussetzungen", {"approval": "asks", "declaration_de": "Ich bin neu.", "version": "0"})  # fmt: skip
    await send(
        client, f"{path_of(run)}/voraussetzungen/fragen/neu",
        {"wording_de": "Haben Sie eine Allergie?", "kind": "text", "is_required": "1", "for_trainers": "1",
         "kept_days": "1", "key": str(uuid4())},
    )  # fmt: skip
    (question,) = await questions(begin, run)
    chosen = {"person": "neu", "kurs": str(run.id), "tun": "anmelden", "payment": "cash"}
    ada = {
        "given_name": "Ada",
        "family_name": "Lehmann",
        "email": "ada@example.com",
        "key": str(uuid4()),
    } | chosen
    ben = {
        "given_name": "Ben",
        "family_name": "Vogt",
        "email": "ben@example.com",
        "key": str(uuid4()),
    } | chosen

    undeclared = await send(client, here, ada)
    unanswered = await send(client, here, ada | {"declared": "1"})
    answered = await send(client, here, ada | {"declared": "1", f"q_{question.id.hex}": "Nüsse"})
    exempt = await send(client, here, ben | {"override_reason": "Mit Frau Wegmann besprochen."})
    page, other = [
        words_of(
            (await client.get(f"/verwaltung/anmeldungen/{done.headers['location'].rpartition('/')[2]}")).text
        )
        for done in (answered, exempt)
    ]
    trainer = another_browser(client)
    await sign_in(trainer, begin, Identity.TRAINER, person=office.trainer, is_known=True)
    roll = words_of((await trainer.get(f"/kursleitung/kurse/{run.id}")).text)

    assert (undeclared.status_code, unanswered.status_code) == (409, 422)
    assert "Haben Sie eine Allergie?" in words_of(unanswered.text)
    assert "hat einen Platz" in page
    assert "Haben Sie eine Allergie? Nüsse" in page
    assert "Mit Frau Wegmann besprochen." in other
    assert "Haben Sie eine Allergie? Nüsse" in roll
    async with begin.reading() as session:
        assert len((await session.scalars(select(Enrolment).where(Enrolment.run_id == run.id))).all()) == 2
