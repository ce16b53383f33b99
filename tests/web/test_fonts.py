"""The fonts of the pages: light, and yet able to write every name of our neighbours."""

from pathlib import Path

from fontTools.ttLib import TTFont

from lms.web.assets import VENDOR
from lms.web.fonts import cut_fonts


def test_a_cut_font_is_a_fraction_of_the_whole_and_still_writes_german(tmp_path: Path) -> None:
    cuts = cut_fonts(VENDOR / "kern" / "fonts" / "fira-sans", tmp_path)

    assert [path.name for path in cuts] == ["FiraSans-Regular.woff2", "FiraSans-SemiBold.woff2"]
    assert [path.stat().st_size < 30_000 for path in cuts] == [True, True]
    with TTFont(cuts[0]) as font:
        assert {ord(sign) for sign in "Größe „Łódź“ – 45,00 €"} <= set(font.getBestCmap())
