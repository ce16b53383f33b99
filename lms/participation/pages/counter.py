"""`/verwaltung/stimmen`: a vote at the counter or on a slip, and a resident's code; for the team at the counter."""

from collections.abc import Mapping
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.participation.errors import AlreadySupported, NotInTown, NotOpenForVotes, TwoVoters, VotesUsedUp
from lms.participation.forms import ResidentForm, VoteForm, fit
from lms.participation.models import Way
from lms.participation.pages.parts import SPOKEN, AnyRequest, filter_of
from lms.participation.pages.rounds import resident_of
from lms.participation.pages.supporting import ABOUT, REFUSALS
from lms.participation.queries import Filter, public_wish, wishes
from lms.participation.residents import Residents
from lms.participation.rounds import the_round
from lms.participation.rules import TO_SUPPORT
from lms.participation.supporting import Support
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window

PATH = "/verwaltung/stimmen"
REFUSED: tuple[type[DomainError], ...] = (*REFUSALS, NotOpenForVotes)
SAID: Mapping[type[DomainError], str] = {
    AlreadySupported: N_("This person supports the wish already. One person counts once."),
    VotesUsedUp: N_("This person has %(left)s of %(most)s votes left."),
    TwoVoters: N_(
        "From this e-mail address somebody else has voted. Leave it out: this person counts by name and date of birth."
    ),
}
"""What refusals say to the team: the voter stands on the other side of the counter."""
TAKEN = declare(
    "stimme-aufgenommen", N_("The vote counts. Take the next slip for this wish, or choose another wish.")
)


class SlipPages(Controller):
    """Which wish, then who."""

    path = PATH
    opt = may("C", "ballot", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """The wishes that can be supported."""
        asked = filter_of(request)
        number, size, offset = window(request.query_params.get("seite"))
        async with around.begin.reading() as session:
            found, total = await wishes(
                session, Filter(search=asked.search, states=TO_SUPPORT), limit=size, offset=offset
            )
        page = page_of(
            found, number=number, size=size, total=total, path=PATH, query=request.query_params.multi_items()
        )
        return Template(
            "participation/desk/slips.html",
            context={**SPOKEN, "page": page, "typed": asked.search, "here": PATH},
        )

    @get("/{wish_id:uuid}")
    async def ask(self, wish_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Who votes."""
        return await _page(around, wish_id, None)

    @post("/{wish_id:uuid}")
    async def take(
        self,
        request: AnyRequest,
        wish_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        support: NamedDependency[Support],
    ) -> Template | Redirect:
        """Let it count."""
        form = await _form(around, wish_id, await request.form())
        if not form.validate():
            return await _page(around, wish_id, form, status=422)
        try:
            await support.take_slip(
                actor, wish_id=wish_id, voter=form.voter(), points=form.wanted_points, way=Way(form.way.data)
            )
        except REFUSED as refusal:
            name, words = ABOUT.get(type(refusal), ""), SAID.get(type(refusal), refusal.message)
            form.refuse(name if name in form else "", words, **refusal.params)
            return await _page(around, wish_id, form, status=refusal.status)
        return after(f"{PATH}/{wish_id}", TAKEN)

    @get("/code/{round_id:uuid}")
    async def ask_code(self, round_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Whose identity card was shown."""
        return await _code_page(around, round_id, form_from(ResidentForm))

    @post("/code/{round_id:uuid}")
    async def give_code(
        self,
        request: AnyRequest,
        round_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        residents: NamedDependency[Residents],
    ) -> Template:
        """The code, to be written down or printed."""
        form = form_from(ResidentForm, await request.form())
        if not form.validate():
            return await _code_page(around, round_id, form, status=422)
        try:
            code = await residents.give_code(actor, round_id=round_id, resident=resident_of(form))
        except (NotInTown, NotOpenForVotes) as refusal:
            name = "postal_code" if isinstance(refusal, NotInTown) else ""
            form.refuse(name, refusal.message, **refusal.params)
            return await _code_page(around, round_id, form, status=refusal.status)
        return await _code_page(around, round_id, form_from(ResidentForm), code=code)


async def _form(around: Around, wish_id: UUID, sent: object) -> VoteForm:
    async with around.begin.reading() as session:
        shown = await public_wish(session, wish_id)
    form = fit(form_from(VoteForm, sent, way=Way.COUNTER.value, points="1"), shown.voting, at_counter=True)  # type: ignore[arg-type]
    if shown.voting is not None and "points" in form:
        form.points.choices = [(str(one), str(one)) for one in range(1, shown.voting.most_per_wish + 1)]
    if shown.voting is not None and "district" in form:
        form.district.label.text = gettext("The person lives in %(district)s", district=shown.voting.district)
    return form


async def _page(around: Around, wish_id: UUID, form: VoteForm | None, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        shown = await public_wish(session, wish_id)
    return Template(
        "participation/desk/slip.html",
        context={
            **SPOKEN, "wish": shown.wish, "voting": shown.voting, "here": f"{PATH}/{wish_id}",
            "form": form or await _form(around, wish_id, None), "back": PATH,
        },
        status_code=status,
        headers={"cache-control": "no-store"},
    )  # fmt: skip


async def _code_page(
    around: Around, round_id: UUID, form: ResidentForm, *, code: str = "", status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        voting = await the_round(session, round_id)
    if not voting.residents_only:
        raise NotFound
    return Template(
        "participation/desk/code.html",
        context={**SPOKEN, "voting": voting, "form": form, "code": code, "here": f"{PATH}/code/{round_id}"},
        status_code=status,
        headers={"cache-control": "no-store"},
    )
