"""What we import we ask for by name, so that no other package's change of mind takes it away."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[2]
OURS = {"lms", "content", "certificates", "tests", "bench"}


def imported_by(folders: list[str]) -> set[str]:
    paths = [path for folder in folders for path in (PROJECT / folder).rglob("*.py")]
    return {name for path in paths for name in imports_in(ast.parse(path.read_text()))}


def imports_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def asked_for(groups: list[str]) -> set[str]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    lines = [
        *project["project"]["dependencies"],
        *(line for g in groups for line in project["dependency-groups"][g]),
    ]
    return {canonicalize_name(Requirement(line).name) for line in lines}


@pytest.mark.parametrize(
    ("folders", "groups"),
    [(["lms", "content", "certificates", "alembic"], []), (["tests", "bench"], ["dev"])],
)
def test_every_imported_package_is_asked_for(folders: list[str], groups: list[str]) -> None:
    origin = packages_distributions()
    foreign = imported_by(folders) - OURS - sys.stdlib_module_names

    unasked = {
        name
        for name in foreign
        if not asked_for(groups) & {canonicalize_name(dist) for dist in origin.get(name, [])}
    }

    assert unasked == set()
