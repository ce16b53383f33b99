"""What planning a run and changing its sessions have in common."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run, RunState
from lms.jobs.queue import Event, announce
from lms.kernel.period import Period
from lms.scheduling.demands import Ground
from lms.scheduling.errors import NoOwnRooms
from lms.scheduling.looking import Looking
from lms.scheduling.models import Session, SessionTrainer
from lms.scheduling.occupying import flush, occupy
from lms.scheduling.online import OUR_ROOM
from lms.web.module import Around


class Acts:
    """Opens transactions, knows the time, tells those concerned."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer
        self.federal_state = around.settings.federal_state
        self.looking = Looking(around.settings.federal_state, around.settings.travel_minutes)
        self.travel_minutes = around.settings.travel_minutes
        self.require_proof = around.settings.require_proof
        self.has_own_rooms = around.settings.has_own_rooms
        self.ground = Ground(around.settings.federal_state, around.settings.travel_minutes)

    async def _add(
        self,
        session: AsyncSession,
        run: Run,
        period: Period,
        *,
        room_id: UUID | None,
        online_url: str,
        trainer_ids: Sequence[UUID],
    ) -> Session:
        meeting = Session(
            run_id=run.id,
            starts_at=period.start,
            ends_at=period.end,
            changed_at=self.clock(),
            room_id=room_id,
            online_url=online_url,
        )
        session.add(meeting)
        await flush(session)
        session.add_all(SessionTrainer(session_id=meeting.id, person_id=trainer) for trainer in trainer_ids)
        await occupy(session, meeting, trainer_ids=trainer_ids, purpose=run.number)
        return meeting

    def _ensure_rooms(self, *online_urls: str | None) -> None:
        """Raises NoOwnRooms where our own video conference is wanted and there is none."""
        if OUR_ROOM in online_urls and not self.has_own_rooms:
            raise NoOwnRooms

    def _tell(self, session: AsyncSession, run: Run, event: Event) -> None:
        """A draft concerns nobody yet."""
        if run.state != RunState.DRAFT:
            announce(session, event, at=self.clock())
