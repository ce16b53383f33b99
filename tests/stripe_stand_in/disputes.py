"""Disputes: a payer's bank takes the money back, and somebody decides."""

from tests.stripe_stand_in import shapes
from tests.stripe_stand_in.desk import Desk
from tests.stripe_stand_in.problems import Refused
from tests.stripe_stand_in.store import Thing

FEE_CENTS = 2_000


def open_dispute(
    desk: Desk, charge: Thing, *, amount: int | None = None, reason: str = "fraudulent"
) -> Thing:
    """The payer's bank asks for the money and gets it for the time being."""
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise Refused(f"Charge {charge['id']} cannot be disputed.")
    dispute = shapes.dispute(desk.now(), of=charge, amount=amount or charge["amount"], reason=reason)
    desk.store.keep(dispute)
    charge["disputed"] = True
    desk.say("charge.dispute.created", dispute)
    _book(desk, dispute, -dispute["amount"], FEE_CENTS)
    desk.say("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(desk: Desk, own_id: str, *, is_won: bool) -> Thing:
    """The decision. When we win, the money comes back."""
    dispute = desk.store.get("dispute", own_id, param="dispute")
    if dispute["status"] in {"won", "lost"}:
        raise Refused("This dispute is already closed.", code="dispute_already_closed")
    dispute["status"] = "won" if is_won else "lost"
    if is_won:
        _book(desk, dispute, dispute["amount"], 0)
        desk.say("charge.dispute.funds_reinstated", dispute)
    desk.say("charge.dispute.closed", dispute)
    return dispute


def _book(desk: Desk, dispute: Thing, amount: int, fee: int) -> None:
    word = "withdrawal" if amount < 0 else "reversal"
    moved = shapes.balance_transaction(
        desk.now(),
        source=dispute["id"],
        amount=amount,
        fee=fee,
        kind="adjustment",
        description=f"Chargeback {word} for {dispute['charge']}",
    )
    desk.store.keep(moved)
    dispute["balance_transactions"].append(dict(moved))
