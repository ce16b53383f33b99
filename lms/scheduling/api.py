"""Planning for programs: runs by rule, their states, their sessions."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Self
from uuid import UUID

from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct, field

from lms.catalogue.models import PaymentMethod, Run, RunState
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Invalid
from lms.scheduling.errors import Clash, Taken
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import run_of, sessions_of
from lms.scheduling.rules import WeeklyRule
from lms.scheduling.service import Scheduling
from lms.scheduling.values import Preview, RunPlan, Terms
from lms.scheduling.words import clash_in_words
from lms.web.access import may

Cents = Annotated[int, Meta(ge=0, le=100_000_00)]
Days = Annotated[int, Meta(ge=0, le=365)]
Note = Annotated[str, Meta(max_length=2000)]


class TermsIn(Struct, forbid_unknown_fields=True):
    """What a run costs, how many fit in, until when one may enrol and cancel."""

    capacity: Annotated[int, Meta(ge=1, le=500)]
    minimum: Annotated[int, Meta(ge=1, le=500)] = 1
    price_cents: Cents = 0
    concession_cents: Cents | None = None
    payment_methods: list[PaymentMethod] = field(
        default_factory=lambda: [PaymentMethod.INVOICE, PaymentMethod.CASH]
    )
    closes_days_before: Days = 1
    cancel_free_days: Days = 7
    cancel_fee_percent: Annotated[int, Meta(ge=0, le=100)] = 50
    room_override_reason: Annotated[str, Meta(max_length=200)] = ""
    note_de: Note = ""
    note_en: Note = ""

    def terms(self) -> Terms:
        """The terms as the service takes them. Raises Invalid where they contradict each other."""
        if self.minimum > self.capacity or (self.concession_cents or 0) > self.price_cents:
            raise Invalid
        values = {name: getattr(self, name) for name in TermsIn.__struct_fields__}
        return Terms(**values | {"payment_methods": tuple(way.value for way in self.payment_methods)})


class TermsChange(TermsIn, forbid_unknown_fields=True, kw_only=True):
    """New terms; `version` is the one that was read."""

    version: int


class RuleIn(Struct, forbid_unknown_fields=True):
    """Every so many weeks on these weekdays (Monday is 0), at a wall-clock time of the venue."""

    first_day: date
    starts_at: time
    minutes: Annotated[int, Meta(ge=15, le=600)]
    count: Annotated[int, Meta(ge=1, le=60)]
    weekdays: Annotated[list[Annotated[int, Meta(ge=0, le=6)]], Meta(min_length=1, max_length=7)]
    interval_weeks: Annotated[int, Meta(ge=1, le=8)] = 1
    keep: Annotated[list[date], Meta(max_length=100)] = field(default_factory=list)


class PlanIn(Struct, forbid_unknown_fields=True):
    """A run of a course. With an `id` of the caller's it is planned once, however often it is sent."""

    course_id: UUID
    rule: RuleIn
    terms: TermsIn
    room_id: UUID | None = None
    online_url: Annotated[str, Meta(pattern="^(https://.*)?$", max_length=300)] = ""
    trainer_ids: Annotated[list[UUID], Meta(max_length=5)] = field(default_factory=list)
    id: UUID | None = None

    def plan(self) -> RunPlan:
        """The plan as the service takes it."""
        rule = self.rule
        return RunPlan(
            course_id=self.course_id,
            rule=WeeklyRule(
                first_day=rule.first_day,
                starts_at=rule.starts_at.replace(tzinfo=None),
                minutes=rule.minutes,
                count=rule.count,
                weekdays=frozenset(rule.weekdays),
                interval_weeks=rule.interval_weeks,
                keep=frozenset(rule.keep),
            ),
            terms=self.terms.terms(),
            room_id=self.room_id,
            online_url=self.online_url,
            trainer_ids=tuple(dict.fromkeys(self.trainer_ids)),
            run_id=self.id,
        )


class ClashOut(Struct):
    """One thing in the way: what, on which wanted date, when and by what it is taken, and the sentence for people."""

    taken: Taken
    name: str
    sentence: str
    wanted_from: datetime | None
    taken_from: datetime | None
    taken_until: datetime | None
    run: str
    is_hint: bool

    @classmethod
    def from_clash(cls, clash: Clash) -> Self:
        """The clash as it goes over the wire."""
        return cls(
            taken=clash.taken,
            name=clash.name,
            sentence=clash_in_words(clash),
            wanted_from=clash.wanted.start if clash.wanted else None,
            taken_from=clash.occupied.start if clash.occupied else None,
            taken_until=clash.occupied.end if clash.occupied else None,
            run=clash.purpose,
            is_hint=clash.is_hint,
        )


class DateOut(Struct):
    """One date of a rule; `skipped` says why nothing takes place."""

    starts_at: datetime
    ends_at: datetime
    skipped: str = ""


class PreviewOut(Struct):
    """What a plan would give."""

    dates: list[DateOut]
    clashes: list[ClashOut]

    @classmethod
    def from_preview(cls, preview: Preview) -> Self:
        """The preview as it goes over the wire."""
        dates = [DateOut(period.start, period.end) for period in preview.dates.planned]
        dates += [DateOut(one.period.start, one.period.end, one.reason) for one in preview.dates.skipped]
        return cls(
            dates=sorted(dates, key=lambda one: one.starts_at),
            clashes=[ClashOut.from_clash(clash) for clash in preview.clashes],
        )


class SessionOut(Struct):
    """One dated meeting; `version` is what a change has to name."""

    id: UUID
    run_id: UUID
    starts_at: datetime
    ends_at: datetime
    room_id: UUID | None
    state: SessionState
    version: int

    @classmethod
    def from_row(cls, row: Session) -> Self:
        """The session as it goes over the wire."""
        return cls(
            id=row.id,
            run_id=row.run_id,
            starts_at=row.starts_at.astimezone(UTC),
            ends_at=row.ends_at.astimezone(UTC),
            room_id=row.room_id,
            state=row.state,
            version=row.version,
        )


class PlannedRun(Struct):
    """A run as planners see it."""

    id: UUID
    number: str
    course_id: UUID
    state: RunState
    capacity: int
    occupied: int
    waiting: int
    price_cents: int
    version: int
    sessions: list[SessionOut]

    @classmethod
    def from_rows(cls, run: Run, sessions: list[Session]) -> Self:
        """The run as it goes over the wire."""
        return cls(
            id=run.id,
            number=run.number,
            course_id=run.course_id,
            state=run.state,
            capacity=run.capacity,
            occupied=run.occupied,
            waiting=run.waiting,
            price_cents=run.price_cents,
            version=run.version,
            sessions=[SessionOut.from_row(row) for row in sessions],
        )


class WhenIn(Struct, forbid_unknown_fields=True):
    """When and where a session takes place; moments carry their offset."""

    starts_at: Annotated[datetime, Meta(tz=True)]
    ends_at: Annotated[datetime, Meta(tz=True)]
    room_id: UUID | None = None


class MoveIn(WhenIn, forbid_unknown_fields=True, kw_only=True):
    """Another time or room; `version` is the one that was read."""

    version: int


class DropIn(Struct, forbid_unknown_fields=True):
    """Why a session does not take place."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    version: int


class PlanningDoor(Controller):
    """What planners do with runs and sessions."""

    path = "/api/v1/planning"
    tags = ("planning",)

    @post("/previews", opt=may("C", "plan"), status_code=200)
    async def preview(
        self,
        data: JSONBody[PlanIn],
        actor: NamedDependency[Actor],
        scheduling: NamedDependency[Scheduling],
    ) -> PreviewOut:
        """The dates of a plan, what holidays take out of it, what it would clash with. Changes nothing."""
        return PreviewOut.from_preview(await scheduling.preview(actor, data.plan()))

    @post("/runs", opt=may("C", "plan"))
    async def plan(
        self,
        data: JSONBody[PlanIn],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> PlannedRun:
        """Save a draft with all its sessions, or nothing; 409 when room or trainer are taken."""
        run = await scheduling.plan(actor, data.plan())
        return await _planned(begin, run.id)

    @get("/runs/{run_id:uuid}", opt=may("R", "plan"))
    async def read(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> PlannedRun:
        """One run, drafts included, with the versions that changes have to name."""
        ensure(actor.may_for_all("R", "plan"), actor)
        return await _planned(begin, run_id)

    @put("/runs/{run_id:uuid}/terms", opt=may("U", "plan"))
    async def change(
        self,
        run_id: FromPath[UUID],
        data: JSONBody[TermsChange],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> PlannedRun:
        """Price, deadlines, notes. Places of a published run are changed at `/capacity`."""
        await scheduling.change(actor, run_id=run_id, terms=data.terms(), version=data.version)
        return await _planned(begin, run_id)

    @post("/runs/{run_id:uuid}/publication", opt=may("U", "plan"), status_code=200)
    async def publish(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> PlannedRun:
        """Show it in the catalogue. Twice is as good as once."""
        await scheduling.publish(actor, run_id=run_id)
        return await _planned(begin, run_id)

    @post("/runs/{run_id:uuid}/confirmation", opt=may("U", "plan"), status_code=200)
    async def confirm(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> PlannedRun:
        """Say that it takes place for certain."""
        await scheduling.confirm(actor, run_id=run_id)
        return await _planned(begin, run_id)

    @post("/runs/{run_id:uuid}/completion", opt=may("U", "plan"), status_code=200)
    async def complete(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> PlannedRun:
        """Close a run that is over."""
        await scheduling.complete(actor, run_id=run_id)
        return await _planned(begin, run_id)

    @post("/runs/{run_id:uuid}/sessions", opt=may("U", "session"))
    async def add(
        self,
        run_id: FromPath[UUID],
        data: JSONBody[WhenIn],
        actor: NamedDependency[Actor],
        scheduling: NamedDependency[Scheduling],
    ) -> SessionOut:
        """One more session, with the trainers of the run."""
        _refuse_reversed(data)
        added = await scheduling.add_session(
            actor, run_id=run_id, starts_at=data.starts_at, ends_at=data.ends_at, room_id=data.room_id
        )
        return SessionOut.from_row(added)

    @put("/sessions/{session_id:uuid}", opt=may("U", "session"))
    async def move(
        self,
        session_id: FromPath[UUID],
        data: JSONBody[MoveIn],
        actor: NamedDependency[Actor],
        scheduling: NamedDependency[Scheduling],
    ) -> SessionOut:
        """Another time or room; everybody concerned is told."""
        _refuse_reversed(data)
        moved = await scheduling.move_session(
            actor,
            session_id=session_id,
            starts_at=data.starts_at,
            ends_at=data.ends_at,
            room_id=data.room_id,
            version=data.version,
        )
        return SessionOut.from_row(moved)

    @post("/sessions/{session_id:uuid}/cancellation", opt=may("U", "session"), status_code=200)
    async def drop(
        self,
        session_id: FromPath[UUID],
        data: JSONBody[DropIn],
        actor: NamedDependency[Actor],
        scheduling: NamedDependency[Scheduling],
    ) -> SessionOut:
        """The session does not take place; everybody concerned is told. Twice is as good as once."""
        dropped = await scheduling.cancel_session(
            actor, session_id=session_id, reason=data.reason, version=data.version
        )
        return SessionOut.from_row(dropped)


def _refuse_reversed(when: WhenIn) -> None:
    if when.ends_at <= when.starts_at:
        raise Invalid


async def _planned(begin: Begin, run_id: UUID) -> PlannedRun:
    async with begin.reading() as session:
        run = await run_of(session, run_id)
        meetings = (await sessions_of(session, [run_id])).get(run_id, ())
    return PlannedRun.from_rows(run, list(meetings))
