"""The print file: copies of the issued papers in one PDF, each beginning on the front of a sheet, with sheets between them.

It is made for the printer and says so in its metadata. It is not what was issued: seals and embedded files are left out,
because they hold for the issued file alone, which stays as it is.
"""

import asyncio
import zipfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
from pikepdf import Array, Name, Pdf

from lms.certification.handing.holding import Held, files_of
from lms.certification.handing.models import Separators
from lms.certification.handing.sheets import Sheets
from lms.db import Begin
from lms.messaging.press import joined, joined_files

PAPERS_AT_ONCE = 25
"""So many papers are joined at a time, in a file of their own."""
PAPERS_IN_ONE = 300
"""So many papers make one PDF: joined with their tags each takes 0.7 MiB of memory, and printers give up on larger files."""

Tell = Callable[[int], Awaitable[None]]
"""Is told how many are done."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the file says about itself: its title, and that it is a copy for printing."""

    title: str
    notice: str


@dataclass(frozen=True, slots=True)
class Printing:
    """Makes print files."""

    begin: Begin
    separators: Separators
    sheets: Sheets
    words: Words
    tell: Tell

    async def write(self, papers: Sequence[Held], out: Path) -> int:
        """Write the print file of these papers, in their order; gives its number of pages.

        What is too much for one PDF becomes several in one ZIP, in the order in which they are to be printed. Raises
        ValueError when there are none.
        """
        if len(papers) <= PAPERS_IN_ONE:
            return await self._print(papers, out, before=0)
        pages, last = 0, -(-len(papers) // PAPERS_IN_ONE)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for number in range(last):
                first = number * PAPERS_IN_ONE
                part = out.with_suffix(f".{number}")
                pages += await self._print(papers[first : first + PAPERS_IN_ONE], part, before=first)
                name = f"Druckdatei_Teil-{number + 1:02}-von-{last:02}.pdf"
                await asyncio.to_thread(archive.write, part, name)
                part.unlink()
        return pages

    async def _print(self, papers: Sequence[Held], out: Path, *, before: int) -> int:
        """One PDF, of which a few papers at a time are in memory as a whole."""
        openings = dict(_openings(papers, self.separators))
        with TemporaryDirectory(prefix="lms-print-") as folder:
            bundles: list[Path] = []
            waiting: list[bytes] = []
            done = 0
            async for one, paper in files_of(self.begin, papers):
                if about := openings.get(one.certificate_id):
                    waiting.append(await asyncio.to_thread(self._sheet, about))
                waiting.append(await asyncio.to_thread(copied, paper))
                done += 1
                if done % PAPERS_AT_ONCE == 0:
                    bundles.append(await self._bundle(waiting, Path(folder), len(bundles)))
                    waiting = []
                    await self.tell(before + done)
            if waiting:
                bundles.append(await self._bundle(waiting, Path(folder), len(bundles)))
            title, notice = self.words.title, self.words.notice
            return await asyncio.to_thread(joined_files, bundles, out, title=title, notice=notice)

    def _sheet(self, papers: Sequence[Held]) -> bytes:
        is_run = self.separators is Separators.RUN
        return self.sheets.of_run(papers) if is_run else self.sheets.of_person(papers)

    async def _bundle(self, parts: Sequence[bytes], folder: Path, number: int) -> Path:
        file = folder / f"{number:05}.pdf"
        content, _ = await asyncio.to_thread(joined, parts, title=self.words.title)
        file.write_bytes(content)
        return file


def copied(paper: bytes) -> bytes:
    """A paper as it goes to the printer: what is seen and its tags, without seal, form, embedded files and claims."""
    with Pdf.open(BytesIO(paper)) as pdf:
        for key in (Name.AcroForm, Name.AF, Name.Perms, Name.DSS, Name.Names, Name.OpenAction):
            if key in pdf.Root:
                del pdf.Root[key]
        for page in pdf.pages:
            notes = page.obj.get(Name.Annots)
            if notes is not None:
                page.obj[Name.Annots] = Array(
                    [note for note in notes if note.get(Name.Subtype) != Name.Widget]
                )
        out = BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _openings(papers: Sequence[Held], separators: Separators) -> Iterator[tuple[object, Sequence[Held]]]:
    """Before which certificate a sheet lies, and the papers that it is about."""
    if separators is Separators.NONE:
        return
    by = _run_of if separators is Separators.RUN else _person_of
    for _, some in groupby(papers, key=by):
        together = list(some)
        yield together[0].certificate_id, together


def _run_of(one: Held) -> tuple[object, ...]:
    return (one.run_id, one.run, one.course)


def _person_of(one: Held) -> tuple[object, ...]:
    return (one.person_id or one.certificate_id,)
