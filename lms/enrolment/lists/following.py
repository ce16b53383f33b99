"""Re-enrolment (F-E17): whoever took part in a run may enrol in the one that follows it before everybody else."""

from collections.abc import Collection
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.audit.trail import record
from lms.catalogue.models import Course, Run, RunState
from lms.db import links_of, retried
from lms.enrolment import policy
from lms.enrolment.errors import OnlyForFollowers, WindowBackwards
from lms.enrolment.lists.models import RunInvitation
from lms.enrolment.models import LIVE, Enrolment, EnrolmentState
from lms.enrolment.rules import TAKES_PEOPLE
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import at_venue
from lms.kernel.errors import NotFound, Stale
from lms.people.models import Person
from lms.scheduling.entries import entries
from lms.scheduling.models import Session
from lms.web.language import use_locale
from lms.web.letters import write_letter
from lms.web.module import Around

if TYPE_CHECKING:  # the service of places itself asks here
    from lms.enrolment.service.locked import LockedRun


def purpose(run_id: UUID) -> str:
    """Of the token in the letter: `signer.token(purpose(run.id), enrolment.id)`, the enrolment being the one in the former run."""
    return f"follow:{run_id}"


def is_early(run: Run, at: datetime) -> bool:
    """Whether at this moment only those may enrol who have a right to before everybody else.

    Participants of the former run have one, and whoever was granted one (`lms.enrolment.early`).
    """
    return (
        run.follow_opens_at is not None
        and run.enrolment_opens_at is not None
        and run.state in TAKES_PEOPLE
        and run.follow_opens_at <= at < run.enrolment_opens_at
    )


async def only_former_participants(
    locked: "LockedRun", person_ids: Collection[UUID], *, by_staff: bool
) -> None:
    """While only former participants may enrol, raise OnlyForFollowers unless each of these persons is one; the team may anybody."""
    if by_staff or not is_early(locked.run, locked.at):
        return
    known = await locked.session.scalars(
        _participants(locked.run).where(Enrolment.person_id.in_(set(person_ids)))
    )
    if set(known.all()) != set(person_ids):
        raise OnlyForFollowers


async def former(
    session: AsyncSession, run: Run, enrolment_id: UUID
) -> tuple[Enrolment, Person, Person | None]:
    """The enrolment in the former run behind a link, with whose it is and who reads the letters. Raises NotFound."""
    contact = aliased(Person)
    row = (
        await session.execute(
            select(Enrolment, Person, contact)
            .join(Person, Person.id == Enrolment.person_id)
            .outerjoin(contact, contact.id == Enrolment.contact_id)
            .where(
                Enrolment.id == enrolment_id,
                Enrolment.run_id == run.follows_run_id,
                Enrolment.state == EnrolmentState.CONFIRMED,
                Enrolment.is_drop_in.is_(False),
            )
        )
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2]


async def about_former(session: AsyncSession, run: Run, enrolment_id: UUID) -> dict[str, Any]:
    """What the form need not ask again, by page: the person's own name and address. Raises NotFound.

    Somebody enrolled by another (a child, a mother) is asked anew, because there is somebody else to write to.
    """
    enrolment, person, contact = await former(session, run, enrolment_id)
    if enrolment.guardian_id is not None or (contact is not None and contact.id != person.id):
        return {}
    known = {"given_name": person.given_name, "family_name": person.family_name}
    reached = {"email": person.email} if person.email else {"phone": person.phone} if person.phone else {}
    answers: dict[str, Any] = {"fuer-wen": {"who": "me"}, "person": known}
    return {**answers, "kontakt": reached} if reached else answers


async def used(session: AsyncSession, run: Run) -> tuple[int, int]:
    """How many were invited, and how many of the former participants have enrolled again; two statements."""
    invited = await session.scalar(
        select(func.count()).select_from(RunInvitation).where(RunInvitation.run_id == run.id)
    )
    again = await session.scalar(
        select(func.count())
        .select_from(Enrolment)
        .where(
            Enrolment.run_id == run.id, Enrolment.state.in_(LIVE), Enrolment.person_id.in_(_participants(run))
        )
    )
    return invited or 0, again or 0


class FollowUps:
    """Windows for re-enrolment; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def set_window(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        follows_run_id: UUID | None,
        from_day: date | None,
        public_day: date | None,
        version: int | None,
    ) -> None:
        """Name the run this one follows, from which day its participants and from which day all others may enrol.

        Days begin at midnight at the venues. No reserved places: what is free on `public_day` is everybody's. Without a former
        run there is no window, and `public_day` alone says when enrolment opens. Raises NotFound, Stale, WindowBackwards.
        """
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            run = await session.get(Run, run_id, with_for_update=True, populate_existing=True)
            if run is None:
                raise NotFound
            if version is not None and version != run.version:
                raise Stale
            if follows_run_id is not None:
                other = await session.get(Run, follows_run_id)
                if other is None or other.id == run.id or other.state in {RunState.DRAFT, RunState.CANCELLED}:
                    raise NotFound
                if from_day is None or public_day is None or from_day >= public_day:
                    raise WindowBackwards
            run.follows_run_id = follows_run_id
            kept = run.follow_opens_at if run.early_days else None
            run.follow_opens_at = _midnight(from_day) if follows_run_id else kept
            run.enrolment_opens_at, run.opens_days_before = _midnight(public_day), None  # chosen, so it stays
            run.version += 1
            record(
                session, actor, "run.follow_up_set", at=self.clock(), kind="run", object_id=run.id,
                after={"follows": str(follows_run_id or ""), "from": str(from_day or ""), "public": str(public_day or "")},
            )  # fmt: skip

    async def invite_due(self) -> int:
        """Write to the participants of former runs whose window has begun, each once; says how many letters."""
        at = self.clock()
        async with self.begin.reading() as session:
            begun = select(Run).where(
                Run.follows_run_id.is_not(None), Run.follow_opens_at <= at, Run.enrolment_opens_at > at
            )
            due = [run.id for run in await session.scalars(begun) if is_early(run, at)]
        return sum([await self._invite(run_id) for run_id in due])

    @retried
    async def _invite(self, run_id: UUID) -> int:
        at = self.clock()
        async with self.begin() as session:
            run = await session.get_one(Run, run_id, with_for_update=True, populate_existing=True)
            if not is_early(run, at):
                return 0
            reader = aliased(Person)
            told = select(RunInvitation.enrolment_id).where(RunInvitation.run_id == run.id)
            again = select(Enrolment.person_id).where(
                Enrolment.run_id == run.id, Enrolment.state.in_(LIVE), Enrolment.person_id.is_not(None)
            )
            rows = (
                await session.execute(
                    select(Enrolment, Person, reader)
                    .join(Person, Person.id == Enrolment.person_id)
                    .join(
                        reader,
                        reader.id
                        == func.coalesce(Enrolment.contact_id, Enrolment.guardian_id, Enrolment.person_id),
                    )
                    .where(
                        Enrolment.run_id == run.follows_run_id,
                        Enrolment.state == EnrolmentState.CONFIRMED,
                        Enrolment.is_drop_in.is_(False),
                        Enrolment.id.not_in(told),
                        Enrolment.person_id.not_in(again),
                    )
                    .order_by(Enrolment.id)
                )
            ).all()
            for enrolment, person, reads in rows:
                session.add(RunInvitation(run_id=run.id, enrolment_id=enrolment.id, told_at=at))
                await _write(session, run, enrolment, person, reads, at=at)
            return len(rows)


async def _write(
    session: AsyncSession, run: Run, enrolment: Enrolment, person: Person, reader: Person, *, at: datetime
) -> None:
    course = await session.get_one(Course, run.course_id)
    token = links_of(session).signer.token(purpose(run.id), enrolment.id)
    with use_locale("en" if reader.language == "en" else "de"):
        dates = [one for one in await entries(session, Session.run_id == run.id) if not one.is_cancelled]
    await write_letter(
        session,
        key=f"follow_up:{run.id}:{enrolment.id}",
        kind="follow_up_opens",
        to=reader,
        template="enrolment/letters/follow_up_opens.md",
        context={
            "course": (course.title_en if reader.language == "en" else "") or course.title_de,
            "number": run.number,
            "person": person.name,
            "is_own": person.id == reader.id,
            "first": next(iter(dates), None),
            "price_cents": run.price_cents,
            "public_at": run.enrolment_opens_at,
            "link_path": f"/weitermelden/{run.id}/{enrolment.id}/{token}",
        },
        about=("enrolment", enrolment.id),
        at=at,
    )


def _participants(run: Run) -> Select[UUID | None]:
    """Who had a place in the former run."""
    return select(Enrolment.person_id).where(
        Enrolment.run_id == run.follows_run_id,
        Enrolment.state == EnrolmentState.CONFIRMED,
        Enrolment.is_drop_in.is_(False),
    )


def _midnight(day: date | None) -> datetime | None:
    return at_venue(day, time()) if day else None
