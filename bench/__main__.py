"""`python -m bench NAME`: measures, and prints a line per figure. Nothing is asserted here."""

import asyncio
import sys
from collections.abc import Callable, Coroutine

from bench import (
    certificates,
    feeds,
    histories,
    imports,
    issuing,
    letters,
    money,
    pages,
    places,
    planning,
    reports,
)

BENCHES: dict[str, Callable[[], Coroutine[None, None, None]]] = {
    "certificates": certificates.run,
    "feeds": feeds.run,
    "histories": histories.run,
    "imports": imports.run,
    "issuing": issuing.run,
    "letters": letters.run,
    "money": money.run,
    "pages": pages.run,
    "places": places.run,
    "planning": planning.run,
    "reports": reports.run,
}


def main() -> int:
    """Run the bench that was named; 2 when there is none of that name."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in BENCHES:
        print(f"make bench NAME=… with one of: {', '.join(sorted(BENCHES))}", file=sys.stderr)
        return 2
    asyncio.run(BENCHES[name]())
    return 0


sys.exit(main())
