"""The door: `/einloggen` by code, link or password, and the way to a new account."""

from typing import Any
from urllib.parse import quote

from litestar import Controller, Request, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts import rules
from lms.accounts.errors import CodeUsedUp, CredentialsWrong, LinkUsedUp, OtherBrowser
from lms.accounts.service.proving import Proving
from lms.accounts.service.signing_in import Admitted, LinkState, Missing, SigningIn, Visitor
from lms.accounts.sessions import (
    Entry,
    Ticket,
    asking_cookie,
    asking_cookie_name,
    entry_of,
    no_cookie,
    session_cookie,
)
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid
from lms.kernel.marking import N_
from lms.settings import Settings
from lms.web.access import PUBLIC
from lms.web.forms import Checkbox, Email, Form, Hidden, Password, Text, form_from
from lms.web.module import Around
from lms.web.notices import Notice, after
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
SIGN_IN = "/einloggen"
CODE = "/einloggen/code"
SECOND_FACTOR = "/einloggen/zweiter-faktor"
SET_UP = "/konto/zweiter-faktor"


class AskForm(Form):
    email = Email(missing=N_("Enter your e-mail address."))
    stays = Checkbox(N_("Stay signed in on this device"), hint=N_("Only on a device that nobody else uses."))
    weiter = Hidden()


class PasswordForm(Form):
    email = Email(missing=N_("Enter your e-mail address."), autocomplete="username")
    password = Password(N_("Password"), missing=N_("Enter your password."), autocomplete="current-password")
    stays = Checkbox(N_("Stay signed in on this device"), hint=N_("Only on a device that nobody else uses."))
    weiter = Hidden()


class CodeForm(Form):
    code = Text(
        N_("Code from the e-mail"),
        missing=N_("Type the eight digits from the e-mail."),
        autocomplete="one-time-code",
        inputmode="numeric",
        width=10,
        longest=40,
    )


class NameForm(Form):
    given_name = Text(
        N_("First name"), missing=N_("Enter your first name."), autocomplete="given-name", longest=100
    )
    family_name = Text(
        N_("Family name"), missing=N_("Enter your family name."), autocomplete="family-name", longest=100
    )


class DoorPages(Controller):
    """Getting in, and out again. Nothing here tells whether an address has an account (S-17)."""

    opt = PUBLIC
    include_in_schema = False

    @get(SIGN_IN)
    async def ask(
        self, request: AnyRequest, proving: NamedDependency[Proving], around: NamedDependency[Around]
    ) -> Template | Redirect:
        wanted = rules.own_path(request.query_params.get("weiter"))
        entry = entry_of(request)
        if entry is not None:
            return to(await _onward(request, entry, proving, wanted))
        return Template(
            "accounts/sign_in.html",
            context={
                "form": form_from(AskForm, weiter=wanted),
                "is_demo": around.settings.demo,
                "wanted": wanted,
            },
        )

    @post(SIGN_IN)
    async def send_code(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        signing_in: NamedDependency[SigningIn],
    ) -> Template | Redirect:
        form = form_from(AskForm, await request.form())
        wanted = rules.own_path(form.weiter.data)
        if not form.validate():
            context = {"form": form, "is_demo": around.settings.demo, "wanted": wanted}
            return Template("accounts/sign_in.html", context=context, status_code=422)
        secret = await signing_in.ask(
            actor, email=form.email.data, next_path=wanted, stays=bool(form.stays.data)
        )
        return to(CODE, asking_cookie(secret, rules.REGISTRATION_OPEN, around.settings))

    @get(CODE)
    async def code(
        self, request: AnyRequest, around: NamedDependency[Around], signing_in: NamedDependency[SigningIn]
    ) -> Template | Redirect:
        email = await signing_in.asked_for(_visitor(request, around.settings))
        if not email:
            return to(SIGN_IN)
        return Template("accounts/code.html", context={"form": form_from(CodeForm), "email": email})

    @post(CODE)
    async def enter_code(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        signing_in: NamedDependency[SigningIn],
    ) -> Template | Redirect:
        form = form_from(CodeForm, await request.form())
        visitor = _visitor(request, around.settings)
        if form.validate():
            try:
                return admitted(
                    await signing_in.enter_code(actor, visitor, code=form.code.data), around.settings
                )
            except Invalid as refusal:
                form.refuse("code", refusal.message)
        email = await signing_in.asked_for(visitor)
        return Template("accounts/code.html", context={"form": form, "email": email}, status_code=422)

    @get(SIGN_IN + "/link/{token:str}")
    async def look_at_link(
        self,
        request: AnyRequest,
        around: NamedDependency[Around],
        signing_in: NamedDependency[SigningIn],
        token: FromPath[str],
    ) -> Template:
        """Looking consumes nothing: mail scanners open links, people press buttons (S-13)."""
        state = await signing_in.link_state(_visitor(request, around.settings), token=token)
        if state is LinkState.USED_UP:
            raise LinkUsedUp
        if state is LinkState.OTHER_BROWSER:
            raise OtherBrowser
        return Template(
            "accounts/link.html", context={"path": f"{SIGN_IN}/link/{token}"}, headers=NOT_TO_BE_KEPT
        )

    @post(SIGN_IN + "/link/{token:str}")
    async def enter_link(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        signing_in: NamedDependency[SigningIn],
        token: FromPath[str],
    ) -> Redirect:
        visitor = _visitor(request, around.settings)
        return admitted(await signing_in.enter_link(actor, visitor, token=token), around.settings)

    @get(SIGN_IN + "/passwort")
    async def password(self, request: AnyRequest) -> Template:
        wanted = rules.own_path(request.query_params.get("weiter"))
        return Template(
            "accounts/password.html",
            context={"form": form_from(PasswordForm, weiter=wanted), "wanted": wanted},
        )

    @post(SIGN_IN + "/passwort")
    async def enter_password(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        signing_in: NamedDependency[SigningIn],
    ) -> Template | Redirect:
        form = form_from(PasswordForm, await request.form())
        wanted = rules.own_path(form.weiter.data)
        if form.validate():
            try:
                outcome = await signing_in.enter_password(
                    actor,
                    _visitor(request, around.settings),
                    email=form.email.data,
                    password=form.password.data,
                    next_path=wanted,
                    stays=bool(form.stays.data),
                )
                return admitted(outcome, around.settings)
            except CredentialsWrong as refusal:
                form.refuse("password", refusal.message)
        context = {"form": form, "wanted": wanted}
        return Template("accounts/password.html", context=context, status_code=422)

    @get(SIGN_IN + "/neu")
    async def name(self, request: AnyRequest, around: NamedDependency[Around]) -> Template | Redirect:
        if not _visitor(request, around.settings).secret:
            return to(SIGN_IN)
        return Template("accounts/new.html", context={"form": form_from(NameForm)})

    @post(SIGN_IN + "/neu")
    async def register(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        signing_in: NamedDependency[SigningIn],
    ) -> Template | Redirect:
        form = form_from(NameForm, await request.form())
        if form.validate():
            try:
                outcome = await signing_in.register(
                    actor,
                    _visitor(request, around.settings),
                    given_name=form.given_name.data,
                    family_name=form.family_name.data,
                )
                return admitted(outcome, around.settings)
            except CodeUsedUp as refusal:
                form.refuse("", refusal.message)
        return Template("accounts/new.html", context={"form": form}, status_code=422)


NOT_TO_BE_KEPT = {"cache-control": "no-store", "referrer-policy": "same-origin", "x-robots-tag": "noindex"}
"""For pages whose address is a secret (S-20). Not `no-referrer`: with it a form's Origin would be null (S-31)."""


def to(path: str, *cookies: Cookie, notice: Notice | None = None) -> Redirect:
    """See other: where a page goes on after a form, and what is said there."""
    answer = after(path, notice) if notice else Redirect(url(path), status_code=303)
    for cookie in cookies:
        answer.set_cookie(cookie)
    return answer


def admitted(outcome: Admitted, settings: Settings) -> Redirect:
    """Hand over the ticket and go on to what is missing, or to where the person wanted to go."""
    onward = f"?weiter={quote(outcome.next_path, safe='')}"
    if outcome.ticket is None:
        return to(f"{SIGN_IN}/neu")
    cookies = _cookies(outcome.ticket, settings)
    match outcome.missing:
        case Missing.SECOND_FACTOR:
            return to(SECOND_FACTOR + onward, *cookies)
        case Missing.SECOND_FACTOR_SET_UP:
            return to(SET_UP + onward, *cookies)
        case _:
            return to(outcome.next_path, *cookies)


def _cookies(ticket: Ticket, settings: Settings) -> list[Cookie]:
    return [session_cookie(ticket, settings), no_cookie(asking_cookie_name(settings), settings)]


def _visitor(request: AnyRequest, settings: Settings) -> Visitor:
    entry = entry_of(request)
    return Visitor(
        secret=request.cookies.get(asking_cookie_name(settings), ""),
        browser=request.headers.get("user-agent", ""),
        session_hash=entry.hash if entry else "",
    )


async def _onward(request: AnyRequest, entry: Entry, proving: Proving, wanted: str) -> str:
    """Where the sign-in page leads somebody who is in already, or half in."""
    onward = f"?weiter={quote(wanted, safe='')}"
    if entry.is_half:
        return SECOND_FACTOR + onward
    if request.user.lacks_second_factor:
        return SET_UP + onward
    return await proving.landing(entry, wanted)
