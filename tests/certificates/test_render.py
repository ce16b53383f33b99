"""The paper, read back: what it says, in which order, to eyes and to screen readers, and to the judge of both."""

import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from certificates.document import Certificate, Holder, Kind, Language, Outcome
from certificates.errors import UnknownDesign, Unprintable
from certificates.fonts import Fonts
from certificates.pdf import Asset
from certificates.render import Design, Logo, Renderer
from tests import verapdf
from tests.certificates.making import ADDRESS, CODE, make_certificate
from tests.certificates.reading import Paper, read

SURNAME = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten"
TITLE = "Digitale Grundbildung für Beruf, Ehrenamt und Alltag: sicher suchen, gemeinsam arbeiten, Inhalte gestalten und Probleme lösen im Jahr 2026"
TWELVE = tuple(
    Outcome(sentence=f"Das {number}. von zwölf Zielen dieses Kurses erreichen", competence="1.1", level=3)
    for number in range(1, 13)
)
PAPERS = {
    "german": make_certificate(),
    "english": make_certificate(language=Language.ENGLISH, course="Safe Online", trainers=("Ada", "Ben")),
    "bare": make_certificate(
        holder=Holder(name="Mehmet Yılmaz"), run="", contents=(), outcomes=(), trainers=(), place=""
    ),
    "long": make_certificate(
        holder=Holder(name=f"Maximiliane {SURNAME}"),
        course=TITLE,
        outcomes=TWELVE,
        legal_note="Anerkannt nach Landesrecht.",
    ),
    "hostile": make_certificate(
        holder=Holder(name='<b>Ada</b> & "Co" {{ 7*7 }}'),
        course="<img src=file:///etc/passwd>",
        contents=("</table><script>alert(1)</script>",),
    ),
    "examined": make_certificate(kind=Kind.EXAMINED),
}


@pytest.fixture(scope="module")
def drawn(renderer: Renderer, fonts: Fonts) -> dict[str, bytes]:
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><path d="M0 0h2v1h-2z"/></svg>'
    design = Design.named("mosaic", logo=Logo(Asset("town.svg", picture), alt="Wappen der Stadt"))
    drawn = {name: renderer.pdf(certificate) for name, certificate in PAPERS.items()}
    return {**drawn, "logo": Renderer(design, fonts).pdf(PAPERS["german"])}


@pytest.fixture(scope="module")
def papers(drawn: dict[str, bytes]) -> dict[str, Paper]:
    return {name: read(pdf) for name, pdf in drawn.items()}


def test_the_judge_finds_nothing_against_any_paper_in_either_profile(
    drawn: dict[str, bytes], tmp_path: Path
) -> None:
    files = {tmp_path / f"{name}.pdf": pdf for name, pdf in drawn.items()}
    for file, pdf in files.items():
        file.write_bytes(pdf)

    assert verapdf.check_all(files) == {file: [] for file in files}


def test_the_german_paper_says_what_happened_in_reading_order(papers: dict[str, Paper]) -> None:
    paper = papers["german"]

    assert paper.language == "de"
    assert paper.title == "Teilnahmebescheinigung 2026-00042: Renate Schönfelder"
    assert "".join(paper.text.split()) == "".join(
        (
            "Zentrum für digitale Bildung Innovationszentrum Haldensleben "
            "Teilnahmebescheinigung Nr. 2026-00042 Renate Schönfelder geboren am 12. März 1951 "
            "hat an diesem Kurs teilgenommen: Smartphone für den Alltag "
            "Zeitraum 8. September bis 17. November 2026 "
            "Umfang 18 von 20 Unterrichtseinheiten zu je 45 Minuten "
            "Ort Innovationszentrum, Raum 2 Kursleitung Jana Krüger Kursnummer 2041 "
            "Inhalte Bedienung und Apps Nachrichten und Fotos "
            "Lernziele des Kurses DigComp 2.2 "
            "Nachrichten mit Bildern sicher verschicken 2.1 · Stufe 2 Betrügerische Nachrichten erkennen 4.2 · Stufe 3 "
            "DigComp 2.2 ist der europäische Rahmen für digitale Kompetenzen; seine Stufen gehen von 1 bis 8. "
            "Haldensleben, 22. November 2026 Dr. Katrin Wegener, Leiterin des Zentrums "
            "Ist dieses Dokument echt? Scannen Sie den QR-Code oder geben Sie diese Adresse ein: "
            f"lernen.haldensleben.example/pruefen/ {CODE} "
            "Dieses Dokument wurde elektronisch erstellt und ist ohne Unterschrift gültig. "
            "Hagenstraße 21 · 39340 Haldensleben · 03904 1234 Seite 1 von 1"
        ).split()
    )


def test_the_english_paper_is_english_throughout(papers: dict[str, Paper]) -> None:
    paper = papers["english"]

    assert paper.language == "en"
    assert paper.title == "Certificate of Attendance 2026-00042: Renate Schönfelder"
    assert paper.says("took part in this course: Safe Online")
    assert paper.says("18 of 20 units of 45 minutes each")
    assert paper.says("Trainers Ada, Ben")
    assert paper.says("Page 1 of 1")
    assert not [word for word in ("Kurs ", "Umfang", "Stufe", "Seite", "Dokument") if paper.says(word)]


def test_facts_that_are_missing_leave_no_empty_labels(papers: dict[str, Paper]) -> None:
    paper = papers["bare"]

    assert paper.says("Mehmet Yılmaz hat an diesem Kurs teilgenommen:")
    assert not [
        word
        for word in ("geboren", "Ort", "Kursleitung", "Kursnummer", "Inhalte", "DigComp")
        if paper.says(word)
    ]


def test_a_passed_test_is_called_certificate_and_attendance_alone_is_not(papers: dict[str, Paper]) -> None:
    assert papers["examined"].says("Zertifikat Nr. 2026-00042")
    assert papers["examined"].says("teilgenommen und die Prüfung bestanden:")
    assert papers["examined"].says("Nachgewiesene Lernergebnisse")
    assert not papers["german"].says("Zertifikat")
    assert not papers["german"].says("bestanden")


def test_screen_readers_meet_headings_tables_and_words_for_the_qr_code(papers: dict[str, Paper]) -> None:
    paper = papers["german"]

    assert [tag for tag in paper.tags if tag in {"H1", "H2", "Table", "Figure", "L"}] == [
        "H1", "Table", "L", "Table", "Figure", "H2",
    ]  # fmt: skip
    assert paper.tags.count("TH") == 6 + 2
    assert paper.pictures == [f"QR-Code zur Prüfseite: {ADDRESS}"]
    assert paper.reading_order == sorted(paper.reading_order)


def test_the_address_is_a_link_as_well_as_type_to_read_off(papers: dict[str, Paper]) -> None:
    assert set(papers["german"].links) == {ADDRESS}


def test_every_font_is_embedded_and_all_are_fira_sans(papers: dict[str, Paper]) -> None:
    for paper in papers.values():
        assert all(paper.fonts.values())
        assert {name.split("+")[1].split("-")[0] for name in paper.fonts} == {"Fira"}


def test_what_does_not_fit_one_page_goes_on_the_second_which_repeats_name_and_number(
    papers: dict[str, Paper],
) -> None:
    paper = papers["long"]

    assert paper.pages == 2
    assert paper.says(f"Maximiliane {SURNAME} · Teilnahmebescheinigung Nr. 2026-00042")
    assert paper.says("Seite 1 von 2")
    assert paper.says("Seite 2 von 2")
    assert paper.says(TITLE)
    assert [outcome.sentence for outcome in TWELVE if not paper.says(outcome.sentence)] == []
    assert [name for name, other in papers.items() if other.pages != 1] == ["long"]


def test_what_every_page_repeats_is_not_read_out(papers: dict[str, Paper]) -> None:
    assert set(papers["german"].artifacts) == {"/Pagination"}
    assert len(papers["long"].artifacts) > len(papers["german"].artifacts)


def test_markup_in_a_name_stays_text(papers: dict[str, Paper]) -> None:
    paper = papers["hostile"]

    assert paper.says('<b>Ada</b> & "Co" {{ 7*7 }}')
    assert paper.says("<img src=file:///etc/passwd>")
    assert paper.says("</table><script>alert(1)</script>")
    assert paper.pictures == papers["german"].pictures


def test_the_same_certificate_gives_the_same_bytes_also_from_another_renderer(
    renderer: Renderer, drawn: dict[str, bytes], fonts: Fonts
) -> None:
    another: Renderer = pickle.loads(pickle.dumps(Renderer(Design.named("mosaic"), fonts)))

    assert renderer.pdf(PAPERS["german"]) == drawn["german"]
    assert another.pdf(PAPERS["long"]) == drawn["long"]
    assert drawn["german"] != drawn["bare"]


def test_a_name_no_font_can_show_is_refused_with_its_characters(renderer: Renderer) -> None:
    with pytest.raises(Unprintable) as refused:
        renderer.pdf(make_certificate(holder=Holder(name="王 Ada ☃")))

    assert refused.value.characters == "王☃"


@pytest.mark.parametrize(
    "name",
    ["Đỗ Thị Nguyệt", "Agnieszka Wiśniewska", "Οδυσσέας Ελύτης", "Олександра Коваленко", "Ștefan Ćosić"],
)
def test_names_from_all_over_europe_can_be_printed(fonts: Fonts, name: str) -> None:
    assert fonts.unprintable(name) == ""


def test_the_issuers_own_logo_stands_instead_of_the_mark_with_words_for_it(papers: dict[str, Paper]) -> None:
    assert papers["logo"].pictures == ["Wappen der Stadt", *papers["german"].pictures]


def test_another_code_gives_another_qr_code(renderer: Renderer) -> None:
    moved: Certificate = replace(PAPERS["bare"], verification_url="https://anderswo.example/pruefen/x")

    assert renderer.html(moved) != renderer.html(PAPERS["bare"])
    assert "anderswo.example/pruefen/x" in renderer.html(moved)


def test_a_design_nobody_made_is_not_found() -> None:
    with pytest.raises(UnknownDesign):
        Design.named("../../etc")


def test_the_file_carries_the_day_of_issue_and_no_other_clock(
    drawn: dict[str, bytes], renderer: Renderer
) -> None:
    later = renderer.pdf(make_certificate(issued_on=date(2026, 12, 1)))

    assert "2026-11-22T12:00:00+00:00" in read(drawn["german"]).metadata
    assert "2026-12-01T12:00:00+00:00" in read(later).metadata
