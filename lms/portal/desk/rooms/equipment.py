"""The words for what rooms can have."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.rooms.forms import id_of
from lms.portal.desk.rooms.reading import ROOMS
from lms.portal.desk.step import Step, step_page
from lms.resources.errors import NameTaken
from lms.resources.models import Equipment, Room
from lms.resources.queries import equipment_of_all
from lms.resources.service import EquipmentList
from lms.resources.service.equipping import state_of_equipment
from lms.resources.words import name_of
from lms.web.access import may
from lms.web.forms import Form, Hidden, Text, form_from
from lms.web.language import gettext, ngettext
from lms.web.notices import SAVED, after
from lms.web.versions import both_versions

HERE = f"{ROOMS}/ausstattung"


class EquipmentForm(Form):
    """A word in both languages."""

    name_de = Text(N_("Name in German"), missing=N_("Enter the name in German."), longest=80)
    name_en = Text(N_("Name in English"), longest=80)
    seen = Hidden()
    new_id = Hidden()


class EquipmentPages(Controller):
    """The list, and a page for each word."""

    path = HERE
    include_in_schema = False

    @get(opt=may("R", "resource", of=Scope.ALL))
    async def index(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """Everything that rooms can have, and how many have it; two statements."""
        ensure(actor.may_for_all("R", "resource"), actor)
        async with begin.reading() as session:
            vocabulary = await equipment_of_all(session)
            counts = await _counts(session)
        return Template(
            "portal/desk/rooms/equipment.html",
            context={
                "vocabulary": vocabulary,
                "counts": counts,
                "may_change": actor.may_for_all("U", "resource"),
            },
        )

    @get("/neu", opt=may("U", "resource"))
    async def ask_new(self) -> Template:
        return step_page(_adding(), form_from(EquipmentForm, new_id=str(uuid4())))

    @post("/neu", opt=may("U", "resource"))
    async def add(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        equipment_list: NamedDependency[EquipmentList],
    ) -> Template | Redirect:
        """One more word."""
        form = form_from(EquipmentForm, await request.form())
        if not form.validate():
            return step_page(_adding(), form, status=422)
        try:
            await equipment_list.add(
                actor,
                equipment_id=id_of(form.new_id),
                name_de=form.name_de.data,
                name_en=form.name_en.data or "",
            )
        except NameTaken as refusal:
            form.refuse("name_de", refusal.message)
            return step_page(_adding(), form, status=refusal.status)
        return after(HERE, SAVED)

    @get("/{equipment_id:uuid}", opt=may("U", "resource"))
    async def ask_rename(self, equipment_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        equipment = await _equipment(begin, equipment_id)
        return step_page(_renaming(equipment), _form_of(equipment))

    @post("/{equipment_id:uuid}", opt=may("U", "resource"))
    async def rename(
        self,
        request: Request[Any, Any, Any],
        equipment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        equipment_list: NamedDependency[EquipmentList],
    ) -> Template | Redirect:
        """Other words for the same thing."""
        form, status, versions = form_from(EquipmentForm, await request.form()), 422, None
        equipment = await _equipment(begin, equipment_id)
        if form.validate():
            try:
                await equipment_list.rename(
                    actor,
                    equipment_id=equipment_id,
                    name_de=form.name_de.data,
                    name_en=form.name_en.data or "",
                    seen=form.seen.data or "",
                )
                return after(HERE, SAVED)
            except Stale as refusal:
                status = refusal.status
                versions = both_versions(form, _form_of(equipment), marks=["seen"], keep=HERE)
            except DomainError as refusal:
                form.refuse("name_de" if isinstance(refusal, NameTaken) else "", refusal.message)
                status = refusal.status
        return step_page(_renaming(equipment), form, status=status, versions=versions)

    @get("/{equipment_id:uuid}/entfernen", opt=may("U", "resource"))
    async def ask_remove(self, equipment_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        equipment = await _equipment(begin, equipment_id)
        async with begin.reading() as session:
            counts = await _counts(session)
        return step_page(_removing(equipment, counts[equipment.key]))

    @post("/{equipment_id:uuid}/entfernen", opt=may("U", "resource"))
    async def remove(
        self,
        equipment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        equipment_list: NamedDependency[EquipmentList],
    ) -> Redirect:
        """Off the list, and from every room that has it."""
        await equipment_list.remove(actor, equipment_id=equipment_id)
        return after(HERE, SAVED)


async def _counts(session: AsyncSession) -> Counter[str]:
    # the keys stand in a JSON list, which the two databases count in different ways; rooms are few
    return Counter(key for keys in await session.scalars(select(Room.equipment)) for key in keys)


async def _equipment(begin: Begin, equipment_id: UUID) -> Equipment:
    async with begin.reading() as session:
        equipment = await session.get(Equipment, equipment_id)
    if equipment is None:
        raise NotFound
    return equipment


def _form_of(equipment: Equipment) -> EquipmentForm:
    return form_from(
        EquipmentForm,
        name_de=equipment.name_de,
        name_en=equipment.name_en,
        seen=state_of_equipment(equipment),
    )


def _adding() -> Step:
    return Step(
        title=gettext("New equipment"),
        about=gettext("Equipment"),
        path=f"{HERE}/neu",
        back=HERE,
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=[gettext("Afterwards you can tick it at each room that has it.")],
    )


def _renaming(equipment: Equipment) -> Step:
    return Step(
        title=name_of(equipment),
        about=gettext("Equipment"),
        path=f"{HERE}/{equipment.id}",
        back=HERE,
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=[gettext("The rooms that have it keep having it.")],
    )


def _removing(equipment: Equipment, count: int) -> Step:
    return Step(
        title=gettext("Remove: %(name)s", name=name_of(equipment)),
        about=gettext("Equipment"),
        path=f"{HERE}/{equipment.id}/entfernen",
        back=HERE,
        button=gettext("Remove"),
        way_out=gettext("Keep it"),
        sentences=[
            ngettext("%(num)s room has it and loses it.", "%(num)s rooms have it and lose it.", count)
            if count
            else gettext("No room has it.")
        ],
        is_dangerous=count > 0,
    )
