"""What the buttons of the editor insert, and the names of files: values in, values out."""

import pytest

from lms.learning.contents import blocks
from lms.learning.contents.comparing import lines
from lms.learning.contents.naming import file_name, free_name, names_in, renamed, rewritten


def test_every_part_is_written_as_the_lessons_want_it() -> None:
    assert [
        blocks.heading(" Ein \n Anfang "),
        blocks.items("a\n\n b "),
        blocks.items("a\nb", numbered=True),
        blocks.picture("b.png", "Ein [Knopf]", 'Der "rote"'),
        blocks.link("Ein [Wort]", "https://example.org/a(b)<c>"),
        blocks.video("f.mp4", "f.vtt", "", "Wort"),
        blocks.attachment("a.pdf", "Zum\nDrucken"),
        blocks.box(blocks.Box.TIP, "Halt\n:::\nweiter"),
        blocks.step("Tippen", "Auf den Knopf."),
        blocks.question("2 = 1+1?", ["ja"], ["nein {}"], "Weil."),
        blocks.question("Was?", ["a", "b"], ["c"]),
    ] == [
        "## Ein Anfang",
        "- a\n- b",
        "1. a\n2. b",
        '![Ein \\[Knopf\\]](b.png "Der \\"rote\\"")',
        "[Ein \\[Wort\\]](<https://example.org/a(b)%3Cc%3E>)",
        "::: video f.mp4\nUntertitel: f.vtt\n\nWort\n:::",
        "::: datei a.pdf\nZum Drucken\n:::",
        "::: tipp\nHalt\n\\:::\nweiter\n:::",
        "## Tippen\n\nAuf den Knopf.",
        "::: frage\n2 \\= 1+1? {\n=ja\n~nein \\{\\}\n####Weil.\n}\n:::",
        "::: frage\nWas? {\n~%50%a\n~%50%b\n~%-100%c\n}\n:::",
    ]


def test_empty_lines_in_a_transcript_cost_no_time() -> None:
    words = "Anfang" + "\n" * 40_000 + "  :::"

    assert blocks.audio("ton.mp3", "", words).endswith("\n  \\:::\n:::")


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("Übung 1 (neu).PDF", "uebung-1-neu.pdf"),
        ("..\\..\\C:\\x\\Bild.png", "bild.png"),
        ("../../etc/passwd", "passwd"),
        ("\u202egnp.exe", "gnp.exe"),
        ("👩‍🏫.png", "datei.png"),
        ("a" * 300 + ".png", "a" * 116 + ".png"),
        ("=1+1;\n.csv", "1-1.csv"),
        ("", "datei"),
        (".png", "png"),
    ],
)
def test_names_of_files_can_be_written_in_a_lesson(sent: str, name: str) -> None:
    assert file_name(sent) == name


def test_a_taken_name_is_numbered_and_names_are_found_whole_only() -> None:
    text = "![x](bild.png) mein-bild.png bild.png.zip ::: video film.mp4"

    assert free_name("bild.png", {"bild.png", "bild-2.png"}) == "bild-3.png"
    assert names_in([text], {"bild.png", "film.mp4", "ild.png"}) == {"bild.png", "film.mp4"}
    assert renamed("a.png b.png", {"a.png": "b.png", "b.png": "a.png"}) == "b.png a.png"
    assert rewritten({"q": [{"p": "a.png"}, 1]}, {"a.png": "c.png"}) == {"q": [{"p": "c.png"}, 1]}


def test_two_texts_are_compared_line_by_line() -> None:
    assert [(one.sign, one.text) for one in lines("a\nb", "a\nc")] == [(" ", "a"), ("-", "b"), ("+", "c")]
    assert len(lines("x\n" * 3_000, "y\n" * 3_000)) == 6_000
