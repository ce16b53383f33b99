"""The QR code: every module in its place, a white border, and words."""

import re

import segno

from certificates.qr import QUIET_ZONE, qr_svg
from tests.certificates.making import ADDRESS


def test_the_drawing_has_the_modules_of_the_code_inside_a_white_border() -> None:
    svg = qr_svg(ADDRESS, alt="x")
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])  # type: ignore[index]
    drawn = [[0] * side for _ in range(side)]
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", svg):
        for offset in range(int(length)):
            drawn[int(y)][int(x) + offset] = 1

    inner = [bytes(row[QUIET_ZONE:-QUIET_ZONE]) for row in drawn[QUIET_ZONE:-QUIET_ZONE]]

    meant = segno.make(ADDRESS, error="m", micro=False, mask=3, boost_error=False).matrix
    assert inner == [bytes(row) for row in meant]
    assert sum(map(sum, drawn)) == sum(map(sum, inner))


def test_its_words_are_escaped() -> None:
    assert "<title>&lt;a&gt; &amp; b</title>" in qr_svg("x", alt="<a> & b")
