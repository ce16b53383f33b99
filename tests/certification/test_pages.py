"""What people read about certificates: anybody who checks one, and the team."""

from datetime import timedelta
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from certificates.code import new_code
from certificates.verify import fingerprint
from lms.certification.models import Certificate, CertificateState
from lms.certification.subjects import taking_part
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from tests.making import MOMENT, make_course, make_person, make_run

Client = AsyncTestClient[Litestar]
FILE = b"%PDF-1.7 what was issued"


@pytest.fixture
async def paper(begin: Begin) -> Certificate:
    """Ada's certificate, issued last week."""
    course, person = make_course(), make_person("Ada", "Lehmann")
    run = make_run(course)
    code = new_code()
    facts = {
        "holder": {"name": person.name, "born": None},
        "course": course.title_de,
        "number": "TB-2026-00001",
        "first_day": "2026-10-06",
        "last_day": "2026-11-10",
        "units_attended": 8,
        "units_planned": 10,
        "issuer": "Zentrum für digitale Bildung",
        "issued_on": "2026-11-27",
        "place": "Innovationszentrum, Raum 1",
        "outcomes": [{"sentence": "Sie können ein Foto verschicken.", "competence": "2.2", "level": 2}],
    }
    async with begin() as session:
        session.add_all([course, person])
        await session.flush()
        session.add(run)
        await session.flush()
        party = Party(run_id=run.id, position=1, size=1, joined_at=MOMENT)
        session.add(party)
        await session.flush()
        enrolment = Enrolment(
            run_id=run.id,
            party_id=party.id,
            reference="R-1",
            state=EnrolmentState.CONFIRMED,
            created_at=MOMENT,
            changed_at=MOMENT,
            way=EntryWay.WEB,
            person_id=person.id,
        )
        session.add(enrolment)
        await session.flush()
        certificate = Certificate(
            year=2026,
            counter=1,
            number="TB-2026-00001",
            code=code,
            kind="attendance",
            subject=taking_part(enrolment.id),
            kept_until=MOMENT.date() + timedelta(days=3_000),
            enrolment_id=enrolment.id,
            person_id=person.id,
            run_id=run.id,
            facts=facts,
            language="de",
            document=FILE,
            sha256=fingerprint(FILE),
            signature="demo:AA==",
            key_id="demo",
            issued_at=MOMENT - timedelta(days=7),
            issued_by=None,
        )
        session.add(certificate)
    return certificate


async def revoke(begin: Begin, certificate_id: UUID) -> None:
    async with begin() as session:
        row = await session.get_one(Certificate, certificate_id)
        row.state, row.ended_at, row.ended_reason = CertificateState.REVOKED, MOMENT, "Verwechslung der Namen"


async def test_a_genuine_one_is_called_genuine_and_its_facts_are_repeated(
    client: Client, paper: Certificate
) -> None:
    page = await client.get(f"/pruefen/{paper.code}", headers={"accept": "text/html"})

    assert page.status_code == 200
    for words in (
        "Dieser Nachweis ist echt.",
        "Ada Lehmann",
        "Das Tablet kennenlernen",
        "8 von 10",
        "27. November 2026",
    ):
        assert words in page.text
    assert (page.headers["x-robots-tag"], page.headers["cache-control"]) == ("noindex", "no-store")


async def test_however_it_is_typed_the_code_is_understood(client: Client, paper: Certificate) -> None:
    typed = paper.code.lower().replace("-", " ").replace("0", "O")

    led = await client.get("/pruefen", params={"kennung": typed})

    assert (led.status_code, led.headers["location"]) == (303, f"/pruefen/{paper.code}")


async def test_scripts_get_the_same_answer_as_json(client: Client, paper: Certificate) -> None:
    answer = await client.get(f"/pruefen/{paper.code}", headers={"accept": "application/json"})

    said = answer.json()
    assert (answer.status_code, said["status"], said["code"]) == (200, "genuine", paper.code)
    assert said["facts"]["holder"] == "Ada Lehmann"
    assert said["facts"]["units_attended"] == 8


async def test_a_revoked_one_says_since_when_and_why(
    client: Client, paper: Certificate, begin: Begin
) -> None:
    await revoke(begin, paper.id)

    page = await client.get(f"/pruefen/{paper.code}", headers={"accept": "text/html"})
    answer = await client.get(f"/pruefen/{paper.code}", headers={"accept": "application/json"})

    assert "Dieser Nachweis wurde zurückgezogen." in page.text
    assert "Verwechslung der Namen" in page.text
    assert (answer.json()["status"], answer.json()["since"]) == ("revoked", "2026-12-04")


async def test_an_unknown_one_is_not_found_and_likely_slips_are_offered(
    client: Client, paper: Certificate
) -> None:
    wrong = ("B" if paper.code[0] == "8" else "8") + paper.code[1:]

    page = await client.get(f"/pruefen/{wrong}", headers={"accept": "text/html"})
    answer = await client.get(f"/pruefen/{new_code()}", headers={"accept": "application/json"})

    assert (page.status_code, answer.status_code) == (404, 404)
    assert "Zu dieser Nummer finden wir keinen Nachweis." in page.text
    assert (answer.json()["status"], answer.json()["facts"]) == ("unknown", None)


@pytest.mark.parametrize("nonsense", ["-", "x" * 300, "%3Cscript%3E", "DROP%20TABLE", "%00"])
async def test_nonsense_is_unknown_and_never_a_fault(client: Client, nonsense: str) -> None:
    page = await client.get(f"/pruefen/{nonsense}", headers={"accept": "text/html"})

    assert page.status_code in {404, 400}
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("file", "words"),
    [(FILE, "genau die, die wir ausgestellt haben"), (FILE + b"!", "nicht die, die wir ausgestellt haben")],
)
async def test_a_file_is_compared_byte_for_byte(
    client: Client, paper: Certificate, file: bytes, words: str
) -> None:
    form = await client.get(f"/pruefen/{paper.code}", headers={"accept": "text/html"})
    token = form.text.split('name="_csrf_token" value="')[1].split('"')[0]

    page = await client.post(
        f"/pruefen/{paper.code}",
        data={"_csrf_token": token},
        files={"datei": ("n.pdf", file, "application/pdf")},
        headers={"accept": "text/html"},
    )

    assert (page.status_code, words in page.text) == (200, True)


async def test_too_many_checks_have_to_wait(client: Client, paper: Certificate) -> None:
    answers = [await client.get(f"/pruefen/{paper.code}") for _ in range(21)]

    assert [answer.status_code for answer in answers][-2:] == [200, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_in_english_it_speaks_english(client: Client, paper: Certificate) -> None:
    page = await client.get(f"/en/pruefen/{paper.code}", headers={"accept": "text/html"})

    assert "This certificate is genuine." in page.text


async def test_nobody_downloads_somebody_elses_file(client: Client, paper: Certificate) -> None:
    answer = await client.get(f"/meine-nachweise/{paper.id}/nachweis.pdf", headers={"accept": "text/html"})

    assert answer.status_code in {303, 401}
