"""The waiting list of one run: who waits, who was offered what until when, who got a place and why.

There is no way to choose somebody by hand: whoever is first in line and fits is asked, and nobody overtakes.
"""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.handing_out import persons_file
from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.lists.reading import Entry, Waiting, log_of, parties_of
from lms.enrolment.lists.words import end_words
from lms.enrolment.models import PartyRule
from lms.enrolment.queries import claim_for
from lms.enrolment.rules import is_promoting
from lms.enrolment.service import Enrolments
from lms.enrolment.values import REASONS, Happening
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.ideas import key_of
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import HAPPENINGS, spoken
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.formats import moment
from lms.web.forms import Form, Hidden, form_from
from lms.web.language import gettext, ngettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window

LEFT = declare("liste-verlassen", N_("The waiting list is left. It cost nothing."))
WRITTEN = declare("angebot-nochmal", N_("The letter with the offer goes out once more. The deadline stays the same."))  # fmt: skip
RULES = {
    PartyRule.TOGETHER: N_("only together"),
    PartyRule.SPLIT: N_("one by one"),
    PartyRule.NEXT_RUN: N_("next run"),
}
EVERYTHING = 5_000
"""Lines in a file to download."""


class OnceForm(Form):
    """Only a button, which works once."""

    key = Hidden()


class WaitingListPages(Controller):
    """One list with its log, and what the team does for somebody who calls."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/warteliste"
    include_in_schema = False

    @get(opt=may("R", "enrolment", of=Scope.ALL))
    async def show(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Free places, the line in its order, and who got a place and why; seven statements."""
        ensure(actor.may_for_all("R", "enrolment"), actor)
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            parties = await parties_of(session, run_id)
            entries, total = await log_of(session, run_id, limit=size, offset=offset)
        return Template(
            "portal/desk/waiting_list.html",
            context={
                "run": run,
                "course": course,
                "here": _path(run_id),
                "parties": parties,
                "log": page_of(entries, number=number, size=size, total=total, path=_path(run_id)),
                "rules": RULES,
                "words": happened,
                "until": end_words(run, clock()),
                "is_promoting": is_promoting(run, clock()),
                "may_change": actor.may_for_all("U", "enrolment"),
            },
        )

    @get(["/liste.csv", "/liste.xlsx"], opt=may("R", "enrolment", of=Scope.ALL))
    async def list_as_file(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """Who waits, for a spreadsheet."""
        ensure(actor.may_for_all("R", "enrolment"), actor)
        async with around.begin.reading() as session:
            run, _, _, _ = await run_with_course(session, run_id)
            parties = await parties_of(session, run_id)
        rows = [_list_heads(), *map(_list_cells, parties)]
        return await persons_file(request, around, actor, f"warteliste-{run.number}", rows)

    @get(["/verlauf.csv", "/verlauf.xlsx"], opt=may("R", "enrolment", of=Scope.ALL))
    async def log_as_file(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """Who got a place and why, for a spreadsheet."""
        ensure(actor.may_for_all("R", "enrolment"), actor)
        async with around.begin.reading() as session:
            run, _, _, _ = await run_with_course(session, run_id)
            entries, _ = await log_of(session, run_id, limit=EVERYTHING)
        rows = [_log_heads(), *map(_log_cells, entries)]
        return await persons_file(request, around, actor, f"warteliste-verlauf-{run.number}", rows)

    @get("/{offer_id:uuid}/brief", opt=may("U", "enrolment"))
    async def ask_write(
        self, run_id: FromPath[UUID], offer_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        known = await _offered(begin, run_id, offer_id)
        return step_page(_writing(*known, offer_id), form_from(OnceForm, key=str(uuid4())))

    @post("/{offer_id:uuid}/brief", opt=may("U", "enrolment"))
    async def write(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        offer_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Send the letter once more."""
        known = await _offered(begin, run_id, offer_id)
        form = form_from(OnceForm, await request.form())
        try:
            await enrolment.write_again(actor, offer_id=offer_id, wanted_id=key_of(form.key.data))
        except DomainError as refusal:
            return _refused(_writing(*known, offer_id), refusal)
        return after(_path(run_id), WRITTEN)

    @get("/abmelden/{enrolment_id:uuid}", opt=may("U", "enrolment"))
    async def ask_leave(
        self,
        run_id: FromPath[UUID],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        return step_page(await _leaving(begin, actor, run_id, enrolment_id))

    @post("/abmelden/{enrolment_id:uuid}", opt=may("U", "enrolment"))
    async def leave(
        self,
        run_id: FromPath[UUID],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Take the whole party off the list, at its own wish."""
        step = await _leaving(begin, actor, run_id, enrolment_id)
        try:
            await enrolment.leave(actor, enrolment_id=enrolment_id)
        except NotFound:
            raise
        except DomainError as refusal:
            return _refused(step, refusal)
        return after(_path(run_id), LEFT)


def happened(one: Happening, size: int) -> str:
    """What happened and why, for the team."""
    if one.kind == "skipped" and one.free is not None:
        free = ngettext("%(num)s place was free", "%(num)s places were free", one.free)
        return gettext(
            "%(what)s: %(free)s, %(size)s are needed together",
            what=translated(HAPPENINGS["skipped"]),
            free=free,
            size=size,
        )
    said = translated(HAPPENINGS.get(one.kind, one.kind))
    if one.deadline is not None:
        said = gettext("%(what)s until %(moment)s", what=said, moment=moment(one.deadline))
    return f"{said}: {translated(REASONS.get(one.reason, one.reason))}" if one.reason else said


async def _offered(begin: Begin, run_id: UUID, offer_id: UUID) -> tuple[Course, Run, Waiting]:
    """The party that an open offer of this run is for. Raises NotFound where there is none any more."""
    async with begin.reading() as session:
        run, course, _, _ = await run_with_course(session, run_id)
        parties = await parties_of(session, run_id)
    party = next((one for one in parties if one.offer and one.offer.id == offer_id), None)
    if party is None:
        raise NotFound
    return course, run, party


async def _leaving(begin: Begin, actor: Actor, run_id: UUID, enrolment_id: UUID) -> Step:
    async with begin.reading() as session:
        claim = await claim_for(session, actor, enrolment_id)
        parties = await parties_of(session, run_id)
    party = next((one for one in parties if one.party.id == claim.enrolment.party_id), None)
    if claim.run.id != run_id or party is None:
        raise NotFound
    return _step(
        claim.course,
        claim.run,
        title=gettext("Take off the waiting list?"),
        path=f"{_path(run_id)}/abmelden/{enrolment_id}",
        button=gettext("Take off the list"),
        way_out=gettext("Stay on the list"),
        sentences=[
            gettext("%(names)s: nothing has to be paid. Everybody behind moves up.", names=_names(party)),
            gettext("Do this only at their own wish. To join again they begin at the end."),
        ],
        is_dangerous=True,
    )


def _writing(course: Course, run: Run, party: Waiting, offer_id: UUID) -> Step:
    return _step(
        course,
        run,
        title=gettext("Send the letter with the offer again?"),
        path=f"{_path(run.id)}/{offer_id}/brief",
        button=gettext("Send the letter again"),
        way_out=gettext("Send nothing"),
        sentences=[
            _until(party),
            gettext("It goes to %(reader)s by post, to be printed.", reader=party.reader.name)
            if party.by_post
            else gettext("It goes to %(reader)s by e-mail.", reader=party.reader.name),
        ],
    )


def _until(party: Waiting) -> str:
    if party.offer is None:
        raise NotFound
    return gettext(
        "%(names)s: the offer is open until %(moment)s.",
        names=_names(party),
        moment=moment(party.offer.deadline),
    )


def _names(party: Waiting) -> str:
    return ", ".join(party.names)


def _step(course: Course, run: Run, **words: Any) -> Step:
    about = gettext(
        "Run %(number)s: %(title)s", number=run.number, title=spoken(course.title_de, course.title_en)
    )
    return Step(about=about, back=_path(run.id), **words)


def _refused(step: Step, refusal: DomainError) -> Template:
    form = form_from(OnceForm, key=str(uuid4()))
    form.refuse("", refusal.message, **refusal.params)
    return step_page(step, form, status=refusal.status)


def _path(run_id: UUID) -> str:
    return f"/verwaltung/durchfuehrungen/{run_id}/warteliste"


def _list_heads() -> list[Cell]:
    return [
        gettext("Position"), gettext("Persons"), gettext("Places"), gettext("Since"), gettext("Wants"),
        gettext("Letters"), gettext("Offer until"),
    ]  # fmt: skip


def _list_cells(party: Waiting) -> list[Cell]:
    return [
        party.rank, _names(party), party.party.size, party.party.joined_at, translated(RULES[party.party.rule]),
        gettext("by post") if party.by_post else gettext("by e-mail"),
        party.offer.deadline if party.offer else None,
    ]  # fmt: skip


def _log_heads() -> list[Cell]:
    return [gettext("When"), gettext("Persons"), gettext("Places"), gettext("What happened, and why")]


def _log_cells(entry: Entry) -> list[Cell]:
    return [entry.at, ", ".join(entry.names), entry.size, happened(entry.happening, entry.size)]
