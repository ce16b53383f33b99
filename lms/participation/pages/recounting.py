"""`/verwaltung/abstimmungen/…/stimmzettel/zweite-zaehlung`: the second count by somebody else, and the protocol of all sheets."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account
from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.participation.ballots import Ballots
from lms.participation.pages.ballots import REFUSALS, explain, sheets_path
from lms.participation.pages.parts import SPOKEN, AnyRequest
from lms.participation.protocol import check_of, protocol
from lms.participation.queries import numbered
from lms.participation.round_forms import RecountForm
from lms.participation.rounds import the_round
from lms.participation.rules import choices_in, sheet_code
from lms.participation.words import BALLOT_ACTS, BALLOT_STATES, in_words
from lms.people.models import Person
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.tables import table_file

AGREES = declare("zettel-gleich", N_("Both counts say the same."))
DIFFERS = declare(
    "zettel-ungleich", N_("The two counts differ. Look at the sheet together, and take the entry back if it was wrong."), tone="warning"
)  # fmt: skip


class RecountPages(Controller):
    """A second look at every sheet."""

    path = "/verwaltung/abstimmungen/{round_id:uuid}/stimmzettel"
    opt = may("C", "ballot", of=Scope.ALL)
    include_in_schema = False

    @get("/zweite-zaehlung")
    async def second(self, round_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """For somebody else of the team."""
        return await _recount_page(around, round_id, form_from(RecountForm))

    @post("/zweite-zaehlung")
    async def recount(
        self,
        request: AnyRequest,
        round_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        paper_ballots: NamedDependency[Ballots],
    ) -> Template | Redirect:
        """Compare."""
        async with around.begin.reading() as session:
            numbers = {number: wish.id for number, wish in (await numbered(session, round_id)).items()}
        form = form_from(RecountForm, await request.form())
        if not form.validate():
            return await _recount_page(around, round_id, form, status=422)
        try:
            agrees = await paper_ballots.recount(
                actor, round_id=round_id, code=form.code.data, is_invalid=bool(form.invalid.data),
                choices=choices_in(form.numbers.data or "", numbers),
            )  # fmt: skip
        except REFUSALS as refusal:
            explain(form, refusal)
            return await _recount_page(around, round_id, form, status=refusal.status)
        return after(f"{sheets_path(round_id)}/zweite-zaehlung", AGREES if agrees else DIFFERS)

    @get(["/protokoll.csv", "/protokoll.xlsx"])
    async def as_file(
        self, request: AnyRequest, round_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """Everything that was done with the sheets."""
        async with around.begin.reading() as session:
            voting = await the_round(session, round_id)
            events = await protocol(session, round_id)
            numbers = {
                str(wish.id): number
                for number, wish in reversed(list((await numbered(session, round_id)).items()))
            }
            names = await _names(session, {one.done_by for one in events if one.done_by})
        rows: list[list[Cell]] = [
            [
                gettext("Moment"), gettext("Sheet"), gettext("What was done"), gettext("State"),
                gettext("Numbers of the wishes crossed"), gettext("Reason"), gettext("Who"),
            ]
        ]  # fmt: skip
        rows += [
            [
                one.done_at, sheet_code(around.signer, round_id, one.sheet), translated(BALLOT_ACTS[one.act]),
                translated(BALLOT_STATES[one.state][0]),
                ", ".join(f"{numbers.get(each['wish'], '?')}={each['points']}" for each in one.choices),
                in_words(one.reason), names.get(one.done_by, "") if one.done_by else "",
            ]
            for one in events
        ]  # fmt: skip
        return table_file(request, f"protokoll-{voting.slug}", rows)


async def _names(session: AsyncSession, account_ids: set[UUID]) -> dict[UUID, str]:
    rows = await session.execute(
        select(Account.id, Person)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id.in_(account_ids))
    )
    return {account_id: person.name for account_id, person in rows}


async def _recount_page(around: Around, round_id: UUID, form: RecountForm, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        voting = await the_round(session, round_id)
        checked = await check_of(session, round_id)
    return Template(
        "participation/desk/recount.html",
        context={
            **SPOKEN, "voting": voting, "form": form, "check": checked,
            "differing": [sheet_code(around.signer, round_id, one) for one in checked.differing],
            "here": f"{sheets_path(round_id)}/zweite-zaehlung", "back": sheets_path(round_id),
        },
        status_code=status,
    )  # fmt: skip
