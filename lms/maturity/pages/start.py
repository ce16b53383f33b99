"""`/digitalcheck`: what the check is, the way in, and the way back in with the code that was written down."""

from typing import Any
from uuid import uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.codes import Mistyped
from lms.kernel.errors import DomainError, TooMany
from lms.maturity.checks import BEGINNING, Checks
from lms.maturity.errors import NoEdition, UnknownCode
from lms.maturity.forms import CodeForm
from lms.maturity.pages.opened import PATH, link_to
from lms.maturity.queries import newest_edition
from lms.maturity.questions import read
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.sent import uuid_in
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]


class CheckStartPages(Controller):
    """What it is, the way in, and the way back in."""

    path = PATH
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def start(self, around: NamedDependency[Around]) -> Template:
        """What it is."""
        return await _start(around, form_from(CodeForm))

    @post()
    async def begin(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        digital_checks: NamedDependency[Checks],
    ) -> Template | Redirect:
        """Begin a check. Sent twice it is one."""
        sent = await request.form()
        await within(around.begin, around.clock, BEGINNING, address=actor.address)
        company_id = uuid_in(sent.get("company"))
        try:
            check_id = await digital_checks.begin_check(
                actor, key=uuid_in(sent.get("key")) or uuid4(),
                company_id=company_id if company_id in actor.companies else None,
            )  # fmt: skip
        except NoEdition as refusal:
            return await _start(around, form_from(CodeForm), refusal)
        return Redirect(url(link_to(around, check_id)), status_code=303, headers=PRIVATE)

    @post("/code", status_code=200)
    async def resume(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        digital_checks: NamedDependency[Checks],
    ) -> Template | Redirect:
        """Go on with the code that was written down."""
        form = form_from(CodeForm, await request.form())
        if not form.validate():
            return await _start(around, form, status=422)
        try:
            check_id = await digital_checks.find(actor, form.code.data or "")
        except (Mistyped, UnknownCode, TooMany) as refusal:
            form.refuse("code", refusal.message, **refusal.params)
            return await _start(around, form, status=refusal.status)
        return Redirect(url(link_to(around, check_id)), status_code=303, headers=PRIVATE)


async def _start(
    around: Around, form: CodeForm, refusal: DomainError | None = None, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        edition = await newest_edition(session)
    context = {
        "form": form,
        "key": str(uuid4()),
        "content": read(edition.content) if edition else None,
        "refusal": refusal,
        "here": PATH,
    }
    return Template(
        "maturity/start.html",
        context=context,
        headers=PRIVATE,
        status_code=refusal.status if refusal else status,
    )
