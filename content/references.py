"""Which files a lesson or a quiz names, and the same text naming them otherwise."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from content.quiz.questions import HotSpots, Quiz

_NAMED = re.compile(
    r"""(?P<before>
          !?\[(?:[^\[\]\\]|\\.)*\]\(<?            # a picture or a link
        | ^\ {0,3}:{3,}[ \t]*(?:video|audio|datei)[ \t]+   # the first line of a block
        | ^Untertitel:[ \t]*
        )(?P<name>[^\s/\\:<>()"]+\.[A-Za-z0-9]{1,8})""",
    re.VERBOSE | re.MULTILINE,
)


def file_names(markdown: str) -> frozenset[str]:
    """The names of files in a lesson's text; addresses in the web and anchors are none."""
    return frozenset(found["name"] for found in _NAMED.finditer(markdown))


def with_names(markdown: str, names: Mapping[str, str]) -> str:
    """The same text with other names of files; what is not in `names` stays."""
    return _NAMED.sub(lambda found: found["before"] + names.get(found["name"], found["name"]), markdown)


def quiz_file_names(quiz: Quiz) -> frozenset[str]:
    """The names of files in a quiz: in its texts, and the pictures to point at."""
    names: set[str] = {one.picture for one in quiz.questions if isinstance(one, HotSpots)}

    def look(text: str) -> str:
        names.update(file_names(text))
        return text

    _each_text(quiz, look)
    return frozenset(names)


def quiz_with_names(quiz: Quiz, names: Mapping[str, str]) -> Quiz:
    """The same quiz with other names of files."""
    renamed = _each_text(quiz, lambda text: with_names(text, names))
    for pool in renamed["pools"]:
        for question in pool["questions"]:
            if "picture" in question:
                question["picture"] = names.get(question["picture"], question["picture"])
    return msgspec.convert(renamed, Quiz, strict=False)


def quiz_with_lessons(quiz: Quiz, keys: Mapping[str, str]) -> Quiz:
    """The same quiz, its answers pointing to lessons by other keys; to none where a lesson is not in `keys`."""
    built = msgspec.to_builtins(quiz)
    for pool in built["pools"]:
        for question in pool["questions"]:
            question["lesson"] = keys.get(question["lesson"], "")
    return msgspec.convert(built, Quiz, strict=False)


def _each_text(quiz: Quiz, change: Callable[[str], str]) -> Any:
    """The quiz as builtins, with every string run through `change`; keys are strings without files, so nothing happens to them."""

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, dict):
            return {key: walk(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [walk(one) for one in value]
        return value

    return walk(msgspec.to_builtins(quiz))
