"""One run as somebody would keep it on paper: the waiting list of domain.md in plain Python, one thing after the other.

It shares no line with the service; histories are played on both and compared. What a method returns is what the person is
told. A name such as "P3.7" is the seventh claim that anybody made, for the person P3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

OCCUPYING = {"held", "confirmed", "offered"}
LIVE = OCCUPYING | {"requested", "waiting"}
OFFER = timedelta(hours=48)
HOLD = timedelta(minutes=30)
LONGEST_HOLD = timedelta(hours=2)


@dataclass
class Card:
    """A party: its persons by name, in which state, and until when. A form that is still empty has a card without persons."""

    names: list[str]
    state: dict[str, str]
    until: datetime | None = None
    rule: str = "together"
    is_form: bool = False
    has_accepted: bool = False

    def all_are(self, state: str) -> bool:
        return all(one == state for one in self.state.values())

    def turn(self, state: str, until: datetime | None = None) -> None:
        self.state = dict.fromkeys(self.names, state)
        self.until = until


@dataclass
class PlainRun:
    capacity: int
    now: datetime
    promotion_ends_at: datetime
    cards: list[Card] = field(default_factory=list)
    forms: dict[str, str] = field(default_factory=dict)
    sent: dict[str, tuple[str, ...]] = field(default_factory=dict)
    started: dict[str, datetime] = field(default_factory=dict)
    is_cancelled: bool = False

    def copy(self) -> "PlainRun":
        cards = [replace(card, names=list(card.names), state=dict(card.state)) for card in self.cards]
        return replace(
            self, cards=cards, forms=dict(self.forms), sent=dict(self.sent), started=dict(self.started)
        )

    def fingerprint(self) -> object:
        cards = tuple(
            (tuple(card.state.items()), card.until, card.rule, card.is_form, card.has_accepted)
            for card in self.cards
        )
        return cards, tuple(sorted(self.forms.items())), self.capacity, self.is_cancelled

    @property
    def free(self) -> int:
        taken = sum(state in OCCUPYING for card in self.cards for state in card.state.values())
        return self.capacity - taken

    @property
    def line(self) -> list[Card]:
        return [card for card in self.cards if card.all_are("waiting")]

    @property
    def promoting(self) -> bool:
        return not self.is_cancelled and self.now < self.promotion_ends_at

    def states(self) -> dict[str, str]:
        return {name: state for card in self.cards if not card.is_form for name, state in card.state.items()}

    def card_of(self, name: str) -> Card:
        return next(card for card in self.cards if name in card.state)

    def told(self, names: Sequence[str]) -> str:
        states = self.states()
        first = self.card_of(names[0])
        rank = f" at {self.line.index(first) + 1}" if first in self.line else ""
        return ",".join(states[name] for name in names) + rank

    def settle(self) -> None:
        """What has lapsed ends, and the line is served."""
        for card in self.cards:
            if card.until is not None and card.until <= self.now:
                card.turn("expired")
        self.serve()

    def serve(self) -> None:
        while self.promoting:
            fitting = [card for card in self.line if len(card.names) <= self.free]
            if not fitting:
                return
            fitting[0].turn("offered", min(self.now + OFFER, self.promotion_ends_at))

    def enrol(self, names: Sequence[str], rule: str) -> str:
        self.settle()
        if self.is_cancelled:
            return "not offered"
        if any(self._is_live(name) for name in names):
            return "already there"
        self._place(list(names), rule)
        self.serve()
        return self.told(names)

    def enrol_child(self, names: Sequence[str], rule: str) -> str:
        """The guardian of the first one has to agree before anything else happens."""
        self.settle()
        if self.is_cancelled:
            return "not offered"
        if any(self._is_live(name) for name in names):
            return "already there"
        self._add(list(names), rule, "requested")
        return self.told(names)

    def consent(self, name: str) -> str:
        """The party is a newcomer of this moment. Saying it twice says how things stand."""
        self.settle()
        card = self.card_of(name)
        if self.forms.get(name) == "consented":
            return self.states()[name]
        if not card.all_are("requested"):
            return "gone"
        self.forms[name] = "consented"
        self.cards.remove(card)
        self._place(card.names, card.rule)
        self.serve()
        return self.states()[name]

    def refuse(self, name: str) -> str:
        self.settle()
        card = self.card_of(name)
        if card.all_are("requested"):
            card.turn("cancelled")
        return ""

    def hold(self, name: str) -> str:
        """The name stands for the browser until somebody is named."""
        self.settle()
        if self.is_cancelled:
            return "not offered"
        self.forms[name], self.started[name] = "open", self.now
        if not self._fits(1):
            return "nothing held"
        self._hold([name])
        return "held"

    def give_up(self, name: str) -> str:
        self.settle()
        if self.forms[name] == "gone":
            return "unknown"
        if self.forms[name] == "open":
            self.forms[name] = "gone"
            for card in [card for card in self.cards if card.is_form and name in card.state]:
                self.cards.remove(card)
            self.serve()
        return ""

    def grow(self, name: str, size: int) -> str:
        """The form names so many persons now: as many places are held as long as they all would get one."""
        self.settle()
        if self.forms[name] == "gone":
            return "unknown"
        if self.forms[name] == "sent":
            return "0 held"
        held = self._held_for(name)
        until = min(self.now + HOLD, self.started[name] + LONGEST_HOLD)
        if held is None:
            if self.is_cancelled or until <= self.now or not self._fits(size):
                return "0 held"
            self._hold([name])
            held = self.cards[-1]
        if until > self.now and self._fits(size, held=len(held.names)):
            held.names = [name, *(f"{name}/{number}" for number in range(1, size))]
        held.turn("held", max(until, held.until or until))
        self.serve()
        return f"{len(held.names)} held"

    def finish(self, names: Sequence[str], rule: str) -> str:
        """The form is sent: what is held is taken; if that is not enough, everybody is a newcomer, or the rest is."""
        self.settle()
        form = names[0]
        if self.forms[form] == "gone":
            return "unknown"
        if self.forms[form] == "sent":
            return self.told(self.sent[form])
        held = self._held_for(form)
        if held is None and self.is_cancelled:
            return "not offered"
        self.cards = [card for card in self.cards if not (card.is_form and form in card.state)]
        if held is None:
            self._place(list(names), rule)
        elif self._fits(len(names), held=len(held.names), taken=-len(held.names)):
            self._add(list(names), rule, "confirmed")
        elif rule == "split":
            self._add(list(names[: len(held.names)]), rule, "confirmed")
            self._place(list(names[len(held.names) :]), rule)
        else:
            self.serve()
            self._place(list(names), rule)
        self.forms[form], self.sent[form] = "sent", tuple(names)
        self.serve()
        return self.told(names)

    def cancel(self, name: str) -> str:
        self.settle()
        card = self.card_of(name)
        if card.state[name] == "confirmed":
            card.state[name] = "cancelled"
        elif card.state[name] in {"waiting", "requested"}:
            card.turn("cancelled")
        elif card.state[name] == "offered":
            card.turn("expired")
        self.serve()
        return ""

    def leave(self, name: str) -> str:
        self.settle()
        return "has a place" if self.card_of(name).state[name] == "confirmed" else self.cancel(name)

    def accept(self, name: str) -> str:
        """Whether the offer that the name had is taken now, or was before."""
        self.settle()
        card = self.card_of(name)
        if card.all_are("offered"):
            card.turn("confirmed")
            card.has_accepted = True
        return "accepted" if card.has_accepted else "gone"

    def decline(self, name: str) -> str:
        self.settle()
        card = self.card_of(name)
        if card.has_accepted:
            return "accepted already"
        if card.all_are("offered"):
            card.turn("expired")
            self.serve()
        return ""

    def resize(self, capacity: int) -> str:
        self.settle()
        if capacity < self.capacity - self.free:
            return "too few"
        self.capacity = capacity
        self.serve()
        return ""

    def cancel_run(self) -> str:
        """Every claim ends; what has lapsed already has ended by itself."""
        self.is_cancelled = True
        for card in self.cards:
            for name, state in card.state.items():
                card.state[name] = "cancelled" if state in LIVE else state
            card.until = None
        return ""

    def _place(self, names: list[str], rule: str) -> None:
        if self._fits(len(names)):
            self._add(names, rule, "confirmed")
        elif rule == "split" and len(names) > 1:
            for name in names:
                self._add([name], rule, "confirmed" if self._fits(1) else "waiting")
        else:
            self._add(names, rule, "expired" if rule == "next_run" else "waiting")

    def _is_live(self, name: str) -> bool:
        person = name.split(".", maxsplit=1)[0]
        return any(
            one.split(".")[0] == person and state in LIVE
            for card in self.cards
            if not card.is_form
            for one, state in card.state.items()
        )

    def _held_for(self, name: str) -> Card | None:
        return next(
            (card for card in self.cards if card.is_form and name in card.state and card.all_are("held")),
            None,
        )

    def _hold(self, names: list[str]) -> None:
        self._add(names, "together", "held")
        self.cards[-1].until = self.now + HOLD
        self.cards[-1].is_form = True

    def _fits(self, size: int, *, held: int = 0, taken: int = 0) -> bool:
        """Whether a newcomer gets its places at once, some of which may be held for it (`taken`: not on any card any more)."""
        free = self.free + held + taken
        if size <= held:
            return True
        if size > free:
            return False
        if not self.promoting:
            return not self.line
        return all(len(card.names) > free for card in self.line)

    def _add(self, names: list[str], rule: str, state: str) -> None:
        self.cards.append(Card(list(names), dict.fromkeys(names, state), rule=rule))
