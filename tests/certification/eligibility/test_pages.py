"""What the team, trainers and learners read and do about standing, make-ups, exams and rules."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.attendance.models import MakeUp
from lms.certification.eligibility import candidate_of
from lms.certification.eligibility.exams import Exams, NewResult
from lms.certification.eligibility.models import (
    CourseRule,
    ExamOutcome,
    ExamResult,
    FundingProgramme,
    RunRule,
)
from lms.certification.eligibility.rule_setting import CertificateRules, CourseTerms
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.web.module import Around
from tests.certification.eligibility.parallel import TEAM, Parallel, parallel_runs
from tests.certification.eligibility.test_service import issue
from tests.office import words_of
from tests.visiting import Browser, let_in, make_account, send, sign_in

HERE = "/verwaltung/nachweise"
EXAM = CourseTerms(kinds=("attendance", "examined"), exam_de="Abschlusstest")
DAY = {"held_on-day": "20", "held_on-month": "11", "held_on-year": "2026", "out_of": "20"}


@pytest.fixture
async def two(begin: Begin) -> Parallel:
    return await parallel_runs(begin)


@pytest.fixture
async def team(client: Browser, begin: Begin) -> Browser:
    await sign_in(client, begin, Identity.CERTIFICATES)
    return client


async def as_teacher(client: Browser, begin: Begin, person_id: object) -> None:
    async with begin.reading() as session:
        person = await session.get_one(Person, person_id)
    account = await make_account(begin, Identity.TRAINER, person=person, is_known=True)
    await let_in(client, begin, account)


async def test_the_page_of_the_run_says_who_lacks_what_and_why(team: Browser, two: Parallel) -> None:
    page = words_of((await team.get(f"{HERE}/durchfuehrung/{two.first.id}")).text)

    assert "80 Prozent der Unterrichtseinheiten (wie im Kurs)" in page
    assert "Ada Arndt 6 UE nicht erfüllt War an 3 von 5 Terminen da; gebraucht werden 4." in page
    assert "Ben Berg 4 UE nicht erfüllt War an 2 von 5 Terminen da; gebraucht werden 4." in page


async def test_a_missed_session_is_made_up_where_there_is_room_or_all_the_same(
    team: Browser, two: Parallel, begin: Begin
) -> None:
    person = f"{HERE}/teilnahme/{two.ada.id}"
    path = f"{person}/nachholen/{two.first.meetings[1].id}"
    offer = words_of((await team.get(path)).text)
    nothing = await send(team, path, {})
    async with begin() as session:
        run = await session.get_one(type(two.second.run), two.second.id)
        run.capacity = 1
    full = await send(team, path, {"session": str(two.second.meetings[1].id)})
    agreed = await send(team, path, {"session": str(two.second.meetings[1].id), "even_if_full": "1"})
    page = words_of((await team.get(person)).text)
    async with begin.reading() as session:
        made = (await session.scalars(select(MakeUp))).one()
    asked = words_of((await team.get(f"{person}/nachholtermin/{made.id}/zuruecknehmen")).text)
    foreign = await send(team, f"{HERE}/teilnahme/{two.ben.id}/nachholtermin/{made.id}/zuruecknehmen", {})
    back = await send(team, f"{person}/nachholtermin/{made.id}/zuruecknehmen", {})

    assert f"Termin 2 in Kurs {two.second.run.number}, 11 Plätze frei" in offer
    assert (nothing.status_code, full.status_code, agreed.status_code) == (422, 409, 303)
    assert "Die Person kommt, obwohl alle Plätze belegt sind" in full.text
    assert "noch nicht eingetragen" in page
    assert "Ein Nachholtermin steht noch aus" in page
    assert "nicht mehr erwartet" in asked
    assert (foreign.status_code, back.status_code) == (404, 303)


async def test_results_for_the_whole_run_are_entered_on_one_page(
    team: Browser, two: Parallel, begin: Begin, house: Around
) -> None:
    await CertificateRules(house).set_course(TEAM, course_id=two.course.id, terms=EXAM, version=0)
    path = f"{HERE}/durchfuehrung/{two.first.id}/pruefung"
    rows = {
        f"ergebnis-{two.ada.id}": "passed", f"punkte-{two.ada.id}": "17", f"vorher-{two.ada.id}": "|",
        f"stand-{two.ada.id}": "0", f"ergebnis-{two.ben.id}": "", f"punkte-{two.ben.id}": "", f"vorher-{two.ben.id}": "|",
        f"stand-{two.ben.id}": "0",
    }  # fmt: skip

    too_many = await send(team, path, {**DAY, **rows, f"punkte-{two.ada.id}": "٢١"})
    no_day = await send(team, path, rows)
    done = await send(team, path, {**DAY, **rows})
    stale = await send(team, path, {**DAY, **rows, f"punkte-{two.ada.id}": "9"})
    again = await send(
        team, path, {**DAY, **rows, f"punkte-{two.ada.id}": "9", f"vorher-{two.ada.id}": "passed|17", f"stand-{two.ada.id}": "1"}
    )  # fmt: skip
    run_page = words_of((await team.get(f"{HERE}/durchfuehrung/{two.first.id}")).text)
    async with begin.reading() as session:
        kept = (await session.scalars(select(ExamResult))).all()

    assert (too_many.status_code, no_day.status_code) == (422, 422)
    assert "von 0 bis 20" in too_many.text
    assert (done.status_code, stale.status_code, again.status_code) == (303, 409, 303)
    assert "Jetzt steht hier: bestanden, 17 von 20 Punkten." in stale.text
    assert [(one.enrolment_id, one.points) for one in kept] == [(two.ada.id, 9)]
    assert "Die Prüfung fehlt noch." in run_page


async def test_trainers_enter_the_results_of_their_run_and_find_no_other(
    client: Browser, begin: Begin, two: Parallel, house: Around
) -> None:
    await as_teacher(client, begin, two.first.trainer.person_id)
    path = f"/kursleitung/kurse/{two.first.id}/pruefung"
    without_exam = await client.get(f"/kursleitung/kurse/{two.first.id}")
    await CertificateRules(house).set_course(TEAM, course_id=two.course.id, terms=EXAM, version=0)

    with_exam = await client.get(f"/kursleitung/kurse/{two.first.id}")
    page = await client.get(path)
    other = await client.get(f"/kursleitung/kurse/{two.second.id}/pruefung")
    office = await client.get(f"{HERE}/durchfuehrung/{two.first.id}/pruefung")
    done = await send(
        client, path, {**DAY, f"ergebnis-{two.ada.id}": "failed", f"vorher-{two.ada.id}": "|", f"stand-{two.ada.id}": "0"}
    )  # fmt: skip

    assert (page.status_code, other.status_code, office.status_code, done.status_code) == (200, 404, 403, 303)
    assert (path in without_exam.text, path in with_exam.text) == (False, True)
    assert "Ada Arndt" in page.text


async def test_whoever_changes_a_rule_reads_first_whom_it_affects(
    team: Browser, two: Parallel, begin: Begin
) -> None:
    await issue(begin, two.ben)
    path = f"{HERE}/durchfuehrung/{two.first.id}/regel"
    asked = await send(team, path, {"threshold_percent": "60", "programme": "", "version": "0"})
    async with begin.reading() as session:
        before = (await session.scalars(select(RunRule))).all()
    done = await send(team, path, {"threshold_percent": "60", "programme": "", "version": "0", "sicher": "1"})
    stale = await send(
        team, path, {"threshold_percent": "70", "programme": "", "version": "0", "sicher": "1"}
    )

    said = words_of(asked.text)
    assert "1 Nachweis ist schon ausgestellt. Er bleibt, wie er ist." in said
    assert "Ada Arndt : hätte ihn erreicht." in said
    assert (before, done.status_code, stale.status_code) == ([], 303, 409)
    assert "Trotzdem meine" in stale.text or "trotzdem" in stale.text


async def test_the_rules_of_a_course_say_which_papers_there_are(
    team: Browser, two: Parallel, begin: Begin
) -> None:
    path = f"{HERE}/regeln/kurs/{two.course.id}"
    page = await team.get(path)
    nameless = await send(
        team, path, {"kinds": ["attendance", "examined"], "excused": "missed", "version": "0"}
    )
    only_leave = await send(team, path, {"kinds": ["education_leave"], "excused": "missed", "version": "0"})
    done = await send(
        team,
        path,
        {
            "kinds": ["attendance", "education_leave"], "excused": "left_out", "version": "0", "valid_months": "24",
            "leave_number": "207-53502/2026", "leave_text_de": "<b>Anerkannt</b> 😀", "sicher": "1",
        },
    )  # fmt: skip
    async with begin.reading() as session:
        rule = (await session.scalars(select(CourseRule))).one()

    assert page.status_code == 200
    assert (nameless.status_code, only_leave.status_code, done.status_code) == (422, 422, 303)
    assert (rule.kinds, rule.excused.value, rule.valid_months, rule.leave_number) == (
        ["attendance", "education_leave"],
        "left_out",
        24,
        "207-53502/2026",
    )
    assert "<b>Anerkannt" not in (await team.get(path)).text


async def test_funding_programmes_are_added_changed_ended_and_taken_away_as_a_list(
    team: Browser, begin: Begin
) -> None:
    here = f"{HERE}/foerderprogramme"
    key = str(uuid4())
    empty = await team.get(here)
    form = {
        "name": "Digital im Alter",
        "excused": "kurs",
        "threshold_percent": "75",
        "key": key,
        "version": "0",
    }
    wrong = await send(
        team, f"{here}/neu", {**form, "valid_from-day": "1", "valid_from-month": "2", "valid_from-year": "2027",
        "valid_until-day": "1", "valid_until-month": "1", "valid_until-year": "2027"},
    )  # fmt: skip
    added = [await send(team, f"{here}/neu", form) for _ in range(2)]
    taken = await send(team, f"{here}/neu", {**form, "key": str(uuid4())})
    changed = await send(team, f"{here}/{key}", {**form, "threshold_percent": "70", "version": "1"})
    table = await team.get(f"{here}/liste.csv")
    ended = await send(team, f"{here}/{key}/beenden", {})
    async with begin.reading() as session:
        one = (await session.scalars(select(FundingProgramme))).one()

    assert "Es gibt noch kein Förderprogramm." in empty.text
    assert [answer.status_code for answer in (wrong, *added, taken, changed, ended)] == [
        422, 303, 303, 409, 303, 303,
    ]  # fmt: skip
    assert "Digital im Alter;70;Wie im Kurs." in table.content.decode("utf-8-sig")
    assert (one.threshold_percent, one.retired_at is not None) == (70, True)


async def test_learners_read_in_their_course_what_is_missing_or_that_it_is_on_its_way(
    client: Browser, begin: Begin, two: Parallel, house: Around
) -> None:
    async with begin.reading() as session:
        ben = await session.get_one(Person, two.ben.person_id)
        cem = await session.get_one(Person, two.cem.person_id)
    await let_in(client, begin, await make_account(begin, Identity.LEARNER, person=ben, is_known=True))
    missing = words_of((await client.get(f"/meine-kurse/{two.ben.id}")).text)
    client.cookies.clear()
    await let_in(client, begin, await make_account(begin, Identity.LEARNER, person=cem, is_known=True))
    earned = words_of((await client.get(f"/meine-kurse/{two.cem.id}")).text)

    assert "Sie waren an 2 von 5 Terminen da. Für den Nachweis brauchen Sie 4." in missing
    assert "Der Nachweis ist auf dem Weg." in earned


async def test_after_the_certificate_is_issued_its_result_is_shown_and_not_changed(
    team: Browser, two: Parallel, begin: Begin, house: Around
) -> None:
    await CertificateRules(house).set_course(TEAM, course_id=two.course.id, terms=EXAM, version=0)
    result = NewResult(two.ada.id, ExamOutcome.PASSED, date(2026, 11, 20), 17, 20)
    await Exams(house).enter(TEAM, run_id=two.first.id, results=[result])
    await issue(begin, two.ada)

    page = await team.get(f"{HERE}/durchfuehrung/{two.first.id}/pruefung")
    forced = await send(
        team,
        f"{HERE}/durchfuehrung/{two.first.id}/pruefung",
        {
            **DAY,
            f"ergebnis-{two.ada.id}": "failed",
            f"vorher-{two.ada.id}": "passed|17",
            f"stand-{two.ada.id}": "1",
        },
    )
    async with begin.reading() as session:
        ada = await candidate_of(session, two.ada.id)

    assert f"ergebnis-{two.ada.id}" not in page.text
    assert "17 von 20 Punkten" in page.text
    assert forced.status_code == 303
    assert ada.exam is not None
    assert ada.exam.passed
