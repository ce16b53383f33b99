"""What a company sees of its own aid."""

from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.aid.models import AidStatement
from lms.aid.pages.desk import state_words
from lms.aid.pages.statement import pdf
from lms.aid.paper import aid_pdf
from lms.aid.queries import Held, Standing, standing_of, statement_of, statements
from lms.aid.words import KINDS, WINDOWS
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.web.access import may
from lms.web.module import Around


class OwnAidPages(Controller):
    """For the contacts of a company."""

    path = "/firma/beihilfen"
    opt = may("R", "state-aid")
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """What counts as aid, and how much room is left."""
        if not actor.companies:
            raise NotFound
        day = today(around.clock)
        found: list[tuple[list[Held], Standing | None]] = []
        async with around.begin.reading() as session:
            held, _ = await statements(session, [AidStatement.company_id.in_(list(actor.companies))])
            by_company: dict[UUID, list[Held]] = {}
            for one in held:
                by_company.setdefault(one.company.id, []).append(one)
            for company_id, rows in by_company.items():
                found.append((rows, await standing_of(session, company_id, day)))
        return Template(
            "aid/own.html",
            context={"found": found, "kinds": KINDS, "windows": WINDOWS, "state_words": state_words},
            headers=PRIVATE,
        )

    @get("/{statement_id:uuid}/bescheinigung.pdf")
    async def paper(
        self, statement_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The paper; of another company it does not exist (S-03)."""
        async with around.begin.reading() as session:
            held = await statement_of(session, statement_id)
        if held.company.id not in actor.companies:
            raise NotFound
        return pdf(*await aid_pdf(around.begin, statement_id))
