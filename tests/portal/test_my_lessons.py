"""*Meine Kurse* leads to the next lesson, and finished courses stay readable as long as the centre says."""

from datetime import timedelta
from uuid import uuid4

import pytest

from lms.catalogue.models import Course
from lms.db import Begin
from lms.kernel.errors import NotFound
from lms.learning.models import EditionLesson, LessonKind, Release
from lms.learning.queries import place_of
from lms.learning.rules import readable_until
from tests.enrolment.places import offered_run
from tests.learning.published import a_place, an_edition, did
from tests.making import MOMENT, FixedClock, learner, make_person, make_run
from tests.office import counted, words_of
from tests.visiting import Browser, sign_in


async def opened_later(begin: Begin, run_id: object, lesson: EditionLesson) -> None:
    async with begin() as session:
        session.add(Release(run_id=run_id, lesson_id=lesson.lesson_id, from_at=MOMENT + timedelta(days=5)))  # type: ignore[arg-type]


async def test_what_is_due_stands_on_the_page(client: Browser, begin: Begin) -> None:
    ada = make_person()
    run = await offered_run(begin, starts_at=MOMENT - timedelta(days=5), ends_at=MOMENT + timedelta(days=9))
    _, [first, second, quiz, last] = await an_edition(
        begin, run.course_id, ("Einschalten", LessonKind.TEXT), ("Fotos <i>", LessonKind.PRACTICE),
        ("Was wissen Sie?", LessonKind.QUIZ), ("Zum Schluss", LessonKind.TEXT),
    )  # fmt: skip
    mine = await a_place(begin, run.id, ada)
    await did(begin, mine.id, first)
    await opened_later(begin, run.id, last)
    await sign_in(client, begin, person=ada, is_known=True)

    with counted() as for_one:
        answer = await client.get("/meine-kurse")
    page, course = words_of(answer.text), await client.get(f"/meine-kurse/{mine.id}")
    for number in range(4):
        async with begin() as session:
            known = await session.get_one(Course, run.course_id)
            other = make_run(
                known, number=f"F-{number}", starts_at=MOMENT, ends_at=MOMENT + timedelta(days=9)
            )
            session.add(other)
        await a_place(begin, other.id, ada)
    with counted() as for_five:
        await client.get("/meine-kurse")

    assert "Hier geht es weiter" in page
    assert "1 von 4 Lektionen ist" not in page
    assert "1 von 4 Lektionen sind erledigt." in page
    assert "Nächste Lektion: Fotos" in page
    assert "Offenes Quiz: Was wissen Sie?" in page
    assert "„Zum Schluss“ öffnet am Mittwoch, 9. Dezember 2026" in page
    assert f"/meine-kurse/{mine.id}/uebungen/{second.lesson_id}" in answer.text
    assert f"/meine-kurse/{mine.id}/quiz/{quiz.lesson_id}" in answer.text
    assert "Ihre Kursleitung sieht, welche Lektionen Sie erledigt haben" in words_of(course.text)
    assert len(for_five) == len(for_one)


async def test_lessons_of_a_finished_course_close_when_the_centre_says(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    ada = make_person()
    ended = MOMENT - timedelta(days=1)
    run = await offered_run(begin, starts_at=MOMENT - timedelta(days=30), ends_at=ended)
    await an_edition(begin, run.course_id, ("Einschalten", LessonKind.TEXT))
    mine = await a_place(begin, run.id, ada)
    await sign_in(client, begin, person=ada, is_known=True)

    page = words_of((await client.get("/meine-kurse")).text)
    last = readable_until(ended, 365)
    assert last is not None
    async with begin.reading() as session:
        place = await place_of(session, learner(ada), mine.id, last - timedelta(seconds=1))
        with pytest.raises(NotFound):
            await place_of(session, learner(ada), mine.id, last)
        with pytest.raises(NotFound):
            await place_of(session, learner(ada), uuid4(), MOMENT)

    assert "Lektionen noch einmal lesen" in page
    assert "(bis 3. Dezember 2027)" in page.replace("( ", "(").replace(" )", ")")
    assert len(place.lessons) == 1
