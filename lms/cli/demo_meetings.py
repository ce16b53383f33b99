"""A video conference for the demonstration: the stand-in of our tests, where it is at hand, on a port beside ours.

It carries neither picture nor sound and says so; who was in its rooms, and from when to when, it reports as a real one does.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from secrets import token_hex

from lms.cli.stand_ins import free_port, is_at_hand, running
from lms.settings import Settings

STAND_IN = "tests.bbb_stand_in"
BESIDE = 12


@contextmanager
def demo_meetings(chosen: Settings) -> Iterator[Mapping[str, str]]:
    """Run the stand-in while the block runs; the settings that make a process of ours use it, none where there is none."""
    if not chosen.demo or chosen.has_own_rooms or not is_at_hand(STAND_IN):
        yield {}
        return
    secret, port = token_hex(20), free_port(chosen.port + BESIDE)
    with running(STAND_IN, "--port", str(port), "--secret", secret):
        yield {"LMS_BBB_URL": f"http://127.0.0.1:{port}/bigbluebutton", "LMS_BBB_SECRET": secret}
