"""What people pay with: Stripe's published test cards and test accounts, and how each behaves.

docs.stripe.com/testing; a number that is not one of these is declined, as a real card is in test mode.
"""

import re
from dataclasses import dataclass

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from tests.stripe_stand_in import shapes
from tests.stripe_stand_in.desk import Desk
from tests.stripe_stand_in.parameters import Parameters, labels, only, text
from tests.stripe_stand_in.problems import Refused, wrong
from tests.stripe_stand_in.store import Thing

DECLINED = "Your card was declined."


@dataclass(frozen=True)
class Behaviour:
    """What comes of paying with a number. `code` says why it is declined, in the words of the API."""

    code: str = ""
    decline_code: str | None = None
    message: str = DECLINED
    asks_first: bool = False
    is_disputed: bool = False
    refunds: str = "succeed"
    attaches: bool = False


CARDS = {
    "4242424242424242": Behaviour(),
    "5555555555554444": Behaviour(),
    "4000002760000016": Behaviour(),
    "4000000000000002": Behaviour("card_declined", "generic_decline"),
    "4000000000009995": Behaviour("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "4000000000009987": Behaviour("card_declined", "lost_card"),
    "4000000000000069": Behaviour("expired_card", None, "Your card has expired."),
    "4000000000000127": Behaviour("incorrect_cvc", None, "Your card's security code is incorrect."),
    "4000000000000119": Behaviour(
        "processing_error", None, "An error occurred while processing your card. Try again in a little bit."
    ),
    "4000002500003155": Behaviour(asks_first=True),
    "4000000000003220": Behaviour(asks_first=True),
    "4000000000000259": Behaviour(is_disputed=True),
    "4000000000000341": Behaviour("card_declined", "generic_decline", attaches=True),
    "4000000000007726": Behaviour(refunds="pending"),
    "4000000000005126": Behaviour(refunds="fail"),
}
ACCOUNTS_THAT_FAIL = frozenset({"DE62370400440532013001", "DE08370400440532013003"})
NAMED = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequired": "4000002500003155",
}
NO_TEST_CARD = Behaviour(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card.",
)


def digits(number: str) -> str:
    """A number as it is kept: without blanks, in capitals."""
    return re.sub(r"[\s-]", "", number).upper()


def behaviour_of(number: str) -> Behaviour:
    """How this card behaves."""
    return CARDS.get(number, NO_TEST_CARD)


def make_card(desk: Desk, number: str, name: str | None = None) -> Thing:
    """A card; refused when nobody could have such a number."""
    number = digits(number)
    if not re.fullmatch(r"\d{12,19}", number) or _checksum(number):
        raise Refused(
            "Your card number is incorrect.",
            status=402,
            kind="card_error",
            code="incorrect_number",
            param="number",
        )
    brand = {"4": "visa", "5": "mastercard", "3": "amex"}.get(number[0], "unknown")
    return _keep(
        desk,
        number,
        shapes.payment_method(desk.now(), kind="card", details=shapes.card_details(number, brand), name=name),
    )


def make_debit(desk: Desk, number: str, name: str | None = None) -> Thing:
    """An account to debit; refused when the IBAN is none."""
    number = digits(number)
    try:
        IBAN(number)
    except SchwiftyException as problem:
        raise wrong("sepa_debit[iban]", "The IBAN you provided is invalid.", "invalid_iban") from problem
    return _keep(
        desk,
        number,
        shapes.payment_method(desk.now(), kind="sepa_debit", details=shapes.debit_details(number), name=name),
    )


def named(desk: Desk, wanted: str) -> Thing:
    """A payment method by its id; Stripe's ready-made ones such as pm_card_visa become new ones."""
    if wanted in NAMED:
        return make_card(desk, NAMED[wanted])
    return desk.store.get("payment_method", wanted, param="payment_method", status=400)


def create(desk: Desk, parameters: Parameters) -> Thing:
    """POST /v1/payment_methods."""
    only(parameters, ("type", "card", "sepa_debit", "billing_details", "metadata", "allow_redisplay"))
    kind = text(parameters, "type")
    name = (parameters.get("billing_details") or {}).get("name")
    if kind == "card":
        card = parameters.get("card") or {}
        method = make_card(desk, text(card, "number", "card[number]"), name)
    elif kind == "sepa_debit":
        method = make_debit(desk, text(parameters.get("sepa_debit") or {}, "iban", "sepa_debit[iban]"), name)
    else:
        raise wrong("type", f"Invalid type: {kind}")
    method["metadata"] = labels(parameters)
    method["billing_details"] |= {
        each: value for each, value in (parameters.get("billing_details") or {}).items() if each != "address"
    }
    return method


def attach(desk: Desk, parameters: Parameters, own_id: str) -> Thing:
    """POST /v1/payment_methods/{id}/attach."""
    only(parameters, ("customer",))
    method = named(desk, own_id)
    behaviour = CARDS.get(desk.numbers[method["id"]], Behaviour())
    if behaviour.code and not behaviour.attaches:
        also = {"decline_code": behaviour.decline_code} if behaviour.decline_code else {}
        raise Refused(behaviour.message, status=402, kind="card_error", code=behaviour.code, also=also)
    method["customer"] = desk.store.get("customer", text(parameters, "customer"), param="customer")["id"]
    return method


def _keep(desk: Desk, number: str, method: Thing) -> Thing:
    desk.numbers[method["id"]] = number
    return desk.store.keep(method)


def _checksum(number: str) -> int:
    """Luhn's; 0 when it is right."""
    doubled = [int(each) * (2 if place % 2 else 1) for place, each in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10
