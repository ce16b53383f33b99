"""One row as a tree of words, and the notes taken while reading it."""

from dataclasses import dataclass, field

from lms.catalogue.vhs.run import RowError, Weight

Tree = str | list["Tree"] | dict[str, "Tree"] | None


@dataclass(frozen=True, slots=True)
class Record:
    """Looks things up in a row, whether a thing is missing, empty, one or several."""

    tree: dict[str, Tree]

    def text(self, *path: str) -> str:
        """The first text there, on one line; "" when there is none."""
        return " ".join(self.lines(*path).split())

    def lines(self, *path: str) -> str:
        """The first text there with its line ends; "" when there is none."""
        return next((text for text in map(_word, self._at(*path)) if text), "")

    def texts(self, *path: str) -> list[str]:
        """Every text there, each on one line, once."""
        found = (" ".join(_word(tree).split()) for tree in self._at(*path))
        return list(dict.fromkeys(text for text in found if text))

    def parts(self, *path: str) -> list["Record"]:
        """Everything there that has fields of its own."""
        return [Record(tree) for tree in self._at(*path) if isinstance(tree, dict)]

    def part(self, *path: str) -> "Record":
        """The first of `parts`, or an empty one."""
        return next(iter(self.parts(*path)), Record({}))

    def _at(self, *path: str) -> list[Tree]:
        found: list[Tree] = [self.tree]
        for name in path:
            found = [below for tree in found if isinstance(tree, dict) for below in _several(tree.get(name))]
        return found


@dataclass(slots=True)
class Notes:
    """Collects the defects of one row."""

    row: int
    number: str
    taken: list[RowError] = field(default_factory=list)

    def healed(self, name: str, sentence: str, **values: object) -> None:
        """Say what was wrong and what was made of it."""
        self.taken.append(self._error(name, sentence, Weight.HEALED, values))

    def refused(self, name: str, sentence: str, **values: object) -> "RowRefused":
        """The reason to leave the row out, to be raised."""
        return RowRefused(self._error(name, sentence, Weight.REFUSED, values))

    def _error(self, name: str, sentence: str, weight: Weight, values: dict[str, object]) -> RowError:
        written = tuple((key, str(value)[:80]) for key, value in values.items())
        return RowError(self.row, self.number, name, sentence, weight, written)


class RowRefused(Exception):
    """One row is left out. Never leaves this package."""

    def __init__(self, error: RowError) -> None:
        super().__init__(error.sentence)
        self.error = error


def _several(tree: Tree) -> list[Tree]:
    return tree if isinstance(tree, list) else [] if tree is None else [tree]


def _word(tree: Tree) -> str:
    if isinstance(
        tree, dict
    ):  # {"@version": "2.0", "#text": "5.01"}: an XML element with an attribute, as JSON
        tree = tree.get("#text")
    return tree.strip() if isinstance(tree, str) else ""
