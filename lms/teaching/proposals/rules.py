"""From which state a proposal goes to which: plain values."""

from lms.teaching.errors import NotInThisState
from lms.teaching.models import ProposalState

WRITABLE = frozenset({ProposalState.DRAFT, ProposalState.QUESTION})
"""In these the trainer may change it."""
OPEN = frozenset({ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.QUESTION})
WITH_TEAM = ProposalState.SUBMITTED
_MOVES = {
    ProposalState.DRAFT: {ProposalState.SUBMITTED, ProposalState.WITHDRAWN},
    ProposalState.SUBMITTED: {
        ProposalState.QUESTION,
        ProposalState.ACCEPTED,
        ProposalState.DECLINED,
        ProposalState.WITHDRAWN,
    },
    ProposalState.QUESTION: {ProposalState.SUBMITTED, ProposalState.WITHDRAWN},
}


def ensure_move(now: ProposalState, to: ProposalState) -> None:
    """Raises NotInThisState where a proposal does not go from one to the other."""
    if to not in _MOVES.get(now, set()):
        raise NotInThisState
