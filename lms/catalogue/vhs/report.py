"""What came of reading a file, as text for a person."""

from collections.abc import Callable, Iterator, Sequence

from lms.catalogue.vhs.programme import Programme
from lms.catalogue.vhs.run import RowError
from lms.kernel.marking import N_

_EXAMPLES = 3
_WHERE = N_("in row %(rows)s")


def report(programme: Programme, translate: Callable[[str], str] = str) -> str:
    """Counts first, then every reason with how often it occurred and where to look, the most frequent ones first."""
    return "\n".join(_lines(programme, translate))


def _lines(programme: Programme, translate: Callable[[str], str]) -> Iterator[str]:
    for sentence, count in (
        (N_("Rows read: %(count)s"), programme.rows),
        (N_("Courses that can be imported: %(count)s"), len(programme.runs)),
        (N_("Put right while reading: %(count)s of them"), programme.healed_rows),
        (N_("Left out: %(count)s"), len(programme.refused)),
    ):
        yield translate(sentence) % {"count": count}
    if programme.counts_units:
        yield translate(
            N_("This file gives teaching units of 45 minutes where others give the number of meetings.")
        )
    for title, errors in ((N_("Left out:"), programme.refused), (N_("Put right:"), programme.healed)):
        if errors:
            yield ""
            yield translate(title)
            yield from _by_reason(errors, translate)


def _by_reason(errors: Sequence[RowError], translate: Callable[[str], str]) -> Iterator[str]:
    groups: dict[tuple[str, str], list[RowError]] = {}
    for error in errors:
        groups.setdefault((error.sentence, error.field), []).append(error)
    for group in sorted(groups.values(), key=len, reverse=True):
        first = group[0]
        yield f"  {len(group)} × {first.field}: {first.in_words(translate)}"
        where = [f"{error.row} ({error.number})" if error.number else str(error.row) for error in group]
        words = ", ".join([*where[:_EXAMPLES], "…"] if len(where) > _EXAMPLES else where)
        yield f"      {translate(_WHERE) % {'rows': words}}"
