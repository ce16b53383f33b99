"""The desk for programs: what is to be done, and what touches the places of a whole run."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from lms.certification.sealing import seal_end
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.portal.desk.tasks import tasks
from lms.scheduling.api import PlannedRun
from lms.web.access import may
from lms.web.module import Around


class TaskOut(Struct):
    """One line of the list, in the reader's language, and where the work is done."""

    sentence: str
    path: str
    due: datetime


class CapacityIn(Struct, forbid_unknown_fields=True):
    """How many places; `version` is the one that was read."""

    capacity: Annotated[int, Meta(ge=1, le=500)]
    version: int


class CancellationIn(Struct, forbid_unknown_fields=True):
    """Why the run does not take place, in the words that people read."""

    reason_de: Annotated[str, Meta(min_length=1, max_length=2000)]
    reason_en: Annotated[str, Meta(max_length=2000)] = ""
    version: int | None = None


class DeskDoor(Controller):
    """What the team does with whole runs."""

    path = "/api/v1"
    tags = ("planning",)

    @get("/desk/tasks", opt=may("R", "desk"))
    async def today(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> list[TaskOut]:
        """What this member of the team has to do, the most urgent first."""
        async with around.begin.reading() as session:
            found = await tasks(
                session,
                actor,
                now := around.clock(),
                days_before=around.settings.decide_days_before,
                dunning_days=around.settings.dunning_days,
                seal_ends=seal_end(around.settings, now),
                contract_days=around.settings.contract_urgent_days,
                qualification_days=around.settings.qualification_warning_days,
                federal_state=around.settings.federal_state,
            )
        return [TaskOut(task.sentence, task.path, task.due) for task in found]

    @put("/planning/runs/{run_id:uuid}/capacity", opt=may("U", "plan"))
    async def resize(
        self,
        run_id: FromPath[UUID],
        data: JSONBody[CapacityIn],
        actor: NamedDependency[Actor],
        enrolment: NamedDependency[Enrolments],
    ) -> PlannedRun:
        """More or fewer places; more are offered to the waiting list at once."""
        run = await enrolment.change_capacity(
            actor, run_id=run_id, capacity=data.capacity, version=data.version
        )
        return PlannedRun.from_rows(run, [])

    @post("/planning/runs/{run_id:uuid}/cancellation", opt=may("U", "plan"), status_code=200)
    async def cancel(
        self,
        run_id: FromPath[UUID],
        data: JSONBody[CancellationIn],
        actor: NamedDependency[Actor],
        enrolment: NamedDependency[Enrolments],
    ) -> PlannedRun:
        """The run does not take place; nobody owes anything. Twice is as good as once."""
        run = await enrolment.cancel_run(
            actor, run_id=run_id, reason_de=data.reason_de, reason_en=data.reason_en, version=data.version
        )
        return PlannedRun.from_rows(run, [])
