"""Contacts that no number was drawn for: by telephone, at somebody's home, in the street."""

from datetime import date, timedelta
from uuid import UUID

from lms.db import retried
from lms.helpdesk.models import Contact, ContactWay, HelpTopic
from lms.helpdesk.queue import policy, rules
from lms.helpdesk.queue.errors import NotThatDay, UnknownTopicAsked
from lms.helpdesk.queue.queries import adviser_of, desk_of
from lms.helpdesk.queue.service.acts import Acts
from lms.kernel.actor import Actor, ensure
from lms.people.ages import AgeBand

ENTERED_LATER = timedelta(days=28)


class Noting(Acts):
    """Counting without a queue. There is no trail of it: who noted what and when would tell who was helped."""

    @retried
    async def note_contact(
        self,
        actor: Actor,
        *,
        contact_id: UUID,
        desk_id: UUID,
        day: date,
        topic_id: UUID | None,
        age: AgeBand,
        minutes: int,
        way: ContactWay,
    ) -> Contact:
        """Count one. Under one `contact_id` it is counted once. Raises NotThatDay, UnknownTopicAsked."""
        async with self.begin() as session:
            ensure(policy.may_serve(actor, await adviser_of(session, actor)), actor)
            await desk_of(session, desk_id, lock=True)  # the same form sent twice at once queues here
            known = await session.get(Contact, contact_id)
            if known is not None:
                return known
            if not self.today - ENTERED_LATER <= day <= self.today:
                raise NotThatDay
            if topic_id is None or await session.get(HelpTopic, topic_id) is None:
                raise UnknownTopicAsked
            contact = Contact(
                id=contact_id,
                desk_id=desk_id,
                day=day,
                topic_id=topic_id,
                age=age,
                minutes=min(max(1, minutes), rules.LONGEST_MINUTES),
                way=way,
            )
            session.add(contact)
        return contact

    @retried
    async def take_back_contact(self, actor: Actor, *, contact_id: UUID) -> None:
        """It was a mistake. Only whoever has just entered it knows its id. Twice is as good as once. Raises NotThatDay."""
        async with self.begin() as session:
            ensure(policy.may_serve(actor, await adviser_of(session, actor)), actor)
            contact = await session.get(Contact, contact_id)
            if contact is None:
                return
            if contact.day < self.today - ENTERED_LATER:
                raise NotThatDay
            await session.delete(contact)
