"""Pieces of pages that are the same for everybody, kept while they are the same.

A piece is kept by everything it is made of, so nothing has to be thrown away when something changes: the new one has
another key.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from jinja2 import Environment
from litestar import Request
from litestar.plugins.jinja import JinjaTemplateEngine
from markupsafe import Markup

from lms.web.language import current_language

MOST_KEPT = 5_000


class Fragments:
    """Rendered pieces, the least used ones forgotten first. One for each process."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()

    def known(self, *key: Hashable) -> Markup | None:
        """The piece with this key in the present language, if it is kept."""
        full = (current_language(), *key)
        found = self._kept.get(full)
        if found is not None:
            self._kept.move_to_end(full)
        return found

    def render(self, name: str, *key: Hashable, **context: Any) -> Markup:
        """Render the template and keep the result. `key` has to tell apart whatever the context can hold."""
        made = Markup(self.environment.get_template(name).render(context))  # noqa: S704 - autoescaped by the template
        self._kept[(current_language(), *key)] = made
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return made


def fragments_of(request: Request[Any, Any, Any]) -> Fragments:
    """The pieces that this application keeps."""
    engine = request.app.template_engine
    assert isinstance(engine, JinjaTemplateEngine)  # noqa: S101 - app.py configures it
    kept = request.app.state.get("fragments")
    if not isinstance(kept, Fragments):
        kept = request.app.state["fragments"] = Fragments(engine.engine)
    return kept
