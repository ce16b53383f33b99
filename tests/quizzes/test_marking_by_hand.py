"""What trainers do with what learners handed in: points for texts, more time, and what the answers say."""

import asyncio
from fractions import Fraction
from itertools import count
from uuid import UUID, uuid4

import msgspec
import pytest
from httpx import AsyncClient
from sqlalchemy import select

from content.quiz.answers import Answer, Chosen, Written
from content.quiz.drawing import draw
from content.quiz.questions import FreeText, Pool, Quiz
from lms.audit.models import AuditEntry
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.kernel.errors import Forbidden, NotFound, Stale
from lms.kernel.rights import Identity
from lms.learning.models import Edition, EditionLesson, LessonKind
from lms.quizzes.by_hand.queue import texts_of
from lms.quizzes.by_hand.service import HandMarking, TooManyPoints
from lms.quizzes.explaining import explained
from lms.quizzes.extensions.service import Extensions
from lms.quizzes.models import Attempt, AttemptAnswer, QuizExtension
from lms.quizzes.reading import taken
from lms.quizzes.statistics.reckoning import Report, report
from lms.quizzes.taught import attempts_in, everything_taken
from lms.web.module import Around
from tests.making import BOTH, MOMENT, make_person, staff
from tests.office import words_of
from tests.quizzes.writing import Desk, choice_question, open_desk
from tests.visiting import assert_same_as_missing, send, sign_in

pytestmark = BOTH
PLACES = count(1)
FREE = FreeText(
    key="f", text="Was tun Sie nach so einem Anruf?", points=4, guidance="Auflegen, Bank anrufen."
)


class Class:
    """A run with learners who hand quizzes in."""

    def __init__(self, desk: Desk, edition: EditionLesson, quiz: Quiz) -> None:
        self.desk, self.lesson, self.quiz = desk, edition, quiz

    async def learner(self, name: str, **answers: Answer) -> Attempt:
        """Somebody who has answered these questions and handed it in; with a text it waits for points."""
        person = make_person(name, "Beispiel", email=f"{uuid4().hex}@example.com")
        sheet = draw(self.quiz, name)
        async with self.desk.house.begin() as session:
            session.add(person)
            await session.flush()
            party = Party(run_id=self.desk.run.id, position=next(PLACES), size=1, joined_at=MOMENT)
            session.add(party)
            await session.flush()
            enrolment = Enrolment(
                run_id=self.desk.run.id, party_id=party.id, reference=uuid4().hex[:8], person_id=person.id,
                state=EnrolmentState.CONFIRMED, created_at=MOMENT, changed_at=MOMENT, way=EntryWay.PHONE,
            )  # fmt: skip
            session.add(enrolment)
            await session.flush()
            attempt = Attempt(
                enrolment_id=enrolment.id, lesson_id=self.desk.lesson.id, edition_lesson_id=self.lesson.id,
                number=1, seed=name, plan=msgspec.to_builtins(sheet.plan), started_at=MOMENT,
                out_of=sheet.out_of, submitted_at=MOMENT, is_open="f" in answers,
            )  # fmt: skip
            session.add(attempt)
            await session.flush()
            session.add_all(
                AttemptAnswer(
                    attempt_id=attempt.id, question=key, answer=msgspec.to_builtins(one), saved_at=MOMENT
                )
                for key, one in answers.items()
            )
        return attempt

    async def stored(self, attempt: Attempt) -> Attempt:
        """The attempt as it is now."""
        async with self.desk.house.begin.reading() as session:
            return await session.get_one(Attempt, attempt.id)


@pytest.fixture
async def room(house: Around) -> Class:
    questions = (choice_question("a", shuffle=False), FREE)
    quiz = Quiz(pools=(Pool(key="1", questions=questions),), minutes=20, shuffle=False)
    desk = await open_desk(house, *quiz.questions, shuffle=False)
    edition = Edition(course_id=desk.course.id, number=1, published_at=MOMENT)
    lesson = EditionLesson(
        edition_id=edition.id, lesson_id=desk.lesson.id, position=1, chapter="Sicher", kind=LessonKind.QUIZ,
        title="Was wissen Sie?", body={"quiz": msgspec.json.decode(msgspec.json.encode(quiz))},
    )  # fmt: skip
    async with house.begin() as session:
        session.add(edition)
        await session.flush()
        session.add(lesson)
    return Class(desk, lesson, quiz)


def right() -> Answer:
    return Chosen(keys=("n",))


async def mark(
    room: Class, attempt: Attempt, points: int | Fraction, note: str = "", version: int = 0
) -> bool:
    return await HandMarking(room.desk.house).mark(
        room.desk.actor, run_id=room.desk.run.id, attempt_id=attempt.id, question="f", points=Fraction(points),
        note=note, version=version,
    )  # fmt: skip


async def test_points_decide_and_a_second_look_can_change_them(room: Class) -> None:
    attempt = await room.learner("Ada", a=right(), f=Written(text="Auflegen"))

    assert await mark(room, attempt, Fraction(3, 2), "Es fehlt etwas.")
    first = await room.stored(attempt)
    assert await mark(room, attempt, Fraction(3, 2), "Es fehlt etwas.")  # sent twice
    await mark(room, attempt, 3, "Doch gut.", version=1)
    second = await room.stored(attempt)

    assert (first.points, first.passed, first.is_open) == (Fraction(5, 2), False, False)
    assert (second.points, second.passed) == (Fraction(4), True)
    with pytest.raises(Stale):
        await mark(room, attempt, 0, version=1)
    with pytest.raises(TooManyPoints):
        await mark(room, attempt, 5, version=2)


async def test_two_who_mark_at_once_do_not_overwrite_each_other(room: Class) -> None:
    attempt = await room.learner("Ada", f=Written(text="Auflegen"))

    came = await asyncio.gather(mark(room, attempt, 1), mark(room, attempt, 4), return_exceptions=True)

    assert sorted(type(one).__name__ for one in came) == ["Stale", "bool"]


async def test_only_the_trainers_of_the_run_mark(room: Class) -> None:
    attempt = await room.learner("Ada", f=Written(text="Auflegen"))
    stranger = (await open_desk(room.desk.house)).actor
    marking = HandMarking(room.desk.house)

    for actor, refusal in ((stranger, NotFound), (staff(Identity.PROGRAMME), Forbidden)):
        with pytest.raises(refusal):
            await marking.mark(
                actor, run_id=room.desk.run.id, attempt_id=attempt.id, question="f", points=Fraction(1), note="",
                version=0,
            )  # fmt: skip


async def test_more_time_counts_at_once_and_its_reason_stays_out_of_the_trail(room: Class) -> None:
    attempt = await room.learner("Ada")
    async with room.desk.house.begin() as session:
        (await session.get_one(Attempt, attempt.id)).submitted_at = None
    grant = {
        "run_id": room.desk.run.id, "lesson_id": room.desk.lesson.id, "enrolment_id": attempt.enrolment_id,
        "extra_minutes": 10, "extra_attempts": 1, "reason": "Braucht länger zum Lesen",
    }  # fmt: skip
    extensions = Extensions(room.desk.house)

    await extensions.grant(room.desk.actor, **grant, version=0)  # type: ignore[arg-type]
    await extensions.grant(room.desk.actor, **grant, version=0)  # type: ignore[arg-type]

    now = await room.stored(attempt)
    assert now.deadline is not None
    assert (now.deadline - MOMENT).total_seconds() == 30 * 60
    with pytest.raises(Stale):
        await extensions.grant(room.desk.actor, **{**grant, "extra_minutes": 5}, version=0)  # type: ignore[arg-type]
    async with room.desk.house.begin.reading() as session:
        [row] = (await session.scalars(select(QuizExtension))).all()
        entries = (
            await session.scalars(select(AuditEntry).where(AuditEntry.action == "quiz.extended"))
        ).all()
    assert row.version == 1
    assert [one.after for one in entries] == [
        {"lesson": str(room.desk.lesson.id), "minutes": 10, "attempts": 1}
    ]


async def figures(room: Class) -> Report:
    async with room.desk.house.begin.reading() as session:
        taken = await everything_taken(session, await attempts_in(session, [room.desk.lesson.id]))
    return report(taken)


async def test_nothing_is_said_below_five_persons_and_texts_without_points_do_not_count(room: Class) -> None:
    for name in ("Ada", "Ben", "Cem", "Dora"):
        await room.learner(name, a=right())
    await room.learner("Eva", f=Written(text="Noch ohne Punkte"))

    few = await figures(room)
    await room.learner("Finn", a=Chosen(keys=("j",)))
    enough = await figures(room)

    assert (few.is_shown, few.persons, few.waiting, few.items) == (False, 4, 1, ())
    assert (enough.persons, enough.waiting) == (5, 1)
    first = enough.items[0]
    assert first.figures
    assert first.figures.difficulty == 0.8
    assert [(one.text, one.count) for one in first.given] == [("Nein", 4), ("Ja", 1)]


async def test_the_desk_in_the_browser(client: AsyncClient, room: Class) -> None:
    desk = room.desk
    ada = await room.learner("Ada", f=Written(text="=cmd|' /C calc'!A0 <b>Auflegen</b>"))
    await room.learner("Ben", f=Written(text="Zahlen"))
    await sign_in(client, desk.house.begin, Identity.TRAINER, person=desk.trainer, is_known=True)
    base = f"/kursleitung/kurse/{desk.run.id}/quiz"
    texts = f"{base}/{desk.lesson.id}/texte"

    index = words_of((await client.get(base)).text)
    without, named = (await client.get(texts)).text, (await client.get(f"{texts}?namen=1")).text
    one = await client.get(f"{texts}/{ada.id}/f")
    saved = await send(client, f"{texts}/{ada.id}/f", {"points": "2,5", "note": "Gut.", "version": "0"})
    late = await send(client, f"{texts}/{ada.id}/f", {"points": "4", "version": "0"})
    wrong = await send(client, f"{texts}/{ada.id}/f", {"points": "9", "version": "1"})

    assert "2 Versuche warten auf Ihre Punkte" in index
    assert ("Ada Beispiel" in without, "Ada Beispiel" in named) == (False, True)
    assert "<b>Auflegen" not in one.text
    assert "Auflegen, Bank anrufen." in one.text
    assert saved.headers["location"].startswith(f"{texts}/")
    assert (late.status_code, wrong.status_code) == (409, 422)
    assert "2,5" in words_of(late.text)
    async with desk.house.begin.reading() as session:
        waiting = [text.is_waiting for text in await texts_of(session, desk.lesson.id, desk.run.id)]
    assert sorted(waiting) == [False, True]

    async with desk.house.begin.reading() as session:
        marked = await taken(session, await session.get_one(Attempt, ada.id))
    told = explained(marked, lambda _: None, str, with_solutions=False)
    assert [(one.by_trainer, one.verdict, one.points) for one in told if one.by_trainer] == [("Gut.", "", "")]

    more = f"{base}/{desk.lesson.id}/mehr"
    granted = await send(
        client, f"{more}/{ada.enrolment_id}", {"minutes": "10", "reason": "x", "version": "0"}
    )
    assert granted.status_code == 303
    assert "10 Minuten mehr" in words_of((await client.get(more)).text)

    for name in "CDEFG":
        await room.learner(name, a=right())
    page = words_of((await client.get(f"{base}/{desk.lesson.id}/auswertung")).text)
    file = (await client.get(f"{base}/{desk.lesson.id}/auswertung.csv")).text
    excel = await client.get(f"/inhalte/{desk.course.id}/quiz/{desk.lesson.id}/auswertung.xlsx")
    assert "sehr leicht" not in page.split("Alle Fragen als Tabelle")[0] or "Punkte" in page
    assert "Fragt die Bank nach der PIN?" in file
    assert excel.content[:2] == b"PK"
    await assert_same_as_missing(
        client, f"/kursleitung/kurse/{UUID(int=1)}/quiz", f"/kursleitung/kurse/{UUID(int=2)}/quiz"
    )


async def test_trying_a_quiz_keeps_nothing(client: AsyncClient, room: Class) -> None:
    desk = room.desk
    await sign_in(client, desk.house.begin, Identity.TRAINER, person=desk.trainer, is_known=True)
    path = f"/inhalte/{desk.course.id}/quiz/{desk.lesson.id}/ausprobieren"
    begun = await client.get(path)
    here = begun.headers["location"]

    question = await client.get(here)
    tried = await send(client, here, {"antwort": "0"})
    end = await client.get(here.replace("nummer=1", "nummer=3").replace("bisher=", "bisher=1%2C4"))
    cheated = await client.get(here.replace("nummer=1", "nummer=3").replace("bisher=", "bisher=99%2C1/0"))

    assert "Frage 1 von 2" in words_of(question.text)
    assert tried.status_code == 200
    assert "5 von 5 Punkten" in words_of(end.text)
    assert "1 von 5 Punkten" in words_of(cheated.text)
    async with desk.house.begin.reading() as session:
        assert (await session.scalars(select(Attempt))).all() == []
