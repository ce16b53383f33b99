"""`/wuensche/runden`: the votings with their phases and results, and the code by letter for residents."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.participation.errors import NotInTown, NotOpenForVotes, TooManyCodes
from lms.participation.forms import ResidentForm
from lms.participation.models import Round, Way
from lms.participation.pages.parts import SPOKEN, AnyRequest, address, filter_of
from lms.participation.queries import round_by_slug, rounds, wishes
from lms.participation.residents import Resident, Residents
from lms.participation.rules import COMPLAINTS, TO_SUPPORT, Phase, last_day, phase_of
from lms.participation.words import WAYS, WHAT_TO_DO
from lms.web.access import PUBLIC, may
from lms.web.charts import bars_of
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import current_language, gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window
from lms.web.tables import table_file

PATH = "/wuensche/runden"
LETTER = declare("code-kommt", N_("The letter with your code comes by post within a few days."))
MINUTE = timedelta(minutes=1)
COUNTED_WAYS = (Way.ONLINE, Way.PAPER, Way.COUNTER)


class RoundPages(Controller):
    """For everybody to read."""

    path = PATH
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def index(self, around: NamedDependency[Around]) -> Template:
        """All votings, the latest first."""
        now = around.clock()
        async with around.begin.reading() as session:
            found = await rounds(session, published=True)
        return Template(
            "participation/rounds.html",
            context={
                **SPOKEN,
                "rounds": [(one, phase_of(one, now)) for one in found],
                "here": PATH,
                "last_day": last_day,
            },
        )

    @get("/{slug:str}")
    async def show(
        self, request: AnyRequest, slug: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """One voting: what can be done now, its dates, its wishes; its result once it is stated."""
        now = around.clock()
        number, size, offset = window(request.query_params.get("seite"))
        async with around.begin.reading() as session:
            voting = await round_by_slug(session, slug)
            address(voting)
            found, total = await wishes(
                session, filter_of(request, round_id=voting.id), limit=size, offset=offset
            )
        page = page_of(
            found, number=number, size=size, total=total, path=f"{PATH}/{slug}",
            query=request.query_params.multi_items(),
        )  # fmt: skip
        phase = phase_of(voting, now)
        return Template(
            "participation/round.html",
            context={
                **SPOKEN, "voting": voting, "phase": phase, "page": page, "steps": steps(voting, phase),
                "to_do": WHAT_TO_DO[phase], "here": f"{PATH}/{slug}", "to_support": TO_SUPPORT,
                "result": shown_result(voting), "counted_ways": COUNTED_WAYS, "wanted": filter_of(request),
                "objections_until": voting.closed_at + COMPLAINTS if voting.closed_at else None,
            },
        )  # fmt: skip

    @get(["/{slug:str}/ergebnis.csv", "/{slug:str}/ergebnis.xlsx"])
    async def as_file(
        self, request: AnyRequest, slug: FromPath[str], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The result to take away."""
        async with around.begin.reading() as session:
            voting = await round_by_slug(session, slug)
        return table_file(request, f"ergebnis-{slug}", result_rows(voting))

    @get("/{slug:str}/code", opt=may("C", "wish"))
    async def ask_code(self, slug: FromPath[str], around: NamedDependency[Around]) -> Template:
        """To whom the letter goes."""
        async with around.begin.reading() as session:
            voting = await round_by_slug(session, slug)
        return _code_page(voting, form_from(ResidentForm))

    @post("/{slug:str}/code", opt=may("C", "wish"))
    async def send_code(
        self,
        request: AnyRequest,
        slug: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        residents: NamedDependency[Residents],
    ) -> Template | Redirect:
        """Write the letter."""
        async with around.begin.reading() as session:
            voting = await round_by_slug(session, slug)
        form = form_from(ResidentForm, await request.form())
        if not form.validate():
            return _code_page(voting, form, status=422)
        await within(around.begin, around.clock, "code-letter", address=actor.address)
        try:
            await residents.send_code(actor, round_id=voting.id, resident=resident_of(form))
        except (NotInTown, NotOpenForVotes, TooManyCodes) as refusal:
            name = "postal_code" if isinstance(refusal, NotInTown) else ""
            form.refuse(name, refusal.message, **refusal.params)
            return _code_page(voting, form, status=refusal.status)
        return after(f"{PATH}/{slug}", LETTER)


def resident_of(form: ResidentForm) -> Resident:
    """Whose letter it is, from a form that is valid."""
    return Resident(
        form.name.data, form.street.data, form.postal_code.data, form.city.data, current_language()
    )


def _code_page(voting: Round, form: ResidentForm, *, status: int = 200) -> Template:
    address(voting)
    return Template(
        "participation/code.html",
        context={**SPOKEN, "voting": voting, "form": form, "here": f"{PATH}/{voting.slug}/code"},
        status_code=status,
        headers=PRIVATE,
    )


def steps(voting: Round, phase: Phase) -> list[tuple[Phase, Any, Any, bool]]:
    """The phases of a round that have any length: phase, a moment on its first and on its last day, whether it is now."""
    begins = (
        (Phase.COLLECT, voting.collect_from, voting.discuss_from),
        (Phase.DISCUSS, voting.discuss_from, voting.vote_from),
        (Phase.PRIORITISE, voting.vote_from, voting.ends_at),
    )
    return [(one, start, end - MINUTE, one is phase) for one, start, end in begins if start < end]


def shown_result(voting: Round) -> dict[str, Any] | None:
    """The frozen result with what a picture of it needs; None while it is not stated."""
    if voting.result is None:
        return None
    lines = voting.result["wishes"]
    return {
        **voting.result,
        "lines": lines,
        "bars": bars_of([(line["title"], line["points"], str(line["points"])) for line in lines]),
        "first": [line["title"] for line in lines if line["place"] == 1 and line["points"]],
    }


def result_rows(voting: Round) -> Sequence[Sequence[Cell]]:
    """The result as a table; only the head where it is not stated."""
    head: list[Cell] = [gettext("Rank"), gettext("Wish"), gettext("Votes"), gettext("People")]
    head += [translated(WAYS[way]) for way in COUNTED_WAYS]
    return [
        head,
        *(
            [line["place"], line["title"], line["points"], line["supporters"]]
            + [line["by_way"].get(way.value, 0) for way in COUNTED_WAYS]
            for line in (voting.result or {}).get("wishes", ())
        ),
    ]
