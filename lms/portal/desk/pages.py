"""The desk: what needs doing today, and one field to find everything."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from lms.certification.sealing import seal_end
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.portal.desk import changes, search
from lms.portal.desk.tasks import tasks
from lms.portal.desk.today import meetings_on
from lms.web.access import may
from lms.web.module import Around
from lms.web.templating import url

LATEST = 8
LONGEST_SEARCH = 100


class DeskPages(Controller):
    """Where every member of the team begins the day."""

    path = "/verwaltung"
    opt = may("R", "desk")
    include_in_schema = False

    @get()
    async def today(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        now = around.clock()
        async with around.begin.reading() as session:
            to_do = await tasks(
                session,
                actor,
                now,
                days_before=around.settings.decide_days_before,
                dunning_days=around.settings.dunning_days,
                seal_ends=seal_end(around.settings, now),
                contract_days=around.settings.contract_urgent_days,
                qualification_days=around.settings.qualification_warning_days,
                federal_state=around.settings.federal_state,
            )
            meetings = await meetings_on(session, local(now).date())
            latest = await changes.latest(session, actor, limit=LATEST)
        return Template(
            "portal/desk/today.html",
            context={"tasks": to_do, "meetings": meetings, "changes": latest, "today": local(now).date()},
        )

    @get("/suche")
    async def find(
        self,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        q: FromQuery[str] = "",
    ) -> Template | Redirect:
        """What fits; the only thing that fits is opened at once."""
        typed = q.strip()[:LONGEST_SEARCH]
        async with begin.reading() as session:
            found = await search.find(session, actor, typed)
        if found.only_path:
            return Redirect(url(found.only_path), status_code=303)
        return Template(
            "portal/desk/search.html", context={"typed": typed, "found": found, "path_of": search.path_of}
        )
