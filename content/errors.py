"""What this package refuses, one type per reason."""

from typing import Any, ClassVar


def N_(message: str) -> str:  # noqa: N802 - gettext's word for: a sentence that is translated where it is shown
    return message


class ContentError(Exception):
    """Everything this package raises on purpose.

    `message` is the sentence for the person who wrote or sent it, `params` fill its `%(name)s` placeholders; `place` names
    the spot: a file of an archive, a question, a line.
    """

    message: ClassVar[str] = N_("This text cannot be used.")

    def __init__(self, *, place: str = "", **params: Any) -> None:
        super().__init__(self.message % params if params else self.message)
        self.place = place
        self.params = params


class TextTooLong(ContentError):
    """Longer than anybody would read on a page; mostly something pasted by mistake."""

    message = N_("This text is too long. Please split it into several.")
