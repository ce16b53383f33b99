"""A payment provider for the demonstration: the stand-in of our tests, where it is at hand, on a port beside ours.

It takes no money and says so on every page. An installed package has no tests: there the demonstration offers no online
payment, as a centre without a key of its payment provider does.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from secrets import token_hex

from lms.cli.stand_ins import free_port, is_at_hand, running
from lms.settings import Settings

STAND_IN = "tests.stripe_stand_in"
HOOKS = "/stripe/ereignisse"
MEMORY = "stripe-stand-in.json"
BESIDE = 10
SETTLES_AFTER_SECONDS = 90


@contextmanager
def demo_payments(chosen: Settings) -> Iterator[Mapping[str, str]]:
    """Run the stand-in while the block runs; the settings that make a process of ours use it, none where there is none."""
    if not chosen.demo or chosen.stripe_key.get_secret_value() or not is_at_hand(STAND_IN):
        yield {}
        return
    key, secret = f"sk_test_{token_hex(16)}", f"whsec_{token_hex(16)}"
    port = free_port(chosen.port + BESIDE)
    chosen.files.mkdir(parents=True, exist_ok=True)
    told = (
        *("--port", str(port), "--key", key, "--secret", secret),
        *("--webhook", chosen.public_url + HOOKS, "--settle-after", str(SETTLES_AFTER_SECONDS)),
        *("--state", str(chosen.files / MEMORY)),
    )
    address = f"http://127.0.0.1:{port}"
    with running(STAND_IN, *told):
        yield {
            "LMS_STRIPE_KEY": key,
            "LMS_STRIPE_WEBHOOK_SECRETS": f'["{secret}"]',
            "LMS_STRIPE_API": address,
            "LMS_STRIPE_PAGES": address,
        }
