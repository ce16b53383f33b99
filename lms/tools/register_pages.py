"""`/verwaltung/lernwerkzeuge`: which tools of others the centre works with; for administrators."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.tools.errors import NotAnAddress, NotKeys, PrivateKeys
from lms.tools.models import LtiTool
from lms.tools.registering import ToolFacts, ToolRegister, all_tools
from lms.web.access import may
from lms.web.forms import Checkbox, Form, Hidden, Text, TextArea, form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.versions import version_in

PATH = "/verwaltung/lernwerkzeuge"
REGISTERED = declare(
    "werkzeug-eingetragen", N_("The tool is registered. Give its makers the addresses below.")
)
CHANGED = declare("werkzeug-geaendert", N_("The tool is changed."))
ENDED = declare(
    "werkzeug-beendet", N_("The centre does not work with this tool any more. You can take it up again.")
)
RESUMED = declare("werkzeug-wieder", N_("The centre works with this tool again."))


class ToolForm(Form):
    """What the makers of a tool say about it."""

    key = Hidden()
    version = Hidden()
    name = Text(N_("Name"), missing=N_("Enter a name."), longest=120)
    login_address = Text(
        N_("Address of the login"),
        hint=N_("The makers call it “OIDC login initiation URL”."),
        missing=NotAnAddress.message,
        longest=2_000,
    )
    launch_addresses = TextArea(
        N_("Addresses of the start, one a line"),
        hint=N_("“Redirect URIs” or “launch URLs”."),
        missing=NotAnAddress.message,
        longest=20_000,
    )
    keys = TextArea(
        N_("Public keys of the tool"),
        hint=N_("The text of its “JWKS” or “public keyset”, from { to }."),
        missing=NotKeys.message,
        longest=60_000,
    )
    shares_name = Checkbox(
        N_("The tool learns the names of the learners. Without this it learns a random number only.")
    )

    def facts(self) -> ToolFacts:
        """As the service takes it."""
        return ToolFacts(
            self.name.data,
            self.login_address.data,
            self.launch_addresses.data,
            self.keys.data,
            shares_name=bool(self.shares_name.data),
        )


class ToolRegisterPages(Controller):
    """The list, the form, and what to give to the makers."""

    path = PATH
    opt = may("U", "settings", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, around: NamedDependency[Around]) -> Template:
        """All tools, those that ended last."""
        async with around.begin.reading() as session:
            tools = await all_tools(session)
        return Template("tools/register.html", context={"tools": tools, "here": PATH})

    @get("/neu")
    async def ask(self) -> Template:
        """The empty form."""
        form = form_from(ToolForm, None)
        form.key.data = str(uuid4())
        return _form_page(form)

    @post("/neu")
    async def register(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        tool_register: NamedDependency[ToolRegister],
    ) -> Response[Any]:
        """Enter it."""
        form = form_from(ToolForm, await request.form())
        tool_id = uuid_in(form.key.data or "") or uuid4()
        if not form.validate():
            return _form_page(form, status=422)
        try:
            await tool_register.register(actor, tool_id=tool_id, facts=form.facts())
        except (NotAnAddress, NotKeys, PrivateKeys) as refusal:
            return _refused(form, refusal)
        return after(f"{PATH}/{tool_id}", REGISTERED)

    @get("/{tool_id:uuid}")
    async def show(self, tool_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """What is known, to be changed, and what its makers need of us."""
        tool = await _known(around, tool_id)
        form = ToolForm(
            data={
                "version": str(tool.version),
                "name": tool.name,
                "login_address": tool.login_address,
                "launch_addresses": "\n".join(tool.launch_addresses),
                "keys": msgspec.json.format(msgspec.json.encode(tool.keys), indent=2).decode(),
                "shares_name": tool.shares_name,
            }
        )
        return _form_page(form, tool=tool, around=around)

    @post("/{tool_id:uuid}")
    async def change(
        self,
        request: Request[Any, Any, Any],
        tool_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        tool_register: NamedDependency[ToolRegister],
    ) -> Response[Any]:
        """Change it, end it, or take it up again."""
        sent = await request.form()
        act = sent.get("was")
        if act in {"beenden", "wieder"}:
            await tool_register.end(actor, tool_id=tool_id, ended=act == "beenden")
            return after(PATH, ENDED if act == "beenden" else RESUMED)
        tool, form = await _known(around, tool_id), form_from(ToolForm, sent)
        if not form.validate():
            return _form_page(form, tool=tool, around=around, status=422)
        version = version_in(form.version.data) or 0
        try:
            await tool_register.change(actor, tool_id=tool_id, facts=form.facts(), version=version)
        except (NotAnAddress, NotKeys, PrivateKeys, Stale) as refusal:
            form.version.data = str(tool.version)
            return _refused(form, refusal, tool=tool, around=around)
        return after(f"{PATH}/{tool_id}", CHANGED)


async def _known(around: Around, tool_id: UUID) -> LtiTool:
    async with around.begin.reading() as session:
        tool = await session.get(LtiTool, tool_id)
    if tool is None:
        raise NotFound
    return tool


def _refused(
    form: ToolForm, refusal: DomainError, *, tool: LtiTool | None = None, around: Around | None = None
) -> Template:
    form.refuse("keys" if isinstance(refusal, NotKeys | PrivateKeys) else "", refusal.message)
    return _form_page(form, tool=tool, around=around, status=refusal.status)


def _form_page(
    form: ToolForm, *, tool: LtiTool | None = None, around: Around | None = None, status: int = 200
) -> Template:
    base = around.settings.public_url.rstrip("/") if around else ""
    return Template(
        "tools/form.html",
        status_code=status,
        context={
            "form": form,
            "tool": tool,
            "here": f"{PATH}/{tool.id}" if tool else f"{PATH}/neu",
            "back": PATH,
            "ours": [
                (N_("Issuer (platform id)"), base),
                (N_("Client id"), tool.client_id),
                (N_("Deployment id"), str(tool.id)),
                (N_("Login (authentication request URL)"), f"{base}/lti/anmelden"),
                (N_("Access tokens (token URL)"), f"{base}/lti/token"),
                (N_("Our public keys (JWKS URL)"), f"{base}/lti/schluessel.json"),
            ]
            if tool
            else [],
        },
    )
