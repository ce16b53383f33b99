"""The pages about people whom the centre knows twice (F-Q08)."""

from datetime import date, timedelta

from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.people.models import Person
from tests.making import MOMENT, FixedClock, make_person
from tests.office import counted, words_of
from tests.visiting import another_browser, send, sign_in

HERE = "/verwaltung/personen/doppelt"
BORN = date(1948, 5, 9)


async def test_two_records_are_found_compared_merged_once_and_lead_to_one_page(
    client: AsyncTestClient[Litestar], begin: Begin, clock: FixedClock
) -> None:
    first = make_person("Ilse", "Berger", birth_date=BORN, email=None, note="<b>laut</b>")
    second = make_person("Ilse", "Berger", birth_date=BORN, created_at=MOMENT + timedelta(days=1))
    await sign_in(client, begin, Identity.ENROLMENT)
    empty = words_of((await client.get(HERE)).text)
    async with begin() as session:
        session.add_all([first, second])
    path = f"{HERE}/{first.id}/{second.id}"
    turned = await client.get(f"{HERE}/{second.id}/{first.id}")

    with counted() as once:
        listed = await client.get(HERE)
    for number in range(3):
        async with begin() as session:
            session.add(make_person("Ilse", "Berger", birth_date=BORN, email=f"{number}@example.com"))
    with counted() as more:
        await client.get(HERE)
    page = await client.get(path)
    unchosen = await send(client, path, {"versions": "1-1"})
    stale = await send(client, path, {"email": "gone", "note": "kept", "versions": "1-7"})
    for _ in range(2):  # sent twice
        merged = await send(client, path, {"email": "gone", "note": "kept", "versions": "1-1"})
    signpost = await client.get(f"/verwaltung/personen/{second.id}")
    alive = await client.get(f"/verwaltung/personen/{first.id}")
    found = words_of((await client.get("/verwaltung/personen?q=Ilse")).text)

    assert "Niemand scheint doppelt bekannt zu sein." in empty
    assert "gleiches Geburtsdatum" in words_of(listed.text)
    assert len(more) == len(once)
    assert "Zusammenlegen lässt sich nicht rückgängig machen" in words_of(page.text)
    assert "&lt;b&gt;laut" in page.text
    assert turned.status_code == 200
    assert (unchosen.status_code, stale.status_code) == (422, 409)
    assert "Wählen Sie die E-Mail-Adresse." in words_of(unchosen.text)
    assert (merged.status_code, signpost.status_code) == (303, 303)
    assert signpost.headers["location"].endswith(str(first.id))
    assert "Zwei Einträge zu diesem zusammengelegt" in words_of(alive.text)
    assert "ilse.berger@example.com" in alive.text
    assert "4 Personen gefunden" in found
    assert (await client.get(path)).status_code == 404
    async with begin.reading() as session:
        assert (await session.get_one(Person, second.id)).merged_into_id == first.id


async def test_two_people_are_not_shown_again_and_merging_asks_for_a_fresh_proof(
    client: AsyncTestClient[Litestar], begin: Begin, clock: FixedClock
) -> None:
    pair = [make_person("Karl", "Otto", email=None, phone="+49390477") for _ in range(2)]
    async with begin() as session:
        session.add_all(pair)
    await sign_in(client, begin, Identity.ENROLMENT)
    path = f"{HERE}/{pair[0].id}/{pair[1].id}"
    others = another_browser(client)
    await sign_in(others, begin, Identity.PROGRAMME)

    refused = [(await others.get(HERE)).status_code, (await send(others, path)).status_code]
    clock.forward(minutes=11)
    asked = [await client.get(path), await send(client, path, {"versions": "1-1"})]
    apart = await send(client, f"{path}/zwei")
    listed = words_of((await client.get(HERE)).text)

    assert refused == [403, 403]
    assert [one.status_code for one in asked] == [303, 401]
    assert "/einloggen/bestaetigen" in asked[0].headers["location"]
    assert apart.status_code == 303
    assert "Niemand scheint doppelt bekannt zu sein." in listed
