"""Which system libraries drawing needs. Imports nothing that would fail without them."""

import ctypes
from contextlib import suppress
from ctypes.util import find_library

# The file, as the loader knows it, and the package of Debian and Ubuntu that brings it.
NEEDED = (
    ("libgobject-2.0.so.0", "libglib2.0-0"),
    ("libfontconfig.so.1", "libfontconfig1"),
    ("libharfbuzz.so.0", "libharfbuzz0b"),
    ("libpango-1.0.so.0", "libpango-1.0-0"),
    ("libpangoft2-1.0.so.0", "libpangoft2-1.0-0"),
    # Without it WeasyPrint falls to a quarter of its speed, and says so only in a log.
    ("libharfbuzz-subset.so.0", "libharfbuzz-subset0"),
)


def check_libraries(needed: tuple[tuple[str, str], ...] = NEEDED) -> list[str]:
    """One line for each missing library and, last, the line that installs them; empty if all are there."""
    missing = [(library, package) for library, package in needed if not _is_there(library)]
    if not missing:
        return []
    packages = " ".join(package for _, package in missing)
    return [
        *(f"missing system library {library} (Debian package {package})" for library, package in missing),
        f"install with: apt-get install -y --no-install-recommends {packages}",
    ]


def _is_there(library: str) -> bool:
    with suppress(OSError):
        ctypes.CDLL(library)
        return True
    stem = library.removeprefix("lib").split(".so")[0]
    return find_library(stem) is not None  # systems other than Linux have other endings
