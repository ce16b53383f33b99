"""News go to whoever asked for them, as long as they want, and to nobody else."""

import re
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.correspondence.news.errors import AlreadySent, NoReaders
from lms.correspondence.news.models import News, NewsState, Subscription
from lms.correspondence.news.sending import NewsDesk, Words
from lms.correspondence.news.subscribing import Choice, NewsSubscriptions
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.actor import ANONYMOUS
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Consent, Guardianship
from lms.web.module import Around
from tests.making import BOTH, FixedClock, learner, make_person, staff
from tests.visiting import sign_in

EDITOR = staff(Identity.PROGRAMME)
HOSTILE = (
    "# <script>alert(1)</script>\n\n[Klick](https://evil.example) \u202e =?utf-8?q?=0D=0ABcc?= " + "x" * 9_000
)


async def ask(house: Around, email: str, **choice: object) -> None:
    await NewsSubscriptions(house).ask(
        ANONYMOUS,
        email=email,
        language="de",
        wording="Ich möchte Neuigkeiten.",
        choice=Choice(**choice),  # type: ignore[arg-type]
    )


async def subscribe(house: Around, email: str, **choice: object) -> UUID:
    await ask(house, email, **choice)
    async with house.begin.reading() as session:
        found = await session.scalar(select(Subscription.id).where(Subscription.email == email.lower()))
    assert found is not None
    await NewsSubscriptions(house).confirm(subscription_id=found)
    return found


async def written(house: Around, **words: object) -> UUID:
    news_id = uuid4()
    usual = {"title": "Neue Kurse", "body": "Im Frühling geht es los."}
    await NewsDesk(house).write(EDITOR, news_id=news_id, words=Words(**usual | words))  # type: ignore[arg-type]
    return news_id


async def letters(begin: Begin, kind: str) -> list[Letter]:
    async with begin.reading() as session:
        return list(
            (
                await session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.to_address))
            ).all()
        )


@BOTH
async def test_news_go_to_whoever_confirmed_and_chose_them(house: Around, begin: Begin, jobs: Worker) -> None:
    await subscribe(house, "Ada@example.com", topics=["tablet"])
    await subscribe(house, "ben@example.com", topics=["foto"])
    await subscribe(house, "eva@example.com")
    await ask(house, "never-confirmed@example.com")
    news_id = await written(house, topics=["tablet"], body=HOSTILE)

    assert await NewsDesk(house).send(EDITOR, news_id=news_id) == 2
    await jobs.drain()
    await NewsDesk(house).carry({"news_id": str(news_id), "version": 3})

    sent = await letters(begin, "news")
    assert [letter.to_address for letter in sent] == ["ada@example.com", "eva@example.com"]
    assert "evil.example" not in sent[0].html
    assert "<script" not in sent[0].html
    async with begin.reading() as session:
        assert (await session.get_one(News, news_id)).state is NewsState.SENT
    with pytest.raises(AlreadySent):
        await NewsDesk(house).send(EDITOR, news_id=news_id)


async def test_whoever_ends_it_gets_nothing_more_not_even_what_waits(
    house: Around, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    ada = await subscribe(house, "ada@example.com")
    await subscribe(house, "ben@example.com")
    news_id = await written(house)
    await NewsDesk(house).send(EDITOR, news_id=news_id, at=clock() + timedelta(hours=1))

    await NewsSubscriptions(house).end(subscription_id=ada)
    await NewsSubscriptions(house).end(subscription_id=ada)
    clock.forward(hours=1)
    await jobs.drain()

    assert [letter.to_address for letter in await letters(begin, "news")] == ["ben@example.com"]


async def test_what_is_planned_can_be_stopped_and_written_on(
    house: Around, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    await subscribe(house, "ada@example.com")
    news_id = await written(house)
    await NewsDesk(house).send(EDITOR, news_id=news_id, at=clock() + timedelta(hours=1))

    await NewsDesk(house).stop(EDITOR, news_id=news_id)
    clock.forward(hours=2)
    await jobs.drain()
    assert await letters(begin, "news") == []

    await NewsDesk(house).send(EDITOR, news_id=news_id)
    await jobs.drain()
    assert len(await letters(begin, "news")) == 1


async def test_under_16_the_guardian_decides_and_consent_is_kept(house: Around, begin: Begin) -> None:
    child = make_person("Mia", email="mia@example.com", birth_date=date(2013, 5, 1))
    mother = make_person("Eva", email="eva@example.com")
    async with begin() as session:
        session.add_all([child, mother])
        await session.flush()
        session.add(Guardianship(guardian_id=mother.id, child_id=child.id))

    subscription = await subscribe(house, "mia@example.com")

    [letter] = await letters(begin, "news-confirm")
    async with begin.reading() as session:
        [consent] = (await session.scalars(select(Consent))).all()
    assert (letter.to_address, consent.person_id, consent.wording) == (
        "eva@example.com", child.id, "Ich möchte Neuigkeiten.",
    )  # fmt: skip
    await NewsSubscriptions(house).end(subscription_id=subscription)
    async with begin.reading() as session:
        assert (await session.get_one(Consent, consent.id)).withdrawn_at is not None


async def test_only_whoever_may_writes_news_and_somebody_must_want_them(house: Around) -> None:
    news_id = await written(house)
    with pytest.raises(NoReaders):
        await NewsDesk(house).send(EDITOR, news_id=news_id)
    with pytest.raises(Forbidden):
        await NewsDesk(house).send(learner(make_person()), news_id=news_id)


async def test_one_click_in_a_mail_programme_ends_it_and_a_look_does_not(
    client: AsyncTestClient[Litestar], house: Around, begin: Begin, jobs: Worker
) -> None:
    await subscribe(house, "ada@example.com")
    news_id = await written(house)
    await NewsDesk(house).send(EDITOR, news_id=news_id)
    await jobs.drain()
    [letter] = await letters(begin, "news")
    [confirm] = await letters(begin, "news-confirm")
    path = letter.unsubscribe.removeprefix(house.settings.public_url)

    assert (await client.get(path)).status_code == 200
    async with begin.reading() as session:
        assert (await session.scalars(select(Subscription.ended_at))).all() == [None]
    answer = await client.post(
        path, data={"List-Unsubscribe": "One-Click"}, headers={"origin": "https://mail.example"}
    )

    assert (answer.status_code, confirm.unsubscribe) == (200, "")
    async with begin.reading() as session:
        assert (await session.scalars(select(Subscription.ended_at))).all() != [None]
    forged = path[:-4] + ("aaaa" if not path.endswith("aaaa") else "bbbb")
    assert (await client.post(forged)).status_code == 404


async def test_the_pages_lead_from_asking_to_reading(
    client: AsyncTestClient[Litestar], house: Around, begin: Begin
) -> None:
    page = await client.get("/neuigkeiten")
    assert page.status_code == 200
    token = re.search(r'name="_csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None
    form = {"_csrf_token": token.group(1), "email": "ada@example.com", "wanted": "1", "is_old_enough": "1"}
    assert (await client.post("/neuigkeiten", data=form | {"wanted": ""})).status_code == 422
    assert (await client.post("/neuigkeiten", data=form)).headers["location"] == "/neuigkeiten/gesendet"
    [letter] = await letters(begin, "news-confirm")
    link = re.search(r"/neuigkeiten/bestaetigen/\S+", letter.text)
    assert link is not None
    assert "ada@example.com" in (await client.get(link.group(0))).text

    await sign_in(client, begin, Identity.PROGRAMME)
    news_id = await written(house, body=HOSTILE)
    for path in ("", f"/{news_id}", f"/{news_id}/schreiben", f"/{uuid4()}/schreiben"):
        answer = await client.get(f"/verwaltung/neuigkeiten{path}")
        assert (answer.status_code, "<script>alert" in answer.text) == (200, False), path
