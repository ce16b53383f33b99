"""What is installed is written down by version and digest, and nowhere is it written where it comes from."""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = Path(__file__).parents[2]
LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-build.txt", "requirements-front.txt"]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def committed_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def pinned(lock: str) -> dict[str, Version]:
    text = (PROJECT / lock).read_text()
    return {canonicalize_name(name): Version(version) for name, version in PINNED.findall(text)}


def wanted(*groups: str) -> Iterator[Requirement]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    lines = [
        *project["project"]["dependencies"],
        *(line for g in groups for line in project["dependency-groups"][g]),
    ]
    return (Requirement(line) for line in lines)


@pytest.mark.parametrize("lock", [*LOCKS, ".npmrc"])
def test_no_lock_knows_an_address(lock: str) -> None:
    assert "://" not in (PROJECT / lock).read_text()


def test_the_npm_lock_knows_versions_and_digests_but_no_address() -> None:
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]

    brought = {name: entry for name, entry in packages.items() if name}

    assert brought
    assert [name for name, entry in brought.items() if "resolved" in entry] == []
    assert [name for name, entry in brought.items() if not entry["integrity"].startswith("sha512-")] == []


def test_npm_keeps_addresses_out_of_its_lock_and_runs_nobodys_scripts() -> None:
    settings = (PROJECT / ".npmrc").read_text().splitlines()

    assert settings == [
        "omit-lockfile-registry-resolved=true",
        "ignore-scripts=true",
        "audit=false",
        "fund=false",
    ]


def test_locks_that_would_record_addresses_are_not_committed() -> None:
    recorders = {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "yarn.lock", "npm-shrinkwrap.json"}

    assert [path for path in committed_files() if Path(path).name in recorders] == []


def test_no_committed_file_names_a_registry() -> None:
    hosts = [b".".join(parts) for parts in [(b"pypi", b"org"), (b"pythonhosted", b"org"), (b"npmjs", b"org"),
                                            (b"npmjs", b"com"), (b"deb", b"debian", b"org")]]  # fmt: skip

    named = [
        path
        for path in committed_files()
        if (PROJECT / path).is_file()
        for host in hosts
        if host in (PROJECT / path).read_bytes()
    ]

    assert named == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_digests(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (PROJECT / lock).read_text().strip())

    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(("lock", "groups"), [("requirements.txt", []), ("requirements-dev.txt", ["dev"])])
def test_the_locks_satisfy_what_the_project_asks_for(lock: str, groups: list[str]) -> None:
    locked = pinned(lock)

    unmet = [
        str(requirement)
        for requirement in wanted(*groups)
        if requirement.marker is None or requirement.marker.evaluate()
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), Version("0")))
    ]

    assert unmet == []


def test_the_tests_run_with_the_very_packages_of_the_service() -> None:
    service, tests = pinned("requirements.txt"), pinned("requirements-dev.txt")

    assert {name: tests.get(name) for name in service} == service


def test_the_npm_lock_satisfies_what_the_pages_ask_for() -> None:
    asked = json.loads((PROJECT / "package.json").read_text())
    locked = json.loads((PROJECT / "package-lock.json").read_text())["packages"]

    for kind in ("dependencies", "devDependencies"):
        assert {name: locked[f"node_modules/{name}"]["version"] for name in asked[kind]} == asked[kind]
