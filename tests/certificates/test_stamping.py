"""Stamped and drawn papers are alike; what is one person's is in nobody else's file; and what does not fit is drawn."""

import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.code import new_code
from certificates.document import Certificate, Holder, Kind, Language, Outcome
from certificates.errors import Unprintable
from certificates.fonts import Fonts
from certificates.pdf import Attachment
from certificates.render import Design, Renderer
from certificates.stamping import SHEETS_KEPT, Stamper
from tests import verapdf
from tests.certificates.making import make_certificate
from tests.certificates.reading import read

FIRST, SECOND = (
    new_code(lambda bits, seed=seed: int.from_bytes(sha256(seed).digest(), "big") % 2**bits)  # type: ignore[misc]
    for seed in (b"1", b"2")
)
SITE = "https://lernen.haldensleben.example/pruefen/"
RENATE = make_certificate(code=FIRST, verification_url=f"{SITE}{FIRST}")
MEHMET = make_certificate(
    holder=Holder(name="Mehmet Yılmaz-Őry"),
    number="2026-77777",
    code=SECOND,
    verification_url=f"{SITE}{SECOND}",
    units_attended=11,
)
LONG = tuple(Outcome(sentence=f"Das {number}. von vielen Zielen erreichen") for number in range(30))


def badge(text: bytes) -> Attachment:
    return Attachment(
        name="badge.json", data=text, description="Open Badge", created=datetime(2026, 11, 22, 12, tzinfo=UTC)
    )


@pytest.fixture(scope="module")
def stamper(renderer: Renderer) -> Stamper:
    return Stamper(renderer)


def contents(pdf: bytes) -> list[list[bytes]]:
    """The operators of each page."""
    with pikepdf.open(BytesIO(pdf)) as file:
        return [page.Contents.read_bytes().split(b"\n") for page in file.pages]


def words(pdf: bytes) -> list[list[str]]:
    return [page.extract_text().split() for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def picture(pdf: bytes) -> bytes:
    return subprocess.run(["pdftoppm", "-r", "60", "-"], input=pdf, capture_output=True, check=True).stdout


def everything(pdf: bytes) -> Iterator[bytes]:
    """All the bytes somebody could look through: the file as it is, and each object unpacked."""
    yield pdf
    with pikepdf.open(BytesIO(pdf)) as file:
        for item in file.objects:
            if isinstance(item, pikepdf.Stream):
                yield item.read_bytes()
            yield item.unparse(resolved=True)


@pytest.mark.parametrize(
    "certificate",
    [
        MEHMET,
        replace(MEHMET, language=Language.ENGLISH),
        replace(
            MEHMET, holder=Holder(name="Åsa Ćosić", born=date(1948, 5, 4)), outcomes=(), contents=(), place=""
        ),
        replace(MEHMET, outcomes=LONG, holder=Holder(name="Jörg Štěpánek")),
        replace(MEHMET, holder=Holder(name='<b>Ada</b> & "Co" {{ 7*7 }} (ffi)'), course="<img src=x> & more"),
    ],
    ids=["attendance", "english", "bare", "two pages", "hostile"],
)
def test_a_stamped_paper_is_the_drawn_paper_to_the_eye_to_readers_and_to_machines(
    stamper: Stamper, renderer: Renderer, certificate: Certificate
) -> None:
    before = stamper.press.stamped

    stamped, drawn = stamper.pdf(certificate), renderer.pdf(certificate)

    assert stamper.press.stamped == before + 1
    assert contents(stamped) == contents(drawn)
    assert words(stamped) == words(drawn)
    assert picture(stamped) == picture(drawn)
    one, other = read(stamped), read(drawn)
    assert (one.title, one.language, one.tags, one.pictures, one.links, one.reading_order, one.artifacts) == (
        other.title, other.language, other.tags, other.pictures, other.links, other.reading_order, other.artifacts,
    )  # fmt: skip
    assert one.metadata == other.metadata
    assert one.fonts == other.fonts


def test_links_cover_the_same_place(stamper: Stamper, renderer: Renderer) -> None:
    def places(pdf: bytes) -> list[Any]:
        with pikepdf.open(BytesIO(pdf)) as file:
            return [
                [pytest.approx(float(edge), abs=0.001) for edge in note.Rect] for note in file.pages[0].Annots
            ]

    assert places(stamper.pdf(MEHMET)) == places(renderer.pdf(MEHMET))
    assert places(stamper.pdf(MEHMET))


@given(
    name=st.text(
        st.sampled_from(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZäöüßÄÖÜéèçñøåłżščŞİığőűĐžæœțȘ'-. ’fi\u00a0"
        ),
        min_size=1,
        max_size=24,
    ).filter(lambda text: " ".join(text.split()) != ""),
    number=st.integers(1, 10**6),
)
@settings(max_examples=15, deadline=None)
def test_whatever_the_name_the_stamped_operators_are_those_that_would_be_drawn(
    stamper: Stamper, renderer: Renderer, name: str, number: int
) -> None:
    certificate = replace(RENATE, holder=Holder(name=name), number=f"2026-{number}")

    assert contents(stamper.pdf(certificate)) == contents(renderer.pdf(certificate))


def test_the_judge_finds_nothing_against_a_stamped_paper_with_its_badge(
    stamper: Stamper, tmp_path: Path
) -> None:
    papers = {
        "one": stamper.pdf(MEHMET, attachments=(badge(b'{"a": 1}'),)),
        "two": stamper.pdf(replace(MEHMET, outcomes=LONG)),
    }
    files = {tmp_path / f"{name}.pdf": pdf for name, pdf in papers.items()}
    for file, pdf in files.items():
        file.write_bytes(pdf)

    assert verapdf.check_all(files) == {file: [] for file in files}


def test_nothing_of_one_person_is_in_the_file_of_another(renderer: Renderer) -> None:
    stamper = Stamper(renderer)
    theirs = stamper.pdf(RENATE, attachments=(badge(b"Schoenfelder"),))

    mine = stamper.pdf(MEHMET, attachments=(badge(b"Yilmaz"),))

    secrets = ("Renate", "Schönfelder", "Schoenfelder", "2026-00042", "März\u00a01951", FIRST)
    spellings = [
        spelt
        for secret in secrets
        for spelt in (secret.encode(), secret.encode("utf-16-be"), secret.encode("utf-16-be").hex().encode())
    ]
    assert stamper.press.stamped == 2
    assert [spelt for spelt in spellings for part in everything(mine) if spelt.lower() in part.lower()] == []
    assert any(FIRST.encode() in part for part in everything(theirs))
    assert not {word for page in words(mine) for word in page} & {"Renate", "Schönfelder", "1951", FIRST}
    assert not re.search(rb"Xq..qX|Wz..zW|\.invalid", b"".join(everything(mine)))
    assert read(mine).attachments == {"badge.json": b"Yilmaz"}
    assert read(mine).pictures == [f"QR-Code zur Prüfseite: {SITE}{SECOND}"]
    assert read(mine).links == [f"{SITE}{SECOND}"] * len(read(mine).links)


def test_the_qr_code_leads_to_the_persons_own_address(stamper: Stamper) -> None:
    drawn = [
        (int(x), int(y), int(end) - int(x))
        for (start, stop) in [pair for page in contents(stamper.pdf(MEHMET)) for pair in pairwise(page)]
        if (move := re.fullmatch(rb"(\d+) (\d+)\.5 m", start))
        and (line := re.fullmatch(rb"(\d+) (\d+)\.5 l", stop))
        for x, y, end in [(move[1], move[2], line[1])]
    ]

    meant = segno.make(f"{SITE}{SECOND}", error="m", micro=False, mask=3, boost_error=False).matrix
    modules = {(x + offset - 4, y - 4) for x, y, length in drawn for offset in range(length)}
    assert modules == {(x, y) for y, row in enumerate(meant) for x, dark in enumerate(row) if dark}


def test_the_same_certificate_gives_the_same_bytes_whatever_came_before_and_in_whichever_process(
    stamper: Stamper, renderer: Renderer, tmp_path: Path
) -> None:
    stamper.pdf(RENATE)
    mine = stamper.pdf(MEHMET, attachments=(badge(b"1"),))
    alone: Stamper = pickle.loads(pickle.dumps(Stamper(renderer)))
    (tmp_path / "job").write_bytes(pickle.dumps((Stamper(renderer), MEHMET, badge(b"1"))))
    program = (
        "import pickle, sys; stamper, one, badge = pickle.load(open(sys.argv[1], 'rb'));"
        "sys.stdout.buffer.write(stamper.pdf(one, attachments=(badge,)))"
    )

    elsewhere = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "job")], capture_output=True, check=True
    ).stdout

    assert alone.pdf(MEHMET, attachments=(badge(b"1"),)) == mine
    assert elsewhere == mine
    assert stamper.pdf(MEHMET, attachments=(badge(b"2"),)) != mine


@pytest.mark.parametrize(
    "name",
    [
        "Οδυσσέας Ελύτης",
        "Đỗ Thị Nguyệt",
        "Ada Lovelace Byron King Noel Wentworth Gordon Milbanke",
        "M" * 27,
        "Maximiliane " + "x" * 190,
        "So\u00adpho\u200bie",
        "e\u0331ve",
    ],
)
def test_a_name_beyond_the_gap_is_drawn_in_full(renderer: Renderer, stamper: Stamper, name: str) -> None:
    certificate = replace(MEHMET, holder=Holder(name=name))
    before = stamper.press.drawn

    stamped = stamper.pdf(certificate)

    assert stamper.press.drawn in {before, before + 1}
    assert contents(stamped) == contents(renderer.pdf(certificate))
    assert words(stamped) == words(renderer.pdf(certificate))


@pytest.mark.parametrize("name", ["王 Ada", "שלום", "محمد", "Ada 😀"])
def test_a_name_no_font_can_show_is_refused_as_ever(stamper: Stamper, name: str) -> None:
    with pytest.raises(Unprintable):
        stamper.pdf(replace(MEHMET, holder=Holder(name=name)))


PLAIN = Design.named("mosaic")


def with_style(css: str) -> Design:
    return replace(PLAIN, css=PLAIN.css + css)


@pytest.mark.parametrize(
    ("css", "stamped"),
    [
        (".name, .number, .born { text-align: center }", 2),
        (".name { text-align: right } .address { text-align: center }", 2),
        (".name { text-transform: uppercase }", 0),
        (".name { display: inline-block; background: #ccc }", 0),
        (".name { text-decoration: underline }", 0),
        (".facts { table-layout: auto; width: auto; margin-left: auto }", 0),
        (".name { width: 20mm }", 0),
    ],
)
def test_any_design_is_drawn_rightly_and_stamped_where_only_the_gaps_differ(
    fonts: Fonts, css: str, stamped: int
) -> None:
    renderer = Renderer(with_style(css), fonts)
    stamper = Stamper(renderer)

    for certificate in (RENATE, MEHMET):
        assert contents(stamper.pdf(certificate)) == contents(renderer.pdf(certificate))
    assert stamper.press.stamped == stamped


def test_fields_may_share_a_line_with_other_words(fonts: Fonts) -> None:
    page = (files("certificates") / "designs" / "parts" / "page.html").read_text("utf-8")
    shared = page.replace(
        '<p class="number" data-field="number">{{ statement.number.first }}</p>',
        '<p class="number">Dokument <span data-field="number">{{ statement.number.first }}</span> vom '
        '<strong data-field="born">{{ statement.certificate.holder.born }}</strong> (gültig)</p>',
    )
    assert shared != page
    renderer = Renderer(replace(PLAIN, template=shared), fonts)
    stamper = Stamper(renderer)

    for certificate in (RENATE, MEHMET):
        assert contents(stamper.pdf(certificate)) == contents(renderer.pdf(certificate))
    assert stamper.press.stamped == 2


def test_only_so_many_sheets_are_kept(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certificates.stamping.SHEETS_KEPT", 2)
    stamper = Stamper(renderer)

    for course in ("Eins", "Zwei", "Drei"):
        stamper.pdf(replace(RENATE, course=course))

    assert len(stamper.press._sheets) == 2
    assert SHEETS_KEPT < 100


def test_kinds_differ_in_their_sheet(stamper: Stamper, renderer: Renderer) -> None:
    examined = make_certificate(kind=Kind.EXAMINED)

    assert contents(stamper.pdf(examined)) == contents(renderer.pdf(examined))
