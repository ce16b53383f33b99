"""Wishes and votes through HTTP: what is on the page, where the form leads, what is refused in words."""

import re
from datetime import timedelta
from uuid import UUID, uuid4, uuid5

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import func, select

from lms.catalogue.models import Course, Run
from lms.catalogue.service import Courses
from lms.districts.models import District
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.participation.models import Vote, VoteState, Wish, WishRun, WishState
from lms.participation.outcome.desk import NEW, draft_of
from lms.participation.rules import sheet_code
from lms.web.module import Around
from tests.making import FixedClock
from tests.office import counted
from tests.participation.scene import PLANNER, Town
from tests.visiting import another_browser, send, sign_in

Browser = AsyncTestClient[Litestar]
HOSTILE = "=HYPERLINK(1) <script>alert(1)</script> 🎉"
WISH = {"kind": "want", "title": "Nähen mit der Maschine", "text": "Für Anfänger", "act": "senden"}


@pytest.fixture
def town(house: Around, clock: FixedClock) -> Town:
    return Town(house, clock)


async def test_a_wish_is_looked_at_beside_similar_ones_then_sent_and_only_published_by_the_team(
    client: Browser, town: Town, jobs: Worker
) -> None:
    await town.wish("Nähmaschine richtig bedienen")
    look = await send(client, "/wuensche/neu", WISH | {"title": "Naehmaschiene", "act": "pruefen"})
    assert (look.status_code, "Gibt es das schon?" in look.text, "Nähmaschine richtig bedienen" in look.text) == (
        200, True, True,
    )  # fmt: skip
    form_id = str(uuid4())
    sent = WISH | {"title": HOSTILE, "email": "eva@example.com", "form_id": form_id}
    first, again = await send(client, "/wuensche/neu", sent), await send(client, "/wuensche/neu", sent)
    own = first.headers["location"]
    assert (first.status_code, again.headers["location"]) == (303, own)
    assert HOSTILE[:14] not in (await client.get("/wuensche")).text
    await jobs.drain()

    async with town.house.begin.reading() as session:
        wish = (await session.scalars(select(Wish).where(Wish.state == WishState.SUBMITTED))).one()
    desk = another_browser(client)
    await sign_in(desk, town.house.begin, Identity.PROGRAMME)
    page = await desk.get(f"/verwaltung/wuensche/{wish.id}")
    assert "<script>alert" not in page.text
    words = {"title": "Nähen für alle", "text": "", "kind": "want", "version": str(wish.version)}
    published = await send(desk, f"/verwaltung/wuensche/{wish.id}", words | {"act": "veroeffentlichen"})
    stale = await send(desk, f"/verwaltung/wuensche/{wish.id}", words | {"act": "speichern"})
    await jobs.drain()

    public = (await client.get(f"/wuensche/{wish.id}")).text
    assert (published.status_code, stale.status_code, "Nähen für alle" in public) == (303, 409, True)
    async with town.house.begin.reading() as session:
        kinds = sorted(await session.scalars(select(Letter.kind)))
        kept = await session.get_one(Wish, wish.id)
    assert (kinds, kept.original["title"]) == (["wish_published", "wish_received"], HOSTILE)
    assert (await client.get(re.sub(r"[^/]{32}\?.*", "a" * 32, own))).status_code == 404


async def test_ten_thousand_characters_keep_what_was_typed(client: Browser) -> None:
    answer = await send(client, "/wuensche/neu", WISH | {"text": "x" * 5_000, "act": "pruefen"})

    assert (answer.status_code, "5000 Zeichen" in answer.text, "x" * 5_000 in answer.text) == (
        422,
        True,
        True,
    )


async def test_the_towns_library_goes_on_with_a_mail_after_twenty_wishes_in_an_hour(
    client: Browser, town: Town
) -> None:
    for number in range(20):
        assert (await send(client, "/wuensche/neu", WISH | {"title": f"Wunsch {number}"})).status_code == 303

    without = await send(client, "/wuensche/neu", WISH | {"title": "Noch einer"})
    with_mail = await send(
        client, "/wuensche/neu", WISH | {"title": "Noch einer", "email": "eva@example.com"}
    )

    async with town.house.begin.reading() as session:
        wish = (await session.scalars(select(Wish).where(Wish.title == "Noch einer"))).one()
    assert (without.status_code, "Nachricht kommt Ihr Wunsch trotzdem an" in without.text) == (429, True)
    assert (with_mail.status_code, wish.state) == (303, WishState.UNPROVEN)
    own = with_mail.headers["location"].partition("?")[0]
    assert (await send(client, f"{own}/bestaetigen")).status_code == 303
    async with town.house.begin.reading() as session:
        assert (await session.get_one(Wish, wish.id)).state is WishState.SUBMITTED


async def test_a_vote_is_confirmed_by_the_button_behind_the_link_and_taken_back_by_the_same(
    client: Browser, town: Town, jobs: Worker
) -> None:
    voting = await town.round(votes_per_person=3)
    wish = await town.wish(voting=voting)
    born = {"born-day": "4", "born-month": "5", "born-year": "1944"}
    asked = await send(
        client, f"/wuensche/{wish.id}/unterstuetzen", {"email": "eva@example.com", "name": "Eva Alt"} | born
    )
    empty = await send(client, f"/wuensche/{wish.id}/unterstuetzen", {"email": "eva@example.com"})
    await jobs.drain()
    async with town.house.begin.reading() as session:
        vote = (await session.scalars(select(Vote))).one()
        letters = list(await session.scalars(select(Letter.kind).where(Letter.kind == "vote_confirm")))
    link = f"/wuensche/stimme/{vote.id}/{town.token(vote)}"

    opened = await client.get(link)
    before = await town.counts(wish)
    await send(client, f"{link}/bestaetigen")
    after_it = await client.get(link)
    await send(client, f"{link}/zurueck")

    assert (asked.status_code, empty.status_code, letters) == (200, 422, ["vote_confirm"])
    assert (opened.headers["cache-control"], "Meine Stimme bestätigen" in opened.text, before) == (
        "no-store",
        True,
        [(0, 0)],
    )
    assert "Sie haben noch 2 Stimmen." in after_it.text
    assert await town.counts(wish) == [(0, 0)]
    async with town.house.begin.reading() as session:
        ended = (await session.scalars(select(Vote))).one()
    assert (ended.state, ended.email, ended.name) == (VoteState.WITHDRAWN, "", "")


async def test_sheets_are_typed_in_at_the_counter_and_the_result_is_public(
    client: Browser, town: Town, clock: FixedClock
) -> None:
    voting = await town.round(days=5)
    wish = await town.wish("Nähen", voting=voting)
    await town.vote(wish, "otto@example.com", name="Otto Alt")
    await town.print(voting)
    desk = another_browser(client)
    await sign_in(desk, town.house.begin, Identity.PROGRAMME)
    here = f"/verwaltung/abstimmungen/{voting.id}/stimmzettel"
    born = {"born-day": "4", "born-month": "5", "born-year": "1961"}
    sheet = {"code": sheet_code(town.house.signer, voting.id, 1), "numbers": "1", "name": "Otto Alt"} | born

    double = await send(desk, here, sheet)
    good = await send(desk, here, sheet | {"name": "Anna Alt"})
    clock.forward(days=6)
    close = f"/verwaltung/abstimmungen/{voting.id}/ergebnis"
    asked = await desk.get(close)
    closed = await send(desk, close)
    page = (await client.get(f"/wuensche/runden/{voting.slug}")).text
    table = await client.get(f"/wuensche/runden/{voting.slug}/ergebnis.csv")
    protocol = await desk.get(f"{here}/protokoll.csv")

    assert (double.status_code, "schon abgestimmt (online)" in double.text, "Otto Alt" in double.text) == (
        409,
        True,
        True,
    )
    assert (good.status_code, asked.status_code, closed.status_code) == (303, 200, 303)
    assert "Erster Platz: Nähen" in page
    assert "2, davon 1 online, 1 auf Papier, 0 an der Theke" in page
    assert "1;Nähen;2;2;1;1;0" in table.text
    assert "erfasst" in protocol.text


async def test_the_ballot_is_a_numbered_pdf(client: Browser, town: Town) -> None:
    voting = await town.round()
    await town.wish("Nähen", voting=voting)
    await sign_in(client, town.house.begin, Identity.PROGRAMME)
    here = f"/verwaltung/abstimmungen/{voting.id}/stimmzettel"

    made = await send(client, f"{here}/drucken", {"number": "2"})
    pdf = await client.get(f"{here}/blaetter/1/2")
    never_made = await client.get(f"{here}/blaetter/1/3")

    assert (made.status_code, pdf.headers["content-type"], pdf.content[:5], never_made.status_code) == (
        200, "application/pdf", b"%PDF-", 422,
    )  # fmt: skip


async def test_a_list_costs_as_many_statements_for_one_wish_as_for_many(client: Browser, town: Town) -> None:
    voting = await town.round()
    async with town.house.begin() as session:
        session.add(District(name="Nordstadt"))
    await town.wish("Eins", voting=voting)
    pages = ("/wuensche", f"/wuensche/runden/{voting.slug}")
    costs = []
    for number in (0, 5):
        for title in range(number):
            await town.wish(f"Mehr {title}", voting=voting, district="Nordstadt")
        for page in pages:
            with counted() as seen:
                assert (await client.get(page)).status_code == 200
            costs.append(len(seen))

    assert costs[:2] == costs[2:]
    found = await client.get("/wuensche?stadtteil=Nordstadt&q=mehr")
    assert "5 Wünsche gefunden" in found.text


async def test_nobody_finds_a_wish_that_waits_or_was_rejected_before_it_was_public(
    client: Browser, town: Town
) -> None:
    waiting = await town.wish(publish=False)

    assert (await client.get(f"/wuensche/{waiting.id}")).status_code == 404
    assert (
        await send(client, f"/wuensche/{waiting.id}/unterstuetzen", {"email": "a@example.com"})
    ).status_code == 404
    planner = another_browser(client)
    await sign_in(planner, town.house.begin, Identity.PROGRAMME)
    desk = f"/verwaltung/wuensche/{waiting.id}"
    for page in ("planen", "antwort"):
        assert "noch nicht veröffentlicht" in (await planner.get(f"{desk}/{page}")).text
    await send(planner, f"{desk}/ablehnen", {"answer_de": "Kein Kurs.", "version": str(waiting.version)})
    assert (await client.get(f"/wuensche/{waiting.id}")).status_code == 404


async def test_the_pages_of_the_team_are_for_the_team(client: Browser, town: Town, clock: FixedClock) -> None:
    voting = await town.round()
    await town.wish(voting=voting)
    pages = (
        "/verwaltung/wuensche", "/verwaltung/wuensche/neu", "/verwaltung/stimmen", "/verwaltung/abstimmungen",
        "/verwaltung/abstimmungen/neu", f"/verwaltung/abstimmungen/{voting.id}",
        f"/verwaltung/abstimmungen/{voting.id}/bearbeiten", f"/verwaltung/abstimmungen/{voting.id}/stimmzettel",
        f"/verwaltung/abstimmungen/{voting.id}/stimmzettel/drucken",
        f"/verwaltung/abstimmungen/{voting.id}/stimmzettel/zweite-zaehlung",
    )  # fmt: skip
    assert [(await client.get(page)).status_code for page in pages] == [303] * len(pages)
    await sign_in(client, town.house.begin)
    assert [(await client.get(page)).status_code for page in pages] == [403] * len(pages)
    planner = another_browser(client)
    await sign_in(planner, town.house.begin, Identity.PROGRAMME)
    assert [(await planner.get(page)).status_code for page in pages] == [200] * len(pages)
    day = clock().date() + timedelta(days=40)
    plan = {
        "title_de": "Winter", "slug": "winter", "audience": "youth", "votes": "3", "most": "4",
        **{f"{name}-{part}": str(value) for name in ("collect", "discuss", "vote", "last") for part, value in (("day", day.day), ("month", day.month), ("year", day.year))},
    }  # fmt: skip
    wrong = await send(planner, "/verwaltung/abstimmungen/neu", plan)
    right = await send(planner, "/verwaltung/abstimmungen/neu", plan | {"max_age": "18", "most": "2"})
    assert (wrong.status_code, right.status_code) == (422, 303)


async def test_what_a_crash_left_half_done_is_finished_and_two_colleagues_make_one_run(
    client: Browser, town: Town
) -> None:
    wish = await town.wish()
    await sign_in(client, town.house.begin, Identity.PROGRAMME)
    colleague = another_browser(client)
    await sign_in(colleague, town.house.begin, Identity.PROGRAMME)
    page = f"/verwaltung/wuensche/{wish.id}/planen"
    found = re.search(r'name="key"[^>]*value="([^"]+)"', (await client.get(page)).text)
    assert found is not None
    plan = {"key": found[1], "course": NEW, "days": "7"}
    await Courses(town.house).create(PLANNER, words=draft_of(wish), course_id=uuid5(UUID(found[1]), NEW))

    answers = [await send(client, page, plan), await send(colleague, page, plan)]
    other = await send(
        colleague, page, plan | {"days": "3", "course": "11111111-1111-1111-1111-111111111111"}
    )

    async with town.house.begin.reading() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(kind)) for kind in (Course, Run, WishRun)
        ]
        state = await session.scalar(select(Wish.state))
    assert ([one.status_code for one in answers], counts, state) == ([303, 303], [1, 1, 1], "planned")
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert other.status_code == 422
