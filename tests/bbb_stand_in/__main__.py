"""`python -m tests.bbb_stand_in --port 8012 --secret …`"""

import sys
from urllib.parse import urlsplit

from tests.bbb_stand_in.pages import Pages
from tests.bbb_stand_in.server import SECRET, StandIn
from tests.standing_in import moments, reader_of


def main() -> int:
    """Serve until told to stop, or until the parent is gone."""
    reader = reader_of("tests.bbb_stand_in", __doc__)
    reader.add_argument("--secret", default=SECRET)
    wanted = reader.parse_args()
    with StandIn(secret=wanted.secret, port=wanted.port) as running:
        running.on_page = Pages(running.rooms).answer
        print(urlsplit(running.url).netloc, flush=True)  # noqa: T201 - whoever started us reads it
        for _ in moments(wanted.parent):
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
