"""A quiz in the browser: what each page says, where each form leads, and what no page tells."""

import re
from typing import Any

import pytest
from lxml import html
from msgspec.structs import replace
from sqlalchemy import select

from content.quiz.answers import Written
from content.quiz.marking import right_answer
from content.quiz.questions import FreeText, Number, Quiz, Reveal
from lms.learning.models import EditionFile
from lms.learning.places import lesson_files
from lms.quizzes.sent import typed_from
from lms.web.module import Around
from tests.content.quiz.questions import FREE, ONE_OF_EACH, SINGLE, TRUE
from tests.making import FixedClock, make_person
from tests.office import counted
from tests.quizzes.quizzing import RIGHT, TEN, WRONG, Quizzing, open_quiz, quiz_of
from tests.visiting import Browser, assert_same_as_missing, send, sign_in

SECRET = "Nur für die Kursleitung."
ALL_KINDS = tuple(
    replace(one, feedback=f"Grund {one.key}.")
    if not isinstance(one, FreeText)
    else replace(one, guidance=SECRET)
    for one in ONE_OF_EACH
)


async def learner_at(client: Browser, house: Around, quiz: Quiz) -> Quizzing:
    world = await open_quiz(house, quiz)
    await sign_in(client, house.begin, person=world.person, is_known=True)
    return world


def words(page: str) -> str:
    return re.sub(r"\s+", " ", str(main_of(page).text_content()))


def main_of(page: str) -> Any:
    return html.document_fromstring(page).find(".//main")


async def begin_at(client: Browser, world: Quizzing) -> str:
    """Begin, and give the path of the attempt."""
    answer = await send(client, f"{world.path}/beginnen")
    assert answer.status_code == 303
    path: str = answer.headers["location"]
    return path.rsplit("/", 1)[0]


async def test_the_start_says_what_awaits_one(client: Browser, house: Around) -> None:
    world = await learner_at(
        client, house, quiz_of(*TEN, FREE, minutes=90, attempts=3, introduction="Viel *Glück*.")
    )

    said = words((await client.get(world.path)).text)

    assert "Viel Glück." in said
    assert "Es sind 11 Fragen, auf jeder Seite eine." in said
    assert "Zum Bestehen brauchen Sie 60 Prozent der Punkte." in said
    assert "Sie haben noch 3 Versuche." in said
    assert "Sie haben 1 Stunde 30 Minuten Zeit. Die Zeit läuft, sobald Sie beginnen" in said
    assert "bewertet die Kursleitung" in said


async def test_every_kind_is_answered_without_script_and_the_result_explains_each(
    client: Browser, house: Around
) -> None:
    world = await learner_at(client, house, quiz_of(*ALL_KINDS, pass_percent=50))
    path = await begin_at(client, world)
    attempt = await world.start()
    sheet = (await world.seen(attempt)).sheet

    for number, one in enumerate(sheet.questions, 1):
        page = (await client.get(f"{path}/{number}")).text
        assert_tells_nothing(page)
        assert f"Frage {number} von 10" in words(page)
        typed = typed_from(one, right_answer(one.question) or Written("Ruhe bewahren."))
        answer = await send(client, f"{path}/{number}", {**typed, "ziel": "weiter"})
        expected = f"{path}/{number + 1}" if number < 10 else path
        assert answer.headers["location"] == expected
    overview = words((await client.get(path)).text)
    handed_in = await send(client, f"{path}/abgeben")
    result = words((await client.get(path)).text)

    assert "Alle Fragen sind beantwortet." in overview
    assert handed_in.headers["location"] == path
    assert "Bisher 19 von 22 Punkten. Zum Bestehen brauchen Sie 11." in result
    assert "Sie haben bestanden." in result
    assert "Frage 1: " in result
    assert "Grund single." in result
    assert "wird noch bewertet" in result
    assert SECRET not in result


def assert_tells_nothing(page: str) -> None:
    """No name, no value and no word on the page says what is right."""
    tree = main_of(page)
    attributes = " ".join(f"{value}" for one in tree.iter() for value in one.attrib.values())
    assert not re.search(r"\b(right|lock|is_right|pool)\b", attributes)
    assert "Grund" not in page
    assert SECRET not in page
    values = [one.get("value") for one in tree.iter("option", "input") if one.get("name") != "_csrf_token"]
    assert all(re.fullmatch(r"\d*", value or "") for value in values)


async def test_handing_in_with_open_questions_asks_first(client: Browser, house: Around) -> None:
    world = await learner_at(client, house, quiz_of(*TEN, shuffle=False))
    path = await begin_at(client, world)
    await world.save(await world.start(), "q0", RIGHT)

    asked = await send(client, f"{path}/abgeben")
    still_open = words((await client.get(path)).text)
    done = await send(client, f"{path}/abgeben", {"trotzdem": "1"})
    result = words((await client.get(path)).text)

    assert asked.status_code == 409
    assert "9 Fragen sind noch ohne Antwort. Dafür gibt es keine Punkte." in words(asked.text)
    assert "9 Fragen sind noch ohne Antwort." in still_open
    assert done.status_code == 303
    assert "1 von 10 richtig. Zum Bestehen brauchen Sie 6." in result
    assert "Frage 2: ohne Antwort" in result


async def test_a_wrong_answer_says_why_what_is_right_and_where_to_read(
    client: Browser, house: Around
) -> None:
    world = await learner_at(client, house, quiz_of(SINGLE))
    taught = replace(SINGLE, feedback="Hunde **bellen**.", lesson=str(world.text_id), place="das-schloss")
    await world.publish(quiz_of(taught, TRUE, attempts=2, shuffle=False), number=2)
    await world.took({"single": WRONG})
    start = main_of((await client.get(world.path)).text)
    path = start.xpath(".//a[contains(@href, '/versuch/')]/@href")[0]

    page = (await client.get(path)).text

    said = words(page)
    assert "Frage 1: falsch" in said
    assert "Ihre Antwort Katze" in said
    assert "Richtig ist Hund" in said
    assert "Sie miaut." in said
    assert "Hunde bellen." in said
    assert f"/meine-kurse/{world.place.id}/lektionen/{world.text_id}#das-schloss" in page
    assert "Noch einmal versuchen (noch 1 Versuch)" in said


@pytest.mark.parametrize("reveal", [Reveal.NEVER, Reveal.AFTER_LAST])
async def test_solutions_stay_hidden_where_the_author_wants_it(
    client: Browser, house: Around, reveal: Reveal
) -> None:
    quiz = quiz_of(replace(SINGLE, feedback="Der Grund."), TRUE, reveal=reveal, attempts=2, pass_percent=100)
    world = await learner_at(client, house, quiz)
    attempt = await world.took({"single": WRONG})

    said = words((await client.get(f"{world.path}/versuch/{attempt.id}")).text)

    assert "0 von 2 richtig." in said
    assert not any(one in said for one in ("falsch", "Der Grund.", "Hund", "Sie miaut."))


async def test_a_number_that_is_none_is_asked_for_again_with_what_was_typed(
    client: Browser, house: Around
) -> None:
    number = next(one for one in ONE_OF_EACH if isinstance(one, Number))
    world = await learner_at(client, house, quiz_of(number))
    path = await begin_at(client, world)

    answer = await send(client, f"{path}/1", {"antwort": 'etwa "zwölf"'})

    assert answer.status_code == 422
    assert "Das ist keine Zahl. Schreiben Sie sie in Ziffern, mit oder ohne m dahinter." in words(answer.text)
    assert main_of(answer.text).get_element_by_id("antwort").get("value") == 'etwa "zwölf"'


async def test_when_the_time_is_over_one_is_led_to_what_counts(
    client: Browser, house: Around, clock: FixedClock
) -> None:
    world = await learner_at(client, house, quiz_of(SINGLE, TRUE, minutes=30, shuffle=False))
    path = await begin_at(client, world)
    await send(client, f"{path}/1", {"antwort": "0"})
    assert "Zeit bis 09:30 Uhr. Verbleibende Minuten: 30." in words((await client.get(f"{path}/2")).text)
    clock.forward(minutes=26)
    assert "weniger als fünf Minuten" in words((await client.get(f"{path}/2")).text)
    clock.forward(minutes=10)

    late = await send(client, f"{path}/2", {"antwort": "1"})
    page = (await client.get(late.headers["location"])).text
    await send(client, f"{path}/abgeben")

    assert "Die Zeit ist um." in words(page)
    assert "Die Zeit war um" in words((await client.get(path)).text)


async def test_strangers_get_the_page_of_what_does_not_exist(client: Browser, house: Around) -> None:
    world = await open_quiz(house, quiz_of(SINGLE))
    await world.start()
    await sign_in(client, house.begin, person=make_person("Eva", "Fremd"))

    await assert_same_as_missing(client, world.path, world.path[:-4] + "0000")


async def test_the_pages_are_english_too_and_markup_of_an_author_does_no_harm(
    client: Browser, house: Around
) -> None:
    hostile = "<script>alert(1)</script> {{1}} [x](javascript:alert(1)) \u202e" + "x" * 5000
    choices = tuple(replace(one, text=hostile) for one in SINGLE.choices)
    world = await learner_at(client, house, quiz_of(replace(SINGLE, text=hostile, choices=choices)))
    path = await begin_at(client, world)

    page = await client.get(f"/en{path}/1")

    assert page.status_code == 200
    assert "Choose one answer." in words(page.text)
    assert "<script>alert" not in page.text
    assert 'href="javascript' not in page.text


async def test_a_question_costs_as_many_statements_among_many_as_among_few(
    client: Browser, house: Around
) -> None:
    world = await learner_at(client, house, quiz_of(*TEN[:2]))
    counts = []
    for number, quiz in enumerate((quiz_of(*TEN[:2]), quiz_of(*TEN)), 2):
        await world.publish(quiz, number=number)
        path = await begin_at(client, world)
        await world.save(await world.start(), "q0", RIGHT)
        with counted() as seen:
            await client.get(f"{path}/1")
        counts.append(len(seen))
        await send(client, f"{path}/abgeben", {"trotzdem": "1"})

    assert counts[0] == counts[1]


async def test_a_picture_of_a_running_attempt_is_that_of_its_own_edition(
    client: Browser, house: Around
) -> None:
    shown = replace(TRUE, text="Ist das sicher? ![Die Adresszeile](zeile.png)")
    world = await learner_at(client, house, quiz_of(shown))
    path = await begin_at(client, world)
    at_first = picture_of((await client.get(f"{path}/1")).text)
    async with house.begin.reading() as session:
        file = (await session.scalars(select(EditionFile))).one()
    place = lesson_files(house.settings.files).path_of(file.stored)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"\x89PNG of the first edition")
    await world.publish(quiz_of(TRUE), number=2)

    later = picture_of((await client.get(f"{path}/1")).text)

    assert at_first == f"/meine-kurse/{world.place.id}/dateien/zeile.png"
    assert later == f"{path}/dateien/zeile.png"
    assert (await client.get(later)).content == b"\x89PNG of the first edition"
    await assert_same_as_missing(client, f"{path}/dateien/anderes.png", f"{path}/dateien/keines.png")


def picture_of(page: str) -> str:
    return str(main_of(page).find(".//img").get("src"))
