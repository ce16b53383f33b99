"""What this package refuses, one type per reason."""


class ContentError(Exception):
    """Everything this package raises on purpose; `message` is the sentence for the person who wrote the text."""

    message = "This text cannot be used."

    def __init__(self) -> None:
        super().__init__(self.message)


class TextTooLong(ContentError):
    """Longer than anybody would read on a page; mostly something pasted by mistake."""

    message = "This text is too long. Please split it into several."
