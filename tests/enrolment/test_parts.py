"""The service of enrolments is put together from parts: each name in it has one meaning."""

from lms.enrolment.service import Enrolments


def test_no_part_of_the_service_hides_a_method_of_another() -> None:
    owners: dict[str, list[str]] = {}
    for part in Enrolments.__mro__[:-1]:
        for name in vars(part):
            if not name.startswith("__"):
                owners.setdefault(name, []).append(part.__name__)

    assert {name: parts for name, parts in owners.items() if len(parts) > 1} == {}
