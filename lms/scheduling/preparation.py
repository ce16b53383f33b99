"""What planning knows of a run before it runs. Plain functions inside somebody's transaction."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run, RunState
from lms.scheduling.errors import NotProofRead
from lms.scheduling.models import Preparation, ProofState


async def preparation_of(session: AsyncSession, run_id: UUID) -> Preparation:
    """What planning knows of a run; written down empty where it was not yet. The caller has locked the run."""
    found = await session.get(Preparation, run_id, populate_existing=True)
    if found is None:
        found = Preparation(run_id=run_id)
        session.add(found)
        await session.flush()
    return found


async def ensure_proof_read(session: AsyncSession, run: Run) -> None:
    """Raise NotProofRead unless the trainer has released this draft."""
    prepared = await session.get(Preparation, run.id)
    if prepared is None or prepared.proof is not ProofState.RELEASED:
        raise NotProofRead


def asked_when(prepared: Preparation | None) -> str:
    """When proof-reading was asked for last, as forms carry it along."""
    return prepared.proof_asked_at.isoformat() if prepared and prepared.proof_asked_at else ""


def is_idea(run: Run) -> bool:
    """Whether a run is an idea still: a draft that has no dates."""
    return run.state is RunState.DRAFT and not run.session_count
