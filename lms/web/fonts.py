"""The Latin part of the kit's font: 25 kB instead of 130 for each weight, so that a first visit stays light.

Names in other scripts are shown in the reader's own fonts.
"""

from pathlib import Path

WEIGHTS = ("Regular", "SemiBold")
"""What `lms.css` declares; an unused weight is never fetched, an undeclared one is drawn from its neighbour."""

LATIN = (
    *range(0x0020, 0x007F),
    *range(0x00A0, 0x0180),  # the letters of our neighbours: Łukasz, Šimon, Gülşen
    0x0218, 0x0219, 0x021A, 0x021B, 0x1E9E,  # Romanian, and the capital ß
    *range(0x2010, 0x2028), 0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A,
    0x20AC, 0x2122, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2248, 0x2264, 0x2265,
)  # fmt: skip
FEATURES = ["kern", "liga", "ccmp", "locl", "mark", "mkmk", "tnum", "lnum"]


def cut_fonts(originals: Path, target: Path) -> list[Path]:
    """Write the cuts of the fonts in `originals` below `target`, unless they are there already; returns their paths."""
    return [
        _cut(originals / f"FiraSans-{weight}.woff2", target / f"FiraSans-{weight}.woff2")
        for weight in WEIGHTS
    ]


def _cut(source: Path, target: Path) -> Path:
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return target
    from fontTools import subset  # a second of loading that only the first run needs
    from fontTools.ttLib import TTFont

    options = subset.Options(flavor="woff2", layout_features=FEATURES, name_IDs=["*"], notdef_outline=True)
    with TTFont(source) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=LATIN)
        cutter.subset(font)
        font["OS/2"].fsSelection &= 0b111_1111  # version 3 of this table knows no further bits
        font.flavor = "woff2"
        target.parent.mkdir(parents=True, exist_ok=True)
        font.save(target)
    return target
