"""Refunds: at once, on their way, or come back."""

from tests.stripe_stand_in import methods, shapes
from tests.stripe_stand_in.desk import Desk
from tests.stripe_stand_in.parameters import Parameters, labels, only, text, whole
from tests.stripe_stand_in.problems import Refused, wrong
from tests.stripe_stand_in.store import Thing

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(desk: Desk, parameters: Parameters) -> Thing:
    """POST /v1/refunds of a charge, or of an intent's charge; all that is left unless an amount is given."""
    only(
        parameters,
        ("charge", "payment_intent", "amount", "reason", "metadata", "instructions_email", "currency"),
    )
    charge = _charge(desk, parameters)
    amount = _amount(charge, parameters)
    reason = parameters.get("reason")
    if reason is not None and reason not in REASONS:
        raise wrong("reason", f"Invalid reason: must be one of {', '.join(REASONS)}")
    refund = shapes.refund(desk.now(), of=charge, amount=amount)
    refund |= {"reason": reason, "metadata": labels(parameters)}
    refund["balance_transaction"] = _booked(desk, refund, -amount)
    desk.store.keep(refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    behaviour = _behaviour(desk, charge)
    if not desk.refunds_wait and behaviour != "pending" and refund["id"].startswith("re_"):
        refund["status"] = "succeeded"
    desk.say("charge.refunded", charge)
    desk.say("refund.created", refund)
    if refund["status"] == "pending":
        settle_later(desk, refund)
    elif behaviour == "fail" and desk.settle_seconds is not None:
        desk.later(desk.now() + desk.settle_seconds, lambda: fail(desk, refund["id"]))
    return refund


def settle_later(desk: Desk, refund: Thing) -> None:
    """Where what takes days is through by itself, let this refund be."""
    if desk.settle_seconds is not None:
        desk.later(desk.now() + desk.settle_seconds, lambda: settle(desk, refund["id"]))


def _charge(desk: Desk, parameters: Parameters) -> Thing:
    if "charge" in parameters:
        charge = desk.store.get("charge", text(parameters, "charge"), param="charge")
    elif "payment_intent" in parameters:
        wanted = text(parameters, "payment_intent")
        intent = desk.store.get("payment_intent", wanted, param="payment_intent")
        if intent["latest_charge"] is None:
            raise Refused(
                f"This PaymentIntent ({wanted}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
            )
        charge = desk.store.get("charge", intent["latest_charge"])
    else:
        raise Refused(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )
    if charge["status"] != "succeeded":
        raise Refused(f"Charge {charge['id']} has not succeeded and cannot be refunded.", param="charge")
    if charge["disputed"]:
        raise Refused(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    return charge


def _amount(charge: Thing, parameters: Parameters) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise Refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = whole(parameters, "amount", default=left)
    if amount < 1:
        raise wrong("amount", "This value must be greater than or equal to 1.", "parameter_invalid_integer")
    if amount > left:
        kind = "unrefunded amount on charge" if charge["amount_refunded"] else "charge amount"
        raise Refused(
            f"Refund amount (€{amount / 100:.2f}) is greater than {kind} (€{left / 100:.2f})",
            param="amount",
        )
    return amount


def _behaviour(desk: Desk, charge: Thing) -> str:
    return methods.behaviour_of(desk.numbers[charge["payment_method"]]).refunds


def _booked(desk: Desk, refund: Thing, amount: int) -> str:
    kind = "refund" if refund["id"].startswith("re_") else "payment_refund"
    if amount > 0:
        kind = f"{kind}_failure" if kind == "refund" else "payment_failure_refund"
    moved = shapes.balance_transaction(
        desk.now(), source=refund["id"], amount=amount, fee=0, kind=kind, description="REFUND FOR PAYMENT"
    )
    return str(desk.store.keep(moved)["id"])


def update(desk: Desk, parameters: Parameters, own_id: str) -> Thing:
    """POST /v1/refunds/{id}: its metadata only."""
    only(parameters, ("metadata",))
    refund = desk.store.get("refund", own_id, param="refund")
    refund["metadata"] = labels(parameters, refund["metadata"])
    desk.say("charge.refund.updated", refund)
    desk.say("refund.updated", refund)
    return refund


def settle(desk: Desk, own_id: str) -> Thing:
    """A refund that was on its way has arrived."""
    refund = desk.store.get("refund", own_id, param="refund")
    if refund["status"] == "pending":
        refund["status"] = "succeeded"
        desk.say("charge.refund.updated", refund)
        desk.say("refund.updated", refund)
    return refund


def fail(desk: Desk, own_id: str, *, reason: str = "expired_or_canceled_card") -> Thing:
    """A refund comes back, even one that had succeeded: its money is on our account again."""
    refund = desk.store.get("refund", own_id, param="refund")
    if refund["status"] == "failed":
        return refund
    charge = desk.store.get("charge", refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    refund |= {
        "status": "failed",
        "failure_reason": reason,
        "failure_balance_transaction": _booked(desk, refund, refund["amount"]),
    }
    desk.say("charge.refund.updated", refund)
    desk.say("refund.updated", refund)
    desk.say("refund.failed", refund)
    return refund
