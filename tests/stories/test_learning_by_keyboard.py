"""Somebody learns without a mouse: reads, practises and begins a quiz at a desk, and takes it to its result on a phone."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from content.quiz.questions import (
    Choice,
    HotSpots,
    Item,
    Matching,
    Ordering,
    Pair,
    Pool,
    Quiz,
    SingleChoice,
    Spot,
)
from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.learning.models import Edition, EditionFile, EditionLesson, LessonKind, RunEdition
from lms.learning.places import lesson_files
from lms.people.models import Person
from tests.stories.by_keyboard import choose, press_until, tick
from tests.stories.conftest import DESKTOP, SIGN_IN, Centre, arrange, look_closely
from tests.stories.test_learning import put

WHO, RUN = ("Kevin", "Lüdde"), "3005"
PRACTICE = """## Die Einstellungen öffnen

Tippen Sie auf das Zahnrad.

## Die Schrift größer stellen

Schieben Sie den Punkt nach rechts.
"""
QUESTIONS = (
    SingleChoice(
        key="app", text="Womit öffnet man eine App?",
        choices=(Choice(key="tippen", text="Mit Tippen", is_right=True), Choice(key="pusten", text="Mit Pusten")),
    ),
    Ordering(
        key="reihe", text="Was kommt zuerst?",
        items=(Item(key="an", text="Einschalten"), Item(key="pin", text="PIN eingeben"), Item(key="los", text="Eine App öffnen")),
    ),
    Matching(
        key="paare", text="Was gehört zusammen?",
        pairs=(Pair(key="t", left="Tippen", right="öffnet"), Pair(key="w", left="Wischen", right="bewegt")),
    ),
    HotSpots(
        key="bild", text="Wo ist das rote Feld?", picture="felder.png", alt="Links ein rotes, rechts ein blaues Feld",
        spots=(
            Spot(key="r", label="Linkes Feld", x=0, y=0, width=500, height=1000, is_right=True),
            Spot(key="b", label="Rechtes Feld", x=500, y=0, width=500, height=1000),
        ),
    ),
)  # fmt: skip


def picture() -> bytes:
    """A red field beside a blue one."""
    image, file = Image.new("RGB", (400, 200), "#c00"), io.BytesIO()
    image.paste("#00c", (200, 0, 400, 200))
    image.save(file, "PNG")
    return file.getvalue()


async def write_lessons(begin: Begin, files: Path) -> None:
    """A text, an exercise and a quiz for a run that somebody takes part in."""
    quiz = Quiz(pools=(Pool(key="1", questions=QUESTIONS),), shuffle=False)
    content = picture()
    async with begin() as session:
        run = (
            await session.scalars(
                select(Run)
                .join(Enrolment, Enrolment.run_id == Run.id)
                .join(Person, Person.id == Enrolment.person_id)
                .where(
                    Person.given_name == WHO[0], Person.family_name == WHO[1], Run.number == RUN,
                    Enrolment.state == EnrolmentState.CONFIRMED,
                )
            )
        ).one()  # fmt: skip
        at = run.created_at - timedelta(days=1)
        edition = Edition(course_id=run.course_id, number=902, published_at=at)
        session.add(edition)
        await session.flush()
        session.add(RunEdition(run_id=run.id, edition_id=edition.id, chosen_at=at))
        session.add_all(
            EditionLesson(
                edition_id=edition.id, lesson_id=uuid4(), position=number, chapter="Anfang",
                kind=kind, title=title, text=text, body=body,
            )
            for number, (kind, title, text, body) in enumerate(
                [
                    (LessonKind.TEXT, "Mit dem Finger", "Tippen öffnet etwas.", {}),
                    (LessonKind.PRACTICE, "Die Schrift", PRACTICE, {}),
                    (LessonKind.QUIZ, "Was wissen Sie noch?", "", {"quiz": msgspec.to_builtins(quiz)}),
                ],
                start=1,
            )
        )  # fmt: skip
        session.add(
            EditionFile(
                edition_id=edition.id, name="felder.png", stored=put(lesson_files(files), content),
                media_type="image/png", size=len(content),
            )
        )  # fmt: skip


def take_a_seat(page: Page) -> None:
    """Sign in, and come to what is next to learn."""
    page.goto(SIGN_IN)
    press_until(page, f"Einloggen als {' '.join(WHO)}")
    press_until(page, "Meine Kurse", "Shift+Tab")
    look_closely(page)


@contextmanager
def next_page(page: Page, heading: str) -> Iterator[None]:
    """Within the block somebody acts; afterwards the page of this heading is there, and keeps the rules."""
    yield
    expect(page.locator("h1")).to_have_text(heading)
    look_closely(page)


def test_somebody_learns_practises_and_takes_a_quiz_by_keyboard_alone(
    open_page: Callable[..., Page], centre: Centre
) -> None:
    files = Path(centre.database_url.removeprefix("sqlite:///")).parent
    arrange(lambda begin: write_lessons(begin, files), centre)
    desk, phone = open_page(viewport=DESKTOP), open_page()
    read_and_practise(desk)
    begin_the_quiz(desk)
    go_on_with_the_quiz(phone)


def read_and_practise(page: Page) -> None:
    body = page.locator("main")
    take_a_seat(page)
    with next_page(page, "Mit dem Finger"):
        press_until(page, "Mit dem Finger")
    press_until(page, "Als erledigt markieren")
    expect(page.get_by_role("status")).to_contain_text("Die Lektion ist als erledigt markiert.")
    look_closely(page)

    with next_page(page, "Die Einstellungen öffnen"):
        press_until(page, "Weiter: Die Schrift")
    press_until(page, "Ich brauche Hilfe")
    expect(body).to_contain_text("Ihre Kursleitung weiß Bescheid")
    look_closely(page)
    with next_page(page, "Die Schrift größer stellen"):
        press_until(page, "Das hat geklappt")
    with next_page(page, "Alle Schritte sind geschafft"):
        press_until(page, "Das hat geklappt")
    expect(body).to_contain_text("2 von 3 Lektionen sind erledigt")


def begin_the_quiz(page: Page) -> None:
    with next_page(page, "Was wissen Sie noch?"):
        press_until(page, "Weiter: Was wissen Sie noch?")
    with next_page(page, "Frage 1 von 4"):
        press_until(page, "Anfangen")
    tick(page, "Mit Tippen")
    with next_page(page, "Frage 2 von 4"):
        press_until(page, "Weiter")


def go_on_with_the_quiz(page: Page) -> None:
    """In another browser, and on a narrow page: what was answered at the desk is kept."""
    take_a_seat(page)
    with next_page(page, "Was wissen Sie noch?"):
        press_until(page, "Was wissen Sie noch?")
    expect(page.locator("main")).to_contain_text("3 Fragen sind noch ohne Antwort.")
    with next_page(page, "Frage 2 von 4"):
        press_until(page, "Weitermachen")

    choose(page, "Einschalten", "Platz 1")
    choose(page, "PIN eingeben", "Platz 2")
    choose(page, "Eine App öffnen", "Platz 3")
    with next_page(page, "Frage 3 von 4"):
        press_until(page, "Weiter")
    choose(page, "Tippen", "öffnet")
    choose(page, "Wischen", "bewegt")
    with next_page(page, "Frage 4 von 4"):
        press_until(page, "Weiter")
    tick(page, "Linkes Feld")
    with next_page(page, "Alle Fragen"):
        press_until(page, "Speichern und zur Übersicht")
    expect(page.locator("main")).to_contain_text("Alle Fragen sind beantwortet.")
    with next_page(page, "Ihr Ergebnis"):
        press_until(page, "Antworten abgeben")
    expect(page.locator("main")).to_contain_text("Sie haben bestanden.")
