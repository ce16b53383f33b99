"""The pages of the sheet: one's own, and the team's for somebody who calls."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.feeds.sheets.paper import SIZES, Layout
from lms.feeds.sheets.reading import month_of, week_of
from lms.feeds.sheets.service import NoAddress, SheetFacts, Sheets
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import SignInNeeded
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.resources.occupancy import month_after
from lms.web.access import SIGNED_IN, may
from lms.web.formats import date_plain, month
from lms.web.forms import Form, Radios, Select, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
OWN = "/kalender/monatsblatt"
OF_STAFF = "/verwaltung/personen/{}/monatsblatt"
MONTHS_AHEAD = 6
PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}
WISHED = declare("monatsblatt-gewuenscht", N_("The sheet of the next month comes by post, each month."))
ENDED = declare("monatsblatt-beendet", N_("No more sheets come by post."))
CHOOSE = N_("Please choose one of the answers.")
ONE, ALL = "person", "household"


class LayoutForm(Form):
    """How the sheet looks."""

    points = Radios(
        N_("How large should the letters be?"),
        choices=[("14", N_("large")), ("18", N_("very large")), ("22", N_("as large as possible"))],
        missing=CHOOSE,
    )
    shape = Radios(
        N_("How should the dates stand on it?"),
        choices=[("list", N_("one below the other")), ("grid", N_("as a table of the weeks"))],
        missing=CHOOSE,
    )
    whose = Radios(
        N_("Whose dates?"),
        choices=[(ONE, N_("only this person’s")), (ALL, N_("those of everybody in the household"))],
        missing=CHOOSE,
    )

    @property
    def is_household(self) -> bool:
        """Whether everybody of the household stands on it."""
        return "whose" in self and bool(self.whose.data == ALL)

    def layout(self, *, is_landscape: bool | None = None) -> Layout:
        """The layout of a form that is valid; a grid lies across where nobody says otherwise."""
        is_grid = self.shape.data == "grid"
        across = is_grid if is_landscape is None else is_landscape
        return Layout(points=int(self.points.data), is_grid=is_grid, is_landscape=across)


class SheetForm(LayoutForm):
    """Which days, and how the sheet looks."""

    days = Select(N_("Which days?"), missing=CHOOSE)
    paper = Radios(
        N_("How does the paper lie?"),
        choices=[("upright", N_("upright")), ("landscape", N_("across"))],
        missing=CHOOSE,
    )

    def offer(self, clock: Clock) -> None:
        """The weeks and months that can be chosen."""
        day = today(clock)
        months = [month_after(day.replace(day=1), ahead) for ahead in range(MONTHS_AHEAD)]
        weeks = [week_of(day)[0], week_of(day)[1]]
        self.days.choices = [
            *((f"m{first:%Y-%m-%d}", month(first)) for first in months),
            *((f"w{first:%Y-%m-%d}", gettext("Week from %(day)s", day=date_plain(first))) for first in weeks),
        ]

    @property
    def period(self) -> tuple[date, date]:
        """The chosen days, from the first to before the last."""
        kind, day = self.days.data[:1], date.fromisoformat(self.days.data[1:])
        return week_of(day) if kind == "w" else month_of(day)


class OwnSheetPages(Controller):
    """One's own dates on paper."""

    path = OWN
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def show(
        self, actor: NamedDependency[Actor], around: NamedDependency[Around], sheets: NamedDependency[Sheets]
    ) -> Template:
        """Which days, how large, and whether the sheet should come by post."""
        return await _page(sheets, actor, _own(actor), around.clock, OWN)

    @get("/blatt.pdf")
    async def pdf(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        sheets: NamedDependency[Sheets],
    ) -> Response[Any]:
        """The sheet."""
        return await _pdf(request, sheets, actor, _own(actor), around.clock, OWN)

    @get("/per-post")
    async def ask(self, actor: NamedDependency[Actor], sheets: NamedDependency[Sheets]) -> Template:
        """How the monthly sheet should look."""
        return await _ask(sheets, actor, _own(actor), OWN)

    @post("/per-post")
    async def wish(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        sheets: NamedDependency[Sheets],
    ) -> Template | Redirect:
        """Send it each month."""
        return await _wish(request, sheets, actor, _own(actor), OWN)

    @post("/nicht-per-post")
    async def end(self, actor: NamedDependency[Actor], sheets: NamedDependency[Sheets]) -> Redirect:
        """Send it no more."""
        await sheets.end_wish(actor, _own(actor))
        return after(OWN, ENDED)


class StaffSheetPages(Controller):
    """The dates of somebody who calls, on paper."""

    path = "/verwaltung/personen/{person_id:uuid}/monatsblatt"
    include_in_schema = False

    @get(opt=may("R", "enrolment", of=Scope.ALL))
    async def show(
        self,
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        sheets: NamedDependency[Sheets],
    ) -> Template:
        """Which days, how large, and whether the sheet should come by post."""
        return await _page(sheets, actor, person_id, around.clock, OF_STAFF.format(person_id))

    @get("/blatt.pdf", opt=may("R", "enrolment", of=Scope.ALL))
    async def pdf(
        self,
        request: AnyRequest,
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        sheets: NamedDependency[Sheets],
    ) -> Response[Any]:
        """The sheet, to be printed at the desk."""
        return await _pdf(request, sheets, actor, person_id, around.clock, OF_STAFF.format(person_id))

    @get("/per-post", opt=may("U", "person", of=Scope.ALL))
    async def ask(
        self, person_id: FromPath[UUID], actor: NamedDependency[Actor], sheets: NamedDependency[Sheets]
    ) -> Template:
        """How the monthly sheet should look."""
        return await _ask(sheets, actor, person_id, OF_STAFF.format(person_id))

    @post("/per-post", opt=may("U", "person", of=Scope.ALL))
    async def wish(
        self,
        request: AnyRequest,
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        sheets: NamedDependency[Sheets],
    ) -> Template | Redirect:
        """Send it each month."""
        return await _wish(request, sheets, actor, person_id, OF_STAFF.format(person_id))

    @post("/nicht-per-post", opt=may("U", "person", of=Scope.ALL))
    async def end(
        self, person_id: FromPath[UUID], actor: NamedDependency[Actor], sheets: NamedDependency[Sheets]
    ) -> Redirect:
        """Send it no more."""
        await sheets.end_wish(actor, person_id)
        return after(OF_STAFF.format(person_id), ENDED)


async def _page(sheets: Sheets, actor: Actor, person_id: UUID, clock: Clock, here: str) -> Template:
    facts = await sheets.facts(actor, person_id)
    form = form_from(SheetForm, **_usual(facts), paper="upright")
    form.offer(clock)
    form.days.data = form.days.choices[0][0]
    return _template("feeds/sheet.html", facts, form, actor, here)


async def _pdf(
    request: AnyRequest, sheets: Sheets, actor: Actor, person_id: UUID, clock: Clock, here: str
) -> Response[Any]:
    form = form_from(SheetForm, request.query_params)
    form.offer(clock)
    if "whose" not in request.query_params:
        del form.whose
    if not form.validate():
        return Redirect(url(here), status_code=303)
    document = await sheets.pdf(
        actor,
        person_id,
        form.period,
        form.layout(is_landscape=form.paper.data == "landscape"),
        is_household=form.is_household,
    )
    named = {"content-disposition": 'inline; filename="termine.pdf"'}
    return Response(document, media_type="application/pdf", headers=PRIVATE | named)


async def _ask(sheets: Sheets, actor: Actor, person_id: UUID, here: str) -> Template:
    facts = await sheets.facts(actor, person_id)
    return _template("feeds/sheet_by_post.html", facts, form_from(LayoutForm, **_usual(facts)), actor, here)


async def _wish(
    request: AnyRequest, sheets: Sheets, actor: Actor, person_id: UUID, here: str
) -> Template | Redirect:
    facts = await sheets.facts(actor, person_id)
    form = form_from(LayoutForm, await request.form())
    if not facts.has_household:
        del form.whose
    if form.validate():
        try:
            await sheets.wish(actor, person_id, form.layout(), is_household=form.is_household)
        except NoAddress as refusal:
            form.refuse("", refusal.message)
        else:
            return after(here, WISHED)
    return _template("feeds/sheet_by_post.html", facts, form, actor, here, status=422)


def _usual(facts: SheetFacts) -> dict[str, Any]:
    """What a form begins with: as somebody gets the sheet already, else a list in very large letters."""
    wish = facts.wish
    return {
        "points": str(wish.points if wish else SIZES[1]),
        "shape": "grid" if wish and wish.is_grid else "list",
        "whose": ALL if (wish.is_household if wish else facts.has_household) else ONE,
    }


def _template(
    name: str, facts: SheetFacts, form: LayoutForm, actor: Actor, here: str, *, status: int = 200
) -> Template:
    if not facts.has_household and "whose" in form:
        del form.whose
    context = {
        "facts": facts,
        "form": form,
        "here": here,
        "is_own": here == OWN,
        "may_change": facts.person.id == actor.person_id or actor.may_for_all("U", "person"),
    }
    return Template(name, context=context, status_code=status, headers=PRIVATE)


def _own(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise SignInNeeded
    return actor.person_id
