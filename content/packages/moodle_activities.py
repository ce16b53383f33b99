"""The activities of a Moodle backup, each as lessons. What has no counterpart is reported by its Moodle name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import TYPE_CHECKING

from content.course import Lesson, QuizLesson, Text, Tool
from content.errors import N_, ContentError
from content.media import SOUNDS, VIDEOS, ending
from content.packages.gathering import HANDING_IN, NO_QUESTION
from content.packages.markup import Element, whole, words
from content.quiz.questions import Quiz

if TYPE_CHECKING:
    from content.packages.moodle import Backup, Stored

NOT_TAKEN = N_("Activities of the kind “%(kind)s” are not taken along.")
_TOLD = {
    "forum": N_("Forums are not taken along."),
    "chat": N_("Chats are not taken along."),
    "glossary": N_("Glossaries are not taken along."),
    "wiki": N_("Wikis are not taken along."),
    **dict.fromkeys(
        ("choice", "feedback", "survey", "questionnaire"), N_("Votes and surveys are not taken along.")
    ),
    "lesson": N_("“Lessons” of Moodle, whose pages branch, are not taken along."),
    "workshop": N_("Tasks whose results learners judge for each other are not taken along."),
    "data": N_("Collections that learners fill together are not taken along."),
}
"""What people see under another name than Moodle's own."""
NO_TEXT = N_("The page has no text.")
NO_FILE = N_("Its file is not in the package.")


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity: `kind` is its Moodle name, `context` whose files are its own."""

    kind: str
    title: str
    context: str
    node: Element

    def html(self, name: str) -> str:
        """A field that holds HTML; "" when it is empty."""
        return (self.node.findtext(name) or "").replace("$@NULL@$", "")


def lessons_of(activity: Activity, backup: "Backup") -> Iterator[Lesson]:
    """What becomes of the activity. Raises ContentError when it cannot be read."""
    reading = _KINDS.get(activity.kind)
    if reading is None:
        if activity.kind in _TOLD:
            backup.gathering.report.left(activity.title, _TOLD[activity.kind])
        else:
            backup.gathering.report.left(activity.title, NOT_TAKEN, kind=activity.kind)
        return
    yield from reading(activity, backup)


def _text(activity: Activity, backup: "Backup", *fields: str) -> Iterator[Lesson]:
    texts = [
        backup.pages(activity.context).markdown(activity.html(name), place=activity.title) for name in fields
    ]
    markdown = "\n\n".join(text for text in texts if text.strip())
    if not markdown:
        backup.gathering.report.left(activity.title, NO_TEXT)
        return
    yield Text(backup.gathering.key(), activity.title, markdown)


def _page(activity: Activity, backup: "Backup") -> Iterator[Lesson]:
    yield from _text(activity, backup, "intro", "content")


def _task(activity: Activity, backup: "Backup") -> Iterator[Lesson]:
    """What a task to hand in asks for; in the old module it stands in a field of another name."""
    found = list(_text(activity, backup, "intro", "description", "activity"))
    if found:
        backup.gathering.report.changed(activity.title, HANDING_IN)
    yield from found


def _label(activity: Activity, backup: "Backup") -> Iterator[Lesson]:
    yield from _text(activity, backup, "intro")


def _book(activity: Activity, backup: "Backup") -> Iterator[Lesson]:
    """One lesson, each chapter of the book under a heading."""
    parts = [backup.pages(activity.context).markdown(activity.html("intro"), place=activity.title)]
    chapters = sorted(
        activity.node.iterfind("chapters/chapter"),
        key=lambda one: whole(words(one, "pagenum"), 100_000) or 0,
    )
    for chapter in chapters:
        if words(chapter, "hidden") == "1":
            continue
        pages = backup.pages(activity.context, "mod_book/chapter", str(chapter.get("id", "")))
        text = pages.markdown(chapter.findtext("content") or "", place=activity.title)
        level = "###" if words(chapter, "subchapter") == "1" else "##"
        parts.append(f"{level} {words(chapter, 'title')}\n\n{text}")
    markdown = "\n\n".join(part for part in parts if part.strip())
    if markdown:
        yield Text(backup.gathering.key(), activity.title, markdown)


def _url(activity: Activity, backup: "Backup") -> Iterator[Lesson]:
    address = unescape(words(activity.node, "externalurl"))
    yield from _tool(activity, backup, address)


def _tool(
    activity: Activity,
    backup: "Backup",
    address: str,
    *,
    is_lti: bool = False,
    parameters: dict[str, str] | None = None,
) -> Iterator[Lesson]:
    if not address.startswith(("http://", "https://")):
        backup.gathering.report.left(activity.title, N_("The link leads nowhere."))
        return
    yield Tool(backup.gathering.key(), activity.title, address, is_lti, parameters or {})


def _lti(activity: Activity, backup: "Backup") -> Iterator[Lesson]:
    lines = (activity.node.findtext("instructorcustomparameters") or "").replace(";", "\n").split("\n")
    parameters = {
        key.strip(): value.strip()
        for key, has, value in (one.partition("=") for one in lines)
        if has and key.strip()
    }
    address = words(activity.node, "securetoolurl") or words(activity.node, "toolurl")
    address = address.replace("$@NULL@$", "")
    yield from _tool(activity, backup, address, is_lti=True, parameters=parameters)


def _own(activity: Activity, backup: "Backup", area: str) -> list["Stored"]:
    return [one for one in backup.by_context.get(activity.context, []) if one.area == area]


def _resource(activity: Activity, backup: "Backup") -> Iterator[Lesson]:
    yield from _files(activity, backup, "mod_resource/content")


def _folder(activity: Activity, backup: "Backup") -> Iterator[Lesson]:
    yield from _files(activity, backup, "mod_folder/content")


def _files(activity: Activity, backup: "Backup", area: str) -> Iterator[Lesson]:
    """A lesson that offers the files."""
    stored = sorted(_own(activity, backup, area), key=lambda one: one.name)
    names = [name for one in stored if (name := backup.take(one, activity.title))]
    if not names:
        if not stored:
            backup.gathering.report.left(activity.title, NO_FILE)
        return
    intro = backup.pages(activity.context).markdown(activity.html("intro"), place=activity.title)
    yield Text(
        backup.gathering.key(),
        activity.title,
        "\n\n".join(one for one in (intro, *map(_block, dict.fromkeys(names))) if one.strip()),
    )


def _block(name: str) -> str:
    kind = "video" if ending(name) in VIDEOS else "audio" if ending(name) in SOUNDS else "datei"
    return f"::: {kind} {name}\n{name if kind == 'datei' else ''}\n:::"


def _quiz(activity: Activity, backup: "Backup") -> Iterator[Lesson]:
    pools = backup.bank().pools(activity.node, activity.title)
    if not pools:
        backup.gathering.report.left(activity.title, NO_QUESTION)
        return
    seconds, attempts = (
        whole(words(activity.node, "timelimit"), 99_999),
        words(activity.node, "attempts_number") or words(activity.node, "attempts"),
    )
    best, needed = _number(words(activity.node, "grade")), _number(words(activity.node, "gradepass"))
    quiz = Quiz(
        pools=pools,
        introduction=backup.pages(activity.context).markdown(activity.html("intro"), place=activity.title),
        minutes=max(1, round(seconds / 60)) if seconds else None,
        attempts=whole(attempts, 999) or None,
        shuffle=words(activity.node, "shufflequestions") == "1",
        pass_percent=round(needed * 100 / best) if 0 < needed <= best else 60,
    )
    yield QuizLesson(backup.gathering.key(), activity.title, quiz)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if 0 < number < 1e9 else 0.0


def _package(activity: Activity, backup: "Backup") -> Iterator[Lesson]:
    """A SCORM or H5P package, unpacked beside the backup and handed on as it is."""
    from content.packages.archive import unpack
    from content.packages.reading import PLAYED, played, recognise_folder

    area = "mod_scorm/package" if activity.kind == "scorm" else f"mod_{activity.kind}/package"
    own = backup.by_context.get(activity.context, [])
    # some programs that write backups put the package beside what was unpacked from it
    candidates = [*_own(activity, backup, area), *(one for one in own if ending(one.name) in {"zip", "h5p"})]
    stored = next((one for one in candidates if one.path.is_file()), None)
    if stored is None:
        backup.gathering.report.left(activity.title, NO_FILE)
        return
    backup.packages += 1
    folder = backup.folder / "pakete" / str(backup.packages)
    unpacked = unpack(stored.path, folder, limits=backup.room.inside())
    backup.room = replace(
        backup.room,
        bytes=backup.room.bytes - unpacked.bytes,
        entries=max(0, backup.room.entries - len(unpacked.names)),
    )
    found = recognise_folder(folder)
    if found is None or found not in PLAYED:
        raise _not_a_package()
    heard = type(backup.gathering.report)()
    content = played(folder, report=heard, key=backup.gathering.key())
    for remark in heard.remarks:
        if remark.message:
            backup.gathering.report.changed(activity.title, remark.message, **remark.params)
    for lesson in content.chapters[0].lessons:
        yield replace(lesson, title=activity.title or lesson.title)


def _not_a_package() -> ContentError:
    from content.packages.errors import NotRecognised

    return NotRecognised()


_KINDS: dict[str, Callable[[Activity, "Backup"], Iterator[Lesson]]] = {
    "page": _page,
    "assign": _task,
    "assignment": _task,
    "label": _label,
    "book": _book,
    "url": _url,
    "lti": _lti,
    "resource": _resource,
    "folder": _folder,
    "quiz": _quiz,
    "scorm": _package,
    "h5pactivity": _package,
    "hvp": _package,
}
