"""What packages of others say of themselves, and what is refused about it, with its place."""

import json
from pathlib import Path

import pytest

from content.course import PackageKind
from content.errors import ContentError
from content.packages import manifest as refusals
from content.packages.h5p import LibraryMissing
from content.packages.playing import read_manifest
from content.packages.reading import top_of
from tests.players.packing import MANIFEST_12, h5p, scorm_12, scorm_2004

CMI5 = """<?xml version="1.0"?>
<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">
  <course id="https://example.org/course"><title><langstring lang="en">Safe</langstring><langstring lang="de-DE">Sicher</langstring></title></course>
  <block id="https://example.org/block"><title><langstring>Block</langstring></title>
    <au id="https://example.org/au" moveOn="CompletedOrPassed" masteryScore="0.8" launchMethod="OwnWindow">
      <title><langstring lang="de">Teil</langstring></title><url>au/index.html?a=1</url><launchParameters>x=1</launchParameters>
    </au>
  </block>
</courseStructure>"""


def manifest_of(folder: Path, *, items: str, resources: str, pages: tuple[str, ...] = ()) -> Path:
    folder.mkdir()
    text = MANIFEST_12.format(title="Probe", items=items, resources=resources)
    (folder / "imsmanifest.xml").write_text(text, encoding="utf-8")
    for page in pages:
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
        (folder / page).write_text("<p>")
    return folder


def test_scorm_1_2_with_two_parts_and_what_its_player_needs(tmp_path: Path) -> None:
    more = (
        "<adlcp:masteryscore>70</adlcp:masteryscore><adlcp:maxtimeallowed>00:30:00</adlcp:maxtimeallowed>"
        "<adlcp:timelimitaction>exit,message</adlcp:timelimitaction><adlcp:datafromlms>a=1</adlcp:datafromlms>"
    )

    found = read_manifest(scorm_12(tmp_path / "p", {"a": "", "b": ""}, title="Sicher  surfen", more=more))

    assert (found.kind, found.title, found.entry) == (PackageKind.SCORM_12, "Sicher surfen", "a.html")
    assert [(sco["id"], sco["title"], sco["address"]) for sco in found.facts["scos"]] == [
        ("a", "Teil A", "a.html"),
        ("b", "Teil B", "b.html"),
    ]
    first = found.facts["scos"][0]
    assert (first["mastery"], first["max_time"], first["limit_action"], first["launch_data"]) == (
        70.0,
        "00:30:00",
        "exit,message",
        "a=1",
    )


@pytest.mark.parametrize(
    ("more", "threshold", "passing"),
    [
        ("<adlcp:completionThreshold>0.5</adlcp:completionThreshold>", 0.5, None),  # 3rd edition
        ('<adlcp:completionThreshold minProgressMeasure="0.75"/>', 0.75, None),  # 4th edition
        (
            (
                '<s:sequencing xmlns:s="http://www.imsglobal.org/xsd/imsss"><s:objectives><s:primaryObjective>'
                "<s:minNormalizedMeasure>0.8</s:minNormalizedMeasure></s:primaryObjective></s:objectives></s:sequencing>"
            ),
            None,
            0.8,
        ),
        ("<adlcp:completionThreshold>viel</adlcp:completionThreshold>", None, None),
    ],
)
def test_scorm_2004_says_when_it_is_complete_and_passed(
    tmp_path: Path, more: str, threshold: float | None, passing: float | None
) -> None:
    found = read_manifest(scorm_2004(tmp_path / "p", {"a": ""}, more=more))

    assert found.kind is PackageKind.SCORM_2004
    assert (found.facts["scos"][0]["threshold"], found.facts["scos"][0]["passing"]) == (threshold, passing)


def test_parameters_and_bases_make_the_address(tmp_path: Path) -> None:
    folder = manifest_of(
        tmp_path / "p",
        items='<item identifier="a" identifierref="R" parameters="?x=1&amp;y=2"><title>A</title></item>'
        '<item identifier="b" identifierref="R" isvisible="false"><title>B</title></item>',
        resources='<resource xml:base="in/" identifier="R" href="seite.html?q=0#oben" type="webcontent" adlcp:scormtype="asset"/>',
        pages=("in/seite.html",),
    )

    found = read_manifest(folder)

    assert [(one["address"], one["is_sco"]) for one in found.facts["scos"]] == [
        ("in/seite.html?q=0&x=1&y=2#oben", False)
    ]
    assert found.entry == "in/seite.html"


def test_h5p_with_its_libraries(tmp_path: Path) -> None:
    found = read_manifest(h5p(tmp_path / "p"))

    assert (found.kind, found.title, found.entry, found.facts) == (
        PackageKind.H5P,
        "Übung",
        "h5p.json",
        {"library": "H5P.Probe"},
    )


def test_h5p_without_its_libraries_is_refused_and_says_which(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing, match=r"H5P\.Probe-1\.2 is missing"):
        read_manifest(h5p(tmp_path / "p", libraries=False))


def test_cmi5_with_its_units(tmp_path: Path) -> None:
    (tmp_path / "au").mkdir()
    (tmp_path / "au" / "index.html").write_text("<p>")
    (tmp_path / "cmi5.xml").write_text(CMI5)

    found = read_manifest(tmp_path)

    assert (found.kind, found.title, found.entry) == (PackageKind.CMI5, "Sicher", "au/index.html")
    unit = found.facts["units"][0]
    assert (unit["move_on"], unit["mastery"], unit["launch_method"], unit["launch_parameters"]) == (
        "CompletedOrPassed",
        0.8,
        "OwnWindow",
        "x=1",
    )


def test_a_folder_that_was_packed_as_a_whole_is_looked_into(tmp_path: Path) -> None:
    inner = scorm_12(tmp_path / "p" / "Kurs", {"a": ""})
    (tmp_path / "p" / "__MACOSX").mkdir()

    assert top_of(tmp_path / "p") == inner
    assert top_of(inner) == inner


RESOURCE = '<resource identifier="R" type="webcontent" adlcp:scormtype="sco" href="{href}"/>'
ITEM = '<item identifier="a" identifierref="R"><title>A</title></item>'


@pytest.mark.parametrize(
    ("href", "refusal"),
    [
        ("fehlt.html", refusals.EntryMissing),
        ("", refusals.NothingToPlay),
        ("../seite.html", refusals.EntryOutside),
        ("%2e%2e/seite.html", refusals.EntryOutside),
        ("/etc/hostname", refusals.EntryOutside),
        ("..\\seite.html", refusals.EntryOutside),
        ("https://example.org/kurs.html", refusals.EntryOutside),
        ("//example.org/kurs.html", refusals.EntryOutside),
        ("javascript:alert(1)", refusals.EntryOutside),
        ("link.html", refusals.EntryOutside),
    ],
)
def test_an_entry_that_is_not_in_the_package_is_refused(
    tmp_path: Path, href: str, refusal: type[ContentError]
) -> None:
    folder = manifest_of(tmp_path / "p", items=ITEM, resources=RESOURCE.format(href=href))
    (tmp_path / "seite.html").write_text("<p>")
    (folder / "link.html").symlink_to(tmp_path / "seite.html")

    with pytest.raises(refusal) as refused:
        read_manifest(folder)

    assert refused.value.place


HOSTILE = {
    "a document type": b'<!DOCTYPE m [<!ENTITY a "b">]><manifest>&a;</manifest>',
    "an entity from a file": b'<!DOCTYPE m SYSTEM "file:///etc/passwd"><manifest/>',
    "another encoding than it says": '<?xml version="1.0" encoding="UTF-8"?><manifest title="ä"/>'.encode(
        "latin-1"
    ),
    "an encoding that does not exist": b'<?xml version="1.0" encoding="KLINGON"?><manifest/>',
    "cut in the middle": b"<manifest><organizations>",
    "empty": b"",
    "no XML": b"PK\x03\x04",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_describing_file_that_cannot_be_read_is_refused(tmp_path: Path, what: str) -> None:
    (tmp_path / "imsmanifest.xml").write_bytes(HOSTILE[what])

    with pytest.raises(refusals.ManifestBroken) as refused:
        read_manifest(tmp_path)

    assert refused.value.place == "imsmanifest.xml"


def test_ten_megabytes_of_description_are_not_read(tmp_path: Path) -> None:
    with (tmp_path / "imsmanifest.xml").open("wb") as file:
        file.truncate(10_000_000)

    with pytest.raises(refusals.ManifestTooLarge):
        read_manifest(tmp_path)


def test_more_parts_than_a_page_holds_are_refused(tmp_path: Path) -> None:
    folder = manifest_of(
        tmp_path / "p", items=ITEM * 501, resources=RESOURCE.format(href="a.html"), pages=("a.html",)
    )

    with pytest.raises(refusals.TooManyParts):
        read_manifest(folder)


def test_a_thousand_levels_of_items_do_no_harm(tmp_path: Path) -> None:
    deep = "<item>" * 1_000 + ITEM + "</item>" * 1_000
    folder = manifest_of(
        tmp_path / "p", items=deep, resources=RESOURCE.format(href="a.html"), pages=("a.html",)
    )

    assert [one["id"] for one in read_manifest(folder).facts["scos"]] == ["a"]


@pytest.mark.parametrize(
    "about",
    [
        [],
        {"mainLibrary": "H5P.A"},
        {"mainLibrary": "H5P.A", "preloadedDependencies": [{"machineName": "../../etc", "majorVersion": 1}]},
        {"mainLibrary": "H5P.A", "preloadedDependencies": [{"machineName": "H5P.A", "majorVersion": "eins"}]},
        {"mainLibrary": "H5P.A", "preloadedDependencies": "H5P.A"},
    ],
)
def test_an_h5p_description_that_makes_no_sense_is_refused(tmp_path: Path, about: object) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "content.json").write_text("{}")
    (tmp_path / "h5p.json").write_text(json.dumps(about))

    with pytest.raises(refusals.ManifestBroken):
        read_manifest(tmp_path)


def test_a_folder_with_nothing_of_the_kind_says_what_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(refusals.ManifestMissing) as refused:
        read_manifest(tmp_path)

    assert refused.value.place == "h5p.json, cmi5.xml, imsmanifest.xml"
