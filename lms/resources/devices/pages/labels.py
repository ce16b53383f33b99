"""Labels: which devices, which paper, where on the first sheet."""

import asyncio
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.response import Template

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.links import Links
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.resources.devices import stock
from lms.resources.devices.forms import NUMBERS_HINT, numbers_of
from lms.resources.devices.labels import SHEETS, Label, label_sheets
from lms.resources.devices.pages.units import DEVICES, filters_of
from lms.resources.devices.words import spoken
from lms.web.access import may
from lms.web.centre import the_centre
from lms.web.forms import Form, Number, Radios, Select, Text, form_from
from lms.web.module import Around

LABELS = f"{DEVICES}/etiketten"
MOST = 400


class LabelForm(Form):
    """Which labels; sent as an address, so that the file can be asked for again."""

    nummern = Text(N_("Inventory numbers"), hint=NUMBERS_HINT, longest=500)
    satz = Select(N_("All devices of a kit"), blank=N_("no kit"))
    modell = Select(N_("All devices of a model"), blank=N_("no model"))
    bogen = Radios(
        N_("Label paper, A4"), choices=[(sheet.key, sheet.words) for sheet in SHEETS.values()],
        missing=N_("Choose the label paper."),
    )  # fmt: skip
    ab = Number(
        N_("Begin at label"), least=1, most=40, width=2, missing=N_("Enter a number, or 1."),
        hint=N_("For a sheet of which some labels are used: counted from the top left, line by line."),
    )  # fmt: skip


class LabelPages(Controller):
    """The form and the file."""

    path = LABELS
    opt = may("R", "resource", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def ask(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """The form, filled with what stands in the address."""
        ensure(actor.may_for_all("R", "resource"), actor)
        given = request.query_params
        form = form_from(
            LabelForm,
            nummern=given.get("nummern", "")[:500],
            satz=given.get("satz", ""),
            modell=given.get("modell", ""),
            bogen=next(iter(SHEETS)),
            ab=1,
        )
        return await _page(begin, form)

    @get("/bogen.pdf")
    async def sheets(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        around: NamedDependency[Around],
    ) -> Response[bytes] | Template:
        """The sheets; with a mistake, or when nothing fits, the form again."""
        ensure(actor.may_for_all("R", "resource"), actor)
        form = form_from(LabelForm, request.query_params)
        await _offer(begin, form)
        if not form.validate():
            return await _page(begin, form, status=422)
        sheet = SHEETS[form.bogen.data]
        if form.ab.data > sheet.count:
            form.refuse("ab", N_("This paper has %(count)s labels."), count=sheet.count)
        named = numbers_of(form.nummern)
        if form.problems:
            return await _page(begin, form, status=422)
        async with begin.reading() as session:
            filters = stock.Filters() if named else filters_of(request)
            rows, _ = await stock.lines(session, filters, clock())
        if named:
            known = {line.unit.inventory_number: line for line in rows}
            unknown = [number for number in named if number not in known]
            if unknown:
                form.refuse(
                    "nummern", N_("There is no device with the number %(number)s."), number=unknown[0]
                )
                return await _page(begin, form, status=422)
            rows = [known[number] for number in named]
        if not rows or len(rows) > MOST:
            form.refuse(
                "",
                N_("No device fits.")
                if not rows
                else N_("These are too many at once. Choose a kit or a model."),
            )
            return await _page(begin, form, status=422)
        links = Links(public_url=around.settings.public_url, signer=around.signer)
        labels = [
            Label(
                line.unit.inventory_number,
                spoken(line.model.name, line.model.name_en),
                links.absolute(f"/g/{line.unit.inventory_number}"),
            )
            for line in rows
        ]
        content = await asyncio.to_thread(
            label_sheets, labels, sheet, start=form.ab.data, centre=the_centre().name, created=clock()
        )
        return Response(
            content,
            media_type="application/pdf",
            headers={"content-disposition": 'inline; filename="etiketten.pdf"', "cache-control": "no-store"},
        )


async def _offer(begin: Begin, form: LabelForm) -> None:
    async with begin.reading() as session:
        form.satz.choices = await stock.kit_choices(session)
        form.modell.choices = await stock.model_choices(session)


async def _page(begin: Begin, form: LabelForm, *, status: int = 200) -> Template:
    await _offer(begin, form)
    return Template(
        "resources/devices/label_form.html", context={"form": form, "path": LABELS}, status_code=status
    )
