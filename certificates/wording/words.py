"""The shape of one language's words; `german.py` and `english.py` fill it."""

from dataclasses import dataclass

from certificates.document import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. Names in braces are filled in; `months` begin with January. Pairs are for one and for several."""

    titles: dict[Kind, str]
    born: str
    confirms: dict[Kind, str]
    """Between the name and what the paper is about."""
    period: str
    extent: str
    units: str
    one_unit: str
    units_given: tuple[str, str]
    """Without anything planned beside it: of a path."""
    units_taught: tuple[str, str]
    hours: tuple[str, str]
    days: tuple[str, str]
    days_of_month: str
    employer: str
    exam: str
    held_on: str
    result: str
    passed: str
    points: str
    place: str
    trainers: tuple[str, str]
    run: str
    valid_until: str
    replaces: str
    contents: dict[Kind, str]
    outcomes: dict[Kind, str]
    level: str
    digcomp: str
    modules: str
    module_number: str
    module_units: str
    module_done: str
    check: str
    check_how: str
    qr_alt: str
    unsigned: str
    by_hand: str
    """Under the line on which somebody signs."""
    number: str
    page: tuple[str, str]
    months: tuple[str, ...]
    day: str
    day_range: str
    day_of_month: str
