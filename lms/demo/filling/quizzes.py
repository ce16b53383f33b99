"""A quiz in the spreadsheet course that a class has taken: figures to look at, and two texts that wait for points."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from content.quiz.answers import Answer, Chosen, Ordered, Written
from content.quiz.drawing import Drawn, draw
from content.quiz.marking import right_answer
from content.quiz.questions import (
    Choice,
    FreeText,
    Item,
    Number,
    Ordering,
    Pool,
    Quiz,
    SingleChoice,
    TrueFalse,
)
from lms.catalogue.models import Course, Run
from lms.demo.filling.ground import Ground
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.learning.models import Chapter, Edition, EditionLesson, Lesson, LessonKind, Outline
from lms.quizzes.models import Attempt, AttemptAnswer, HandMark, QuizExtension
from lms.quizzes.reading import Taken

RUN = "4005"
PUBLISHED_AGO, TAKEN_AGO = timedelta(days=60), timedelta(days=2)
WAITING = 2
READ = """In einer Zelle steht ein Wert oder eine Formel. Eine Formel beginnt mit einem Gleichheitszeichen.

## Zellen zusammenzählen

`=SUMME(A1:A5)` zählt fünf Zellen zusammen.

## Prozente

19 Prozent von 200 Euro sind 38 Euro.
"""
TEXTS = (
    "Ich markiere die Spalte und wähle Summe.",
    "Erst schreibe ich =SUMME( und dann ziehe ich über die Zellen.",
    "Mit dem Taschenrechner nachrechnen.",
)


def the_quiz(lesson: UUID) -> Quiz:
    """Five questions about spreadsheets; `lesson` is where they are explained."""
    where: dict[str, Any] = {"lesson": str(lesson)}
    questions = (
        SingleChoice(
            key="formel", text="Womit beginnt eine Formel?", **where,
            choices=(
                Choice(key="gleich", text="Mit einem Gleichheitszeichen", is_right=True),
                Choice(key="summe", text="Mit dem Wort SUMME", feedback="Davor fehlt noch ein Zeichen."),
                Choice(key="plus", text="Mit einem Pluszeichen"),
                Choice(key="nichts", text="Mit einem Leerzeichen"),
            ),
        ),
        TrueFalse(
            key="bezug", text="Ändert sich ein Wert, rechnet die Formel von selbst neu.", is_true=True,
            feedback="Darum schreiben wir Zellnamen in Formeln und keine Zahlen.", **where,
        ),
        Ordering(
            key="reihe", text="So zählen Sie Zellen zusammen.", **where,
            items=(
                Item(key="1", text="Zelle anklicken, in der das Ergebnis stehen soll"),
                Item(key="2", text="=SUMME( schreiben"),
                Item(key="3", text="Mit der Maus über die Zellen ziehen"),
                Item(key="4", text="Klammer schließen und Enter drücken"),
            ),
        ),
        Number(
            key="prozent", text="Wie viel sind 19 Prozent von 200 Euro?", value=Decimal(38), unit="Euro",
            place="text-prozente", **where,
        ),
        FreeText(
            key="text", text="Wie prüfen Sie, ob eine Summe stimmt?", points=3, most_words=80,
            guidance="Ein Punkt je Weg: überschlagen, markieren und unten ablesen, andere Formel.", **where,
        ),
    )  # fmt: skip
    return Quiz(
        pools=(Pool(key="1", questions=questions),), pass_percent=60, attempts=3,
        introduction="Nehmen Sie sich Zeit. Sie dürfen im Programm nachsehen.",
    )  # fmt: skip


async def fill_quizzes(ground: Ground) -> None:
    """The lessons, one edition of them, and an attempt of everybody with a place."""
    session, then = ground.session, ground.now - PUBLISHED_AGO
    run, course = (
        await session.execute(
            select(Run, Course).join(Course, Course.id == Run.course_id).where(Run.number == RUN)
        )
    ).one()
    outline = Outline(id=ground.key(), course_id=course.id, changed_at=then)
    chapter = Chapter(id=ground.key(), outline_id=outline.id, title="Rechnen mit Formeln", position=0)
    reading = Lesson(
        id=ground.key(), chapter_id=chapter.id, kind=LessonKind.TEXT, title="Die erste Formel", position=0,
        changed_at=then, text=READ, minutes=10,
    )  # fmt: skip
    quiz = the_quiz(reading.id)
    lesson = Lesson(
        id=ground.key(), chapter_id=chapter.id, kind=LessonKind.QUIZ, title="Was wissen Sie über Formeln?",
        position=1, changed_at=then, minutes=10, body={"quiz": msgspec.json.decode(msgspec.json.encode(quiz))},
    )  # fmt: skip
    edition = Edition(id=ground.key(), course_id=course.id, number=1, published_at=then)
    outline.next_number = 2
    published = [_published(ground, edition, one, chapter) for one in (reading, lesson)]
    for rows in ([outline, edition], [chapter], [reading, lesson, *published]):
        session.add_all(rows)
        await session.flush()
    enrolments = await session.scalars(
        select(Enrolment)
        .where(Enrolment.run_id == run.id, Enrolment.state == EnrolmentState.CONFIRMED)
        .order_by(Enrolment.reference)
    )
    people = enrolments.all()
    for number, enrolment in enumerate(people):
        await _take(ground, enrolment.id, published[1], quiz, number)
    if people:
        session.add(
            QuizExtension(
                id=ground.key(), enrolment_id=people[0].id, lesson_id=lesson.id, granted_at=then,
                extra_attempts=1, reason="Beim letzten Mal fiel der Strom aus.",
            )
        )  # fmt: skip
    await session.flush()


def _published(ground: Ground, edition: Edition, lesson: Lesson, chapter: Chapter) -> EditionLesson:
    return EditionLesson(
        id=ground.key(), edition_id=edition.id, lesson_id=lesson.id, position=lesson.position + 1,
        chapter=chapter.title, kind=lesson.kind, title=lesson.title, text=lesson.text, body=lesson.body,
        minutes=lesson.minutes,
    )  # fmt: skip


async def _take(ground: Ground, enrolment_id: UUID, lesson: EditionLesson, quiz: Quiz, number: int) -> None:
    """One attempt. Those who come late in the list know more; the first few texts have no points yet."""
    at, seed = ground.now - TAKEN_AGO + timedelta(minutes=7 * number), f"{number:032x}"
    sheet = draw(quiz, seed)
    answers = {
        one.question.key: answer
        for place, one in enumerate(sheet.questions)
        if (answer := _answer(one, number, knows=(number * 5 + place * 3) % 11 < 4 + number // 2)) is not None
    }
    attempt = Attempt(
        id=ground.key(), enrolment_id=enrolment_id, lesson_id=lesson.lesson_id, edition_lesson_id=lesson.id,
        number=1, seed=seed, plan=msgspec.to_builtins(sheet.plan), started_at=at - timedelta(minutes=9),
        out_of=sheet.out_of, submitted_at=at,
    )  # fmt: skip
    marks = {}
    if number >= WAITING and "text" in answers:
        mark = HandMark(
            attempt_id=attempt.id, question="text", points=Fraction(number % 4), marked_at=ground.now
        )
        marks["text"] = mark
    result = Taken(attempt, quiz, answers, marks).result
    attempt.points, attempt.passed, attempt.is_open = result.points, result.passed, result.is_open
    await ground.put([attempt])
    rows: list[Any] = [
        AttemptAnswer(attempt_id=attempt.id, question=key, answer=msgspec.to_builtins(one), saved_at=at)
        for key, one in answers.items()
    ]
    await ground.put([*rows, *marks.values()])


def _answer(drawn: Drawn, number: int, *, knows: bool) -> Answer | None:
    question = drawn.question
    if isinstance(question, FreeText):
        return Written(text=TEXTS[number % len(TEXTS)])
    if knows:
        return right_answer(question)
    match question:
        case SingleChoice():
            wrong = [one.key for one in question.choices if not one.is_right]
            return Chosen(keys=(wrong[number % 2],))
        case Ordering():
            return Ordered(keys=tuple(reversed([one.key for one in question.items])))
        case Number():
            return Written(text="19")
        case _:
            return Chosen(keys=("false",))
