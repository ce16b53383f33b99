"""Whatever points to a person has a purpose and an end."""

from lms.app import MODULES
from lms.models import METADATA
from lms.people.moving import FATES, Fate


def columns_pointing_to_a_person() -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys) or column.name == "person_id"
    }


def declared() -> list[str]:
    return [f"{data.table}.{data.column}" for module in MODULES for data in module.personal_data]


def test_every_column_that_points_to_a_person_says_why_and_how_long_it_is_kept() -> None:
    assert sorted(columns_pointing_to_a_person() - set(declared())) == []


def test_nothing_is_declared_twice_or_in_vain() -> None:
    assert len(declared()) == len(set(declared()))
    assert sorted(set(declared()) - columns_pointing_to_a_person()) == []


def test_every_declaration_is_written_out() -> None:
    for module in MODULES:
        for data in module.personal_data:
            assert data.purpose.strip(), data
            assert data.kept.strip(), data


def test_it_is_said_of_every_column_that_names_a_person_what_merging_two_records_does() -> None:
    plain = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.columns
        if column.name in {"debtor_id", "given_by"}
    }

    assert set(FATES) == columns_pointing_to_a_person() | plain
    assert {place for place, fate in FATES.items() if fate is Fate.STAYS} == {
        "allowance_declaration.person_id",
        "audit_entry.person_id",
        "certificate.person_id",
        "fee_line.person_id",
        "fee_payout.person_id",
        "fee_statement.person_id",
        "invoice.debtor_id",
        "ledger_entry.debtor_id",
        "reminder.debtor_id",
    }
