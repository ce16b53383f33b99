"""Writing a quiz in the browser, with forms alone."""

from typing import Any

import msgspec
import pytest
from httpx import AsyncClient

from content.quiz.questions import GapText, HotSpots, Pool, Quiz, SingleChoice, TrueFalse
from lms.kernel.rights import Identity
from lms.learning.models import Lesson
from lms.quizzes.editing.forms import form_of
from lms.quizzes.editing.pages import parts_of, places_of
from lms.web.module import Around
from tests.office import counted, words_of
from tests.quizzes.writing import Desk, choice_question, open_desk
from tests.visiting import another_browser, assert_same_as_missing, send, sign_in

HOSTILE = "=1+1; <script>alert(1)</script> \u202e 🙈"


@pytest.fixture
async def desk(house: Around) -> Desk:
    return await open_desk(house, choice_question("a"), choice_question("b", text=HOSTILE))


async def as_trainer(client: AsyncClient, desk: Desk) -> None:
    await sign_in(client, desk.house.begin, Identity.TRAINER, person=desk.trainer, is_known=True)


def hidden(page: str, name: str) -> str:
    at = page.index(f'name="{name}" value="')
    return page[at:].split('value="', 1)[1].split('"', 1)[0]


async def test_the_list_shows_every_question_as_text_and_costs_the_same_for_many(
    client: AsyncClient, desk: Desk
) -> None:
    await as_trainer(client, desk)
    many = await open_desk(desk.house, *(choice_question(f"q{n}") for n in range(30)))
    await sign_in(
        other := another_browser(client),
        many.house.begin,
        Identity.TRAINER,
        person=many.trainer,
        is_known=True,
    )

    with counted() as few:
        page = (await client.get(desk.path)).text
    with counted() as more:
        await other.get(many.path)

    assert "1. Fragt die Bank nach der PIN?" in words_of(page)
    assert "<script>alert(1)" not in page
    assert len(few) == len(more)


async def test_of_many_questions_a_hundred_stand_on_a_page_and_each_is_found_on_its_own(
    client: AsyncClient, house: Around
) -> None:
    many = await open_desk(house, *(choice_question(f"q{n}", text=f"Frage {n}?") for n in range(1, 251)))
    await as_trainer(client, many)
    last = (await client.get(f"{many.path}?seite=3")).text
    found = (await client.get(f"{many.path}?frage=q101")).text
    moved = await send(client, f"{many.path}/fragen/q250/hoch")
    dropped = await send(client, f"{many.path}/platz", {"frage": "q1", "gruppe": "1", "stelle": "249"})

    assert ["Frage 1?" in found, "Frage 100?" in found, "Frage 101?" in found, "Frage 200?" in found] == [
        False, False, True, True,
    ]  # fmt: skip
    assert (last.count("data-question="), 'data-from="200"' in last, "Seite 3 von 3" in words_of(last)) == (
        50, True, True,
    )  # fmt: skip
    assert moved.headers["location"] == f"{many.path}?frage=q250#f-q250"
    assert dropped.headers["location"] == f"{many.path}?frage=q1#f-q1"
    assert [one.key for one in (await many.quiz()).questions][-3:] == ["q250", "q249", "q1"]


async def test_an_empty_group_stands_between_its_neighbours_on_one_page_only() -> None:
    def pool(key: str, count: int) -> Pool:
        return Pool(key=key, questions=tuple(choice_question(f"{key}{n}") for n in range(count)))

    quiz = Quiz(pools=(pool("a", 3), pool("b", 0), pool("c", 4)))

    assert [(one.pool.key, len(one.questions), one.skipped) for one in parts_of(quiz, 0, 3)] == [
        ("a", 3, 0), ("b", 0, 0),
    ]  # fmt: skip
    assert [(one.pool.key, len(one.questions), one.skipped) for one in parts_of(quiz, 3, 3)] == [("c", 3, 0)]
    assert [(one.pool.key, len(one.questions), one.skipped) for one in parts_of(quiz, 6, 3)] == [("c", 1, 3)]
    assert [one.pool.key for one in parts_of(Quiz(pools=(pool("a", 0),)), 0, 3)] == ["a"]
    assert places_of(quiz) == {"a": 0, "b": 2, "c": 3}


async def test_what_is_to_be_mended_in_a_group_leads_to_the_page_on_which_it_stands(
    client: AsyncClient, house: Around
) -> None:
    many = await open_desk(house)
    questions = tuple(choice_question(f"q{n}") for n in range(101))
    quiz = Quiz(pools=(Pool(key="1", questions=questions), Pool(key="b", questions=(), draw=1)))
    async with house.begin() as session:
        (await session.get_one(Lesson, many.lesson.id)).body = {"quiz": msgspec.to_builtins(quiz)}
    await as_trainer(client, many)

    assert f'href="{many.path}?seite=2#g-b"' in (await client.get(many.path)).text
    assert 'id="g-b"' in (await client.get(f"{many.path}?seite=2")).text


async def test_strangers_find_nothing(client: AsyncClient, desk: Desk) -> None:
    await sign_in(client, desk.house.begin, Identity.TRAINER)

    await assert_same_as_missing(client, desk.path, desk.path[:-1] + ("0" if desk.path[-1] != "0" else "1"))


async def test_a_row_more_keeps_everything_that_was_typed_and_saves_nothing(
    client: AsyncClient, desk: Desk
) -> None:
    await as_trainer(client, desk)
    path = f"{desk.path}/fragen/neu/auswahl"
    page = (await client.get(path)).text
    typed = {
        "text": "Neu?", "rows": "4", "key": hidden(page, "key"), "seen": "-", "group": "1", "points": "1",
        "r0_text": "Ja", "r0_right": "1", "r1_text": "Nein", "r3_text": "Vielleicht",
    }  # fmt: skip

    more = await send(client, path, {**typed, "act": "mehr"})
    moved = await send(client, path, {**typed, "act": "hoch-1"})
    less = await send(client, path, {**typed, "act": "weg-0"})

    assert more.status_code == 200
    assert 'name="r4_text"' in more.text
    assert [one in more.text for one in ("Neu?", ">\nJa<", ">\nVielleicht<")] == [True] * 3
    assert moved.text.index(">\nNein<") < moved.text.index(">\nJa<")
    assert ">\nJa<" not in less.text
    assert len((await desk.quiz()).questions) == 2

    saved = await send(client, path, {**typed, "act": "speichern"})
    again = await send(client, path, {**typed, "act": "speichern"})

    assert (saved.status_code, again.status_code) == (303, 303)
    new = (await desk.quiz()).questions[2:]
    assert [(one.text, [choice.text for choice in one.choices]) for one in new] == [  # type: ignore[union-attr]
        ("Neu?", ["Ja", "Nein", "Vielleicht"])
    ]


async def test_what_is_unfinished_is_kept_and_said(client: AsyncClient, desk: Desk) -> None:
    await as_trainer(client, desk)
    path = f"{desk.path}/fragen/neu/mehrfach"
    typed = {
        "text": "Was?",
        "rows": "2",
        "key": "new",
        "seen": "-",
        "group": "1",
        "points": "1",
        "r0_text": "Dies",
    }

    answer = await send(client, path, typed)
    page = await client.get(answer.headers["location"])

    assert "Keine Antwort ist als richtig markiert." in words_of(page.text)
    assert "Frage 3 : Es braucht mindestens zwei Antworten." in words_of((await client.get(desk.path)).text)


async def test_two_authors_at_once_see_both_versions_and_the_slower_one_decides(
    client: AsyncClient, desk: Desk
) -> None:
    await as_trainer(client, desk)
    path = f"{desk.path}/fragen/a"
    page = (await client.get(path)).text
    typed = {
        "rows": "2", "seen": hidden(page, "seen"), "group": "1", "points": "1", "shuffle": "1",
        "r0_key": "n", "r0_text": "Nein", "r0_right": "1", "r1_key": "j", "r1_text": "Ja",
    }  # fmt: skip
    await send(client, path, {**typed, "text": "Die erste Fassung"})

    late = await send(client, path, {**typed, "text": "Die zweite Fassung"})

    assert late.status_code == 409
    assert "Die erste Fassung" in words_of(late.text)
    assert "Die zweite Fassung" in late.text
    knowing = await send(
        client, path, {**typed, "text": "Die zweite Fassung", "seen": hidden(late.text, "seen")}
    )
    assert knowing.status_code == 303
    first = (await desk.quiz()).questions[0]
    assert first.text == "Die zweite Fassung"
    assert [one.key for one in first.choices] == ["n", "j"]  # type: ignore[union-attr]


async def test_a_question_deleted_under_ones_hands_can_be_saved_all_the_same(
    client: AsyncClient, desk: Desk
) -> None:
    await as_trainer(client, desk)
    path = f"{desk.path}/fragen/a"
    seen = hidden((await client.get(path)).text, "seen")
    typed: dict[str, Any] = {"text": "Noch da", "rows": "0", "seen": seen, "group": "1", "points": "1"}
    await send(client, f"{path}/loeschen")

    late = await send(client, path, typed)
    back = await send(client, path, {**typed, "seen": hidden(late.text, "seen")})

    assert (late.status_code, back.status_code) == (409, 303)
    assert "gelöscht" in words_of(late.text)
    assert [one.text for one in (await desk.quiz()).questions] == [HOSTILE, "Noch da"]
    assert "deleted" not in (await desk.stored()).body


async def test_a_gap_in_the_text_asks_what_belongs_there(client: AsyncClient, desk: Desk) -> None:
    await as_trainer(client, desk)
    path = f"{desk.path}/fragen/neu/luecken"
    typed = {
        "text": "{{1}} ist die {{2}}.",
        "rows": "0",
        "key": "g",
        "seen": "-",
        "group": "1",
        "points": "2",
    }

    asked = await send(client, path, {**typed, "act": "mehr"})
    filled = {
        **typed, "rows": "2", "r0_key": "1", "r0_name": "1", "r0_accepted": "Berlin\nBln (50 Prozent)",
        "r1_key": "2", "r1_name": "2", "r1_accepted": "Hauptstadt", "r1_options": "Hauptstadt\nStadt",
    }  # fmt: skip
    await send(client, path, filled)

    assert "Lücke „2“" in words_of(asked.text)
    gaps = (await desk.quiz()).questions[2]
    assert isinstance(gaps, GapText)
    assert [(gap.key, [(a.text, a.percent) for a in gap.accepted], gap.options) for gap in gaps.gaps] == [
        ("1", [("Berlin", 100), ("Bln", 50)], ()),
        ("2", [("Hauptstadt", 100)], ("Hauptstadt", "Stadt")),
    ]


async def test_places_in_a_picture_can_be_given_by_numbers(client: AsyncClient, desk: Desk) -> None:
    await as_trainer(client, desk)
    path = f"{desk.path}/fragen/neu/bild"
    typed = {
        "text": "Wo?", "picture": "post.png", "alt": "Ein Postfach", "rows": "2", "key": "h", "seen": "-",
        "group": "1", "points": "1", "reading": f"{desk.reading.id}#text-wer-fragt",
        "r0_label": "Absender", "r0_right": "1", "r0_shape": "rectangle", "r0_x": "0", "r0_y": "0",
        "r0_width": "500", "r0_height": "100", "r1_label": "Datum", "r1_shape": "circle", "r1_x": "900",
        "r1_y": "900", "r1_width": "100", "r1_height": "0",
    }  # fmt: skip

    answer = await send(client, path, typed)

    spots = (await desk.quiz()).questions[2]
    assert isinstance(spots, HotSpots)
    assert [(one.label, one.x, one.is_right) for one in spots.spots] == [
        ("Absender", 0, True),
        ("Datum", 900, False),
    ]
    assert (spots.lesson, spots.place) == (str(desk.reading.id), "text-wer-fragt")
    assert answer.headers["location"].endswith("#f-h")


async def test_groups_order_deleting_and_taking_over(client: AsyncClient, desk: Desk, house: Around) -> None:
    await as_trainer(client, desk)
    await send(client, f"{desk.path}/gruppen/neu", {"title": "Am Telefon", "draw": "1", "key": "2"})
    await send(client, f"{desk.path}/fragen/b/runter")
    await send(client, f"{desk.path}/platz", {"frage": "a", "gruppe": "2", "stelle": "1"})
    placed = await desk.quiz()
    await send(client, f"{desk.path}/fragen/b/kopieren")
    await send(client, f"{desk.path}/fragen/a/loeschen")
    await send(client, f"{desk.path}/fragen/a/zurueckholen")
    await send(client, f"{desk.path}/gruppen/2/aufloesen")
    dissolved = await desk.quiz()

    assert [[one.key for one in pool.questions] for pool in placed.pools] == [[], ["b", "a"]]
    assert [[one.text[:3] for one in pool.questions] for pool in dissolved.pools] == [["=1+", "=1+", "Fra"]]

    async with house.begin() as session:
        other = await session.merge(desk.lesson)
        other_lesson = type(other)(
            chapter_id=other.chapter_id, kind=other.kind, title="Zweites Quiz", position=2,
            changed_at=other.changed_at,
        )  # fmt: skip
        session.add(other_lesson)
    there = f"/inhalte/{desk.course.id}/quiz/{other_lesson.id}"
    offered = await client.get(f"{there}/uebernehmen")
    source = f"{there}/uebernehmen?aus={desk.lesson.id}"
    taken = await send(client, source, {"questions": "a", "group": "1"})
    again = await send(client, source, {"questions": "a", "group": "1"})

    assert "Was wissen Sie?" in words_of(offered.text)
    assert "fragen-uebernommen" in taken.headers["location"]
    assert "fragen-schon-da" in again.headers["location"]


async def test_how_it_is_taken(client: AsyncClient, desk: Desk) -> None:
    await as_trainer(client, desk)
    path = f"{desk.path}/einstellungen"
    seen = hidden((await client.get(path)).text, "seen")
    typed = {
        "pass_percent": "80",
        "attempts": "2",
        "minutes": "",
        "reveal": "after_last",
        "is_exam": "1",
        "seen": seen,
    }

    saved = await send(client, path, typed)
    late = await send(client, path, {**typed, "pass_percent": "50"})
    wrong = await send(client, path, {**typed, "pass_percent": "101"})

    quiz = await desk.quiz()
    assert (saved.status_code, late.status_code, wrong.status_code) == (303, 409, 422)
    assert (quiz.pass_percent, quiz.attempts, quiz.minutes, quiz.is_exam, quiz.shuffle) == (
        80,
        2,
        None,
        True,
        False,
    )


def test_a_kind_without_rows_has_none_whatever_is_sent() -> None:
    assert form_of(TrueFalse, values={"rows": "3"}).row_count == 0
    assert form_of(SingleChoice, values={"rows": "3"}).row_count == 3
