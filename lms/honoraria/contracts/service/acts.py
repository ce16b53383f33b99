"""What all acts about contracts share: the lock, and the note in the trail."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Run
from lms.honoraria.contracts.models import FeeContract
from lms.honoraria.contracts.reading import contract_of
from lms.kernel.actor import Actor
from lms.scheduling.queries import run_of
from lms.web.module import Around


class Acts:
    """What is done about one contract is done while nobody else changes its run."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.reminder_days = around.settings.contract_reminder_days

    async def _locked(self, session: AsyncSession, contract_id: UUID) -> tuple[FeeContract, Run]:
        """The contract and its run, both held. Raises NotFound."""
        contract = await contract_of(session, contract_id)
        run = await run_of(session, contract.run_id, lock=True)
        return await contract_of(session, contract_id, lock=True), run

    def _note(
        self, session: AsyncSession, actor: Actor, act: str, contract: FeeContract, *, reason: str = ""
    ) -> None:
        record(
            session, actor, f"contract.{act}", at=self.clock(), kind="contract", object_id=contract.id,
            person_id=contract.person_id, after={"number": contract.number}, reason=reason,
        )  # fmt: skip
