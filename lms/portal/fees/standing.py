"""Status files for the team: an overview with what is to be checked, a page for each trainer, the file to take away, the rules."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.accounts.handing_out import handed_out, persons_file
from lms.honoraria.standing.filing import status_zip
from lms.honoraria.standing.models import StandingRuleKind
from lms.honoraria.standing.queries import (
    allowances,
    declarations_of,
    limits_of,
    standing_of,
    standings,
)
from lms.honoraria.standing.service import StatusFiles, seen_limits
from lms.honoraria.standing.words import in_words
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, step_page
from lms.portal.fees.checking import BACK, SAVE, STEP, Check, check_page
from lms.portal.fees.own_standing import declaration_form, declare_from
from lms.portal.fees.words import STATES
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.formats import amount
from lms.web.forms import Checkbox, Euro, Form, Hidden, Number, Text, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after

FILES = "/verwaltung/statusakten"
TRAINERS = "/verwaltung/kursleitungen"
FIRST_YEAR, LAST_YEAR = 2020, 2100


class LimitForm(Form):
    """From which numbers on files warn."""

    units = Number(N_("Warn from so many units a year"), hint=N_("0 means: never."), most=5000, width=5)
    share = Number(
        N_("Warn from this share of all units of the house, in percent"), hint=N_("0 means: never."), most=100, width=5
    )  # fmt: skip
    only_client = Checkbox(N_("Warn when somebody declares to have no other client"))
    seen = Hidden()

    def limits(self) -> dict[StandingRuleKind, int]:
        """The numbers of a form that is valid."""
        return {
            StandingRuleKind.UNITS: self.units.data or 0,
            StandingRuleKind.SHARE: self.share.data or 0,
            StandingRuleKind.ONLY_CLIENT: int(bool(self.only_client.data)),
        }


class AllowanceForm(Form):
    """The allowance from a year on."""

    from_year = Number(
        N_("From which year on?"), least=FIRST_YEAR, most=LAST_YEAR, width=5, missing=N_("Enter the year.")
    )
    cents = Euro(N_("Allowance for a year"), missing=N_("Enter the amount."))
    source = Text(N_("Where is that said?"), missing=N_("Enter the law or the page."), longest=300)


class StandingPages(Controller):
    """The overview and the rules."""

    path = FILES
    opt = may("R", "contract", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(
        self, actor: NamedDependency[Actor], around: NamedDependency[Around], jahr: FromQuery[int] = 0
    ) -> Template:
        """Everybody who teaches, with what is to be checked."""
        year = _year(around, jahr)
        async with around.begin.reading() as session:
            found = await standings(session, year)
        lines = [(one, [in_words(warned) for warned in one.warnings]) for one in found]
        return Template(
            "portal/fees/standings.html",
            context={
                "lines": sorted(lines, key=lambda line: not line[1]), "year": year,
                "years": range(today(around.clock).year - 2, today(around.clock).year + 2),
                "may_write": actor.may_for_all("U", "contract"),
                "may_allow": actor.may_for_all("U", "fee-rate"),
            },
        )  # fmt: skip

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        jahr: FromQuery[int] = 0,
    ) -> Response[bytes]:
        """The same rows to take away."""
        year = _year(around, jahr)
        async with around.begin.reading() as session:
            found = await standings(session, year)
        heads = [
            gettext("Trainer"), gettext("Year"), gettext("Units"), gettext("Share of all units in percent"),
            gettext("What is to be checked"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [
                one.person.name, year, one.year.units, one.year.share_percent,
                " ".join(in_words(warned) for warned in one.warnings),
            ]
            for one in found
        ]  # fmt: skip
        return await persons_file(request, around, actor, f"statusakten-{year}", [heads, *rows])

    @get("/regeln", opt=may("U", "contract"))
    async def ask_rules(self, around: NamedDependency[Around]) -> Template:
        """The numbers in use."""
        async with around.begin.reading() as session:
            limits = dict(await limits_of(session))
        return step_page(_rules(), _limit_form(limits))

    @post("/regeln", opt=may("U", "contract"))
    async def save_rules(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        status_files: NamedDependency[StatusFiles],
    ) -> Template | Redirect:
        """Show old and new; then change it."""
        sent = await request.form()
        form = form_from(LimitForm, sent)
        async with around.begin.reading() as session:
            limits = dict(await limits_of(session))
        if sent.get(STEP) == BACK or not form.validate():
            return step_page(_rules(), form, status=200 if sent.get(STEP) == BACK else 422)
        if sent.get(STEP) != SAVE:
            return check_page(_check(limits, form.limits()), sent)
        try:
            await status_files.set_limits(actor, limits=form.limits(), seen=form.seen.data or "")
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            form.seen.data, form.seen.raw_data = seen_limits(limits), None
            return step_page(_rules(), form, status=refusal.status)
        return after(FILES, SAVED)

    @get("/freibetrag", opt=may("U", "fee-rate"))
    async def ask_allowance(self) -> Template:
        """The form of another allowance."""
        return step_page(_allowing(), form_from(AllowanceForm))

    @post("/freibetrag", opt=may("U", "fee-rate"))
    async def save_allowance(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        status_files: NamedDependency[StatusFiles],
    ) -> Template | Redirect:
        """Show old and new; then write it down."""
        sent = await request.form()
        form = form_from(AllowanceForm, sent)
        if sent.get(STEP) == BACK or not form.validate():
            return step_page(_allowing(), form, status=200 if sent.get(STEP) == BACK else 422)
        if sent.get(STEP) != SAVE:
            async with around.begin.reading() as session:
                known = {row.from_year: row.cents for row in await allowances(session)}
            old = known.get(form.from_year.data)
            check = Check(
                title=gettext("Check the allowance"), about=gettext("Status files"), path=f"{FILES}/freibetrag",
                back=FILES,
                lines=[
                    (
                        gettext("Allowance from %(year)s on", year=form.from_year.data),
                        amount(old) if old is not None else gettext("none yet"), amount(form.cents.data),
                    )
                ],
                sentences=[gettext("It concerns everybody who declares an amount for these years. Declarations made already stay.")],
            )  # fmt: skip
            return check_page(check, sent)
        await status_files.set_allowance(
            actor, from_year=form.from_year.data, cents=form.cents.data, source=form.source.data
        )
        return after(FILES, SAVED)


class StatusFilePages(Controller):
    """One trainer's file. Whoever of the team opens it is noted."""

    path = TRAINERS + "/{person_id:uuid}/statusakte"
    opt = may("R", "contract", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def show(
        self,
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        status_files: NamedDependency[StatusFiles],
        jahr: FromQuery[int] = 0,
    ) -> Template:
        """Contracts, consents, declarations, and what is to be checked."""
        return await _page(around, actor, status_files, person_id, jahr)

    @post("/erklaerung", opt=may("U", "contract"))
    async def declare(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        status_files: NamedDependency[StatusFiles],
    ) -> Template | Redirect:
        """As declared on paper."""
        form, status = await declare_from(await request.form(), status_files, actor, person_id)
        if status:
            return await _page(around, actor, status_files, person_id, 0, form=form, status=status)
        return after(f"{TRAINERS}/{person_id}/statusakte", SAVED)

    @get("/akte.zip")
    async def as_zip(
        self,
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        status_files: NamedDependency[StatusFiles],
    ) -> Response[bytes]:
        """Everything in one file, for an audit."""
        await status_files.opened(actor, person_id=person_id, act="taken_away")
        await handed_out(
            around, actor, "statusakte", rows=1, path=f"{TRAINERS}/{person_id}/statusakte/akte.zip"
        )
        name, content = await status_zip(around, person_id)
        return Response(
            content, media_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )  # fmt: skip


def _year(around: Around, asked: int) -> int:
    return asked if FIRST_YEAR <= asked <= LAST_YEAR else today(around.clock).year


def _rules() -> Step:
    return Step(
        title=gettext("When status files warn"), about=gettext("Status files"), path=f"{FILES}/regeln",
        back=FILES, button=gettext("Check"), way_out=gettext("Change nothing"),
        sentences=[gettext("A warning decides nothing: it says what somebody should look at.")],
    )  # fmt: skip


def _allowing() -> Step:
    return Step(
        title=gettext("Allowance from a year on"), about=gettext("Status files"), path=f"{FILES}/freibetrag",
        back=FILES, button=gettext("Check"), way_out=gettext("Change nothing"),
        sentences=[gettext("The tax-free allowance for trainers (§ 3 Nr. 26 EStG) holds until another year is entered.")],
    )  # fmt: skip


def _limit_form(limits: dict[StandingRuleKind, int]) -> LimitForm:
    return form_from(
        LimitForm, units=limits.get(StandingRuleKind.UNITS, 0), share=limits.get(StandingRuleKind.SHARE, 0),
        only_client=bool(limits.get(StandingRuleKind.ONLY_CLIENT)), seen=seen_limits(limits),
    )  # fmt: skip


def _check(old: dict[StandingRuleKind, int], new: dict[StandingRuleKind, int]) -> Check:
    labels = {
        StandingRuleKind.UNITS: gettext("Warn from so many units a year"),
        StandingRuleKind.SHARE: gettext("Warn from this share of all units of the house, in percent"),
        StandingRuleKind.ONLY_CLIENT: gettext("Warn when somebody declares to have no other client"),
    }
    return Check(
        title=gettext("Check the rules"), about=gettext("Status files"), path=f"{FILES}/regeln", back=FILES,
        lines=[(label, _said(kind, old.get(kind, 0)), _said(kind, new[kind])) for kind, label in labels.items()],
        sentences=[gettext("The files of all trainers are judged anew by it. Nobody is told.")],
    )  # fmt: skip


def _said(kind: StandingRuleKind, value: int) -> str:
    if kind is StandingRuleKind.ONLY_CLIENT:
        return gettext("yes") if value else gettext("no")
    return str(value) if value else gettext("never")


async def _page(
    around: Around,
    actor: Actor,
    status_files: StatusFiles,
    person_id: UUID,
    asked: int,
    *,
    form: Any = None,
    status: int = 200,
) -> Template:
    year = _year(around, asked)
    async with around.begin.reading() as session:
        one = await standing_of(session, person_id, year)
        declared = await declarations_of(session, person_id)
    await status_files.opened(actor, person_id=person_id)
    return Template(
        "portal/fees/standing.html",
        context={
            "one": one, "declared": declared, "states": STATES, "year": year,
            "sentences": [in_words(warned) for warned in one.warnings],
            "form": form or declaration_form(one.year.declaration, year, key=str(uuid4())),
            "may_write": actor.may_for_all("U", "contract"),
        },
        status_code=status,
    )  # fmt: skip
