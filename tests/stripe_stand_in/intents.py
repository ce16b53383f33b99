"""Payment intents: from the first attempt to money on the account, at once with a card, days later with a debit."""

from typing import Any

from tests.stripe_stand_in import methods, shapes
from tests.stripe_stand_in.desk import Desk
from tests.stripe_stand_in.parameters import Parameters, euros, labels, only, text, truth, whole, words
from tests.stripe_stand_in.problems import Refused, wrong
from tests.stripe_stand_in.store import Thing

SMALLEST_CENTS = 50
CANCELLABLE = frozenset(
    {"requires_payment_method", "requires_capture", "requires_confirmation", "requires_action"}
)
CREATABLE = (
    "amount", "currency", "customer", "description", "metadata", "payment_method", "payment_method_types", "confirm",
    "off_session", "capture_method", "receipt_email", "automatic_payment_methods", "return_url", "setup_future_usage",
    "statement_descriptor", "statement_descriptor_suffix", "payment_method_options",
)  # fmt: skip
DEBIT_FAILED = ("insufficient_funds", "The customer's account has insufficient funds to cover this payment.")
FAILED_AUTHENTICATION = "payment_intent_authentication_failure"
NOT_CONFIRMED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod "
    "to attempt to fulfill this PaymentIntent again."
)


def create(desk: Desk, parameters: Parameters) -> Thing:
    """POST /v1/payment_intents, with `confirm` if wanted."""
    only(parameters, CREATABLE)
    amount = checked_amount(whole(parameters, "amount"))
    euros(parameters)
    intent = shapes.intent(desk.now(), amount=amount)
    if "customer" in parameters:
        wanted = text(parameters, "customer")
        intent["customer"] = desk.store.get("customer", wanted, param="customer", status=400)["id"]
    intent |= {name: parameters[name] for name in ("description", "receipt_email") if name in parameters}
    intent["metadata"] = labels(parameters)
    intent["payment_method_types"] = words(parameters, "payment_method_types") or ["card"]
    if "payment_method" in parameters:
        intent["payment_method"] = methods.named(desk, text(parameters, "payment_method"))["id"]
        intent["status"] = "requires_confirmation"
    wants_confirmation = truth(parameters, "confirm")
    begin(desk, intent)
    return confirm(desk, {}, intent["id"]) if wants_confirmation else intent


def begin(desk: Desk, intent: Thing) -> Thing:
    """Keep a new intent and say so."""
    desk.store.keep(intent)
    desk.say("payment_intent.created", intent)
    return intent


def checked_amount(amount: int) -> int:
    """An amount of cents that can be paid; Stripe's least is 50 cents."""
    if amount < 1:
        raise wrong("amount", "This value must be greater than or equal to 1.", "parameter_invalid_integer")
    if amount < SMALLEST_CENTS:
        raise wrong("amount", "Amount must be at least €0.50 eur", "amount_too_small")
    return amount


def update(desk: Desk, parameters: Parameters, own_id: str) -> Thing:
    """POST /v1/payment_intents/{id}: its words only."""
    only(parameters, ("metadata", "description", "receipt_email"))
    intent = desk.store.get("payment_intent", own_id, param="intent")
    intent |= {name: parameters[name] for name in ("description", "receipt_email") if name in parameters}
    intent["metadata"] = labels(parameters, intent["metadata"])
    return intent


def confirm(desk: Desk, parameters: Parameters, own_id: str) -> Thing:
    """POST /v1/payment_intents/{id}/confirm; raises a card_error with status 402 when the card is declined."""
    only(parameters, ("payment_method", "return_url", "off_session"))
    intent = desk.store.get("payment_intent", own_id, param="intent")
    if "payment_method" in parameters:
        intent["payment_method"] = methods.named(desk, text(parameters, "payment_method"))["id"]
    if intent["status"] in {"succeeded", "processing", "canceled"} or not intent["payment_method"]:
        raise unexpected(intent, "confirm")
    problem = attempt(desk, intent, desk.store.get("payment_method", intent["payment_method"]))
    if problem is not None:
        raise problem
    return intent


def attempt(desk: Desk, intent: Thing, method: Thing, *, is_confirmed: bool = False) -> Refused | None:
    """Try to take the money; the card error when that failed. An intent may have to wait for its payer or the bank."""
    number = desk.numbers[method["id"]]
    intent |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}
    if method["type"] == "sepa_debit":
        _debit(desk, intent, method)
        return None
    behaviour = methods.behaviour_of(number)
    if behaviour.asks_first and not is_confirmed:
        intent["status"] = "requires_action"
        intent["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": None, "url": f"{desk.url}/c/3ds/{intent['id']}"},
        }
        desk.say("payment_intent.requires_action", intent)
        return None
    charge = shapes.charge(desk.now(), of=intent, method=method)
    desk.store.keep(charge)
    intent["latest_charge"] = charge["id"]
    if behaviour.code:
        return fail(
            desk, intent, code=behaviour.code, decline_code=behaviour.decline_code, message=behaviour.message
        )
    succeed(desk, intent)
    if behaviour.is_disputed:
        from tests.stripe_stand_in.disputes import open_dispute

        open_dispute(desk, charge, reason="fraudulent")
    return None


def _debit(desk: Desk, intent: Thing, method: Thing) -> None:
    """A debit is only known to have worked days later."""
    charge = desk.store.keep(shapes.charge(desk.now(), of=intent, method=method))
    intent |= {"latest_charge": charge["id"], "status": "processing"}
    desk.say("charge.pending", charge)
    desk.say("payment_intent.processing", intent)
    settle_later(desk, intent)


def settle_later(desk: Desk, intent: Thing) -> None:
    """Where debits are through by themselves, let this one be, as its account does."""
    if desk.settle_seconds is not None:
        fails = desk.numbers[intent["payment_method"]] in methods.ACCOUNTS_THAT_FAIL
        desk.later(desk.now() + desk.settle_seconds, lambda: settle(desk, intent["id"], fails=fails))


def settle(desk: Desk, own_id: str, *, fails: bool = False) -> Thing:
    """The bank's answer to a debit that is on its way."""
    from tests.stripe_stand_in.sessions import session_of

    intent = desk.store.get("payment_intent", own_id, param="intent")
    if intent["status"] != "processing":
        raise unexpected(intent, "settle")
    session = session_of(desk, intent)
    if fails:
        code, message = DEBIT_FAILED
        fail(desk, intent, code=code, decline_code=None, message=message)
    else:
        succeed(desk, intent)
    if session is not None:
        session["payment_status"] = "unpaid" if fails else "paid"
        desk.say(f"checkout.session.async_payment_{'failed' if fails else 'succeeded'}", session)
    return intent


def succeed(desk: Desk, intent: Thing) -> None:
    """The money is there."""
    charge = desk.store.get("charge", intent["latest_charge"])
    is_card = charge["payment_method_details"]["type"] == "card"
    fee = round(charge["amount"] * 0.015) + 25 if is_card else 35
    moved = shapes.balance_transaction(
        desk.now(),
        source=charge["id"],
        amount=charge["amount"],
        fee=fee,
        kind="charge" if is_card else "payment",
        description=charge["description"],
    )
    desk.store.keep(moved)
    charge |= {
        "status": "succeeded",
        "paid": True,
        "captured": True,
        "amount_captured": charge["amount"],
        "balance_transaction": moved["id"],
        "outcome": _outcome("approved_by_network", "Payment complete.", "authorized"),
        "receipt_url": f"{desk.url}/receipts/{charge['id']}",
    }
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "next_action": None}
    desk.say("charge.succeeded", charge)
    desk.say("payment_intent.succeeded", intent)


def fail(desk: Desk, intent: Thing, *, code: str, decline_code: str | None, message: str) -> Refused:
    """The attempt came to nothing; the intent waits for another way of paying."""
    charge = desk.store.get("charge", intent["latest_charge"])
    charge |= {
        "status": "failed",
        "failure_code": code,
        "failure_message": message,
        "outcome": _outcome("declined_by_network", message, "issuer_declined", decline_code or code),
    }
    error: dict[str, Any] = {
        "charge": charge["id"],
        "code": code,
        "doc_url": f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}",
        "message": message,
        "payment_method": desk.store.shown(desk.store.get("payment_method", intent["payment_method"]), {}),
        "type": "card_error",
    }
    if decline_code:
        error["decline_code"] = decline_code
    return _to_the_start(desk, intent, error, charge)


def refuse(desk: Desk, intent: Thing) -> Refused:
    """The payer did not confirm to the bank that it is them."""
    error = {"code": FAILED_AUTHENTICATION, "message": NOT_CONFIRMED, "type": "card_error"}
    return _to_the_start(desk, intent, error, None)


def _to_the_start(desk: Desk, intent: Thing, error: dict[str, Any], charge: Thing | None) -> Refused:
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": error,
    }
    if charge is not None:
        desk.say("charge.failed", charge)
    desk.say("payment_intent.payment_failed", intent)
    also = {name: value for name, value in error.items() if name in {"charge", "decline_code"}}
    return Refused(
        error["message"],
        status=402,
        kind="card_error",
        code=error["code"],
        also=also | {"payment_intent": desk.store.shown(intent, {})},
    )


def cancel(desk: Desk, parameters: Parameters, own_id: str) -> Thing:
    """POST /v1/payment_intents/{id}/cancel; one of an open Checkout session ends with its session only."""
    from tests.stripe_stand_in.sessions import session_of

    only(parameters, ("cancellation_reason",))
    intent = desk.store.get("payment_intent", own_id, param="intent")
    session = session_of(desk, intent)
    if session is not None and session["status"] == "open":
        raise Refused(
            "You cannot cancel a PaymentIntent of an open Checkout Session. Expire the Checkout Session instead.",
            code="payment_intent_unexpected_state",
        )
    if intent["status"] not in CANCELLABLE:
        raise unexpected(intent, "cancel")
    end(desk, intent, reason=parameters.get("cancellation_reason"))
    return intent


def end(desk: Desk, intent: Thing, *, reason: str | None) -> None:
    """Nobody can pay it any more."""
    intent |= {
        "status": "canceled",
        "canceled_at": desk.now(),
        "cancellation_reason": reason,
        "next_action": None,
    }
    desk.say("payment_intent.canceled", intent)


def unexpected(intent: Thing, verb: str) -> Refused:
    """What was asked for does not go together with the state of the intent."""
    return Refused(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        also={"payment_intent": dict(intent)},
    )


def _outcome(status: str, message: str, kind: str, reason: str | None = None) -> dict[str, Any]:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": status,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": message,
        "type": kind,
    }
