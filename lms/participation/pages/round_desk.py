"""`/verwaltung/abstimmungen`: rounds with their phases, what is counted so far, the result."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.districts.queries import district_names
from lms.kernel.actor import Actor
from lms.kernel.clock import at_venue, local
from lms.kernel.errors import Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.participation import policy
from lms.participation.errors import NameTaken, RoundClosed, RoundNotOver, RoundRuns, WrongDates
from lms.participation.models import Round, RoundAudience
from lms.participation.pages.parts import SPOKEN, AnyRequest
from lms.participation.pages.rounds import COUNTED_WAYS
from lms.participation.protocol import check_of
from lms.participation.queries import rounds, tally
from lms.participation.round_forms import RoundForm
from lms.participation.rounds import Plan, Rounds, the_round
from lms.participation.rules import Phase, last_day, phase_of, places
from lms.participation.words import PHASES
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.tables import table_file

PATH = "/verwaltung/abstimmungen"
MADE = declare("abstimmung-angelegt", N_("The voting is saved. Only the team sees it until you publish it."))
CHANGED = declare("abstimmung-geaendert", N_("The changes are saved."))
SHOWN = declare("abstimmung-oeffentlich", N_("The voting is public now."))
CLOSED = declare(
    "abstimmung-ergebnis", N_("The result is stated. It stands on the public page of the voting.")
)
KEEPS = may("U", "ballot", of=Scope.ALL)


class RoundDeskPages(Controller):
    """All rounds, one round, its form."""

    path = PATH
    opt = may("R", "ballot", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """Every round, the latest first."""
        now = around.clock()
        async with around.begin.reading() as session:
            found = await rounds(session, published=False)
        return Template(
            "participation/desk/rounds.html",
            context={
                **SPOKEN, "rounds": [(one, phase_of(one, now)) for one in found], "here": PATH,
                "last_day": _last_day, "may_keep": policy.may_keep_rounds(actor),
            },
        )  # fmt: skip

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The same to take away."""
        now = around.clock()
        async with around.begin.reading() as session:
            found = await rounds(session, published=False)
        rows: list[list[Cell]] = [
            [
                gettext("Voting"), gettext("Phase"), gettext("Wishes are collected from"),
                gettext("Votes are given from"), gettext("Last day for votes"),
            ]
        ]  # fmt: skip
        rows += [
            [
                one.title_de, translated(PHASES[phase_of(one, now)]), local(one.collect_from).date(),
                local(one.vote_from).date(), _last_day(one),
            ]
            for one in found
        ]  # fmt: skip
        return table_file(request, "abstimmungen", rows)

    @get("/neu", opt=KEEPS)
    async def new(self, around: NamedDependency[Around]) -> Template:
        """An empty form with the usual numbers."""
        form = form_from(RoundForm, None, votes=3, most=1, audience=RoundAudience.EVERYONE.value)
        return await _form_page(around, form, None)

    @post("/neu", opt=KEEPS)
    async def make(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        voting_rounds: NamedDependency[Rounds],
    ) -> Template | Redirect:
        """Save a new round."""
        form = form_from(RoundForm, await request.form())
        await _offer(around, form)
        if not form.validate():
            return await _form_page(around, form, None, status=422)
        try:
            voting = await voting_rounds.make(actor, plan_of(form))
        except (NameTaken, WrongDates) as refusal:
            form.refuse("slug" if isinstance(refusal, NameTaken) else "last", refusal.message)
            return await _form_page(around, form, None, status=refusal.status)
        return after(f"{PATH}/{voting.id}", MADE)

    @get("/{round_id:uuid}")
    async def show(
        self, round_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """How a round stands, and the next step."""
        return await _round_page(around, actor, round_id)

    @get("/{round_id:uuid}/bearbeiten", opt=KEEPS)
    async def change(self, round_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """The form of a round."""
        async with around.begin.reading() as session:
            voting = await the_round(session, round_id)
        return await _form_page(around, form_from(RoundForm, None, **_known(voting)), voting)

    @post("/{round_id:uuid}/bearbeiten", opt=KEEPS)
    async def changed(
        self,
        request: AnyRequest,
        round_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        voting_rounds: NamedDependency[Rounds],
    ) -> Template | Redirect:
        """Save the changes."""
        async with around.begin.reading() as session:
            voting = await the_round(session, round_id)
        form = form_from(RoundForm, await request.form())
        await _offer(around, form)
        if not form.validate():
            return await _form_page(around, form, voting, status=422)
        version = form.version.data or ""
        try:
            await voting_rounds.change(
                actor, plan_of(form), round_id=round_id, version=int(version) if version.isdecimal() else -1
            )
        except (NameTaken, WrongDates, RoundRuns, RoundClosed, Stale) as refusal:
            about = {NameTaken: "slug", WrongDates: "last"}.get(type(refusal), "")
            form.refuse(about, refusal.message)
            return await _form_page(around, form, voting, status=refusal.status)
        return after(f"{PATH}/{round_id}", CHANGED)

    @post("/{round_id:uuid}/veroeffentlichen", opt=KEEPS)
    async def publish(
        self, round_id: FromPath[UUID], actor: NamedDependency[Actor], voting_rounds: NamedDependency[Rounds]
    ) -> Redirect:
        """Let everybody see it."""
        await voting_rounds.publish(actor, round_id=round_id)
        return after(f"{PATH}/{round_id}", SHOWN)

    @get("/{round_id:uuid}/ergebnis", opt=KEEPS)
    async def ask_to_close(self, round_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Before it is stated: what counts, and what has not been checked."""
        async with around.begin.reading() as session:
            voting = await the_round(session, round_id)
            counted, checked = await tally(session, voting), await check_of(session, voting.id)
        return Template(
            "participation/desk/close.html",
            context={
                **SPOKEN,
                "voting": voting,
                "tally": counted,
                "check": checked,
                "back": f"{PATH}/{round_id}",
            },
        )

    @post("/{round_id:uuid}/ergebnis", opt=KEEPS)
    async def close(
        self,
        round_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        voting_rounds: NamedDependency[Rounds],
    ) -> Template | Redirect:
        """State the result."""
        try:
            await voting_rounds.close(actor, round_id=round_id)
        except RoundNotOver as refusal:
            return await _round_page(
                around, actor, round_id, refusal=gettext(refusal.message), status=refusal.status
            )
        return after(f"{PATH}/{round_id}", CLOSED)


def plan_of(form: RoundForm) -> Plan:
    """The round that a valid form describes: days begin at midnight, and the last day for votes is whole."""
    return Plan(
        slug=form.slug.data.lower(), title_de=form.title_de.data, title_en=form.title_en.data or "",
        text_de=form.text_de.data or "", text_en=form.text_en.data or "",
        collect_from=_midnight(form.collect.data), discuss_from=_midnight(form.discuss.data),
        vote_from=_midnight(form.vote.data), ends_at=_midnight(form.last.data + timedelta(days=1)),
        audience=RoundAudience(form.audience.data),
        max_age=form.max_age.data if form.audience.data == RoundAudience.YOUTH.value else None,
        district=form.district.data or "", votes_per_person=form.votes.data, most_per_wish=form.most.data,
        residents_only=bool(form.residents.data),
        postal_codes=[code.strip() for code in (form.postal_codes.data or "").split(",") if code.strip()],
    )  # fmt: skip


def _midnight(day: date) -> datetime:
    return at_venue(day, time(0))


def _last_day(voting: Round) -> date:
    return local(last_day(voting)).date()


def _known(voting: Round) -> dict[str, Any]:
    return {
        "title_de": voting.title_de, "title_en": voting.title_en, "slug": voting.slug, "text_de": voting.text_de,
        "text_en": voting.text_en, "collect": local(voting.collect_from).date(),
        "discuss": local(voting.discuss_from).date(), "vote": local(voting.vote_from).date(),
        "last": _last_day(voting), "audience": voting.audience.value, "max_age": voting.max_age,
        "district": voting.district, "votes": voting.votes_per_person, "most": voting.most_per_wish,
        "residents": voting.residents_only, "postal_codes": ", ".join(voting.postal_codes),
        "version": str(voting.version),
    }  # fmt: skip


async def _offer(around: Around, form: RoundForm) -> None:
    async with around.begin.reading() as session:
        names = await district_names(session)
    form.district.choices = [(name, name) for name in names]
    form.district.blank = N_("the whole town")


async def _form_page(around: Around, form: RoundForm, voting: Round | None, *, status: int = 200) -> Template:
    await _offer(around, form)
    return Template(
        "participation/desk/round_form.html",
        context={
            **SPOKEN, "form": form, "voting": voting, "back": f"{PATH}/{voting.id}" if voting else PATH,
            "here": f"{PATH}/{voting.id}/bearbeiten" if voting else f"{PATH}/neu",
        },
        status_code=status,
    )  # fmt: skip


async def _round_page(
    around: Around, actor: Actor, round_id: UUID, *, refusal: str = "", status: int = 200
) -> Template:
    now = around.clock()
    async with around.begin.reading() as session:
        voting = await the_round(session, round_id)
        counted, checked = await tally(session, voting), await check_of(session, voting.id)
    phase = phase_of(voting, now)
    return Template(
        "participation/desk/round.html",
        context={
            **SPOKEN, "voting": voting, "phase": phase, "tally": counted, "check": checked,
            "lines": list(zip(places(counted.lines), counted.wish_ids, counted.lines, strict=True)),
            "counted_ways": COUNTED_WAYS, "may_keep": policy.may_keep_rounds(actor), "here": f"{PATH}/{round_id}",
            "refusal": refusal, "is_over": phase is Phase.RESULT, "back": PATH, "last_day": _last_day(voting),
        },
        status_code=status,
    )  # fmt: skip
