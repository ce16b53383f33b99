"""The words of letters, changed by the team (F-L01)."""

import re

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.messaging.wordings import LetterWording
from lms.portal.letters.texts.meanings import MEANINGS
from lms.portal.letters.texts.reading import GROUPS, all_stationery
from tests.office import words_of
from tests.visiting import another_browser, send, sign_in

HERE = "/verwaltung/texte"
ONE = f"{HERE}/scheduling.assignment_asked"


def fields_of(page: str) -> dict[str, str]:
    """What the form would send as it stands."""
    areas = dict(re.findall(r'<textarea[^>]*? name="(\w+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL))
    seen = re.search(r'name="seen" value="(\w+)"', page)
    return areas | {"seen": seen[1] if seen else ""}


async def test_a_sentence_is_changed_looked_at_tried_saved_and_taken_back(
    client: AsyncTestClient[Litestar], begin: Begin
) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    listed = words_of((await client.get(HERE)).text)
    page = (await client.get(ONE)).text
    given = fields_of(page)
    name = next(key for key, text in given.items() if "Kursnummer" in text)
    fields = given | {name: "Die Nummer ist {number}.", "closing": "Bis bald, {reader}."}

    shown = await send(client, ONE, fields | {"tun": "vorschau"})
    tried = await send(client, ONE, fields | {"tun": "probe"})
    saved = await send(client, ONE, fields)
    late = await send(client, ONE, fields | {name: "Zu spät: {number}."})
    asked = words_of((await client.get(f"{ONE}/zuruecksetzen?stimme=de")).text)
    async with begin.reading() as session:
        texts = (await session.scalars(select(LetterWording.text))).all()
        trial = (await session.scalars(select(Letter).where(Letter.kind == "trial"))).one()
    again = [await send(client, f"{ONE}/zuruecksetzen?stimme=de") for _ in range(2)]
    async with begin.reading() as session:
        left = (await session.scalars(select(LetterWording))).all()
        trail = (
            await session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "letter-wording"))
        ).all()

    assert "Anrede und Schluss jedes Briefs" in listed
    assert "Die Nummer ist 27-1042." in words_of(shown.text)
    assert "noch nicht gespeichert" in words_of(shown.text)
    assert tried.status_code == 200
    assert "Die Nummer ist 27-1042." in trial.text
    assert (saved.status_code, late.status_code) == (303, 409)
    assert "Zu spät: {number}." in late.text
    assert "Jetzt gespeichert: Die Nummer ist" in words_of(late.text)
    assert sorted(texts) == ["Bis bald, {reader}.", "Die Nummer ist {number}."]
    assert "Ihre Texte von 2 Sätzen gehen verloren." in asked
    assert [one.status_code for one in again] == [303, 303]
    assert (left, trail) == ([], ["letter.worded", "letter.worded"])


def test_every_letter_stands_in_a_named_group() -> None:
    assert {one.module for one in all_stationery().values()} - set(GROUPS) == set()


async def test_braces_that_mean_nothing_and_sentences_the_law_asks_for_are_refused_with_what_was_typed(
    client: AsyncTestClient[Litestar], begin: Begin
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    confirmed = f"{HERE}/enrolment.place_confirmed"
    page = (await client.get(confirmed)).text
    given = fields_of(page)
    law = next(key for key, text in given.items() if "innerhalb von 14 Tagen" in text)

    unknown = await send(
        client, ONE, fields_of((await client.get(ONE)).text) | {"t0": "{name.__class__} und {iban}"}
    )
    missing = await send(client, confirmed, given | {law: ""})
    nowhere = await client.get(f"{HERE}/enrolment.no_such_letter")

    assert (unknown.status_code, missing.status_code, nowhere.status_code) == (422, 422, 404)
    assert "bedeutet in diesem Satz nichts" in words_of(unknown.text)
    assert "{name.__class__} und {iban}" in unknown.text
    assert "Diesen Satz verlangt das Gesetz." in words_of(missing.text)


async def test_sentences_are_numbered_and_none_is_called_optional(
    client: AsyncTestClient[Litestar], begin: Begin
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)

    page = (await client.get(f"{HERE}/enrolment.place_offered?stimme=de_du")).text
    labels = re.findall(r'<label class="kern-label" for="(?:t|p|opening|closing)\d*">(.*?)</label>', page)

    assert labels[:4] == [
        "Betreff",
        "Betreff, wenn es mehrere sind",
        "Satz 1",
        "Satz 1, wenn es mehrere sind",
    ]
    assert ["freiwillig" in label for label in labels] == [False] * (len(labels) - 2) + [True] * 2
    assert fields_of(page)["t0"] == "Ein Platz ist für dich frei: {course}"


async def test_only_those_who_may_change_texts_see_them(
    client: AsyncTestClient[Litestar], begin: Begin
) -> None:
    await sign_in(client, begin, Identity.FINANCE)

    assert (await client.get(HERE)).status_code == 403
    assert (await another_browser(client).get(ONE)).status_code in {302, 303, 401}


def test_every_name_in_a_letter_has_a_meaning_in_words() -> None:
    used = {name for one in all_stationery().values() for line in one.lines for name in line.names}

    assert used - set(MEANINGS) == set()
    assert not any("{" in one.title or "**" in one.title for one in all_stationery().values())
