"""Files of other people: copied as they are, with their licences, and gone when they are no longer listed."""

import shutil
from pathlib import Path

import pytest

from lms.web.assets import PACKAGES, WANTED, AssetMissing, copy_assets
from lms.web.fonts import WEIGHTS

KERN, HTMX = "@kern-ux/native", "htmx.org"


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A node_modules/ in which every listed file says its own name; only fonts must be fonts."""
    folder = tmp_path / "node_modules"
    for origin, patterns in WANTED.values():
        for pattern in patterns:
            path = folder / origin / pattern
            path.parent.mkdir(parents=True, exist_ok=True)
            if "*" not in pattern:
                path.write_text(path.name)
    for weight in WEIGHTS:
        font = Path(KERN, "dist", "fonts", "fira-sans", f"FiraSans-{weight}.woff2")
        shutil.copy(PACKAGES / font, folder / font)
    return folder


def test_every_listed_file_arrives_unchanged_below_the_name_of_its_package(
    packages: Path, tmp_path: Path
) -> None:
    vendor = tmp_path / "vendor"

    copied = copy_assets(packages, vendor)

    there = {str(path.relative_to(vendor)): path for path in vendor.rglob("*") if path.is_file()}
    assert sorted(there) == [
        "event-calendar/event-calendar.min.css",
        "event-calendar/event-calendar.min.js",
        "event-calendar/package.json",
        "fonts/FiraSans-Regular.woff2",
        "fonts/FiraSans-SemiBold.woff2",
        "h5p/LICENSE",
        "h5p/fonts/h5p-core-30.woff2",
        "h5p/fonts/h5p-hub-publish.woff2",
        "h5p/fonts/h5p-theme.woff2",
        "h5p/fonts/inter/Inter-ExtraBold.woff2",
        "h5p/fonts/inter/Inter-ExtraBoldItalic.woff2",
        "h5p/fonts/inter/LICENSE.txt",
        "h5p/fonts/inter/inter-v18-cyrillic_cyrillic-ext_greek_greek-ext_latin_latin-ext_vietnamese-600.woff2",
        "h5p/fonts/inter/inter-v18-cyrillic_cyrillic-ext_greek_greek-ext_latin_latin-ext_vietnamese-600italic.woff2",
        "h5p/fonts/inter/inter-v18-cyrillic_cyrillic-ext_greek_greek-ext_latin_latin-ext_vietnamese-italic.woff2",
        "h5p/fonts/inter/inter-v18-cyrillic_cyrillic-ext_greek_greek-ext_latin_latin-ext_vietnamese-regular.woff2",
        "h5p/fonts/open-sans/OFL.txt",
        "h5p/fonts/open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese-600.woff2",
        "h5p/fonts/open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese-600italic.woff2",
        "h5p/fonts/open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese-700.woff2",
        "h5p/fonts/open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese-700italic.woff2",
        "h5p/fonts/open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese-italic.woff2",
        "h5p/fonts/open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese-regular.woff2",
        "h5p/frame.bundle.js",
        "h5p/images/h5p.svg",
        "h5p/images/throbber.gif",
        "h5p/main.bundle.js",
        "h5p/styles/h5p-fonts.css",
        "h5p/styles/h5p.css",
        "htmx/LICENSE",
        "htmx/htmx.min.js",
        "kern/LICENSE.md",
        "kern/fonts/fira-sans.css",
        "kern/fonts/fira-sans/FiraSans-Regular.woff2",
        "kern/fonts/fira-sans/FiraSans-SemiBold.woff2",
        "kern/js/kern-kopfzeile.js",
        "kern/kern-grid.min.css",
        "kern/kern-utilities.min.css",
        "kern/kern.min.css",
        "qr/LICENSE",
        "qr/LICENSE-MIT",
        "qr/decode.js",
        "qr/dom.js",
        "qr/index.js",
        "scorm-again/LICENSE",
        "scorm-again/scorm12.min.js",
        "scorm-again/scorm2004.min.js",
    ]
    assert sorted(there.values()) == sorted(copied)
    assert [
        name
        for name, path in there.items()
        if not (path.suffix == ".woff2" and "Fira" in name) and path.read_text() != path.name
    ] == []


def test_a_new_version_replaces_the_old_and_what_is_no_longer_listed_goes(
    packages: Path, tmp_path: Path
) -> None:
    vendor = tmp_path / "vendor"
    copy_assets(packages, vendor)
    (vendor / "kern" / "jquery.js").write_text("once upon a time")
    (packages / HTMX / "dist" / "htmx.min.js").write_text("newer")

    copy_assets(packages, vendor)

    assert (vendor / "htmx" / "htmx.min.js").read_text() == "newer"
    assert not (vendor / "kern" / "jquery.js").exists()


def test_a_package_that_lacks_a_listed_file_is_named(packages: Path, tmp_path: Path) -> None:
    (packages / KERN / "dist" / "kern.min.css").unlink()

    with pytest.raises(AssetMissing, match=r"kern\.min\.css"):
        copy_assets(packages, tmp_path / "vendor")
