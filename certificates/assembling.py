"""Lays down the bytes of a file of which most is always the same (ISO 32000-1, 7.5).

What does not change is serialised and compressed once and comes first; what changes follows it. Attachments are
numbered behind everything else.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pydyf  # type: ignore[import-untyped]
import weasyprint
from weasyprint.pdf.anchors import write_pdf_attachment

INFO = 0
"""Under this number the gaps of the document information are handed in, which has none yet."""

_HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_FREE, _PLAIN, _PACKED = 0, 1, 2
_WIDTHS = (1, 4, 2)

Parts = tuple[Any, ...]
Fill = Callable[[Any], bytes]


class Assembly:
    """The objects of a file, those with gaps apart from the others."""

    def __init__(self, pdf: pydyf.PDF, gaps: Mapping[int, Parts]) -> None:
        """`gaps` holds, by number, the data of objects in parts: bytes, or what is later given to `fill`."""
        count = len(pdf.objects)
        self._catalog, self._info, self._store = pdf.catalog, count, count + 2
        self._streams: dict[int, tuple[dict[str, Any], Parts]] = {}
        self._changing: dict[int, Parts] = {count: gaps.get(INFO, (pdf.info.data,))}
        self._entries = {0: _entry(_FREE, 0, 65535)}
        self._head = _HEADER
        lasting = {}
        for number, item in enumerate(pdf.objects[1:], start=1):
            if number in gaps and isinstance(item, pydyf.Stream):
                self._streams[number] = (dict(item.extra), gaps[number])
            elif number in gaps:
                self._changing[number] = gaps[number]
            elif isinstance(item, pydyf.Stream):
                self._entries[number] = _entry(_PLAIN, len(self._head), 0)
                self._head += item.indirect + b"\n"
            elif item is not pdf.catalog:
                lasting[number] = item.data
        self._entries.update(_packed_entries(lasting, count + 1))
        self._entries[count + 1] = _entry(_PLAIN, len(self._head), 0)
        self._head += _packed(count + 1, lasting)
        self._digest = hashlib.sha256(self._head).digest()

    @property
    def common(self) -> tuple[Any, ...]:
        """All but what will stand in the gaps; equal for files that differ in nothing else."""
        return (self._head, self._streams, self._changing, self._catalog.data)

    def written(
        self, fill: Fill, *, identifier: bytes, attachments: Iterable[weasyprint.Attachment] = ()
    ) -> bytes:
        """The file with its gaps filled. The identifier should be drawn from what the file says."""
        entries, body = dict(self._entries), bytearray()
        attached = _Attached(self._store + 2)
        catalog = attached.in_catalog(self._catalog, attachments)
        streams = [
            *(
                _stream(number, extra, _filled(parts, fill))
                for number, (extra, parts) in self._streams.items()
            ),
            *((number, item.indirect + b"\n") for number, item in attached.streams()),
        ]
        for number, data in streams:
            entries[number] = _entry(_PLAIN, len(self._head) + len(body), 0)
            body += data
        changing = {number: _filled(parts, fill) for number, parts in self._changing.items()}
        changing |= {self._catalog.number: catalog.data, **attached.dictionaries()}
        entries.update(_packed_entries(changing, self._store))
        entries[self._store] = _entry(_PLAIN, len(self._head) + len(body), 0)
        body += _packed(self._store, changing)
        start = len(self._head) + len(body)
        entries[self._store + 1] = _entry(_PLAIN, start, 0)
        content = hashlib.sha256(self._digest + bytes(body)).hexdigest()[:32].encode()
        extra = {
            "Type": "/XRef",
            "Size": len(entries),
            "W": pydyf.Array(_WIDTHS),
            "Root": self._catalog.reference,
            "Info": f"{self._info} 0 R",
            "ID": pydyf.Array((pydyf.String(identifier), pydyf.String(content))),
        }
        _, table = _stream(
            self._store + 1, extra, b"".join(entries[number] for number in range(len(entries)))
        )
        return b"%b%b%bstartxref\n%d\n%%%%EOF\n" % (self._head, bytes(body), table, start)


class _Attached:
    """Collects the objects of attachments, as if it were the file, and numbers them."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._objects: list[Any] = []

    def add_object(self, item: Any) -> None:
        item.number = self._first + len(self._objects)
        self._objects.append(item)

    def in_catalog(
        self, catalog: pydyf.Dictionary, attachments: Iterable[weasyprint.Attachment]
    ) -> pydyf.Dictionary:
        """The catalog with their names (7.7.4) and as associated files (ISO 19005-3, 6.8)."""
        specifications = []
        for attachment in attachments:
            specification = write_pdf_attachment(self, attachment, compress=True)
            specification["AFRelationship"] = f"/{attachment.relationship}"
            specifications.append(specification)
        if not specifications:
            return catalog
        names = pydyf.Dictionary({"Names": pydyf.Array()})
        for specification in sorted(specifications, key=lambda one: str(one["UF"].string)):
            names["Names"].extend([specification["UF"], specification.reference])
        self.add_object(names)
        return pydyf.Dictionary(
            {
                **catalog,
                "Names": pydyf.Dictionary({**catalog.get("Names", {}), "EmbeddedFiles": names.reference}),
                "AF": pydyf.Array(specification.reference for specification in specifications),
            }
        )

    def streams(self) -> Iterable[tuple[int, Any]]:
        return [(item.number, item) for item in self._objects if isinstance(item, pydyf.Stream)]

    def dictionaries(self) -> dict[int, bytes]:
        return {item.number: item.data for item in self._objects if not isinstance(item, pydyf.Stream)}


def _filled(parts: Parts, fill: Fill) -> bytes:
    return b"".join(part if isinstance(part, bytes) else fill(part) for part in parts)


def _stream(number: int, extra: Mapping[str, Any], content: bytes) -> tuple[int, bytes]:
    packed = zlib.compress(content, 6)  # 9 takes twice the time for a hundredth of the size
    head = pydyf.Dictionary({**extra, "Filter": "/FlateDecode", "Length": len(packed)}).data
    return number, b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, head, packed)


def _packed(number: int, objects: Mapping[int, bytes]) -> bytes:
    """An object stream (7.5.7)."""
    places, position = [], 0
    for name, data in objects.items():
        places.append(f"{name} {position}")
        position += len(data) + 1
    head = " ".join(places).encode() + b"\n"
    extra = {"Type": "/ObjStm", "N": len(objects), "First": len(head)}
    return _stream(number, extra, head + b"\n".join(objects.values()))[1]


def _packed_entries(objects: Mapping[int, bytes], store: int) -> dict[int, bytes]:
    return {number: _entry(_PACKED, store, at) for at, number in enumerate(objects)}


def _entry(kind: int, second: int, third: int) -> bytes:
    """One line of the cross-reference stream (7.5.8)."""
    return b"".join(
        value.to_bytes(width, "big") for value, width in zip((kind, second, third), _WIDTHS, strict=True)
    )
