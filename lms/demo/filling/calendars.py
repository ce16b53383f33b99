"""Calendars of people in the demo: a father who sees the dates of his household, and two who get the month's sheet by post."""

from datetime import timedelta

from sqlalchemy import select

from lms.accounts.models import Account
from lms.demo.filling.ground import Ground
from lms.feeds.models import Colour, Feed, FeedKind, Naming, SheetWish
from lms.messaging.models import Channel
from lms.people.models import Membership, Person

SHEETS = 2
MADE, READ = timedelta(days=40), timedelta(hours=5)
WISHED = timedelta(days=60)


async def fill_calendars(ground: Ground) -> None:
    """One household calendar that was read this morning; sheets for people who are written to by post."""
    head = await ground.session.scalar(
        select(Membership.person_id)
        .join(Account, Account.person_id == Membership.person_id)
        .where(Membership.is_head)
        .order_by(Account.email)
        .limit(1)
    )
    if head is not None:
        feed = Feed(
            id=ground.key(), person_id=head, created_at=ground.now - MADE, last_used_at=ground.now - READ,
            kind=FeedKind.HOUSEHOLD, colour=Colour.GREEN, naming=Naming.NAME, alarm_minutes=1440,
        )  # fmt: skip
        await ground.put([feed])
    readers = await ground.session.scalars(
        select(Person.id)
        .where(Person.channel == Channel.POST, Person.street != "", Person.city != "")
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(SHEETS)
    )
    await ground.put(
        [
            SheetWish(person_id=person_id, wished_at=ground.now - WISHED, points=points)
            for person_id, points in zip(readers, (18, 22), strict=False)
        ]
    )
