"""Fields in which something is chosen.

Labels of choices that are marked with `N_()` are translated; others, such as titles of courses, stay as they are.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wtforms.validators import StopValidation

from lms.kernel.marking import N_
from lms.web.fields.base import OurField
from lms.web.language import gettext, translated

Choices = Sequence[tuple[str, str]]


class Chosen(OurField):
    """What radios, drop-downs and boxes share. `choices` are pairs of value and words, or a function that gives them.

    A form whose choices are known only to the page sets `form.run.choices = [...]` before `validate()`.
    """

    def __init__(
        self,
        label: str = "",
        *,
        choices: Choices | Callable[[], Choices] = (),
        hints: Mapping[str, str] | None = None,
        **rest: Any,
    ) -> None:
        super().__init__(label, **rest)
        self.choices: Choices = choices() if callable(choices) else choices
        self.hints = hints or {}

    @property
    def anchor(self) -> str:
        return f"{self.id}-0"

    @property
    def options(self) -> list[tuple[str, str, str]]:
        """Value, words and hint of each choice, in the reader's language."""
        return [
            (value, translated(label), translated(self.hints.get(value, ""))) for value, label in self.choices
        ]

    @property
    def chosen(self) -> frozenset[str]:
        """The values that are marked."""
        if self.raw_data:
            return frozenset(value for value in self.raw_data if isinstance(value, str))
        given = self.data if isinstance(self.data, (list, tuple, set, frozenset)) else [self.data]
        return frozenset(str(value) for value in given if value is not None)

    def is_empty(self) -> bool:
        return not any(self.chosen)

    def pre_validate(self, form: Any) -> None:
        """Refuse what was not on offer: checked here, because a page may set the choices after reading the form."""
        if not self.is_empty() and not self.chosen <= {value for value, _ in self.choices}:
            self.data = None
            raise StopValidation(gettext(N_("Choose one of the answers listed here.")))
        super().pre_validate(form)


class Radios(Chosen):
    """One of a few, all of them visible."""

    kind = "radios"


class Select(Chosen):
    """One of many in a drop-down; for up to seven choices take Radios. `blank` is the first line, for "nothing yet"."""

    kind = "select"

    def __init__(self, label: str = "", *, blank: str = N_("Please choose"), **rest: Any) -> None:
        super().__init__(label, **rest)
        self.blank = blank

    @property
    def anchor(self) -> str:
        return self.id


class Checkboxes(Chosen):
    """Any number of a few; the value is a list in the order of the choices."""

    kind = "checkboxes"

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [value for value in valuelist if isinstance(value, str) and value]


class Checkbox(OurField):
    """One box to tick: a consent, a wish. With `missing` it has to be ticked."""

    kind = "checkbox"

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = bool(valuelist) and valuelist[0] not in {"", "0", "false"}

    def is_empty(self) -> bool:
        return not self.data
