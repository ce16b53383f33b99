"""Designs: what each offers, and what may be changed about it."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from certificates import colours, design
from certificates.design import Design, Folder, Margins, Signature, Text
from certificates.document import Kind
from certificates.errors import (
    BadMargins,
    DesignRefused,
    IncompleteDesign,
    NotAColour,
    PoorContrast,
    StrayBrace,
    TextTooLong,
    UnknownPlace,
    UnknownPlaceholder,
)
from certificates.fonts import Fonts
from certificates.logos import checked_logo
from certificates.render import Renderer
from tests.certificates.making import CODE, make_certificate
from tests.certificates.reading import read

FREE = Margins(top=50, right=20, bottom=30, left=20)
CREST = checked_logo(
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><path d="M0 0h2v1h-2z"/></svg>', alt="Wappen"
)


def test_every_kind_can_choose_between_several_designs_and_one_lies_across() -> None:
    designs = [design.folder(name) for name in design.names()]

    assert len(designs) >= 3
    assert {kind: sum(kind in one.manifest.kinds for one in designs) >= 3 for kind in Kind} == dict.fromkeys(
        Kind, True
    )
    assert {form for one in designs for form in one.manifest.formats} == set(design.FORMATS)
    assert design.names()[0] == "mosaic"


@pytest.mark.parametrize(
    ("adaptation", "refusal"),
    [
        ({"colours": {"accent": "red"}}, NotAColour),
        ({"colours": {"accent": "#12505"}}, NotAColour),
        ({"colours": {"accent": "#12505b; background: url(x)"}}, NotAColour),
        ({"colours": {"accent": "#f0c000"}}, PoorContrast),
        ({"colours": {"spark": "yellow"}}, NotAColour),
        ({"colours": {"text": "#000000"}}, UnknownPlace),
        ({"texts": {"opening": Text("{{ 7*7 }}")}}, UnknownPlaceholder),
        ({"texts": {"opening": Text("", "{name.__class__}")}}, UnknownPlaceholder),
        ({"texts": {"opening": Text("{ { }")}}, DesignRefused),
        ({"texts": {"opening": Text("offen {")}}, StrayBrace),
        ({"texts": {"opening": Text("x" * 301)}}, TextTooLong),
        ({"texts": {"everywhere": Text("x")}}, UnknownPlace),
        ({"signature": Signature(name="x" * 121)}, TextTooLong),
        ({"format": "landscape"}, UnknownPlace),
        ({"preprinted": Margins(top=2, right=20, bottom=20, left=20)}, BadMargins),
        ({"preprinted": Margins(top=120, right=20, bottom=90, left=20)}, BadMargins),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_anything_is_drawn(
    adaptation: dict[str, object], refusal: type[DesignRefused]
) -> None:
    with pytest.raises(refusal):
        Design.named("mosaic", **adaptation)


def test_contrast_is_what_wcag_says() -> None:
    assert colours.contrast_on_white("#000000") == pytest.approx(21)
    assert colours.contrast_on_white("#ffffff") == pytest.approx(1)
    assert (
        colours.contrast_on_white("#767676") >= colours.LEAST_CONTRAST > colours.contrast_on_white("#777777")
    )


def test_a_colour_goes_into_style_and_pictures_and_pale_ones_are_mixed_with_white() -> None:
    adapted = Design.named("mosaic", colours={"accent": "#7A1F5C", "spark": "#ffee00"})

    assert "#7a1f5c" in adapted.css
    assert "var(--" not in adapted.css
    assert b"#ffee00" in next(one.data for one in adapted.assets if one.name == "mark.svg")
    assert colours.painted("var(--a-50)", {"a": "#000000"}) == "#808080"
    with pytest.raises(NotAColour):
        colours.painted("var(--b)", {"a": "#000000"})


def test_equal_adaptations_are_equal_and_can_be_handed_to_another_process() -> None:
    def adapted() -> Design:
        return Design.named("horizon", texts={"foot": Text("Gefördert")}, logo=CREST, large_print=True)

    assert adapted() == adapted() == pickle.loads(pickle.dumps(adapted()))
    assert hash(adapted()) == hash(adapted())
    assert adapted() != Design.named("horizon")


def test_texts_stand_where_they_belong_with_names_filled_in_and_markup_left_as_text(fonts: Fonts) -> None:
    texts = {
        "opening": Text("Wir gratulieren <b>{name}</b>.\nKurs: {course}", "We congratulate {name}."),
        "foot": Text("Gefördert vom Land."),
    }
    signature = Signature(name="Jana Krüger", role=Text("Fachbereich", "Department"), line=True)
    page = Renderer(Design.named("mosaic", texts=texts, signature=signature), fonts).html(make_certificate())

    assert "Wir gratulieren &lt;b&gt;Renate Schönfelder&lt;/b&gt;." in page
    assert "Kurs: Smartphone für den Alltag" in page
    assert "Gefördert vom Land." in page
    assert 'Jana Krüger<span class="role">, Fachbereich</span>' in page
    assert "by-hand" in page
    assert "Dr. Katrin Wegener" not in page


def test_a_name_with_braces_stays_a_name(fonts: Fonts) -> None:
    certificate = make_certificate()
    odd = replace(certificate, holder=replace(certificate.holder, name="{course} {{ 7*7 }}"))

    page = Renderer(Design.named("mosaic", texts={"opening": Text("Für {name}")}), fonts).html(odd)

    assert "Für {course} {{ 7*7 }}" in page


def test_texts_that_name_the_holder_are_known_for_whoever_stamps() -> None:
    assert Design.named("mosaic", texts={"closing": Text("Danke, {name}!")}).speaks_of_the_holder
    assert not Design.named("mosaic", texts={"closing": Text("Zum Kurs {course}")}).speaks_of_the_holder


@pytest.mark.parametrize("name", design.names())
def test_preprinted_paper_gets_neither_header_nor_logo_nor_colour(fonts: Fonts, name: str) -> None:
    plain = Design.named(name, preprinted=FREE, logo=CREST)

    page = Renderer(plain, fonts).html(make_certificate())

    assert "<header" not in page
    assert plain.logo is None
    assert "margin: 50mm 20mm 30mm 20mm !important" in plain.css
    assert plain.css.count(design.folder(name).manifest.colours["accent"].default) == 0


def test_a_specimen_can_never_be_checked(fonts: Fonts) -> None:
    renderer = Renderer(Design.named("mosaic").as_specimen(), fonts)

    paper = read(renderer.pdf(make_certificate()))

    assert paper.says("MUSTER")
    assert paper.says("lernen.haldensleben.example/pruefen/MUSTER")
    assert not paper.says(CODE)
    assert CODE not in renderer.html(make_certificate())


def test_a_folder_of_ones_own_with_its_own_letters_is_a_design(fonts: Fonts, tmp_path: Path) -> None:
    (tmp_path / "certificate.html").write_text('{% extends "parts/page.html" %}')
    (tmp_path / "certificate.css").write_text(".name { font-family: Own; color: var(--accent) }")
    (tmp_path / "own.woff2").write_bytes(fonts.faces[0].data)
    (tmp_path / "design.toml").write_text(
        'formats = ["upright"]\nname = { de = "Eigen", en = "Own" }\n'
        '[colours.accent]\nlabel = { de = "a", en = "a" }\ndefault = "#123456"\n'
        '[fixed]\ntext = "#000000"\nquiet = "#333333"\nline = "#cccccc"\n'
        "[margins.upright]\ntop = 30\nright = 20\nbottom = 20\nleft = 20\n"
        '[[fonts]]\nfamily = "Own"\nweight = 400\nfile = "own.woff2"\n'
    )

    own = Design.load(tmp_path)

    assert own.fonts[0].family == "Own"
    assert Folder.read(tmp_path).manifest.name == Text("Eigen", "Own")
    assert read(Renderer(own, fonts).pdf(make_certificate())).says("Renate Schönfelder")


@pytest.mark.parametrize("missing", ["certificate.html", "certificate.css", "design.toml"])
def test_a_folder_that_lacks_something_is_refused(tmp_path: Path, missing: str) -> None:
    for name in {"certificate.html", "certificate.css", "design.toml"} - {missing}:
        (tmp_path / name).write_text("")

    with pytest.raises(IncompleteDesign):
        Design.load(tmp_path)
