"""Somebody whom the demo knows twice: once from the register, once as typed by a colleague on the telephone."""

from datetime import timedelta

from sqlalchemy import select

from lms.demo.filling.ground import Ground
from lms.enrolment.models import Enrolment
from lms.messaging.models import Channel
from lms.people.models import Person

A_WEEK = timedelta(days=7)


async def fill_twice(ground: Ground) -> None:
    """The first adult by name who has a birth date, an e-mail address and an enrolment."""
    known = await ground.session.scalar(
        select(Person)
        .where(
            Person.birth_date < ground.today.replace(year=ground.today.year - 60, day=1),
            Person.email.is_not(None),
            Person.id.in_(select(Enrolment.person_id)),
        )
        .order_by(Person.matching, Person.id)
        .limit(1)
    )
    if known is None:
        return
    again = Person(
        id=ground.key(), given_name=known.given_name, family_name=known.family_name, matching=known.matching,
        created_at=ground.now - A_WEEK, birth_date=known.birth_date, phone="+493904000871", city=known.city,
        postal_code=known.postal_code, channel=Channel.POST, note="Hat angerufen, hört schlecht: bitte Briefe schicken.",
    )  # fmt: skip
    await ground.put([again])
