"""Form parameters as Stripe's libraries send them: `line_items[0][price_data][currency]=eur`, `expand[]=customer`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from tests.stripe_stand_in.problems import Refused, missing, wrong

Parameters = dict[str, Any]
LARGEST_CENTS = 99_999_999
TRUTHS = {"true": True, "false": False}


def decode(encoded: str) -> Parameters:
    """Nested parameters out of a form or a query; numbered and empty brackets make lists."""
    tree: Parameters = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        first, *rest = [name.split("[", 1)[0], *re.findall(r"\[([^\]]*)\]", name)]
        _plant(tree, [first, *rest], value)
    return {name: _listed(value) for name, value in tree.items()}


def _plant(tree: Parameters, path: list[str], value: str) -> None:
    for step in path[:-1]:
        below = tree.setdefault(step, {})
        if not isinstance(below, dict):
            raise wrong(step, f"Invalid object: {step}", "parameter_invalid")
        tree = below
    last = path[-1] or str(len(tree))
    tree[last] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(each) for name, each in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def only(parameters: Mapping[str, Any], allowed: Iterable[str]) -> None:
    """Refuse what the endpoint does not know, as Stripe does."""
    for name in parameters:
        if name not in {*allowed, "expand"}:
            raise Refused(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def text(parameters: Mapping[str, Any], name: str, where: str = "") -> str:
    """A required text."""
    value = parameters.get(name)
    if value in (None, ""):
        raise missing(where or name)
    if not isinstance(value, str):
        raise wrong(where or name, f"Invalid string: {value}", "parameter_invalid")
    return value


def whole(parameters: Mapping[str, Any], name: str, where: str = "", default: int | None = None) -> int:
    """A whole number, for amounts of money in cents; required unless there is a default."""
    if name not in parameters and default is not None:
        return default
    value = text(parameters, name, where)
    if not re.fullmatch(r"-?\d+", value):
        raise wrong(where or name, f"Invalid integer: {value}", "parameter_invalid_integer")
    if abs(int(value)) > LARGEST_CENTS and "expires" not in name:
        raise wrong(
            where or name, f"Amount must be no more than €{LARGEST_CENTS / 100:,.2f}", "amount_too_large"
        )
    return int(value)


def truth(parameters: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    """A truth value."""
    value = parameters.get(name)
    if value is None:
        return default
    if value not in TRUTHS:
        raise wrong(name, f"Invalid boolean: {value}", "parameter_invalid")
    return TRUTHS[value]


def words(parameters: Mapping[str, Any], name: str) -> list[str]:
    """A list of texts; empty when it was not sent."""
    value = parameters.get(name) or []
    if not isinstance(value, list):
        raise wrong(name, "Invalid array", "parameter_invalid")
    return [str(each) for each in value]


def labels(parameters: Mapping[str, Any], former: Mapping[str, str] | None = None) -> dict[str, str]:
    """Metadata after this request: keys are added, and taken away by an empty text. At most 50 keys of 40, values of 500."""
    value = parameters.get("metadata")
    if value in (None, ""):
        return {} if value == "" else dict(former or {})
    if not isinstance(value, dict):
        raise wrong("metadata", "Invalid object", "parameter_invalid")
    for name, each in value.items():
        if len(name) > 40 or len(str(each)) > 500:
            raise wrong(f"metadata[{name}]", "Metadata keys have up to 40 characters, values up to 500.")
    merged = dict(former or {}) | {name: str(each) for name, each in value.items()}
    if len(merged) > 50:
        raise wrong("metadata", "Metadata can have up to 50 keys.")
    return {name: each for name, each in merged.items() if each != ""}


def euros(parameters: Mapping[str, Any], name: str = "currency", where: str = "") -> str:
    """The currency, which this account takes only in euros."""
    value = text(parameters, name, where).lower()
    if value != "eur":
        raise wrong(
            where or name,
            f"Invalid currency: {value}. This account takes payments in: eur",
            "currency_not_supported",
        )
    return value
