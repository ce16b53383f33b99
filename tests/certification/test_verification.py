"""What anybody learns who checks a certificate: by its code, by its file, by its badge, by a name."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr
from sqlalchemy import update

from certificates.code import new_code
from certificates.verify import fingerprint
from lms.certification.badges.addresses import check_address
from lms.certification.badges.issuing import badge_of
from lms.certification.models import Certificate, CertificateState, ExpiredRecord, ShownName
from lms.certification.subjects import taking_part
from lms.db import Begin
from lms.settings import Settings
from tests.certificates.making import make_certificate
from tests.certification.papers import FILE, facts, keep
from tests.making import MOMENT
from tests.visiting import send

Client = AsyncTestClient[Litestar]
PAGE = {"accept": "text/html"}
JSON = {"accept": "application/json"}
CODE = "39MH-DHMV-97SZ-GY6V-9EQ5"


async def asked(client: Client, code: str) -> dict[str, Any]:
    said: dict[str, Any] = (await client.get(f"/pruefen/{code}", headers=JSON)).json()
    return said


async def checked(client: Client, **what: str) -> dict[str, Any]:
    said: dict[str, Any] = (await client.post("/api/v1/certificate-checks", json=what)).json()
    return said


async def uploaded(client: Client, file: bytes, path: str = "/pruefen") -> Response:
    form = await client.get("/pruefen", headers=PAGE)
    token = form.text.split('name="_csrf_token" value="')[1].split('"')[0]
    return await client.post(
        path, data={"_csrf_token": token}, files={"datei": ("n", file, "application/pdf")}, headers=PAGE
    )


async def end(begin: Begin, certificate: Certificate, **change: Any) -> None:
    async with begin() as session:
        await session.execute(update(Certificate).where(Certificate.id == certificate.id).values(**change))


async def test_the_answer_for_programs_keeps_its_shape(client: Client, begin: Begin) -> None:
    paper = await keep(begin)

    said = await asked(client, paper.code)

    assert said == {
        "status": "genuine",
        "code": paper.code,
        "since": "2026-11-27",
        "reason": "",
        "replaced_by": "",
        "ended": "",
        "file": "",
        "name_matches": None,
        "facts": {
            "kind": "attendance",
            "holder": "Ada Lehmann",
            "holder_shown": "full",
            "title": "Das Tablet kennenlernen",
            "title_en": "",
            "number": "TB-2026-00001",
            "first_day": "2026-10-06",
            "last_day": "2026-11-10",
            "units_attended": 8,
            "units_planned": 10,
            "hours": None,
            "modules": [],
            "result": None,
            "issuer": "Zentrum für digitale Bildung",
            "issued_on": "2026-11-27",
            "place": "Innovationszentrum, Raum 1",
            "outcomes": ["Sie können ein Foto verschicken."],
            "valid_until": None,
        },
        "differences": [],
        "suggestions": [],
    }


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        (
            "examined",
            {"result": {"exam": "Abschlusstest", "held_on": "2026-11-10", "points": 7, "out_of": 10}},
            (
                "Zertifikat",
                "Abschlusstest, 10. November 2026",
                "7 von 10 Punkten",
                "Nachgewiesene Lernergebnisse",
            ),
        ),
        (
            "education_leave",
            {"days": ["2026-10-06"], "employer": "Geheim GmbH"},
            ("Bescheinigung für den Arbeitgeber",),
        ),
        (
            "volunteer",
            {"units_attended": None, "units_planned": None, "hours": 40},
            ("Ehrenamt", "40 Stunden"),
        ),
        (
            "path",
            {
                "units_planned": None,
                "modules": [{"course": "E-Mail", "number": "TB-2025-00007", "units_attended": 8}],
            },
            ("Lernweg", "8 Unterrichtseinheiten", "E-Mail", "Nr. TB-2025-00007"),
        ),
        ("trainer", {"units_planned": None}, ("Unterrichtet", "8 Unterrichtseinheiten")),
    ],
)
async def test_every_kind_shows_what_its_paper_states_and_no_more(
    client: Client, begin: Begin, kind: str, said: dict[str, Any], words: tuple[str, ...]
) -> None:
    paper = await keep(begin, kind=kind, said=facts(**said))

    page = await client.get(f"/pruefen/{paper.code}", headers=PAGE)

    assert [word for word in words if word not in page.text] == []
    assert "Geheim GmbH" not in page.text
    assert "1951" not in page.text


async def test_past_its_last_day_it_is_genuine_and_over(client: Client, begin: Begin) -> None:
    paper = await keep(begin, valid_until=date(2026, 12, 3))

    page = await client.get(f"/pruefen/{paper.code}", headers=PAGE)

    assert (await asked(client, paper.code))["status"] == "outdated"
    assert "Dieser Nachweis war gültig bis 3. Dezember 2026." in page.text


@pytest.mark.parametrize(
    ("shown", "leads"), [(ShownName.FULL, True), (ShownName.INITIALS, True), (ShownName.HIDDEN, False)]
)
async def test_a_replaced_one_leads_to_the_newer_unless_its_holder_shows_no_name(
    client: Client, begin: Begin, shown: ShownName, *, leads: bool
) -> None:
    heir = await keep(begin, counter=2, document=b"%PDF newer", shown_name=shown)
    paper = await keep(begin)
    await end(begin, paper, state=CertificateState.REPLACED, ended_at=MOMENT, replaced_by=heir.id)

    said = await asked(client, paper.code)

    assert (said["status"], said["since"]) == ("replaced", "2026-12-04")
    assert said["replaced_by"] == (heir.code if leads else "")


async def test_after_the_registers_time_only_that_is_said(client: Client, begin: Begin) -> None:
    gone, code = new_code(), new_code()
    async with begin() as session:
        session.add(ExpiredRecord(code=gone, expired_on=date(2026, 11, 1)))
    await keep(begin, code=code, kept_until=date(2026, 12, 3))  # not yet swept away

    for one in (gone, code):
        page = await client.get(f"/pruefen/{one}", headers=PAGE)
        said = await asked(client, one)
        assert (page.status_code, said["status"], said["facts"]) == (410, "expired", None)
        assert "Ada" not in page.text


@pytest.mark.parametrize(("shown", "holder"), [(ShownName.INITIALS, "A. L."), (ShownName.HIDDEN, "")])
async def test_the_name_is_shown_as_its_holder_allows_and_the_one_on_the_paper_can_be_checked(
    client: Client, begin: Begin, shown: ShownName, holder: str
) -> None:
    paper = await keep(begin, shown_name=shown)

    page = await client.get(f"/pruefen/{paper.code}", headers=PAGE)
    right = await send(client, f"/pruefen/{paper.code}", {"name": " lehmann, ADA"})
    wrong = await send(client, f"/pruefen/{paper.code}", {"name": "Mallory <b>Meier"})

    assert ((await asked(client, paper.code))["facts"]["holder"], "Lehmann" in page.text) == (holder, False)
    assert ("Dieser Nachweis ist echt." in right.text, "steht auf diesem Nachweis" in right.text) == (
        True,
        True,
    )
    assert (
        "echt" in wrong.text.split("<h1")[1].split("</h1>")[0],
        "Mallory &lt;b&gt;Meier" in wrong.text,
    ) == (
        False,
        True,
    )
    assert (await checked(client, code=paper.code, name="Ben Lehmann"))["status"] == "changed"


async def test_names_are_not_found_by_trying(client: Client, begin: Begin) -> None:
    paper = await keep(begin, shown_name=ShownName.HIDDEN)

    answers = [
        await client.post("/api/v1/certificate-checks", json={"code": paper.code, "name": f"Name {number}"})
        for number in range(6)
    ]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]


async def test_a_file_is_known_by_its_bytes_or_by_its_fingerprint_alone(client: Client, begin: Begin) -> None:
    paper = await keep(begin)
    other = await keep(begin, counter=2, document=b"%PDF another")

    page = await uploaded(client, FILE)

    assert ("Dieser Nachweis ist echt." in page.text, "Ada Lehmann" in page.text) == (True, True)
    by_sum = await checked(client, sha256=fingerprint(FILE).upper())
    assert (by_sum["status"], by_sum["code"], by_sum["file"]) == ("genuine", paper.code, "pdf")
    assert (await checked(client, sha256=fingerprint(b"%PDF else")))["status"] == "unknown"
    assert (await checked(client, sha256=fingerprint(FILE), code=paper.code))["status"] == "genuine"
    assert (await checked(client, sha256=fingerprint(FILE), code=other.code))["status"] == "changed"


async def test_a_browser_that_tells_the_fingerprint_keeps_the_file(client: Client, begin: Begin) -> None:
    await keep(begin)

    known = await send(client, "/pruefen", {"pruefsumme": fingerprint(FILE)})
    unknown = await send(client, "/pruefen", {"pruefsumme": fingerprint(b"%PDF else")})

    assert "Dieser Nachweis ist echt." in known.text
    assert ("Datei senden und vergleichen" in unknown.text, "data-fingerprint" in unknown.text) == (
        True,
        False,
    )


async def test_an_unchanged_file_of_a_revoked_certificate_is_revoked(client: Client, begin: Begin) -> None:
    paper = await keep(begin)
    await end(begin, paper, state=CertificateState.REVOKED, ended_at=MOMENT, ended_reason="Verwechslung")

    page = await uploaded(client, FILE)

    assert ("Dieser Nachweis wurde zurückgezogen." in page.text, "Verwechslung" in page.text) == (True, True)


@pytest.mark.parametrize(
    ("file", "status", "words"),
    [
        (b"", 422, "Wählen Sie zuerst die Datei aus."),
        (b"x" * 5_000_001, 422, "Die Datei ist zu groß"),
        (b"x" * 6_000_001, 413, "6 MB"),
        (b"\x00\xff" * 50, 404, "In dieser Datei finden wir keinen Nachweis von uns."),
        (b"%PDF-1.7 rubbish", 404, "In dieser Datei finden wir keinen Nachweis von uns."),
        (
            b'<svg xmlns="http://www.w3.org/2000/svg"/>',
            404,
            "In dieser Datei finden wir keinen Nachweis von uns.",
        ),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><svg>&b;</svg>', 404, "In dieser Datei finden wir"),
    ],
    ids=["none", "large", "huge", "bytes", "no-pdf", "picture", "entity"],
)
async def test_other_files_are_told_apart_in_plain_words(
    client: Client, file: bytes, status: int, words: str
) -> None:
    page = await uploaded(client, file)

    assert (page.status_code, words in page.text) == (status, True)


async def test_files_are_limited(client: Client) -> None:
    pages = [await uploaded(client, b"nothing of ours") for _ in range(11)]

    assert [page.status_code for page in pages] == [404] * 10 + [429]


def badge(settings: Settings, **changes: Any) -> str:
    """The credential of the paper with the code above, signed with the key of these settings."""
    return badge_of(
        make_certificate(code=CODE, verification_url=check_address(settings, CODE), **changes),
        settings,
        subject=taking_part(UUID(int=1)),
        run_id=UUID(int=2),
        status_index=0,
        issued_at=MOMENT - timedelta(days=7),
    )


async def test_a_badge_is_ours_only_if_we_signed_it_and_our_record_says_the_same(
    client: Client, begin: Begin, settings: Settings
) -> None:
    issued = badge(settings)
    await keep(begin, code=CODE, credential=issued)
    svg = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:o="https://purl.imsglobal.org/ob/v3p0">%s</svg>'
    baked = f"<o:credential><![CDATA[{issued}]]></o:credential>"
    other_key = settings.model_copy(update={"certificate_key": SecretStr("demo:" + "11" * 32)})
    forged = {
        "another key": badge(other_key, units_attended=20),
        "our key, another record": badge(settings, units_attended=20),
        "another name": issued.replace("Smartphone", "Traktor"),
        "a name twice": issued.replace('"name"', '"name": "Traktor", "name"', 1),
        "two in one": svg % (baked + baked.replace("Smartphone", "Traktor")),
        "two that are equal": svg % (baked + baked),
    }

    genuine = [await uploaded(client, file.encode()) for file in (issued, svg % baked)]
    others = {
        name: await uploaded(client, file.encode(), f"/pruefen/{CODE}") for name, file in forged.items()
    }

    assert ["digitalen Nachweis in dieser Datei haben wir" in page.text for page in genuine] == [True] * 2
    told = {name: "nicht die, die wir ausgestellt haben" in page.text for name, page in others.items()}
    assert told == dict.fromkeys(forged, True)
    assert [name for name, page in others.items() if "ist echt" in page.text] == []


@pytest.mark.parametrize(
    "change", [lambda code: code.replace("H", "\u041d"), lambda code: f"{code[:-1]}\u202e"]
)
async def test_letters_that_only_look_alike_are_no_code(client: Client, begin: Begin, change: Any) -> None:
    paper = await keep(begin, code=CODE)

    said = await asked(client, change(paper.code))

    assert (said["status"], said["facts"]) == ("unknown", None)


async def test_a_question_without_a_code_or_a_fingerprint_is_refused(client: Client) -> None:
    answers = [
        await client.post("/api/v1/certificate-checks", json=body)
        for body in (
            {},
            {"sha256": "xyz"},
            {"code": "x" * 101},
            {"code": "7", "redirect": "https://x.example"},
        )
    ]

    assert [answer.status_code for answer in answers] == [422, 400, 400, 400]


async def test_the_page_says_nothing_to_search_engines_caches_and_other_sites(
    client: Client, begin: Begin
) -> None:
    paper = await keep(
        begin, said=facts(holder={"name": "<script>alert(1)</script> \u202e" + "x" * 200, "born": None})
    )

    page = await client.get(f"/pruefen/{paper.code}?next=https://x.example", headers=PAGE)

    assert (page.headers["x-robots-tag"], page.headers["cache-control"]) == ("noindex", "no-store")
    assert ("<script>alert" in page.text, 'href="https://x.example' in page.text) == (False, False)
