"""Das stimmt nicht: a learner objects, somebody answers, and everybody concerned can read what was changed."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.attendance.errors import (
    AlreadyObjected,
    AlreadySettled,
    AnswerNeeded,
    NothingChanged,
    NothingToObject,
    RegisterLocked,
)
from lms.attendance.models import Correction, Objection, ObjectionState, Presence, WalkIn, WalkInState
from lms.attendance.objections import Objections
from lms.attendance.queries import register
from lms.attendance.service import Mark, Register
from lms.attendance.walk_ins import WalkIns
from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.jobs.worker import Worker
from lms.kernel.actor import Actor
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.web.module import Around
from tests.attendance.conftest import Evening
from tests.making import BOTH, learner, make_person, staff
from tests.office import words_of
from tests.visiting import Browser, send, sign_in

pytestmark = BOTH
OFFICE = staff(Identity.ENROLMENT)
HOSTILE = "Ich war da;\r\n=1+1 <script>\u202e🎉" + "x" * 10_000


async def marked(books: Register, evening: Evening) -> None:
    marks = [Mark(evening.places[0].id, Presence.ABSENT), Mark(evening.places[1].id, Presence.PRESENT)]
    await books.mark(evening.trainer, session_id=evening.meeting.id, marks=marks)


async def said(
    house: Around, evening: Evening, words: str = "Ich war da.", by: Actor | None = None
) -> Objection:
    key = uuid4()
    await Objections(house).say(
        by or learner(evening.people[0]),
        enrolment_id=evening.places[0].id,
        session_id=evening.meeting.id,
        objection_id=key,
        words=words,
    )
    async with house.begin.reading() as session:
        return await session.get_one(Objection, key)


async def test_one_objection_is_open_at_a_time_and_only_about_ones_own(
    house: Around, books: Register, evening: Evening
) -> None:
    with pytest.raises(NothingToObject):
        await said(house, evening)
    await marked(books, evening)

    one = await said(house, evening, HOSTILE)

    assert (one.state, len(one.words)) == (ObjectionState.OPEN, 500)
    with pytest.raises(AlreadyObjected):
        await said(house, evening)
    for stranger in (learner(evening.people[1]), evening.trainer, OFFICE):
        with pytest.raises(NotFound):
            await said(house, evening, by=stranger)


async def test_household_and_mandate_may_object_but_who_may_only_look_may_not(
    house: Around, books: Register, evening: Evening
) -> None:
    await marked(books, evening)
    child = evening.people[0].id
    looks = Actor(
        identities=frozenset({Identity.LEARNER}),
        person_id=uuid4(),
        account_id=uuid4(),
        granted=frozenset({(child, "R", "attendance")}),
    )
    acts = Actor(
        identities=frozenset({Identity.LEARNER}),
        person_id=uuid4(),
        account_id=uuid4(),
        granted=frozenset({(child, "object", "attendance")}),
    )

    with pytest.raises(NotFound):
        await said(house, evening, by=looks)
    one = await said(house, evening, by=acts)

    assert one.said_by == acts.account_id
    await Objections(house).answer(
        evening.trainer, session_id=evening.meeting.id, objection_id=one.id, mark=None, answer="Nein."
    )
    assert (
        await said(house, evening, by=learner(make_person(), acts_for=frozenset({child})))
    ).state is ObjectionState.OPEN


async def test_sent_twice_at_once_is_one_objection(
    house: Around, books: Register, evening: Evening, begin: Begin
) -> None:
    await marked(books, evening)

    done = await asyncio.gather(*(said(house, evening) for _ in range(3)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in done) == ["AlreadyObjected", "AlreadyObjected", "Objection"]
    async with begin.reading() as session:
        assert len((await session.scalars(select(Objection))).all()) == 1


async def test_correcting_leaves_a_trace_and_a_letter_tells_the_learner(
    house: Around, books: Register, evening: Evening, jobs: Worker
) -> None:
    await marked(books, evening)
    one = await said(house, evening)
    answer = {"session_id": evening.meeting.id, "objection_id": one.id}
    objections = Objections(house)

    with pytest.raises(AnswerNeeded):
        await objections.answer(evening.trainer, mark=None, answer=" ", **answer)
    with pytest.raises(NothingChanged):
        await objections.answer(
            evening.trainer, mark=Mark(evening.places[0].id, Presence.ABSENT), answer="Hm.", **answer
        )
    await objections.answer(
        evening.trainer,
        mark=Mark(evening.places[0].id, Presence.LATE, 15),
        answer="Sie kamen um zehn.",
        **answer,
    )
    with pytest.raises(AlreadySettled):
        await objections.answer(OFFICE, mark=None, answer="Nein.", **answer)
    await jobs.drain()

    async with house.begin.reading() as session:
        trace = (await session.scalars(select(Correction))).one()
        letters = [one.subject for one in await session.scalars(select(Letter))]
        body = (await session.scalars(select(Letter.text))).one()
    assert (trace.before["presence"], trace.after["presence"], trace.after["minutes_late"], trace.reason) == (
        "absent", "late", 15, "Sie kamen um zehn.",
    )  # fmt: skip
    assert letters == ["Ihre Anwesenheit am 4. Dezember 2026: Das Tablet kennenlernen"]
    assert "(15 Minuten später)" in body
    assert "Sie kamen um zehn." in body


async def test_once_closed_only_the_team_answers_and_the_change_is_read_by_learner_and_trainer(
    client: Browser, house: Around, books: Register, evening: Evening, begin: Begin
) -> None:
    await marked(books, evening)
    await books.lock(OFFICE, run_id=evening.run.id)
    await sign_in(client, begin, person=evening.people[0], is_known=True)
    form = f"/meine-kurse/{evening.places[0].id}/anwesenheit/{evening.meeting.id}"
    page = words_of((await client.get(form)).text)
    empty = await send(client, form, {"words": " ", "key": str(uuid4())})
    told = await send(client, form, {"words": "Ich war da <b>", "key": str(uuid4())})
    async with begin.reading() as session:
        one = (await session.scalars(select(Objection))).one()
        trainer = await session.get_one(Person, evening.trainer.person_id)
    path = f"/kursleitung/termine/{evening.meeting.id}/einwaende/{one.id}"
    with pytest.raises(RegisterLocked):
        await Objections(house).answer(
            evening.trainer, session_id=evening.meeting.id, objection_id=one.id, mark=None, answer="Nein."
        )

    own = words_of((await client.get(f"/meine-kurse/{evening.places[0].id}")).text)

    await sign_in(client, begin, Identity.ENROLMENT)
    pile = words_of((await client.get("/verwaltung")).text)
    asked = words_of((await client.get(path)).text)
    await send(
        client,
        path,
        {"decision": "korrigieren", "presence": "present", "units": ["2"], "answer": "Liste unterschrieben"},
    )
    await sign_in(client, begin, Identity.TRAINER, person=trainer, is_known=True)
    shown = words_of((await client.get(f"/kursleitung/termine/{evening.meeting.id}/anwesenheit")).text)

    assert "Über Sie steht dort: war nicht da." in page
    assert (empty.status_code, told.status_code) == (422, 303)
    assert "war nicht da, Das stimmt nicht" in own
    assert "„Ich war da &lt;b&gt;“ Wir prüfen es. Sie bekommen eine Antwort per Brief oder E-Mail." in own
    assert "1 Person sagt, dass ihre Anwesenheit nicht stimmt" in pile
    assert "Ich war da &lt;b&gt;" in asked
    assert (
        "Ada Arndt, am 4. Dezember 2026 geändert: vorher: war nicht da, jetzt: war da (ohne Einheit 2)."
        " Grund: Liste unterschrieben"
    ) in shown


async def test_somebody_in_the_door_is_written_down_once_and_takes_no_place(
    house: Around, evening: Evening, begin: Begin
) -> None:
    key, walk_ins = uuid4(), WalkIns(house)

    for _ in range(2):
        await walk_ins.write_down(
            evening.trainer,
            session_id=evening.meeting.id,
            walk_in_id=key,
            name=" Erna\x00 \n Tür ",
            phone="0151 2",
        )

    async with begin.reading() as session:
        one = (await session.scalars(select(WalkIn))).one()
        run = await session.get_one(Run, evening.run.id)
        places = len((await session.scalars(select(Enrolment))).all())
    assert (one.name, one.phone, one.state) == ("Erna Tür", "0151 2", WalkInState.OPEN)
    assert (run.occupied, places) == (2, 2)
    with pytest.raises(Forbidden):
        await walk_ins.set_aside(evening.trainer, walk_in_id=key, reason="")
    with pytest.raises(NotFound):
        await walk_ins.write_down(
            learner(make_person()), session_id=evening.meeting.id, walk_in_id=uuid4(), name="X"
        )


async def test_the_team_gives_a_place_which_marks_them_or_sets_the_matter_aside_and_it_is_forgotten(
    house: Around, evening: Evening, begin: Begin, books: Register
) -> None:
    walk_ins, keys = WalkIns(house), [uuid4() for _ in range(3)]
    for key in keys:
        await walk_ins.write_down(
            evening.trainer, session_id=evening.meeting.id, walk_in_id=key, name="Erna Tür"
        )

    await walk_ins.enrolled(OFFICE, walk_in_id=keys[0], enrolment_id=evening.places[0].id)
    await walk_ins.enrolled(OFFICE, walk_in_id=keys[0], enrolment_id=evening.places[0].id)
    await walk_ins.set_aside(OFFICE, walk_in_id=keys[1], reason="Falscher Tag")
    await walk_ins.take_back(evening.trainer, session_id=evening.meeting.id, walk_in_id=keys[2])
    with pytest.raises(AlreadySettled):
        await walk_ins.take_back(evening.trainer, session_id=evening.meeting.id, walk_in_id=keys[1])
    async with begin.reading() as session:
        marks = [line.presence for line in await register(session, evening.meeting)]
    house.clock.forward(days=91)  # type: ignore[attr-defined]
    await walk_ins.forget()

    async with begin.reading() as session:
        left = (await session.scalars(select(WalkIn))).all()
    assert (marks, left) == ([Presence.PRESENT, None], [])


async def test_the_pages_of_the_door(client: Browser, evening: Evening, begin: Begin) -> None:
    async with begin.reading() as session:
        trainer = await session.get_one(Person, evening.trainer.person_id)
    await sign_in(client, begin, Identity.TRAINER, person=trainer, is_known=True)
    path = f"/kursleitung/termine/{evening.meeting.id}/nicht-auf-der-liste"
    nameless = await send(client, path, {"name": "", "key": str(uuid4())})
    named = await send(client, path, {"name": "Erna <b>Tür</b>", "telefon": "0151 234", "key": str(uuid4())})
    page = (await client.get(named.headers["location"])).text
    await sign_in(client, begin, Identity.ENROLMENT)
    listed = await client.get("/verwaltung/anwesenheit")
    link = listed.text.split('href="/verwaltung/anwesenheit/ohne-platz/')[1].split('"')[0]
    asked = words_of((await client.get(f"/verwaltung/anwesenheit/ohne-platz/{link}")).text)
    nothing = await send(client, f"/verwaltung/anwesenheit/ohne-platz/{link}", {"decision": "platz"})
    aside = await send(
        client,
        f"/verwaltung/anwesenheit/ohne-platz/{link}",
        {"decision": "beiseite", "reason": "Falscher Tag"},
    )

    assert (nameless.status_code, named.status_code, nothing.status_code, aside.status_code) == (
        422,
        303,
        422,
        303,
    )
    assert "Erna &lt;b&gt;Tür&lt;/b&gt;: das Team weiß Bescheid" in words_of(page)
    assert "0151 234" in asked
