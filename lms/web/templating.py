"""The template environment: one look, one language at a time, and nothing unescaped."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Request
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup

from lms.kernel.clock import system_clock
from lms.web import formats, language
from lms.web.centre import Centre, Shell, the_centre
from lms.web.notices import said

HERE = Path(__file__).parent
STATIC = HERE / "static"
STATIC_PATH = "/static/"
ENGLISH_PREFIX = "/en"


def environment(
    folders: Sequence[Path] = (), *, centre: Centre | None = None, auto_reload: bool = False
) -> Environment:
    """The environment for the templates of the web kit and of these folders, such as `lms/enrolment/templates`.

    Autoescape is on and an unknown name is an error. `_()` speaks the language of the context variable.
    """
    built = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in (HERE / "templates", *folders)]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=auto_reload,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    built.policies["ext.i18n.trimmed"] = True  # a {% trans %} over several lines is one sentence
    built.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        language.translated, language.plural_form, newstyle=True
    )
    built.filters |= formats.FILTERS
    built.filters["translated"] = language.translated
    built.globals |= {
        "centre": centre or the_centre(),
        "url": url,
        "asset": asset,
        "now": system_clock,
        "language": language.current_language,
        "other_language_url": other_language_url,
        "current_path": current_path,
        "csrf_field": csrf_field,
        "shell": shell,
    }
    return built


def url(path: str) -> str:
    """An own path in the language being spoken: `/kurse`, or `/en/kurse` for readers of English. Twice is as good as once."""
    is_ours = path.startswith("/") and not path.startswith((STATIC_PATH, "//", ENGLISH_PREFIX + "/"))
    if language.current_language() == "en" and is_ours and path != ENGLISH_PREFIX:
        return ENGLISH_PREFIX if path == "/" else ENGLISH_PREFIX + path
    return path


def without_language(path: str) -> str:
    """The path as the routes know it: `/en/kurse` is `/kurse`."""
    if path == ENGLISH_PREFIX:
        return "/"
    return path[len(ENGLISH_PREFIX) :] if path.startswith(ENGLISH_PREFIX + "/") else path


@cache
def asset(path: str) -> str:
    """Address of a static file, with its content's hash, so that browsers may keep it for a year."""
    file = STATIC / path
    if (
        not file.is_file()
    ):  # the page that says what went wrong must not fail itself over a missing style sheet
        return STATIC_PATH + path
    return f"{STATIC_PATH}{path}?v={sha256(file.read_bytes()).hexdigest()[:10]}"


@pass_context
def current_path(context: Context) -> str:
    """The path of the page being shown, without language and query; empty where there is no request."""
    request = context.get("request")
    return without_language(request.url.path) if request is not None else ""


@pass_context
def other_language_url(context: Context) -> str:
    """This very page, filters included, in the other language."""
    path = current_path(context) or "/"
    request = context.get("request")
    query = request.url.query if request is not None else ""
    other: language.Language = "de" if language.current_language() == "en" else "en"
    with language.use_locale(other):
        address = url(path)
    return f"{address}?{query}" if query else address


@pass_context
def csrf_field(context: Context) -> Markup:
    """The hidden field that every form with method post carries (S-31)."""
    return Markup('<input type="hidden" name="_csrf_token" value="{}">').format(_csrf_token(context))


def csrf_token_of(request: Request[Any, Any, Any]) -> str:
    """The token that a script sends as `x-csrftoken` with what it changes."""
    token = ScopeState.from_scope(request.scope).csrf_token
    return token if isinstance(token, str) else ""


def _csrf_token(context: Context) -> str:
    request = context.get("request")
    return csrf_token_of(request) if request is not None else ""


@pass_context
def shell(context: Context) -> Shell:
    """What surrounds this page: handed in by the page, kept with the request, or usual in this application.

    Nobody has looked at the visitor of an address that no route knows: such pages show `app.state.usual_shell`.
    A notice that the address names is said as well.
    """
    request = context.get("request")
    places = [] if request is None else [request.state.get("shell"), request.app.state.get("usual_shell")]
    around = next(
        (found for found in (context.get("surroundings"), *places) if isinstance(found, Shell)), Shell()
    )
    notices = () if request is None else said(request.query_params)
    return replace(around, messages=(*around.messages, *notices)) if notices else around
