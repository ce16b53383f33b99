"""`python -m tests.bbb_stand_in --port 8012 --secret …`"""

import argparse
import os
import signal
import sys
import threading
from urllib.parse import urlsplit

from tests.bbb_stand_in.pages import Pages
from tests.bbb_stand_in.server import SECRET, StandIn

WATCH_SECONDS = 0.5


def main() -> int:
    """Serve until told to stop, or until the parent is gone."""
    reader = argparse.ArgumentParser(prog="python -m tests.bbb_stand_in", description=__doc__)
    reader.add_argument("--port", type=int, default=0, help="0 takes one that is free and prints it")
    reader.add_argument("--secret", default=SECRET)
    reader.add_argument(
        "--parent", type=int, default=0, help="end when this process is not our parent any more"
    )
    wanted = reader.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with StandIn(secret=wanted.secret, port=wanted.port) as running:
        running.on_page = Pages(running.rooms).answer
        print(urlsplit(running.url).netloc, flush=True)  # noqa: T201 - whoever started us reads it
        while not ended.wait(WATCH_SECONDS):
            if wanted.parent and os.getppid() != wanted.parent:
                break
    return 0


if __name__ == "__main__":
    sys.exit(main())
