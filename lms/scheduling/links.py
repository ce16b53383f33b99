"""The links in trainers' letters: one for proof-reading, one for the answer whether they teach."""

from uuid import UUID, uuid5

from lms.kernel.tokens import Signer

PROOF = "proof"
ASSIGNMENT = "assignment"


def subject(run_id: UUID, person_id: UUID) -> UUID:
    """One trainer of one run, as what a token is made for."""
    return uuid5(run_id, person_id.hex)


def proof_path(signer: Signer, run_id: UUID, person_id: UUID) -> str:
    """Where this trainer reads the draft without signing in."""
    return f"/korrektur/{run_id}/{person_id}/{signer.token(PROOF, subject(run_id, person_id))}"


def assignment_path(signer: Signer, run_id: UUID, person_id: UUID) -> str:
    """Where this trainer says yes or no without signing in."""
    return f"/einsatz/{run_id}/{person_id}/{signer.token(ASSIGNMENT, subject(run_id, person_id))}"


def opens(signer: Signer, token: str, purpose: str, run_id: UUID, person_id: UUID) -> bool:
    """Whether this token was made for this trainer of this run."""
    return bool(token) and signer.matches(token, purpose, subject(run_id, person_id))
