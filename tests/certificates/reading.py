"""Reads a PDF back as others see it: its text, its tags, its fonts, its marks."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
import pypdf


@dataclass(frozen=True)
class Paper:
    pages: int
    title: str
    language: str
    text: str
    """In the order of drawing; whether a line ends with a blank is the reader's guess, so ask `says`."""
    tags: list[str]
    """Of the structure tree, in reading order."""
    pictures: list[str]
    """What stands for each figure, in words."""
    fonts: dict[str, bool]
    """Each font's name, and whether it is embedded."""
    reading_order: list[tuple[int, int]]
    """Page and mark of each piece of text, as the structure tree has them."""
    artifacts: list[str]
    """The text outside the reading order: what each page repeats."""
    links: list[str]
    metadata: str
    attachments: dict[str, bytes]
    sizes: list[float]
    """How large each piece of text is, in points."""

    def says(self, *words: str) -> bool:
        """Whether the words stand there, one after the other, whatever blanks are between them."""
        return _squeezed(" ".join(words)) in _squeezed(self.text)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def read(pdf: bytes) -> Paper:
    with pikepdf.open(BytesIO(pdf)) as file:
        elements = list(_elements(file.Root.StructTreeRoot.K))
        numbers = {page.obj.objgen: number for number, page in enumerate(file.pages)}
        fonts = {
            str(font.BaseFont): "/FontFile3" in descriptor or "/FontFile2" in descriptor
            for page in file.pages
            for font in page.resources.Font.values()
            for descriptor in [font.DescendantFonts[0].FontDescriptor]
        }
        return Paper(
            pages=len(file.pages),
            title=str(file.docinfo["/Title"]),
            language=str(file.Root.Lang),
            text=" ".join(
                " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages).split()
            ),
            tags=[str(element.S).removeprefix("/") for element in elements],
            pictures=[str(element.Alt) for element in elements if element.S == "/Figure"],
            fonts=fonts,
            reading_order=[
                (numbers[element.Pg.objgen], int(kid))
                for element in elements
                if element.S != "/Figure"
                for kid in element.K
                if isinstance(kid, int)
            ],
            artifacts=[word for page in file.pages for word in _artifacts(page)],
            links=[
                str(note.A.URI)
                for page in file.pages
                for note in page.get("/Annots", [])
                if note.Subtype == "/Link"
            ],
            metadata=file.Root.Metadata.read_bytes().decode(),
            attachments={name: file.attachments[name].get_file().read_bytes() for name in file.attachments},
            sizes=list(_sizes(pdf)),
        )


def _sizes(pdf: bytes) -> Iterator[float]:
    for page in pypdf.PdfReader(BytesIO(pdf)).pages:
        found: list[float] = []

        def look(
            text: str, at: Any, matrix: Any, _font: Any, size: float, found: list[float] = found
        ) -> None:
            if text.strip():
                found.append(round(size * abs(matrix[3] * at[3]), 1))

        page.extract_text(visitor_text=look)
        yield from found


def _elements(kids: Any) -> Iterator[Any]:
    for kid in kids:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid.K)


def _artifacts(page: pikepdf.Page) -> Iterator[str]:
    """Which kinds of artifacts hold text: `/Type` of those that do."""
    opened: list[str] = []
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator in {"BMC", "BDC"}:
            kind = str(instruction.operands[0])
            opened.append(
                str(instruction.operands[1].get("/Type", ""))
                if (kind, operator) == ("/Artifact", "BDC")
                else ""
            )
        elif operator == "EMC":
            opened.pop()
        elif operator == "TJ" and any(opened):
            yield next(filter(None, opened))
