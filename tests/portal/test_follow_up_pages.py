"""The window for re-enrolment: set by the planners, used by the link of a letter."""

from datetime import timedelta

from lms.db import Begin
from lms.enrolment.lists.following import purpose
from lms.enrolment.service import Enrolments
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run
from tests.enrolment.walking import HIDDEN, next_step, text
from tests.making import FixedClock
from tests.office import words_of
from tests.visiting import Browser, another_browser, send, sign_in

LATER = timedelta(days=30)


def day(name: str, number: int) -> dict[str, str]:
    return {f"{name}-day": str(number), f"{name}-month": "12", f"{name}-year": "2026"}


async def test_a_planner_sets_the_window_and_the_letters_link_leads_through_the_form(
    client: Browser, begin: Begin, house: Around, clock: FixedClock
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    before = await offered_run(begin, number="26-1")
    ada = await Enrolments(house).enrol(VISITOR, run_id=before.id, persons=[named()])
    assert before.starts_at is not None
    after = await offered_run(
        begin, number="26-2", starts_at=before.starts_at + LATER, ends_at=before.starts_at + 2 * LATER
    )
    here = f"/verwaltung/durchfuehrungen/{after.id}/weitermeldung"

    assert "26-1" in words_of((await client.get(here)).text)
    window = {"follows": str(before.id), "version": "1", **day("from_day", 7), **day("public_day", 14)}
    backwards = await send(client, here, window | day("public_day", 7))
    assert (backwards.status_code, "vor allen anderen dran sein" in backwards.text) == (422, True)
    assert (await send(client, here, window)).status_code == 303
    assert (await send(client, here, window)).status_code == 409
    assert "0 Briefe sind geschrieben." in words_of((await client.get(here)).text)

    clock.forward(days=3)
    learner, former = another_browser(client), ada.enrolments[0].id
    link = f"/weitermelden/{after.id}/{former}/{house.signer.token(purpose(after.id), former)}"
    assert "Alle anderen können es ab Montag, 14. Dezember 2026" in text(await learner.get(link))
    assert (await learner.get(link[:-2] + "aa")).status_code == 404
    begun = await send(learner, link)
    assert next_step(begun) == "pruefen"
    asked = await learner.get(begun.headers["location"])
    assert next_step(asked) == "unterstuetzung"
    assert next_step(await send(learner, f"/anmelden/{after.id}/unterstuetzung")) == "pruefen"
    page = await learner.get(f"/anmelden/{after.id}/pruefen")
    assert "Ada Lehmann" in text(page)
    sent = await send(
        learner, f"/anmelden/{after.id}/pruefen", dict(HIDDEN.findall(page.text)) | {"terms": "1"}
    )
    assert "Ihr Platz ist gebucht" in text(await learner.get(sent.headers["location"]))
    assert "1 bisherige Person hat sich wieder angemeldet." in words_of((await client.get(here)).text)
