"""One statement: its paper, the register, revoking."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.aid import policy
from lms.aid.forms import EndForm, RegisterForm
from lms.aid.models import AidRule
from lms.aid.pages.desk import AID, state_words
from lms.aid.paper import aid_pdf
from lms.aid.queries import statement_of
from lms.aid.rules import register_until
from lms.aid.service import Aid
from lms.aid.words import KINDS, WINDOWS
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.web.access import may
from lms.web.forms import Form, form_from
from lms.web.module import Around
from lms.web.notices import after, declare

AnyRequest = Request[Any, Any, Any]
REVOKED = declare("beihilfe-widerrufen", N_("The statement is revoked. The company gets a letter about it."))
ENTERED = declare("beihilfe-register", N_("The entry in the register is noted."))


class AidStatementPages(Controller):
    """What stands on it, and what can be done."""

    path = AID + "/{statement_id:uuid}"
    include_in_schema = False

    @get(opt=may("R", "state-aid", of=Scope.ALL))
    async def show(
        self, statement_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Everything about it."""
        return await _page(around, actor, statement_id, form_from(RegisterForm))

    @get("/bescheinigung.pdf", opt=may("R", "state-aid", of=Scope.ALL))
    async def paper(self, statement_id: FromPath[UUID], around: NamedDependency[Around]) -> Response[bytes]:
        """The paper as it was first handed out."""
        return pdf(*await aid_pdf(around.begin, statement_id))

    @post("/register", opt=may("C", "state-aid"))
    async def enter(
        self,
        request: AnyRequest,
        statement_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        state_aid: NamedDependency[Aid],
    ) -> Template | Redirect:
        """It was entered in the central register."""
        form = form_from(RegisterForm, await request.form())
        status = 422
        if form.validate():
            try:
                await state_aid.note_register(
                    actor, statement_id=statement_id, entered_on=form.entered_on.data
                )
                return after(f"{AID}/{statement_id}", ENTERED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("entered_on", refusal.message, **refusal.params)
                status = refusal.status
        return await _page(around, actor, statement_id, form, status=status)

    @get("/widerrufen", opt=may("C", "state-aid"))
    async def consider(self, statement_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Before it stops to hold."""
        return await _end_page(around, statement_id, form_from(EndForm))

    @post("/widerrufen", opt=may("C", "state-aid"))
    async def revoke(
        self,
        request: AnyRequest,
        statement_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        state_aid: NamedDependency[Aid],
    ) -> Template | Redirect:
        """It does not hold any more."""
        form = form_from(EndForm, await request.form())
        if not form.validate():
            return await _end_page(around, statement_id, form, status=422)
        await state_aid.revoke(actor, statement_id=statement_id, reason=form.reason.data)
        return after(f"{AID}/{statement_id}", REVOKED)


def pdf(number: str, content: bytes) -> Response[bytes]:
    """The paper to take away."""
    return Response(
        content,
        media_type="application/pdf",
        headers={**PRIVATE, "content-disposition": f'attachment; filename="{number}.pdf"'},
    )


async def _page(
    around: Around, actor: Actor, statement_id: UUID, form: RegisterForm, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        held = await statement_of(session, statement_id)
        rule = await session.get_one(AidRule, held.statement.rule_id)
    return Template(
        "aid/desk/statement.html",
        context={
            "held": held,
            "statement": held.statement,
            "state": state_words(held.holds, held.replaced_by),
            "kind": KINDS[held.statement.kind],
            "window": WINDOWS[rule.window],
            "register_until": register_until(rule, held.statement.granted_on, around.settings.federal_state),
            "form": form,
            "here": f"{AID}/{statement_id}",
            "company_path": f"{AID}/unternehmen/{held.company.id}",
            "may_grant": policy.may_grant(actor),
        },
        status_code=status,
    )


async def _end_page(around: Around, statement_id: UUID, form: Form, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        held = await statement_of(session, statement_id)
    return Template(
        "aid/desk/revoke.html",
        context={"held": held, "form": form, "here": f"{AID}/{statement_id}"},
        status_code=status,
    )
