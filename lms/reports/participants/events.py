"""What happens with the questions of funders. Nothing is announced about an answer."""

from datetime import datetime
from uuid import UUID

from lms.jobs.queue import Event


class FunderAsks(Event):
    """Somebody is asked at one stage: "entry" or "exit"."""

    asking_id: UUID
    stage: str
    at: datetime
