"""Writing a course in the formats of others, each by one function: content and the new file's path in, a report out."""

from pathlib import Path

from content.course import CourseContent
from content.packages.common_cartridge import write_cartridge, write_thin_cartridge
from content.packages.gift_writing import quizzes_of
from content.packages.gift_writing import write_gift as gift_of
from content.packages.markdown_folder import write_folder
from content.packages.qti import Version, write_package
from content.packages.report import Report


def write_common_cartridge(content: CourseContent, path: Path) -> Report:
    """Common Cartridge 1.3. Nothing of ours is lost: see `content.packages.extension`."""
    report = Report()
    write_cartridge(content, path, report=report)
    return report


def write_thin_common_cartridge(content: CourseContent, path: Path) -> Report:
    """Thin Common Cartridge 1.3: links and tools."""
    report = Report()
    write_thin_cartridge(content, path, report=report)
    return report


def write_markdown_folder(content: CourseContent, path: Path) -> Report:
    """A zip of a folder of Markdown files. Nothing of ours is lost."""
    report = Report()
    write_folder(content, path, report=report)
    return report


def write_qti(content: CourseContent, path: Path, *, version: Version = Version.V30) -> Report:
    """The quizzes alone, as a package of QTI 3.0 or 2.2."""
    report = Report()
    write_package(content, path, report=report, version=version)
    return report


def write_gift(content: CourseContent, path: Path) -> Report:
    """The quizzes alone, as GIFT."""
    report = Report()
    path.write_bytes(gift_of(quizzes_of(content), report=report).encode())
    return report
