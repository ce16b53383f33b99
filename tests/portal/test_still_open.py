"""What the page of the day says is still to be done: one line for each thing that waits for its trainer, and for nobody else."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from lms.attendance.sheets.models import Evidence, EvidenceKind, EvidenceState
from lms.db import Begin
from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.statements.models import FeeStatement, StatementState
from lms.kernel.rights import Identity
from lms.scheduling.models import Session
from lms.trainers.qualifications.models import QualificationKind, QualificationRecord
from lms.web.module import Around
from tests.making import MOMENT
from tests.office import Office, counted, open_office, words_of
from tests.visiting import Browser, sign_in

TODAY = date(2026, 12, 4)


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


async def pile_up(house: Around, office: Office) -> UUID:
    """Something of every kind, for the office's trainer; the session of which a list was photographed."""
    run = await office.run(first_day=TODAY, sessions=1)
    me = office.trainer.id
    async with house.begin() as session:
        meeting = (await session.scalars(select(Session).where(Session.run_id == run.id))).one()
        kind = QualificationKind(name="Erste Hilfe")
        session.add(kind)
        await session.flush()
        session.add_all(
            [
                FeeContract(
                    number="HV-1", run_id=run.id, person_id=me, created_at=MOMENT, offered_at=MOMENT,
                    state=ContractState.OFFERED,
                ),
                FeeStatement(person_id=me, month=date(2026, 11, 1), opened_at=MOMENT, told_at=MOMENT),
                FeeStatement(
                    person_id=me, month=date(2026, 10, 1), opened_at=MOMENT, state=StatementState.REJECTED
                ),
                FeeStatement(person_id=me, month=date(2026, 10, 1), opened_at=MOMENT),
                FeeStatement(person_id=me, month=date(2026, 12, 1), opened_at=MOMENT),
                *(
                    Evidence(
                        session_id=meeting.id, kind=EvidenceKind.PHOTO, state=state, media_type="image/jpeg",
                        sha256=sha, sent_at=MOMENT, sent_by=None, kept_until=TODAY, content=b"",
                    )
                    for sha, state in (("a", EvidenceState.READ), ("b", EvidenceState.READ), ("c", EvidenceState.SET_ASIDE))
                ),
                QualificationRecord(
                    person_id=me, kind_id=kind.id, seen_on=date(2025, 1, 1), recorded_at=MOMENT,
                    valid_until=TODAY + timedelta(days=20),
                ),
            ]
        )  # fmt: skip
    return meeting.id


async def test_everything_that_waits_for_a_trainer_is_on_the_page_of_the_day_with_its_way(
    client: Browser, begin: Begin, office: Office, house: Around
) -> None:
    await sign_in(client, begin, Identity.TRAINER, person=office.trainer, is_known=True)
    with counted() as few:
        await client.get("/kursleitung")
    session_id = await pile_up(house, office)

    with counted() as many:
        answer = await client.get("/kursleitung")
    page = words_of(answer.text)

    for line in (
        "Bitte lesen und beantworten Sie Ihren Honorarvertrag: Das Tablet kennenlernen",
        "Prüfen Sie, was aus Ihrer Liste gelesen wurde: Das Tablet kennenlernen, Freitag, 4. Dezember 2026, 10:00 Uhr 2",
        "Ihre Honorarabrechnung für Oktober 2026 kam zurück.",
        "Bitte bestätigen Sie Ihre Honorarabrechnung für November 2026",
        "Erste Hilfe: Die Gültigkeit endet am 24. Dezember 2026.",
    ):
        assert line in page
    assert "Dezember 2026 kam zurück" not in page
    assert "Honorarabrechnung für Dezember" not in page
    for path in (
        f"/kursleitung/termine/{session_id}/blaetter/pruefen",
        "/kursleitung/honorar?monat=2026-11",
        "/kursleitung/qualifikationen",
    ):
        assert f'href="{path}"' in answer.text
        assert (await client.get(path)).status_code == 200
    assert len(many) == len(few)


async def test_what_waits_for_one_trainer_is_nothing_to_another(
    client: Browser, begin: Begin, office: Office, house: Around
) -> None:
    await pile_up(house, office)
    await sign_in(client, begin, Identity.TRAINER)

    page = words_of((await client.get("/kursleitung")).text)

    assert "Noch zu erledigen" not in page
