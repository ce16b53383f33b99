"""The pages about acting for others: a child, a mother without e-mail, an invitation; by the account and by the desk."""

import re
from datetime import date
from uuid import UUID, uuid4

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.family import PHOTOS
from lms.people.mandates import INVITATION, Mandates
from lms.people.models import Consent, Guardianship, Mandate, Person
from lms.web.module import Around
from tests.enrolment.places import offered_run
from tests.enrolment.walking import answer, begin_form, order, path
from tests.making import make_person
from tests.office import words_of
from tests.visiting import another_browser, let_in, make_account, send, sign_in

Browser = AsyncTestClient[Litestar]
HERE = "/konto/personen"
CHILD = {
    "given_name": "Lena", "family_name": "Arnold", "birth_date-day": "7", "birth_date-month": "3",
    "birth_date-year": "2012", "emergency_phone": "0171 2345678", "alone": "no", "fetcher_1": "Oma Arnold",
    "fetcher_phone_1": "03904 55", "both": "1",
}  # fmt: skip
MOTHER = {
    "given_name": "Ilse", "family_name": "Berger", "street": "Markt 1", "postal_code": "39340",
    "city": "Haldensleben", "scopes": ["see", "enrol"],
}  # fmt: skip


async def test_a_parent_adds_a_child_changes_it_and_decides_about_photos(
    client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, person=make_person("Jens", "Arnold"))
    empty = words_of((await client.get(HERE)).text)

    future = await send(client, f"{HERE}/kind", CHILD | {"key": str(uuid4()), "birth_date-year": "2099"})
    added = await send(client, f"{HERE}/kind", CHILD | {"key": str(uuid4())})
    async with begin.reading() as session:
        kept = (await session.scalars(select(Guardianship))).one()
    page = words_of((await client.get(HERE)).text)
    form = await client.get(f"{HERE}/kind/{kept.child_id}")
    changed = await send(
        client,
        f"{HERE}/kind/{kept.child_id}",
        CHILD | {"alone": "yes", "version": "1", "fetcher_1": "<b>Opa</b>"},
    )
    stale = await send(client, f"{HERE}/kind/{kept.child_id}", CHILD | {"version": "1"})
    photos = await send(client, f"{HERE}/{kept.child_id}/fotos/ja")
    after = (await client.get(HERE)).text
    stranger = another_browser(client)
    await sign_in(stranger, begin)

    assert "Bisher handeln Sie nur für sich selbst." in empty
    assert future.status_code == 422
    assert "Dieses Geburtsdatum liegt in der Zukunft." in words_of(future.text)
    assert 'value="Lena"' in future.text
    assert added.status_code == 303
    assert "Oma Arnold" in page
    assert "wird abgeholt" in page
    assert "birth_date" not in form.text
    assert (changed.status_code, stale.status_code, photos.status_code) == (303, 409, 303)
    assert "Das hat inzwischen jemand anderes geändert." in words_of(stale.text)
    assert "&lt;b&gt;Opa&lt;/b&gt;" in after
    assert "Fotos sind erlaubt." in words_of(after)
    for foreign in (f"{HERE}/kind/{kept.child_id}", f"{HERE}/kind/{kept.child_id}/abgeben"):
        assert (await stranger.get(foreign)).status_code == 404
    assert (await send(stranger, f"{HERE}/{kept.child_id}/fotos/ja")).status_code == 404


async def test_a_daughter_acts_for_her_mother_until_the_next_click_after_a_call(
    client: Browser, begin: Begin, house: Around
) -> None:
    await sign_in(client, begin, person=make_person("Katja", "Berger"))
    run = await offered_run(begin)
    asked = await send(client, f"{HERE}/angehoerige", MOTHER | {"key": str(uuid4())})
    async with begin.reading() as session:
        mandate = (await session.scalars(select(Mandate))).one()
        letter = (await session.scalars(select(Letter).where(Letter.kind == "mandate_asked"))).one()
    code = Mandates(house).code_of(mandate.id)
    paper = await client.get(f"/konto/vollmacht/{mandate.id}/formular.pdf")
    visitor = another_browser(client)
    wrong = await send(visitor, "/vollmacht", {"sign": mandate.reference, "code": "AAAAAAAA"})
    unknown = await send(visitor, "/vollmacht", {"sign": "ABCDEF", "code": "AAAAAAAA"})
    looked = await send(visitor, "/vollmacht", {"sign": mandate.reference, "code": code})
    agreed = await send(
        visitor, "/vollmacht/zustimmen",
        {"sign": mandate.reference, "code": code, "scopes": ["see", "enrol"], "agreed": "1"},
    )  # fmt: skip

    await begin_form(client, run)
    who = await client.get(path(run, "fuer-wen"))
    await answer(client, run, "fuer-wen", who=f"person:{mandate.principal_id}")
    await answer(client, run, "unterstuetzung")
    where = (await order(client, run)).headers["location"]
    confirmation = await client.get(where)
    mine = await client.get("/meine-kurse")
    log = words_of((await client.get(f"/konto/vollmacht/{mandate.id}")).text)
    enrolment = re.search(r"/meine-kurse/([0-9a-f-]{36})", mine.text)
    assert enrolment
    course = await client.get(f"/meine-kurse/{enrolment[1]}")
    for beyond in ("abmelden", "wechseln", "ersatzperson"):  # this mandate does not reach so far
        assert (await client.get(f"/meine-kurse/{enrolment[1]}/{beyond}")).status_code == 404

    office = another_browser(client)
    await let_in(office, begin, await make_account(begin, Identity.ENROLMENT))
    desk = f"/verwaltung/personen/{mandate.principal_id}/beziehungen"
    shown = words_of((await office.get(desk)).text)
    ended = await send(office, f"{desk}/vollmacht/{mandate.id}/beenden", {"reason": "Anruf der Mutter"})

    assert asked.status_code == 303
    assert code in letter.text
    assert paper.content.startswith(b"%PDF")
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert len(wrong.text.replace(mandate.reference, "")) == len(unknown.text.replace("ABCDEF", ""))
    assert "Darf Katja Berger für Sie handeln?" in words_of(looked.text)
    assert agreed.status_code == 303
    assert "Ilse Berger" in words_of(who.text)
    assert "/anmeldung/" not in confirmation.text
    assert "Ilse" in words_of(mine.text)
    assert "Angemeldet, Platz bestätigt (Das Tablet kennenlernen)" in log
    assert "Die Vollmacht erlaubt Ihnen nicht, Ilse Berger abzumelden." in words_of(course.text)
    assert "Katja Berger handelt für Ilse Berger" in shown
    assert ended.status_code == 303
    for gone in (where, f"/meine-kurse/{enrolment[1]}", f"/meine-kurse?person={mandate.principal_id}"):
        assert (await client.get(gone)).status_code == 404
    assert (await client.get(f"/konto/vollmacht/{mandate.id}")).status_code == 200


async def test_an_invitation_says_nothing_to_strangers_and_opens_for_its_address(
    client: Browser, begin: Begin, house: Around
) -> None:
    await sign_in(client, begin, person=make_person("Katja", "Berger"))
    mother = make_person("Ilse", "Berger")
    account = await make_account(begin, person=mother)
    said = {"acts": "me", "scopes": ["see"]}
    answers = []
    for address in (mother.email, "niemand.bekannt@example.com"):
        sent = await send(client, f"{HERE}/einladen", said | {"email": address, "key": str(uuid4())})
        answers.append((sent.status_code, sent.headers["location"], len(sent.content)))
    async with begin.reading() as session:
        mandate = (await session.scalars(select(Mandate).where(Mandate.invited_email == mother.email))).one()
    link = f"/konto/vollmacht/{mandate.id}/{house.signer.token(INVITATION, mandate.id)}"
    visitor, other = another_browser(client), another_browser(client)
    led = await visitor.get(link, follow_redirects=False)
    await sign_in(other, begin)
    foreign = await other.get(link)
    await let_in(visitor, begin, account)
    page = await visitor.get(link)
    forged = await visitor.get(link[:-1] + ("a" if link[-1] != "a" else "b"))
    yes = await send(visitor, link, {"scopes": ["see"]})
    seen = words_of((await visitor.get(HERE)).text)

    assert answers[0] == answers[1]
    assert "Katja" not in led.text
    assert (foreign.status_code, forged.status_code) == (404, 404)
    assert "Darf Katja Berger für Sie handeln?" in words_of(page.text)
    assert yes.status_code == 303
    assert "Wer darf für mich handeln? Katja Berger" in seen


async def test_a_young_person_answers_about_photos_by_the_link(
    client: Browser, begin: Begin, house: Around
) -> None:
    tim = make_person("Tim", "Arnold", birth_date=date(2010, 1, 1))
    async with begin() as session:
        session.add(tim)
    link = f"/fotos/{tim.id}/{house.signer.token(PHOTOS, tim.id)}"

    page = await client.get(link)
    yes = await send(client, f"{link}/ja")
    no = await send(client, f"{link}/nein")

    async with begin.reading() as session:
        kept = (await session.scalars(select(Consent))).one()
    assert "Dürfen wir Fotos von Ihnen machen, Tim?" in words_of(page.text)
    assert (yes.status_code, no.status_code) == (200, 200)
    assert kept.withdrawn_at is not None
    assert (await client.get(f"/fotos/{tim.id}/falsch")).status_code == 404
    assert isinstance(kept.person_id, UUID)


async def test_the_desk_records_papers_guardians_and_households(client: Browser, begin: Begin) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    mother, daughter = make_person("Ilse", "Berger", email=None), make_person("Katja", "Berger")
    child = make_person("Lena", "Berger", email=None, birth_date=date(2014, 1, 1))
    async with begin() as session:
        session.add_all([mother, daughter, child])
    here = f"/verwaltung/personen/{mother.id}/beziehungen"
    found = words_of((await client.get(f"{here}/neu?q=katja")).text)
    seen = {"seen_on-day": "4", "seen_on-month": "12", "seen_on-year": "2026"}
    form = {"scopes": ["see", "cancel"], "key": str(uuid4())} | seen

    late = await send(client, f"{here}/vollmacht/{daughter.id}", form | {"seen_on-year": "2027"})
    recorded = await send(client, f"{here}/vollmacht/{daughter.id}", form)
    again = await send(client, f"{here}/vollmacht/{daughter.id}", form | {"key": str(uuid4())})
    child_page = f"/verwaltung/personen/{child.id}/beziehungen"
    named = await send(client, f"{child_page}/sorge/{daughter.id}", {"emergency_phone": "0171 2345678"})
    flagged = await send(client, f"{child_page}/streit", {"reason": "Anruf"})
    shown = words_of((await client.get(child_page)).text)
    dismissed = await send(client, f"{child_page}/sorge/{daughter.id}/beenden", {"reason": "Beschluss"})
    joined = await send(client, f"{here}/haushalt/{daughter.id}")
    page = words_of((await client.get(here)).text)
    history = words_of((await client.get(f"/verwaltung/personen/{mother.id}")).text)

    assert "darf für Ilse Berger handeln" in found
    assert (late.status_code, recorded.status_code, again.status_code) == (422, 303, 409)
    assert (named.status_code, flagged.status_code, dismissed.status_code, joined.status_code) == (303,) * 4
    assert "Die Eltern sind uneinig." in shown
    assert "auf Papier unterschrieben, Papier lag vor am 4. Dezember 2026" in page
    assert "Vollmacht erteilt" in history
    async with begin.reading() as session:
        assert (await session.get_one(Person, mother.id)).version == 1
