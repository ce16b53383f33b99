"""`/verwaltung/konten`: accounts, roles, locks; for administrators."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.browsers import browser_words
from lms.accounts.errors import AccountExists, OwnRole
from lms.accounts.pages.sign_in import to
from lms.accounts.queries import accounts_found, facts_of
from lms.accounts.role_words import ROLE_WORDS
from lms.accounts.service.administration import Administration
from lms.accounts.sessions import ensure_fresh
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Identity
from lms.web.access import may
from lms.web.forms import Checkboxes, Email, Form, Text, form_from
from lms.web.notices import Notice, declare
from lms.web.pagination import page_of, window

AnyRequest = Request[Any, Any, Any]
PATH = "/verwaltung/konten"
LONGEST_SEARCH = 100  # S-34
ROLE_CHOICES = [(role.value, words) for role, words in ROLE_WORDS.items()]
ROLES_SAVED = declare("rollen", N_("The roles are saved. The person signs in again with their new rights."))
OPENED = declare("konto-neu", N_("The account is open. The person has been invited by e-mail."))
SIGNED_OUT = declare(
    "sitzungen", N_("The person is signed out everywhere. Their access tokens no longer work.")
)
LINK_SENT = declare("link", N_("The link is on its way by e-mail."))


@dataclass(frozen=True, slots=True)
class Act:
    """A delicate act with a page of its own: what it is called, what it does, and how to leave it alone."""

    title: str
    consequence: str
    label: str
    way_out: str
    done: Notice


ACTS: Mapping[str, Act] = {
    "sperren": Act(
        N_("Lock the account"),
        N_("The person is signed out at once and cannot sign in any more. Enrolments stay as they are."),
        N_("Lock the account"),
        N_("Do not lock"),
        declare("gesperrt", N_("The account is locked. Nobody can sign in with it any more.")),
    ),
    "entsperren": Act(
        N_("Unlock the account"),
        N_("The person can sign in again with the rights they had."),
        N_("Unlock the account"),
        N_("Leave it locked"),
        declare("entsperrt", N_("The account can be used again.")),
    ),
    "zweiter-faktor": Act(
        N_("Remove the second step"),
        N_(
            "The app and the emergency codes no longer work, and the person is signed out. Only do this when you are sure who is asking."
        ),
        N_("Remove the second step"),
        N_("Keep the second step"),
        declare(
            "zweiter-schritt",
            N_("The second step is removed. At the next sign-in the person sets up a new one."),
        ),
    ),
}


class RolesForm(Form):
    roles = Checkboxes(N_("Roles"), choices=ROLE_CHOICES)
    reason = Text(
        N_("Reason"),
        missing=N_("Write down why."),
        hint=N_("This is kept in the history."),
    )


class ReasonForm(Form):
    reason = Text(
        N_("Reason"),
        missing=N_("Write down why."),
        hint=N_("This is kept in the history."),
    )


class NewAccountForm(Form):
    given_name = Text(N_("First name"), missing=N_("Enter the first name."), autocomplete="off", longest=100)
    family_name = Text(
        N_("Family name"), missing=N_("Enter the family name."), autocomplete="off", longest=100
    )
    email = Email(
        missing=N_("Enter the e-mail address."), autocomplete="off", hint=N_("The invitation goes there.")
    )
    roles = Checkboxes(N_("Roles"), choices=ROLE_CHOICES)


class AccountPages(Controller):
    """The accounts of all. Nobody changes their own rights here (S-08)."""

    path = PATH
    opt = may("administer", "account")
    include_in_schema = False

    @get()
    async def index(self, request: AnyRequest, begin: NamedDependency[Begin]) -> Template:
        words = request.query_params.get("q", "")[:LONGEST_SEARCH].strip()
        role = request.query_params.get("rolle", "")
        number, size, offset = window(request.query_params.get("seite"), 50)
        async with begin.reading() as session:
            lines, total = await accounts_found(
                session,
                words=words,
                role=Identity(role) if role in {value for value, _ in ROLE_CHOICES} else None,
                limit=size,
                offset=offset,
            )
        page = page_of(
            lines, number=number, size=size, total=total, path=PATH, query=request.query_params.multi_items()
        )
        context = {"page": page, "words": words, "role": role, "role_words": ROLE_WORDS}
        return Template("accounts/accounts.html", context=context)

    @get("/neu")
    async def new(self, request: AnyRequest, clock: NamedDependency[Clock]) -> Template:
        ensure_fresh(request, clock)
        return Template("accounts/account_new.html", context={"form": form_from(NewAccountForm)})

    @post("/neu")
    async def open_account(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        clock: NamedDependency[Clock],
        administration: NamedDependency[Administration],
    ) -> Template | Redirect:
        entry = ensure_fresh(request, clock)
        form = form_from(NewAccountForm, await request.form())
        if form.validate():
            try:
                account_id = await administration.open_account(
                    actor,
                    entry,
                    email=form.email.data,
                    given_name=form.given_name.data,
                    family_name=form.family_name.data,
                    roles=frozenset(Identity(role) for role in form.roles.data or []),
                )
                return to(f"{PATH}/{account_id}", notice=OPENED)
            except AccountExists as refusal:
                form.refuse("email", refusal.message)
        return Template("accounts/account_new.html", context={"form": form}, status_code=422)

    @get("/{account_id:uuid}")
    async def show(
        self,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        account_id: FromPath[UUID],
    ) -> Template:
        return await _account_page(actor, begin, clock, account_id)

    @post("/{account_id:uuid}/rollen")
    async def set_roles(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        administration: NamedDependency[Administration],
        account_id: FromPath[UUID],
    ) -> Template | Redirect:
        entry = ensure_fresh(request, clock)
        form = form_from(RolesForm, await request.form())
        if not form.validate():
            return await _account_page(actor, begin, clock, account_id, form)
        await administration.set_roles(
            actor,
            entry,
            account_id=account_id,
            roles=frozenset(Identity(role) for role in form.roles.data or []),
            reason=form.reason.data,
        )
        return to(f"{PATH}/{account_id}", notice=ROLES_SAVED)

    @post("/{account_id:uuid}/sitzungen-beenden")
    async def end_sessions(
        self,
        actor: NamedDependency[Actor],
        administration: NamedDependency[Administration],
        account_id: FromPath[UUID],
    ) -> Redirect:
        await administration.end_sessions(actor, account_id=account_id)
        return to(f"{PATH}/{account_id}", notice=SIGNED_OUT)

    @post("/{account_id:uuid}/link-senden", opt=may("link", "account"))
    async def send_link(
        self,
        actor: NamedDependency[Actor],
        administration: NamedDependency[Administration],
        account_id: FromPath[UUID],
    ) -> Redirect:
        await administration.send_link(actor, account_id=account_id)
        path = f"{PATH}/{account_id}" if actor.may("administer", "account") else "/verwaltung"
        return to(path, notice=LINK_SENT)

    @get("/{account_id:uuid}/{act:str}")
    async def consider(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        account_id: FromPath[UUID],
        act: FromPath[str],
    ) -> Template:
        ensure_fresh(request, clock)
        if account_id == actor.account_id:
            raise OwnRole
        return await _act_page(begin, clock, account_id, act, form_from(ReasonForm))

    @post("/{account_id:uuid}/{act:str}")
    async def perform(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        administration: NamedDependency[Administration],
        account_id: FromPath[UUID],
        act: FromPath[str],
    ) -> Template | Redirect:
        entry = ensure_fresh(request, clock)
        form = form_from(ReasonForm, await request.form())
        doing = {
            "sperren": administration.lock,
            "entsperren": administration.unlock,
            "zweiter-faktor": administration.remove_second_factor,
        }.get(act)
        if doing is None:
            raise NotFound
        if not form.validate():
            return await _act_page(begin, clock, account_id, act, form)
        await doing(actor, entry, account_id=account_id, reason=form.reason.data)
        return to(f"{PATH}/{account_id}", notice=ACTS[act].done)


async def _account_page(
    actor: Actor,
    begin: Begin,
    clock: Clock,
    account_id: UUID,
    form: RolesForm | None = None,
) -> Template:
    async with begin.reading() as session:
        facts = await facts_of(session, account_id, at=clock())
    context = {
        "facts": facts,
        "browsers": [(browser_words(one.browser), one.seen_at, one.address) for one in facts.browsers],
        "form": form or form_from(RolesForm, roles=[role.value for role in facts.roles]),
        "is_own": account_id == actor.account_id,
        "role_words": ROLE_WORDS,
        "path": f"{PATH}/{account_id}",
    }
    return Template("accounts/account_one.html", context=context, status_code=422 if form else 200)


async def _act_page(begin: Begin, clock: Clock, account_id: UUID, act: str, form: ReasonForm) -> Template:
    if act not in ACTS:
        raise NotFound
    async with begin.reading() as session:
        facts = await facts_of(session, account_id, at=clock())
    context = {"facts": facts, "act": ACTS[act], "form": form, "path": f"{PATH}/{account_id}", "key": act}
    return Template("accounts/account_act.html", context=context, status_code=422 if form.problems else 200)
