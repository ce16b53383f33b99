"""What the stand-in keeps: objects by id, lists of them newest first, and ids opened up where `expand` asks for it."""

import copy
import random
import string
from collections.abc import Callable, Mapping
from typing import Any

from tests.stripe_stand_in.parameters import Parameters, words
from tests.stripe_stand_in.problems import Refused, no_such, wrong

Thing = dict[str, Any]
PREFIXES = {
    "checkout.session": "cs_test_",
    "customer": "cus_",
    "payment_intent": "pi_",
    "payment_method": "pm_",
    "charge": "ch_",
    "refund": "re_",
    "dispute": "du_",
    "event": "evt_",
    "balance_transaction": "txn_",
    "item": "li_",
}
LETTERS = string.ascii_letters + string.digits
EXPANDABLE = frozenset(
    {
        "customer", "payment_intent", "latest_charge", "charge", "balance_transaction", "payment_method", "source",
        "failure_balance_transaction",
    }
)  # fmt: skip
LISTED = {"checkout.session": {"line_items"}, "charge": {"refunds"}}
LARGEST_PAGE = 100


class Store:
    """All objects in the order in which they were made. Not safe for threads: whoever serves holds a lock."""

    def __init__(self) -> None:
        self._things: dict[str, Thing] = {}
        self._kinds: dict[str, list[str]] = {}
        self._order: dict[str, int] = {}

    def keep(self, thing: Thing) -> Thing:
        """Keep a new object; gives the same one."""
        self._order[thing["id"]] = len(self._order)
        self._things[thing["id"]] = thing
        self._kinds.setdefault(thing["object"], []).append(thing["id"])
        return thing

    def everything(self) -> list[Thing]:
        """All objects, oldest first."""
        return list(self._things.values())

    def find(self, wanted: str) -> Thing | None:
        """Whatever has this id."""
        return self._things.get(wanted)

    def get(self, kind: str, wanted: str, *, param: str = "id", status: int = 404) -> Thing:
        """The object of this kind; otherwise Stripe's resource_missing."""
        thing = self._things.get(wanted)
        if thing is None or thing["object"] != kind:
            raise no_such(kind, wanted, param=param, status=status)
        return thing

    def all(self, kind: str) -> list[Thing]:
        """All of this kind, newest first."""
        return [self._things[each] for each in reversed(self._kinds.get(kind, []))]

    def page(
        self,
        kind: str,
        parameters: Parameters,
        *,
        url: str,
        matches: Callable[[Thing], bool] = lambda _: True,
    ) -> Thing:
        """A list object with `limit`, `starting_after`, `ending_before` and `created` as they were asked for."""
        limit = _limit(parameters)
        found = [
            each for each in self.all(kind) if matches(each) and _in_time(each, parameters.get("created"))
        ]
        if after := parameters.get("starting_after"):
            last = self._place(kind, str(after), "starting_after")
            found = [each for each in found if self._order[each["id"]] < last]
        if before := parameters.get("ending_before"):
            first = self._place(kind, str(before), "ending_before")
            found = [each for each in found if self._order[each["id"]] > first]
            return _as_list(found[-limit:], url, has_more=len(found) > limit)
        return _as_list(found[:limit], url, has_more=len(found) > limit)

    def _place(self, kind: str, wanted: str, param: str) -> int:
        return self._order[self.get(kind, wanted, param=param, status=400)["id"]]

    def shown(self, thing: Thing, parameters: Parameters) -> Thing:
        """A copy to send, with what `expand` asked for opened up, at most four levels deep as with Stripe."""
        shown = _without_lists(copy.deepcopy(thing))
        for path in words(parameters, "expand"):
            if path.count(".") > 3:
                raise wrong("expand", f"You cannot expand more than 4 levels of a property: {path}")
            self._open(shown, thing, path.split("."), path)
        return shown

    def _open(self, shown: Any, original: Any, path: list[str], asked: str) -> None:
        if isinstance(shown, list):
            for each in shown:
                self._open(each, self._things.get(each.get("id", ""), each), path, asked)
            return
        step, rest = path[0], path[1:]
        if step == "data" and shown.get("object") == "list":
            self._open(shown["data"], None, rest, asked)
            return
        if step in LISTED.get(shown.get("object", ""), ()):
            shown[step] = copy.deepcopy(original[step])
        elif step not in shown or (step not in EXPANDABLE and not isinstance(shown[step], dict)):
            raise Refused(f"This property cannot be expanded ({asked}).", param="expand")
        elif isinstance(shown[step], str):
            shown[step] = _without_lists(copy.deepcopy(self._things[shown[step]]))
        if rest and shown[step] is not None:
            self._open(shown[step], self._things.get(shown[step].get("id", ""), shown[step]), rest, asked)


def new_id(prefix: str) -> str:
    """An id as long as Stripe's, with its prefix."""
    length = 58 if prefix.startswith("cs_") else 14 if prefix == "cus_" else 24
    return prefix + "".join(random.choices(LETTERS, k=length))


def as_list(things: list[Thing], url: str) -> Thing:
    """A whole list object."""
    return _as_list(things, url, has_more=False)


def _as_list(things: list[Thing], url: str, *, has_more: bool) -> Thing:
    return {"object": "list", "url": url, "has_more": has_more, "data": things}


def _without_lists(thing: Thing) -> Thing:
    """What is shown without being asked for: no lists inside, and nothing of our own, which begins with `_`."""
    for name in [*LISTED.get(thing.get("object", ""), ()), *(each for each in thing if each.startswith("_"))]:
        thing.pop(name, None)
    if thing.get("object") == "list":
        thing["data"] = [_without_lists(each) for each in thing["data"]]
    return thing


def _limit(parameters: Parameters) -> int:
    value = str(parameters.get("limit", "10"))
    if not value.isdigit() or not 1 <= int(value) <= LARGEST_PAGE:
        raise wrong("limit", "Limit must be between 1 and 100.", "parameter_invalid_integer")
    return int(value)


def _in_time(thing: Thing, bounds: str | Mapping[str, str] | None) -> bool:
    if bounds is None:
        return True
    made: int = thing["created"]
    if isinstance(bounds, str):
        return made == int(bounds)
    tests = {"gt": made.__gt__, "gte": made.__ge__, "lt": made.__lt__, "lte": made.__le__}
    if unknown := set(bounds) - set(tests):
        raise wrong("created", f"Received unknown parameter: created[{unknown.pop()}]", "parameter_unknown")
    return all(tests[name](int(value)) for name, value in bounds.items())
