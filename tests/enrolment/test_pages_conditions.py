"""A run that asks for something, as visitors and the team meet it on pages and through the door for programs."""

from typing import Any
from uuid import uuid4

from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.conditions.models import ApprovalMode, QuestionKind, RunQuestion
from lms.enrolment.conditions.values import ConditionFacts, QuestionFacts, Said
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.scheduling.models import Session
from tests.enrolment.places import VISITOR, look, named, offered_run, states
from tests.enrolment.walking import (
    MAIL,
    ME,
    NOTHING_NEEDED,
    answer,
    heading,
    next_step,
    order,
    path,
    text,
    walk,
)
from tests.making import FixedClock, make_person, staff
from tests.visiting import another_browser, send, sign_in

Browser = AsyncTestClient[Litestar]
TEAM = staff()


async def asking_run(
    enrolments: Enrolments, begin: Begin, **facts: Any
) -> tuple[Run, RunQuestion, RunQuestion]:
    """A run with these conditions, a question, and one that depends on it."""
    run = await offered_run(begin)
    await enrolments.set_conditions(TEAM, run_id=run.id, facts=ConditionFacts(**facts), version=0)
    first = await enrolments.add_question(
        TEAM, run_id=run.id, question_id=uuid4(),
        facts=QuestionFacts(kind=QuestionKind.YES_NO, wording_de="Bringen Sie ein Gerät mit?", is_required=True),
    )  # fmt: skip
    second = await enrolments.add_question(
        TEAM, run_id=run.id, question_id=uuid4(),
        facts=QuestionFacts(
            kind=QuestionKind.TEXT, wording_de="Welches?", is_required=True, depends_on_id=first.id, depends_on="yes",
            for_trainers=True,
        ),
    )  # fmt: skip
    return run, first, second


async def test_the_form_asks_for_the_code_word_first_and_for_a_conditional_answer_when_it_is_due(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    run, first, second = await asking_run(
        enrolments, begin, code_word="Apfelbaum", declaration_de="Ich bin 60.", approval=ApprovalMode.HOLDS
    )

    start = text(await client.get(path(run)))
    assert await walk(client, run) == "fuer-wen"
    assert next_step(await client.get(path(run, "fuer-wen"))) == "zugang"
    wrong = await answer(client, run, "zugang", code_word="Birne", declared="1")
    undeclared = await answer(client, run, "zugang", code_word="Apfelbaum")
    led = await answer(client, run, "zugang", code_word="apfelbaum", declared="1")
    for step, fields in (*ME, MAIL, NOTHING_NEEDED):
        led = await answer(client, run, step, **fields)
    assert next_step(led) == "fragen"
    page = await client.get(path(run, "fragen"))
    again = await answer(client, run, "fragen", **{f"p0_{first.id.hex}": "yes"})
    both = await client.get(path(run, "fragen"))
    led = await answer(
        client, run, "fragen", **{f"p0_{first.id.hex}": "yes", f"p0_{second.id.hex}": "Ein Tablet"}
    )
    check = text(await client.get(path(run, "pruefen")))
    done = await client.get((await order(client, run)).headers["location"])

    assert "Sie brauchen das Code-Wort aus Ihrer Einladung." in start
    assert "Sie bestätigen: „Ich bin 60.“" in start
    assert "Das Team prüft jede Anmeldung." in start
    assert (wrong.status_code, undeclared.status_code) == (422, 422)
    assert "Das ist nicht das Code-Wort dieses Kurses." in text(wrong)
    assert "Welches?" not in text(page)
    assert next_step(again) == "fragen"
    assert "Welches?" in text(both)
    assert next_step(led) == "pruefen"
    assert "Bringen Sie ein Gerät mit? Ja Welches? Ein Tablet" in check
    assert "Apfelbaum" not in check
    assert heading(done) == "Ihre Anmeldung ist da"
    assert "Bis dahin ist ein Platz für Sie reserviert." in text(done)
    assert await states(begin, run) == [EnrolmentState.HELD]


async def test_who_lives_elsewhere_is_told_before_anything_else_is_typed(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    run, *_ = await asking_run(enrolments, begin, residence=("39340", "Haldensleben"))

    assert await walk(client, run, *ME) == "wohnort"
    elsewhere = await answer(client, run, "wohnort", postal_code="38350", city="Helmstedt")
    here = await answer(client, run, "wohnort", postal_code="39340", city="Haldensleben")

    assert elsewhere.status_code == 422
    assert "nur für Menschen, die in 39340 oder Haldensleben wohnen" in text(elsewhere)
    assert next_step(here) == "kontakt"


async def test_a_clash_with_another_course_is_a_warning_for_whoever_may_see_it(
    client: Browser, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    other, run = await offered_run(begin, course={"title": "Digitale Fotos"}), await offered_run(begin)
    mia = make_person("Mia", "Sommer")
    starts_at = run.starts_at
    assert starts_at is not None
    async with begin() as session:
        session.add_all(
            Session(
                run_id=one.id, starts_at=starts_at, ends_at=starts_at.replace(hour=11), changed_at=clock()
            )
            for one in (other, run)
        )
    await sign_in(client, begin, person=mia)
    await enrolments.enrol(TEAM, run_id=other.id, persons=[mia.id])

    assert await walk(client, run, ("fuer-wen", {"who": "me"}), NOTHING_NEEDED) == "pruefen"
    page = text(await client.get(path(run, "pruefen")))
    stranger: Any = another_browser(client)
    await walk(
        stranger, run, ME[0], ("person", {"given_name": "Mia", "family_name": "Sommer"}), MAIL, NOTHING_NEEDED
    )
    theirs = text(await stranger.get(path(run, "pruefen")))

    assert "zu dieser Zeit ist schon etwas anderes" in page.replace("Zu dieser", "zu dieser")
    assert "Digitale Fotos" in page
    assert "Digitale Fotos" not in theirs


async def test_the_team_decides_from_its_list_and_the_person_reads_why(
    client: Browser, begin: Begin, enrolments: Enrolments, jobs: Worker
) -> None:
    run, first, _ = await asking_run(enrolments, begin, approval=ApprovalMode.ASKS)
    answers = [{str(first.id): ["no"]}]
    ids = []
    for name in ("Ada Lehmann", "Ben Vogt"):
        placed = await enrolments.enrol(
            VISITOR, run_id=run.id, persons=[named(name)], said=Said(answers=answers)
        )
        ids.append(placed.enrolments[0].id)
    await sign_in(client, begin, Identity.ENROLMENT)

    today = text(await client.get("/verwaltung"))
    listed = text(await client.get("/verwaltung/freigaben"))
    one = text(await client.get(f"/verwaltung/freigaben/{ids[0]}"))
    agreed = await send(client, f"/verwaltung/freigaben/{ids[0]}")
    empty = await send(client, f"/verwaltung/freigaben/{ids[1]}/ablehnen", {"reason": ""})
    refused = await send(client, f"/verwaltung/freigaben/{ids[1]}/ablehnen", {"reason": "Nur für Neue."})
    late = await send(client, f"/verwaltung/freigaben/{ids[1]}")
    await jobs.drain()

    assert "2 Anmeldungen warten auf Ihre Entscheidung" in today
    assert "Lehmann, Ada" in listed
    assert "Bringen Sie ein Gerät mit? Nein" in one
    assert (agreed.status_code, empty.status_code, refused.status_code, late.status_code) == (
        303,
        422,
        303,
        409,
    )
    assert sorted(one.state for one in (await look(begin, run)).enrolments) == ["cancelled", "confirmed"]
    async with begin.reading() as session:
        letters = (await session.execute(select(Letter.kind, Letter.text, Person.given_name).join(Person, Person.email == Letter.to_address))).all()  # fmt: skip
    by_kind = {(kind, name): words for kind, words, name in letters}
    assert sorted(by_kind) == [
        ("approval_refused", "Ben"), ("place_confirmed", "Ada"),
    ]  # fmt: skip  # the letters that it had arrived were overtaken
    assert "Nur für Neue." in by_kind["approval_refused", "Ben"]
    assert "Das Team hat die Anmeldung geprüft und zugestimmt." in by_kind["place_confirmed", "Ada"]


async def test_answers_are_changed_by_link_and_nobody_else_finds_the_page(
    client: Browser, begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    run, first, second = await asking_run(enrolments, begin)
    placed = await enrolments.enrol(TEAM, run_id=run.id, persons=[named()], said=_said(first, "no"))
    one = placed.enrolments[0]
    token = enrolments.signer.token("enrolment", one.id, one.link_version)
    here = f"/anmeldung/{one.id}/{token}"

    shown = text(await client.get(here))
    forged = await client.get(f"/anmeldung/{one.id}/{'x' * 32}/antworten")
    missing = await send(client, f"{here}/antworten", {f"q_{first.id.hex}": "yes"})
    saved = await send(
        client, f"{here}/antworten", {f"q_{first.id.hex}": "yes", f"q_{second.id.hex}": "<b>Mein</b> Telefon"}
    )
    page = await client.get(here)
    clock.forward(days=28)
    closed = await send(client, f"{here}/antworten", {f"q_{first.id.hex}": "no"})

    assert "Bringen Sie ein Gerät mit? Nein" in shown
    assert forged.status_code == 404
    assert (missing.status_code, saved.status_code, closed.status_code) == (422, 303, 409)
    assert "&lt;b&gt;Mein&lt;/b&gt; Telefon" in page.text


async def test_a_program_is_told_which_condition_it_has_not_met(
    client: Browser, begin: Begin, enrolments: Enrolments
) -> None:
    run, first, _ = await asking_run(enrolments, begin, code_word="Apfelbaum", declaration_de="Ich bin 60.")
    ada = {"given_name": "Ada", "family_name": "Lehmann", "email": "ada@example.com"}

    async def sent(person: dict[str, Any], **more: Any) -> Response:
        body = {"run_id": str(run.id), "persons": [ada | person], **more}
        return await client.post("/api/v1/enrolments", json=body)

    asks = (await client.get(f"/api/v1/runs/{run.id}/conditions")).json()
    codes = [
        (await sent({})).json()["code"],
        (await sent({}, code_word="Birne")).json()["code"],
        (await sent({}, code_word="Apfelbaum")).json()["code"],
        (await sent({}, code_word="Apfelbaum", declared=True)).json()["code"],
    ]
    done = await sent({"answers": {str(first.id): ["no"]}}, code_word="Apfelbaum", declared=True)

    assert (asks["needs_code_word"], asks["declaration"]) == (True, "Ich bin 60.")
    assert [(one["kind"], one["depends_on"]) for one in asks["questions"]] == [
        ("yes_no", ""),
        ("text", "yes"),
    ]
    assert "seal" not in str(asks)
    assert codes == ["CodeWordNeeded", "CodeWordWrong", "DeclarationNeeded", "AnswerMissing"]
    assert (done.status_code, done.json()["state"], done.json()["enrolments"][0]["approval"]) == (
        201, "confirmed", None,
    )  # fmt: skip


def _said(question: RunQuestion, value: str) -> Any:
    return Said(answers=[{str(question.id): [value]}])
