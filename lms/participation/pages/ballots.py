"""`/verwaltung/abstimmungen/…/stimmzettel`: typing sheets in, and taking an entry back."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.participation import policy
from lms.participation.ballots import Ballots, Sheet
from lms.participation.errors import (
    AddressNeeded,
    AgeNeeded,
    BirthUnlikely,
    NotInTown,
    NotOpenForVotes,
    RoundClosed,
    SameCounter,
    SheetEntered,
    SheetNotEntered,
    TooManyPoints,
    TooOld,
    TwoVoters,
    UnknownNumber,
    VotedAlready,
    VotesUsedUp,
    WhoNeeded,
    WrongSheet,
)
from lms.participation.models import Ballot, Round, RoundAudience
from lms.participation.pages.parts import SPOKEN, AnyRequest
from lms.participation.protocol import check_of, latest_sheets
from lms.participation.queries import numbered, tally
from lms.participation.round_forms import ReasonForm, SheetForm
from lms.participation.rounds import the_round
from lms.participation.rules import Choice, choices_in, sheet_code
from lms.participation.voters import Voter
from lms.participation.words import BALLOT_STATES, WAYS
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

ENTERED = declare("zettel-erfasst", N_("The sheet is typed in. Take the next one."))
TAKEN_BACK = declare("zettel-zurueck", N_("The entry is taken back. You can type the sheet in anew."))
ABOUT: dict[type[DomainError], str] = {
    WrongSheet: "code", SheetEntered: "code", SheetNotEntered: "code", SameCounter: "code",
    TooManyPoints: "numbers", UnknownNumber: "numbers", WhoNeeded: "name", AddressNeeded: "street",
    NotInTown: "postal_code", BirthUnlikely: "born", VotedAlready: "name",
    VotesUsedUp: "numbers", AgeNeeded: "born", TooOld: "born", TwoVoters: "email",
}  # fmt: skip
REFUSALS: tuple[type[DomainError], ...] = (*ABOUT, NotOpenForVotes, RoundClosed)


class BallotPages(Controller):
    """Sheet by sheet."""

    path = "/verwaltung/abstimmungen/{round_id:uuid}/stimmzettel"
    opt = may("C", "ballot", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(
        self, round_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The form for the next sheet, and how far one is."""
        return await _page(around, actor, round_id)

    @post()
    async def enter(
        self,
        request: AnyRequest,
        round_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        paper_ballots: NamedDependency[Ballots],
    ) -> Template | Redirect:
        """Type in one sheet."""
        async with around.begin.reading() as session:
            voting = await the_round(session, round_id)
            numbers = {number: wish.id for number, wish in (await numbered(session, round_id)).items()}
        form = sheet_form(voting, await request.form())
        if not form.validate():
            return await _page(around, actor, round_id, form=form, status=422)
        try:
            choices: list[Choice] = [] if form.invalid.data else choices_in(form.numbers.data or "", numbers)
            if not choices and not form.invalid.data:
                form.refuse("numbers", N_("Enter the numbers, or choose why the sheet does not count."))
                return await _page(around, actor, round_id, form=form, status=422)
            await paper_ballots.enter(
                actor, round_id=round_id,
                sheet=Sheet(form.code.data, _voter(form), choices, form.invalid.data or ""),
                form_id=uuid_in(form.form_id.data) or uuid4(),
            )  # fmt: skip
        except REFUSALS as refusal:
            explain(form, refusal)
            return await _page(around, actor, round_id, form=form, status=refusal.status)
        return after(f"{sheets_path(round_id)}", ENTERED)

    @get("/zettel/{ballot_id:uuid}/zurueck")
    async def ask_to_take_back(
        self, round_id: FromPath[UUID], ballot_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """Why."""
        return await _back_page(around, round_id, ballot_id, form_from(ReasonForm))

    @post("/zettel/{ballot_id:uuid}/zurueck")
    async def take_back(
        self,
        request: AnyRequest,
        round_id: FromPath[UUID],
        ballot_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        paper_ballots: NamedDependency[Ballots],
    ) -> Template | Redirect:
        """Take the entry back."""
        form = form_from(ReasonForm, await request.form())
        if not form.validate():
            return await _back_page(around, round_id, ballot_id, form, status=422)
        await paper_ballots.take_back(actor, ballot_id=ballot_id, reason=form.reason.data)
        return after(sheets_path(round_id), TAKEN_BACK)


def sheet_form(voting: Round, sent: Any) -> SheetForm:
    """The form with what a sheet of this round says of its voter."""
    form = form_from(SheetForm, sent)
    if voting.residents_only:
        if voting.audience is not RoundAudience.YOUTH:
            del form["born"]
    else:
        del form["street"]
        del form["postal_code"]
    if not form.form_id.data:
        form.form_id.data = str(uuid4())
    return form


def _voter(form: SheetForm) -> Voter:
    texts = ("name", "street", "postal_code", "email")
    given: dict[str, Any] = {name: form[name].data or "" for name in texts if name in form}
    return Voter(born=form.born.data if "born" in form else None, lives_in_district=True, **given)


def explain(form: Any, refusal: DomainError) -> None:
    params = dict(refusal.params)
    if "ways" in params:
        by_value = {way.value: words for way, words in WAYS.items()}
        params["ways"] = ", ".join(
            translated(by_value.get(one, one)) for one in params["ways"].split(", ") if one
        )
    name = ABOUT.get(type(refusal), "")
    form.refuse(name if name in form else "", refusal.message, **params)


def sheets_path(round_id: UUID) -> str:
    return f"/verwaltung/abstimmungen/{round_id}/stimmzettel"


async def _page(
    around: Around, actor: Actor, round_id: UUID, *, form: SheetForm | None = None, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        voting = await the_round(session, round_id)
        sheets = await latest_sheets(session, round_id)
        numbers = await numbered(session, round_id)
        counted, checked = await tally(session, voting), await check_of(session, round_id)
    by_wish = {str(wish.id): number for number, wish in reversed(list(numbers.items()))}
    return Template(
        "participation/desk/ballots.html",
        context={
            **SPOKEN, "voting": voting, "form": form or sheet_form(voting, None), "sheets": sheets,
            "codes": {one.id: sheet_code(around.signer, round_id, one.sheet) for one in sheets},
            "by_wish": by_wish, "ballot_states": BALLOT_STATES, "tally": counted, "check": checked,
            "here": sheets_path(round_id), "back": f"/verwaltung/abstimmungen/{round_id}",
            "may_keep": policy.may_keep_rounds(actor), "numbers": numbers,
            "differing": [sheet_code(around.signer, round_id, one) for one in checked.differing],
        },
        status_code=status,
        headers={"cache-control": "no-store"},
    )  # fmt: skip


async def _back_page(
    around: Around, round_id: UUID, ballot_id: UUID, form: ReasonForm, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        voting = await the_round(session, round_id)
        ballot = await session.get_one(Ballot, ballot_id)
    return Template(
        "participation/desk/take_back.html",
        context={
            **SPOKEN, "voting": voting, "form": form, "code": sheet_code(around.signer, round_id, ballot.sheet),
            "here": f"{sheets_path(round_id)}/zettel/{ballot_id}/zurueck", "back": sheets_path(round_id),
        },
        status_code=status,
    )  # fmt: skip
