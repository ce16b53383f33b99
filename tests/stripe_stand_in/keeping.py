"""A stand-in that remembers: its objects in a file, for a demonstration that is stopped and started again."""

import json
from pathlib import Path

from tests.stripe_stand_in import intents, refunds, sessions
from tests.stripe_stand_in.desk import Desk


def save(desk: Desk, file: Path) -> None:
    """Write everything down, in one piece or not at all."""
    with desk.lock:
        written = json.dumps({"things": desk.store.everything(), "numbers": desk.numbers})
        desk.is_changed = False
    part = file.with_suffix(".part")
    part.write_text(written)
    part.rename(file)


def restore(desk: Desk, file: Path) -> None:
    """Take up what was written down, and what was still to happen; nothing where there is no file."""
    if not file.exists():
        return
    kept = json.loads(file.read_text())
    desk.numbers.update(kept["numbers"])
    for thing in kept["things"]:
        desk.store.keep(thing)
    for session in desk.store.all("checkout.session"):
        if session["status"] == "open":
            sessions.watch(desk, session)
    for intent in desk.store.all("payment_intent"):
        if intent["status"] == "processing":
            intents.settle_later(desk, intent)
    for refund in desk.store.all("refund"):
        if refund["status"] == "pending":
            refunds.settle_later(desk, refund)
