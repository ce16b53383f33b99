"""The German catalogues: one file for each module, complete, in `lms/locale/de/`.

`python -m lms.web.catalogue` names everything that is missing, fuzzy, obsolete or has other placeholders than the
English, and ends with 1. With `--write` it adds what is missing (empty, to be filled in) and drops what is obsolete;
with module names it looks at those only: `python -m lms.web.catalogue --write enrolment billing`.

A message that stands in `web.po` or `kernel.po` (Back, Continue …) need not be repeated by the modules.

Beside `de` stand the voices in which letters speak as well, such as `de_du`. They may lack sentences; what they have must be
said by the module and fit. They are written by hand: what is obsolete in them is named and never dropped, because its words
are mostly wanted for the sentence that took its place.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parents[1]
GERMAN = PACKAGE / "locale" / "de"
SHARED = ("kernel", "web")
LIBRARIES: Mapping[str, Sequence[str]] = {"learning": ("content",)}
"""Packages beside the service whose sentences stand in a module's catalogue: libraries know no languages."""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
LONELY_PERCENT = re.compile(r"%(?!\(\w+\)[sd])")
KEYWORDS: Mapping[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
}
METHODS = [("**.py", "python"), *((f"**/templates/**.{kind}", "jinja2") for kind in ("html", "txt", "md"))]
_JINJA = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do"}
_TIDY = {"trim_blocks": "true", "lstrip_blocks": "true", "encoding": "utf-8"}
OPTIONS = {pattern: _JINJA | _TIDY for pattern, method in METHODS if method == "jinja2"}
HEADER = """\
msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

Id = str | tuple[str, str]


@dataclass
class Findings:
    """What is wrong with one module's catalogue."""

    module: str
    missing: list[str] = field(default_factory=list)
    fuzzy: list[str] = field(default_factory=list)
    obsolete: list[str] = field(default_factory=list)
    mismatching: list[str] = field(default_factory=list)
    voices: list["Findings"] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """One line for each finding."""
        for word in ("missing", "fuzzy", "obsolete", "mismatching"):
            for message in getattr(self, word):
                yield f"{self.module}.po: {word}: {message!r}"
        for voice in self.voices:
            yield from voice.lines()


def modules(package: Path = PACKAGE) -> list[str]:
    """Every folder of the package that may speak."""
    return sorted(path.parent.name for path in package.glob("*/__init__.py"))


def spoken(module: str, package: Path = PACKAGE) -> dict[str, Id]:
    """Every message in the code and the templates of a module, by its singular."""
    found: dict[str, Id] = {}
    folders = [package / module, *(package.parent / library for library in LIBRARIES.get(module, ()))]
    extracted = chain.from_iterable(
        extract_from_dir(str(folder), METHODS, OPTIONS, keywords=KEYWORDS) for folder in folders
    )
    for _, _, message, _, _ in extracted:
        ids: Id = (message[0], message[1]) if isinstance(message, tuple) else message
        singular = _singular(ids)
        if singular and not isinstance(found.get(singular), tuple):
            found[singular] = ids
    return found


def translations(module: str, folder: Path = GERMAN) -> dict[str, Message]:
    """The entries of a module's German catalogue, by their singular; none when there is no catalogue yet."""
    path = folder / f"{module}.po"
    if not path.exists():
        return {}
    with path.open("rb") as text:
        return {_singular(entry.id): entry for entry in read_po(text, locale="de") if entry.id}


def examine(module: str, package: Path = PACKAGE) -> Findings:
    """Compare what a module says with what its catalogue knows."""
    folder = package / "locale" / "de"
    needed, entries = spoken(module, package), translations(module, folder)
    elsewhere = {key for name in SHARED if name != module for key in translations(name, folder)}
    findings = Findings(module, obsolete=[key for key in entries if key not in needed])
    for key in sorted(needed):
        entry = entries.get(key)
        if entry is None and key in elsewhere:
            continue
        if entry is None or not all(_texts(entry)):
            findings.missing.append(key)
        elif entry.fuzzy:
            findings.fuzzy.append(key)
        elif not _fits(needed[key], entry):
            findings.mismatching.append(key)
    findings.voices = [
        _of_voice(f"{voice.name}/{module}", needed, translations(module, voice))
        for voice in sorted(folder.parent.glob(f"{folder.name}_*"))
    ]
    return findings


def write(module: str, package: Path = PACKAGE) -> int:
    """Bring the module's catalogue up to date, existing translations kept; returns how many are still to be written."""
    folder = package / "locale" / "de"
    needed, entries = spoken(module, package), translations(module, folder)
    elsewhere = {key for name in SHARED if name != module for key in translations(name, folder)}
    renewed = Catalog(locale="de")
    for key, ids in needed.items():
        entry = entries.get(key)
        if entry is None and key in elsewhere:
            continue
        kept = (
            entry.string
            if entry is not None and isinstance(entry.id, tuple) == isinstance(ids, tuple)
            else None
        )
        renewed.add(ids, kept)
    path = folder / f"{module}.po"
    if not len(renewed):
        path.unlink(missing_ok=True)
        return 0
    text = BytesIO()
    write_po(text, renewed, omit_header=True, no_location=True, sort_output=True, width=110)
    content = (HEADER + text.getvalue().decode().strip() + "\n").encode()
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return sum(not all(_texts(entry)) for entry in renewed if entry.id)


def _of_voice(name: str, needed: Mapping[str, Id], entries: Mapping[str, Message]) -> Findings:
    findings = Findings(name)
    for key, entry in entries.items():
        if key not in needed:
            findings.obsolete.append(key)
        elif not all(_texts(entry)):
            findings.missing.append(key)
        elif entry.fuzzy:
            findings.fuzzy.append(key)
        elif not _fits(needed[key], entry):
            findings.mismatching.append(key)
    return findings


def _singular(ids: str | Sequence[str]) -> str:
    return ids if isinstance(ids, str) else ids[0]


def _texts(entry: Message) -> list[str]:
    return [entry.string] if isinstance(entry.string, str) else list(entry.string or [""])


def _fits(ids: Id, entry: Message) -> bool:
    """Same placeholders, and as many forms as the English has; "ein Platz" may do without the number."""
    english = [ids] if isinstance(ids, str) else list(ids)
    german = _texts(entry)
    if any(LONELY_PERCENT.search(text.replace("%%", "")) for text in [*english, *german]):
        return False
    if isinstance(ids, str):
        return len(german) == 1 and _placeholders(ids) == _placeholders(german[0])
    known = _placeholders(" ".join(english))
    return (
        len(german) == len(english)
        and _placeholders(german[0]) <= known
        and _placeholders(german[-1]) == _placeholders(english[-1])
    )


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def main(arguments: Sequence[str]) -> int:
    """Examine or write; 0 when nothing is left to do."""
    names = [name for name in arguments if not name.startswith("--")] or modules()
    if "--write" in arguments:
        left = {name: count for name in names if (count := write(name))}
        for name, count in left.items():
            sys.stdout.write(f"{name}.po: {count} messages wait for their German words\n")
        return 0
    lines = [line for name in names for line in examine(name).lines()]
    report = "\n".join(lines) or f"The German catalogues of {len(names)} modules are complete."
    sys.stdout.write(report + "\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
