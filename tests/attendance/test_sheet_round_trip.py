"""The list is printed, ticked, photographed, read and confirmed: what a photo says becomes a mark only when somebody confirms it."""

import zipfile
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from lms.attendance.models import Presence
from lms.attendance.service import Mark, Register
from lms.attendance.sheets.deciding import Deciding
from lms.attendance.sheets.models import AttendanceSheet, Evidence, EvidenceState
from lms.attendance.sheets.printing import PrintedLists
from lms.attendance.sheets.queries import people_on
from lms.attendance.sheets.sending import Sending
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.attendance.classroom import Classroom, classroom, trainer_of
from tests.attendance.photos import Camera
from tests.making import FixedClock
from tests.office import words_of
from tests.verapdf import check
from tests.visiting import Browser, another_browser, send, sign_in

TICKS = {(0, 0): "x", (1, 1): "v", (2, 0): "x", (2, 1): "x"}
SIDE = Camera(((0.1, 0.08), (0.9, 0.04), (0.96, 0.95), (0.04, 0.97)))


@pytest.fixture
async def room(house: Around) -> Classroom:
    return await classroom(house)


@pytest.fixture
async def trainer(client: Browser, begin: Begin, room: Classroom) -> Browser:
    await sign_in(client, begin, Identity.TRAINER, person=room.office.trainer, is_known=True)
    return client


def base(room: Classroom) -> str:
    return f"/kursleitung/termine/{room.meeting.id}"


async def upload(browser: Browser, room: Classroom, *files: tuple[str, bytes], purpose: str = "lesen") -> str:
    """Send files as the page does; gives what is said then."""
    answer = await send(
        browser,
        f"{base(room)}/blaetter",
        {"wozu": purpose},
        files=[("dateien", (name, content)) for name, content in files],
    )
    if answer.status_code == 303:
        answer = await browser.get(answer.headers["location"])
    return words_of(answer.text)


async def test_a_photographed_list_is_read_proposed_corrected_and_kept(
    trainer: Browser, room: Classroom, jobs: Worker, tmp_path: Path, begin: Begin
) -> None:
    asked = await trainer.get(f"{base(room)}/liste")
    sheet_id = uuid4()
    made = await send(
        trainer, f"{base(room)}/liste", {"einheiten": "eine", "spalte_1": "Telefon", "blatt": str(sheet_id)}
    )
    pdf = await trainer.get(made.headers["location"])
    (tmp_path / "list.pdf").write_bytes(pdf.content)
    photo = await room.photo(sheet_id, tmp_path / "pages", TICKS, SIDE)
    before = await upload(trainer, room, ("IMG_0815.JPG", photo))
    await jobs.drain()

    listed = words_of((await trainer.get(f"{base(room)}/blaetter")).text)
    checked = await trainer.get(f"{base(room)}/blaetter/pruefen")
    evidence = (await room.evidence())[0]
    row = await trainer.get(f"{base(room)}/blaetter/{evidence.id}/zeile/2")
    open_ones = await send(
        trainer,
        f"{base(room)}/blaetter/pruefen",
        {
            "beleg": str(evidence.id),
            f"wie-{room.ids[0]}": "present",
            f"wie-{room.ids[1]}": "absent",
        },
    )
    done = await send(
        trainer,
        f"{base(room)}/blaetter/pruefen",
        {
            "beleg": str(evidence.id),
            f"wie-{room.ids[0]}": "present",
            f"wie-{room.ids[1]}": "absent",
            f"wie-{room.ids[2]}": "late",
            f"minuten-{room.ids[2]}": "20",
        },
    )

    assert "3 Personen und zwei leere Zeilen" in words_of(asked.text)
    assert check(tmp_path / "list.pdf") == []
    assert "Das Foto wird gelesen." in before
    assert "gelesen, noch nicht bestätigt" in listed
    text = words_of(checked.text)
    assert text.index("Ben Zander bitte nachsehen „da“ und „fehlt“ sind angekreuzt.") < text.index(
        "Cem Albers"
    )
    assert checked.text.count(" checked") == 2
    with Image.open(BytesIO(row.content)) as cut:
        assert cut.width > 6 * cut.height
    assert (open_ones.status_code, done.status_code) == (422, 303)
    assert "Wählen Sie aus, ob Ben Zander da war." in words_of(open_ones.text)
    assert await room.marks() == {"Albers": ("present", 0), "Berg": ("absent", 0), "Zander": ("late", 20)}
    assert [one.state for one in await room.evidence()] == [EvidenceState.CONFIRMED]
    register = words_of((await trainer.get(f"{base(room)}/anwesenheit")).text)
    assert register.count("Von einem Foto der Liste, bestätigt um 09:00 Uhr.") == 3

    archive = zipfile.ZipFile(BytesIO((await trainer.get(f"{base(room)}/blaetter/belege.zip")).content))
    assert archive.namelist() == ["beleg-001.jpg", "inhalt.csv"]
    assert evidence.sha256 in archive.read("inhalt.csv").decode()
    stranger = another_browser(trainer)
    await sign_in(stranger, begin, Identity.TRAINER)
    for path in ("liste", "blaetter", "blaetter/pruefen", "blaetter/belege.zip", f"blaetter/{evidence.id}",
                 f"blaetter/{evidence.id}/zeile/0", f"liste/{sheet_id}/liste.pdf", "selbst-eintragen", "selbst-eintragen/wand"):  # fmt: skip
        assert (path, (await stranger.get(f"{base(room)}/{path}")).status_code) == (path, 404)


async def test_the_list_means_those_who_stood_on_it_and_no_wrong_list_marks_anybody(
    room: Classroom, house: Around, jobs: Worker, tmp_path: Path, clock: FixedClock, begin: Begin
) -> None:
    sheet_id = await room.print_list()
    photo = await room.photo(
        sheet_id, tmp_path / "pages", {(0, 0): "x", (1, 0): "x", (2, 0): "x", (3, 0): "x"}
    )
    await room.office.enrol(room.run, "Aaron", "Aal")  # comes before all others now
    other = await classroom_of_another_run(room)
    sending = Sending(house)

    await sending.send(room.trainer, session_id=room.meeting.id, name="a.jpg", content=photo)
    twice = await sending.send(room.trainer, session_id=room.meeting.id, name="b.jpg", content=photo)
    await sending.send(other.trainer, session_id=other.meeting.id, name="a.jpg", content=photo)
    await jobs.drain()
    async with begin() as session:
        sheet = await session.get_one(AttendanceSheet, sheet_id)
        sheet.code = "AAAAAAAAAA"  # as if another centre had printed it
    dull = await room.photo(sheet_id, tmp_path / "other", {})
    async with begin() as session:
        (await session.get_one(AttendanceSheet, sheet_id)).code = "BBBBBBBBBB"
    clock.forward(minutes=1)  # it is listed after the other
    await sending.send(room.trainer, session_id=room.meeting.id, name="d.jpg", content=dull)
    await jobs.drain()

    ours = await room.evidence()
    assert [(one.state, one.trouble) for one in ours] == [("read", ""), ("unreadable", "unknown-sheet")]
    assert (ours[0].id, ours[0].unknown) == (twice, ["4"])
    assert [(UUID(one["enrolment_id"]), one["presence"]) for one in ours[0].proposals] == [
        (key, "present") for key in room.ids
    ]
    theirs = await other.evidence()
    assert theirs[0].trouble == "other-session"
    assert await room.marks() == {}
    assert await other.marks() == {}


async def classroom_of_another_run(room: Classroom) -> Classroom:
    from datetime import date

    from tests.attendance.classroom import first_session

    run = await room.office.run(first_day=date(2026, 12, 5))
    meeting = await first_session(room.house.begin, run)
    return Classroom(room.house, room.office, run, meeting, [], trainer_of(room.office.trainer))


def picture(kind: str = "JPEG", size: tuple[int, int] = (900, 1200), **more: object) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "grey").save(written, kind, **more)
    return written.getvalue()


async def test_what_was_sent_is_made_anew_and_what_is_no_picture_is_refused(
    trainer: Browser, room: Classroom, jobs: Worker
) -> None:
    exif = Image.Exif()
    exif[0x9286] = "Haldensleben 52.28 11.41"
    said = [
        await upload(trainer, room, ("a.jpg", picture(exif=exif.tobytes()))),
        await upload(trainer, room, ("wall.png", picture("PNG"))),
        await upload(trainer, room, ("a.jpg", b"<script>alert(1)</script>")),
        await upload(trainer, room, ("a.pdf", b"%PDF-1.7")),
        await upload(trainer, room, *[(f"{number}.jpg", b"x") for number in range(5)]),
        await upload(trainer, room, ("\u202egpj.exe\r\nX: 1", b"MZ")),
        await upload(trainer, room, purpose="lesen"),
        await upload(trainer, room, ("kept.jpg", picture(size=(300, 400))), purpose="aufbewahren"),
    ]
    await jobs.drain()
    listed = words_of((await trainer.get(f"{base(room)}/blaetter")).text)

    kept = await room.evidence()
    assert [one.state for one in kept].count(EvidenceState.UNREADABLE) == 1  # the two grey walls are one
    for text, expected in zip(
        said[2:],
        ["Wir können diese Datei nicht lesen", "Wir können diese Datei nicht lesen", "höchstens vier Fotos",
         "Wir können diese Datei nicht lesen", "Wählen Sie ein Foto oder eine Datei aus.", "Es wird bei diesem Termin aufbewahrt."],
        strict=True,
    ):  # fmt: skip
        assert expected in text
    assert "Das Foto ist unscharf." in listed
    assert "Es wurde nichts eingetragen." in listed
    async with room.house.begin.reading() as session:
        contents = (await session.scalars(select(Evidence.content))).all()
    assert not any(b"Haldensleben" in one for one in contents)


async def test_a_photo_goes_when_its_time_is_over(
    room: Classroom, house: Around, clock: FixedClock, begin: Begin
) -> None:
    await Sending(house).send(
        room.trainer, session_id=room.meeting.id, name="a.jpg", content=picture(), is_read=False
    )
    for days, left in ((700, 1), (40, 0)):
        clock.forward(days=days)
        await Deciding(house).forget()
        assert len(await room.evidence()) == left


async def test_a_list_printed_twice_by_one_form_is_one_and_long_ones_have_pages(
    room: Classroom, house: Around, begin: Begin
) -> None:
    for number in range(15):
        await room.office.enrol(room.run, f"Person {number:02}", "Xaver" * 14) if number < 9 else None
    sheet_id = uuid4()
    for _ in range(2):
        await PrintedLists(house).print_list(
            room.trainer, session_id=room.meeting.id, sheet_id=sheet_id, by_units=True
        )

    async with begin.reading() as session:
        sheets = (await session.scalars(select(AttendanceSheet))).all()
        people = await people_on(session, sheet_id)
    assert [(one.pages, one.units) for one in sheets] == [(1, 2)]
    assert [len(rows) for rows in people.values()] == [12]


async def test_another_mark_in_the_register_is_looked_at_first(
    trainer: Browser, room: Classroom, house: Around
) -> None:
    await Register(house).mark(
        room.trainer,
        session_id=room.meeting.id,
        marks=[Mark(room.ids[1], Presence.EXCUSED, note="Arzttermin")],
    )
    table = b"Name;E-Mail\r\nAlbers, Cem;\r\nBen Zander;\r\n;ada@example.com\r\n"

    said = await upload(trainer, room, ("liste.csv", table))
    page = words_of((await trainer.get(f"{base(room)}/blaetter/pruefen")).text)
    evidence = (await room.evidence())[0]
    await send(
        trainer,
        f"{base(room)}/blaetter/pruefen",
        {
            "beleg": str(evidence.id),
            f"wie-{room.ids[0]}": "present",
            f"wie-{room.ids[1]}": "offen",
            f"wie-{room.ids[2]}": "present",
        },
    )

    assert "Vorschläge prüfen" in said
    assert "Bei 1 Person müssen Sie selbst nachsehen. Sie steht zuerst. Ada Berg bitte nachsehen" in page
    assert await room.marks() == {"Albers": ("present", 0), "Berg": ("excused", 0), "Zander": ("present", 0)}
