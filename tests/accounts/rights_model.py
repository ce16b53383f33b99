"""A plain model of who may see whose records: dictionaries and sets, no database, written from the rules and not from the code."""

from dataclasses import dataclass, field
from datetime import date
from itertools import permutations

COMES_OF_AGE = 18


@dataclass
class World:
    """What has been said so far. People are called by name; `today` moves."""

    today: date
    births: dict[str, date]
    booked: dict[str, str]
    """Whose place a guardian booked, and who that guardian is."""
    employees: dict[str, str]
    """Whose place a company bought, and which."""
    homes: dict[str, dict[str, bool]] = field(default_factory=dict)
    """The household of each head: its members, and whether they are heads too."""
    guardians: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Guardian and child: whether it holds, or has ended."""
    mandates: dict[tuple[str, str], tuple[frozenset[str], date | None]] = field(default_factory=dict)
    """Agent and principal: what is allowed, and the last day."""
    contacts: set[tuple[str, str]] = field(default_factory=set)
    staff: set[str] = field(default_factory=set)

    def is_minor(self, who: str) -> bool:
        born = self.births[who]
        return (self.today.year - born.year) - (
            (self.today.month, self.today.day) < (born.month, born.day)
        ) < COMES_OF_AGE

    def decides(self, guardian: str, child: str) -> bool:
        return self.guardians.get((guardian, child), False) and self.is_minor(child)

    def speaks_for(self, who: str, whom: str) -> bool:
        """As a guardian or as the head of the household. Whoever was somebody's guardian is never their head again."""
        if who == whom or self.decides(who, whom):
            return True
        if (who, whom) in self.guardians:
            return False
        return any(home.get(who, False) and whom in home for home in self.homes.values())

    def has_mandate(self, agent: str, principal: str) -> bool:
        scopes, until = self.mandates.get((agent, principal), (frozenset(), None))
        return "see" in scopes and (until is None or self.today <= until)

    def sees_papers(self, who: str, whom: str) -> bool:
        """Certificates and the calendar."""
        return self.speaks_for(who, whom) or self.has_mandate(who, whom)

    def sees_place(self, who: str, whom: str) -> bool:
        """The enrolment: also the staff, and the contacts of the company that bought it."""
        bought = (who, self.employees[whom]) in self.contacts if whom in self.employees else False
        return who in self.staff or bought or self.sees_papers(who, whom)

    def table(self, people: list[str]) -> str:
        """Who sees whose place, for reading a failure."""
        pairs = permutations(people, 2)
        return ", ".join(f"{who}->{whom}" for who, whom in pairs if self.sees_place(who, whom))
