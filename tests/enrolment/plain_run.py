"""One run as somebody would keep it on paper: the waiting list of domain.md in plain Python, one thing after the other.

It shares no line with the service; the histories of test_histories.py are played on both and compared.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

OCCUPYING = {"held", "confirmed", "offered"}
OFFER = timedelta(hours=48)
HOLD = timedelta(minutes=30)


@dataclass
class Card:
    """A party: its persons by name, in which state, and until when."""

    names: list[str]
    state: dict[str, str]
    until: datetime | None = None
    rule: str = "together"

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

    @property
    def free(self) -> int:
        taken = sum(state in OCCUPYING for card in self.cards for state in card.state.values())
        return self.capacity - taken

    @property
    def line(self) -> list[Card]:
        return [card for card in self.cards if card.all_are("waiting")]

    @property
    def promoting(self) -> bool:
        return self.now < self.promotion_ends_at

    def states(self) -> dict[str, str]:
        return {name: state for card in self.cards for name, state in card.state.items()}

    def card_of(self, name: str) -> Card:
        return next(card for card in self.cards if name in card.state)

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

    def enrol(self, names: list[str], rule: str) -> None:
        self.settle()
        if self._fits(len(names)):
            self._add(names, rule, "confirmed")
        elif rule == "split" and len(names) > 1:
            for name in names:
                self._add([name], rule, "confirmed" if self._fits(1) else "waiting")
        elif rule == "next_run":
            self._add(names, rule, "expired")
        else:
            self._add(names, rule, "waiting")
        self.serve()

    def hold(self, name: str) -> bool:
        """The name stands for the browser until somebody is named."""
        self.settle()
        if not self._fits(1):
            return False
        self._add([name], "together", "held")
        self.cards[-1].until = self.now + HOLD
        return True

    def give_up(self, name: str) -> None:
        self.settle()
        card = self.card_of(name)
        if card.all_are("held"):
            card.turn("cancelled")
            self.serve()

    def finish(self, name: str) -> None:
        """The form is sent: the held place is taken, or the sender is a newcomer."""
        self.settle()
        card = self.card_of(name)
        if card.all_are("held"):
            card.turn("confirmed")
        else:
            self.cards.remove(card)
            self.enrol([name], "together")

    def cancel(self, name: str) -> None:
        self.settle()
        card = self.card_of(name)
        if card.state[name] == "confirmed":
            card.state[name] = "cancelled"
        elif card.state[name] == "waiting":
            card.turn("cancelled")
        elif card.state[name] == "offered":
            card.turn("expired")
        self.serve()

    def accept(self, name: str) -> None:
        self.settle()
        card = self.card_of(name)
        if card.all_are("offered"):
            card.turn("confirmed")

    def decline(self, name: str) -> None:
        self.settle()
        card = self.card_of(name)
        if card.all_are("offered"):
            card.turn("expired")
            self.serve()

    def resize(self, capacity: int) -> bool:
        self.settle()
        if capacity < self.capacity - self.free:
            return False
        self.capacity = capacity
        self.serve()
        return True

    def _fits(self, size: int) -> bool:
        if size > self.free:
            return False
        if not self.promoting:
            return not self.line
        return all(len(card.names) > self.free for card in self.line)

    def _add(self, names: list[str], rule: str, state: str) -> None:
        self.cards.append(Card(list(names), dict.fromkeys(names, state), rule=rule))
