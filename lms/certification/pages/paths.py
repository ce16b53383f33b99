"""The team's pages about paths: the list, one with those who have completed it, making, changing, ending."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course
from lms.certification.life.service import Certification
from lms.certification.pages.one_document import CERTIFICATES, ISSUE, READ, Sent, issue
from lms.certification.pages.path_forms import PathForm, filled
from lms.certification.paths.errors import ChoicesWithoutNumber, TooFewChoices
from lms.certification.paths.queries import WholePath, finishers, path_of, paths, to_check
from lms.certification.paths.service import Paths, Plan
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, Stale
from lms.kernel.marking import N_
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.tables import table_file
from lms.web.versions import Versions, both_versions, version_in

PATHS = f"{CERTIFICATES}/lernwege"
ADDED = declare(
    "lernweg-angelegt", N_("The path is there. Whoever holds all its certificates is listed below.")
)
RETIRED = declare("lernweg-beendet", N_("The path has ended. Certificates it has given stay valid."))
TAKEN_UP = declare("lernweg-wieder-da", N_("The path gives certificates again."))
AT_FIELDS = {TooFewChoices: "choices_needed", ChoicesWithoutNumber: "choices_needed"}


class PathPages(Controller):
    """Paths as the team sees them."""

    path = PATHS
    include_in_schema = False

    @get(opt=READ)
    async def index(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """All paths, and certificates of paths that the team should look at."""
        async with begin.reading() as session:
            context: dict[str, Any] = {"paths": await paths(session), "to_check": await to_check(session)}
        context["may_issue"] = actor.may_for_all("issue", "certificate")
        return Template("certification/kinds/paths.html", context=context)

    @get(["/liste.csv", "/liste.xlsx"], opt=READ)
    async def table(self, request: Sent, begin: NamedDependency[Begin]) -> Response[bytes]:
        """The paths with their modules as a file; a line for each module."""
        async with begin.reading() as session:
            found = await paths(session)
        rows: list[Sequence[Cell]] = [[
            gettext("Path"), gettext("Module"), gettext("Needed"), gettext("Modules to choose"), gettext("State")
        ]]  # fmt: skip
        for whole in found:
            state = gettext("no longer in use") if whole.path.retired_at else gettext("still in use")
            for module in whole.modules:
                way = gettext("everybody needs it") if module.is_required else gettext("one to choose")
                rows.append([whole.title, module.title, way, whole.path.choices_needed, state])
        return table_file(request, "lernwege", rows)

    @get("/neu", opt=ISSUE)
    async def ask(self, begin: NamedDependency[Begin]) -> Template:
        """An empty form."""
        return await _form_page(begin, form_from(PathForm, None, key=str(uuid4())))

    @post("/neu", opt=ISSUE)
    async def add(
        self,
        request: Sent,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certificate_paths: NamedDependency[Paths],
    ) -> Template | Redirect:
        """Add it."""
        form = await _sent_form(begin, request)
        path_id, plan, status = uuid_in(form.key.data), _plan(form), 422
        if plan is not None and path_id is not None:
            try:
                path = await certificate_paths.add(actor, plan, path_id=path_id)
                return after(f"{PATHS}/{path.id}", ADDED)
            except DomainError as refusal:
                status = _refuse(form, refusal)
        return await _form_page(begin, form, status=status)

    @get("/{path_id:uuid}", opt=READ)
    async def show(
        self,
        path_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """One path, and who has completed it."""
        return await _path_page(begin, clock, actor, path_id)

    @get("/{path_id:uuid}/aendern", opt=ISSUE)
    async def ask_change(self, path_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """The form with what is stored."""
        async with begin.reading() as session:
            whole = await path_of(session, path_id)
        return await _form_page(begin, filled(whole), whole)

    @post("/{path_id:uuid}/aendern", opt=ISSUE)
    async def change(
        self,
        request: Sent,
        path_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certificate_paths: NamedDependency[Paths],
    ) -> Template | Redirect:
        """Change it. Whoever was slower sees both versions."""
        form = await _sent_form(begin, request)
        plan, status, versions = _plan(form), 422, None
        if plan is not None:
            try:
                await certificate_paths.change(
                    actor, plan, path_id=path_id, version=version_in(form.version.data) or 0
                )
                return after(f"{PATHS}/{path_id}", SAVED)
            except Stale as refusal:
                status = refusal.status
                async with begin.reading() as session:
                    stored = filled(await path_of(session, path_id))
                versions = both_versions(form, stored, marks=["version"], keep=f"{PATHS}/{path_id}")
            except DomainError as refusal:
                status = _refuse(form, refusal)
        async with begin.reading() as session:
            whole = await path_of(session, path_id)
        return await _form_page(begin, form, whole, status=status, versions=versions)

    @get("/{path_id:uuid}/beenden", opt=ISSUE)
    async def consider(self, path_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What ending it means."""
        async with begin.reading() as session:
            whole = await path_of(session, path_id)
        return Template("certification/kinds/path_end.html", context={"whole": whole})

    @post("/{path_id:uuid}/beenden", opt=ISSUE)
    async def retire(
        self,
        path_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        certificate_paths: NamedDependency[Paths],
    ) -> Redirect:
        """End it."""
        await certificate_paths.retire(actor, path_id=path_id)
        return after(f"{PATHS}/{path_id}", RETIRED)

    @post("/{path_id:uuid}/wieder", opt=ISSUE)
    async def take_up(
        self,
        path_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        certificate_paths: NamedDependency[Paths],
    ) -> Redirect:
        """Take it up again."""
        await certificate_paths.take_up_again(actor, path_id=path_id)
        return after(f"{PATHS}/{path_id}", TAKEN_UP)

    @post("/{path_id:uuid}/ausstellen", opt=ISSUE)
    async def make(
        self,
        request: Sent,
        path_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        certificate_paths: NamedDependency[Paths],
        certification: NamedDependency[Certification],
    ) -> Template | Redirect:
        """Issue for everybody who has completed it and holds none."""
        batch_id = uuid_in((await request.form()).get("key")) or uuid4()
        try:
            orders = await certificate_paths.orders(actor, path_id=path_id)
            async with begin.reading() as session:
                title = gettext("Path: %(title)s", title=(await path_of(session, path_id)).title)
            return await issue(certification, actor, batch_id=batch_id, orders=orders, title=title)
        except DomainError as refusal:
            return await _path_page(begin, clock, actor, path_id, refusal)


def _plan(form: PathForm) -> Plan | None:
    return form.plan() if form.validate() else None


def _refuse(form: PathForm, refusal: DomainError) -> int:
    form.refuse(AT_FIELDS.get(type(refusal), ""), refusal.message, **refusal.params)
    return refusal.status


async def _sent_form(begin: Begin, request: Sent) -> PathForm:
    form = form_from(PathForm, await request.form())
    async with begin.reading() as session:
        return form.offer(await _courses(session))


async def _courses(session: AsyncSession) -> Sequence[Course]:
    return (await session.scalars(select(Course).order_by(Course.title_de, Course.id))).all()


async def _form_page(
    begin: Begin,
    form: PathForm,
    whole: WholePath | None = None,
    *,
    status: int = 200,
    versions: Versions | None = None,
) -> Template:
    async with begin.reading() as session:
        form.offer(await _courses(session))
    here = f"{PATHS}/{whole.path.id}/aendern" if whole else f"{PATHS}/neu"
    context = {"form": form, "whole": whole, "here": here, "versions": versions}
    return Template("certification/kinds/path_form.html", context=context, status_code=status)


async def _path_page(
    begin: Begin, clock: Clock, actor: Actor, path_id: UUID, refusal: DomainError | None = None
) -> Template:
    async with begin.reading() as session:
        whole = await path_of(session, path_id)
        found = await finishers(session, whole, today=today(clock))
    context: dict[str, Any] = {
        "whole": whole,
        "finishers": found,
        "ready": sum(one.certificate is None for one in found),
        "key": uuid4(),
        "may_issue": actor.may_for_all("issue", "certificate"),
        "refusal": refusal.message if refusal else "",
    }
    return Template(
        "certification/kinds/path.html", context=context, status_code=refusal.status if refusal else 200
    )
