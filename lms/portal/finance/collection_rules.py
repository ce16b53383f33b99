"""When a run, or every run of its course, is collected: `/verwaltung/durchfuehrungen/<run>/einzug`."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.debits import policy
from lms.debits.models import CollectionKind, CollectionRule
from lms.debits.planning import expected_day
from lms.debits.rule_setting import CollectionRules
from lms.debits.words import RULES
from lms.kernel.actor import Actor, ensure
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.run_reading import run_with_course
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.formats import all_of, date_long
from lms.web.forms import Form, Number, Radios, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after

WIDER = "wider"


class RuleForm(Form):
    """A rule, and for which runs."""

    kind = Radios(
        N_("When do we collect?"),
        choices=[*((kind.value, words) for kind, words in RULES.items()), (WIDER, N_("as is usual"))],
        missing=N_("Choose when we collect."),
    )
    days = Number(N_("How many days?"), least=0, most=365, width=5, missing=N_("Enter the number of days."))
    scope = Radios(
        N_("For which runs?"),
        choices=[("run", N_("only for this run")), ("course", N_("for every run of this course"))],
        missing=N_("Choose for which runs it holds."),
    )


class CollectionRulePages(Controller):
    """The rule of one run."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/einzug"
    opt = may("R", "plan", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def ask(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """What holds now, and the form."""
        ensure(policy.may_set_rules(actor), actor)
        async with around.begin.reading() as session:
            kept = (
                await session.scalars(select(CollectionRule).where(CollectionRule.run_id == run_id))
            ).first()
        form = form_from(
            RuleForm,
            kind=kept.kind.value if kept else WIDER,
            days=kept.days if kept else around.settings.debit_days,
            scope="run",
        )
        return step_page(await _step(around, run_id), form)

    @post()
    async def set(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        collection_rules: NamedDependency[CollectionRules],
    ) -> Template | Redirect:
        """Collect so from now on."""
        form = form_from(RuleForm, await request.form())
        if form.kind.data == WIDER:
            form.days.missing = ""
        if not form.validate():
            return step_page(await _step(around, run_id), form, status=422)
        kind = None if form.kind.data == WIDER else CollectionKind(form.kind.data)
        await collection_rules.set(
            actor, run_id=run_id, kind=kind, days=form.days.data or 0, for_course=form.scope.data == "course"
        )
        return after(f"/verwaltung/durchfuehrungen/{run_id}/einzug", SAVED)


async def _step(around: Around, run_id: UUID) -> Step:
    async with around.begin.reading() as session:
        run, *_ = await run_with_course(session, run_id)
        day = await expected_day(session, run_id, settings=around.settings, at=around.clock())
    fixed = all_of([f"{one}." for one in around.settings.debit_days_of_month])
    return Step(
        title=gettext("Day of collection"),
        about=run.number,
        path=f"/verwaltung/durchfuehrungen/{run_id}/einzug",
        back=f"/verwaltung/durchfuehrungen/{run_id}",
        button=gettext("Save"),
        way_out=gettext("Leave it as it is"),
        sentences=[
            gettext(
                "Whoever enrols today and pays by direct debit is collected on %(day)s.", day=date_long(day)
            ),
            gettext("Fixed days of the month are: %(days)s", days=fixed),
            gettext("Payers who were told a day already keep it."),
        ],
    )
