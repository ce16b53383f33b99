"""`/verwaltung/briefe`: print, post, put right what did not arrive."""

from io import BytesIO
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.jobs.models import Job
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.messaging.models import Channel, Letter, LetterState
from lms.people.models import Person
from tests.making import make_person
from tests.messaging.mailing import letter_of, put_in_outbox
from tests.office import words_of
from tests.visiting import Browser, send, sign_in

HTML = '<html lang="de"><body><div id="letter"><p>Guten Tag</p></div></body></html>'


async def to_post(begin: Begin, name: str = "Ada Lehmann") -> UUID:
    return await put_in_outbox(
        begin, name=name, to="", html=HTML, postal_address=f"{name}\nHagenstraße 1\n39340 Haldensleben"
    )


async def failed(begin: Begin, person: Person) -> UUID:
    async with begin() as session:
        session.add(person)
    letter_id = await put_in_outbox(begin, to="old@example.com", html=HTML, person_id=person.id)
    async with begin() as session:
        await session.execute(
            update(Letter).values(state=LetterState.FAILED, error="refused: 550 no such user <b>")
        )
        await session.execute(update(Job).values(state="done"))
    return letter_id


async def test_letters_to_be_printed_are_one_file_and_posted_only_when_somebody_says_so(
    client: Browser, begin: Begin, jobs: Worker
) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    letters = {await to_post(begin), await to_post(begin, "Ben Muster")}
    form = {"id": str(uuid4())}

    first = await send(client, "/verwaltung/briefe/druck", form)
    again = await send(client, "/verwaltung/briefe/druck", form)
    other = await send(client, "/verwaltung/briefe/druck", {"id": str(uuid4())})
    here = first.headers["location"]
    early = await send(client, f"{here}/gedruckt")
    watched = words_of((await client.get(here)).text)
    await jobs.drain()
    ready = words_of((await client.get(here)).text)
    printed = await client.get(f"{here}/briefe.pdf")

    assert (again.headers["location"], other.status_code, early.status_code) == (here, 409, 409)
    assert "0 von 2 Briefen sind bereit" in watched
    assert "2 Briefe zum Drucken öffnen (PDF)" in ready
    pages = [sheet.extract_text() for sheet in PdfReader(BytesIO(printed.content)).pages]
    assert len(pages) == 4  # each letter begins on a front
    assert pages[1::2] == ["", ""]
    assert all(name in pages[0] + pages[2] for name in ("Ada Lehmann", "Ben Muster"))
    assert {(await letter_of(begin, letter)).state for letter in letters} == {LetterState.WAITING}
    assert "noch nicht als gedruckt markiert" in words_of((await client.get("/verwaltung/briefe")).text)

    for _ in range(2):
        answer = await send(client, f"{here}/gedruckt")

    assert answer.headers["location"].startswith("/verwaltung/briefe?")
    assert {(await letter_of(begin, letter)).state for letter in letters} == {LetterState.SENT}
    assert "Hier liegt kein Brief." in words_of((await client.get("/verwaltung/briefe")).text)
    assert (await client.get(f"{here}/briefe.pdf")).content == printed.content  # the printer spoiled a page
    assert "gedruckt" in words_of((await client.get("/verwaltung/briefe/druck")).text)


async def test_a_letter_that_did_not_arrive_says_why_and_is_sent_again_to_the_new_address(
    client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    letter_id = await failed(begin, make_person(email="new@example.com"))

    pile = words_of((await client.get("/verwaltung/briefe?stand=fehler")).text)
    page = await client.get(f"/verwaltung/briefe/{letter_id}")
    await send(client, f"/verwaltung/briefe/{letter_id}/noch-einmal")

    assert "kennt diese Adresse nicht" in pile
    assert "550 no such user &lt;b&gt;" in page.text
    letter = await letter_of(begin, letter_id)
    assert (letter.state, letter.to_address, letter.error) == (LetterState.WAITING, "new@example.com", "")
    async with begin.reading() as session:
        assert (await session.scalars(select(Job.kind).where(Job.state == "ready"))).all() == [
            "task:deliver-letter"
        ]
        assert (
            await session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "letter"))
        ).all() == ["letter.sent_again"]


@pytest.mark.parametrize(("street", "channel"), [("Hagenstraße 1", Channel.POST), ("", Channel.EMAIL)])
async def test_it_may_go_by_post_instead_if_we_know_where(
    client: Browser, begin: Begin, street: str, channel: Channel
) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    letter_id = await failed(begin, make_person(street=street, postal_code="39340", city="Haldensleben"))

    answer = await send(client, f"/verwaltung/briefe/{letter_id}/per-post")

    assert answer.status_code == (303 if street else 409)
    assert (await letter_of(begin, letter_id)).channel is channel


async def test_what_was_printed_twice_or_posted_twice_is_posted_once(client: Browser, begin: Begin) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    letter_id = await to_post(begin)
    one = f"/verwaltung/briefe/{letter_id}"
    assert (await client.get(f"{one}/brief.pdf")).content.startswith(b"%PDF")

    for _ in range(2):
        await send(client, "/verwaltung/briefe/verschickt", {"brief": str(letter_id)})

    async with begin.reading() as session:
        assert (
            await session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "letter"))
        ).all() == ["letter.posted"]


@pytest.mark.parametrize(
    "identity", [Identity.LEARNER, Identity.TRAINER, Identity.FINANCE, Identity.ADMINISTRATOR]
)
async def test_nobody_else_reads_other_peoples_letters(
    client: Browser, begin: Begin, identity: Identity
) -> None:
    letter_id = await to_post(begin)
    await sign_in(client, begin, identity)

    for path in (
        "",
        f"/{letter_id}",
        f"/{letter_id}/brief.pdf",
        f"/drucken.pdf?brief={letter_id}",
        "?stand=erledigt",
    ):
        assert (await client.get(f"/verwaltung/briefe{path}")).status_code == 403


async def test_the_team_never_sees_what_lets_somebody_in(client: Browser, begin: Begin) -> None:
    """A member of the team could else ask for a stranger's code and read it here."""
    await sign_in(client, begin, Identity.ENROLMENT)
    code = await put_in_outbox(begin, text="Ihr Code: 123456", html=HTML, about=("sign_in_code", uuid4()))
    token = "abcdefghijklmnopqrstuvwxyz234567"
    link = await put_in_outbox(begin, text=f"http://127.0.0.1:8000/anmeldung/{uuid4()}/{token}\nBis bald")

    door = (await client.get(f"/verwaltung/briefe/{code}")).text
    page = (await client.get(f"/verwaltung/briefe/{link}")).text

    assert "123456" not in door
    assert "nur für die Person bestimmt, die ihn bekommt" in words_of(door)
    assert (await client.get(f"/verwaltung/briefe/{code}/brief.pdf")).status_code == 404
    assert token not in page
    assert "Bis bald" in page
