"""Every kind of paper in one and in two languages: what it says, and that every design can draw it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from certificates import design
from certificates.design import Design
from certificates.document import Certificate, Holder, Kind, Language, Module, Outcome, Result, Translation
from certificates.fonts import Fonts
from certificates.render import Renderer
from tests import verapdf
from tests.certificates.making import CODE, OUTCOMES, make_certificate
from tests.certificates.reading import Paper, read

ENGLISH = Translation(
    course="Smartphone for Everyday Life",
    place="Innovation centre, room 2",
    contents=("Handling and apps", "Messages and photos"),
    outcomes=("Send messages with pictures safely", "Recognise fraudulent messages"),
    role="Head of the centre",
    legal_note="Recognised under the Educational Leave Act.",
    seal_note="It carries an electronic seal.",
)
NOTHING: dict[str, Any] = {"outcomes": (), "contents": (), "trainers": (), "run": ""}
OF_KIND: dict[Kind, dict[str, Any]] = {
    Kind.ATTENDANCE: {"replaces": "TB-2026-00012", "seal_note": "Es trägt ein elektronisches Siegel."},
    Kind.EXAMINED: {
        "result": Result(exam="Abschlusstest", held_on=date(2026, 11, 17), points=17, out_of=20),
        "valid_until": date(2028, 11, 17),
    },
    Kind.EDUCATION_LEAVE: {
        "employer": "Stadtwerke Haldensleben GmbH",
        "days": (date(2026, 9, 8), date(2026, 9, 15), date(2026, 10, 6)),
        "legal_note": "Anerkannt nach dem Bildungsfreistellungsgesetz.",
    },
    Kind.VOLUNTEER: NOTHING
    | {
        "course": "Sprechstunde im Digital-Café",
        "units_attended": None,
        "units_planned": None,
        "hours": 42,
        "contents": ("Fragen beantworten",),
    },
    Kind.PATH: NOTHING
    | {
        "course": "Digital sicher im Alltag",
        "units_attended": 38,
        "units_planned": None,
        "modules": (
            Module(course="Smartphone für den Alltag", number="TB-2026-00020", units_attended=18),
            Module(course="Sicher im Internet", units_attended=20, last_day=date(2026, 10, 10)),
        ),
    },
    Kind.TRAINER: NOTHING | {"units_attended": 20, "units_planned": None, "run": "2041"},
}
SAYS: dict[Kind, tuple[str, ...]] = {
    Kind.ATTENDANCE: (
        "Teilnahmebescheinigung",
        "hat an diesem Kurs teilgenommen:",
        "Umfang 18 von 20 Unterrichtseinheiten zu je 45 Minuten",
        "Ersetzt Nr. TB-2026-00012",
        "ohne Unterschrift gültig. Es trägt ein elektronisches Siegel.",
    ),
    Kind.EXAMINED: (
        "Zertifikat",
        "und die Prüfung bestanden:",
        "Prüfung Abschlusstest, 17. November 2026",
        "Ergebnis bestanden mit 17 von 20 Punkten",
        "Gültig bis 17. November 2028",
    ),
    Kind.EDUCATION_LEAVE: (
        "Bescheinigung für den Arbeitgeber",
        "Tage der Teilnahme 8., 15. September 2026 6. Oktober 2026",
        "Umfang 18 von 20 Unterrichtseinheiten",
        "Arbeitgeber Stadtwerke Haldensleben GmbH",
        "Inhalte Bedienung und Apps",
        "Anerkannt nach dem Bildungsfreistellungsgesetz.",
    ),
    Kind.VOLUNTEER: (
        "Bescheinigung über ehrenamtliches Engagement",
        "hat sich bei uns ehrenamtlich engagiert: Sprechstunde im Digital-Café",
        "Umfang 42 Stunden",
        "Aufgaben Fragen beantworten",
    ),
    Kind.PATH: (
        "Modulzertifikat",
        "hat alle Kurse dieses Lernwegs abgeschlossen: Digital sicher im Alltag",
        "Umfang 38 Unterrichtseinheiten zu je 45 Minuten",
        "Kurse dieses Lernwegs Nachweis Einheiten Beendet",
        "Smartphone für den Alltag TB-2026-00020 18",
        "Sicher im Internet 20 10. Oktober 2026",
    ),
    Kind.TRAINER: (
        "Bescheinigung über Lehrtätigkeit",
        "hat bei uns unterrichtet: Smartphone für den Alltag",
        "Umfang 20 Unterrichtseinheiten zu je 45 Minuten gehalten",
        "Kursnummer 2041",
    ),
}
ENGLISH_TITLES = {
    Kind.ATTENDANCE: "Certificate of Attendance",
    Kind.EXAMINED: "Certificate",
    Kind.EDUCATION_LEAVE: "Statement for the Employer",
    Kind.VOLUNTEER: "Certificate of Volunteering",
    Kind.PATH: "Module Certificate",
    Kind.TRAINER: "Certificate of Teaching",
}


def paper_of(kind: Kind, **more: Any) -> Certificate:
    return make_certificate(kind=kind, **(OF_KIND[kind] | more))


@pytest.fixture(scope="module")
def papers(fonts: Fonts, renderer: Renderer) -> dict[Kind, bytes]:
    """Every kind in German, the designs taking turns."""
    renderers = [renderer, *(Renderer(Design.named(name), fonts) for name in design.names()[1:])]
    return {kind: renderers[index % len(renderers)].pdf(paper_of(kind)) for index, kind in enumerate(Kind)}


@pytest.fixture(scope="module")
def bilingual(fonts: Fonts) -> dict[str, bytes]:
    """A paper in two languages in every design, and the kind of paper with the longest text in large print."""
    attended = paper_of(Kind.ATTENDANCE, english=ENGLISH)
    leave = paper_of(Kind.EDUCATION_LEAVE, english=ENGLISH)
    return {name: Renderer(Design.named(name), fonts).pdf(attended) for name in design.names()} | {
        f"{name}-large": Renderer(Design.named(name, large_print=True), fonts).pdf(leave)
        for name in design.names()
    }


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_says_what_happened_and_what_it_is(papers: dict[Kind, bytes], kind: Kind) -> None:
    paper = read(papers[kind])

    assert [words for words in SAYS[kind] if not paper.says(words)] == []
    assert paper.says("Renate Schönfelder geboren am 12. März 1951")
    assert paper.says(f"lernen.haldensleben.example/pruefen/{CODE}")
    assert (paper.pages, paper.language) == (1, "de")
    assert min(paper.sizes) >= 9


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_speaks_english_too(renderer: Renderer, kind: Kind) -> None:
    page = renderer.html(paper_of(kind, language=Language.ENGLISH))

    assert f">{ENGLISH_TITLES[kind]}</h1>" in page
    assert '<html lang="en">' in page
    assert not [word for word in ("Umfang", "Zeitraum", "Unterrichtseinheit", "geboren") if word in page]


@pytest.mark.parametrize("kind", list(Kind))
def test_in_two_languages_the_second_is_marked_and_nothing_is_said_twice_in_one(
    renderer: Renderer, kind: Kind
) -> None:
    english = Translation(course="Something in English")

    page = renderer.html(paper_of(kind, english=english))

    assert f'<span class="second" lang="en">{ENGLISH_TITLES[kind]}</span>' in page
    assert '<span class="second" lang="en">Something in English</span>' in page
    assert page.count(">Dates<") == 1
    assert page.count("Raum 2") == 1


def test_the_exam_has_its_english_name_where_somebody_has_written_it(renderer: Renderer) -> None:
    both = renderer.html(paper_of(Kind.EXAMINED, english=Translation(exam="Final test"))).replace("\xa0", " ")
    untranslated = renderer.html(paper_of(Kind.EXAMINED, english=Translation())).replace("\xa0", " ")

    assert "Abschlusstest, 17. November 2026" in both
    assert '<span class="second" lang="en">Final test, 17 November 2026</span>' in both
    assert '<span class="second" lang="en">Abschlusstest, 17 November 2026</span>' in untranslated


def test_a_paper_in_two_languages_says_everything_in_both(bilingual: dict[str, bytes]) -> None:
    for name in design.names():
        paper = read(bilingual[name])
        assert paper.says("Teilnahmebescheinigung Certificate of Attendance")
        assert paper.says("18 of 20 units of 45 minutes each")
        assert paper.says("Nachrichten mit Bildern sicher verschicken Send messages with pictures safely")
        assert paper.says("Is this document genuine?")
        assert paper.says("Ersetzt Replaces Nr. TB-2026-00012")
        assert paper.says("Head of the centre")
        assert paper.pages == 1


def test_the_judge_finds_nothing_against_any_design_kind_or_size(
    papers: dict[Kind, bytes], bilingual: dict[str, bytes], tmp_path: Path
) -> None:
    files = {tmp_path / f"{kind.value}-kind.pdf": pdf for kind, pdf in papers.items()}
    files |= {tmp_path / f"{name}.pdf": pdf for name, pdf in bilingual.items()}
    for file, pdf in files.items():
        file.write_bytes(pdf)

    assert verapdf.check_all(files) == {file: [] for file in files}


@pytest.mark.parametrize("name", design.names())
def test_large_print_says_the_same_with_no_letter_below_18_points(
    bilingual: dict[str, bytes], name: str
) -> None:
    paper = read(bilingual[f"{name}-large"])

    facts = ["18 von 20 Unterrichtseinheiten", "Renate Schönfelder", "4.2 · Stufe 3", CODE, "Jana Krüger"]
    assert [words for words in facts if not paper.says(words)] == []
    assert paper.says("Recognised under the Educational Leave Act.")
    assert paper.pages > 1
    assert min(paper.sizes) >= 18


def test_screen_readers_meet_the_facts_in_the_order_of_the_page(bilingual: dict[str, bytes]) -> None:
    for pdf in bilingual.values():
        paper = read(pdf)
        pages = [page for page, _ in paper.reading_order]
        assert pages == sorted(pages)
        assert paper.tags.index("H1") < paper.tags.index("Figure") < paper.tags.index("H2")


@pytest.mark.parametrize("name", design.names())
def test_names_and_titles_of_200_letters_and_thirty_outcomes_find_their_place(
    fonts: Fonts, name: str
) -> None:
    long_name = " ".join(["Wolfeschlegelsteinhausenbergerdorff"] * 6)[:200]
    title = ("Digitale Grundbildung für Beruf, Ehrenamt und Alltag mit sehr vielen Themen " * 3)[:200].strip()
    many = tuple(
        Outcome(sentence=f"Ziel {number}: sicher suchen und Quellen beurteilen", competence="1.2", level=3)
        for number in range(30)
    )

    paper = read(
        Renderer(Design.named(name), fonts).pdf(
            make_certificate(holder=Holder(name=long_name), course=title, outcomes=many)
        )
    )

    assert paper.says(long_name)
    assert paper.says(title)
    assert [one.sentence for one in many if not paper.says(one.sentence)] == []
    assert paper.says(CODE)
    assert paper.pages <= 3


def test_what_changes_from_paper_to_paper_stands_alone_in_its_element(renderer: Renderer) -> None:
    page = renderer.html(make_certificate(outcomes=OUTCOMES))

    for field, words in {
        "name": "Renate Schönfelder",
        "number": "Nr. 2026-00042",
        "born": "geboren am 12.\u00a0März\u00a01951",
        "extent": "18 von 20 Unterrichtseinheiten zu je 45 Minuten",
        "code": CODE,
    }.items():
        assert page.count(f'data-field="{field}">{words}</') == 1


def test_facts_read_back_like_the_paper(papers: dict[Kind, bytes]) -> None:
    papers_read: list[Paper] = [read(pdf) for pdf in papers.values()]

    assert {paper.title.split(" 2026")[0] for paper in papers_read} == {
        "Teilnahmebescheinigung",
        "Zertifikat",
        "Bescheinigung für den Arbeitgeber",
        "Bescheinigung über ehrenamtliches Engagement",
        "Modulzertifikat",
        "Bescheinigung über Lehrtätigkeit",
    }
