"""What HTML may survive.

Everything that is shown as HTML and was not written by our own templates passes through here last (S-35):
what people write as Markdown after it has been rendered, and what comes from elsewhere as HTML.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from html import escape, unescape

from nh3 import Cleaner

LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})

_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {"p", "br", "hr", "pre", "blockquote", "ul", "ol", "li"}
_TABLES = frozenset({"table", "thead", "tbody", "tr", "th", "td"})
_INLINE = frozenset({"a", "strong", "em", "b", "i", "s", "del", "code", "sub", "sup"})
_MEDIA = frozenset(
    {"figure", "figcaption", "img", "video", "track", "audio", "section", "details", "summary", "div"}
)
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_LESSON_ATTRIBUTES = (
    _ATTRIBUTES
    | {heading: {"id"} for heading in _HEADINGS}
    | {
        "th": {"scope"},
        "img": {"src", "alt"},
        "video": {"src", "controls", "preload", "aria-label"},
        "audio": {"src", "controls", "preload", "aria-label"},
        "track": {"src", "kind", "srclang", "label", "default"},
        "details": {"open"},
        "div": {"id", "role", "aria-label", "tabindex"},
    }
)
_LESSON_CLASSES = {
    "section": {
        "lesson-box",
        *(f"lesson-box--{name}" for name in ("hinweis", "tipp", "achtung", "merke")),
        "lesson-file",
        "lesson-transcript",
    },
    "figure": {"lesson-figure", "lesson-video", "lesson-audio"},
    "details": {"lesson-transcript"},
    "div": {"lesson-question", "lesson-table", "lesson-code"},
    "p": {"lesson-word", "lesson-download"},
}
_REL = "noopener noreferrer"

# h1 is let in and demoted afterwards: the page has one already, and its text should stay a heading
_foreign = Cleaner(
    tags=set(_BLOCKS | _TABLES | _INLINE | {"h1"}),
    attributes=_ATTRIBUTES,
    url_schemes=set(LINK_SCHEMES),
    url_relative="deny",
    link_rel=_REL,
)
_words = Cleaner(
    tags=set(
        _BLOCKS | _TABLES | {"h1", "div", "section", "article", "figure", "figcaption", "details", "summary"}
    ),
    attributes={},
    link_rel=None,
)

_LINK_TO_NOWHERE = re.compile(rf'<a rel="{_REL}">(.*?)</a>', re.DOTALL)
_TAG = re.compile("<[^>]*>")
_ROUNDS = 6


def safe_html(html: str) -> str:
    """HTML from elsewhere, reduced to text, headings, lists, tables and links to the open web, mail and telephone.

    No script, style, picture, form or frame survives, no attribute but `href` and `start`, and no h1.
    Doing it twice changes nothing more.
    """
    return _settled(_foreign, html)


def safe_lesson_html(html: str, *, addresses: Collection[str] = ()) -> str:
    """Like `safe_html`, for what our own renderer made of Markdown: headings keep their `id`, and its own blocks survive.

    Pictures, videos, recordings and files are fetched from `addresses` and from nowhere else; none plays by itself.
    """
    return _settled(_lesson_cleaner(frozenset(addresses)), html)


@lru_cache(maxsize=64)
def _lesson_cleaner(addresses: frozenset[str]) -> Cleaner:
    def fetched_from(_tag: str, attribute: str, value: str) -> str | None:
        return value if attribute != "src" or value in addresses else None

    def is_ours(url: str) -> str | None:
        return url if url in addresses else None

    return Cleaner(
        tags=set(_BLOCKS | _TABLES | _INLINE | _MEDIA),
        attributes=_LESSON_ATTRIBUTES,
        allowed_classes=_LESSON_CLASSES,
        attribute_filter=fetched_from,
        url_schemes=set(LINK_SCHEMES),
        url_relative=is_ours,
        link_rel=_REL,
    )


def plain_text(html: str) -> str:
    """The words alone, on one line. It is text and not HTML: whoever puts it into a page escapes it."""
    return " ".join(plain_lines(html))


def plain_lines(html: str) -> list[str]:
    """The words alone, a line for each paragraph, heading, item, cell or line of verse."""
    words = " ".join(_words.clean(html).split())
    lines = (" ".join(unescape(line).split()) for line in _TAG.sub("\n", words).split("\n"))
    return [line for line in lines if line]


def _settled(cleaner: Cleaner, html: str) -> str:
    """Clean until nothing changes any more.

    Once is not enough: what is left of badly nested HTML may be read differently the second time, and attackers
    have made use of that.
    """
    for _ in range(_ROUNDS):
        cleaned = _once(cleaner, html)
        if cleaned == html:
            return cleaned
        html = cleaned
    return escape(plain_text(html), quote=False)


def _once(cleaner: Cleaner, html: str) -> str:
    cleaned = cleaner.clean(html).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return _LINK_TO_NOWHERE.sub(r"\1", cleaned)
