"""What follows for enrolments when somebody no longer decides for a person."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.minimum.asking import close_inquiries
from lms.enrolment.models import LIVE, Enrolment
from lms.people.events import GuardianshipEnded
from lms.people.models import Person


async def close_links(session: AsyncSession, event: GuardianshipEnded) -> None:
    """The links in letters to a former guardian open nothing any more (S-04). Letters go to whoever is an adult now.

    That holds also for links about what is over: from there one would get to what took its place.

    What the guardian agreed to pay they still owe: `guardian_id` stays, and says who the debtor is.
    """
    person = await session.get(Person, event.child_id)
    claims = await session.scalars(
        select(Enrolment)
        .where(Enrolment.person_id == event.child_id)
        .order_by(Enrolment.id)
        .with_for_update()
    )
    await close_inquiries(session, event.guardian_id, event.child_id)
    for one in claims:
        one.link_version += 1
        is_reachable = person is not None and (person.email or (person.street and person.city))
        if event.came_of_age and one.state in LIVE and one.contact_id == event.guardian_id and is_reachable:
            one.contact_id = event.child_id
