"""Something that waits for somebody, as one line of a list of what is to be done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """A sentence that says what is to be done, in the reader's language, and where; `count` where there are several.

    `names_count` says that the sentence names the number itself.
    """

    sentence: str
    path: str
    count: int = 1
    names_count: bool = False
