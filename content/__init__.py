"""Lessons, quizzes and packages as values: no request, no database, no setting, no clock of its own.

A course is a `CourseContent`: chapters with lessons to read, quizzes, packages of others and links. It is read from what other
systems write, and written for them; what was taken, changed or left stands in a `Report`.

>>> from pathlib import Path
>>> from tempfile import TemporaryDirectory
>>> lessons = (
...     Text("on", "Switching on", "Hold the button for *two seconds*."),
...     Tool("town", "The town's own page", "https://www.haldensleben.de"),
... )
>>> course = CourseContent("Tablets for beginners", (Chapter("First steps", lessons),))
>>> with TemporaryDirectory() as folder:
...     written = write_common_cartridge(course, Path(folder, "course.imscc"))
...     report = Report()
...     again = read_course(Path(folder, "course.imscc"), Path(folder, "unpacked"), report=report)
>>> again == course
True
>>> [remark.place for remark in written.of(Fate.TAKEN)]
['Switching on', "The town's own page"]

- `content.lesson` reads the Markdown of lessons, shows it as safe HTML, and tells authors what to mend in which line.
- `content.quiz` draws, marks and explains quizzes.
- `content.packages` has the formats: Common Cartridge 1.1 to 1.3 and its thin profile, Moodle backups, QTI 1.2 to 3.0, GIFT,
  folders of Markdown; and the manifests of SCORM 1.2 and 2004, H5P and cmi5, which are played and not read.
- `content.foreign` makes Markdown of texts that know nothing of it, `content.excerpt` one sentence of a text.
- `content.epub` binds a course as a book; `content.safety` says what HTML may survive.

What is refused is refused with a `ContentError` that names the place; what is merely to be mended comes as `Problem`. Both carry
an English sentence, marked for translation, and what fills its placeholders. Functions are pure but for the files they are handed:
`read_course` unpacks into the folder it is given, the writers make the one file they are given, and nothing else is touched; nobody
opens a connection. Whatever comes from others is taken for hostile.
"""

from content.course import Chapter, CourseContent, File, Package, PackageKind, QuizLesson, Text, Tool
from content.epub import Imprint, write_epub
from content.errors import ContentError
from content.excerpt import excerpt
from content.foreign import markdown_of
from content.lesson import Lesson, Step, read_lesson, render, steps
from content.packages.reading import Format, read_course, recognise
from content.packages.report import Fate, Remark, Report
from content.packages.writing import (
    write_common_cartridge,
    write_gift,
    write_markdown_folder,
    write_qti,
    write_thin_common_cartridge,
)
from content.problems import Problem
from content.quiz import Quiz
from content.safety import plain_text, safe_html

__all__ = [
    "Chapter",
    "ContentError",
    "CourseContent",
    "Fate",
    "File",
    "Format",
    "Imprint",
    "Lesson",
    "Package",
    "PackageKind",
    "Problem",
    "Quiz",
    "QuizLesson",
    "Remark",
    "Report",
    "Step",
    "Text",
    "Tool",
    "excerpt",
    "markdown_of",
    "plain_text",
    "read_course",
    "read_lesson",
    "recognise",
    "render",
    "safe_html",
    "steps",
    "write_common_cartridge",
    "write_epub",
    "write_gift",
    "write_markdown_folder",
    "write_qti",
    "write_thin_common_cartridge",
]
