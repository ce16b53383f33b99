"""Reading what others made, whatever it is: one function that looks, one that reads."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from content.course import Chapter, CourseContent, Package, PackageKind, QuizLesson
from content.errors import ContentError
from content.packages import common_cartridge_reading, errors, extension, gift, markdown_folder, qti_reading
from content.packages.archive import COURSE, OnProgress, kind_of, unpack
from content.packages.entries import Limits, shown
from content.packages.markup import Element, decoded, read_xml, text_of
from content.packages.moodle import read_backup
from content.packages.playing import FROM_ELSEWHERE, hosts_in, read_manifest
from content.packages.report import Report

_LARGEST_TEXT = 2_000_000


class Format(StrEnum):
    """What a file is."""

    COMMON_CARTRIDGE = "common_cartridge"
    CONTENT_PACKAGE = "content_package"
    MOODLE = "moodle"
    QTI = "qti"
    GIFT = "gift"
    MARKDOWN = "markdown"
    SCORM_12 = "scorm_12"
    SCORM_2004 = "scorm_2004"
    H5P = "h5p"
    CMI5 = "cmi5"


PLAYED = frozenset({Format.SCORM_12, Format.SCORM_2004, Format.H5P, Format.CMI5})
"""What plays as it is."""
LITTER = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db"})
"""What systems leave in archives."""


def read_course(
    path: Path,
    folder: Path,
    *,
    report: Report,
    on_progress: OnProgress | None = None,
    limits: Limits = COURSE,
) -> CourseContent:
    """Read a file, or a folder, of any format of `Format`.

    An archive is unpacked into `folder`, which is made or is empty; the files and packages of the result lie below it, and it
    has to stay as long as they are wanted. Raises a `ContentError` and leaves nothing in `folder` when nothing can be read.
    """
    was_there = folder.exists()
    try:
        if path.is_dir():
            return _titled(_read_folder(path, report=report), path.name)
        if kind_of(path) is not None:
            unpack(path, folder, limits=limits, on_progress=on_progress)
            return _titled(_read_folder(folder, report=report, name=path.stem), path.stem)
        return _read_text(path, report)
    except BaseException as error:
        if not path.is_dir() and folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
            if was_there:
                folder.mkdir(exist_ok=True)
        if isinstance(error, RecursionError | UnicodeError):
            raise errors.BadMarkup(place=shown(path.name)) from error
        raise


def recognise(path: Path) -> Format | None:
    """What the file or folder is, as far as can be seen from outside; None when that is nothing we read. Never unpacks."""
    if path.is_dir():
        return _format_of(top_of(path))
    if kind_of(path) is not None:
        return _of_names(path)
    return Format.GIFT if _looks_like_gift(path) else None


def recognise_folder(folder: Path) -> Format | None:
    """What lies unpacked in the folder."""
    return _format_of(top_of(folder))


def _of_names(path: Path) -> Format | None:
    from content.packages.looking import first_files

    names, manifest = first_files(path)
    if "moodle_backup.xml" in names:
        return Format.MOODLE
    if "h5p.json" in names:
        return Format.H5P
    if "cmi5.xml" in names:
        return Format.CMI5
    if manifest is not None:
        return _of_manifest(manifest)
    is_text = any(name.endswith(".md") or name == markdown_folder.ABOUT for name in names)
    return Format.MARKDOWN if is_text else None


def top_of(folder: Path) -> Path:
    """The folder that the package really begins in: many lie in one folder more, beside what systems leave."""
    for _ in range(3):
        inside = [one for one in folder.iterdir() if one.name not in LITTER]
        if len(inside) != 1 or not inside[0].is_dir():
            return folder
        folder = inside[0]
    return folder


def _format_of(folder: Path) -> Format | None:
    if (folder / "moodle_backup.xml").is_file():
        return Format.MOODLE
    if (folder / "h5p.json").is_file():
        return Format.H5P
    if (folder / "cmi5.xml").is_file():
        return Format.CMI5
    if (folder / "imsmanifest.xml").is_file():
        try:
            return _of_manifest(read_xml(folder / "imsmanifest.xml"))
        except ContentError:
            return Format.CONTENT_PACKAGE
    return Format.MARKDOWN if markdown_folder.looks_like_it(folder) else None


def _of_manifest(root: Element) -> Format:
    schema = " ".join(text_of(one) for one in root.iter("schema")).lower()
    version = " ".join(text_of(one) for one in root.iter("schemaversion")).lower()
    kinds = {
        str(one.get(name, "")).lower() for one in root.iter("resource") for name in ("scormtype", "scormType")
    }
    if "scorm" in schema or kinds & {"sco", "asset"}:
        return Format.SCORM_2004 if any(mark in version for mark in ("2004", "cam")) else Format.SCORM_12
    resources = [str(one.get("type", "")) for one in root.iter("resource")]
    if "cartridge" in schema or any(
        "imscc_xmlv" in kind or kind.startswith("imswl_xmlv") for kind in resources
    ):
        return Format.COMMON_CARTRIDGE
    return Format.QTI if qti_reading.is_qti(root) else Format.CONTENT_PACKAGE


def _read_folder(folder: Path, *, report: Report, name: str = "") -> CourseContent:
    top = top_of(folder)
    found = _format_of(top)
    if found is None:
        raise errors.NotRecognised(place=shown(name or folder.name))
    if found in PLAYED:
        return played(top, report=report)
    if found is Format.QTI and (ours := extension.read(top)) is not None:
        return ours
    readers: dict[Format, Callable[..., CourseContent]] = {
        Format.MOODLE: read_backup,
        Format.QTI: qti_reading.read_package,
        Format.MARKDOWN: markdown_folder.read_folder,
    }
    content = readers.get(found, common_cartridge_reading.read_package)(top, report=report)
    return _with_names(content, content.title or name) if found is Format.QTI else content


def _with_names(content: CourseContent, name: str) -> CourseContent:
    """Quizzes of others without a title are called as the whole is."""
    chapters = tuple(
        replace(chapter, lessons=tuple(replace(one, title=one.title or name) for one in chapter.lessons))
        for chapter in content.chapters
    )
    return replace(content, chapters=chapters)


def played(folder: Path, *, report: Report, key: str = "paket-1") -> CourseContent:
    """A package that plays, as a course of one lesson. Raises what its own reader raises."""
    manifest = read_manifest(folder)
    package = Package(key, manifest.title, PackageKind(manifest.kind), folder, manifest.entry, manifest.facts)
    hosts = hosts_in(folder, manifest)
    if hosts:
        report.changed(manifest.title, FROM_ELSEWHERE, hosts=", ".join(hosts))
    else:
        report.taken(manifest.title)
    return CourseContent(title=manifest.title, chapters=(Chapter(manifest.title, (package,)),))


def _titled(content: CourseContent, name: str) -> CourseContent:
    """What has no title is called as the whole is, and that as its file."""
    title = content.title or name
    chapters = tuple(replace(chapter, title=chapter.title or title) for chapter in content.chapters)
    return replace(content, title=title, chapters=chapters)


def _looks_like_gift(path: Path) -> bool:
    if path.stat().st_size > _LARGEST_TEXT:
        return False
    return gift.looks_like_gift(decoded(path.read_bytes()))


def _read_text(path: Path, report: Report) -> CourseContent:
    if path.stat().st_size > _LARGEST_TEXT or b"\x00" in path.read_bytes():
        raise errors.NotRecognised(place=shown(path.name))
    text = decoded(path.read_bytes())
    if not gift.looks_like_gift(text):
        is_moodle = "<quiz>" in text and "<questiontext" in text
        raise (errors.MoodleXml if is_moodle else errors.NotRecognised)(place=shown(path.name))
    try:
        quiz = gift.read_quiz(text, report=report)
    except errors.BadGift as error:
        raise errors.NotRecognised(place=shown(path.name)) from error
    title = path.stem.removesuffix(".gift")
    return CourseContent(title=title, chapters=(Chapter(title, (QuizLesson("quiz-1", title, quiz),)),))
