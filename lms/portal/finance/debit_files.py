"""One file for the bank: what is in it, its bytes, and what became of it."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.db import Begin
from lms.debits.collecting import DebitFiles
from lms.debits.models import Debit, DebitFile, DebitFileDocument, DebitMandate
from lms.debits.rules import masked
from lms.debits.words import DEBIT_STATES, FILE_STATES
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.portal.finance.debits import COLLECTS, LIST
from lms.web.formats import amount, date_long
from lms.web.language import gettext, ngettext
from lms.web.notices import after, declare

FILES = f"{LIST}/dateien"
SUBMITTED = declare(
    "lastschrift-eingereicht", N_("Noted. When the bank has credited the money, book it on this page.")
)
WITHDRAWN = declare(
    "lastschrift-zurueckgezogen", N_("The file is withdrawn. Its collections are due again for the next one.")
)
CREDITED = declare("lastschrift-gutgeschrieben", N_("Every collection in the file is booked as paid."))


class DebitFilePages(Controller):
    """One file."""

    path = FILES + "/{file_id:uuid}"
    opt = COLLECTS
    include_in_schema = False

    @get()
    async def show(self, file_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What is in it, and the next step."""
        async with begin.reading() as session:
            file = await _file(session, file_id)
            document = await session.get_one(DebitFileDocument, file_id)
            rows = (
                await session.execute(
                    select(Debit, DebitMandate)
                    .join(DebitMandate, DebitMandate.id == Debit.mandate_id)
                    .where(Debit.file_id == file_id)
                    .order_by(Debit.collect_on, DebitMandate.holder, Debit.id)
                )
            ).all()
        return Template(
            "portal/finance/debit_file.html",
            context={
                "file": file,
                "sha256": document.sha256,
                "rows": [(debit, mandate) for debit, mandate in rows],
                "file_states": FILE_STATES,
                "debit_states": DEBIT_STATES,
                "masked": masked,
            },
        )

    @get("/datei.xml")
    async def download(self, file_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Response[bytes]:
        """The bytes as they were made, however often."""
        async with begin.reading() as session:
            file = await _file(session, file_id)
            document = await session.get_one(DebitFileDocument, file_id)
        headers = {
            "content-disposition": f'attachment; filename="{file.number}.xml"',
            "cache-control": "no-store",
        }
        return Response(document.content, media_type="application/xml", headers=headers)

    @get("/eingereicht")
    async def ask_submitted(self, file_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(await _step(begin, file_id, "eingereicht"))

    @post("/eingereicht")
    async def submitted(
        self,
        file_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        debit_files: NamedDependency[DebitFiles],
    ) -> Redirect:
        """It is with the bank."""
        await debit_files.submit(actor, file_id=file_id)
        return after(f"{FILES}/{file_id}", SUBMITTED)

    @get("/zurueckziehen")
    async def ask_withdraw(self, file_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(await _step(begin, file_id, "zurueckziehen"))

    @post("/zurueckziehen")
    async def withdraw(
        self,
        file_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        debit_files: NamedDependency[DebitFiles],
    ) -> Redirect:
        """It was not handed in."""
        await debit_files.withdraw(actor, file_id=file_id)
        return after(f"{FILES}/{file_id}", WITHDRAWN)

    @get("/gutschrift")
    async def ask_credited(self, file_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        return step_page(await _step(begin, file_id, "gutschrift"))

    @post("/gutschrift")
    async def credited(
        self,
        file_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        debit_files: NamedDependency[DebitFiles],
    ) -> Redirect:
        """The bank has paid."""
        await debit_files.credited(actor, file_id=file_id)
        return after(f"{FILES}/{file_id}", CREDITED)


async def _file(session: Any, file_id: UUID) -> DebitFile:
    file = await session.get(DebitFile, file_id)
    if not isinstance(file, DebitFile):
        raise NotFound
    return file


async def _step(begin: Begin, file_id: UUID, act: str) -> Step:
    """The page before an act: what follows from it."""
    async with begin.reading() as session:
        file = await _file(session, file_id)
    what = gettext(
        "%(number)s: %(count)s, together %(sum)s, from %(day)s on.",
        number=file.number,
        count=ngettext("%(num)s collection", "%(num)s collections", file.count),
        sum=amount(file.total_cents),
        day=date_long(file.first_day),
    )
    words = {
        "eingereicht": (
            N_("Handed in at the bank"),
            N_("Not yet"),
            N_("Only note what you have handed in. After that the file cannot be withdrawn here any more."),
        ),
        "zurueckziehen": (
            N_("Withdraw the file"),
            N_("Keep the file"),
            N_("Only withdraw what was not handed in. Delete the file where you have saved it."),
        ),
        "gutschrift": (
            N_("Book the credit"),
            N_("Not yet"),
            N_("Only book it when the sum stands on the bank statement. Every payer's account is even then."),
        ),
    }
    title, way_out, sentence = (gettext(one) for one in words[act])
    return Step(
        title=title,
        about=file.number,
        path=f"{FILES}/{file_id}/{act}",
        back=f"{FILES}/{file_id}",
        button=title,
        way_out=way_out,
        sentences=[what, sentence],
        is_dangerous=act == "zurueckziehen",
    )
