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
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import has_sms, links_of
from lms.kernel.links import Links
from lms.messaging.addresses import reachable_at
from lms.messaging.models import AddressForm, Channel
from lms.messaging.outbox import Draft, Enclosed, post
from lms.messaging.ways import way_to
from lms.messaging.wordings import AS_SHIPPED, Voice, Wordings, wordings_in_force
from lms.web import formats, lettering
from lms.web.centre import the_centre
from lms.web.language import current_language, use_locale
from lms.web.templating import environment, url
from lms.web.wording import BODY, EVERY_LETTER, Composition, Spoken, speak

__all__ = ["Addressee", "Enclosed", "Reader", "postal_address", "write_letter"]

PACKAGE = Path(__file__).parents[1]
PAGE = "web/letter.html"
FOOT = "web/letter.txt"
PDF = "application/pdf"
TRIAL = "trial"
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
    address_form: Any

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
    address_form: AddressForm = AddressForm.FORMAL


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
    voice = voice_of(to, language)
    wordings = await wordings_in_force(session)
    with use_locale("en" if voice is Voice.ENGLISH else "de"):
        on_paper = channel is not Channel.EMAIL  # what cannot be said or sent after all is printed
        letter = composition(template, context, reader=to.name, links=links_of(session), on_paper=on_paper)
        spoken = speak(letter, wordings, voice, parts=parts_of(template))
        subject, text, html = laid_out(spoken, links_of(session))
        short = _short(channel, template, context, spoken, links_of(session), wordings)
    draft = Draft(
        key=key, kind=kind, person_id=to.id, to_name=lettering.one_line(to.name),
        to_address=(to.phone if channel in SPOKEN else to.email) or "", postal_address=postal_address(to), channel=channel,
        language=voice.language, subject=subject, text=text, html=html, about=about, short=short, deadline=deadline,
        template=template, composition=letter.kept(spoken.voice),
        is_bulk=bool(unsubscribe), unsubscribe=links_of(session).absolute(unsubscribe) if unsubscribe else "",
    )  # fmt: skip
    if channel in SPOKEN:
        enclosures = ()  # a calendar file is of no use there
    return await post(session, draft, at=at, enclosures=enclosures)


async def write_trial(
    session: AsyncSession,
    *,
    key: str,
    to: Reader,
    language: str,
    laid_out: tuple[str, str, str],
    at: datetime,
) -> None:
    """Send somebody a letter that they look at before others get its like: by e-mail, once for each key.

    `laid_out` are subject, plain text and HTML. Raises ValueError when `to` has no e-mail address.
    """
    if not to.email:
        raise ValueError("no e-mail address")
    subject, text, html = laid_out
    draft = Draft(
        key=f"{TRIAL}:{key}", kind=TRIAL, person_id=to.id, to_name=lettering.one_line(to.name), to_address=to.email,
        postal_address=postal_address(to), channel=Channel.EMAIL, language=language, subject=subject, text=text, html=html,
    )  # fmt: skip
    await post(session, draft, at=at)


def voice_of(to: Reader, language: str | None = None) -> Voice:
    """In which voice somebody is written to; `language` goes before the reader's own."""
    if (language or to.language) == "en":
        return Voice.ENGLISH
    return {
        AddressForm.FORMAL: Voice.FORMAL,
        AddressForm.INFORMAL: Voice.INFORMAL,
        AddressForm.PLAIN: Voice.PLAIN,
    }[AddressForm(to.address_form)]


def _short(
    channel: Channel,
    template: str,
    context: Mapping[str, Any],
    letter: Spoken,
    links: Links,
    wordings: Wordings,
) -> str:
    """What a short message or a call says: the message its subject and where to read on, the call the letter without its frame."""
    if channel not in SPOKEN:
        return ""
    paths: list[str] = []
    said = composition(
        template, context, reader="", links=links, on_paper=channel is Channel.PHONE, paths=paths
    )
    if channel is Channel.PHONE:
        return lettering.as_text(speak(said, wordings, letter.voice, parts=parts_of(template)).words)
    where = paths[0] if paths else links.absolute(url("/"))
    return f"{the_centre().name}: {letter.subject}\n{where}"


def composed(
    template: str,
    context: Mapping[str, Any],
    *,
    reader: str,
    links: Links,
    on_paper: bool = False,
    wordings: Wordings = AS_SHIPPED,
    voice: Voice | None = None,
) -> tuple[str, str, str]:
    """Subject, plain text and HTML of a letter, in the current language or in `voice`."""
    letter = composition(template, context, reader=reader, links=links, on_paper=on_paper)
    spoken = voice or (Voice.ENGLISH if current_language() == "en" else Voice.FORMAL)
    return laid_out(speak(letter, wordings, spoken, parts=parts_of(template)), links)


def composition(
    template: str,
    context: Mapping[str, Any],
    *,
    reader: str,
    links: Links,
    on_paper: bool = False,
    paths: list[str] | None = None,
) -> Composition:
    """What the letter says, before it is put into words; the addresses it links to are noted in `paths`."""
    known = _known(context, reader, links, on_paper=on_paper, paths=paths)
    with lettering.listening() as said:
        subject, words = _blocks(template, known)
    with lettering.listening() as around:
        frame = _stationery().get_template(EVERY_LETTER).render(**known, body=lettering.Written(BODY))
    return Composition(
        template=template, subject=subject, words=words, frame=frame, said=said, around=around, reader=reader
    )


def laid_out(letter: Spoken, links: Links) -> tuple[str, str, str]:
    """Subject, plain text and HTML of a letter that has found its words."""
    around = {
        "subject": letter.subject,
        "home": links.absolute(url("/")),
        "imprint": links.absolute(url("/impressum")),
    }
    html = lettering.as_html(letter.whole, links)
    page = _pages().get_template(PAGE).render(**around, body=Markup(html))  # noqa: S704 - made by our own renderer, raw HTML off
    foot = _pages().get_template(FOOT).render(**around)
    return letter.subject, f"{lettering.as_text(letter.whole)}\n\n{foot.strip()}\n", _inliner.inline(page)


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
def parts_of(template: str) -> tuple[str, ...]:
    """The templates that this one includes, those that they include before them."""
    included = tree_of(template).find_all(nodes.Include)
    named = [node.template.value for node in included if isinstance(node.template, nodes.Const)]
    return tuple(dict.fromkeys(part for name in named for part in (*parts_of(name), name)))


def tree_of(template: str) -> nodes.Template:
    """A letter's template as Jinja reads it."""
    return _stationery().parse(_shelf().get_source(_stationery(), template)[0])


def templates() -> Sequence[str]:
    """The templates of all letters and of their parts, by name."""
    return [name for name in _shelf().list_templates() if "/letters/" in name and name.endswith(".md")]


@cache
def _shelf() -> FileSystemLoader:
    return FileSystemLoader(sorted(PACKAGE.glob("*/templates")))


@cache
def _stationery() -> Environment:
    """Where the templates of letters are: in every module, and in Markdown."""
    built = Environment(
        loader=_shelf(),
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
