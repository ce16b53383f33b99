"""Withdrawing from a contract: `/widerruf`, two steps, without an account and without script (§ 356a BGB, L-16).

Every page shows only what was typed. Nothing here looks for the contract, so nothing tells whether it is known (S-17).
"""

from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.enrolment.models import Withdrawal
from lms.enrolment.pages.change_forms import WithdrawalForm
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.service import Enrolments
from lms.enrolment.service.withdrawing import Declaration
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, TooMany
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
HERE = "/widerruf"
PURPOSE = "withdrawal"
LONGEST_NUMBER = 40


class WithdrawalPages(Controller):
    """Declare, confirm, keep the receipt."""

    path = HERE
    opt = PUBLIC
    include_in_schema = False

    @get(sync_to_thread=False)
    def ask(self, nummer: FromQuery[str] = "") -> Template:
        """Step 1: who, which contract, where the receipt goes."""
        form = form_from(WithdrawalForm, None, key=str(uuid4()), reference=nummer[:LONGEST_NUMBER])
        return _page("ask", form)

    @post()
    async def check(self, request: AnyRequest) -> Template:
        """Step 2: what is withdrawn from, and the button. Nothing has been declared yet."""
        sent = await request.form()
        form = form_from(WithdrawalForm, sent)
        if not form.validate():
            return _page("ask", form, status=422)
        return _page("ask" if sent.get("aendern") else "confirm", form)

    @post("/bestaetigen")
    async def confirm(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Declare it. Sent twice it is one declaration."""
        form = form_from(WithdrawalForm, await request.form())
        if not form.validate():
            return _page("ask", form, status=422)
        try:
            await within(
                around.begin, around.clock, PURPOSE, account=form.email.data.strip().lower(), address=actor.address
            )  # fmt: skip
        except TooMany as refusal:
            form.refuse("", refusal.message)
            return _page(
                "confirm", form, status=refusal.status, headers={"retry-after": str(refusal.retry_after)}
            )
        declared = await enrolment.declare_withdrawal(
            actor,
            withdrawal_id=_key(form.key.data),
            declaration=Declaration(
                name=_line(form.name.data),
                reference=_line(form.reference.data),
                email=_line(form.email.data),
                part=_line(form.part.data),
                language=current_language(),
            ),
        )
        token = around.signer.token(PURPOSE, declared.id)
        return Redirect(url(f"{HERE}/eingang/{declared.id}/{token}"), status_code=303, headers=PRIVATE)

    @get("/eingang/{withdrawal_id:uuid}/{token:str}")
    async def receipt(
        self, withdrawal_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """What was declared and when, to be printed; the same is in the e-mail."""
        if not around.signer.matches(token, PURPOSE, withdrawal_id):
            raise NotFound
        async with around.begin.reading() as session:
            declared = await session.get(Withdrawal, withdrawal_id)
        if declared is None:
            raise NotFound
        return Template("enrolment/withdrawal_receipt.html", context={"declared": declared}, headers=PRIVATE)


def _page(
    step: str, form: WithdrawalForm, *, status: int = 200, headers: dict[str, str] | None = None
) -> Template:
    return Template(
        f"enrolment/withdrawal_{step}.html",
        context={"form": form},
        status_code=status,
        headers=PRIVATE | (headers or {}),
    )


def _key(typed: str | None) -> UUID:
    """The id that the form was given; a made-up one is replaced, so that nobody's declaration can be met by guessing."""
    with suppress(ValueError):
        return UUID(typed or "")
    return uuid4()


def _line(typed: str | None) -> str:
    return " ".join((typed or "").split())
