"""Checkout sessions: what is bought, how long it can be paid, and what comes of the hosted page's form."""

from typing import Any

from tests.stripe_stand_in import intents, methods, shapes
from tests.stripe_stand_in.desk import Desk
from tests.stripe_stand_in.parameters import Parameters, euros, labels, only, text, whole, words
from tests.stripe_stand_in.problems import Refused, missing, wrong
from tests.stripe_stand_in.store import Thing, as_list

SOONEST_SECONDS = 30 * 60
LATEST_SECONDS = 24 * 60 * 60
LEEWAY_SECONDS = 60  # a request that was on its way for a while
OFFERED = ("card", "sepa_debit")
PLACEHOLDER = "{CHECKOUT_SESSION_ID}"
KEPT = (
    "cancel_url",
    "client_reference_id",
    "locale",
    "submit_type",
    "billing_address_collection",
    "customer_creation",
)
CREATABLE = (
    *KEPT, "mode", "success_url", "line_items", "customer", "customer_email", "expires_at", "metadata",
    "payment_method_types", "payment_intent_data", "payment_method_options", "ui_mode", "invoice_creation",
    "phone_number_collection", "custom_text", "allow_promotion_codes", "adaptive_pricing", "consent_collection",
    "customer_update", "excluded_payment_method_types", "saved_payment_method_options", "currency", "branding_settings",
    "wallet_options",
)  # fmt: skip
FOR_THE_INTENT = (
    "description", "metadata", "receipt_email", "statement_descriptor", "statement_descriptor_suffix", "capture_method",
    "setup_future_usage", "transfer_group",
)  # fmt: skip


def create(desk: Desk, parameters: Parameters) -> Thing:
    """POST /v1/checkout/sessions, for payments at once on the hosted page."""
    only(parameters, CREATABLE)
    mode = text(parameters, "mode")
    if mode != "payment":
        raise wrong("mode", f"Invalid mode: {mode}. This stand-in knows mode=payment only.")
    items = _items(desk, parameters)
    session = shapes.session(desk.now(), amount=sum(each["amount_total"] for each in items), items={})
    session["line_items"] = as_list(items, f"/v1/checkout/sessions/{session['id']}/line_items")
    if session["amount_total"] < intents.SMALLEST_CENTS:
        raise Refused(
            "The Checkout Session's total amount due must add up to at least €0.50 eur",
            code="amount_too_small",
        )
    session |= {name: parameters[name] for name in KEPT if name in parameters}
    session["success_url"] = text(parameters, "success_url")
    session["metadata"] = labels(parameters)
    session["expires_at"] = _expiry(desk, parameters)
    session["payment_method_types"] = _ways(parameters)
    session["url"] = f"{desk.url}/c/pay/{session['id']}"
    data = parameters.get("payment_intent_data") or {}
    for name in data:
        if name not in FOR_THE_INTENT:
            raise Refused(
                f"Received unknown parameter: payment_intent_data[{name}]",
                code="parameter_unknown",
                param=name,
            )
    session["_intent"] = {**data, "metadata": labels(data)}
    _name_the_payer(desk, session, parameters)
    watch(desk, session)
    return desk.store.keep(session)


def _items(desk: Desk, parameters: Parameters) -> list[Thing]:
    lines = parameters.get("line_items")
    if not isinstance(lines, list) or not lines:
        raise missing("line_items")
    items = []
    for number, line in enumerate(lines):
        where = f"line_items[{number}]"
        price = line.get("price_data")
        if not isinstance(price, dict):
            raise missing(f"{where}[price_data]")
        euros(price, "currency", f"{where}[price_data][currency]")
        product = price.get("product_data") or {}
        cents = whole(price, "unit_amount", f"{where}[price_data][unit_amount]")
        quantity = whole(line, "quantity", f"{where}[quantity]")
        if cents < 0 or quantity < 1:
            raise wrong(where, "This value must be greater than or equal to 1.", "parameter_invalid_integer")
        name = text(product, "name", f"{where}[price_data][product_data][name]")
        items.append(
            shapes.line_item(
                name=name,
                description=product.get("description"),
                amount=cents,
                quantity=quantity,
                created=desk.now(),
            )
        )
    return items


def _expiry(desk: Desk, parameters: Parameters) -> int:
    now = desk.now()
    expires_at = whole(parameters, "expires_at", default=now + LATEST_SECONDS)
    if not now + SOONEST_SECONDS - LEEWAY_SECONDS <= expires_at <= now + LATEST_SECONDS + LEEWAY_SECONDS:
        raise wrong(
            "expires_at",
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.",
        )
    return expires_at


def _ways(parameters: Parameters) -> list[str]:
    ways = words(parameters, "payment_method_types") or list(OFFERED)
    for number, way in enumerate(ways):
        if way not in OFFERED:
            raise wrong(
                f"payment_method_types[{number}]", f"The payment method type provided: {way} is invalid."
            )
    excluded = words(parameters, "excluded_payment_method_types")
    return [way for way in ways if way not in excluded]


def _name_the_payer(desk: Desk, session: Thing, parameters: Parameters) -> None:
    if "customer" in parameters and "customer_email" in parameters:
        raise wrong(
            "customer_email", "You may only specify one of these parameters: customer, customer_email."
        )
    if "customer" in parameters:
        wanted = text(parameters, "customer")
        customer = desk.store.get("customer", wanted, param="customer", status=400)
        session["customer"] = customer["id"]
        session["customer_details"] = _details(customer["email"], customer["name"])
    elif "customer_email" in parameters:
        session["customer_email"] = text(parameters, "customer_email")
        session["customer_details"] = _details(session["customer_email"], None)


def _details(email: str | None, name: str | None) -> dict[str, Any]:
    return {
        "address": dict(shapes.NOBODY),
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def update(desk: Desk, parameters: Parameters, own_id: str) -> Thing:
    """POST /v1/checkout/sessions/{id}: its metadata only."""
    only(parameters, ("metadata",))
    session = desk.store.get("checkout.session", own_id, param="session")
    session["metadata"] = labels(parameters, session["metadata"])
    return session


def expire(desk: Desk, parameters: Parameters, own_id: str) -> Thing:
    """POST /v1/checkout/sessions/{id}/expire; only an open one can be."""
    only(parameters, ())
    session = desk.store.get("checkout.session", own_id, param="session")
    if session["status"] != "open":
        raise Refused(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"`{session['status']}`."
        )
    close(desk, session)
    return session


def close(desk: Desk, session: Thing) -> None:
    """Nobody can pay on this page any more."""
    session |= {"status": "expired", "url": None}
    if session["payment_intent"]:
        intents.end(desk, desk.store.get("payment_intent", session["payment_intent"]), reason="automatic")
    desk.say("checkout.session.expired", session)


def watch(desk: Desk, session: Thing) -> None:
    """Let the session expire when its time is up."""
    desk.later(session["expires_at"], lambda: _close_if_overdue(desk, session))


def _close_if_overdue(desk: Desk, session: Thing) -> None:
    if session["status"] == "open" and session["expires_at"] <= desk.now():
        close(desk, session)


def session_of(desk: Desk, intent: Thing) -> Thing | None:
    """The session whose page this intent is paid on, if it is one."""
    own_id = intent.get("_session")
    return desk.store.get("checkout.session", own_id) if own_id else None


def pay(desk: Desk, session: Thing, method: Thing) -> Refused | None:
    """What comes of the hosted page's form: a card error, or None with the session complete or waiting for its payer."""
    intent = _intent_of(desk, session)
    method["billing_details"] |= {"email": (session["customer_details"] or {}).get("email")}
    if intent["status"] not in {"requires_payment_method", "requires_action"}:
        return None
    problem = intents.attempt(desk, intent, method)
    complete(desk, session)
    return problem


def complete(desk: Desk, session: Thing) -> None:
    """End the session when its intent is through, or on its way with the bank."""
    intent = desk.store.get("payment_intent", session["payment_intent"])
    if intent["status"] not in {"succeeded", "processing"} or session["status"] != "open":
        return
    if session["customer_details"] is None:
        session["customer_details"] = _details(None, None)
    is_paid = intent["status"] == "succeeded"
    session |= {"status": "complete", "payment_status": "paid" if is_paid else "unpaid", "url": None}
    desk.say("checkout.session.completed", session)


def confirm(desk: Desk, session: Thing, *, agrees: bool) -> Refused | None:
    """The payer's answer to the bank's question whether it is them."""
    intent = _intent_of(desk, session)
    if intent["status"] != "requires_action":
        return None
    if not agrees:
        return intents.refuse(desk, intent)
    method = methods.named(desk, intent["payment_method"])
    problem = intents.attempt(desk, intent, method, is_confirmed=True)
    complete(desk, session)
    return problem


def _intent_of(desk: Desk, session: Thing) -> Thing:
    if session["payment_intent"]:
        return desk.store.get("payment_intent", session["payment_intent"])
    intent = shapes.intent(desk.now(), amount=session["amount_total"])
    intent |= {name: value for name, value in session["_intent"].items() if name in intent}
    intent |= {
        "customer": session["customer"],
        "payment_method_types": list(session["payment_method_types"]),
        "_session": session["id"],
    }
    session["payment_intent"] = intent["id"]
    return intents.begin(desk, intent)


def return_address(session: Thing) -> str:
    """Where the payer goes after paying."""
    address: str = session["success_url"]
    return address.replace(PLACEHOLDER, session["id"])
