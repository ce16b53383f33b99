"""Files for the bank: made, withdrawn, handed in, credited; every public method is one transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.issuing import draw_number
from lms.billing.rules import series_year
from lms.db import retried
from lms.debits import policy
from lms.debits.crediting import file_credited, locked_file, note_file
from lms.debits.errors import FileNotOpen, FileOutdated, NothingToCollect, OwnDebit, PreviewChanged
from lms.debits.models import (
    Debit,
    DebitFile,
    DebitFileDocument,
    DebitFileState,
    DebitMandate,
    DebitMandateState,
    DebitState,
)
from lms.debits.pain import Creditor, Line, collection_file
from lms.debits.planning import CHANGEABLE, call_off, follow, locked_debit, obstacle
from lms.debits.queries import is_on_hold, open_cents_of
from lms.debits.rules import bank_days_after
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.settings import Settings
from lms.web.centre import the_centre
from lms.web.module import Around

SERIES = "LS"


@dataclass(frozen=True, slots=True)
class Due:
    """A collection whose day has come near, as it would be filed now; `left_out` says why it would not be."""

    debit: Debit
    mandate: DebitMandate
    cents: int
    left_out: str = ""


def day_in_file(debit: Debit, today: date, settings: Settings) -> date:
    """The announced day, or the first on which the bank can still do it: later than told is fair, earlier never."""
    return max(debit.collect_on, bank_days_after(today, settings.debit_lead_days))


async def due(session: AsyncSession, *, until: date) -> Sequence[Due]:
    """Everything planned or announced until that day, by day; nothing is changed. Three statements."""
    rows = (
        await session.execute(
            select(Debit, DebitMandate, is_on_hold())
            .join(DebitMandate, DebitMandate.id == Debit.mandate_id)
            .where(Debit.state.in_(CHANGEABLE), Debit.collect_on <= until)
            .order_by(Debit.collect_on, DebitMandate.holder, Debit.id)
        )
    ).all()
    owed = await open_cents_of(session, [debit.enrolment_id for debit, _, _ in rows])
    return [
        Due(
            debit,
            mandate,
            owed[debit.enrolment_id],
            _left_out(debit, mandate, owed[debit.enrolment_id], is_held=held),
        )
        for debit, mandate, held in rows
    ]


def _left_out(debit: Debit, mandate: DebitMandate, owed: int, *, is_held: bool) -> str:
    reason = obstacle(mandate, owed, is_held=is_held)
    if reason:
        return reason
    if debit.state is DebitState.PLANNED:
        return "not_told"
    return "" if debit.announced_cents == owed else "changed"


class DebitFiles:
    """What the cashiers do with collections."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    @retried
    async def make(
        self, actor: Actor, *, file_id: UUID, until: date, count: int | None = None, cents: int | None = None
    ) -> DebitFile:
        """Put everything that is due and told into one numbered file; what has changed meanwhile is left out.

        `count` and `cents` are what the page has promised. The form carries `file_id`: sent twice it is one file. Raises
        NothingToCollect, PreviewChanged. The file is written inside the transaction, so that no number is lost and no
        collection stands in two; that takes a fraction of a second.
        """
        ensure(policy.may_collect(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            known = await session.get(DebitFile, file_id)
            if known is not None:
                return known
            chosen = await self._chosen(session, until, at)
            if not chosen:
                known = await session.get(
                    DebitFile, file_id
                )  # the same form, a moment earlier: we waited for it
                if known is not None:
                    return known
                raise NothingToCollect
            total = sum(debit.announced_cents or 0 for debit, _ in chosen)
            if (count is not None and count != len(chosen)) or (cents is not None and cents != total):
                raise PreviewChanged
            return await self._written(session, actor, file_id, chosen, total, at=at)

    async def _chosen(
        self, session: AsyncSession, until: date, at: datetime
    ) -> list[tuple[Debit, DebitMandate]]:
        found = await session.scalars(
            select(Debit)
            .where(Debit.state == DebitState.ANNOUNCED, Debit.collect_on <= until)
            .order_by(Debit.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        chosen = [
            (debit, await session.get_one(DebitMandate, debit.mandate_id))
            for debit in found.all()
            if not await follow(session, debit, settings=self.settings, at=at)
        ]
        return sorted(chosen, key=lambda pair: (pair[0].collect_on, pair[1].holder, pair[0].end_to_end_id))

    async def _written(
        self,
        session: AsyncSession,
        actor: Actor,
        file_id: UUID,
        chosen: Sequence[tuple[Debit, DebitMandate]],
        total: int,
        *,
        at: datetime,
    ) -> DebitFile:
        year, today = series_year(at), local(at).date()
        counter = await draw_number(session, SERIES, year)
        days = {debit.id: day_in_file(debit, today, self.settings) for debit, _ in chosen}
        file = DebitFile(
            id=file_id, number=f"{SERIES}-{year}-{counter:04d}", year=year, counter=counter, made_at=at,
            count=len(chosen), total_cents=total, first_day=min(days.values()), made_by=actor.account_id,
            made_by_name=actor.name,
        )  # fmt: skip
        session.add(file)
        await session.flush()
        for debit, _ in chosen:
            debit.state, debit.file_id, debit.amount_cents = (
                DebitState.IN_FILE,
                file.id,
                debit.announced_cents,
            )
            debit.collect_on = days[debit.id]
        content = collection_file(
            self._creditor(), file.number, at, [_line(debit, mandate) for debit, mandate in chosen]
        )
        session.add(
            DebitFileDocument(file_id=file.id, sha256=hashlib.sha256(content).hexdigest(), content=content)
        )
        note_file(session, actor, file, "made", at=at)
        return file

    def _creditor(self) -> Creditor:
        given = self.settings
        return Creditor(name=the_centre().name, iban=given.iban, bic=given.bic, creditor_id=given.creditor_id)

    @retried
    async def withdraw(self, actor: Actor, *, file_id: UUID) -> None:
        """Take a file back that was not handed in: its collections are due again. Raises FileNotOpen afterwards."""
        ensure(policy.may_collect(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            file, debits = await locked_file(session, file_id)
            if file.state is DebitFileState.WITHDRAWN:
                return
            if file.state is not DebitFileState.MADE:
                raise FileNotOpen
            file.state, file.withdrawn_at, file.withdrawn_by = DebitFileState.WITHDRAWN, at, actor.account_id
            for debit in debits:
                if debit.state is not DebitState.IN_FILE:
                    continue
                debit.state, debit.file_id, debit.amount_cents = DebitState.ANNOUNCED, None, None
                await follow(session, debit, settings=self.settings, at=at)
            note_file(session, actor, file, "withdrawn", at=at)

    @retried
    async def submit(self, actor: Actor, *, file_id: UUID) -> None:
        """The file was handed in at the bank. Raises FileOutdated where a mandate in it has ended since it was made."""
        ensure(policy.may_collect(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            file, debits = await locked_file(session, file_id)
            if file.state in {DebitFileState.SUBMITTED, DebitFileState.CREDITED}:
                return
            if file.state is not DebitFileState.MADE:
                raise FileNotOpen
            mandates = {
                one.id: one
                for one in await session.scalars(
                    select(DebitMandate)
                    .where(DebitMandate.id.in_({debit.mandate_id for debit in debits}))
                    .order_by(DebitMandate.id)
                    .with_for_update()
                    .execution_options(populate_existing=True)
                )
            }
            ended = sorted(
                {one.holder for one in mandates.values() if one.state is not DebitMandateState.ACTIVE}
            )
            if ended:
                raise FileOutdated(names=", ".join(ended))
            file.state, file.submitted_at, file.submitted_by = DebitFileState.SUBMITTED, at, actor.account_id
            for debit in debits:
                mandate = mandates[debit.mandate_id]
                mandate.last_used_on = max(mandate.last_used_on or debit.collect_on, debit.collect_on)
                mandate.is_amended = False
            note_file(session, actor, file, "submitted", at=at)

    @retried
    async def credited(self, actor: Actor, *, file_id: UUID) -> None:
        """The bank has credited the file: every collection in it is booked as paid, once. Raises FileNotOpen before."""
        ensure(policy.may_collect(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            await file_credited(session, actor, file_id, at=at)

    @retried
    async def call_off(self, actor: Actor, *, debit_id: UUID) -> None:
        """The cashiers do not collect this one; what is owed stays owed. Twice is as good as once. Raises OwnDebit."""
        ensure(policy.may_collect(actor), actor)
        async with self.begin() as session:
            debit = await locked_debit(session, debit_id)
            if debit is None:
                raise NotFound
            if policy.is_own(actor, await session.get_one(DebitMandate, debit.mandate_id)):
                raise OwnDebit
            if debit.state in CHANGEABLE:
                call_off(session, actor, debit, "by_team", at=self.clock())

    async def announce_due(self) -> int:
        """Bring everything planned in line, and tell whoever is next; each in a transaction of its own. Says how many."""
        async with self.begin.reading() as session:
            wanted = select(Debit.id).where(Debit.state.in_(CHANGEABLE)).order_by(Debit.collect_on)
            ids = (await session.scalars(wanted)).all()
        for debit_id in ids:
            await self._announce(debit_id)
        return len(ids)

    @retried
    async def _announce(self, debit_id: UUID) -> None:
        async with self.begin() as session:
            debit = await locked_debit(session, debit_id)
            if debit is not None:
                await follow(session, debit, settings=self.settings, at=self.clock())


def _line(debit: Debit, mandate: DebitMandate) -> Line:
    assert mandate.signed_on is not None  # noqa: S101 - the check `signed` of the table
    return Line(
        end_to_end_id=debit.end_to_end_id, cents=debit.amount_cents or 0, on=debit.collect_on, holder=mandate.holder,
        iban=mandate.iban, bic=mandate.bic, reference=mandate.reference, signed_on=mandate.signed_on,
        purpose=debit.purpose, is_amended=mandate.is_amended,
    )  # fmt: skip
