"""Everything that is set up on one page: places, advisers, topics, days off."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from lms.helpdesk import words
from lms.helpdesk.pages.setup.frame import MAY_SET_UP, SETUP
from lms.helpdesk.queries import (
    advisers,
    days_ahead,
    desks,
    hours_of,
    topics,
)
from lms.helpdesk.rooms import in_their_way, wanting
from lms.helpdesk.schedule import topics_by_adviser
from lms.kernel.clock import today
from lms.scheduling.words import WEEKDAYS
from lms.web.module import Around


class HelpDeskSetupPages(Controller):
    """Everything on one page, and a page for each thing."""

    path = SETUP
    opt = MAY_SET_UP
    include_in_schema = False

    @get()
    async def index(self, around: NamedDependency[Around]) -> Template:
        """Desks, topics, advisers, days off."""
        async with around.begin.reading() as session:
            placed = await desks(session, with_ended=True)
            listed = await topics(session, with_ended=True)
            known = await topics_by_adviser(session)
            people = await advisers(session)
            days = await days_ahead(session, today(around.clock))
            hours = await hours_of(session, [one.desk.id for one in placed])
            lacking = await wanting(session, around.clock())
            instead = await in_their_way(session, lacking)
        return Template(
            "helpdesk/desk/setup.html",
            context={
                "placed": placed, "topics": listed, "advisers": people, "known": known, "days": days,
                "hours": hours, "words": words, "weekdays": WEEKDAYS, "kinds": words.KINDS,
                "day_kinds": words.DAYS, "lacking": lacking, "instead": instead,
            },
        )  # fmt: skip
