"""A course as a folder of Markdown files: what people write in any editor, and what loses nothing of ours.

`kurs.toml` names the course and its chapters; each chapter is a folder, each lesson a file in it, in the order of their
names: `01-anfang.md` a text, `02-quiz.json` or `02-quiz.gift` a quiz, `03-link.toml` a link or a package, whose folder lies
beside it. Files that lessons name lie in `dateien/`. Nothing but the lessons has to be there.

Before a text between `+++`, and in the other files, may stand `titel`, `minuten`, `zaehlt`, `probe` and, where it is no text,
`worte` (see `content.packages.details`).
"""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from content.course import Chapter, CourseContent, Lesson, Package, PackageKind, QuizLesson, Text, Tool
from content.errors import ContentError
from content.packages import errors
from content.packages.details import details_in, is_yes, told
from content.packages.entries import shown
from content.packages.gathering import Gathering, file_name
from content.packages.gift import read_quiz
from content.packages.markup import decoded
from content.packages.playing import facts_in
from content.packages.report import Report
from content.packages.zips import ZipWriter, writing
from content.quiz.questions import Quiz

ABOUT, FILES, INSIDE = "kurs.toml", "dateien", ".inhalt"
_NUMBER = re.compile(r"^\d{1,4}[-_. ]+")
_FRONT = re.compile(r"\A(\+\+\+|---)\r?\n(.*?)\r?\n\1\r?\n(?:\r?\n)?", re.DOTALL)
_TITLE = re.compile(r"\A\s*#[ \t]+(.+?)[ \t]*+#*+[ \t]*+(?:\n|\Z)")
_LINE = re.compile(r"^([A-Za-z_]+)\s*:\s*(.*)$")
_LARGEST = 5_000_000
_IGNORED = frozenset({"readme.md", "license.md", "lizenz.md"})
_MOST = 2_000


def looks_like_it(folder: Path) -> bool:
    """Whether there is a `kurs.toml`, or at least one lesson in Markdown."""
    if (folder / ABOUT).is_file():
        return True
    return any(
        one.suffix.lower() == ".md" and one.name.lower() not in _IGNORED and not one.name.startswith(".")
        for depth in ("*", "*/*")
        for one in folder.glob(depth)
    )


def read_folder(folder: Path, *, report: Report) -> CourseContent:
    """The course in the folder. Raises NothingInIt when there is no lesson, BadMarkup for a broken `kurs.toml`."""
    about = _toml(folder / ABOUT) if (folder / ABOUT).is_file() else {}
    titles = {str(one.get("ordner", "")): str(one.get("titel", "")) for one in _tables(about.get("kapitel"))}
    gathering = Gathering(folder, report)
    reader = _Folder(gathering, set())
    for path in sorted((folder / FILES).rglob("*")) if (folder / FILES).is_dir() else []:
        if path.is_file() and not path.name.startswith("."):
            gathering.take(path, place=path.name)
    chapters: list[Chapter] = []
    if loose := reader.lessons(folder):
        chapters.append(Chapter(str(about.get("titel") or _spoken(folder.name)), loose))
    for place in [*titles, *sorted(one.name for one in folder.iterdir() if one.is_dir())]:
        path = folder / place
        is_chapter = path.is_dir() and path.parent == folder and place not in {FILES, "__MACOSX"}
        if not is_chapter or place.startswith(".") or place in reader.seen or place.endswith(INSIDE):
            continue
        reader.seen.add(place)
        lessons = reader.lessons(path)
        if lessons or place in titles:
            chapters.append(Chapter(titles.get(place, _spoken(place)), lessons))
    if not any(chapter.lessons for chapter in chapters):
        raise errors.NothingInIt
    return CourseContent(
        title=str(about.get("titel") or _spoken(folder.name)),
        chapters=tuple(chapters),
        files=tuple(gathering.files),
        summary=str(about.get("kurz", "")),
        language=str(about.get("sprache", "de")),
    )


class _Folder:
    def __init__(self, gathering: Gathering, seen: set[str]) -> None:
        self.gathering = gathering
        self.seen = seen

    def lessons(self, folder: Path) -> tuple[Lesson, ...]:
        """The lessons in one folder, in the order of their names."""
        found: list[Lesson] = []
        for path in sorted(one for one in folder.iterdir() if one.is_file())[:_MOST]:
            if path.name.startswith(".") or path.name.lower() in {ABOUT, *_IGNORED}:
                continue
            place = f"{folder.name}/{path.name}" if folder != self.gathering.folder else path.name
            before = len(self.gathering.report.remarks)
            try:
                lesson = self._lesson(path, place)
            except ContentError as refusal:
                self.gathering.report.left(place, type(refusal).message, **refusal.params)
                continue
            if lesson is not None:
                found.append(lesson)
                if len(self.gathering.report.remarks) == before:
                    self.gathering.report.taken(lesson.title or place)
        return tuple(found)

    def _lesson(self, path: Path, place: str) -> Lesson | None:
        name = path.name.lower()
        if path.stat().st_size > _LARGEST and name.endswith((".md", ".json", ".toml", ".gift", ".gift.txt")):
            raise errors.BadMarkup(place=place)
        if name.endswith((".md", ".markdown")):
            return self._text(path)
        if name.endswith(".json"):
            return self._quiz(path, place)
        if name.endswith((".gift", ".gift.txt")):
            quiz = read_quiz(decoded(path.read_bytes()), report=self.gathering.report)
            return QuizLesson(self.gathering.key(), _spoken(path.name.split(".")[0]), quiz)
        if name.endswith(".toml"):
            return self._other(path, place)
        self.gathering.take(path, place=place)
        return None

    def _text(self, path: Path) -> Text:
        text = _text_of(path)
        facts: dict[str, Any] = {}
        if found := _FRONT.match(text):
            facts = _facts(found[1], found[2].replace("\r\n", "\n"), path.name)
            text = text[found.end() :]
        title = str(facts.get("titel") or facts.get("title") or "")
        if "titel" not in facts and (heading := _TITLE.match(text)):
            title, text = title or heading[1], text[heading.end() :].lstrip("\n")
        text = text if "schluessel" in facts else self._with_files(text, path)
        return Text(
            key=str(facts.get("schluessel") or self.gathering.key()),
            title=title if "titel" in facts else title or _spoken(path.stem),
            markdown=text,
            is_practice=is_yes(facts.get("uebung")),
            details=details_in(facts),
        )

    def _with_files(self, text: str, path: Path) -> str:
        """Pictures and files that are named with their folders come along under their names alone."""

        def taken(found: re.Match[str]) -> str:
            base = path.parent.relative_to(self.gathering.folder).as_posix()
            file = self.gathering.path_of(found[2], base)
            name = (
                self.gathering.take(file, place=path.name)
                if file is not None and file != path.resolve()
                else None
            )
            return f"{found[1]}{name}" if name else found[0]

        return re.sub(r"(\]\(|^::: (?:datei|video|audio) )<?([^)\s>]+)", taken, text, flags=re.MULTILINE)

    def _quiz(self, path: Path, place: str) -> QuizLesson:
        try:
            given = json.loads(_text_of(path))
            quiz = msgspec.convert(given["quiz"], Quiz, strict=False)
            return QuizLesson(
                str(given.get("schluessel") or self.gathering.key()),
                str(given.get("titel", "")),
                quiz,
                details_in(given),
            )
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            msgspec.ValidationError,
            RecursionError,
        ) as error:
            raise errors.BadMarkup(place=place) from error

    def _other(self, path: Path, place: str) -> Lesson:
        facts = _toml(path)
        key, title = str(facts.get("schluessel") or self.gathering.key()), str(facts.get("titel", ""))
        if "paket" not in facts:
            address = str(facts.get("adresse", ""))
            parameters = facts.get("parameter", {})
            if not address.startswith(("http://", "https://")) or not isinstance(parameters, dict):
                raise errors.BadMarkup(place=place)
            return Tool(
                key,
                title,
                address,
                is_yes(facts.get("lti")),
                {str(k): str(v) for k, v in parameters.items()},
                details_in(facts),
            )
        inside, entry = path.with_name(f"{path.stem}{INSIDE}"), str(facts.get("beginn", ""))
        start = (inside / entry.partition("?")[0].partition("#")[0]).resolve()
        try:
            kind = PackageKind(str(facts["paket"]))
        except ValueError as error:
            raise errors.BadMarkup(place=place) from error
        if not start.is_relative_to(inside.resolve()) or not start.is_file():
            raise errors.MissingPart(place=place)
        return Package(key, title, kind, inside, entry, facts_in(inside, kind), details_in(facts))


def write_folder(content: CourseContent, path: Path, *, report: Report) -> None:
    """Write the course as a zip of such a folder."""
    with writing(path) as archive:
        lines = [f"titel = {_quoted(content.title)}", f"sprache = {_quoted(content.language)}"]
        lines += [f"kurz = {_quoted(content.summary)}"] if content.summary else []
        folders = [_named(number, chapter.title) for number, chapter in enumerate(content.chapters, start=1)]
        for folder, chapter in zip(folders, content.chapters, strict=True):
            lines += ["", "[[kapitel]]", f"ordner = {_quoted(folder)}", f"titel = {_quoted(chapter.title)}"]
        archive.add(ABOUT, ("\n".join(lines) + "\n").encode())
        for folder, chapter in zip(folders, content.chapters, strict=True):
            for number, lesson in enumerate(chapter.lessons, start=1):
                _write_lesson(archive, f"{folder}/{_named(number, lesson.title)}", lesson)
                report.taken(lesson.title)
        for file in content.files:
            archive.copy(f"{FILES}/{file.name}", file.path)


def _write_lesson(archive: ZipWriter, name: str, lesson: Lesson) -> None:
    facts: dict[str, Any] = {"titel": lesson.title, "schluessel": lesson.key, **told(lesson.details)}
    match lesson:
        case Text():
            facts |= {"uebung": True} if lesson.is_practice else {}
            archive.add(f"{name}.md", f"+++\n{_written(facts)}+++\n\n{lesson.markdown}".encode())
        case QuizLesson():
            facts["quiz"] = msgspec.to_builtins(lesson.quiz)
            archive.add(f"{name}.json", json.dumps(facts, ensure_ascii=False, indent=1).encode())
        case Tool():
            facts |= {"adresse": lesson.address} | ({"lti": True} if lesson.is_lti else {})
            archive.add(f"{name}.toml", f"{_written(facts)}{_parameters(lesson.parameters)}".encode())
        case Package():
            facts |= {"paket": lesson.kind.value, "beginn": lesson.entry}
            archive.add(f"{name}.toml", _written(facts).encode())
            for path in sorted(one for one in lesson.folder.rglob("*") if one.is_file()):
                archive.copy(f"{name}{INSIDE}/{path.relative_to(lesson.folder).as_posix()}", path)


def _written(facts: Mapping[str, Any]) -> str:
    return "".join(
        f"{key} = {json.dumps(value) if isinstance(value, int) else _quoted(str(value))}\n"
        for key, value in facts.items()
    )


def _parameters(parameters: Mapping[str, str]) -> str:
    lines = "".join(f"{_quoted(key)} = {_quoted(value)}\n" for key, value in parameters.items())
    return f"\n[parameter]\n{lines}" if lines else ""


def _quoted(text: str) -> str:
    """A basic string of TOML 1.0, which is one of JSON but for the sign of deletion."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _named(number: int, title: str) -> str:
    words = file_name(title.replace("/", "-").replace(".", "-"))[:50].strip("-")
    return f"{number:03d}-{words or 'teil'}"


def _spoken(name: str) -> str:
    return re.sub(r"[-_]+", " ", _NUMBER.sub("", name)).strip()[:200] or name[:200]


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return decoded(path.read_bytes()).replace("\r\n", "\n")


def _toml(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _LARGEST:
        raise errors.BadMarkup(place=shown(path.name))
    try:
        return tomllib.loads(_text_of(path).replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise errors.BadMarkup(place=shown(path.name)) from error


def _facts(fence: str, text: str, name: str) -> dict[str, Any]:
    """What stands before the text: TOML between `+++`, or plain `name: value` lines between `---`."""
    if fence == "---":
        found = (_LINE.match(line) for line in text.split("\n"))
        return {one[1].lower(): one[2].strip().strip("\"'") for one in found if one}
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise errors.BadMarkup(place=shown(name)) from error


def _tables(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
