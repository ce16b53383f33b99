"""A centre with a published check of two areas, and companies with contacts."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.rights import Identity
from lms.maturity.checks import Checks, state_of
from lms.maturity.models import CheckDraft, CheckEdition
from lms.maturity.pages.opened import link_to
from lms.maturity.queries import WholeCheck, whole_check
from lms.maturity.questions import Advice, Area, Content, Question, Words, write
from lms.maturity.rules import Answer
from lms.people.models import Company, CompanyContact, Person
from lms.web.module import Around
from tests.making import MOMENT, make_person, staff

PLANNER: Actor = staff(Identity.PROGRAMME)
OFFICE: Actor = staff(Identity.ENROLMENT)


def question(key: str, text: str = "", levels: str = "") -> Question:
    return Question(
        key=key, text=Words(text or f"Frage {key}?", f"Question {key}?"), why=Words("Darum."),
        levels=tuple(Words(f"{levels}{key} Stufe {level}") for level in range(5)),
    )  # fmt: skip


def area(key: str, name: str, *questions: Question) -> Area:
    return Area(
        key=key, name=Words(name, f"{name} (English)"), questions=questions,
        steps=tuple(Words(f"Schritt {level} in {name}") for level in range(5)),
    )  # fmt: skip


def two_areas() -> tuple[Area, ...]:
    return (
        area("shop", "Kundschaft", question("s1"), question("s2")),
        area("data", "Daten", question("d1"), question("d2"), question("d3")),
    )


@dataclass
class Scene:
    """What the tests act in."""

    house: Around
    content: Content

    @property
    def checks(self) -> Checks:
        return Checks(self.house)

    async def company(self, name: str) -> tuple[Company, Actor, Person]:
        boss, company = make_person("Chris", name), Company(name=name)
        async with self.house.begin() as session:
            session.add_all([boss, company])
            await session.flush()
            session.add(CompanyContact(company_id=company.id, person_id=boss.id))
        actor = Actor(
            identities=frozenset({Identity.LEARNER, Identity.COMPANY_CONTACT}), account_id=uuid4(),
            person_id=boss.id, companies=frozenset({company.id}),
        )  # fmt: skip
        return company, actor, boss

    async def begun(self, actor: Actor = ANONYMOUS, company_id: UUID | None = None) -> UUID:
        return await self.checks.begin_check(actor, key=uuid4(), company_id=company_id)

    async def read(self, check_id: UUID) -> WholeCheck:
        async with self.house.begin.reading() as session:
            return await whole_check(session, check_id)

    async def answer(self, check_id: UUID, **levels: int | None) -> None:
        """Say these levels, area by area, as somebody at one window does."""
        for part in (await self.read(check_id)).content.areas:
            given = {one.key: Answer(levels[one.key]) for one in part.questions if one.key in levels}
            seen = state_of(part, (await self.read(check_id)).answers)
            await self.checks.save(check_id, area_key=part.key, given=given, seen=seen)

    async def finished(
        self, actor: Actor = ANONYMOUS, company_id: UUID | None = None, **levels: int | None
    ) -> UUID:
        check_id = await self.begun(actor, company_id)
        await self.answer(check_id, **levels)
        await self.checks.finish(check_id)
        return check_id

    async def publish(self, content: Content) -> None:
        """A further edition, past the draft."""
        async with self.house.begin() as session:
            session.add(CheckEdition(number=2, content=write(content), published_at=self.house.clock()))

    def path(self, check_id: UUID) -> str:
        return link_to(self.house, check_id)


async def make_scene(house: Around, *advice: Advice) -> Scene:
    content = Content(two_areas(), advice)
    async with house.begin() as session:
        session.add(CheckEdition(number=1, content=write(content), published_at=MOMENT))
        session.add(CheckDraft(content=write(content), changed_at=MOMENT))
    return Scene(house, content)
