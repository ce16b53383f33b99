"""Public tablets in the administration: which there are, their codes, and ending one."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.codes import grouped
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.practice.errors import NameForTablet
from lms.practice.kiosk.door import PATH
from lms.practice.kiosk.service import LONGEST_NAME, Kiosks, tablet_of, tablets
from lms.web.access import may
from lms.web.forms import Form, Hidden, Text, form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.templating import url

HERE = "/verwaltung/tablets"
REVOKED = declare("tablet-beendet", N_("This device is no public tablet any more."))


class TabletForm(Form):
    """A new tablet."""

    name = Text(
        N_("Where does the tablet stand?"),
        hint=N_("For example: entrance hall, left."),
        missing=NameForTablet.message,
        longest=LONGEST_NAME,
    )
    key = Hidden()


class TabletPages(Controller):
    """For whoever looks after rooms and devices."""

    path = HERE
    opt = may("U", "resource", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, begin: NamedDependency[Begin]) -> Template:
        """All tablets, and the form for a new one."""
        return await _list_page(begin, form_from(TabletForm, key=str(uuid4())))

    @post()
    async def add(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        kiosks: NamedDependency[Kiosks],
    ) -> Template | Redirect:
        """Add one; its code is shown next."""
        form = form_from(TabletForm, await request.form())
        if not form.validate():
            return await _list_page(begin, form, status=422)
        kiosk_id = uuid_in(form.key.data) or uuid4()
        await kiosks.add(actor, kiosk_id=kiosk_id, name=form.name.data or "")
        return Redirect(url(f"{HERE}/{kiosk_id}"), status_code=303)

    @get("/{kiosk_id:uuid}")
    async def show(
        self,
        kiosk_id: FromPath[UUID],
        around: NamedDependency[Around],
        kiosks: NamedDependency[Kiosks],
    ) -> Template:
        """One tablet, with its code while it is good."""
        async with around.begin.reading() as session:
            tablet = await tablet_of(session, kiosk_id)
        code = kiosks.code_of(tablet)
        context = {
            "tablet": tablet,
            "code": grouped(code) if code else "",
            "address": around.settings.public_url.split("://")[-1].rstrip("/") + PATH,
            "here": HERE,
        }
        return Template("practice/kiosk/tablet.html", context=context, headers=PRIVATE)

    @post("/{kiosk_id:uuid}/code")
    async def renew(
        self, kiosk_id: FromPath[UUID], actor: NamedDependency[Actor], kiosks: NamedDependency[Kiosks]
    ) -> Redirect:
        """A new code."""
        await kiosks.renew(actor, kiosk_id=kiosk_id)
        return Redirect(url(f"{HERE}/{kiosk_id}"), status_code=303)

    @get("/{kiosk_id:uuid}/beenden")
    async def ask(self, kiosk_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """Whether it is to end."""
        async with begin.reading() as session:
            tablet = await tablet_of(session, kiosk_id)
        return Template(
            "practice/kiosk/revoke.html", context={"tablet": tablet, "here": HERE}, headers=PRIVATE
        )

    @post("/{kiosk_id:uuid}/beenden")
    async def revoke(
        self, kiosk_id: FromPath[UUID], actor: NamedDependency[Actor], kiosks: NamedDependency[Kiosks]
    ) -> Redirect:
        """It is no tablet of ours any more."""
        await kiosks.revoke(actor, kiosk_id=kiosk_id)
        return after(HERE, REVOKED)


async def _list_page(begin: Begin, form: TabletForm, *, status: int = 200) -> Template:
    async with begin.reading() as session:
        found = await tablets(session)
    return Template(
        "practice/kiosk/tablets.html",
        context={"found": found, "form": form, "here": HERE},
        headers=PRIVATE,
        status_code=status,
    )
