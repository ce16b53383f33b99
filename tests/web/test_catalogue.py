"""The checker of the German catalogues finds what is missing and keeps what is there."""

from pathlib import Path

import pytest

from lms.web.catalogue import HEADER, examine, spoken, translations, write

CODE = """
from lms.kernel.marking import N_
from lms.web.language import gettext as _, ngettext

message = N_("Your place is booked.")

def words(count: int) -> str:
    return _("Hello %(name)s", name="Ada") + ngettext("%(num)s place", "%(num)s places", count)
"""
PAGE = """
{{ _("Back") }} {{ ngettext("%(num)s place", "%(num)s places", 2) }} {{ _("50 %% off") }}
{% trans name=person %}
  Dear {{ name }},
  welcome.
{% endtrans %}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with two modules that speak, and the folder for their words."""
    templates = tmp_path / "enrolment" / "templates" / "enrolment"
    templates.mkdir(parents=True)
    (tmp_path / "enrolment" / "__init__.py").write_text(CODE)
    (templates / "place.html").write_text(PAGE)
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "__init__.py").write_text('from x import N_\nN_("Back")\n')
    (tmp_path / "locale" / "de").mkdir(parents=True)
    return tmp_path


def words(package: Path, module: str, text: str) -> None:
    (package / "locale" / "de" / f"{module}.po").write_text(HEADER + text)


ENTRIES = {
    "Hello %(name)s": 'msgid "Hello %(name)s"\nmsgstr "Guten Tag, %(name)s"\n\n',
    "Your place is booked.": 'msgid "Your place is booked."\nmsgstr "Ihr Platz ist gebucht."\n\n',
    "50 %% off": 'msgid "50 %% off"\nmsgstr "50 %% billiger"\n\n',
    "Dear": 'msgid "Dear %(name)s, welcome."\nmsgstr "Willkommen, %(name)s."\n\n',
    "place": 'msgid "%(num)s place"\nmsgid_plural "%(num)s places"\nmsgstr[0] "ein Platz"\nmsgstr[1] "%(num)s Plätze"\n\n',
    "Back": 'msgid "Back"\nmsgstr "Zurück"\n\n',
}


def test_code_and_templates_are_read_alike(package: Path) -> None:
    assert spoken("enrolment", package) == {
        "Your place is booked.": "Your place is booked.",
        "Hello %(name)s": "Hello %(name)s",
        "%(num)s place": ("%(num)s place", "%(num)s places"),
        "Back": "Back",
        "50 %% off": "50 %% off",
        "Dear %(name)s, welcome.": "Dear %(name)s, welcome.",
    }


def test_a_complete_catalogue_has_no_findings_and_shared_words_need_no_repeating(package: Path) -> None:
    words(package, "web", ENTRIES["Back"])
    words(package, "enrolment", "".join(text for name, text in ENTRIES.items() if name != "Back"))

    assert [line for name in ("enrolment", "web") for line in examine(name, package).lines()] == []


def test_missing_fuzzy_obsolete_and_wrong_entries_are_named(package: Path) -> None:
    words(
        package,
        "enrolment",
        ENTRIES["Back"].replace("Zurück", "")
        + "#, fuzzy\n"
        + ENTRIES["Your place is booked."]
        + ENTRIES["Hello %(name)s"].replace("Tag, %(name)s", "Tag, %(vorname)s")
        + ENTRIES["50 %% off"].replace("50 %% b", "50 % b")
        + ENTRIES["place"].replace("%(num)s Plätze", "viele Plätze")
        + 'msgid "Gone"\nmsgstr "Weg"\n',
    )

    assert sorted(examine("enrolment", package).lines()) == [
        "enrolment.po: fuzzy: 'Your place is booked.'",
        "enrolment.po: mismatching: '%(num)s place'",
        "enrolment.po: mismatching: '50 %% off'",
        "enrolment.po: mismatching: 'Hello %(name)s'",
        "enrolment.po: missing: 'Back'",
        "enrolment.po: missing: 'Dear %(name)s, welcome.'",
        "enrolment.po: obsolete: 'Gone'",
    ]


def test_another_voice_may_lack_sentences_but_says_none_that_is_gone_or_does_not_fit(package: Path) -> None:
    words(package, "web", ENTRIES["Back"])
    words(package, "enrolment", "".join(text for name, text in ENTRIES.items() if name != "Back"))
    (package / "locale" / "de_du").mkdir()
    (package / "locale" / "de_du" / "enrolment.po").write_text(
        HEADER
        + ENTRIES["Your place is booked."].replace("Ihr", "Dein")
        + ENTRIES["Hello %(name)s"].replace("Tag, %(name)s", "Tag")
        + 'msgid "Gone"\nmsgstr "Weg"\n'
    )

    assert sorted(examine("enrolment", package).lines()) == [
        "de_du/enrolment.po: mismatching: 'Hello %(name)s'",
        "de_du/enrolment.po: obsolete: 'Gone'",
    ]


def test_writing_adds_what_is_missing_drops_what_is_gone_and_keeps_the_rest(package: Path) -> None:
    words(package, "web", ENTRIES["Back"])
    words(package, "enrolment", ENTRIES["Hello %(name)s"] + 'msgid "Gone"\nmsgstr "Weg"\n')

    left = write("enrolment", package)

    entries = translations("enrolment", package / "locale" / "de")
    assert left == 4
    assert {key: entry.string for key, entry in entries.items()} == {
        "%(num)s place": ("", ""),
        "50 %% off": "",
        "Dear %(name)s, welcome.": "",
        "Hello %(name)s": "Guten Tag, %(name)s",
        "Your place is booked.": "",
    }


def test_writing_twice_changes_nothing(package: Path) -> None:
    write("enrolment", package)
    once = (package / "locale" / "de" / "enrolment.po").read_bytes()

    write("enrolment", package)

    assert (package / "locale" / "de" / "enrolment.po").read_bytes() == once
    assert once == once.rstrip() + b"\n"
