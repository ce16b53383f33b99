"""Direct debits: what is due, what is left out and why, and the file for the bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.handing_out import persons_file
from lms.db import Begin
from lms.debits.collecting import DebitFiles, Due, day_in_file, due
from lms.debits.models import Debit, DebitFile
from lms.debits.queries import mandate_of, waits_for_team
from lms.debits.rules import masked
from lms.debits.words import DEBIT_STATES, FILE_STATES, LEFT_OUT
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.formats import amount, date_long
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

LIST = "/verwaltung/finanzen/lastschriften"
COLLECTS = may("collect", "payment")
AHEAD_DAYS = 7
"""So far ahead a file looks: what is due in a week is in it already, and the bank keeps it until its day."""
FILES_SHOWN = 12
MADE = declare("lastschrift-datei", N_("The file is made. Download it, and hand it in at the bank."))
OFF = declare("einzug-abgesagt", N_("This is not collected. What is owed stays owed."))


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file made now would hold, and what it would leave out."""

    filed: Sequence[Due]
    left_out: Sequence[Due]

    @property
    def cents(self) -> int:
        """The sum of the file."""
        return sum(one.cents for one in self.filed)


async def preview_of(session: AsyncSession, until: date) -> Preview:
    """Everything that is due until that day."""
    found = await due(session, until=until)
    return Preview([one for one in found if not one.left_out], [one for one in found if one.left_out])


class DebitPages(Controller):
    """The list and the button."""

    path = LIST
    opt = COLLECTS
    include_in_schema = False

    @get()
    async def index(self, around: NamedDependency[Around]) -> Template:
        """What a file made now would hold."""
        return await _page(around)

    @post()
    async def make(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        debit_files: NamedDependency[DebitFiles],
    ) -> Template | Redirect:
        """Make the file that the page has shown; where it would be another, show the page again."""
        sent = await request.form()
        try:
            file = await debit_files.make(
                actor,
                file_id=uuid_in(sent.get("key")) or uuid4(),
                until=date.fromisoformat(str(sent.get("until") or "")),
                count=int(str(sent.get("count") or "")),
                cents=int(str(sent.get("cents") or "")),
            )
        except ValueError:
            return await _page(around, status=422, refusal=gettext("Please look at the list once more."))
        except DomainError as refusal:
            return await _page(around, status=refusal.status, refusal=translated(refusal.message))
        return after(f"{LIST}/dateien/{file.id}", MADE)

    @get(["/faellig.csv", "/faellig.xlsx"])
    async def table(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The same list for a spreadsheet, accounts masked."""
        async with around.begin.reading() as session:
            found = await due(session, until=_until(around.clock))
        head: list[Cell] = [
            gettext("Day"), gettext("Account holder"), gettext("Account"), gettext("Mandate reference"),
            gettext("Purpose"), gettext("Amount"), gettext("State"), gettext("Left out"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [
                one.debit.collect_on, one.mandate.holder, masked(one.mandate.iban), one.mandate.reference,
                one.debit.purpose, one.cents / 100, translated(DEBIT_STATES[one.debit.state]),
                translated(LEFT_OUT[one.left_out]) if one.left_out else "",
            ]
            for one in found
        ]  # fmt: skip
        return await persons_file(request, around, actor, "lastschriften", [head, *rows])

    @get("/einzug/{debit_id:uuid}/absagen")
    async def consider(self, debit_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What calling off one collection means."""
        return step_page(await _calling_off(begin, debit_id))

    @post("/einzug/{debit_id:uuid}/absagen")
    async def call_off(
        self,
        debit_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        debit_files: NamedDependency[DebitFiles],
    ) -> Redirect:
        """Not this one."""
        await debit_files.call_off(actor, debit_id=debit_id)
        return after(LIST, OFF)


def _until(clock: Clock) -> date:
    return today(clock) + timedelta(days=AHEAD_DAYS)


async def _page(around: Around, *, status: int = 200, refusal: str = "") -> Template:
    until, now = _until(around.clock), today(around.clock)
    async with around.begin.reading() as session:
        preview = await preview_of(session, until)
        files = (
            await session.scalars(select(DebitFile).order_by(DebitFile.made_at.desc()).limit(FILES_SHOWN))
        ).all()
        returns = await session.scalar(select(func.count()).select_from(Debit).where(waits_for_team()))
        planned = await session.scalar(
            select(func.count()).select_from(Debit).where(Debit.state == "planned", Debit.collect_on > until)
        )
    return Template(
        "portal/finance/debits.html",
        context={
            "preview": preview,
            "days": {one.debit.id: day_in_file(one.debit, now, around.settings) for one in preview.filed},
            "until": until,
            "files": files,
            "returns": returns or 0,
            "planned": planned or 0,
            "key": uuid4(),
            "refusal": refusal,
            "file_states": FILE_STATES,
            "left_out": LEFT_OUT,
            "masked": masked,
        },
        status_code=status,
    )


async def _calling_off(begin: Begin, debit_id: UUID) -> Step:
    async with begin.reading() as session:
        debit = await session.get(Debit, debit_id)
        if debit is None:
            raise NotFound
        mandate = await mandate_of(session, debit.mandate_id)
    return Step(
        title=gettext("Do not collect"),
        about=gettext("Direct debits"),
        path=f"{LIST}/einzug/{debit_id}/absagen",
        back=LIST,
        button=gettext("Do not collect"),
        way_out=gettext("Collect as planned"),
        is_dangerous=True,
        sentences=[
            gettext(
                "%(name)s, %(purpose)s, on %(day)s: nothing is collected.",
                name=mandate.holder,
                purpose=debit.purpose,
                day=date_long(debit.collect_on),
            ),
            gettext("What is owed stays owed, and has to be paid in another way.")
            + (
                " "
                + gettext(
                    "The payer was told of %(sum)s and gets a letter.", sum=amount(debit.announced_cents)
                )
                if debit.announced_cents
                else ""
            ),
        ],
    )
