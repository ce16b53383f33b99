"""Nothing on the way can be made to say genuine for a paper that we did not issue (S-21); every true one is accepted."""

from datetime import date

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from certificates.document import Holder
from certificates.render import Renderer
from certificates.verify import fingerprint
from lms.certification.models import Certificate, ShownName
from lms.certification.verification.answers import Answer
from lms.certification.verification.files import answer_to_file
from lms.db import Begin
from lms.settings import Settings
from tests.certificates import forgeries
from tests.certificates.conftest import fonts, renderer
from tests.certificates.making import ADDRESS, CODE, make_certificate
from tests.certification.papers import keep
from tests.office import words_of
from tests.visiting import send

__all__ = ["fonts", "renderer"]
"""Fixtures, found here by pytest."""

Client = AsyncTestClient[Litestar]
SETTINGS = Settings(demo=True, _env_file=None)  # type: ignore[call-arg]
TODAY = date(2026, 12, 4)
PAGE = {"accept": "text/html"}
FORGERIES = [
    forgeries.saved_anew,
    forgeries.incremental_name,
    forgeries.shadow_hide,
    forgeries.shadow_replace,
    forgeries.wrapped_signature,
    forgeries.added_page,
    forgeries.other_info,
    forgeries.other_xmp,
    forgeries.without_seal,
    forgeries.foreign_seal,
    forgeries.second_seal,
    forgeries.note_over_name,
    forgeries.script,
    forgeries.genuine_enclosed,
    forgeries.pdf_behind_pdf,
    forgeries.polyglot_html,
    forgeries.polyglot_zip,
    forgeries.protected,
    forgeries.cut_off,
]
MALLORY = Holder(name="Mallory Meier", born=date(1980, 1, 1))


@pytest.fixture(scope="module")
def issued(renderer: Renderer) -> bytes:
    return forgeries.sealed(renderer.pdf(make_certificate()))


@pytest.fixture
async def paper(begin: Begin, issued: bytes) -> Certificate:
    return await keep(begin, document=issued, code=CODE, said=make_certificate().facts())


async def said_of(begin: Begin, file: bytes, code: str = "") -> Answer:
    return await answer_to_file(begin, file, settings=SETTINGS, today=TODAY, code=code)


async def test_the_true_one_is_accepted_under_any_name(
    begin: Begin, paper: Certificate, issued: bytes
) -> None:
    answer = await said_of(begin, issued)

    assert (answer.status, answer.file, answer.code, answer.differences) == ("genuine", "pdf", CODE, [])


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
async def test_no_forged_file_is_called_genuine(
    begin: Begin, paper: Certificate, issued: bytes, forge: forgeries.Forgery
) -> None:
    answer = await said_of(begin, forge(issued), code=CODE)

    assert (answer.status, answer.facts is not None) == ("changed", True)
    assert answer.differences != []


@pytest.mark.parametrize("forge", [forgeries.genuine_enclosed, forgeries.cut_off, forgeries.protected])
async def test_without_a_code_it_is_not_even_known(
    begin: Begin, paper: Certificate, issued: bytes, forge: forgeries.Forgery
) -> None:
    assert (await said_of(begin, forge(issued))).status == "unknown"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (CODE, "changed"),
        (CODE.replace("9", "G"), "unknown"),
        (CODE.replace("H", "\u041d"), "unknown"),
    ],
    ids=["somebody else's code", "look-alike", "letters of another alphabet"],
)
async def test_a_paper_of_ones_own_with_our_design_is_told_by_its_facts(
    begin: Begin, paper: Certificate, renderer: Renderer, code: str, status: str
) -> None:
    drawn = make_certificate(holder=MALLORY, units_attended=20)
    forged = renderer.pdf(drawn) if code == CODE else renderer.html(drawn).replace(CODE, code).encode()

    answer = await said_of(begin, forged)

    assert answer.status == status
    passages = [(passage.issued, passage.held) for one in answer.differences for passage in one.passages]
    assert passages == (
        [("Renate Schönfelder", "Mallory Meier"), ("18", "20")] if status == "changed" else []
    )


async def test_what_a_holder_keeps_back_is_not_told_by_comparing(
    begin: Begin, issued: bytes, renderer: Renderer
) -> None:
    await keep(
        begin, document=issued, code=CODE, said=make_certificate().facts(), shown_name=ShownName.HIDDEN
    )

    answer = await said_of(begin, renderer.pdf(make_certificate(holder=MALLORY, units_attended=20)))

    passages = [(passage.issued, passage.held) for one in answer.differences for passage in one.passages]
    assert (answer.status, answer.facts and answer.facts.holder, passages) == ("changed", "", [("18", "20")])


async def test_by_the_code_alone_it_is_said_that_the_particulars_have_to_be_compared(
    client: Client, paper: Certificate
) -> None:
    page = words_of((await client.get(f"/pruefen/{CODE}", headers=PAGE)).text)

    assert "Weicht eine davon ab, ist das Papier nicht von uns." in page
    assert page.index("Vergleichen Sie die Angaben") < page.index("Renate Schönfelder")


async def test_a_fingerprint_of_another_file_never_leads_to_genuine(
    client: Client, paper: Certificate, issued: bytes
) -> None:
    other = fingerprint(issued + b"\n")

    answers = [
        await client.post("/api/v1/certificate-checks", json=body)
        for body in ({"sha256": other}, {"sha256": other, "code": CODE}, {"sha256": other, "code": ADDRESS})
    ]
    page = await send(client, "/pruefen", {"pruefsumme": other})

    assert [answer.json()["status"] for answer in answers] == ["unknown", "changed", "changed"]
    assert [answer for answer in answers if "genuine" in answer.text] == []
    assert "echt." not in words_of(page.text)


async def test_the_page_about_a_forged_file_says_so_first_and_names_what_differs(
    client: Client, paper: Certificate, issued: bytes
) -> None:
    form = await client.get("/pruefen", headers=PAGE)
    token = form.text.split('name="_csrf_token" value="')[1].split('"')[0]

    page = await client.post(
        "/pruefen",
        data={"_csrf_token": token},
        files={"datei": ("nachweis.pdf", forgeries.incremental_name(issued), "application/pdf")},
        headers=PAGE,
    )

    words = words_of(page.text)
    assert words.index("Diese Datei ist nicht die, die wir ausgestellt haben.") < words.index(
        "Renate Schönfelder"
    )
    assert ("Dieser Nachweis ist echt." in page.text, "„Mallory Meier“" in words) == (False, True)
