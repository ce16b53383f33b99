"""Markdown of lessons → pages for other systems: well-formed XHTML, with the house's blocks as plain elements."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from mdit_py_plugins.container import container_plugin

from content.media import SOUNDS, VIDEOS, ending
from content.safety import LINK_SCHEMES

_NAMES = ("hinweis", "tipp", "achtung", "merke", "video", "audio", "datei", "frage")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_OPTION = re.compile(r"(titel|title|untertitel|captions|sprache|language)\s*:\s*(.*)", re.IGNORECASE)
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

Address = Callable[[str], str]
"""Where the file of a name lies, seen from the page."""


def fragment(markdown: str, address: Address) -> str:
    """The text as XHTML without a page around it."""
    html: str = _renderer().render(_NOT_IN_XML.sub("", markdown), {"address": address})
    return html.strip()


def inline(markdown: str, address: Address) -> str:
    """A short text, without a paragraph around it where it is only one."""
    html = fragment(markdown, address)
    inside = re.fullmatch(r"<p>(.*)</p>", html, re.DOTALL)
    return inside[1] if inside and "<p>" not in inside[1] else html


def page(title: str, body: str, *, language: str) -> bytes:
    """A whole page."""
    name = escape(_NOT_IN_XML.sub("", title))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml" lang="{escape(language)}" xml:lang="{escape(language)}">\n'
        f'<head><meta charset="utf-8" /><title>{name}</title></head>\n<body>\n{body}\n</body>\n</html>\n'
    ).encode()


def in_xml(text: str) -> str:
    """The text without what XML 1.0 cannot hold."""
    return _NOT_IN_XML.sub("", text)


@cache
def _renderer() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable(["table", "strikethrough"])
    for name in _NAMES:
        container_plugin(markdown, name, render=_block)
    markdown.validateLink = _is_harmless  # type: ignore[method-assign]
    markdown.add_render_rule("image", _picture)
    markdown.add_render_rule("link_open", _link)
    return markdown


def _is_harmless(url: str) -> bool:
    found = _SCHEME.match(url)
    return found is None or found[0][:-1].lower() in LINK_SCHEMES


def _block(_self: Any, tokens: Any, index: int, _options: Any, env: Mapping[str, Any]) -> str:
    """A film, a recording, a file, or a box with its name as class."""
    token = tokens[index]
    if token.nesting < 0:
        return "</div>\n"
    name, _, target = token.info.strip().partition(" ")
    target = target.strip()
    begun = f'<div class="{escape(name)}">\n'
    if not target:
        return begun
    place = escape(env["address"](target))
    if ending(target) in VIDEOS:
        return f'{begun}<video controls="controls" src="{place}"></video>\n'
    if ending(target) in SOUNDS:
        return f'{begun}<audio controls="controls" src="{place}"></audio>\n'
    return f'{begun}<p><a href="{place}">{escape(target)}</a></p>\n'


def _picture(_self: Any, tokens: Any, index: int, _options: Any, env: Mapping[str, Any]) -> str:
    token = tokens[index]
    title = token.attrs.get("title", "")
    said = f' title="{escape(str(title))}"' if title else ""
    return (
        f'<img src="{escape(_placed(str(token.attrs["src"]), env))}" alt="{escape(token.content)}"{said} />'
    )


def _link(_self: Any, tokens: Any, index: int, _options: Any, env: Mapping[str, Any]) -> str:
    token = tokens[index]
    return f'<a href="{escape(_placed(str(token.attrs["href"]), env))}">'


def _placed(url: str, env: Mapping[str, Any]) -> str:
    return url if _SCHEME.match(url) or url.startswith(("#", "/")) else env["address"](url)
