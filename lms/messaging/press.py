"""Many letters as one PDF for the printer: each begins on the front of a sheet, also where both sides are printed.

The parts are made one by one, so that progress can be told, and joined with their structure: what a screen reader reads in a
letter it reads in the whole.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf

A4 = (595.28, 841.89)


def joined(parts: Sequence[bytes], *, title: str) -> tuple[bytes, int]:
    """These PDFs one after the other, each on a right-hand page, and how many pages that makes. Raises ValueError without any."""
    if not parts:
        raise ValueError("nothing to print")
    whole = Pdf.open(BytesIO(parts[0]))
    _pad(whole)
    for part in parts[1:]:
        with Pdf.open(BytesIO(part)) as other:
            _append(whole, other)
            _pad(whole)
    _call(whole, title)
    out = BytesIO()
    whole.save(out, deterministic_id=True)
    return out.getvalue(), len(whole.pages)


def joined_files(parts: Sequence[Path], out: Path, *, title: str, notice: str) -> int:
    """The same from files into a file, for more than memory holds: what is on the pages is read while it is written.

    The whole claims to be no archive file; `notice` is the sentence in its metadata that says what it is. Gives the number
    of pages. Raises ValueError without any parts.
    """
    if not parts:
        raise ValueError("nothing to print")
    with ExitStack() as stack:
        whole = stack.enter_context(Pdf.open(parts[0]))
        _pad(whole)
        for part in parts[1:]:
            _append(whole, stack.enter_context(Pdf.open(part)))
            _pad(whole)
        _call(whole, title, notice)
        whole.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(whole.pages)


def _call(whole: Pdf, title: str, notice: str = "") -> None:
    """Write into the metadata what the whole is."""
    with whole.open_metadata(set_pikepdf_as_editor=False) as about:
        about["dc:title"] = title
        if notice:
            about["dc:description"] = notice
            for claim in [
                key
                for key in about
                if "pdfaid" in key or "pdfuaid" in key or "/pdfa/" in key or "/pdfua/" in key
            ]:
                del about[claim]
    whole.docinfo[Name.Title] = title
    if notice:
        whole.docinfo[Name.Subject] = notice


def _pad(whole: Pdf) -> None:
    """A blank back, so that what follows begins on a front."""
    if len(whole.pages) % 2:
        whole.add_blank_page(page_size=A4)


def _append(whole: Pdf, other: Pdf) -> None:
    """The pages and the structure tree of another PDF. Numbers that tie pages to the tree are moved behind those in use."""
    first, offset = len(whole.pages), _next_key(whole)
    whole.pages.extend(other.pages)
    theirs = other.Root.get(Name.StructTreeRoot)
    ours = whole.Root.get(Name.StructTreeRoot)
    if theirs is None or ours is None:
        return
    for page in whole.pages[first:]:
        _shift(page.obj, Name.StructParents, offset)
        for note in page.obj.get(Name.Annots, Array()):
            _shift(note, Name.StructParent, offset)
    copied = whole.copy_foreign(other.make_indirect(theirs))
    for child in _as_list(copied.get(Name.K)):
        child[Name.P] = ours
        ours[Name.K] = Array([*_as_list(ours.get(Name.K)), child])
    numbers = _numbers(ours)
    for key, value in _pairs(_numbers(copied)):
        numbers.append(key + offset)
        numbers.append(value)
    ours[Name.ParentTree] = whole.make_indirect(Dictionary(Nums=numbers))
    ours[Name.ParentTreeNextKey] = offset + _highest(copied) + 1
    for role, meaning in (copied.get(Name.RoleMap) or {}).items():
        if Name.RoleMap not in ours:
            ours[Name.RoleMap] = Dictionary()
        ours.RoleMap[role] = meaning


def _shift(thing: Object, name: Name, offset: int) -> None:
    if name in thing:
        thing[name] = int(thing[name]) + offset


def _next_key(pdf: Pdf) -> int:
    tree = pdf.Root.get(Name.StructTreeRoot)
    return 0 if tree is None else _highest(tree) + 1


def _highest(tree: Object) -> int:
    return max((key for key, _ in _pairs(_numbers(tree))), default=-1)


def _numbers(tree: Object) -> Array:
    """The number tree as one flat array, however it was nested."""
    root = tree.get(Name.ParentTree)
    flat = Array()
    if root is not None:
        _flatten(root, flat)
    return flat


def _flatten(node: Object, flat: Array) -> None:
    for item in node.get(Name.Nums, Array()):
        flat.append(item)
    for kid in node.get(Name.Kids, Array()):
        _flatten(kid, flat)


def _pairs(numbers: Array) -> list[tuple[int, Object]]:
    items = list(numbers)
    return [(int(key), value) for key, value in zip(items[::2], items[1::2], strict=True)]


def _as_list(kids: Object | None) -> list[Object]:
    if kids is None:
        return []
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]
