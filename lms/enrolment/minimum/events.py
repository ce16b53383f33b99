"""What has happened to the question what becomes of a run. Letters follow from these."""

from uuid import UUID

from lms.jobs.queue import Event


class ConsentToChangeAsked(Event):
    """These inquiries of a proposal are new: their readers are to be asked."""

    proposal_id: UUID
    inquiry_ids: list[UUID]


class ProposalApplied(Event):
    """What was proposed has been done, for everybody who agreed."""

    proposal_id: UUID


class ProposalWithdrawn(Event):
    """The question is void, and nothing has changed."""

    proposal_id: UUID
