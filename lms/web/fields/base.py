"""What all our fields share."""

import unicodedata
from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation

from lms.web.language import gettext

LINE_BREAKS_AND_TABS = frozenset("\n\t")


class OurField(Field):
    """Required when there is a sentence for `missing`; of several mistakes the first is the one shown.

    `kind` chooses the component that draws the field. `hint` stands between label and control. `autocomplete` is
    the browser's word for what is asked, `width` the number of characters expected, 0 for a whole line. `is_asked` marks a
    field that some other answer makes required: it is not called optional, and the form itself says when it is missing.
    """

    kind = "text"
    unit = ""
    """What stands behind the control, such as Euro."""

    def __init__(
        self,
        label: str = "",
        *,
        missing: str = "",
        hint: str = "",
        autocomplete: str = "",
        inputmode: str = "",
        width: int = 0,
        is_asked: bool = False,
        **rest: Any,
    ) -> None:
        super().__init__(label, description=hint, **rest)
        self.is_asked = is_asked
        self.hint = hint
        self.missing = missing
        self.autocomplete = autocomplete
        self.inputmode = inputmode
        self.width = width

    @property
    def is_required(self) -> bool:
        """Whether leaving it empty is a mistake, or can be one."""
        return bool(self.missing) or self.is_asked

    @property
    def anchor(self) -> str:
        """The id of the control that the summary of mistakes leads to."""
        return self.id

    @property
    def typed(self) -> str:
        """What stands in the control: what was typed, kept even when it could not be read."""
        return typed_text(self.raw_data) if self.raw_data else self.written()

    def written(self) -> str:
        """The value as a person would type it."""
        return "" if self.data is None else str(self.data)

    def is_empty(self) -> bool:
        """Whether nothing was entered."""
        return not self.typed

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; the sentence of a ValueError raised by `read` waits for the validation."""
        self.data = None
        text = valuelist[0].strip() if valuelist and isinstance(valuelist[0], str) else ""
        if text:
            self.data = self.read(text)

    def read(self, text: str) -> Any:
        """The value of a text that is not empty; raises ValueError with the sentence for the person."""
        return text

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms hands it in
        """Unreadable, then missing, then whatever the validators say; an empty field that may be empty is done."""
        if self.process_errors:
            raise StopValidation
        if self.is_empty():
            raise StopValidation(gettext(self.missing) if self.missing else "")


def typed_text(sent: list[Any]) -> str:
    """The first text that was sent, without surrounding space and without signs that no page may contain."""
    text = sent[0].strip() if sent and isinstance(sent[0], str) else ""
    return "".join(sign for sign in text if is_readable(sign))


def is_readable(sign: str) -> bool:
    """Whether a sign may stand in a text: no control characters, no broken halves of signs."""
    return sign in LINE_BREAKS_AND_TABS or unicodedata.category(sign) not in {"Cc", "Cs"}


def refuse(message: str, **params: Any) -> ValueError:
    """The mistake to raise while reading, in the reader's language."""
    return ValueError(gettext(message, **params))
