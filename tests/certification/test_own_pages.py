"""What whoever holds a certificate sees of it, and does with it."""

from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.certification.models import CertificateState
from lms.db import Begin
from tests.certification.papers import FILE, facts, keep
from tests.making import MOMENT, make_person
from tests.office import counted, words_of
from tests.visiting import send, sign_in

Client = AsyncTestClient[Litestar]
PAGE = {"accept": "text/html"}


async def test_each_certificate_stands_there_with_its_state_and_its_files(
    client: Client, begin: Begin
) -> None:
    me = await sign_in(client, begin)
    newer = await keep(begin, person_id=me.person_id, counter=2, credential="{}")
    older = await keep(
        begin,
        person_id=me.person_id,
        state=CertificateState.REPLACED,
        ended_at=MOMENT,
        ended_reason="Name berichtigt",
        replaced_by=newer.id,
    )
    revoked = await keep(
        begin,
        person_id=me.person_id,
        counter=3,
        state=CertificateState.REVOKED,
        ended_at=MOMENT,
        ended_reason="Verwechslung",
    )

    page = await client.get("/meine-nachweise", headers=PAGE)

    for words in ("gültig", "ersetzt", "Name berichtigt", "zurückgezogen", "Verwechslung", "8 von 10"):
        assert words in page.text
    for path in (
        f"{newer.id}/nachweis.pdf",
        f"{older.id}/drucken.pdf",
        f"{newer.id}#digital",
        str(revoked.id),
    ):
        assert f'href="/meine-nachweise/{path}"' in page.text
    assert f'href="/meine-nachweise/{older.id}#digital"' not in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_the_list_costs_as_much_for_one_as_for_many(client: Client, begin: Begin) -> None:
    me = await sign_in(client, begin)
    await keep(begin, person_id=me.person_id)
    await client.get("/meine-nachweise", headers=PAGE)
    with counted() as one:
        await client.get("/meine-nachweise", headers=PAGE)
    for counter in range(2, 8):
        await keep(begin, person_id=me.person_id, counter=counter)
    with counted() as many:
        await client.get("/meine-nachweise", headers=PAGE)

    assert len(many) == len(one)


async def test_one_page_holds_all_about_a_certificate_and_the_choice_of_the_name(
    client: Client, begin: Begin
) -> None:
    me = await sign_in(client, begin)
    paper = await keep(
        begin, person_id=me.person_id, credential="{}", said=facts(course="Fotos <b>ordnen</b>")
    )
    here = f"/meine-nachweise/{paper.id}"

    page = await client.get(here, headers=PAGE)
    nothing = await send(client, f"{here}/name", {})
    done = await send(client, f"{here}/name", {"shown": "hidden"})
    public = await client.get(f"/pruefen/{paper.code}", headers=PAGE)

    assert ("Fotos &lt;b&gt;ordnen" in page.text, f"/pruefen/{paper.code}" in page.text) == (True, True)
    assert [f"{here}/nachweis.{kind}" in page.text for kind in ("pdf", "json", "svg", "png")] == [True] * 4
    assert nothing.status_code == 422
    assert (done.status_code, done.headers["location"].startswith(here)) == (303, True)
    assert (
        "Lehmann" in words_of(public.text),
        "Die Person zeigt ihren Namen hier nicht." in public.text,
    ) == (
        False,
        True,
    )


async def test_files_are_handed_out_as_they_were_issued_to_be_saved_or_to_be_printed(
    client: Client, begin: Begin
) -> None:
    me = await sign_in(client, begin)
    paper = await keep(begin, person_id=me.person_id)

    saved = await client.get(f"/meine-nachweise/{paper.id}/nachweis.pdf")
    printed = await client.get(f"/meine-nachweise/{paper.id}/drucken.pdf")

    assert (saved.content, printed.content) == (FILE, FILE)
    assert [answer.headers["content-disposition"].split(";")[0] for answer in (saved, printed)] == [
        "attachment",
        "inline",
    ]


async def test_without_any_it_says_how_one_gets_there_and_strangers_see_nothing(
    client: Client, begin: Begin
) -> None:
    await sign_in(client, begin)
    other = make_person("Ben", "Kurz")
    async with begin() as session:
        session.add(other)
    paper = await keep(begin, person_id=other.id)

    page = await client.get("/meine-nachweise", headers=PAGE)
    english = await client.get("/en/meine-nachweise", headers=PAGE)
    paths = (f"/meine-nachweise/{paper.id}", f"/meine-nachweise/{paper.id}/drucken.pdf")

    assert "Sie haben noch keinen Nachweis." in page.text
    assert "You have no certificate yet." in english.text
    assert [(await client.get(path, headers=PAGE)).status_code for path in paths] == [404, 404]
    assert (await send(client, f"/meine-nachweise/{paper.id}/name", {"shown": "hidden"})).status_code == 404
