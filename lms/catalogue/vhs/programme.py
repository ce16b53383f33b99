"""A file → a programme."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from lms.catalogue.vhs.calendar import day
from lms.catalogue.vhs.record import Notes, Record, RowRefused
from lms.catalogue.vhs.rows import read_run
from lms.catalogue.vhs.run import ImportedRun, RowError, Weight
from lms.catalogue.vhs.source import MEGABYTE, read_rows
from lms.kernel.marking import N_

LIMIT_BYTES = 10 * MEGABYTE
LIMIT_ROWS = 20_000
"""Both from S-60."""

_TELLING_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Programme:
    """What a file holds. Every row is either among `runs` or has an error of the weight REFUSED."""

    rows: int
    runs: tuple[ImportedRun, ...]
    errors: tuple[RowError, ...]
    counts_units: bool

    @property
    def refused(self) -> tuple[RowError, ...]:
        """Why rows were left out, one for each of them."""
        return tuple(error for error in self.errors if error.weight is Weight.REFUSED)

    @property
    def healed(self) -> tuple[RowError, ...]:
        """What was put right, several for one row where it was so."""
        return tuple(error for error in self.errors if error.weight is Weight.HEALED)

    @property
    def healed_rows(self) -> int:
        """How many of the runs had something to be put right."""
        accepted = {run.row for run in self.runs}
        return len({error.row for error in self.healed} & accepted)


def read_programme(data: bytes, *, limit_bytes: int = LIMIT_BYTES, limit_rows: int = LIMIT_ROWS) -> Programme:
    """Read a programme, JSON or XML. Raises ImportRefused when the file as a whole is of no use.

    Reading the same bytes again gives the same programme; the order of the rows does not matter to the keys.
    """
    records = read_rows(data, limit_bytes=limit_bytes, limit_rows=limit_rows)
    counts_units = _counts_units(records)
    runs: dict[str, ImportedRun] = {}
    noted = [Notes(row, record.text("nummer")) for row, record in enumerate(records, start=1)]
    for record, notes in zip(records, noted, strict=True):
        try:
            run = read_run(record, notes, counts_units=counts_units)
            if run.guid in runs:
                raise notes.refused(
                    "guid", N_("This course stands in row %(first)s already."), first=runs[run.guid].row
                )
            runs[run.guid] = run
        except RowRefused as refusal:
            notes.taken.append(refusal.error)
    numbered = tuple(_with_own_numbers(runs.values(), noted))
    errors = tuple(error for notes in noted for error in dict.fromkeys(notes.taken))
    return Programme(len(records), numbered, errors, counts_units)


def _with_own_numbers(runs: Collection[ImportedRun], noted: Sequence[Notes]) -> Iterator[ImportedRun]:
    """A number that several courses share gets the identifier added, for all of them: so none depends on the order."""
    given = Counter(run.printed_number for run in runs)
    for run in runs:
        if given[run.printed_number] == 1:
            yield run
            continue
        number = f"{run.printed_number}-{run.guid}"
        noted[run.row - 1].healed(
            "nummer", N_("Several courses have this number. It was made %(number)s."), number=number
        )
        yield replace(run, number=number)


def _counts_units(records: Sequence[Record]) -> bool:
    """Whether "anzahl_termine" holds teaching units in this file, as in Berlin: there are more of them than days."""
    told = [_has_more_meetings_than_days(record) for record in records if record.text("anzahl_termine")]
    return bool(told) and sum(told) / len(told) >= _TELLING_SHARE


def _has_more_meetings_than_days(record: Record) -> bool:
    first, last, meetings = (
        day(record.text("beginn_datum")),
        day(record.text("ende_datum")),
        record.text("anzahl_termine"),
    )
    dates = len(record.parts("ortetermine", "termin")) or len(record.parts("termin"))
    if not meetings.isdecimal() or first is None or last is None:
        return False
    return int(meetings) > (dates or (last - first).days + 1)
