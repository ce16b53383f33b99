"""One field for a number, typed or read by the camera; what fits the device follows."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.lending.errors import UnknownDevice
from lms.lending.models import LoanState
from lms.lending.pages.counter import back_form
from lms.lending.pages.notices import WIPED
from lms.lending.pages.overview import LENDING, MANAGE, Sent
from lms.lending.queries import (
    Unit,
    last_lost,
    out_of,
    promises,
    to_wipe,
    unit_named,
    unit_of,
    waiting_for,
    wiper_of,
)
from lms.lending.rules import standing
from lms.lending.service import Lending
from lms.lending.words import CONDITION_WORDS, STANDINGS
from lms.resources.models import DeviceStatus
from lms.web.edge import CAMERA, permissions
from lms.web.forms import Form, Hidden, Text, form_from
from lms.web.notices import after

SCAN = f"{LENDING}/scan"
WITH_CAMERA = {"permissions-policy": permissions(CAMERA)}
"""For pages that read labels: the browser may ask for the camera there, and nowhere else."""
LONGEST = 200


class ScanForm(Form):
    """The one field."""

    nummer = Text(
        N_("Number of the device"),
        missing=N_("Scan the label or type the number."),
        longest=LONGEST,
        autocomplete="off",
    )


class WipeForm(Form):
    """Where the team goes on after wiping."""

    von = Hidden()


class ScanPages(Controller):
    """Scanning one after the other: a page answers, an act leads back to the empty field."""

    path = LENDING
    opt = MANAGE
    include_in_schema = False

    @get("/scan")
    async def scan(
        self,
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        nummer: FromQuery[str] = "",
        zuletzt: FromQuery[str] = "",
    ) -> Template:
        """What the scanned device is, who has it, and what can be done with it now."""
        form, status = form_from(ScanForm), 200
        found: dict[str, Any] = {}
        async with begin.reading() as session:
            if nummer.strip():
                try:
                    unit = await unit_named(session, nummer[:LONGEST])
                    found = await _about(session, unit, clock)
                except UnknownDevice as refusal:
                    form.nummer.process_formdata([nummer[:LONGEST]])
                    status = refused_here(form, refusal)
            last = await _last(session, zuletzt)
        return Template(
            "lending/scan.html",
            context={"form": form, "found": found, "last": last, "conditions": CONDITION_WORDS},
            headers=WITH_CAMERA,
            status_code=status,
        )

    @get("/loeschen")
    async def wiping(self, begin: NamedDependency[Begin]) -> Template:
        """Every device that waits to be wiped."""
        async with begin.reading() as session:
            waiting = await to_wipe(session)
        return Template("lending/wiping.html", context={"waiting": waiting})

    @post("/geraet/{device_id:uuid}/geloescht")
    async def wiped(
        self,
        request: Sent,
        device_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        lending: NamedDependency[Lending],
    ) -> Redirect:
        """Wiped and checked; whoever came from the list goes on with the list."""
        form = form_from(WipeForm, await request.form())
        await lending.confirm_wiped(actor, device_id=device_id)
        if form.von.data == "liste":
            return after(f"{LENDING}/loeschen", WIPED)
        async with begin.reading() as session:
            unit = await unit_of(session, device_id)
        return after(f"{SCAN}?nummer={unit.number}", WIPED)


def refused_here(form: Form, refusal: DomainError) -> int:
    """A number nobody knows is a mistake of this form, not a missing page."""
    form.refuse("nummer", refusal.message, **refusal.params)
    return 404


async def _about(session: Any, unit: Unit, clock: Clock) -> dict[str, Any]:
    now = clock()
    out = await out_of(session, unit.device.id) or await last_lost(session, unit.device.id)
    return {
        "unit": unit,
        "out": out,
        "is_lost": out is not None and out.loan.state is LoanState.LOST,
        "words": STANDINGS[standing(out.loan, now)] if out else None,
        "form": back_form(out.loan) if out else None,
        "waiting": await waiting_for(session, unit.device.id),
        "promises": [
            one
            for one in await promises(session, unit.device.id, after=now)
            if out is None or one.reservation.cause_id != out.loan.id
        ],
        "wiped": await wiper_of(session, unit.device.id),
        "is_usable": unit.device.status is DeviceStatus.USABLE and unit.device.condition != "repair",
        "key": str(uuid4()),
    }


async def _last(session: Any, number: str) -> Unit | None:
    if not number:
        return None
    try:
        return await unit_named(session, number[:LONGEST])
    except UnknownDevice:
        return None
