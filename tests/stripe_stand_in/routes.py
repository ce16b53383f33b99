"""The endpoints of the API: which method and path lead where, and what the lists can be asked for."""

import re
from collections.abc import Callable
from typing import Any

from tests.stripe_stand_in import intents, methods, refunds, sessions, shapes
from tests.stripe_stand_in.desk import Desk
from tests.stripe_stand_in.parameters import Parameters, labels, only, words
from tests.stripe_stand_in.problems import Refused
from tests.stripe_stand_in.store import Thing, as_list

Endpoint = Callable[..., Thing]
PAGING = ("limit", "starting_after", "ending_before")
OF_CUSTOMERS = (
    "name",
    "email",
    "phone",
    "description",
    "metadata",
    "address",
    "preferred_locales",
    "tax_exempt",
)
FILTERS = {
    "checkout.session": ("customer", "payment_intent", "status", "created"),
    "payment_intent": ("customer", "created"),
    "charge": ("customer", "payment_intent", "created"),
    "refund": ("charge", "payment_intent", "created"),
    "dispute": ("charge", "payment_intent", "created"),
    "event": ("type", "types", "delivery_success", "created"),
    "customer": ("email", "created"),
    "balance_transaction": ("source", "type", "currency", "payout", "created"),
}
PLURALS = {
    "checkout.session": "checkout/sessions",
    "payment_intent": "payment_intents",
    "charge": "charges",
    "refund": "refunds",
    "dispute": "disputes",
    "event": "events",
    "customer": "customers",
    "balance_transaction": "balance_transactions",
}
PARAMS = {"checkout.session": "session", "payment_intent": "intent"}


def endpoint(method: str, path: str) -> tuple[Endpoint, tuple[str, ...]]:
    """What serves this address, and the ids in it; raises Stripe's answer to an unknown one."""
    for known, pattern, serve in ROUTES:
        found = pattern.fullmatch(path)
        if known == method and found:
            return serve, found.groups()
    raise Refused(
        f"Unrecognized request URL ({method}: {path}). Please see https://docs.stripe.com or we can help at "
        "https://support.stripe.com/.",
        status=404,
    )


def _one(kind: str) -> Endpoint:
    def show(desk: Desk, parameters: Parameters, own_id: str) -> Thing:
        only(parameters, ())
        return desk.store.get(kind, own_id, param=PARAMS.get(kind, "id"))

    return show


def _many(kind: str) -> Endpoint:
    def listing(desk: Desk, parameters: Parameters) -> Thing:
        only(parameters, (*PAGING, *FILTERS[kind]))
        types = [
            *words(parameters, "types"),
            *([parameters["type"]] if kind == "event" and "type" in parameters else []),
        ]
        wanted = {
            name: value
            for name, value in parameters.items()
            if name in FILTERS[kind] and name not in {"created", "types", "delivery_success", "payout"}
        }
        if kind == "event":
            wanted.pop("type", None)

        def matches(thing: Thing) -> bool:
            return (not types or any(_is_of(thing["type"], each) for each in types)) and all(
                thing.get(name) == value for name, value in wanted.items()
            )

        return desk.store.page(kind, parameters, url=f"/v1/{PLURALS[kind]}", matches=matches)

    return listing


def _is_of(kind: str, wanted: str) -> bool:
    return kind == wanted or (wanted.endswith("*") and kind.startswith(wanted[:-1]))


def _create_customer(desk: Desk, parameters: Parameters) -> Thing:
    only(parameters, OF_CUSTOMERS)
    customer = desk.store.keep(shapes.customer(desk.now()))
    _describe(customer, parameters)
    desk.say("customer.created", customer)
    return customer


def _update_customer(desk: Desk, parameters: Parameters, own_id: str) -> Thing:
    only(parameters, OF_CUSTOMERS)
    customer = desk.store.get("customer", own_id)
    _describe(customer, parameters)
    desk.say("customer.updated", customer)
    return customer


def _describe(customer: Thing, parameters: Parameters) -> None:
    customer |= {
        name: value or None
        for name, value in parameters.items()
        if name in OF_CUSTOMERS and name not in {"address", "metadata"}
    }
    if "address" in parameters:
        customer["address"] = shapes.NOBODY | dict(parameters["address"] or {})
    customer["metadata"] = labels(parameters, customer["metadata"])


def _items_of(desk: Desk, parameters: Parameters, own_id: str) -> Thing:
    only(parameters, PAGING)
    items: Thing = desk.store.get("checkout.session", own_id, param="session")["line_items"]
    return items


def _refunds_of(desk: Desk, parameters: Parameters, own_id: str) -> Thing:
    only(parameters, PAGING)
    found = [each for each in desk.store.all("refund") if each["charge"] == own_id]
    return as_list(found, f"/v1/charges/{own_id}/refunds")


def _account(desk: Desk, parameters: Parameters) -> Thing:
    only(parameters, ())
    return shapes.account(desk.now())


def _routes() -> list[tuple[str, re.Pattern[str], Endpoint]]:
    lists = [("GET", f"/v1/{PLURALS[kind]}", _many(kind)) for kind in FILTERS]
    ones: list[tuple[str, str, Endpoint]] = [
        ("GET", f"/v1/{PLURALS[kind]}/([^/]+)", _one(kind)) for kind in FILTERS
    ]
    rest: list[tuple[str, str, Endpoint]] = [
        ("POST", "/v1/customers", _create_customer),
        ("POST", "/v1/customers/([^/]+)", _update_customer),
        ("POST", "/v1/checkout/sessions", sessions.create),
        ("POST", "/v1/checkout/sessions/([^/]+)", sessions.update),
        ("POST", "/v1/checkout/sessions/([^/]+)/expire", sessions.expire),
        ("GET", "/v1/checkout/sessions/([^/]+)/line_items", _items_of),
        ("POST", "/v1/payment_intents", intents.create),
        ("POST", "/v1/payment_intents/([^/]+)", intents.update),
        ("POST", "/v1/payment_intents/([^/]+)/confirm", intents.confirm),
        ("POST", "/v1/payment_intents/([^/]+)/cancel", intents.cancel),
        ("POST", "/v1/payment_methods", methods.create),
        ("GET", "/v1/payment_methods/([^/]+)", _one("payment_method")),
        ("POST", "/v1/payment_methods/([^/]+)/attach", methods.attach),
        ("GET", "/v1/charges/([^/]+)/refunds", _refunds_of),
        ("POST", "/v1/refunds", refunds.create),
        ("POST", "/v1/refunds/([^/]+)", refunds.update),
        ("GET", "/v1/account", _account),
    ]
    return [(method, re.compile(path), serve) for method, path, serve in [*lists, *rest, *ones]]


ROUTES: list[tuple[str, re.Pattern[str], Any]] = _routes()
