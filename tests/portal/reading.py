"""Reads pages as visitors do: titles, status lines, links."""

import re
from html import unescape

from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

Client = AsyncTestClient[Litestar]

_TITLE = re.compile(r"kern-link--stretched[^>]*>([^<]+)</a>")
_STATUS = re.compile(r'role="status">([^<]*)<')


def titles(answer: Response) -> list[str]:
    """What stands on the cards, in their order."""
    return [unescape(title) for title in _TITLE.findall(answer.text)]


def status_line(answer: Response) -> str:
    """The sentence that screen readers speak after a search."""
    found = _STATUS.search(answer.text)
    return unescape(found[1]) if found else ""


def words(answer: Response) -> str:
    """The text of the page on one line, without scripts."""
    text = re.sub(r"<(script|style).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


async def listed(client: Client, query: str = "") -> list[str]:
    """The titles that the list shows for these filters."""
    answer = await client.get(f"/kurse?{query}")
    assert answer.status_code == 200
    return titles(answer)
