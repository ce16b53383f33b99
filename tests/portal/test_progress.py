"""Who may need help: reasons in words for those who teach the run, hidden from everybody else."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from lms.attendance.models import Presence
from lms.attendance.service import Mark, Register
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.learning.models import LessonKind
from lms.learning.progress import write_progress
from lms.portal.progress.rules import Facts, Reason, reasons
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.learning.published import an_edition, did
from tests.making import MOMENT, FixedClock
from tests.office import TEAM, Office, counted, open_office, words_of
from tests.visiting import Browser, another_browser, assert_same_as_missing, sign_in

A, E, P = Presence.ABSENT, Presence.EXCUSED, Presence.PRESENT
AGO = MOMENT - timedelta(days=14)


@pytest.mark.parametrize(
    ("facts", "has_begun", "expected"),
    [
        pytest.param(Facts(None, 3), True, [Reason.NOT_BEGUN], id="has not begun"),
        pytest.param(Facts(None, 3), False, [], id="the run has not begun either"),
        pytest.param(Facts(None, 0), True, [], id="nothing is open"),
        pytest.param(Facts(AGO, 1), True, [Reason.STUCK], id="two weeks of nothing"),
        pytest.param(Facts(AGO + timedelta(seconds=1), 1), True, [], id="a moment less"),
        pytest.param(Facts(AGO, 0), True, [], id="everything open is done"),
        pytest.param(Facts(MOMENT, 1, [P, A, A]), True, [Reason.ABSENT], id="absent twice in a row"),
        pytest.param(Facts(MOMENT, 1, [A, P, A]), True, [], id="twice, but not in a row"),
        pytest.param(Facts(MOMENT, 1, [A, E]), True, [], id="excused is not absent"),
        pytest.param(Facts(MOMENT, 1, [A]), True, [], id="once"),
        pytest.param(Facts(None, 1, [A, A], 1), True, [Reason.CALLS, Reason.ABSENT, Reason.NOT_BEGUN], id="everything at once"),
    ],
)  # fmt: skip
def test_who_may_need_help(facts: Facts, has_begun: bool, expected: list[Reason]) -> None:  # noqa: FBT001
    assert reasons(facts, has_begun=has_begun, stuck_days=14, now=MOMENT) == expected


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


async def marked(house: Around, run_id: object, enrolment_id: object, marks: Sequence[Presence]) -> None:
    async with house.begin.reading() as session:
        meetings = (
            await session.scalars(select(Session).where(Session.run_id == run_id).order_by(Session.starts_at))
        ).all()
    for meeting, mark in zip(meetings, marks, strict=False):
        await Register(house).mark(TEAM, session_id=meeting.id, marks=[Mark(enrolment_id, mark)])  # type: ignore[arg-type]


async def test_the_overview_says_why_and_leads_to_a_message(
    client: Browser, begin: Begin, house: Around, clock: FixedClock, office: Office
) -> None:
    run = await office.run(first_day=date(2026, 12, 8), at=time(10), sessions=4)
    ada, ben, cem = [
        (await office.enrol(run, name, "Berg <b>&</b> \u202eSohn")).enrolments[0].id
        for name in ("Ada", "Ben", "Cem")
    ]
    _, [first, second] = await an_edition(
        begin, office.course.id, ("Einschalten", LessonKind.TEXT), ("Test", LessonKind.QUIZ)
    )
    began = datetime(2026, 12, 8, 12, tzinfo=MOMENT.tzinfo)
    await did(begin, ada, first, second, at=began)
    async with begin() as session:
        await write_progress(session, enrolment_id=ben, lesson_id=first.lesson_id, now=began)
    clock.moment = datetime(2026, 12, 28, 12, tzinfo=MOMENT.tzinfo)
    await marked(house, run.id, cem, [A, A])
    path = f"/kursleitung/kurse/{run.id}/fortschritt"
    await sign_in(client, begin, Identity.TRAINER, person=office.trainer, is_known=True, at=clock())

    with counted() as for_three:
        answer = await client.get(path)
    page = words_of(answer.text)
    only = words_of((await client.get(path + "?grund=fehlt")).text)
    await client.get(path + "?grund=%00%F0%9F%A6%8A")
    for name in ("Dora", "Emil", "Fritz", "Gerd"):
        await office.enrol(run, name, "Berg")
    with counted() as for_seven:
        await client.get(path)

    assert "Seit 20 Tagen nichts Neues." in page
    assert "Hat an den letzten 2 Terminen unentschuldigt gefehlt." in page
    assert "Hat noch keine Lektion begonnen." in page
    assert "Einschalten 1 von 3" in page
    assert "Sie sehen, wer welche Lektionen erledigt hat, nie, wie lange es gedauert hat." in page
    assert "<b>&</b>" not in answer.text
    assert f"/kursleitung/kurse/{run.id}/nachrichten/neu?an=one&amp;person={cem}" in answer.text
    assert "Seit 20 Tagen" not in only
    assert len(for_seven) == len(for_three)
    write = await client.get(f"/kursleitung/kurse/{run.id}/nachrichten/neu?an=one&person={cem}")
    assert write.status_code == 200


async def test_nobody_else_sees_it(client: Browser, begin: Begin, house: Around, office: Office) -> None:
    run = await office.run()
    missing = f"/kursleitung/kurse/{office.course.id}/fortschritt"
    path = f"/kursleitung/kurse/{run.id}/fortschritt"
    colleague, registrar = another_browser(client), another_browser(client)
    await sign_in(client, begin)
    await sign_in(colleague, begin, Identity.TRAINER)
    await sign_in(registrar, begin, Identity.CERTIFICATES, Identity.PROGRAMME, Identity.ENROLMENT)

    learner, team = await client.get(path), await registrar.get(path)

    await assert_same_as_missing(colleague, path, missing)
    assert (learner.status_code, team.status_code) == (403, 403)
