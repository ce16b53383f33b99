"""The page on which people make passwords for their calendar programmes."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.feeds.caldav.house import ROOT
from lms.feeds.caldav.passwords import CalendarPasswords
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.access import SIGNED_IN
from lms.web.forms import Form, Text, form_from
from lms.web.module import Around
from lms.web.notices import after, declare

HERE = "/kalender/programm"
PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}
REMOVED = declare(
    "passwort-entfernt", N_("The password is removed. The program that used it gets no dates any more.")
)


class PasswordForm(Form):
    """What the password is for."""

    name = Text(
        N_("For which device or program?"),
        hint=N_("For example: my phone. So you know later which one to remove."),
        missing=N_("Write for which device or program it is."),
    )


class PasswordPages(Controller):
    """Connect a calendar programme: the address, the name, a password of its own."""

    path = HERE
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def show(
        self,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        calendar_passwords: NamedDependency[CalendarPasswords],
    ) -> Template:
        """What to enter in the programme, and the passwords that there are."""
        return await _page(actor, around, calendar_passwords, form_from(PasswordForm))

    @post()
    async def make(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        calendar_passwords: NamedDependency[CalendarPasswords],
    ) -> Template:
        """A new password, shown this once."""
        form = form_from(PasswordForm, await request.form())
        if not form.validate():
            return await _page(actor, around, calendar_passwords, form, status=422)
        try:
            value = await calendar_passwords.make(actor, name=form.name.data)
        except DomainError as refusal:
            form.refuse("name", refusal.message)
            return await _page(actor, around, calendar_passwords, form, status=refusal.status)
        return await _page(actor, around, calendar_passwords, form_from(PasswordForm), value=value)

    @post("/{password_id:uuid}/entfernen")
    async def revoke(
        self,
        password_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        calendar_passwords: NamedDependency[CalendarPasswords],
    ) -> Redirect:
        """It opens nothing any more."""
        await calendar_passwords.revoke(actor, password_id=password_id)
        return after(HERE, REMOVED)


async def _page(
    actor: Actor,
    around: Around,
    calendar_passwords: CalendarPasswords,
    form: PasswordForm,
    *,
    value: str = "",
    status: int = 200,
) -> Template:
    email, known = await calendar_passwords.listed(actor)
    context = {
        "address": around.settings.public_url.rstrip("/") + ROOT,
        "email": email,
        "passwords": known,
        "form": form,
        "value": value,
    }
    return Template("feeds/programs.html", context=context, headers=PRIVATE, status_code=status)
