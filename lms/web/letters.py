"""Writing letters: one Markdown template becomes plain text, HTML and, for readers without e-mail, paper.

A template has two blocks, `subject` and `body`. Greeting, farewell and the centre's address stand around it. It speaks
the reader's language and knows, besides what it is handed: `reader`, `on_paper`, `centre`, the filters of the web kit,
`link(path)`, `button(label, path)`, `linked(label, path)` and the filter `lines`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import has_sms, links_of
from lms.kernel.links import Links
from lms.messaging.addresses import reachable_at
from lms.messaging.models import Channel
from lms.messaging.outbox import Draft, Enclosed, post
from lms.messaging.ways import way_to
from lms.web import formats, lettering
from lms.web.centre import the_centre
from lms.web.language import Language, use_locale
from lms.web.templating import environment, url

__all__ = ["Addressee", "Enclosed", "Reader", "postal_address", "write_letter"]

PACKAGE = Path(__file__).parents[1]
FRAME = "web/letter.md"
PAGE = "web/letter.html"
FOOT = "web/letter.txt"
PDF = "application/pdf"
SPOKEN = frozenset({Channel.SMS, Channel.PHONE})
"""Ways on which nothing can be enclosed, and which say the short words."""
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)


class Reader(Protocol):
    """Somebody who gets letters: a `Person`, seen from below."""

    id: Any
    email: Any
    street: Any
    postal_code: Any
    city: Any
    phone: Any
    language: Any
    channel: Any

    @property
    def name(self) -> str: ...


@dataclass(kw_only=True, slots=True)
class Addressee:
    """Whoever reads mail at an address; `name` is empty where we know nobody there, or do not look (S-17)."""

    email: str
    language: str
    name: str = ""
    id: UUID | None = None
    street: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str | None = None
    channel: Channel = Channel.EMAIL


async def write_letter(
    session: AsyncSession,
    *,
    key: str,
    kind: str,
    to: Reader,
    template: str,
    context: Mapping[str, Any],
    at: datetime,
    about: tuple[str, UUID] | None = None,
    enclosures: Sequence[Enclosed] = (),
    language: str | None = None,
    in_writing: bool = False,
    deadline: datetime | None = None,
    unsubscribe: str = "",
) -> UUID | None:
    """Write the letter in the caller's transaction; it is carried a moment after the commit. Gives its id.

    A second letter with the same `key` is not written (None). It goes by the one way its reader chose; what cannot go by
    it goes on paper, and so does what is `in_writing` or encloses a document for whoever has no e-mail. `deadline` is the
    moment the letter speaks of: by then the team has called whoever is told by telephone. `unsubscribe` is for news alone,
    which go behind everything else: the path at which one click ends them.
    """
    is_document = in_writing or any(item.media_type == PDF for item in enclosures)
    has_address = bool(to.street and to.city)
    email = to.email
    if has_address or to.phone:  # who can be told in no other way is written to all the same
        email = await reachable_at(session, to.email, about_kind=about[0] if about else "")
    channel = way_to(
        Channel(to.channel), email=email, phone=to.phone, has_sms=has_sms(session), in_writing=is_document,
        has_postal_address=has_address or email == to.email,
    )  # fmt: skip
    spoken: Language = "en" if (language or to.language) == "en" else "de"
    with use_locale(spoken):
        on_paper = channel is not Channel.EMAIL  # what cannot be said or sent after all is printed
        subject, text, html = composed(
            template, context, reader=to.name, links=links_of(session), on_paper=on_paper
        )
        short = _short(channel, template, context, subject, links_of(session))
    draft = Draft(
        key=key, kind=kind, person_id=to.id, to_name=lettering.one_line(to.name),
        to_address=(to.phone if channel in SPOKEN else to.email) or "", postal_address=postal_address(to), channel=channel,
        language=spoken, subject=subject, text=text, html=html, about=about, short=short, deadline=deadline,
        is_bulk=bool(unsubscribe), unsubscribe=links_of(session).absolute(unsubscribe) if unsubscribe else "",
    )  # fmt: skip
    if channel in SPOKEN:
        enclosures = ()  # a calendar file is of no use there
    return await post(session, draft, at=at, enclosures=enclosures)


def _short(channel: Channel, template: str, context: Mapping[str, Any], subject: str, links: Links) -> str:
    """What a short message or a call says: the message its subject and where to read on, the call the letter without its frame."""
    if channel not in SPOKEN:
        return ""
    paths: list[str] = []
    _, body = _blocks(template, _known(context, "", links, on_paper=channel is Channel.PHONE, paths=paths))
    if channel is Channel.PHONE:
        return lettering.as_text(body)
    where = paths[0] if paths else links.absolute(url("/"))
    return f"{the_centre().name}: {subject}\n{where}"


def composed(
    template: str, context: Mapping[str, Any], *, reader: str, links: Links, on_paper: bool = False
) -> tuple[str, str, str]:
    """Subject, plain text and HTML of a letter in the current language."""
    known = _known(context, reader, links, on_paper=on_paper)
    head, words = _blocks(template, known)
    frame = _stationery().get_template(FRAME)
    body = frame.render(**known, body=lettering.Written(words))
    subject = lettering.one_line(lettering.as_text(head))
    around = {
        "subject": subject,
        "home": links.absolute(url("/")),
        "imprint": links.absolute(url("/impressum")),
    }
    page = _pages().get_template(PAGE).render(**around, body=Markup(lettering.as_html(body, links)))  # noqa: S704 - made by our own renderer, raw HTML off
    foot = _pages().get_template(FOOT).render(**around)
    return subject, f"{lettering.as_text(body)}\n\n{foot.strip()}\n", _inliner.inline(page)


def _known(
    context: Mapping[str, Any], reader: str, links: Links, *, on_paper: bool, paths: list[str] | None = None
) -> dict[str, Any]:
    """What a template knows; the addresses it links to are noted in `paths`."""

    def address(path: str) -> str:
        full = links.absolute(url(path))
        if paths is not None:
            paths.append(full)
        return full

    return {
        **context,
        "reader": reader,
        "on_paper": on_paper,
        "link": lambda path: lettering.Written(address(path)),
        "button": lambda label, path: lettering.button(label, address(path)),
        "linked": lambda label, path: lettering.named_link(label, address(path)),
    }


def _blocks(template: str, known: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body of a letter, in Markdown."""
    source = _stationery().get_template(template)
    head, body = (
        "".join(source.blocks[name](source.new_context(dict(known)))).strip() for name in ("subject", "body")
    )
    return head, body


def postal_address(to: Reader) -> str:
    """Name, street and town, a line each; what we do not know is left out."""
    return "\n".join(line for line in (to.name, to.street, f"{to.postal_code} {to.city}".strip()) if line)


@cache
def _stationery() -> Environment:
    """Where the templates of letters are: in every module, and in Markdown."""
    folders = sorted(PACKAGE.glob("*/templates"))
    built = Environment(
        loader=FileSystemLoader(folders),
        autoescape=False,  # noqa: S701 - Markdown, not HTML: `escaped` sees every value
        undefined=StrictUndefined,
        finalize=lettering.escaped,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    built.policies["ext.i18n.trimmed"] = True
    built.newstyle_gettext = True  # type: ignore[attr-defined]  # added by the i18n extension
    built.filters |= formats.FILTERS
    built.filters |= {"lines": lettering.lines, "translated": lettering.gettext}
    built.globals |= {
        "_": lettering.gettext,
        "gettext": lettering.gettext,
        "ngettext": lettering.ngettext,
        "centre": the_centre(),
    }
    return built


@cache
def _pages() -> Environment:
    """Where the frame of the HTML is: the pages' own environment, in which everything is escaped for HTML."""
    return environment()
