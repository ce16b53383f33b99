"""The verdict on a code, and on a file."""

from datetime import date

import pytest

from certificates.verify import Copy, Record, State, Verdict, compare, fingerprint, judge

TODAY = date(2026, 11, 22)
PDF = b"%PDF-1.7 as issued"
ISSUED = Record(sha256=fingerprint(PDF), issued_on=date(2026, 2, 1), kept_until=date(2036, 12, 31))
REVOKED = Record(
    sha256="", issued_on=date(2026, 2, 1), revoked_on=date(2026, 3, 1), reason="Name verwechselt"
)
REPLACED = Record(
    sha256="", issued_on=date(2026, 2, 1), replaced_on=date(2026, 4, 1), replaced_by="39MH-DHMV"
)
BOTH = Record(
    sha256="",
    issued_on=date(2026, 2, 1),
    revoked_on=date(2026, 5, 1),
    replaced_on=date(2026, 4, 1),
    replaced_by="39MH",
)
OLD = Record(
    sha256="", issued_on=date(2016, 2, 1), kept_until=date(2026, 11, 21), revoked_on=date(2016, 3, 1)
)
GROWN_OLD = Record(sha256="", issued_on=date(2024, 2, 1), valid_until=date(2026, 11, 21))
STILL_VALID = Record(sha256="", issued_on=date(2024, 2, 1), valid_until=TODAY)
REVOKED_AND_OLD = Record(
    sha256="", issued_on=date(2024, 2, 1), valid_until=date(2025, 2, 1), revoked_on=date(2024, 3, 1)
)
LAST_DAY = Record(sha256="", issued_on=date(2016, 2, 1), kept_until=TODAY)


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        (None, Verdict(state=State.UNKNOWN)),
        (ISSUED, Verdict(state=State.GENUINE, since=date(2026, 2, 1))),
        (REVOKED, Verdict(state=State.REVOKED, since=date(2026, 3, 1), reason="Name verwechselt")),
        (REPLACED, Verdict(state=State.REPLACED, since=date(2026, 4, 1), replaced_by="39MH-DHMV")),
        (BOTH, Verdict(state=State.REVOKED, since=date(2026, 5, 1))),
        (OLD, Verdict(state=State.EXPIRED)),
        (GROWN_OLD, Verdict(state=State.OUTDATED, since=date(2026, 11, 21))),
        (STILL_VALID, Verdict(state=State.GENUINE, since=date(2024, 2, 1))),
        (REVOKED_AND_OLD, Verdict(state=State.REVOKED, since=date(2024, 3, 1))),
        (LAST_DAY, Verdict(state=State.GENUINE, since=date(2016, 2, 1))),
    ],
)
def test_the_record_decides(record: Record | None, verdict: Verdict) -> None:
    assert judge(record, today=TODAY) == verdict


def test_facts_are_shown_only_of_a_record_that_is_still_kept() -> None:
    assert [state for state in State if Verdict(state=state).shows_facts] == [
        State.GENUINE,
        State.OUTDATED,
        State.REVOKED,
        State.REPLACED,
    ]


def test_a_file_is_the_issued_one_only_byte_for_byte() -> None:
    assert compare(PDF, ISSUED) is Copy.IDENTICAL
    assert compare(PDF + b"\n", ISSUED) is Copy.DIFFERENT
    assert compare(b"", ISSUED) is Copy.DIFFERENT
