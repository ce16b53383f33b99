"""For the team: many certificates taken along as one archive or one file for printing."""

from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Stream, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.certification.handing.batches import batch_line
from lms.certification.handing.choosing import MOST_IDS, uuid_in
from lms.certification.handing.making import (
    KEPT,
    HandOuts,
    Wanted,
    content_of,
    hand_out_of,
    handed_out,
    may_fetch,
    ways_within,
)
from lms.certification.handing.models import HandOutKind, HandOutState, PrintOrder, Separators
from lms.certification.handing.register import Sought
from lms.certification.pages.runs import PATH
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.scheduling.queries import run_of
from lms.web.access import may
from lms.web.forms import Form, Hidden, Radios, form_from
from lms.web.language import gettext
from lms.web.pagination import page_of, window
from lms.web.templating import url

HAND_OUT = f"{PATH}/mitnehmen"
FILES = f"{PATH}/dateien"
STATES = {
    HandOutState.PREPARING: (N_("being made"), "info"),
    HandOutState.READY: (N_("ready"), "success"),
    HandOutState.FAILED: (N_("could not be made"), "danger"),
    HandOutState.GONE: (N_("file deleted"), "info"),
}
KINDS = {HandOutKind.ARCHIVE: N_("Archive (ZIP)"), HandOutKind.PRINT: N_("File for printing (PDF)")}


class HandOutForm(Form):
    """What is made, and how it lies on the printer's tray."""

    kind = Radios(
        N_("What do you need?"),
        choices=[(kind.value, words) for kind, words in KINDS.items()],
        hints={
            "archive": N_("One file for each certificate, exactly as it was issued."),
            "print": N_("Copies for the printer, one after the other. Each begins on the front of a sheet."),
        },
        missing=N_("Choose what you need."),
    )
    whose = Radios(
        N_("For whom?"),
        choices=[("alle", N_("all of them")), ("post", N_("only those who get letters by post"))],
        is_asked=True,
    )
    sorted_by = Radios(
        N_("Order of the print"),
        choices=[
            (PrintOrder.NAME.value, N_("by family name")),
            (PrintOrder.RUN.value, N_("by run, then by family name")),
            (PrintOrder.PLACE.value, N_("by postcode and district")),
            (PrintOrder.DELIVERY.value, N_("first those by post, then those by e-mail")),
        ],
        is_asked=True,
    )
    separators = Radios(
        N_("Sheets between them"),
        choices=[
            (Separators.NONE.value, N_("no sheets")),
            (Separators.RUN.value, N_("one before each run, with the names")),
            (
                Separators.PERSON.value,
                N_("one before each person, with the address for an envelope with a window"),
            ),
        ],
        is_asked=True,
    )
    key = Hidden()


class HandOutPages(Controller):
    """Ask for a file, wait for it, fetch it."""

    path = PATH
    opt = may("issue", "certificate")
    include_in_schema = False

    @get("/mitnehmen")
    async def ask(self, request: Request[Any, Any, Any], begin: NamedDependency[Begin]) -> Template:
        """Which of a batch, a run, or what was found in the register, and how."""
        form = form_from(
            HandOutForm, kind="archive", whose="alle", sorted_by="name", separators="none", key=str(uuid4())
        )
        return await _form_page(begin, form, request.query_params.multi_items())

    @post("/mitnehmen")
    async def order(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        hand_outs: NamedDependency[HandOuts],
    ) -> Template | Redirect:
        """Have it made. Sent twice it is one."""
        sent = await request.form()
        pairs = [(name, str(value)) for name, value in sent.multi_items()]
        form = form_from(
            HandOutForm, FormMultiDict([(name, text) for name, text in pairs if name != "nachweis"])
        )
        hand_out_id = uuid_in(form.key.data or "")
        if hand_out_id is None:
            raise NotFound
        if not form.validate():
            return await _form_page(begin, form, pairs, status=422)
        async with begin.reading() as session:
            source, title, _ = await _source(session, pairs)
        is_print = form.kind.data == HandOutKind.PRINT
        wanted = Wanted(
            kind=HandOutKind(form.kind.data),
            source=source,
            title=title,
            sorted_by=PrintOrder(form.sorted_by.data or PrintOrder.NAME),
            separators=Separators(form.separators.data or Separators.NONE) if is_print else Separators.NONE,
            only_post=form.whose.data == "post",
        )
        try:
            made = await hand_outs.ask(actor, hand_out_id=hand_out_id, wanted=wanted)
        except DomainError as refusal:
            form.refuse("", refusal.message)
            return await _form_page(begin, form, pairs, status=refusal.status)
        return Redirect(url(f"{HAND_OUT}/{made.id}"), status_code=303)

    @get("/mitnehmen/{hand_out_id:uuid}")
    async def show(
        self,
        hand_out_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """How far it is, and the file. The page can be left and found again."""
        async with begin.reading() as session:
            made = await hand_out_of(session, hand_out_id)
        return Template(
            "certification/handing/hand_out.html",
            context={
                "made": made,
                "state": STATES[made.state],
                "kinds": KINDS,
                "may_fetch": may_fetch(actor, made, clock()),
                "until": made.ready_at + KEPT if made.ready_at else None,
            },
        )

    @get("/mitnehmen/{hand_out_id:uuid}/datei")
    async def file(
        self,
        hand_out_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Stream:
        """The file, piece by piece. Raises NotFound for anybody but whoever asked for it, and after a day."""
        await within(begin, clock, "export", account=actor.account_id or "")
        async with begin.reading() as session:
            made = await hand_out_of(session, hand_out_id)
        if not may_fetch(actor, made, clock()):
            raise NotFound
        return Stream(
            content_of(begin, hand_out_id),
            media_type="application/zip" if made.file_name.endswith(".zip") else "application/pdf",
            headers=private_download(made.file_name, made.size),
        )

    @get("/dateien")
    async def index(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Who took what along, the last first."""
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            found, total = await handed_out(session, limit=size, offset=offset)
        page = page_of(found, number=number, size=size, total=total, path=FILES)
        return Template(
            "certification/handing/hand_outs.html",
            context={"page": page, "states": STATES, "kinds": KINDS, "account_id": actor.account_id},
        )


def private_download(name: str, size: int) -> dict[str, str]:
    """The headers of a file that is for one reader alone and never opened inside our pages."""
    return {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "content-length": str(size),
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
        "content-security-policy": "sandbox",
    }


async def _form_page(begin: Begin, form: HandOutForm, pairs: Any, *, status: int = 200) -> Template:
    async with begin.reading() as session:
        source, title, kept = await _source(session, list(pairs))
        ways = await ways_within(session, source)
    return Template(
        "certification/handing/ask.html",
        context={"form": form, "about": title, "kept": kept, "ways": ways},
        status_code=status,
    )


async def _source(
    session: AsyncSession, pairs: list[tuple[str, Any]]
) -> tuple[dict[str, Any], str, list[tuple[str, str]]]:
    """Which certificates an address means, what that is called, and the fields that say it again. Raises NotFound."""
    sent = dict(pairs)
    ids = [str(found) for name, text in pairs if name == "nachweis" and (found := uuid_in(text))][:MOST_IDS]
    if ids:
        return {"certificates": ids}, gettext("Selection"), [("nachweis", one) for one in ids]
    batch_id, run_id = uuid_in(sent.get("auftrag", "")), uuid_in(sent.get("lauf", ""))
    if batch_id:
        line = await batch_line(session, batch_id)
        title = line.batch.title or (line.run.number if line.run else gettext("Several runs"))
        return {"batch": str(batch_id)}, title, [("auftrag", str(batch_id))]
    if run_id:
        run = await run_of(session, run_id)
        return {"run": str(run_id)}, run.number, [("lauf", str(run_id))]
    sought = Sought.from_pairs(pairs)
    return {"found": sought.pairs}, gettext("Register"), list(sought.pairs.items())
