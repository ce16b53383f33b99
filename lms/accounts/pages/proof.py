"""Behind the door: the second step, the fresh proof before delicate acts, and `/ausloggen`."""

from typing import Any
from urllib.parse import quote

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from lms.accounts import rules
from lms.accounts.errors import CredentialsWrong
from lms.accounts.pages.sign_in import SECOND_FACTOR, SIGN_IN, to
from lms.accounts.service.proving import Proving
from lms.accounts.sessions import entry_of, no_cookie, session_cookie, session_cookie_name
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid, SignInNeeded
from lms.kernel.marking import N_
from lms.web.access import PUBLIC
from lms.web.forms import Form, Hidden, Password, Text, form_from
from lms.web.module import Around

AnyRequest = Request[Any, Any, Any]


class SecondFactorForm(Form):
    code = Text(
        N_("Code from your app"),
        missing=N_("Type the six digits that your app shows now."),
        hint=N_("Six digits. An emergency code works as well."),
        autocomplete="one-time-code",
        width=20,
        longest=40,
    )
    weiter = Hidden()


class ConfirmationForm(Form):
    password = Password(N_("Password"), missing=N_("Enter your password."), autocomplete="current-password")
    weiter = Hidden()


class ProofPages(Controller):
    """For those who are in, or half in; everybody else is led to the door."""

    opt = PUBLIC
    include_in_schema = False

    @get(SECOND_FACTOR)
    async def second_factor(self, request: AnyRequest) -> Template | Redirect:
        wanted = rules.own_path(request.query_params.get("weiter"))
        entry = entry_of(request)
        if entry is None or not entry.has_second_factor:
            return to(f"{SIGN_IN}?weiter={quote(wanted, safe='')}")
        return Template(
            "accounts/second_factor.html", context={"form": form_from(SecondFactorForm, weiter=wanted)}
        )

    @post(SECOND_FACTOR)
    async def give_second_factor(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        proving: NamedDependency[Proving],
    ) -> Template | Redirect:
        entry = entry_of(request)
        if entry is None:
            raise SignInNeeded
        form = form_from(SecondFactorForm, await request.form())
        if form.validate():
            try:
                ticket = await proving.give_second_factor(actor, entry, code=form.code.data)
                next_path = await proving.landing(entry, form.weiter.data)
                return to(next_path, session_cookie(ticket, around.settings))
            except Invalid as refusal:
                form.refuse("code", refusal.message)
        return Template("accounts/second_factor.html", context={"form": form}, status_code=422)

    @get(SIGN_IN + "/bestaetigen")
    async def confirmation(self, request: AnyRequest) -> Template | Redirect:
        """Before delicate acts: who has an app shows its code, others their password or a mailed code (S-16)."""
        wanted = rules.own_path(request.query_params.get("weiter"), "/konto")
        entry = entry_of(request)
        if entry is None:
            return to(f"{SIGN_IN}?weiter={quote(wanted, safe='')}")
        if entry.has_second_factor:
            return to(f"{SECOND_FACTOR}?weiter={quote(wanted, safe='')}")
        form = form_from(ConfirmationForm, weiter=wanted)
        return Template(
            "accounts/confirmation.html", context={"form": form, "entry": entry, "wanted": wanted}
        )

    @post(SIGN_IN + "/bestaetigen")
    async def confirm(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        proving: NamedDependency[Proving],
    ) -> Template | Redirect:
        entry = entry_of(request)
        if entry is None or entry.is_half:
            raise SignInNeeded
        form = form_from(ConfirmationForm, await request.form())
        wanted = rules.own_path(form.weiter.data, "/konto")
        if form.validate():
            try:
                ticket = await proving.confirm_password(actor, entry, password=form.password.data)
                return to(wanted, session_cookie(ticket, around.settings))
            except CredentialsWrong:
                form.refuse("password", N_("This is not your password. Please type it again."))
        context = {"form": form, "entry": entry, "wanted": wanted}
        return Template("accounts/confirmation.html", context=context, status_code=422)

    @get("/ausloggen")
    async def leaving(self, request: AnyRequest) -> Template | Redirect:
        return Template("accounts/sign_out.html") if entry_of(request) else to("/")

    @post("/ausloggen")
    async def leave(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        proving: NamedDependency[Proving],
    ) -> Redirect:
        entry = entry_of(request)
        if entry is not None:
            await proving.sign_out(actor, entry)
        return to("/", no_cookie(session_cookie_name(around.settings), around.settings))
