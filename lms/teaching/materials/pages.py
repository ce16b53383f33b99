"""The trainer's pages about materials: `/kursleitung/kurse/<run>/unterlagen`."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.attendance.meetings import is_teacher
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.teaching.materials import rules
from lms.teaching.materials.forms import MaterialForm, empty_form, known_form
from lms.teaching.materials.own_pages import kind_in_words
from lms.teaching.materials.reading import (
    Taught,
    file_for_trainer,
    materials_of,
    taught_run,
    used_bytes,
)
from lms.teaching.materials.service import Materials
from lms.teaching.models import Material, MaterialKind
from lms.web.access import may
from lms.web.files.kinds import ACCEPT
from lms.web.files.names import clean_name
from lms.web.files.serving import handed_out
from lms.web.forms import form_from
from lms.web.notices import SAVED, after, declare
from lms.web.sent import NotAnAddress, uuid_in
from lms.web.versions import both_versions, version_in

ADDED = declare("unterlage", N_("It is handed out."))
GONE = declare("unterlage-weg", N_("It is out of sight. You can restore it for thirty days."))
BACK = declare("unterlage-zurueck", N_("It is back."))
KINDS = {"datei": MaterialKind.FILE, "link": MaterialKind.LINK, "notiz": MaterialKind.NOTE}


def base_of(run_id: UUID) -> str:
    """Where the materials of a run are kept."""
    return f"/kursleitung/kurse/{run_id}/unterlagen"


class MaterialPages(Controller):
    """For the trainers of the run, and for the programme team."""

    path = "/kursleitung/kurse/{run_id:uuid}/unterlagen"
    opt = may("U", "lesson")
    include_in_schema = False

    @get()
    async def index(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Everything that is handed out, in its order, and what was taken away."""
        now = clock()
        async with begin.reading() as session:
            taught = await taught_run(session, actor, run_id)
            materials = await materials_of(session, run_id)
            deleted = await materials_of(session, run_id, deleted=True)
            used = await used_bytes(session, run_id)
            teaches = await is_teacher(session, actor, run_id)
        return Template(
            "teaching/materials/index.html",
            context={
                "taught": taught,
                "lines": [(one, _state(one, taught, now), kind_in_words(one)) for one in materials],
                "deleted": [
                    one for one in deleted if one.deleted_at and one.deleted_at >= now - rules.RESTORABLE
                ],
                "used": used,
                "most": rules.LARGEST_RUN,
                "here": base_of(run_id),
                "is_teacher": teaches,
            },
        )

    @get("/neu/{word:str}")
    async def ask_add(
        self,
        run_id: FromPath[UUID],
        word: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        termin: FromQuery[str] = "",
    ) -> Template:
        """The form for one kind."""
        async with begin.reading() as session:
            taught = await taught_run(session, actor, run_id)
        form = empty_form(str(uuid_in(termin) or "")).for_run(taught, _kind(word))
        return _form_page(taught, form, f"{base_of(run_id)}/neu/{word}")

    @post("/neu/{word:str}")
    async def add(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        word: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        materials: NamedDependency[Materials],
    ) -> Template | Redirect:
        """Hand it out; sent twice it is there once."""
        kind = _kind(word)
        async with begin.reading() as session:
            taught = await taught_run(session, actor, run_id)
        form = form_from(MaterialForm, await request.form()).for_run(taught, kind)
        status = 422
        if form.validate():
            try:
                await _add(materials, actor, run_id, form)
                return after(base_of(run_id), ADDED)
            except NotFound:
                raise
            except DomainError as refusal:
                field = (
                    "file" if kind is MaterialKind.FILE else "address" if kind is MaterialKind.LINK else ""
                )
                form.refuse(field, refusal.message, **refusal.params)
                status = refusal.status
        return _form_page(taught, form, f"{base_of(run_id)}/neu/{word}", status=status)

    @get("/{material_id:uuid}/aendern")
    async def ask_change(
        self,
        run_id: FromPath[UUID],
        material_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """The words as they stand."""
        taught, material = await _one(begin, actor, run_id, material_id)
        form = known_form(material).for_run(taught, material.kind, is_new=False)
        return _form_page(taught, form, f"{base_of(run_id)}/{material_id}/aendern", material=material)

    @post("/{material_id:uuid}/aendern")
    async def change(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        material_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        materials: NamedDependency[Materials],
    ) -> Template | Redirect:
        """Write it anew; whoever was slower sees both versions."""
        taught, material = await _one(begin, actor, run_id, material_id)
        form = form_from(MaterialForm, await request.form()).for_run(taught, material.kind, is_new=False)
        versions, status = None, 422
        if form.validate():
            try:
                await materials.change(
                    actor, run_id=run_id, material_id=material_id, wording=form.wording(material.name),
                    version=version_in(form.version.data) or 0,
                )  # fmt: skip
                return after(base_of(run_id), SAVED)
            except Stale as refusal:
                taught, material = await _one(begin, actor, run_id, material_id)
                versions = both_versions(form, known_form(material), marks=["version"], keep=base_of(run_id))
                status = refusal.status
            except NotAnAddress as refusal:
                form.refuse("address", refusal.message)
                status = refusal.status
        path = f"{base_of(run_id)}/{material_id}/aendern"
        return _form_page(taught, form, path, material=material, status=status, versions=versions)

    @post("/{material_id:uuid}/{act:str}")
    async def act(
        self,
        run_id: FromPath[UUID],
        material_id: FromPath[UUID],
        act: FromPath[str],
        actor: NamedDependency[Actor],
        materials: NamedDependency[Materials],
    ) -> Redirect:
        """Up, down, away, back."""
        of_this: dict[str, Any] = {"run_id": run_id, "material_id": material_id}
        match act:
            case "hoch" | "runter":
                await materials.move(actor, **of_this, up=act == "hoch")
                return Redirect(_url(run_id, material_id), status_code=303)
            case "loeschen":
                await materials.delete(actor, **of_this)
                return after(base_of(run_id), GONE)
            case "zurueckholen":
                await materials.restore(actor, **of_this)
                return after(base_of(run_id), BACK)
            case _:
                raise NotFound

    @get("/{material_id:uuid}/datei")
    async def file(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        material_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        materials: NamedDependency[Materials],
    ) -> Response[Any]:
        """The file itself."""
        async with begin.reading() as session:
            material = await file_for_trainer(session, actor, run_id, material_id)
        return await handed_out(
            request,
            materials.store,
            stored=material.stored,
            name=material.name,
            media_type=material.media_type,
        )


async def _add(materials: Materials, actor: Actor, run_id: UUID, form: MaterialForm) -> None:
    key = uuid_in(form.key.data)
    if key is None:
        raise NotFound
    if form.kind is not MaterialKind.FILE:
        await materials.add_words(actor, run_id=run_id, material_id=key, wording=form.wording())
        return
    sent = form.file.data
    sent.file.seek(0, 2)
    size = sent.file.tell()
    sent.file.seek(0)
    await materials.add_file(
        actor,
        run_id=run_id,
        material_id=key,
        wording=form.wording(clean_name(sent.filename)),
        name=sent.filename,
        source=sent.file,
        size=size,
    )


async def _one(begin: Begin, actor: Actor, run_id: UUID, material_id: UUID) -> tuple[Taught, Material]:
    async with begin.reading() as session:
        taught = await taught_run(session, actor, run_id)
        found = [one for one in await materials_of(session, run_id) if one.id == material_id]
    if not found:
        raise NotFound
    return taught, found[0]


def _kind(word: str) -> MaterialKind:
    if word not in KINDS:
        raise NotFound
    return KINDS[word]


def _url(run_id: UUID, material_id: UUID) -> str:
    from lms.web.templating import url

    return f"{url(base_of(run_id))}#m-{material_id}"


def _state(one: Material, taught: Taught, now: Any) -> str:
    """Whether participants see it: yes, later, or no longer."""
    starts_at = taught.starts_at(one.session_id)
    if rules.is_shown(one, now, session_starts_at=starts_at, run_ends_at=taught.run.ends_at):
        return "shown"
    since = rules.shown_since(one, starts_at)
    return "later" if since is None or since > now else "over"


def _form_page(
    taught: Taught,
    form: MaterialForm,
    path: str,
    *,
    material: Material | None = None,
    status: int = 200,
    versions: Any = None,
) -> Template:
    return Template(
        "teaching/materials/form.html",
        context={
            "taught": taught,
            "form": form,
            "kind": form.kind,
            "path": path,
            "back": base_of(taught.run.id),
            "material": material,
            "accept": ACCEPT,
            "versions": versions,
            "is_special": any(
                field.errors for field in (form.from_day, form.days, form.until_day, form.session)
            )
            or (form.shown_from.data, form.shown_until.data) != ("at_once", "always"),
        },
        status_code=status,
    )
