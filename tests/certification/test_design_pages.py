"""The pages on which the team shapes certificates: in words, one question a page, and nothing genuine comes out."""

import re
from io import BytesIO
from uuid import UUID, uuid4

import pypdf
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from certificates.document import Kind
from certificates.workers import Workers
from lms.certification.designs import specimens
from lms.certification.designs.queries import adapted_of, design_for
from lms.certification.designs.service import CertificateDesigns
from lms.certification.models import Certificate
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.web.centre import the_centre
from lms.web.module import Around
from tests.certification.holding import a_certificate, a_run_that_is_over
from tests.certification.test_pages import paper
from tests.making import make_course, make_person, staff
from tests.visiting import send, sign_in

Client = AsyncTestClient[Litestar]
__all__ = ["paper"]
HERE = "/verwaltung/nachweise/gestaltung"
HTML = {"accept": "text/html"}


@pytest.fixture
async def design_id(house: Around, client: Client, begin: Begin) -> UUID:
    """A design that adapts Mosaik, and somebody at the browser who may shape it."""
    await sign_in(client, begin, Identity.CERTIFICATES)
    made = uuid4()
    shaper = staff(Identity.CERTIFICATES)
    await CertificateDesigns(house).create(shaper, design_id=made, base="mosaic", name="Unser Mosaik")
    return made


async def number_of(begin: Begin, design_id: UUID) -> int:
    async with begin.reading() as session:
        return (await adapted_of(session, design_id)).number


async def test_nobody_else_sees_them(client: Client, begin: Begin) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)

    assert (await client.get(HERE, headers=HTML)).status_code == 403


async def test_the_way_from_nothing_to_the_usual_design_of_a_kind(client: Client, begin: Begin) -> None:
    await sign_in(client, begin, Identity.CERTIFICATES)
    empty = await client.get(HERE, headers=HTML)
    asked = await client.get(f"{HERE}/neu", headers=HTML)
    new_id = re.search(r'name="design_id"[^>]*value="([^"]+)"', asked.text)
    assert new_id is not None

    made = await send(
        client, f"{HERE}/neu", {"design_id": new_id[1], "base": "horizon", "name": "Quer"}, headers=HTML
    )
    chosen = await send(client, f"{HERE}/ueblich/path", {"design": new_id[1]}, headers=HTML)

    listed = await client.get(HERE, headers=HTML)
    assert "Sie haben noch keine Gestaltung angepasst." in empty.text
    assert (made.status_code, chosen.status_code) == (303, 303)
    assert "in Verwendung" in listed.text
    async with begin.reading() as session:
        assert (await design_for(session, Kind.PATH)).label == "Quer, Fassung 1"


@pytest.mark.parametrize(
    ("step", "fields", "sentence"),
    [
        ("farben", {"colour_accent": "#f0c000", "colour_spark": "#ffee00"}, "zu blass zum Lesen: 1,7 zu 1"),
        ("farben", {"colour_accent": "rot"}, "Geben Sie eine Farbe als #"),
        ("texte", {"text_opening_de": "{{ 7*7 }}"}, "{ 7*7 } bedeutet hier nichts."),
        ("texte", {"text_foot_en": "{name.__class__}"}, "{name.__class__} bedeutet hier nichts."),
        ("texte", {"text_foot_de": "offen {"}, "geschweifte Klammer"),
        ("texte", {"text_foot_de": "☃ 王"}, "kann diese Zeichen nicht darstellen: ☃王"),
        ("texte", {"text_foot_de": "x" * 301}, "301"),
        ("papier", {"format": "upright", "preprinted": "1", "top": "2"}, "schmaler als 8 Millimeter"),
        ("name", {"name": "x", "kinds": []}, "Wählen Sie mindestens eine Art"),
        ("unterschrift", {"name": "☃"}, "nicht darstellen"),
        ("logo", {"alt": ""}, "Wählen Sie ein Bild."),
    ],
)
async def test_every_mistake_has_a_sentence_and_keeps_what_was_typed(
    client: Client, begin: Begin, design_id: UUID, step: str, fields: dict[str, str], sentence: str
) -> None:
    page = await send(client, f"{HERE}/{design_id}/aendern/{step}", {"seen": "1", **fields}, headers=HTML)

    assert page.status_code == 422
    assert sentence in page.text
    assert await number_of(begin, design_id) == 1


async def test_a_logo_with_a_script_is_refused_and_a_plain_one_kept(
    client: Client, begin: Begin, design_id: UUID
) -> None:
    where, ask = f"{HERE}/{design_id}/aendern/logo", {"seen": "1", "alt": "Wappen"}
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">{}<path d="M0 0h1"/></svg>'

    async def sent(inner: str) -> int:
        file = ("logo.svg", svg.format(inner).encode(), "image/svg+xml")
        return (await send(client, where, ask, files={"file": file}, headers=HTML)).status_code

    assert [await sent("<script>alert(1)</script>"), await sent("")] == [422, 303]
    async with begin.reading() as session:
        kept = await design_for(session, Kind.ATTENDANCE, design_id)
    assert kept.design.logo is not None
    assert (kept.design.logo.alt, kept.version) == ("Wappen", 2)


async def test_whoever_is_slower_sees_both_versions_and_decides(
    client: Client, begin: Begin, design_id: UUID
) -> None:
    where = f"{HERE}/{design_id}/aendern/farben"
    await send(client, where, {"seen": "1", "colour_accent": "#123456"}, headers=HTML)

    page = await send(client, where, {"seen": "1", "colour_accent": "#7a1f5c"}, headers=HTML)
    again = await send(client, where, {"seen": "2", "colour_accent": "#7a1f5c"}, headers=HTML)

    assert page.status_code == 409
    assert "#123456" in page.text
    assert "#7a1f5c" in page.text
    assert 'name="seen" type="hidden" value="2"' in page.text or re.search(
        r'name="seen"[^>]*value="2"', page.text
    )
    assert again.status_code == 303
    assert await number_of(begin, design_id) == 3


async def test_going_back_and_putting_away_are_asked_before_they_are_done(
    client: Client, begin: Begin, design_id: UUID
) -> None:
    await send(
        client, f"{HERE}/{design_id}/aendern/farben", {"seen": "1", "colour_accent": "#123456"}, headers=HTML
    )

    asked = await client.get(f"{HERE}/{design_id}/fassung/1", headers=HTML)
    back = await send(client, f"{HERE}/{design_id}/fassung/1", {"seen": "2"}, headers=HTML)
    stale = await send(client, f"{HERE}/{design_id}/fassung/1", {"seen": "2"}, headers=HTML)
    away = await send(client, f"{HERE}/{design_id}/ablegen", headers=HTML)
    page = await client.get(f"{HERE}/{design_id}", headers=HTML)

    assert "Neue Nachweise sehen dann aus wie in Fassung 1" in asked.text
    assert (back.status_code, stale.status_code, away.status_code) == (303, 409, 303)
    assert "Diese Gestaltung ist abgelegt" in page.text


async def test_a_specimen_says_muster_and_carries_no_code_of_the_register(
    client: Client, begin: Begin, design_id: UUID, paper: Certificate
) -> None:
    before = await client.get(f"/meine-nachweise/{paper.id}/nachweis.pdf")

    specimen = await client.get(f"{HERE}/{design_id}/vorschau.pdf", params={"number": paper.number})
    after = await client.get(f"/meine-nachweise/{paper.id}/nachweis.pdf")

    text = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(specimen.content)).pages)
    assert "Ada Lehmann" in text
    assert "MUSTER" in text
    assert paper.code not in text
    assert paper.number not in text
    assert before.content == after.content == paper.document


async def test_what_was_issued_stays_as_it_is_whatever_becomes_of_its_design(
    client: Client, begin: Begin, design_id: UUID, paper: Certificate
) -> None:
    before = await client.get(f"/meine-nachweise/{paper.id}/nachweis.pdf")
    await send(client, f"{HERE}/ueblich/attendance", {"design": str(design_id)}, headers=HTML)
    await send(
        client, f"{HERE}/{design_id}/aendern/farben", {"seen": "1", "colour_accent": "#123456"}, headers=HTML
    )

    after = await client.get(f"/meine-nachweise/{paper.id}/nachweis.pdf")

    assert await number_of(begin, design_id) == 2
    assert before.content == after.content


async def test_a_number_nobody_knows_is_said_in_words(client: Client, design_id: UUID) -> None:
    page = await client.get(f"{HERE}/{design_id}/vorschau", params={"number": "TB-1999-1"}, headers=HTML)

    assert page.status_code == 422
    assert "Es gibt keinen Nachweis mit dieser Nummer." in page.text


async def test_made_up_facts_contradict_nothing_and_can_be_read_back(house: Around) -> None:
    place = {"settings": house.settings, "centre": the_centre()}
    made = {
        (kind, language): specimens.made_up(kind, language, **place)  # type: ignore[arg-type]
        for kind in Kind
        for language in specimens.LANGUAGES
    }

    assert {key: (one.kind, bool(one.english)) for key, one in made.items()} == {
        (kind, language): (kind, language == "de-en") for kind, language in made
    }
    assert [
        key
        for key, one in made.items()
        if specimens.as_issued(one.facts(), **place).facts()["days"] != one.facts()["days"]  # type: ignore[arg-type]
    ] == []


async def test_a_monstrous_text_ends_in_a_sentence_and_harms_nobody(
    client: Client, begin: Begin, design_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    course, ada = make_course(), make_person()
    async with begin() as session:
        session.add_all([course, ada])
        await session.flush()
        run, _ = await a_run_that_is_over(session, course)
        monstrous = a_certificate(ada, run, facts={"course": "a" * 1_000_000})
        session.add(monstrous)

    with Workers(1, seconds=1, niceness=0) as workers:
        monkeypatch.setattr("lms.certification.issuing.drawing.workers", lambda _: workers)
        refused = await client.get(
            f"{HERE}/{design_id}/vorschau.pdf", params={"number": monstrous.number}, headers=HTML
        )
        fine = await client.get(f"{HERE}/{design_id}/vorschau.pdf")

    assert (refused.status_code, fine.status_code) == (422, 200)
    assert "dauert zu lange oder braucht zu viel Speicher" in refused.text
