"""What the certificates staff see and do on their pages."""

import re
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, update

from lms.audit.models import AuditEntry
from lms.certification.life.service import Certification
from lms.certification.models import Batch, BatchItem, Certificate, CertificateState
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.people.models import Person
from tests.certification.conftest import Finished
from tests.certification.handing.conftest import Issue
from tests.making import staff
from tests.office import counted, words_of
from tests.visiting import another_browser, send, sign_in

HERE = "/verwaltung/nachweise"


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


async def test_a_preview_is_confirmed_once_and_a_changed_one_is_shown_again(
    client: AsyncClient, begin: Begin, finished: Finished
) -> None:
    await sign_in(client, begin, Identity.CERTIFICATES)
    page = await client.get(f"{HERE}/ausstellen?lauf={finished.run_id}")
    words = words_of(page.text)
    assert "2 Personen bekommen einen Nachweis" in words
    assert "Nicht oft genug da gewesen" in words
    assert "Bei einigen Terminen fehlt der Vermerk" in words
    sent = {
        "lauf": str(finished.run_id), "auftrag": hidden(page.text, "auftrag"), "gezeigt": hidden(page.text, "gezeigt"),
        "language": "de", "letters": "nein",
    }  # fmt: skip
    async with begin() as session:
        await session.execute(
            update(Enrolment)
            .where(Enrolment.id == finished.enrolments[0].id)
            .values(state=EnrolmentState.CANCELLED)
        )

    changed = await send(client, f"{HERE}/ausstellen", sent)
    assert changed.status_code == 409
    assert "hat sich bei den Personen etwas geändert" in changed.text

    again = sent | {"gezeigt": hidden(changed.text, "gezeigt")}
    started = [await send(client, f"{HERE}/ausstellen", again) for _ in range(2)]

    assert [one.status_code for one in started] == [303, 303]
    assert (
        started[0].headers["location"]
        == started[1].headers["location"]
        == f"{HERE}/auftrag/{sent['auftrag']}"
    )
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Batch)) == 1
        items = (await session.scalars(select(BatchItem))).all()
        assert [(one.language, one.enrolment_id) for one in items] == [("de", finished.enrolments[1].id)]
    progress = await client.get(started[0].headers["location"])
    assert 'data-renew="3"' in progress.text
    assert "Der Nachweis wird gerade erstellt." in progress.text


@pytest.mark.parametrize("role", [Identity.FINANCE, Identity.TRAINER])
async def test_others_of_the_team_neither_choose_nor_take_along(
    client: AsyncClient, begin: Begin, issue: Issue, people: list[Person], role: Identity
) -> None:
    paper = await issue(people[0], counter=1)
    await sign_in(client, begin, role)

    for path in (
        "ausstellen?alle=1",
        "mitnehmen",
        "register",
        "auftraege",
        "dateien",
        f"{paper.id}/ersetzen",
    ):
        assert (await client.get(f"{HERE}/{path}")).status_code == 403


async def test_the_file_is_for_whoever_asked_and_for_nobody_elses_cache(
    client: AsyncClient, begin: Begin, issue: Issue, people: list[Person], jobs: Worker
) -> None:
    await issue(people[0], counter=1)
    await sign_in(client, begin, Identity.CERTIFICATES)
    form = await client.get(f"{HERE}/mitnehmen?q=Renate")
    asked = await send(client, f"{HERE}/mitnehmen", {"q": "Renate", "key": hidden(form.text, "key"), "kind": "archive", "whose": "alle"})  # fmt: skip
    waiting = await client.get(asked.headers["location"])
    await jobs.drain()

    file = await client.get(asked.headers["location"] + "/datei")
    colleague = another_browser(client)
    await sign_in(colleague, begin, Identity.CERTIFICATES)
    theirs = await colleague.get(asked.headers["location"] + "/datei")

    assert 'data-renew="3"' in waiting.text
    assert (file.status_code, file.headers["content-type"]) == (200, "application/zip")
    assert file.headers["cache-control"] == "no-store"
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.content.startswith(b"PK")
    assert theirs.status_code == 404


async def test_the_register_leaves_the_house_as_a_table_that_is_noted(
    client: AsyncClient, begin: Begin, issue: Issue, people: list[Person]
) -> None:
    for number in range(1, 24):
        await issue(people[number % 3], counter=number)
    await sign_in(client, begin, Identity.CERTIFICATES)

    with counted() as seen:
        page = await client.get(f"{HERE}/register?q=Kurs")
    table = await client.get(f"{HERE}/register/liste.csv?q=Kurs")

    assert "23 Nachweise gefunden" in page.text
    assert "Seite 1 von 2" in page.text
    assert len(seen) <= 8
    assert len(table.content.decode("utf-8-sig").splitlines()) == 24
    async with begin.reading() as session:
        noted = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "bulk-export"))).one()
    assert noted.after["rows"] == 23


async def test_before_it_is_revoked_one_reads_what_everybody_will_read(
    client: AsyncClient, begin: Begin, issue: Issue, people: list[Person]
) -> None:
    paper = await issue(people[0], counter=1)
    await sign_in(client, begin, Identity.CERTIFICATES)
    path = f"{HERE}/{paper.id}/zurueckziehen"

    empty = await send(client, path, {"reason": " ", "schritt": "sicher"})
    read = await send(client, path, {"reason": "<b>Verwechslung</b>", "schritt": "lesen"})
    async with begin.reading() as session:
        untouched = await session.get(Certificate, paper.id)
    done = await send(client, path, {"reason": "Verwechslung", "schritt": "sicher"})
    anybody = await client.get(f"/pruefen/{paper.code}", headers={"accept": "text/html"})

    assert empty.status_code == 422
    assert "Dieser Nachweis wurde zurückgezogen." in read.text
    assert "&lt;b&gt;Verwechslung&lt;/b&gt;" in read.text
    assert untouched is not None
    assert untouched.state is CertificateState.ISSUED
    assert done.status_code == 303
    assert "Dieser Nachweis wurde zurückgezogen." in anybody.text
    assert (await send(client, path, {"reason": "noch einmal", "schritt": "sicher"})).status_code == 409


async def test_a_corrected_name_is_compared_and_the_old_certificate_is_replaced(
    client: AsyncClient, begin: Begin, finished: Finished, certification: Certification, jobs: Worker
) -> None:
    await sign_in(client, begin, Identity.CERTIFICATES)
    await certification.start(staff(Identity.CERTIFICATES), run_id=finished.run_id)
    await jobs.drain()
    async with begin() as session:
        old = (await session.scalars(select(Certificate).order_by(Certificate.counter))).first()
        assert old is not None
        await session.execute(
            update(Person).where(Person.id == old.person_id).values(family_name="Neumann", version=2)
        )
    path = f"{HERE}/{old.id}/ersetzen"
    page = await client.get(path)
    sent = {"why": "name", "other": "", "key": str(uuid4()), "seen": hidden(page.text, "seen")}

    stale = await send(client, path, sent | {"seen": "another"})
    missing = await send(client, path, sent | {"why": "other"})
    started = [await send(client, path, sent) for _ in range(2)]
    await jobs.drain()

    assert "Ada Neumann" in page.text
    assert (stale.status_code, missing.status_code) == (409, 422)
    assert [one.status_code for one in started] == [303, 303]
    old_page = words_of((await client.get(f"{HERE}/{old.id}")).text)
    assert "Dieser Nachweis wurde durch einen neueren ersetzt." in old_page
    assert "Der Name wurde berichtigt." in old_page
    async with begin.reading() as session:
        heirs = (await session.scalars(select(Certificate).where(Certificate.subject == old.subject, Certificate.state == CertificateState.ISSUED))).all()  # fmt: skip
    assert [one.facts["holder"]["name"] for one in heirs] == ["Ada Neumann"]
