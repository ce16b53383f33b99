"""`/konto/schluessel`: personal access tokens for programs (S-18)."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.pages.sign_in import to
from lms.accounts.service.own_account import OwnAccount
from lms.accounts.sessions import ensure_fresh
from lms.accounts.token_scopes import offered
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.marking import N_
from lms.web.access import SIGNED_IN
from lms.web.forms import Checkboxes, Form, Radios, Text, form_from
from lms.web.notices import declare

AnyRequest = Request[Any, Any, Any]
REVOKED = declare("schluessel-widerrufen", N_("The access token no longer works."))
TOKEN_DAYS = (("30", N_("30 days")), ("90", N_("90 days")), ("365", N_("One year")))


class TokenForm(Form):
    name = Text(
        N_("What is it for?"),
        missing=N_("Give the token a name, so that you recognise it later."),
        hint=N_("For example: figures for the town hall"),
        longest=80,
    )
    scopes = Checkboxes(N_("What may it do?"), missing=N_("Choose at least one thing."))
    days = Radios(N_("How long shall it work?"), choices=TOKEN_DAYS, missing=N_("Choose how long."))


class TokenPages(Controller):
    """One's own tokens; the list of them stands on the page of the account."""

    path = "/konto/schluessel"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def token(
        self, request: AnyRequest, actor: NamedDependency[Actor], clock: NamedDependency[Clock]
    ) -> Template:
        ensure_fresh(request, clock)
        form = form_from(TokenForm, days="90")
        form.scopes.choices = offered(actor)
        return Template("accounts/token.html", context={"form": form})

    @post()
    async def make_token(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        clock: NamedDependency[Clock],
        own_account: NamedDependency[OwnAccount],
    ) -> Template:
        entry = ensure_fresh(request, clock)
        form = form_from(TokenForm, await request.form())
        form.scopes.choices = offered(actor)
        if not form.validate():
            return Template("accounts/token.html", context={"form": form}, status_code=422)
        scopes = frozenset(
            (act, resource) for act, _, resource in (one.partition(":") for one in form.scopes.data)
        )
        value = await own_account.make_token(
            actor, entry, name=form.name.data, scopes=scopes, days=int(form.days.data)
        )
        return Template("accounts/token_made.html", context={"value": value, "name": form.name.data})

    @post("/{token_id:uuid}/widerrufen")
    async def revoke_token(
        self,
        actor: NamedDependency[Actor],
        own_account: NamedDependency[OwnAccount],
        token_id: FromPath[UUID],
    ) -> Redirect:
        await own_account.revoke_token(actor, token_id=token_id)
        return to("/konto", notice=REVOKED)
