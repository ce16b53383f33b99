"""A course as a value becomes rows: what comes with it besides chapters and lessons."""

from pathlib import Path

from sqlalchemy import select

from content.course import Chapter, CourseContent, File, QuizLesson, Text
from content.quiz.questions import HotSpots, Pool, Quiz
from lms.db import Begin
from lms.learning.bringing_in import bring_in
from lms.learning.contents.writing import outline_for
from lms.learning.models import LessonFile
from lms.web.files.store import Kept
from tests.making import BOTH, MOMENT
from tests.teaching.scene import make_class

pytestmark = BOTH


async def test_pictures_that_lessons_and_questions_describe_come_with_their_description(
    begin: Begin, tmp_path: Path
) -> None:
    course = (await make_class(begin)).course
    text = Text("t", "Text", '![Ein *roter*\nKnopf](a.png "Unten")\n\n![](b.png)\n\n![Später](a.png)\n')
    spots = HotSpots(key="h", text="Wo?", picture="c.png", alt="Ein Fenster", spots=())
    quiz = QuizLesson("q", "Quiz", Quiz(pools=(Pool(key="p", questions=(spots,)),)))
    files = [File(f"{name}.png", tmp_path / name, "image/png") for name in "abc"]
    async with begin() as session:
        await bring_in(
            session, await outline_for(session, course.id, MOMENT),
            CourseContent("Kurs", [Chapter("Eins", [text, quiz])], files=files),
            kept={one.name: Kept(one.name, 1, one.media_type) for one in files},
            packages={}, now=MOMENT, account_id=None,
        )  # fmt: skip
    async with begin.reading() as session:
        found = {one.name: one.alt for one in await session.scalars(select(LessonFile))}

    assert found == {"a.png": "Ein roter Knopf", "b.png": "", "c.png": "Ein Fenster"}
