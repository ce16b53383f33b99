"""What trainers see of their runs, and how they mark: with and without script, in time and too late."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from lms.attendance.models import Attendance, Presence
from lms.attendance.service import Mark, Register
from lms.audit.models import AuditEntry
from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.kernel.rights import Identity
from lms.people.models import Guardianship, Person
from lms.scheduling.models import Session
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.making import FixedClock, make_person
from tests.office import TEAM, Office, counted, open_office, words_of
from tests.visiting import Browser, let_in, make_account, send, sign_in

TODAY = date(2026, 12, 4)
PEOPLE = (("Cem", "Albers"), ("Ada", "Berg"), ("Ben", "Zander"))


class Morning:
    """A run that meets today at ten, an hour from now, with three people in it."""

    def __init__(self, office: Office, run: Run, meeting: Session, places: Sequence[Enrolment]) -> None:
        self.office, self.run, self.meeting, self.places = office, run, meeting, places
        self.session_path = f"/kursleitung/termine/{meeting.id}"
        self.path = f"{self.session_path}/anwesenheit"
        self.run_path = f"/kursleitung/kurse/{run.id}"

    def fields(self, *choices: str, **more: str) -> dict[str, str]:
        """What the form sends when these are chosen, person by person; "" leaves one out."""
        chosen = {
            f"wie-{place.id}": choice for place, choice in zip(self.places, choices, strict=False) if choice
        }
        return {f"vorher-{place.id}": "||||" for place in self.places} | chosen | more


async def begun(house: Around, **terms: Any) -> Morning:
    office = await open_office(house)
    run = await office.run(first_day=TODAY, at=time(10), **{"sessions": 2} | terms)
    for given, family in PEOPLE:
        await office.enrol(
            run, given, family, phone="+493904555777", street="Gartenweg 5", city="Haldensleben"
        )
    async with house.begin.reading() as session:
        meeting = await session.scalar(
            select(Session).where(Session.run_id == run.id).order_by(Session.starts_at).limit(1)
        )
        places = await session.scalars(
            select(Enrolment).join(Person, Person.id == Enrolment.person_id).order_by(Person.family_name)
        )
    assert meeting is not None
    return Morning(office, run, meeting, places.all())


@pytest.fixture
async def morning(house: Around) -> Morning:
    return await begun(house)


@pytest.fixture
async def trainer(client: Browser, begin: Begin, morning: Morning) -> Browser:
    """The trainer of the run, at the phone."""
    await sign_in(client, begin, Identity.TRAINER, person=morning.office.trainer, is_known=True)
    return client


async def marks(begin: Begin) -> list[tuple[str, str, int]]:
    async with begin.reading() as session:
        rows = await session.execute(
            select(Person.family_name, Attendance.presence, Attendance.minutes_late)
            .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
            .join(Person, Person.id == Enrolment.person_id)
            .order_by(Person.family_name)
        )
        return [(name, presence.value, late) for name, presence, late in rows.all()]


async def lock(house: Around, morning: Morning, clock: FixedClock) -> None:
    """Everybody was there, the session is over, and the team has closed the attendance."""
    register = Register(house)
    clock.forward(hours=3)
    everybody = [Mark(place.id, Presence.PRESENT) for place in morning.places]
    await register.mark(TEAM, session_id=morning.meeting.id, marks=everybody)
    await register.lock(TEAM, run_id=morning.run.id)


async def test_one_form_marks_everybody_without_any_script(
    trainer: Browser, begin: Begin, morning: Morning
) -> None:
    third = morning.places[2].id
    fields = morning.fields("present", "excused", "late", **{f"minuten-{third}": " 20 "})

    answer = await send(trainer, morning.path, fields)
    page = words_of((await trainer.get(answer.headers["location"])).text)

    assert answer.status_code == 303
    assert await marks(begin) == [("Albers", "present", 0), ("Berg", "excused", 0), ("Zander", "late", 20)]
    assert "Die Anwesenheit ist gespeichert." in page
    assert "3 gespeichert, 0 offen" in page
    assert "Da: 1 Fehlt: 0 Später da: 1 Entschuldigt: 1 Nicht da: Ada Berg" in page


async def test_everybody_is_marked_present_with_one_button_and_former_marks_stay(
    trainer: Browser, begin: Begin, morning: Morning
) -> None:
    before = words_of((await trainer.get(morning.path)).text)
    await send(trainer, morning.path, morning.fields("", "absent"))
    between = words_of((await trainer.get(morning.path)).text)

    await send(trainer, morning.path, morning.fields() | {"alle": "da"})

    assert "0 gespeichert, 3 offen Speichern Alle da" in before
    assert "1 gespeichert, 2 offen Speichern Alle übrigen da" in between
    assert await marks(begin) == [("Albers", "present", 0), ("Berg", "absent", 0), ("Zander", "present", 0)]


async def test_a_page_left_open_does_not_undo_what_a_colleague_has_marked_since(
    trainer: Browser, begin: Begin, morning: Morning, house: Around
) -> None:
    first = morning.places[0]
    await Register(house).mark(
        TEAM, session_id=morning.meeting.id, marks=[Mark(first.id, Presence.LATE, 10, "Bus")]
    )

    await send(trainer, morning.path, morning.fields("", "present"))

    assert await marks(begin) == [("Albers", "late", 10), ("Berg", "present", 0)]


async def test_sending_the_same_page_twice_leaves_one_trace_a_person(
    trainer: Browser, begin: Begin, morning: Morning
) -> None:
    for _ in range(2):
        await send(trainer, morning.path, morning.fields("present", "present", "absent"))

    async with begin.reading() as session:
        trail = await session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("att")))
    assert trail.all() == ["attendance.marked"] * 3


@pytest.mark.parametrize("minutes", ["", "0", "91", "ein paar", "²", "9" * 50])
async def test_later_needs_minutes_and_what_was_typed_stays(
    trainer: Browser, begin: Begin, morning: Morning, minutes: str
) -> None:
    field = f"minuten-{morning.places[0].id}"

    answer = await send(trainer, morning.path, morning.fields("late", "present", **{field: minutes}))

    assert answer.status_code == 422
    assert f'href="#{field}">Geben Sie ein, wie viele Minuten später Cem Albers gekommen ist' in answer.text
    assert (
        f'name="{field}" type="text" inputmode="numeric" autocomplete="off" value="{minutes}"' in answer.text
    )
    assert "<title>Fehler: Anwesenheit" in answer.text
    assert await marks(begin) == []


async def test_a_note_belongs_to_a_mark(trainer: Browser, begin: Begin, morning: Morning) -> None:
    note = {f"notiz-{morning.places[1].id}": "kommt   nächstes Mal"}

    refused = await send(trainer, morning.path, morning.fields(**note))
    await send(trainer, morning.path, morning.fields("", "excused", **note))

    assert refused.status_code == 422
    assert "Wählen Sie aus, ob Ada Berg da war." in refused.text
    async with begin.reading() as session:
        assert await session.scalar(select(Attendance.note)) == "kommt nächstes Mal"


async def test_without_script_too_nobody_writes_over_what_somebody_else_has_marked_since(
    trainer: Browser, begin: Begin, morning: Morning
) -> None:
    await send(trainer, morning.path, morning.fields("absent"))

    stale = await send(trainer, morning.path, morning.fields("present", "present"))
    page = words_of(stale.text)
    before = await marks(begin)
    again = {f"vorher-{morning.places[0].id}": "absent||||"}
    await send(trainer, morning.path, morning.fields("present", "present", **again))

    assert stale.status_code == 409
    assert "Inzwischen wurde für Cem Albers eingetragen: war nicht da." in page
    assert before == [("Albers", "absent", 0)]
    assert await marks(begin) == [("Albers", "present", 0), ("Berg", "present", 0)]


async def test_too_early_the_names_are_there_and_nothing_can_be_marked(
    trainer: Browser, begin: Begin, morning: Morning, clock: FixedClock
) -> None:
    clock.forward(minutes=-1)

    page = await trainer.get(morning.path)
    sent = await send(trainer, morning.path, morning.fields("present"))

    assert "Es ist noch zu früh zum Eintragen." in words_of(page.text)
    assert ("Ada Berg" in page.text, "<form" in page.text) == (True, False)
    assert (sent.status_code, await marks(begin)) == (409, [])
    assert "ab einer Stunde vor Beginn" in words_of(sent.text)


async def test_a_closed_register_is_read_by_the_trainer_and_changed_by_nobody_but_the_team(
    trainer: Browser, begin: Begin, morning: Morning, clock: FixedClock, house: Around
) -> None:
    await lock(house, morning, clock)

    page = await trainer.get(morning.path)
    sent = await send(trainer, morning.path, morning.fields("absent"))

    assert "Die Anwesenheit ist abgeschlossen." in words_of(page.text)
    assert "Cem Albers Da" in words_of(page.text)
    assert (sent.status_code, len(set(await marks(begin)))) == (409, 3)
    assert {presence for _, presence, _ in await marks(begin)} == {"present"}


async def test_the_team_corrects_a_closed_register_and_says_why(
    client: Browser, begin: Begin, morning: Morning, clock: FixedClock, house: Around
) -> None:
    await lock(house, morning, clock)
    await sign_in(client, begin, Identity.ENROLMENT, at=clock())
    change = morning.fields("excused", **{f"vorher-{morning.places[0].id}": "present||||"})

    silent = await send(client, morning.path, change | {"grund": "  "})
    page = await client.get(morning.path)
    spoken = await send(client, morning.path, change | {"grund": "Attest nachgereicht"})

    assert silent.status_code == 422
    assert 'href="#grund">Geben Sie an, warum die abgeschlossene Anwesenheit geändert wird.' in silent.text
    assert "attendance.js" not in page.text
    assert spoken.status_code == 303
    assert await marks(begin) == [("Albers", "excused", 0), ("Berg", "present", 0), ("Zander", "present", 0)]
    async with begin.reading() as session:
        entry = await session.scalar(select(AuditEntry).where(AuditEntry.action == "attendance.corrected"))
    assert entry is not None
    assert (entry.reason, entry.before["presence"], entry.after["presence"]) == (
        "Attest nachgereicht",
        "present",
        "excused",
    )


async def test_a_cancelled_session_says_so_everywhere(
    trainer: Browser, begin: Begin, morning: Morning, house: Around
) -> None:
    await Scheduling(house).cancel_session(
        TEAM, session_id=morning.meeting.id, reason="Krankheit", version=morning.meeting.version
    )

    pages = [await trainer.get(path) for path in (morning.session_path, morning.path, morning.run_path)]
    sent = await send(trainer, morning.path, morning.fields("present"))

    assert ["Dieser Termin fällt aus." in page.text for page in pages] == [True, True, False]
    assert "abgesagt" in words_of(pages[2].text)
    assert (sent.status_code, await marks(begin)) == (409, [])


async def test_nobody_elses_session_exists_for_another_trainer(
    client: Browser, begin: Begin, morning: Morning
) -> None:
    await sign_in(client, begin, Identity.TRAINER)
    pages = [morning.session_path, morning.path, f"{morning.session_path}/liste", morning.run_path]

    answers = [await client.get(path) for path in pages]
    invented = await client.get(f"/kursleitung/termine/{UUID(int=7)}")
    sent = await send(client, morning.path, morning.fields("absent"))

    assert [answer.status_code for answer in answers] == [404] * 4
    assert {words_of(answer.text) for answer in answers} == {words_of(invented.text)}
    assert (sent.status_code, await marks(begin)) == (404, [])


@pytest.mark.parametrize(
    "role",
    [
        None,
        Identity.PROGRAMME,
        Identity.FINANCE,
        Identity.CERTIFICATES,
        Identity.RESOURCES,
        Identity.ADMINISTRATOR,
    ],
)
async def test_who_neither_teaches_nor_keeps_registers_gets_no_page(
    client: Browser, begin: Begin, morning: Morning, role: Identity | None
) -> None:
    await sign_in(client, begin, *([role] if role else []))
    pages = ["/kursleitung/kurse", morning.run_path, morning.session_path, morning.path]

    answers = [(await client.get(path)).status_code for path in pages]
    sent = await send(client, morning.path, morning.fields("absent"))

    assert (answers, sent.status_code) == ([403] * 4, 403)


async def test_without_the_second_factor_a_trainer_is_asked_for_it(
    client: Browser, begin: Begin, morning: Morning
) -> None:
    account = await make_account(begin, Identity.TRAINER, person=morning.office.trainer, is_known=True)
    await let_in(client, begin, account, has_second_factor=False)

    answer = await client.get(morning.path)

    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/einloggen")


async def test_the_team_marks_for_a_trainer_but_has_no_runs_of_its_own(
    client: Browser, begin: Begin, morning: Morning
) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)

    sent = await send(client, morning.path, morning.fields("present"))

    assert sent.status_code == 303
    assert (await client.get(morning.run_path)).status_code == 403
    assert await marks(begin) == [("Albers", "present", 0)]


async def test_runs_stand_as_running_coming_and_over(
    trainer: Browser, morning: Morning, clock: FixedClock
) -> None:
    await morning.office.run(first_day=date(2027, 1, 12))
    coming = words_of((await trainer.get("/kursleitung/kurse")).text)
    clock.forward(days=1)
    running = words_of((await trainer.get("/kursleitung/kurse")).text)
    clock.forward(days=30)
    over = words_of((await trainer.get("/kursleitung/kurse")).text)

    assert [word in coming for word in ("Läuft gerade", "Demnächst", "Vorbei")] == [False, True, False]
    assert [word in running for word in ("Läuft gerade", "Demnächst", "Vorbei")] == [True, True, False]
    assert [word in over for word in ("Läuft gerade", "Demnächst", "Vorbei")] == [False, True, True]


async def test_a_run_shows_names_from_a_to_z_and_nothing_that_is_none_of_the_trainers_business(
    client: Browser, begin: Begin, house: Around
) -> None:
    morning = await begun(house, price_cents=4500, payment_methods=["invoice", "cash"])
    await sign_in(client, begin, Identity.TRAINER, person=morning.office.trainer, is_known=True)
    paths = [
        morning.run_path,
        morning.session_path,
        morning.path,
        f"{morning.session_path}/liste",
        "/kursleitung",
    ]

    pages = [(await client.get(path)).text for path in paths]

    assert "Cem Albers Ada Berg Ben Zander" in words_of(pages[0])
    for page in pages:
        main = page[page.index("<main") : page.index("</main>")]
        for secret in ("@example.com", "555777", "555 777", "Gartenweg", "45,00", "Euro", "Rechnung"):
            assert secret not in main


async def test_the_emergency_number_of_a_minor_is_there_a_day_around_the_session_only(
    trainer: Browser, begin: Begin, morning: Morning, clock: FixedClock
) -> None:
    child, youth = morning.places[0].person_id, morning.places[1].person_id
    mother = make_person("Karin", "Albers")
    async with begin() as session:
        session.add(mother)
        await session.execute(update(Person).where(Person.id == child).values(birth_date=date(2014, 1, 2)))
        await session.execute(update(Person).where(Person.id == youth).values(birth_date=date(2009, 1, 2)))
        await session.flush()
        assert child is not None
        session.add(
            Guardianship(
                guardian_id=mother.id,
                child_id=child,
                emergency_phone="+493904777888",
                may_go_home_alone=False,
            )
        )

    near = words_of((await trainer.get(morning.run_path)).text)
    clock.forward(hours=27)
    between = words_of((await trainer.get(morning.run_path)).text)

    assert "Cem Albers Kind, unter 14 Jahre Im Notfall: 03904 777888 (Karin Albers) Wird abgeholt." in near
    assert "Ada Berg Jugendliche Person, 14 bis 17 Jahre Es ist keine Notfallnummer hinterlegt." in near
    assert ("777888" in between, "Karin" in between) == (False, False)
    assert "Die Notfallnummern von Kindern und Jugendlichen stehen hier" in between


async def test_needs_are_shown_in_the_agreed_words_and_reading_them_is_written_down(
    trainer: Browser, begin: Begin, morning: Morning
) -> None:
    await trainer.get(morning.run_path)
    placed = await morning.office.enrol(
        morning.run, "Dora", "Ernst", support=("wheelchair", "other"), support_note="Sitzt gern an der Tür."
    )

    page = words_of((await trainer.get(morning.run_path)).text)

    assert "Dora Ernst Braucht: Rollstuhlplatz, Etwas anderes Bitte beachten: Sitzt gern an der Tür." in page
    async with begin.reading() as session:
        read = (
            await session.scalars(select(AuditEntry).where(AuditEntry.action == "support_need.read"))
        ).all()
    assert [(entry.person_id, entry.object_id) for entry in read] == [
        (placed.enrolments[0].person_id, morning.run.id)
    ]


async def test_a_session_tells_what_to_know_before_going_there(trainer: Browser, morning: Morning) -> None:
    page = words_of((await trainer.get(morning.session_path)).text)

    assert "Das Tablet kennenlernen Freitag, 4. Dezember 2026, 10:00 bis 11:30 Uhr Anwesenheit" in page
    assert "Raum Raum 1, Innovationszentrum" in page
    assert "Zugang mit Stufen" in page
    assert "Erwartet 3 Personen" in page


async def test_a_page_costs_as_many_statements_for_many_people_as_for_few(
    trainer: Browser, morning: Morning
) -> None:
    paths = [
        morning.path,
        morning.session_path,
        f"{morning.session_path}/liste",
        morning.run_path,
        "/kursleitung/kurse",
    ]
    few = [await cost(trainer, path) for path in paths]
    for number in range(8):
        await morning.office.enrol(morning.run, f"Person {number}", "Viele")
    await morning.office.run(first_day=date(2027, 1, 12))

    many = [await cost(trainer, path) for path in paths]

    assert many == few
    assert max(many) <= 12


async def cost(client: Browser, path: str) -> int:
    with counted() as seen:
        answer = await client.get(path)
    assert answer.status_code == 200
    return len(seen)


async def test_in_english_the_register_speaks_english(trainer: Browser, morning: Morning) -> None:
    page = await trainer.get(f"/en{morning.path}")
    sent = await send(trainer, f"/en{morning.path}", morning.fields("present"))

    assert "0 saved, 3 open Save Everybody is here Cem Albers Present Absent Late Excused" in words_of(
        page.text
    )
    assert sent.headers["location"] == f"/en{morning.path}?nachricht=anwesenheit"
