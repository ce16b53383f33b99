"""Asked twice: after the first session, while something can still be changed, and after the last."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import Run
from lms.enrolment.models import Enrolment
from lms.kernel.errors import Forbidden, Stale
from lms.kernel.rights import Identity
from lms.scheduling.models import Session
from lms.surveys.answering import Answers, link_of
from lms.surveys.errors import HasAnother
from lms.surveys.keeping import Questionnaires
from lms.surveys.models import FeedbackChange, Occasion, Questionnaire, Survey
from lms.surveys.publishing import FeedbackChanges, changes_beside
from lms.surveys.results import asked_of, units
from lms.surveys.rhythm import SurveyRhythm
from lms.surveys.rules import OPEN_WHILE_IT_RUNS
from lms.web.module import Around
from tests.making import MOMENT, FixedClock, staff
from tests.surveys.scene import PLANNER, Centre, make_centre
from tests.visiting import Browser, send, sign_in

FIRST = Occasion.FIRST_SESSION


@pytest.fixture
async def centre(house: Around, clock: FixedClock) -> Centre:
    return await make_centre(house, clock)


async def use_first(centre: Centre, *, since: timedelta = timedelta(days=30)) -> None:
    """A questionnaire for the first session of every course."""
    key = uuid4()
    await Questionnaires(centre.house).create(PLANNER, questionnaire_id=key, title="Anfang", occasion=FIRST)
    async with centre.house.begin() as session:
        row = await session.get_one(Questionnaire, key)
        row.used_since, row.for_all = MOMENT - since, True


async def under_way(centre: Centre, size: int) -> tuple[Run, list[Enrolment]]:
    """A run whose first session was over an hour ago and whose second is next week."""
    run, places = await centre.ended(size)
    now = centre.clock()
    async with centre.house.begin() as session:
        row = await session.get_one(Run, run.id)
        row.starts_at, row.ends_at, row.session_count = now - timedelta(hours=3), now + timedelta(days=7), 2
        for start in (now - timedelta(hours=3), now + timedelta(days=7, hours=-2)):
            session.add(
                Session(run_id=run.id, starts_at=start, ends_at=start + timedelta(hours=2), changed_at=MOMENT)
            )
    return run, places


async def surveys_of(centre: Centre, run: Run) -> dict[Occasion, Survey]:
    async with centre.house.begin.reading() as session:
        found = await session.scalars(select(Survey).where(Survey.run_id == run.id))
        return {one.occasion: one for one in found}


async def test_a_run_is_asked_about_after_its_first_and_after_its_last_session(centre: Centre) -> None:
    await use_first(centre)
    run, places = await under_way(centre, 2)
    rhythm = SurveyRhythm(centre.house)
    await rhythm.open_due()
    await rhythm.open_due()

    opened = await surveys_of(centre, run)
    assert set(opened) == {FIRST}
    assert opened[FIRST].closes_at == centre.clock() + OPEN_WHILE_IT_RUNS
    await _answer(centre, places[0], FIRST, expected="yes")
    centre.clock.forward(days=8)
    await rhythm.open_due()

    both = await surveys_of(centre, run)
    assert set(both) == set(Occasion)
    assert await _answer(centre, places[0], Occasion.LAST_SESSION, overall="5")
    assert not await _answer(centre, places[0], FIRST, expected="no")


async def test_a_run_of_one_session_is_asked_about_once(centre: Centre) -> None:
    await use_first(centre)
    run, _ = await centre.ended(3)

    await SurveyRhythm(centre.house).open_due()

    assert set(await surveys_of(centre, run)) == {Occasion.LAST_SESSION}


async def test_a_club_is_asked_neither_at_its_next_date_nor_when_its_known_dates_have_run_out(
    centre: Centre,
) -> None:
    await use_first(centre)
    run, _ = await under_way(centre, 6)
    async with centre.house.begin() as session:
        (await session.get_one(Run, run.id)).is_open_ended = True
    await SurveyRhythm(centre.house).open_due()
    async with centre.house.begin() as session:
        (await session.get_one(Run, run.id)).ends_at = centre.clock() - timedelta(hours=1)

    await SurveyRhythm(centre.house).open_due()

    assert await surveys_of(centre, run) == {}


async def test_nobody_is_reminded_of_the_questions_after_the_first_session(centre: Centre) -> None:
    await use_first(centre)
    run, _ = await under_way(centre, 2)
    rhythm = SurveyRhythm(centre.house)
    await rhythm.open_due()
    centre.clock.forward(days=7, hours=1)

    await rhythm.remind_due()

    assert (await surveys_of(centre, run))[FIRST].reminded_at is None


async def test_answers_of_both_occasions_are_never_counted_together(centre: Centre) -> None:
    await use_first(centre)
    rhythm = SurveyRhythm(centre.house)
    for _ in range(2):
        _, places = await under_way(centre, 3)
        await rhythm.open_due()
        for place in places:
            await _answer(centre, place, FIRST, expected="yes", pace="1")
    centre.clock.forward(days=11)
    await rhythm.close_due()

    async with centre.house.begin.reading() as session:
        found = await units(session)
    assert [(one.occasion, one.sheets) for one in found] == [(FIRST, 6)]


async def test_a_course_has_one_questionnaire_for_each_occasion(centre: Centre) -> None:
    await use_first(centre)
    questionnaires, key = Questionnaires(centre.house), uuid4()
    await questionnaires.create(PLANNER, questionnaire_id=key, title="Noch eins", occasion=FIRST)

    with pytest.raises(HasAnother):
        await questionnaires.use(
            PLANNER, questionnaire_id=key, title="Noch eins", for_all=True, course_ids=[], version=1
        )
    await questionnaires.use(
        PLANNER,
        questionnaire_id=key,
        title="Noch eins",
        for_all=False,
        course_ids=[centre.course.id],
        version=1,
    )


async def test_what_was_changed_is_read_beside_the_course_until_it_is_taken_back(
    centre: Centre, client: Browser
) -> None:
    await centre.ended(1)
    changes, key = FeedbackChanges(centre.house), uuid4()
    said, changed = ("<b>Zu laut</b>", ""), ("Jetzt im ruhigen Raum", "In the quiet room now")
    for _ in range(2):
        await changes.publish(PLANNER, change_id=key, course_id=centre.course.id, said=said, changed=changed)
    page = (await client.get(f"/kurse/{centre.course.slug}")).text
    assert ("&lt;b&gt;Zu laut&lt;/b&gt;" in page, page.count("Jetzt im ruhigen Raum")) == (True, 1)
    english = (await client.get(f"/en/kurse/{centre.course.slug}")).text
    assert ("In the quiet room now" in english, 'lang="de">&lt;b&gt;' in english) == (True, True)

    with pytest.raises(Stale):
        await changes.rewrite(PLANNER, change_id=key, said=said, changed=changed, version=7)
    with pytest.raises(Forbidden):
        await changes.withdraw(staff(Identity.FINANCE), change_id=key, is_shown=False)
    await changes.withdraw(PLANNER, change_id=key, is_shown=False)

    assert "Jetzt im ruhigen Raum" not in (await client.get(f"/kurse/{centre.course.slug}")).text
    async with centre.house.begin.reading() as session:
        assert not await changes_beside(session, centre.course.id, centre.clock())
        assert (await session.scalars(select(FeedbackChange))).one().version == 2


async def test_the_team_publishes_a_change_by_hand(centre: Centre, client: Browser) -> None:
    await sign_in(client, centre.house.begin, Identity.PROGRAMME)
    path = "/verwaltung/umfragen/aenderungen"
    empty = await client.get(path)
    form = await client.get(f"{path}/neu")
    refused = await send(client, f"{path}/neu", {"course": str(centre.course.id), "said_de": "x" * 600})
    sent = {
        "course": str(centre.course.id),
        "said_de": "Zu schnell",
        "changed_de": "Langsamer",
        "key": str(uuid4()),
    }
    done = [await send(client, f"{path}/neu", sent) for _ in range(2)]
    listed = await client.get(path)

    assert (empty.status_code, form.status_code, refused.status_code) == (200, 200, 422)
    assert [one.status_code for one in done] == [303, 303]
    assert listed.text.count("Langsamer") == 1
    assert "Langsamer" in (await client.get(f"{path}/liste.csv")).text


async def test_the_questions_of_both_occasions_stand_under_my_courses(centre: Centre) -> None:
    await use_first(centre)
    _, places = await under_way(centre, 1)
    await SurveyRhythm(centre.house).open_due()
    learner = replace(staff(Identity.LEARNER), person_id=places[0].person_id)

    async with centre.house.begin.reading() as session:
        asked = await asked_of(session, learner, centre.clock())

    assert [one.path for one in asked] == [f"/meine-kurse/{places[0].id}/umfrage/erster-termin"]


async def _answer(centre: Centre, place: Enrolment, occasion: Occasion, **given: str) -> bool:
    token = link_of(centre.house.signer, place, occasion).rsplit("/", 1)[1]
    return await Answers(centre.house).answer(enrolment_id=place.id, token=token, given=given)
