"""One page of a long list."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import urlencode

T = TypeVar("T")
LARGEST = 200  # S-34
USUAL = 20
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The items of page `number` of a list of `total`, and where the neighbours are, with the filters of the address kept.

    Build the slice with `window` and the page with `page_of`.
    """

    items: Sequence[T]
    number: int
    size: int
    total: int
    path: str = ""
    query: tuple[tuple[str, str], ...] = field(default=())

    @property
    def last(self) -> int:
        """The number of the last page; an empty list has one, empty page."""
        return max(1, -(-self.total // self.size))

    @property
    def before(self) -> str:
        """The address of the page before, or nothing."""
        return self.address(self.number - 1) if self.number > 1 else ""

    @property
    def after(self) -> str:
        """The address of the page after, or nothing."""
        return self.address(self.number + 1) if self.number < self.last else ""

    @property
    def filters(self) -> str:
        """What the list is filtered by, as it stands in the address."""
        return urlencode([(name, value) for name, value in self.query if name != "seite" and value])

    def address(self, number: int) -> str:
        """The address of another page of the same list."""
        kept = [(name, value) for name, value in self.query if name != "seite"]
        return f"{self.path}?{urlencode([*kept, ('seite', str(number))])}"


def window(number: int | str | None, size: int = USUAL) -> tuple[int, int, int]:
    """Page number, limit and offset for a query; whatever nonsense the address holds becomes the nearest sense."""
    try:
        wanted = int(number or 1)
    except ValueError:
        wanted = 1
    size = min(max(size, 1), LARGEST)
    wanted = min(max(wanted, 1), 1_000_000)
    return wanted, size, (wanted - 1) * size


async def every(part: Callable[[int, int], Awaitable[tuple[Sequence[T], int]]]) -> list[T]:
    """All items of a list, for a file: `part(limit, offset)` gives some of them and how many there are, as for its page."""
    found: list[T] = []
    offset, total = 0, 1
    while offset < total:
        items, total = await part(AT_ONCE, offset)
        found += items
        offset += AT_ONCE
    return found


def page_of(
    items: Sequence[T],
    *,
    number: int,
    size: int = USUAL,
    total: int,
    path: str = "",
    query: Mapping[str, str] | Iterable[tuple[str, str]] = (),
) -> Page[T]:
    """The page for a template. `query` are the parameters of the address, `request.query_params.multi_items()`."""
    pairs = query.items() if isinstance(query, Mapping) else query
    return Page(items, number=number, size=min(size, LARGEST), total=total, path=path, query=tuple(pairs))
