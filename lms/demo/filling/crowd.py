"""The register of learners: four hundred invented people, their families and how they can be reached."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from lms.demo.filling.ground import Ground
from lms.demo.shapes.people import District, Figure, HouseholdShape, Origin, StaffMember
from lms.demo.shapes.programme import Trainer
from lms.demo.shapes.words import Gender
from lms.kernel.period import Period
from lms.messaging.models import Channel
from lms.people.models import Person
from lms.people.rules import MAJORITY, matching

GENDERS: tuple[Gender, Gender] = ("female", "male")
FIRST_FREE_NUMBER = 500
TRIES = 20
MAIL = "post.example"
KNOWN_FOR_MINUTES = (300 * 24 * 60, 900 * 24 * 60)


@dataclass(slots=True, eq=False)
class Learner:
    """Somebody of the register, with what only the filling needs to know: company, guardians, and where they sit when."""

    person: Person
    birth_date: date
    age: int
    figure: Figure | None = None
    company: str | None = None
    mother_tongue: str = "de"
    guardians: list[Person] = field(default_factory=list)
    busy: list[Period] = field(default_factory=list)
    courses: set[str] = field(default_factory=set)
    enrolments: int = 0

    @property
    def contact(self) -> Person:
        """Who gets the letters: oneself, for a child one of those who care for it."""
        return self.guardians[0] if self.guardians else self.person


@dataclass(slots=True, eq=False)
class Family:
    """A household of two and more; the first acts for the others."""

    name: str
    members: list[Learner]


@dataclass(slots=True)
class Register:
    """Everybody who learns, and the families among them."""

    learners: list[Learner]
    families: list[Family]
    figures: dict[str, Learner]


class Inventor:
    """Invents people from the lists of the demo; no full name and no address comes twice."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.source = ground.demo.people
        named: list[Figure | StaffMember | Trainer] = [
            *self.source.figure,
            *self.source.staff,
            *ground.demo.trainers,
        ]
        self._names = {(one.given_name, one.family_name) for one in named}
        self._emails: set[str] = set()
        self._phone = FIRST_FREE_NUMBER

    def register(self) -> Register:
        """The whole register: figures, households, and those who stand alone."""
        figures = {figure.key: self._figure(figure) for figure in self.source.figure}
        families = self._families_of_figures(figures)
        for shape in self.source.household:
            families += [self._family(shape) for _ in range(shape.count)]
        in_families = [member for family in families for member in family.members]
        alone = [one for one in figures.values() if one not in in_families]
        for band in self.source.crowd:
            alone += [self._anybody(band.age_from, band.age_to) for _ in range(band.count)]
        return Register(learners=[*in_families, *alone], families=families, figures=figures)

    def _families_of_figures(self, figures: dict[str, Learner]) -> list[Family]:
        families = []
        for household in dict.fromkeys(figure.household for figure in self.source.figure):
            members = [figures[figure.key] for figure in self.source.figure if figure.household == household]
            if len(members) > 1:
                members.sort(key=lambda one: not (one.figure and one.figure.acts_for))
                families.append(Family(name=members[0].person.family_name, members=members))
        for figure in self.source.figure:
            for key in figure.guardian_of:
                figures[key].guardians.append(figures[figure.key].person)
        return families

    def _family(self, shape: HouseholdShape) -> Family:
        origin, where = self._origin(), self._district()
        family_name, street = self._family_name(origin), self._street(where)
        members = [
            self._somebody(
                origin,
                family_name,
                self._age(one.age_from, one.age_to),
                one.gender or self._gender(),
                where,
                street,
            )
            for one in shape.member
        ]
        parents = [
            learner.person for learner, one in zip(members, shape.member, strict=True) if one.part == "parent"
        ]
        for learner in members:
            if learner.age < MAJORITY:
                learner.guardians = list(parents)
        return Family(name=family_name, members=members)

    def _anybody(self, age_from: int, age_to: int) -> Learner:
        origin, where = self._origin(), self._district()
        gender = self._gender()
        age = self._age(age_from, age_to)
        return self._somebody(origin, self._family_name(origin), age, gender, where, self._street(where))

    def _somebody(
        self, origin: Origin, family_name: str, age: int, gender: Gender, where: District, street: str
    ) -> Learner:
        given_name = self._given_name(origin, family_name, age, gender)
        reach = next(one for one in self.source.reach if one.age_from <= age <= one.age_to)
        has_email, has_phone = (
            self.ground.happens(reach.email_percent),
            self.ground.happens(reach.phone_percent),
        )
        birth_date = born(self.ground.today, age, self.ground.chance.randint(1, 364))
        person = Person(
            id=self.ground.key(),
            given_name=given_name,
            family_name=family_name,
            matching=matching(given_name, family_name),
            created_at=self._known_since(),
            birth_date=birth_date,
            email=self._email(given_name, family_name) if has_email else None,
            phone=self._number() if has_phone or not (has_email or age < MAJORITY) else None,
            street=street,
            postal_code=where.postal_code,
            city=where.city,
            district=where.name,
            channel=Channel.EMAIL if has_email else Channel.POST,
        )
        return Learner(person=person, birth_date=birth_date, age=age, mother_tongue=origin.language)

    def _figure(self, figure: Figure) -> Learner:
        where = next(one for one in self.source.district if one.name == figure.district)
        birth_date = born(self.ground.today, figure.age, figure.birthday_in_days)
        person = Person(
            id=self.ground.key(),
            given_name=figure.given_name,
            family_name=figure.family_name,
            matching=matching(figure.given_name, figure.family_name),
            created_at=self._known_since(),
            birth_date=birth_date,
            email=figure.email,
            phone=figure.phone,
            street=figure.street,
            postal_code=where.postal_code,
            city=where.city,
            district=where.name,
            language=figure.language,
            channel=Channel.EMAIL if figure.email else Channel.POST,
        )
        return Learner(
            person=person, birth_date=birth_date, age=figure.age, figure=figure, company=figure.company
        )

    def _known_since(self) -> datetime:
        return self.ground.now - timedelta(minutes=self.ground.chance.randint(*KNOWN_FOR_MINUTES))

    def _gender(self) -> Gender:
        return self.ground.chance.choice(GENDERS)

    def _age(self, age_from: int, age_to: int) -> int:
        return self.ground.chance.randint(age_from, age_to)

    def _origin(self) -> Origin:
        return self.ground.weighted(self.source.origin, [one.weight for one in self.source.origin])

    def _district(self) -> District:
        return self.ground.weighted(self.source.district, [one.weight for one in self.source.district])

    def _street(self, where: District) -> str:
        return f"{self.ground.chance.choice(where.streets)} {self.ground.chance.randint(1, 48)}"

    def _family_name(self, origin: Origin) -> str:
        return self.ground.chance.choice(origin.family_names)

    def _given_name(self, origin: Origin, family_name: str, age: int, gender: Gender) -> str:
        choices = next(
            one.names
            for one in origin.given_names
            if one.gender == gender and one.age_from <= age <= one.age_to
        )
        free = [name for name in choices if (name, family_name) not in self._names]
        given_name = self.ground.chance.choice(free or choices)
        self._names.add((given_name, family_name))
        return given_name

    def _email(self, given_name: str, family_name: str) -> str:
        stem = f"{_plain(given_name)}.{_plain(family_name)}"
        address = next(
            address
            for number in range(1, TRIES)
            if (address := f"{stem}{number if number > 1 else ''}@{MAIL}") not in self._emails
        )
        self._emails.add(address)
        return address

    def _number(self) -> str:
        self._phone += 1
        return f"03904 000-{self._phone}"


def _plain(name: str) -> str:
    return matching(name, "").replace(" ", "-")


def born(today: date, age: int, birthday_in_days: int) -> date:
    """When somebody was born who is of this age today and has their next birthday in so many days."""
    birthday = today + timedelta(days=birthday_in_days)
    year = birthday.year - age - 1
    try:
        return birthday.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
