"""What browsers get from other people: copied out of the npm packages, never kept in the repository.

`python -m lms.web.assets` fills `lms/web/static/vendor/` from `node_modules/`; a second run changes nothing
that has not changed. The files stay exactly as their authors published them, each with its licence beside it;
only the fonts are there a second time, cut to what pages need.
"""

import shutil
import sys
from pathlib import Path

from lms.web.fonts import cut_fonts

PROJECT = Path(__file__).parents[2]
PACKAGES = PROJECT / "node_modules"
VENDOR = Path(__file__).parent / "static" / "vendor"

# folder below vendor/ → the npm package, the folder in it to start from, and which files
WANTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "kern": (
        "@kern-ux/native/dist",
        (
            "kern.min.css",
            "kern-grid.min.css",
            "kern-utilities.min.css",
            "fonts/fira-sans.css",
            "fonts/fira-sans/*.woff2",
            "js/kern-kopfzeile.js",
            "../LICENSE.md",
        ),
    ),
    "htmx": ("htmx.org/dist", ("htmx.min.js", "../LICENSE")),
    "event-calendar": (
        "@event-calendar/build/dist",
        (
            "event-calendar.min.js",
            "event-calendar.min.css",
            "../package.json",
        ),  # its licence (MIT) stands there alone
    ),
    "scorm-again": ("scorm-again/dist", ("scorm12.min.js", "scorm2004.min.js", "../LICENSE")),
    "h5p": (
        "h5p-standalone/dist",
        (
            "main.bundle.js",
            "frame.bundle.js",
            "styles/h5p.css",
            "styles/h5p-fonts.css",
            "fonts/h5p-core-30.woff2",
            "fonts/h5p-hub-publish.woff2",
            "fonts/h5p-theme.woff2",
            "fonts/inter/Inter-ExtraBold.woff2",
            "fonts/inter/Inter-ExtraBoldItalic.woff2",
            "fonts/inter/LICENSE.txt",
            "fonts/inter/inter-v18-cyrillic_cyrillic-ext_greek_greek-ext_latin_latin-ext_vietnamese-600.woff2",
            "fonts/inter/inter-v18-cyrillic_cyrillic-ext_greek_greek-ext_latin_latin-ext_vietnamese-600italic.woff2",
            "fonts/inter/inter-v18-cyrillic_cyrillic-ext_greek_greek-ext_latin_latin-ext_vietnamese-italic.woff2",
            "fonts/inter/inter-v18-cyrillic_cyrillic-ext_greek_greek-ext_latin_latin-ext_vietnamese-regular.woff2",
            "fonts/open-sans/OFL.txt",
            "fonts/open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese-600.woff2",
            "fonts/open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese-600italic.woff2",
            "fonts/open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese-700.woff2",
            "fonts/open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese-700italic.woff2",
            "fonts/open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese-italic.woff2",
            "fonts/open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese-regular.woff2",
            "images/h5p.svg",
            "images/throbber.gif",
            "../LICENSE",
        ),
    ),
    "qr": ("qr", ("decode.js", "dom.js", "index.js", "LICENSE", "LICENSE-MIT")),
}


class AssetMissing(Exception):
    """A listed file is not where its package should have put it."""


def copy_assets(packages: Path = PACKAGES, vendor: Path = VENDOR) -> list[Path]:
    """Copy every listed file below `vendor`, remove what is no longer listed, and return what is there now."""
    copied = [
        _copy(source, vendor / folder / _place(source, packages / origin))
        for folder, (origin, patterns) in WANTED.items()
        for pattern in patterns
        for source in _found(packages / origin, pattern)
    ]
    copied += cut_fonts(vendor / "kern" / "fonts" / "fira-sans", vendor / "fonts")
    for path in vendor.rglob("*"):
        if path.is_file() and path not in copied:
            path.unlink()
    return copied


def _found(origin: Path, pattern: str) -> list[Path]:
    found = sorted(origin.glob(pattern))
    if not found:
        raise AssetMissing(f"{origin.name} has no {pattern}: run npm ci, then try again ({origin})")
    return found


def _place(source: Path, origin: Path) -> Path:
    """Where a file goes: its own place below the origin; a licence, which lies above it, at the top."""
    source, origin = source.resolve(), origin.resolve()
    return source.relative_to(origin) if source.is_relative_to(origin) else Path(source.name)


def _copy(source: Path, target: Path) -> Path:
    if not target.exists() or target.read_bytes() != source.read_bytes():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return target


def main() -> int:
    """Copy, and say in one line what is there."""
    try:
        copied = copy_assets()
    except AssetMissing as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{len(copied)} files in {VENDOR.relative_to(PROJECT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
