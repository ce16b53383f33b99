"""A lesson on a phone, by keyboard alone: read, watched with captions, tried, done, and taken up again on another device."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.learning.models import Edition, EditionFile, EditionLesson, LessonKind, Progress, RunEdition
from lms.learning.places import lesson_files
from lms.people.models import Person
from lms.web.files.store import Store
from tests.stories.by_keyboard import press_until
from tests.stories.conftest import DESKTOP, Centre, arrange, look_closely, sit_down

WHO = ("Iryna", "Kovalenko")
CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:20.000\nHier wischen wir.\n"
TEXT = """## Wischen

::: video film.mp4
Titel: Wischen
Untertitel: film.vtt

**Anna:** Hier wischen wir.
:::

## Tippen

| Bewegung | Wirkung |
|---|---|
| Donaudampfschifffahrtsgesellschaft | Donaudampfschifffahrtsgesellschaft |

::: frage
Was passiert beim Wischen? {=Die Seite rutscht.#Genau. ~Das Tablet geht aus.}
:::
"""
RECORD = """async () => {
  const canvas = document.createElement("canvas"), ink = canvas.getContext("2d");
  const drawn = setInterval(() => ink.fillRect(Math.random() * 100, 0, 9, 90), 50);
  const recorder = new MediaRecorder(canvas.captureStream(10), {mimeType: "video/mp4"}), parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const ended = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  await new Promise((done) => setTimeout(done, 1500));
  recorder.stop();
  await ended;
  clearInterval(drawn);
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""
PLAY = """async () => {
  const video = document.querySelector("video");
  video.muted = true;
  await video.play();
  while (!video.currentTime || !video.textTracks[0].activeCues?.length) await new Promise((done) => setTimeout(done, 50));
  return [...video.textTracks[0].activeCues].map((cue) => cue.text);
}"""


def put(store: Store, content: bytes) -> str:
    name = uuid4().hex
    store.path_of(name).parent.mkdir(parents=True, exist_ok=True)
    store.path_of(name).write_bytes(content)
    return name


async def write_lessons(begin: Begin, files: Path, film: bytes) -> str:
    """Two lessons for a run that somebody has a place in and has learned nothing in yet; gives the address of their list."""
    store = lesson_files(files)
    async with begin() as session:
        enrolment, run = (
            await session.execute(
                select(Enrolment, Run)
                .join(Person, Person.id == Enrolment.person_id)
                .join(Run, Run.id == Enrolment.run_id)
                .where(
                    Person.given_name == WHO[0], Person.family_name == WHO[1],
                    Enrolment.state == EnrolmentState.CONFIRMED,
                    Enrolment.id.not_in(select(Progress.enrolment_id)),
                )
                .limit(1)
            )
        ).one()  # fmt: skip
        at = run.created_at - timedelta(days=1)
        edition = Edition(course_id=run.course_id, number=901, published_at=at)
        session.add(edition)
        await session.flush()
        session.add(RunEdition(run_id=run.id, edition_id=edition.id, chosen_at=at))
        session.add_all(
            EditionLesson(
                edition_id=edition.id, lesson_id=uuid4(), position=number, chapter="Anfang",
                kind=LessonKind.TEXT, title=title, text=text,
            )
            for number, (title, text) in enumerate([("Mit dem Finger", TEXT), ("Zum Schluss", "Fertig.")], start=1)
        )  # fmt: skip
        session.add_all(
            EditionFile(
                edition_id=edition.id, name=name, stored=put(store, content), media_type=kind, size=len(content)
            )
            for name, kind, content in (("film.mp4", "video/mp4", film), ("film.vtt", "text/vtt", CAPTIONS))
        )  # fmt: skip
    return f"/meine-kurse/{enrolment.id}/lernen"


def test_somebody_learns_by_keyboard_on_a_phone_and_goes_on_at_a_desk(
    open_page: Callable[..., Page], centre: Centre
) -> None:
    page = open_page()
    film = base64.b64decode(page.evaluate(RECORD))
    files = Path(centre.database_url.removeprefix("sqlite:///")).parent
    here = arrange(lambda begin: write_lessons(begin, files, film), centre)
    sit_down(page, " ".join(WHO))
    page.goto(here)
    look_closely(page)

    press_until(page, "Mit dem Lernen beginnen")
    expect(page.locator("h1")).to_have_text("Mit dem Finger")
    look_closely(page)
    assert page.evaluate(PLAY) == ["Hier wischen wir."]
    page.get_by_label("Die Seite rutscht.").focus()
    page.keyboard.press("Space")
    press_until(page, "Meine Antwort prüfen")
    expect(page.locator("#frage-1-ergebnis")).to_be_focused()
    expect(page.locator("#frage-1-ergebnis")).to_contain_text("Das ist richtig.")
    look_closely(page)

    desk = open_page(viewport=DESKTOP, java_script_enabled=False)
    sit_down(desk, " ".join(WHO))
    desk.goto(here)
    desk.get_by_role("link", name="Weiter lernen").click()
    desk.get_by_role("button", name="Als erledigt markieren").click()
    expect(desk.get_by_role("status")).to_contain_text("Die Lektion ist als erledigt markiert.")
    desk.get_by_role("link", name="Weiter: Zum Schluss").click()
    expect(desk.locator("h1")).to_have_text("Zum Schluss")
    page.goto(here)
    expect(page.locator("main")).to_contain_text("1 von 2 Lektionen erledigt")
