"""The proposal for second and third choices (F-E16): who of those who wait could have places in a run they would also take."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.enrolment.choices.reading import Chosen, Proposed, proposal_of
from lms.enrolment.choices.rules import Verdict, Why
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.run_reading import run_with_course
from lms.web.access import may
from lms.web.language import gettext, translated
from lms.web.notices import after, declare

OFFERED = declare("plaetze-angeboten", N_("The places are offered. Everybody concerned gets a letter."))
NOTHING_TICKED = declare("nichts-angekreuzt", N_("Nothing was ticked, so nothing was offered."), "info")
REASONS = {
    Why.FITS: N_("there are places for all of them, and nobody waiting there is overtaken"),
    Why.FULL: N_("no place is free for them"),
    Why.TOO_FEW: N_("not enough places are free for all of them"),
    Why.OTHERS_WAIT: N_("others wait there for the free places"),
    Why.CLOSED: N_("it cannot be booked at the moment"),
    Why.ASKED: N_("it was offered to them already"),
    Why.PENDING: N_("it is offered to them, the answer is still to come"),
}


class AllottingPages(Controller):
    """One page with the proposal, and the button that offers what is ticked."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/zuteilung"
    include_in_schema = False

    @get(opt=may("R", "enrolment", of=Scope.ALL))
    async def show(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:  # fmt: skip
        """Every waiting party that has named other runs; seven statements."""
        ensure(actor.may_for_all("R", "enrolment"), actor)
        return await _page(begin, clock, actor, run_id, {})

    @post(opt=may("C", "enrolment", of=Scope.ALL))
    async def offer(
        self, request: Request[Any, Any, Any], run_id: FromPath[UUID], actor: NamedDependency[Actor],
        begin: NamedDependency[Begin], clock: NamedDependency[Clock], enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:  # fmt: skip
        """Offer what is ticked, each line for itself: one that is refused keeps no other from its places."""
        sent = {str(one) for one in (await request.form()).getall("line", [])}
        async with begin.reading() as session:
            parties = [one.waiting for one in (await proposal_of(session, run_id, clock()))[0]]
        refused: dict[UUID, tuple[str, str]] = {}
        ticked = [(one, other_id) for one in parties for other_id in _ticked(sent, one.party.id)]
        for one, other_id in ticked:
            try:
                await enrolment.offer_choice(actor, party_id=one.party.id, run_id=other_id)
            except DomainError as refusal:
                refused[one.party.id] = ", ".join(one.names), gettext(refusal.message, **refusal.params)
        if refused:
            return await _page(begin, clock, actor, run_id, refused)
        return after(_path(run_id), OFFERED if ticked else NOTHING_TICKED)


def verdict_words(one: Verdict) -> str:
    """What came of looking at one choice."""
    return gettext("Choice %(rank)s: %(why)s.", rank=one.rank, why=translated(REASONS[one.why]))


def _ticked(sent: set[str], party_id: UUID) -> list[UUID]:
    """The runs ticked for a party, as `<party>.<run>`; what is no such pair is no tick."""
    found = []
    for tick in sorted(sent):
        party, _, run = tick.partition(".")
        if party == str(party_id):
            with suppress(ValueError):
                found.append(UUID(run))
    return found


async def _page(
    begin: Begin, clock: Clock, actor: Actor, run_id: UUID, refused: Mapping[UUID, tuple[str, str]]
) -> Template:
    async with begin.reading() as session:
        run, course, _, _ = await run_with_course(session, run_id)
        lines, runs = await proposal_of(session, run_id, clock())
    shown = {one.line.party_id for one in lines}
    return Template(
        "portal/desk/allotting.html",
        context={
            "run": run,
            "course": course,
            "here": _path(run_id),
            "lines": [_line(one, runs) for one in lines],
            "refused": refused,
            "gone": [told for party_id, told in refused.items() if party_id not in shown],
            "words": verdict_words,
            "may_offer": actor.may_for_all("C", "enrolment"),
        },
        status_code=409 if refused else 200,
    )


def _line(one: Proposed, runs: Mapping[UUID, Chosen]) -> tuple[Proposed, Chosen | None]:
    return one, runs[one.line.run_id] if one.line.run_id else None


def _path(run_id: UUID) -> str:
    return f"/verwaltung/durchfuehrungen/{run_id}/zuteilung"
