"""Kinds of devices: what holds for each unit of them."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import func, select

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, today
from lms.kernel.errors import NotFound, Stale
from lms.kernel.rights import Scope
from lms.resources.devices import stock
from lms.resources.devices.calendars import free_on
from lms.resources.devices.days import Month
from lms.resources.devices.forms import ModelForm, model_values
from lms.resources.devices.inventory import Inventory
from lms.resources.devices.pages.units import DEVICES, key_of, words
from lms.resources.devices.words import spoken
from lms.resources.models import Device, DeviceModel, DeviceStatus
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after
from lms.web.versions import both_versions

MODELS = f"{DEVICES}/typen"


class ModelPages(Controller):
    """The list, and a page for each."""

    path = MODELS
    include_in_schema = False

    @get(opt=may("R", "resource", of=Scope.ALL))
    async def index(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """Every model with how many units there are; one statement."""
        ensure(actor.may_for_all("R", "resource"), actor)
        usable = func.count(Device.id).filter(Device.status == DeviceStatus.USABLE)
        async with begin.reading() as session:
            rows = (
                await session.execute(
                    select(DeviceModel, func.count(Device.id), usable)
                    .outerjoin(
                        Device,
                        (Device.model_id == DeviceModel.id) & (Device.status != DeviceStatus.RETIRED),
                    )
                    .group_by(DeviceModel.id)
                    .order_by(DeviceModel.name)
                )
            ).all()
        return Template(
            "resources/devices/models.html",
            context={"rows": rows, "may_change": actor.may_for_all("C", "resource"), **words()},
        )

    @get("/neu", opt=may("C", "resource"))
    async def ask_new(self) -> Template:
        return _page(None, form_from(ModelForm, **model_values(None)))

    @post("/neu", opt=may("C", "resource"))
    async def add(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        inventory: NamedDependency[Inventory],
    ) -> Template | Redirect:
        """A new kind of device."""
        form = form_from(ModelForm, await request.form())
        if not form.validate():
            return _page(None, form, status=422)
        model = await inventory.add_model(actor, key=key_of(form.key.data), facts=form.facts())
        return after(f"{MODELS}/{model.id}", SAVED)

    @get("/{model_id:uuid}", opt=may("R", "resource", of=Scope.ALL))
    async def show(
        self,
        model_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        monat: FromQuery[str] = "",
    ) -> Template:
        """What is known about the model, and how many are free on each day of a month."""
        ensure(actor.may_for_all("R", "resource"), actor)
        month = Month.of(monat, today(clock))
        async with begin.reading() as session:
            model = await session.get(DeviceModel, model_id)
            if model is None:
                raise NotFound
            usable = (
                await session.scalars(
                    select(Device.id).where(Device.model_id == model_id, Device.status == DeviceStatus.USABLE)
                )
            ).all()
            taken = await stock.coming(session, usable, month.period)
            history = await stock.history_of(session, "device_model", model_id)
        return Template(
            "resources/devices/model.html",
            context={
                "model": model,
                "count": len(usable),
                "month": month,
                "path": f"{MODELS}/{model_id}",
                "weeks": free_on(month, [one for one, _ in taken], len(usable)),
                "history": history,
                "may_change": actor.may_for_all("U", "resource"),
                **words(),
            },
        )

    @get("/{model_id:uuid}/bearbeiten", opt=may("U", "resource"))
    async def ask(self, model_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        model = await _model(begin, model_id)
        return _page(model, form_from(ModelForm, **model_values(model)))

    @post("/{model_id:uuid}/bearbeiten", opt=may("U", "resource"))
    async def change(
        self,
        request: Request[Any, Any, Any],
        model_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        inventory: NamedDependency[Inventory],
    ) -> Template | Redirect:
        """Names, times, accessories, value."""
        form = form_from(ModelForm, await request.form())
        status, versions = 422, None
        model = await _model(begin, model_id)
        if form.validate():
            try:
                await inventory.change_model(
                    actor, model_id=model_id, facts=form.facts(), seen=form.seen.data or ""
                )
                return after(f"{MODELS}/{model_id}", SAVED)
            except Stale as refusal:
                model = await _model(begin, model_id)
                stored = form_from(ModelForm, **model_values(model))
                versions = both_versions(form, stored, marks=["seen"], keep=f"{MODELS}/{model_id}")
                status = refusal.status
        return _page(model, form, status=status, versions=versions)


async def _model(begin: Begin, model_id: UUID) -> DeviceModel:
    async with begin.reading() as session:
        model = await session.get(DeviceModel, model_id)
    if model is None:
        raise NotFound
    return model


def _page(model: DeviceModel | None, form: ModelForm, *, status: int = 200, versions: Any = None) -> Template:
    here = f"{MODELS}/{model.id}" if model else MODELS
    return Template(
        "resources/devices/form.html",
        context={
            "form": form,
            "title": spoken(model.name, model.name_en) if model else gettext("New model"),
            "path": f"{here}/bearbeiten" if model else f"{MODELS}/neu",
            "back": here,
            "versions": versions,
            "intro": gettext("What stands here holds for each device of this model."),
        },
        status_code=status,
    )
