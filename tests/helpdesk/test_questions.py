"""The team writes what a desk asks before a consultation; whoever prepares one reads the answers in words."""

from datetime import timedelta

from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.helpdesk.models import Adviser, Appointment, DeskKind, DeskPlace, HelpDesk, HelpTopic
from lms.helpdesk.questions.values import Choice, choices_in
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.making import MOMENT, make_person
from tests.visiting import send, sign_in

Browser = AsyncTestClient[Litestar]


def test_an_answer_keeps_its_key_while_its_german_words_stay() -> None:
    first = choices_in("bis 9 | up to 9\n\n 10 bis 49 ")
    later = choices_in("10 bis 49 | 10 to 49\nbis 9\nmehr", first)

    assert first == (Choice("1", "bis 9", "up to 9"), Choice("2", "10 bis 49"))
    assert [one.key for one in later] == ["2", "1", "3"]


async def test_questions_are_written_ordered_and_answered(client: Browser, house: Around) -> None:
    desk = HelpDesk(name_de="Beratung", kind=DeskKind.ADVICE, place=DeskPlace.REMOTE)
    topic, person = HelpTopic(name_de="Anfang", audience=DeskKind.ADVICE), make_person("Ute", "Rat")
    async with house.begin() as session:
        session.add_all([desk, topic, person])
    await sign_in(client, house.begin, Identity.PROGRAMME)
    here = f"/verwaltung/sprechstunde/einrichten/ort/{desk.id}/fragen"
    size = {"key": "size", "text_de": "Wie groß?", "kind": "one", "choices": "klein | small\ngroß"}

    assert "Es gibt noch keine Frage." in (await client.get(here)).text
    assert (await send(client, here, size | {"version": "1", "choices": "nur eine"})).status_code == 422
    assert (await send(client, here, size | {"version": "1"})).status_code == 303
    late = await send(client, here, size | {"version": "1", "text_de": "<script>?"})
    assert (late.status_code, "&lt;script&gt;" in late.text) == (409, True)
    await send(client, here, {"key": "aim", "text_de": "Wozu?", "kind": "text", "version": "2"})
    await send(client, f"{here}/aim/ordnen", {"version": "3", "richtung": "hoch"})

    adviser = Adviser(person_id=person.id, shown_name="Frau Rat")
    async with house.begin() as session:
        session.add(adviser)
        await session.flush()
        stored = await session.get_one(HelpDesk, desk.id)
        assert [one["key"] for one in stored.questions] == ["aim", "size"]
        session.add(
            Appointment(
                reference="T-1", desk_id=desk.id, topic_id=topic.id, adviser_id=adviser.id, starts_at=MOMENT,
                ends_at=MOMENT + timedelta(hours=1), name="Bea Back", phone="+493904000000", created_at=MOMENT,
                answers={"size": "2", "aim": "Mehr <b>Zeit</b>"},
            )
        )  # fmt: skip
    coming = (await client.get("/beratung/digitalcheck")).text
    assert "groß" in coming
    assert "Mehr &lt;b&gt;Zeit&lt;/b&gt;" in coming
    assert "Es gibt keinen Check, den wir sehen dürfen." in coming
