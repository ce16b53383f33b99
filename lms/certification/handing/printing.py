"""The print file: copies of the issued papers in one PDF, each beginning on the front of a sheet, with sheets between them.

It is made for the printer and says so in its metadata. It is not what was issued: seals and embedded files are left out,
because they hold for the issued file alone, which stays as it is.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
from pikepdf import Array, Name, Pdf

from lms.certification.handing.holding import Held
from lms.certification.handing.models import Separators
from lms.certification.handing.sheets import Sheets
from lms.messaging.press import joined, joined_files

PAPERS_AT_ONCE = 25
"""So many papers are joined at a time, in a file of their own, so that a thousand take no more memory than fifty."""

Tell = Callable[[int], Awaitable[None]]
"""Is told how many are done."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the file says about itself: its title, and that it is a copy for printing."""

    title: str
    notice: str


async def print_file(
    papers: AsyncIterator[tuple[Held, bytes]],
    ahead: Sequence[Held],
    out: Path,
    *,
    separators: Separators,
    sheets: Sheets,
    words: Words,
    tell: Tell,
) -> int:
    """Write the print file of these papers, which come in the order of `ahead`; gives its number of pages.

    Raises ValueError when there are none.
    """
    openings = dict(_openings(ahead, separators))
    with TemporaryDirectory(prefix="lms-print-") as folder:
        bundles: list[Path] = []
        waiting: list[bytes] = []
        done = 0
        async for one, paper in papers:
            if before := openings.get(one.certificate_id):
                waiting.append(await asyncio.to_thread(_sheet, sheets, separators, before))
            waiting.append(await asyncio.to_thread(copied, paper))
            done += 1
            if done % PAPERS_AT_ONCE == 0:
                bundles.append(await _bundle(waiting, Path(folder), len(bundles), words))
                waiting = []
                await tell(done)
        if waiting:
            bundles.append(await _bundle(waiting, Path(folder), len(bundles), words))
        if not bundles:
            raise ValueError("nothing to print")
        return await asyncio.to_thread(joined_files, bundles, out, title=words.title, notice=words.notice)


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


def _sheet(sheets: Sheets, separators: Separators, papers: Sequence[Held]) -> bytes:
    return sheets.of_run(papers) if separators is Separators.RUN else sheets.of_person(papers)


async def _bundle(parts: Sequence[bytes], folder: Path, number: int, words: Words) -> Path:
    file = folder / f"{number:05}.pdf"
    content, _ = await asyncio.to_thread(joined, parts, title=words.title)
    file.write_bytes(content)
    return file
