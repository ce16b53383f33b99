"""The pages of the other certificates, as the team, learners and trainers see them."""

from datetime import date
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select

from lms.attendance.models import Presence
from lms.catalogue.models import Course
from lms.certification.models import Batch, BatchItem
from lms.certification.paths.models import Path
from lms.certification.wishes.models import ProofWish
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.kernel.rights import Identity
from lms.people.models import Person
from tests.certification.holding import (
    a_certificate,
    a_place,
    a_recognition,
    a_run_that_is_over,
    mark,
    teach,
)
from tests.making import make_course, make_person
from tests.office import words_of
from tests.visiting import send, sign_in

HERE = "/verwaltung/nachweise"


class Scene:
    """Ada was in two courses that Jonas has taught; the first one is recognised."""

    courses: list[Course]
    ada: Person
    jonas: Person
    place: Enrolment


@pytest.fixture
async def scene(begin: Begin) -> Scene:
    made = Scene()
    made.courses = [make_course("Tablet"), make_course("Smartphone")]
    made.ada, made.jonas = make_person(), make_person("Jonas", "Krüger")
    async with begin() as session:
        session.add_all([*made.courses, made.ada, made.jonas])
        await session.flush()
        session.add(a_recognition(made.courses[0]))
        for course in reversed(made.courses):
            run, meetings = await a_run_that_is_over(session, course)
            await teach(session, run, made.jonas)
            made.place = await a_place(session, run, made.ada)
            await mark(session, made.place, meetings, *[Presence.PRESENT] * 4)
            session.add(a_certificate(made.ada, run, course=course.title_de))
    return made


def day(name: str, year: int, month: int, of_month: int) -> dict[str, str]:
    return {f"{name}-day": str(of_month), f"{name}-month": str(month), f"{name}-year": str(year)}


async def many(begin: Begin, what: type[Batch] | type[BatchItem] | type[Path] | type[ProofWish]) -> int:
    async with begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(what)) or 0


async def test_a_volunteers_certificate_is_looked_at_and_then_issued_once(
    client: AsyncClient, begin: Begin, scene: Scene
) -> None:
    await sign_in(client, begin, Identity.CERTIFICATES)
    typed = {
        "person": str(scene.ada.id),
        "key": str(uuid4()),
        "what_de": "Begleitung des Digitalcafés",
        "hours": "42",
        **day("first_day", 2026, 1, 10),
        **day("last_day", 2026, 11, 20),
    }
    found = await client.get(f"{HERE}/ehrenamt/neu", params={"q": "Lehmann"})
    wrong = await send(
        client, f"{HERE}/ehrenamt/neu", typed | {"schritt": "pruefen"} | day("last_day", 2027, 1, 1)
    )
    look = await send(client, f"{HERE}/ehrenamt/neu", typed | {"schritt": "pruefen"})
    before = await many(begin, Batch)
    led = [await send(client, f"{HERE}/ehrenamt/neu", typed | {"schritt": "ausstellen"}) for _ in range(2)]

    assert "Lehmann, Ada" in found.text
    assert (wrong.status_code, "liegt noch in der Zukunft" in wrong.text) == (422, True)
    assert 'value="Begleitung des Digitalcafés"' in wrong.text
    assert "42 Stunden" in words_of(look.text)
    assert before == 0
    assert [one.status_code for one in led] == [303, 303]
    assert led[0].headers["location"] == led[1].headers["location"]
    assert await many(begin, BatchItem) == 1


async def test_a_path_is_made_shown_changed_by_two_and_issued(
    client: AsyncClient, begin: Begin, scene: Scene
) -> None:
    await sign_in(client, begin, Identity.CERTIFICATES)
    tablet, phone = scene.courses
    typed = {
        "key": str(uuid4()),
        "title_de": "Sicher im Alltag",
        "course_1": str(tablet.id),
        "way_1": "pflicht",
        "course_2": str(phone.id),
        "way_2": "pflicht",
    }
    doubled = await send(client, f"{HERE}/lernwege/neu", typed | {"course_2": str(tablet.id)})
    led = [await send(client, f"{HERE}/lernwege/neu", typed) for _ in range(2)]
    page_of_it = led[0].headers["location"].partition("?")[0]
    page = await client.get(page_of_it)
    form = await client.get(f"{page_of_it}/aendern")
    saved = await send(client, f"{page_of_it}/aendern", typed | {"title_de": "Neu", "version": "1"})
    stale = await send(client, f"{page_of_it}/aendern", typed | {"title_de": "Anders", "version": "1"})
    issued = [await send(client, f"{page_of_it}/ausstellen", {"key": typed["key"]}) for _ in range(2)]
    listed = await client.get(f"{HERE}/lernwege")
    table = await client.get(f"{HERE}/lernwege/liste.csv")
    await sign_in(client, begin, person=scene.ada, is_known=True)
    own = await client.get("/meine-nachweise")

    assert (doubled.status_code, "zweimal" in doubled.text) == (422, True)
    assert await many(begin, Path) == 1
    assert "Ada Lehmann" in page.text
    assert 'value="Sicher im Alltag"' in form.text
    assert (saved.status_code, stale.status_code) == (303, 409)
    assert "Anders" in stale.text
    assert "Neu" in words_of(stale.text)
    assert [one.status_code for one in issued] == [303, 303]
    assert await many(begin, BatchItem) == 1
    assert "Smartphone" in listed.text
    assert "Neu;Tablet" in table.text
    assert "2 von 2 Kursen sind geschafft" in words_of(own.text)


async def test_a_learner_asks_for_the_employer_and_the_team_issues_it(
    client: AsyncClient, begin: Begin, scene: Scene
) -> None:
    account = await sign_in(client, begin, person=scene.ada, is_known=True)
    own = f"/meine-nachweise/arbeitgeber/{scene.place.id}"
    held = await client.get("/meine-nachweise")
    course = await client.get(f"/meine-kurse/{scene.place.id}")
    page = await client.get(own)
    asked = await send(client, own, {"key": str(uuid4()), "employer": "Ohre <b>GmbH</b>"})
    after = await client.get(own)
    await sign_in(client, begin, Identity.CERTIFICATES)
    pile = await client.get(f"{HERE}/wuensche")
    async with begin.reading() as session:
        wish = (await session.scalars(select(ProofWish))).one()
    issued = await send(client, f"{HERE}/wuensche/{wish.id}/ausstellen")
    empty = await client.get(f"{HERE}/wuensche")

    assert account.person_id == scene.ada.id
    assert own in held.text
    assert own in course.text
    assert "anerkannt" in page.text
    assert asked.status_code == 303
    assert "Das Team stellt sie aus" in after.text
    assert "Ohre &lt;b&gt;GmbH" in pile.text
    assert (issued.status_code, str(wish.id) in issued.headers["location"]) == (303, True)
    assert "Niemand wartet" in empty.text


async def test_nobody_asks_for_somebody_else(client: AsyncClient, begin: Begin, scene: Scene) -> None:
    await sign_in(client, begin)

    page = await client.get(f"/meine-nachweise/arbeitgeber/{scene.place.id}")

    assert page.status_code == 404


async def test_the_team_issues_to_an_employer_and_to_a_trainer(
    client: AsyncClient, begin: Begin, scene: Scene
) -> None:
    await sign_in(client, begin, Identity.CERTIFICATES)
    found = await client.get(f"{HERE}/arbeitgeber", params={"person": str(scene.ada.id)})
    employer = await send(
        client, f"{HERE}/arbeitgeber/{scene.place.id}", {"key": str(uuid4()), "language": "de-en"}
    )
    form = await client.get(f"{HERE}/lehrtaetigkeit", params={"person": str(scene.jonas.id)})
    missing = await send(
        client, f"{HERE}/lehrtaetigkeit", {"key": str(uuid4()), "person": str(scene.jonas.id)}
    )
    taught = await send(
        client,
        f"{HERE}/lehrtaetigkeit",
        {
            "key": str(uuid4()),
            "person": str(scene.jonas.id),
            **day("first_day", 2026, 11, 1),
            **day("last_day", 2026, 11, 30),
        },
    )

    assert (found.text.count("/arbeitgeber/"), str(scene.place.id) in found.text) == (1, True)
    assert employer.status_code == 303
    assert "Smartphone" in form.text
    assert (missing.status_code, "Wählen Sie eine Durchführung" in missing.text) == (422, True)
    assert taught.status_code == 303


async def test_a_trainer_asks_about_their_own_runs_alone(
    client: AsyncClient, begin: Begin, scene: Scene
) -> None:
    await sign_in(client, begin, Identity.TRAINER, person=scene.jonas, is_known=True)
    page = await client.get("/kursleitung/bescheinigung")
    asked = await send(
        client, "/kursleitung/bescheinigung", {"key": str(uuid4()), "run": str(scene.place.run_id)}
    )
    after = await client.get("/kursleitung/bescheinigung")
    await sign_in(client, begin, Identity.TRAINER)
    stranger = await client.get("/kursleitung/bescheinigung")
    refused = await send(
        client, "/kursleitung/bescheinigung", {"key": str(uuid4()), "run": str(scene.place.run_id)}
    )

    assert "Tablet" in page.text
    assert asked.status_code == 303
    assert "Sie haben eine Bescheinigung angefordert." in after.text
    assert "Tablet" not in stranger.text
    assert refused.status_code == 422
    assert await many(begin, ProofWish) == 1


async def test_what_ends_soon_is_listed_and_can_be_taken_away(
    client: AsyncClient, begin: Begin, scene: Scene
) -> None:
    async with begin() as session:
        run, _ = await a_run_that_is_over(session, scene.courses[0])
        paper = a_certificate(scene.ada, run, valid_until=date(2027, 1, 20))
        session.add(paper)
    await sign_in(client, begin, Identity.CERTIFICATES)

    page = await client.get(f"{HERE}/ablaufend")
    table = await client.get(f"{HERE}/ablaufend/liste.csv")
    over = await client.get(f"{HERE}/ablaufend", params={"ansicht": "abgelaufen"})
    stopped = await send(client, f"{HERE}/ablaufend/{paper.id}/keine-erinnerung")
    after = await client.get(f"{HERE}/ablaufend")

    assert "20. Januar 2027" in page.text
    assert "20.01.2027" in table.text
    assert "In dieser Ansicht gibt es keinen Nachweis." in over.text
    assert stopped.status_code == 303
    assert "nicht gewünscht" in after.text
