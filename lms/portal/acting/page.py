"""One question on a page of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar.response import Template

from lms.web.forms import Form

PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}
HERE = "/konto/personen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The words of such a page. `path` receives the form, `back` is where one comes from."""

    title: str
    area: str
    path: str
    button: str
    back: str = HERE
    sentences: Sequence[str] = ()
    facts: Sequence[tuple[str, Any]] = ()
    is_dangerous: bool = False
    way_out: str = ""
    other_path: str = ""
    other_button: str = ""
    link: tuple[str, str] | None = None
    layout: str = "layout.html"


def page_with(page: Page, form: Form | None = None, *, status: int = 200, **more: Any) -> Template:
    """The page; with a form its fields stand before the button."""
    return Template(
        "portal/acting/form.html",
        context={"page": page, "form": form, **more},
        status_code=status,
        headers=PRIVATE,
    )
