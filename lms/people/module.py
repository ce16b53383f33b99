"""The table of contents of `people`, for app.py."""

from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import links_of
from lms.jobs.worker import Periodic
from lms.kernel.clock import local, system_clock
from lms.people import letters, majority
from lms.people.companies import Companies
from lms.people.events import PhotoConsentAsked
from lms.people.family import PHOTOS, Family
from lms.people.guardians import Guardians
from lms.people.mandates import Mandates
from lms.people.merging import Merging
from lms.people.models import Person
from lms.people.service import People
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module


async def ask_about_photos(session: AsyncSession, event: PhotoConsentAsked) -> None:
    """A guardian would allow photos; the young person decides."""
    person = await session.get(Person, event.person_id)
    if person is not None:
        now = system_clock()
        token = links_of(session).signer.token(PHOTOS, person.id)
        await letters.ask_about_photos(session, person, token, day=local(now).date(), at=now)


def _greet(around: Around) -> Periodic:
    async def act() -> None:
        await majority.greet_adults(around)

    return Periodic("greet-adults", majority.EVERY, act)


MODULE = Module(
    name="people",
    services={
        "people": People,
        "company_billing": Companies,
        "mandates": Mandates,
        "family": Family,
        "guardians": Guardians,
        "merging": Merging,
    },
    periodic=[_greet],
    listeners={PhotoConsentAsked: [ask_about_photos]},
    personal_data=[
        PersonalData(
            table="person",
            column="merged_into_id",
            purpose="to find the person whom the books and certificates call by an older record",
            kept="as long as anything names the older record",
        ),
        PersonalData(
            table="distinct_persons",
            column="one_id",
            purpose="to not ask again whether two people are one",
            kept="as long as we know both",
        ),
        PersonalData(
            table="distinct_persons",
            column="other_id",
            purpose="to not ask again whether two people are one",
            kept="as long as we know both",
        ),
        PersonalData(
            table="membership",
            column="person_id",
            purpose="to let one member of a household act for another",
            kept="as long as both are in the household",
        ),
        PersonalData(
            table="guardianship",
            column="guardian_id",
            purpose="to know who consents for a minor",
            kept="until the child is 18",
        ),
        PersonalData(
            table="guardianship",
            column="child_id",
            purpose="to know who consents for a minor",
            kept="until the child is 18",
        ),
        PersonalData(
            table="pick_up",
            column="child_id",
            purpose="to know who may fetch a child",
            kept="until the child is 18",
        ),
        PersonalData(
            table="mandate",
            column="principal_id",
            purpose="to prove who let whom act for them",
            kept="6 years after its end",
        ),
        PersonalData(
            table="mandate",
            column="agent_id",
            purpose="to prove who let whom act for them",
            kept="6 years after its end",
        ),
        PersonalData(
            table="company_contact",
            column="person_id",
            purpose="to let somebody act for a company",
            kept="until the company names another contact",
        ),
        PersonalData(
            table="consent",
            column="person_id",
            purpose="to prove what somebody agreed to",
            kept="6 years after its withdrawal",
        ),
    ],
)
