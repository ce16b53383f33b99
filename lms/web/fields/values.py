"""Fields for dates, times, money and numbers: read as people write them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from lms.kernel.marking import N_
from lms.web.fields.base import OurField, refuse, typed_text
from lms.web.formats import date_plain
from lms.web.language import gettext

TIME = re.compile(r"(\d{1,2})(?:[:.\s]?(\d{2}))?", re.ASCII)
MONEY = re.compile(
    r"(\d{1,3}(?:[.\s']\d{3})+|\d{1,3}(?:,\d{3})+(?=\.)|\d{1,7})(?:[.,](\d{1,2}|-))?", re.ASCII
)


class Number(OurField):
    """A whole number between `least` and `most`."""

    kind = "number"

    def __init__(self, label: str = "", *, least: int = 0, most: int = 1_000_000, **rest: Any) -> None:
        super().__init__(label, inputmode=rest.pop("inputmode", "numeric"), **rest)
        self.least, self.most = least, most

    def read(self, text: str) -> int:
        digits = re.sub(r"[\s.](?=\d{3}\b)", "", text)
        if not re.fullmatch(r"-?\d{1,12}", digits, re.ASCII):
            raise refuse(N_("Enter a whole number, for example %(example)s."), example=max(self.least, 1))
        value = int(digits)
        if not self.least <= value <= self.most:
            raise refuse(N_("Enter a number from %(least)s to %(most)s."), least=self.least, most=self.most)
        return value


class Euro(OurField):
    """An amount of money, typed as 45 or 45,00 or 1.234,50 Euro; the value is integer cents."""

    kind = "euro"
    unit = N_("euros")

    def __init__(self, label: str = "", *, width: int = 10, **rest: Any) -> None:
        super().__init__(label, inputmode="decimal", width=width, **rest)

    def read(self, text: str) -> int:
        bare = re.sub(r"\s*(€|euros?|eur)\s*", "", text, flags=re.IGNORECASE)
        match = MONEY.fullmatch(bare)
        if match is None:
            raise refuse(N_("Enter an amount in euros, for example 45,00."))
        euros, cents = re.sub(r"\D", "", match[1]), (match[2] or "0").replace("-", "0")
        return int(euros) * 100 + int(cents.ljust(2, "0"))

    def written(self) -> str:
        return "" if self.data is None else f"{self.data // 100},{self.data % 100:02}"


class TimeOfDay(OurField):
    """A time on the wall clock, typed as 18:00, 18.00, 18 or 18 Uhr; the value is a `datetime.time`."""

    kind = "time"
    unit = N_("o'clock")

    def __init__(self, label: str = "", *, width: int = 5, **rest: Any) -> None:
        super().__init__(label, width=width, **rest)

    def read(self, text: str) -> time:
        match = TIME.fullmatch(re.sub(r"\s*(uhr|h)\.?$", "", text, flags=re.IGNORECASE))
        hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
        if hour > 23 or minute > 59:
            raise refuse(N_("Enter a time, for example 18:00."))
        return time(hour, minute)

    def written(self) -> str:
        return "" if self.data is None else f"{self.data:%H:%M}"


@dataclass(frozen=True, slots=True)
class Part:
    """One of the three inputs of a date."""

    key: str
    label: str
    width: int
    autocomplete: str = ""


PARTS = (Part("day", N_("Day"), 2), Part("month", N_("Month"), 2), Part("year", N_("Year"), 4))
PART_MISSING: Mapping[str, str] = {
    "day": N_("Enter the day as well, for example 7."),
    "month": N_("Enter the month as well, for example 12."),
    "year": N_("Enter the year as well, with four digits, for example 1958."),
}
PART_UNREADABLE: Mapping[str, str] = {
    "day": N_("Enter the day as a number from 1 to 31."),
    "month": N_("Enter the month as a number from 1 to 12."),
    "year": N_("Enter the year with four digits, for example 1958."),
}
LIMITS = {"day": (1, 31), "month": (1, 12), "year": (1000, 2999)}
"""The last years that a calendar knows have no day after the last one: nothing could be reckoned from there."""


class DateParts(OurField):
    """A date in three fields (Tag, Monat, Jahr), sent as `name-day`, `name-month`, `name-year`.

    `earliest` and `latest` are days that are still allowed. With `autocomplete="bday"` browsers offer the birthday.
    """

    kind = "date"

    def __init__(
        self, label: str = "", *, earliest: date | None = None, latest: date | None = None, **rest: Any
    ) -> None:
        super().__init__(label, **rest)
        self.earliest, self.latest = earliest, latest
        self.sent: dict[str, str] | None = None
        self.wrong_part = ""

    @property
    def parts(self) -> list[tuple[Part, str]]:
        """The three inputs, each with what stands in it."""
        if self.sent is not None:
            return [(part, self.sent[part.key]) for part in PARTS]
        return [(part, str(getattr(self.data, part.key)) if self.data else "") for part in PARTS]

    @property
    def anchor(self) -> str:
        return f"{self.id}-{self.wrong_part or 'day'}"

    def is_empty(self) -> bool:
        return not any(typed for _, typed in self.parts)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Collect the three inputs, then read them as one."""
        super().process(None, data, extra_filters)
        if formdata is None:
            return
        self.sent = {part.key: typed_text(self._input(formdata, part.key)) for part in PARTS}
        self.data = None
        if not self.is_empty():
            try:
                self.data = self._read(self.sent)
            except ValueError as problem:
                self.process_errors = [str(problem)]

    def _input(self, formdata: Any, key: str) -> list[Any]:
        name = f"{self.name}-{key}"
        return list(formdata.getlist(name)) if name in formdata else []

    def _read(self, typed: Mapping[str, str]) -> date:
        numbers = {}
        for key, text in typed.items():
            least, most = LIMITS[key]
            digits = text.rstrip(".")
            self.wrong_part = key
            if not digits:
                raise refuse(PART_MISSING[key])
            if not re.fullmatch(r"\d{1,4}", digits, re.ASCII) or not least <= int(digits) <= most:
                raise refuse(PART_UNREADABLE[key])
            numbers[key] = int(digits)
        self.wrong_part = ""
        try:
            return date(**numbers)
        except ValueError as problem:
            raise refuse(
                N_("This month has no day %(day)s. Check day and month."), day=numbers["day"]
            ) from problem

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.earliest and self.data < self.earliest:
            raise StopValidation(gettext(N_("Enter a date from %(day)s on."), day=date_plain(self.earliest)))
        if self.latest and self.data > self.latest:
            raise StopValidation(gettext(N_("Enter a date up to %(day)s."), day=date_plain(self.latest)))
