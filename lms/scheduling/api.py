"""Planning for programs: runs by rule, their states, their sessions."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Literal, Self
from uuid import UUID

from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct, field

from lms.catalogue.models import PaymentMethod, Run, RunState
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Invalid
from lms.kernel.period import Period
from lms.scheduling.errors import Clash, Taken
from lms.scheduling.feasibility import Alternative, Need
from lms.scheduling.models import Session, SessionState
from lms.scheduling.online import OUR_ROOM
from lms.scheduling.queries import run_of, sessions_of
from lms.scheduling.rules import MOST_SESSIONS, BlockRule, DateList, MonthlyRule, Rule, WeeklyRule
from lms.scheduling.service import Scheduling
from lms.scheduling.values import DateChange, Preview, RunPlan, Terms
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
    drop_in_places: Annotated[int, Meta(ge=0, le=500)] = 0
    drop_in_price_cents: Cents = 0

    def terms(self) -> Terms:
        """The terms as the service takes them. Raises Invalid where they contradict each other."""
        if self.drop_in_price_cents and not self.payment_methods:
            raise Invalid
        if self.minimum > self.capacity or (self.concession_cents or 0) > self.price_cents:
            raise Invalid
        values = {name: getattr(self, name) for name in TermsIn.__struct_fields__}
        return Terms(**values | {"payment_methods": tuple(way.value for way in self.payment_methods)})


class TermsChange(TermsIn, forbid_unknown_fields=True, kw_only=True):
    """New terms; `version` is the one that was read."""

    version: int


class RuleIn(Struct, forbid_unknown_fields=True):
    """Dates by rule, at a wall-clock time of the venue.

    `weekly`: every so many weeks on these weekdays (Monday is 0). `monthly`: on the nth of the one weekday (1 to 4, -1 the
    last). `block`: on days in a row. `list`: on `dates` alone. All but the last begin on `first_day` and hold `count`
    sessions.
    """

    starts_at: time
    minutes: Annotated[int, Meta(ge=15, le=600)]
    kind: Literal["weekly", "monthly", "block", "list"] = "weekly"
    first_day: date | None = None
    count: Annotated[int, Meta(ge=1, le=MOST_SESSIONS)] = 1
    weekdays: Annotated[list[Annotated[int, Meta(ge=0, le=6)]], Meta(max_length=7)] = field(
        default_factory=list
    )
    interval_weeks: Annotated[int, Meta(ge=1, le=8)] = 1
    nth: Literal[-1, 1, 2, 3, 4] = 1
    with_weekends: bool = False
    dates: Annotated[list[date], Meta(max_length=MOST_SESSIONS)] = field(default_factory=list)
    keep: Annotated[list[date], Meta(max_length=100)] = field(default_factory=list)

    def rule(self) -> Rule:
        """The rule as the service takes it. Raises Invalid where something is missing for its kind."""
        starts_at, keep = self.starts_at.replace(tzinfo=None), frozenset(self.keep)
        if self.kind == "list":
            if not self.dates:
                raise Invalid
            return DateList(tuple(self.dates), starts_at, self.minutes, keep)
        if self.first_day is None or (self.kind != "block" and not self.weekdays):
            raise Invalid
        if self.kind == "block":
            return BlockRule(self.first_day, starts_at, self.minutes, self.count, self.with_weekends, keep)
        if self.kind == "monthly":
            return MonthlyRule(
                self.first_day, starts_at, self.minutes, self.count, self.weekdays[0], self.nth, keep
            )
        return WeeklyRule(
            first_day=self.first_day,
            starts_at=starts_at,
            minutes=self.minutes,
            count=self.count,
            weekdays=frozenset(self.weekdays),
            interval_weeks=self.interval_weeks,
            keep=keep,
        )


class NeedIn(Struct, forbid_unknown_fields=True):
    """So many devices of a model, or a whole kit; `note` says why fewer will do."""

    model_id: UUID | None = None
    kit_id: UUID | None = None
    count: Annotated[int, Meta(ge=1, le=200)] = 1
    note: Annotated[str, Meta(max_length=200)] = ""

    def need(self) -> Need:
        """The need as the service takes it. Raises Invalid unless it names one thing."""
        if (self.model_id is None) == (self.kit_id is None):
            raise Invalid
        return Need(self.count, model_id=self.model_id, kit_id=self.kit_id, note=self.note)


class ChangeIn(Struct, forbid_unknown_fields=True):
    """One date of the series differently, by the moment at which the rule would let it begin."""

    instead_of: Annotated[datetime, Meta(tz=True)]
    skip: bool = False
    room_id: UUID | None = None
    starts_at: Annotated[datetime, Meta(tz=True)] | None = None
    ends_at: Annotated[datetime, Meta(tz=True)] | None = None

    def change(self) -> DateChange:
        """The change as the service takes it. Raises Invalid for half a period or a reversed one."""
        if (self.starts_at is None) != (self.ends_at is None):
            raise Invalid
        if self.starts_at is None or self.ends_at is None:
            return DateChange(self.skip, self.room_id)
        if self.ends_at <= self.starts_at:
            raise Invalid
        return DateChange(self.skip, self.room_id, Period(self.starts_at, self.ends_at))


class PlanIn(Struct, forbid_unknown_fields=True):
    """A run of a course. With an `id` of the caller's it is planned once, however often it is sent.

    `own_online_room` instead of `online_url`: a room in the centre's own video conference, made when the session begins.
    """

    course_id: UUID
    rule: RuleIn
    terms: TermsIn
    room_id: UUID | None = None
    online_url: Annotated[str, Meta(pattern="^(https://.*)?$", max_length=300)] = ""
    own_online_room: bool = False
    trainer_ids: Annotated[list[UUID], Meta(max_length=5)] = field(default_factory=list)
    needs: Annotated[list[NeedIn], Meta(max_length=10)] = field(default_factory=list)
    equipment: Annotated[list[str], Meta(max_length=30)] = field(default_factory=list)
    step_free: bool = False
    hearing_loop: bool = False
    changes: Annotated[list[ChangeIn], Meta(max_length=MOST_SESSIONS)] = field(default_factory=list)
    id: UUID | None = None

    def plan(self) -> RunPlan:
        """The plan as the service takes it. Raises Invalid where both an address and our own room are wanted."""
        if self.own_online_room and self.online_url:
            raise Invalid
        return RunPlan(
            course_id=self.course_id,
            rule=self.rule.rule(),
            terms=self.terms.terms(),
            room_id=self.room_id,
            online_url=OUR_ROOM if self.own_online_room else self.online_url,
            trainer_ids=tuple(dict.fromkeys(self.trainer_ids)),
            needs=tuple(one.need() for one in self.needs),
            equipment=frozenset(self.equipment),
            step_free=self.step_free,
            hearing_loop=self.hearing_loop,
            changes={one.instead_of.astimezone(UTC): one.change() for one in self.changes},
            run_id=self.id,
        )


class AlternativeOut(Struct):
    """A plan that works instead: when, where, by whom."""

    starts_at: list[datetime]
    room_id: UUID | None
    trainer_ids: list[UUID]
    days: int
    minutes: int

    @classmethod
    def from_value(cls, one: Alternative) -> Self:
        """The alternative as it goes over the wire."""
        return cls(
            starts_at=[period.start for period in one.periods],
            room_id=one.room_id,
            trainer_ids=list(one.trainer_ids),
            days=one.days,
            minutes=one.minutes,
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
    alternatives: list[AlternativeOut]

    @classmethod
    def from_preview(cls, preview: Preview) -> Self:
        """The preview as it goes over the wire."""
        dates = [DateOut(period.start, period.end) for period in preview.periods]
        dates += [DateOut(one.period.start, one.period.end, one.reason) for one in preview.skipped]
        return cls(
            dates=sorted(dates, key=lambda one: one.starts_at),
            clashes=[ClashOut.from_clash(clash) for clash in preview.clashes],
            alternatives=[AlternativeOut.from_value(one) for one in preview.alternatives],
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
