"""A payment provider for the demonstration: the stand-in of our tests, where it is at hand, on a port beside ours.

It takes no money and says so on every page. An installed package has no tests: there the demonstration offers no online
payment, as a centre without a key of its payment provider does.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from secrets import token_hex

from lms.settings import Settings

STAND_IN = "tests.stripe_stand_in"
HOOKS = "/stripe/ereignisse"
MEMORY = "stripe-stand-in.json"
BESIDE = 10
LAST_PORT = 65_535
SETTLES_AFTER_SECONDS = 90
GRACE_SECONDS = 5


@contextmanager
def demo_payments(chosen: Settings) -> Iterator[Mapping[str, str]]:
    """Run the stand-in while the block runs; the settings that make a process of ours use it, none where there is none."""
    if not chosen.demo or chosen.stripe_key.get_secret_value() or not _is_at_hand():
        yield {}
        return
    key, secret, port = f"sk_test_{token_hex(16)}", f"whsec_{token_hex(16)}", _port_beside(chosen.port)
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and words of ours
        [
            *(sys.executable, "-m", STAND_IN, "--port", str(port), "--key", key, "--secret", secret),
            *("--webhook", chosen.public_url + HOOKS, "--settle-after", str(SETTLES_AFTER_SECONDS)),
            *("--parent", str(os.getpid()), "--state", str(chosen.files / MEMORY)),
        ],
        stdout=subprocess.DEVNULL,
    )
    chosen.files.mkdir(parents=True, exist_ok=True)
    address = f"http://127.0.0.1:{port}"
    try:
        yield {
            "LMS_STRIPE_KEY": key,
            "LMS_STRIPE_WEBHOOK_SECRETS": f'["{secret}"]',
            "LMS_STRIPE_API": address,
            "LMS_STRIPE_PAGES": address,
        }
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
        process.kill()


def _is_at_hand() -> bool:
    try:
        return find_spec(f"{STAND_IN}.__main__") is not None
    except ModuleNotFoundError:
        return False


def _port_beside(ours: int) -> int:
    """Ten above our own when it is free, so that it stays the same from one start to the next; otherwise any that is."""
    for port in (ours + BESIDE, 0):
        if port > LAST_PORT:
            continue
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            free: int = probe.getsockname()[1]
            return free
    raise RuntimeError("no port is free")
