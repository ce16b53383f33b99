"""Which bookings are the same: a law for all cuts, orders and formats, without a database."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.banking.identity import Known, Sight, fingerprints, partners, sight_of
from lms.banking.reading import files
from tests.banking.writing import Paid, camt, sparkasse

ADA, BEN = "DE89370400440532013000", "DE75512108001245126199"
texts = st.sampled_from(["Kurs", "RE-2026-00001", ""])
booking = st.builds(Paid, st.sampled_from([4500, 3000]), texts, st.just("Ada"), st.sampled_from([ADA, BEN]))


@settings(deadline=None)
@given(day=st.lists(booking, max_size=6), data=st.data())
def test_of_equal_bookings_as_many_are_kept_as_one_file_shows_at_most(
    day: list[Paid], data: st.DataObject
) -> None:
    cuts = []
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(day)))
        cuts.append(day[start : data.draw(st.integers(start, len(day)))])

    kept: list[Known] = []
    for cut in cuts:
        write = data.draw(st.sampled_from([camt, sparkasse]))
        if cut:
            (read,) = files.read(write(cut))
            sights = [sight_of(entry, read.format) for entry in read.entries]
            kept = merged(kept, sights, partners(sights, kept))

    wanted: Counter[tuple[int, str, str]] = Counter()
    for cut in cuts:
        wanted |= Counter((one.cents, one.iban, one.text.upper().replace("-", "")) for one in cut)
    assert Counter((one.sights[0].cents, one.sights[0].iban, one.sights[0].text) for one in kept) == wanted


def test_equal_bookings_get_names_of_their_own() -> None:
    (read,) = files.read(camt([Paid(4500, "Kurs")] * 3))
    sights = [sight_of(entry, read.format) for entry in read.entries]

    names = list(fingerprints("DE1", sights, {}))

    assert len(set(names)) == 3
    assert names == list(fingerprints("DE1", sights, {}))


def merged(kept: Sequence[Known], sights: Sequence[Sight], found: Sequence[UUID | None]) -> list[Known]:
    by_id = {one.entry_id: one for one in kept}
    for sight, partner in zip(sights, found, strict=True):
        known = Known(uuid4(), []) if partner is None else by_id[partner]
        by_id[known.entry_id] = Known(known.entry_id, [*known.sights, sight])
    return list(by_id.values())
