"""No page jumps under its reader: what goes on by itself is renewed in place (`components/progress.html`)."""

import re
from pathlib import Path

LMS = Path(__file__).parents[2] / "lms"
WITHOUT_SCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
SCREENS_ON_WALLS = {"wall.py"}
"""Nobody operates these: they show a code that changes, or who is where."""


def test_no_page_loads_itself_anew() -> None:
    """WCAG 2.2.1 and its failure F41. Within `noscript` a public tablet is wiped, and signs at doors are renewed."""
    pages = {
        path.name
        for path in LMS.rglob("templates/**/*.html")
        if 'http-equiv="refresh"' in WITHOUT_SCRIPT.sub("", path.read_text())
    }
    headers = {
        path.name for path in LMS.rglob("*.py") if re.search(r'headers = .*"refresh"', path.read_text())
    }

    assert (pages, headers - SCREENS_ON_WALLS) == (set(), set())
