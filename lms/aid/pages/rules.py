"""The table of regulations: rows are only ever added."""

from typing import Any
from uuid import uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from lms.aid import policy
from lms.aid.forms import RuleForm
from lms.aid.pages.desk import AID
from lms.aid.queries import rules_of
from lms.aid.rules import rule_on
from lms.aid.service import Aid
from lms.aid.words import WINDOWS
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.rights import Scope
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in

RULES = f"{AID}/regeln"


class AidRulePages(Controller):
    """Which regulation holds from when on."""

    path = RULES
    include_in_schema = False

    @get(opt=may("R", "state-aid", of=Scope.ALL))
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """All of them, and the form for one more."""
        return await _page(around, actor, form_from(RuleForm, key=str(uuid4())))

    @post(opt=may("C", "state-aid"))
    async def add(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        state_aid: NamedDependency[Aid],
    ) -> Template | Redirect:
        """One more; what was granted keeps the rule it was granted under."""
        form = form_from(RuleForm, await request.form())
        if not form.validate():
            return await _page(around, actor, form, status=422)
        await state_aid.add_rule(
            actor, rule_id=uuid_in(form.key.data) or uuid4(), regulation=form.regulation.data,
            ceiling_cents=form.ceiling.data, window=form.chosen_window(), valid_from=form.valid_from.data,
            source=form.source.data, register_from=form.register_from.data,
        )  # fmt: skip
        return after(RULES, SAVED)


async def _page(around: Around, actor: Actor, form: RuleForm, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        rules = await rules_of(session)
    return Template(
        "aid/desk/rules.html",
        context={
            "rules": rules[::-1],
            "now_holds": rule_on(rules, today(around.clock)),
            "windows": WINDOWS,
            "form": form,
            "here": RULES,
            "may_grant": policy.may_grant(actor),
        },
        status_code=status,
    )
