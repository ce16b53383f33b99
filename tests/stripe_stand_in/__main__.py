"""`python -m tests.stripe_stand_in --port 8122 --key sk_test_… --webhook URL --secret whsec_…`"""

import sys
from argparse import Namespace
from pathlib import Path

from tests.standing_in import moments, reader_of
from tests.stripe_stand_in.desk import Desk
from tests.stripe_stand_in.hooks import Hooks
from tests.stripe_stand_in.keeping import restore, save
from tests.stripe_stand_in.server import Server


def main() -> int:
    """Serve until told to stop, or until the parent is gone."""
    wanted = _arguments()
    hooks = Hooks(wanted.webhook, wanted.secret or ["whsec_stand_in"], senders=wanted.senders)
    desk = Desk(hooks, settle_seconds=wanted.settle_after)
    server = Server(desk, key=wanted.key, port=wanted.port)
    if wanted.state:
        restore(desk, wanted.state)
    server.start()
    print(server.url, flush=True)  # noqa: T201 - whoever started us reads it
    for _ in moments(wanted.parent):
        if wanted.state and desk.is_changed:
            save(desk, wanted.state)
    server.stop()
    if wanted.state:
        save(desk, wanted.state)
    return 0


def _arguments() -> Namespace:
    reader = reader_of("tests.stripe_stand_in", __doc__)
    reader.add_argument("--key", default="sk_test_stand_in")
    reader.add_argument("--webhook", default="", help="where events are sent; nowhere unless given")
    reader.add_argument("--secret", action="append", help="signs the events; more than one during a rotation")
    reader.add_argument("--senders", type=int, default=1, help="how many events go out at the same time")
    reader.add_argument(
        "--settle-after", type=float, default=None, help="seconds until a debit is through by itself"
    )
    reader.add_argument(
        "--state", type=Path, default=None, help="a file in which it remembers; nowhere unless given"
    )
    return reader.parse_args()


if __name__ == "__main__":
    sys.exit(main())
