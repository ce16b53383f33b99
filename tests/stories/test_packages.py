"""A package of somebody else's in a browser: a learner works it through on a phone, and a hostile one gets nowhere."""

import json
import shutil
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import FrameLocator, Page, expect
from sqlalchemy import exists, func, select

from content.packages.playing import read_manifest
from lms.accounts.models import Account, BrowserSession
from lms.catalogue.models import Run
from lms.db import Begin
from lms.demo.filling.packages import SOURCE
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.tokens import hashed
from lms.learning.models import Edition, EditionLesson, LessonKind, Package, RunEdition
from lms.learning.places import PackageFolders
from lms.players.models import PackageState
from tests.players.packing import ATTACK_PAGE, cmi5, scorm_12, scorm_2004
from tests.stories.conftest import DESKTOP, Centre, arrange, let_settle, look_closely

CMI5_LIBRARY = Path(__file__).parents[2] / "node_modules" / "@xapi" / "cmi5" / "dist" / "Cmi5.umd.js"
COOKIE = "story-of-packages"
REFUSED = {
    "page": "refused: SecurityError",
    "storage": "refused: SecurityError",
    "api": "refused: TypeError",
    "here": "did: 404",
    "elsewhere": "refused: TypeError",
    "picture": "refused: TypeError",
    "top": "refused: SecurityError",
    "frame": "refused: TypeError",
}


def learning(
    centre: Centre, *folders: Path, kind_of_visit: str
) -> Callable[[Begin], Coroutine[Any, Any, list[str]]]:
    """Somebody with an account and a place gets these packages as their lessons; gives the addresses of the lessons."""
    files = Path(centre.database_url.removeprefix("sqlite:///")).parent

    async def arranged(begin: Begin) -> list[str]:
        now = datetime.now(UTC)
        paths = []
        async with begin() as session:
            found = await session.execute(
                select(Enrolment.id, Account.id, Run)
                .join(Run, Run.id == Enrolment.run_id)
                .join(Account, Account.person_id == Enrolment.person_id)
                .where(
                    Enrolment.state == EnrolmentState.CONFIRMED,
                    ~exists().where(Edition.course_id == Run.course_id),
                )
                .order_by(Enrolment.id)
                .limit(1)
            )
            enrolment_id, account_id, run = found.one()
            edition = Edition(course_id=run.course_id, number=1, published_at=now)
            session.add(edition)
            await session.flush()
            visit = BrowserSession(
                hash=hashed(COOKIE + kind_of_visit),
                account_id=account_id,
                created_at=now,
                seen_at=now,
                ends_at=now + timedelta(days=1),
                idle_minutes=600,
            )
            session.add_all([visit, RunEdition(run_id=run.id, edition_id=edition.id, chosen_at=now)])
            for position, folder in enumerate(folders, start=1):
                manifest = read_manifest(folder)
                stored = uuid4().hex
                shutil.copytree(folder, PackageFolders(files).path_of(stored))
                package = Package(
                    course_id=run.course_id,
                    kind=manifest.kind.value,
                    title=manifest.title,
                    stored=stored,
                    entry=manifest.entry,
                    size=1,
                    added_at=now,
                    facts=dict(manifest.facts),
                )
                session.add(package)
                await session.flush()
                lesson = EditionLesson(
                    edition_id=edition.id,
                    lesson_id=uuid4(),
                    position=position,
                    chapter="Üben",
                    kind=LessonKind.PACKAGE,
                    title=manifest.title,
                    body={"package_id": str(package.id)},
                )
                session.add(lesson)
                paths.append(f"/meine-kurse/{enrolment_id}/pakete/{lesson.lesson_id}")
        return paths

    return arranged


async def saved(begin: Begin) -> int:
    async with begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(PackageState)) or 0


def visitor(page: Page, centre: Centre, kind_of_visit: str) -> Page:
    page.context.add_cookies([{"name": "session", "value": COOKIE + kind_of_visit, "url": centre.url}])
    return page


def inside(page: Page) -> FrameLocator:
    """The package itself: the frame in the player's frame."""
    return page.frame_locator("[data-frame]").frame_locator("iframe.part")


def test_a_learner_works_a_package_through_goes_on_elsewhere_and_loses_the_network(
    open_page: Callable[..., Page], centre: Centre
) -> None:
    (path,) = arrange(learning(centre, SOURCE, kind_of_visit="learner"), centre)
    phone = visitor(open_page(), centre, "learner")
    phone.goto(path)
    stand = phone.locator("#stand")

    expect(inside(phone).get_by_role("heading", name="Lang ist besser als kompliziert")).to_be_visible()
    look_closely(phone)
    with phone.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
        inside(phone).get_by_role("button", name="Weiter").click()  # what is reported is sent a moment later
    expect(stand).to_have_text("0 von 2 Teilen sind erledigt.")

    desk = visitor(open_page(viewport=DESKTOP), centre, "learner")
    desk.goto(path)
    expect(inside(desk).get_by_text("Seite 2 von 3")).to_be_visible()
    inside(desk).get_by_role("button", name="Weiter").press("Enter")  # with the keyboard alone
    expect(desk.locator("#stand")).to_have_text("1 von 2 Teilen sind erledigt.")

    inside(phone).get_by_role("button", name="Weiter").click()
    expect(phone.get_by_text("in einem anderen Fenster oder an einem anderen Gerät")).to_be_visible()

    desk.get_by_role("button", name="Drei Fragen").press("Enter")
    expect(inside(desk).get_by_role("heading", name="Drei Fragen")).to_be_visible()
    inside(desk).get_by_label("Gießkanne").check()
    desk.context.set_offline(True)
    inside(desk).get_by_label("Weil ein gestohlenes").check()
    inside(desk).get_by_role("button", name="Auswerten").press("Enter")
    expect(desk.get_by_text("Es gibt gerade keine Verbindung.")).to_be_visible()
    desk.context.set_offline(False)
    expect(desk.locator("#stand")).to_have_text(
        "Sie haben diese Übung erledigt. Bestes Ergebnis: 67 Prozent."
    )

    desk.get_by_role("button", name="Groß anzeigen").press("Enter")
    expect(desk.get_by_role("button", name="Kleiner anzeigen")).to_be_focused()
    desk.keyboard.press("Escape")
    desk.reload()
    expect(desk.get_by_text("bestanden")).to_be_visible()
    let_settle(desk)
    complaints: list[str] = open_page.complaints  # type: ignore[attr-defined]
    complaints[:] = [one for one in complaints if "ERR_INTERNET_DISCONNECTED" not in one]


def test_a_hostile_package_sees_and_changes_nothing_of_ours(
    open_page: Callable[..., Page], centre: Centre, tmp_path: Path
) -> None:
    hostile = scorm_12(tmp_path / "hostile", {"a": ATTACK_PAGE})
    (path,) = arrange(learning(centre, hostile, kind_of_visit="attacked"), centre)
    before = arrange(saved, centre)
    page = visitor(open_page(viewport=DESKTOP), centre, "attacked")

    page.goto(path)
    done = inside(page).locator("#done")
    expect(done).not_to_have_text("…")
    said = json.loads(done.inner_text())

    assert {name: said[name] for name in REFUSED} == REFUSED
    assert said["cookies"] in {"did: ", "did: session=mine"}  # at its own address, where no cookie is heard
    assert said["worker"].startswith("refused: ")
    assert page.url == centre.url + path
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert {one["domain"] for one in page.context.cookies() if one["name"] == "session"} <= {
        "127.0.0.1",
        "pakete.localhost",
    }
    assert (
        next(one["value"] for one in page.context.cookies(centre.url) if one["name"] == "session")
        == COOKIE + "attacked"
    )
    expect(page.locator("#stand")).to_have_text("Sie haben noch nicht angefangen.")
    assert arrange(saved, centre) == before  # the message it sent past its player was not heard
    complaints: list[str] = open_page.complaints  # type: ignore[attr-defined]
    assert complaints  # the browser says what it has refused
    complaints.clear()


def test_without_javascript_the_page_says_what_it_needs(
    open_page: Callable[..., Page], centre: Centre
) -> None:
    (path,) = arrange(learning(centre, SOURCE, kind_of_visit="plain"), centre)
    page = visitor(open_page(java_script_enabled=False), centre, "plain")

    page.goto(path)

    expect(page.get_by_text("Diese Übung braucht JavaScript.")).to_be_visible()
    expect(page.locator("iframe")).to_be_hidden()


def test_a_unit_of_cmi5_speaks_with_the_record_store_through_a_library_of_others(
    open_page: Callable[..., Page], centre: Centre, tmp_path: Path
) -> None:
    folder = cmi5(tmp_path / "cmi5", {"a": "CompletedAndPassed"}, title="Sicher bestellen")
    shutil.copy(CMI5_LIBRARY, folder)
    (path,) = arrange(learning(centre, folder, kind_of_visit="unit"), centre)
    page = visitor(open_page(), centre, "unit")
    inner = page.frame_locator(".lms-package iframe")

    page.goto(path)
    look_closely(page)
    page.get_by_role("button", name="Anfangen").press("Enter")
    expect(inner.get_by_text("Normal, de,en, Seite 1")).to_be_visible()
    look_closely(page)
    inner.get_by_role("button", name="Falsch").click()
    expect(inner.get_by_text("nicht bestanden")).to_be_visible()
    page.get_by_role("link", name="Meinen Stand ansehen").click()
    expect(page.locator("#stand")).to_contain_text("Das waren noch nicht genug Punkte.")

    page.get_by_role("button", name="Weitermachen").click()
    expect(inner.get_by_text("Normal, de,en, Seite 2")).to_be_visible()
    inner.get_by_role("button", name="Fertig").click()
    expect(inner.get_by_text("Ende")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Diesen Teil noch einmal öffnen")).to_be_visible()
    page.get_by_role("link", name="Meinen Stand ansehen").click()
    expect(page.locator("#stand")).to_have_text(
        "Sie haben diese Übung erledigt. Bestes Ergebnis: 90 Prozent."
    )
    let_settle(page)
    complaints: list[str] = open_page.complaints  # type: ignore[attr-defined]
    complaints[:] = [
        one for one in complaints if "404" not in one
    ]  # it asks for a state that is not there yet


TALKATIVE_PAGE = """<!doctype html><html lang="de"><meta charset="utf-8"><title>Teil</title><body>
<h1>{title}</h1><p id="may"></p><button id="on">Zum letzten Teil</button>
<script>
  let w = window; while (!w.API_1484_11 && w !== w.parent) w = w.parent;
  const lms = w.API_1484_11;
  lms.Initialize("");
  document.getElementById("may").textContent = ["continue", "previous", "choice.{{target=c}}", "choice.{{target=x}}"]
    .map((one) => lms.GetValue("adl.nav.request_valid." + one)).join(" ");
  document.getElementById("on").onclick = () => {{
    for (let n = 0; n < 300; n += 1) {{
      lms.SetValue(`cmi.interactions.${{n}}.id`, "frage-" + n);
      lms.SetValue(`cmi.interactions.${{n}}.type`, "long-fill-in");
      lms.SetValue(`cmi.interactions.${{n}}.learner_response`, "x".repeat(1000));
    }}
    lms.SetValue("cmi.score.scaled", "0.5");
    lms.SetValue("adl.nav.request", "{{target=c}}choice");
    lms.Terminate("");
  }};
</script></body></html>"""


def test_a_part_that_says_too_much_and_too_little_is_done_and_leads_to_the_part_it_names(
    open_page: Callable[..., Page], centre: Centre, tmp_path: Path
) -> None:
    pages = {name: TALKATIVE_PAGE.format(title=f"Teil {name}") for name in "abc"}
    folder = scorm_2004(tmp_path / "talkative", pages)
    (path,) = arrange(learning(centre, folder, kind_of_visit="talkative"), centre)
    page = visitor(open_page(viewport=DESKTOP), centre, "talkative")
    page.goto(path)
    expect(inside(page).get_by_text("true false true false")).to_be_visible()

    inside(page).get_by_role("button", name="Zum letzten Teil").click()

    expect(inside(page).get_by_role("heading", name="Teil c")).to_be_visible()
    expect(inside(page).get_by_text("false true true false")).to_be_visible()
    expect(page.locator("#stand")).to_have_text("1 von 3 Teilen sind erledigt. Bestes Ergebnis: 50 Prozent.")
    let_settle(page)
