"""The team's pages about messages by rule."""

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.correspondence.models import MessageRule
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.office import open_office, words_of
from tests.visiting import send, sign_in

HERE = "/verwaltung/nachrichtenregeln"
FIELDS = {
    "name": "Erinnerung", "role": "participants", "days": "2", "when": "before", "anchor": "run_starts", "at": "9",
    "subject_de": "Bald: {course}", "text_de": "Am {first_day}, {name}.", "key": "7d7e0a3e-54f4-4d39-8a52-0d6d2b5b3a10",
}  # fmt: skip


async def test_a_rule_is_made_looked_at_switched_on_and_put_away(
    client: AsyncTestClient[Litestar], begin: Begin, house: Around
) -> None:
    office = await open_office(house)
    await office.enrol(await office.run(), "Ada", "Lehmann")
    await sign_in(client, begin, Identity.ENROLMENT)
    empty = words_of((await client.get(HERE)).text)
    pattern = (await client.get(f"{HERE}/neu?vorlage=beginn")).text
    wrong = await send(client, f"{HERE}/neu", FIELDS | {"text_de": "Am {birthday}", "anchor": ""})
    unknown = await send(client, f"{HERE}/neu", FIELDS | {"text_de": "Am {birthday}."})
    made = [await send(client, f"{HERE}/neu", FIELDS) for _ in range(2)]
    here = made[0].headers["location"].partition("?")[0]
    page = words_of((await client.get(here)).text)
    asked = words_of((await client.get(f"{here}/einschalten")).text)
    on = await send(client, f"{here}/einschalten")
    stale = await send(client, f"{here}/aendern", FIELDS | {"version": "1", "days": "3"})
    listed = words_of((await client.get(HERE)).text)
    table = await client.get(f"{here}/protokoll.csv")
    away = await send(client, f"{here}/ablegen")
    async with begin.reading() as session:
        rules = (await session.scalars(select(MessageRule))).all()

    assert "Es gibt noch keine Regel." in empty
    assert "Übermorgen geht es los: {course}" in pattern
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert "{birthday} bedeutet hier nichts." in words_of(unknown.text)
    assert [one.status_code for one in made] == [303, 303]
    assert "Wäre die Regel eingeschaltet, ginge 1 Nachricht hinaus." in page
    assert "Ada Lehmann" in page
    assert "In den nächsten 30 Tagen ist das 1 Nachricht." in asked
    assert (on.status_code, stale.status_code, away.status_code, table.status_code) == (303, 409, 303, 200)
    assert "2 Tage vor dem ersten Termin, um 09:00 Uhr" in listed
    assert [rule.state for rule in rules] == ["archived"]


async def test_rules_are_closed_to_everybody_else(client: AsyncTestClient[Litestar], begin: Begin) -> None:
    await sign_in(client, begin, Identity.FINANCE)

    assert (await client.get(HERE)).status_code == 403
