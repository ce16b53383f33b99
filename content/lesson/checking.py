"""What an author should mend in a lesson, each with its line."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from urllib.parse import unquote

from markdown_it.token import Token

from content.errors import N_, ContentError, TextTooLong
from content.lesson.blocks import (
    FILE,
    MEDIA,
    NAMES,
    OPEN,
    QUESTION,
    Block,
    attribute,
    inlines,
    leads_outside,
    line_of,
    name_of,
    named_file,
    parsed,
    words_of,
)
from content.lesson.questions import question_in
from content.media import PICTURES, SOUNDS, VIDEOS, ending
from content.problems import Problem

MAX_CHARACTERS = 200_000
_PLAYED = {"video": VIDEOS, "audio": SOUNDS | {"webm"}}

NO_FILE = N_("Say which file it is: its name stands behind the word “%(name)s”.")
_COLONS = re.compile(r":{3,}(.*)")


def problems(markdown: str, *, files: Collection[str]) -> Sequence[Problem]:
    """Everything that should be mended before others read it, by line. `files` are the names that a lesson may use.

    Raises nothing, whatever the text.
    """
    if len(markdown) > MAX_CHARACTERS:
        return [Problem(TextTooLong.message)]
    tokens = parsed(markdown, with_files=True)
    known = frozenset(files)
    found = [
        *_of_pictures_and_links(tokens, known),
        *_of_blocks(tokens, known),
        *_of_colons(tokens),
        *_of_headings(tokens),
        *_of_tables(tokens),
    ]
    return sorted(found, key=lambda one: one.line or 0)


def described_pictures(markdown: str) -> dict[str, str]:
    """What a lesson says of its pictures: the words of each file's first description, by the file's name. Raises nothing."""
    if "![" not in markdown or len(markdown) > MAX_CHARACTERS:
        return {}
    found: dict[str, str] = {}
    for piece, _ in inlines(parsed(markdown, with_files=True)):
        name = named_file(attribute(piece, "src")) if piece.type == "image" else None
        words = words_of(piece) if name else ""
        if name and words:
            found.setdefault(name, words)
    return found


def _of_pictures_and_links(tokens: Sequence[Token], known: frozenset[str]) -> Iterator[Problem]:
    for piece, line in inlines(tokens):
        if piece.type == "image":
            yield from _of_picture(piece, line, known)
        elif piece.type == "link_open":
            target = attribute(piece, "href")
            name = named_file(target)
            if name is not None and name not in known:
                yield _missing(name, line, known)


def _of_picture(picture: Token, line: int, known: frozenset[str]) -> Iterator[Problem]:
    target = attribute(picture, "src")
    name = named_file(target)
    shown = name or unquote(target)
    if not picture.content.strip():
        message = N_(
            "The picture %(name)s has no description. Write between the square brackets what can be seen on it."
        )
        yield _named(message, line, shown)
    if name is None and leads_outside(target):
        yield Problem(
            N_("Pictures of other sites are not shown. Upload the picture as a file of this course."),
            line,
            shown,
        )
    elif name is None or name not in known:
        yield _missing(shown, line, known)
    elif ending(name) not in PICTURES:
        yield _named(N_("%(name)s is not a picture."), line, name)


def _of_blocks(tokens: Sequence[Token], known: frozenset[str]) -> Iterator[Problem]:
    for token in tokens:
        if token.type != OPEN:
            continue
        block: Block = token.meta["block"]
        line = line_of(token)
        if not block.is_closed:
            message = N_(
                "The block “%(name)s” has no end. Write three colons on a line of their own below it."
            )
            yield _named(message, line, block.name)
        if block.name in MEDIA:
            yield from _of_media(block, line, known)
        elif block.name == FILE:
            yield from _of_file(block, line, known)
        elif block.name == QUESTION:
            yield from _of_question(block, line)
        elif not block.has_body:
            yield _named(N_("There is nothing in the box “%(name)s”."), line, block.name)


def _of_media(block: Block, line: int, known: frozenset[str]) -> Iterator[Problem]:
    if not block.target:
        yield _named(NO_FILE, line, block.name)
    elif block.target not in known:
        yield _missing(block.target, line, known)
    elif ending(block.target) not in _PLAYED[block.name]:
        message = (
            N_("%(name)s is not a video that browsers play. Save it as MP4.")
            if block.name == "video"
            else N_("%(name)s is not a recording that browsers play. Save it as MP3.")
        )
        yield _named(message, line, block.target)
    if block.name == "video":
        yield from _of_captions(block, line, known)
    if not block.has_body:
        yield Problem(
            N_(
                "The text of what is said in %(name)s is missing. Write it below, for those who cannot hear it."
            ),
            line,
            block.target,
            {"name": block.target or block.name},
        )


def _of_captions(block: Block, line: int, known: frozenset[str]) -> Iterator[Problem]:
    captions = block.options.get("untertitel", "")
    if not captions:
        message = N_(
            "The video %(name)s has no captions. Upload them as a VTT file and name it in a line “Untertitel: …”."
        )
        yield _named(message, line, block.target)
    elif captions not in known:
        yield _missing(captions, line, known)
    elif ending(captions) != "vtt":
        yield _named(
            N_("%(name)s does not hold captions. They are a file that ends in .vtt."), line, captions
        )


def _of_file(block: Block, line: int, known: frozenset[str]) -> Iterator[Problem]:
    if not block.target:
        yield _named(NO_FILE, line, block.name)
    elif block.target not in known:
        yield _missing(block.target, line, known)
    if not block.has_body:
        yield Problem(
            N_("Say in a line what the file %(name)s is for."),
            line,
            block.target,
            {"name": block.target or block.name},
        )


def _of_question(block: Block, line: int) -> Iterator[Problem]:
    try:
        question_in(block.raw)
    except ContentError as error:
        yield Problem(error.message, line, error.place, error.params)


def _of_colons(tokens: Sequence[Token]) -> Iterator[Problem]:
    """Lines of colons that begin or end nothing, and blocks that nobody knows."""
    for token in tokens:
        if token.type != "inline":
            continue
        for number, text in enumerate(token.content.split("\n"), start=line_of(token)):
            found = _COLONS.fullmatch(text.strip())
            if found is None:
                continue
            name = name_of(found[1])
            if not name:
                yield Problem(N_("Here a block ends that has not begun."), number)
            elif name not in NAMES:
                yield Problem(
                    N_("There is no block “%(name)s”. There are: %(names)s."),
                    number,
                    name,
                    {"name": name, "names": ", ".join(sorted(NAMES))},
                )


def _of_headings(tokens: Sequence[Token]) -> Iterator[Problem]:
    for token, following in pairwise(tokens):
        if token.type == "heading_open" and not following.content.strip():
            yield Problem(N_("This heading has no words."), line_of(token))


def _of_tables(tokens: Sequence[Token]) -> Iterator[Problem]:
    line, is_named = 0, True
    for token, following in pairwise(tokens):
        if token.type == "thead_open":
            line, is_named = line_of(token), False
        elif token.type == "th_open":
            is_named = is_named or bool(following.content.strip())
        elif token.type == "thead_close" and not is_named:
            yield Problem(N_("The first line of the table is empty: say there what its columns hold."), line)


def _missing(name: str, line: int, known: Iterable[str]) -> Problem:
    folded = name.casefold()
    near = next((one for one in known if one.casefold() == folded), "")
    if near:
        message = N_("There is no file %(name)s. Did you mean %(near)s?")
        return Problem(message, line, name, {"name": name, "near": near})
    return _named(N_("There is no file %(name)s. Upload it, or correct its name here."), line, name)


def _named(message: str, line: int, name: str) -> Problem:
    """A problem of what is called so: a file, or a block."""
    return Problem(message, line, name, {"name": name})
