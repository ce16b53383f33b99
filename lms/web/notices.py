"""A word after an act: the page one is led to says what has been done.

A POST answers with `after(path, SAVED)`, a redirect whose address names the notice. Nothing is kept anywhere, a reload says
it again, and a name that nobody declared says nothing: no text of a stranger's comes onto our pages by an address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from litestar.response import Redirect

from lms.kernel.marking import N_
from lms.web.centre import Message
from lms.web.language import translated

NOTICE = "nachricht"
_declared: dict[str, "Notice"] = {}


@dataclass(frozen=True, slots=True)
class Notice:
    """A declared message and the name it travels by."""

    name: str
    text: str
    tone: str = "success"


def declare(name: str, text: str, tone: str = "success") -> Notice:
    """Make a notice known under a name of its own; `text` is marked with `N_()`. Raises ValueError for another one's name."""
    notice = Notice(name, text, tone)
    if _declared.setdefault(name, notice) != notice:
        raise ValueError(
            f"two notices are named {name}: the page after one act would say the words of the other"
        )
    return notice


def after(path: str, notice: Notice) -> Redirect:
    """The answer to a POST: to this own path, in the present language, where the notice is said."""
    from lms.web.templating import url  # which itself says the notices

    address, anchor, place = url(path).partition("#")
    joint = "&" if "?" in address else "?"
    return Redirect(f"{address}{joint}{urlencode({NOTICE: notice.name})}{anchor}{place}", status_code=303)


def said(query: Mapping[str, str]) -> tuple[Message, ...]:
    """What the address of a page wants to be said, in the reader's language."""
    notice = _declared.get(query.get(NOTICE, ""))
    return () if notice is None else (Message(translated(notice.text), notice.tone),)


SAVED = declare("gespeichert", N_("Your changes are saved."))
