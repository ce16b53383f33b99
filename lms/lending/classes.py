"""One session and its devices, as whoever hands them out sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.lending import policy
from lms.lending.models import Loan, LoanPurpose, LoanState
from lms.lending.queries import Unit, units
from lms.lending.service.acts import teaches_run
from lms.lending.service.classroom import kept_for_session
from lms.people.models import Person
from lms.resources.models import Device
from lms.scheduling.models import Session, SessionState
from lms.web.language import current_language


@dataclass(frozen=True, slots=True)
class Given:
    """A device handed out in the session, and to whom."""

    loan: Loan
    unit: Unit
    person: Person

    @property
    def is_out(self) -> bool:
        """Whether it is still with the person, in class."""
        return self.loan.state is LoanState.OUT and self.loan.purpose is LoanPurpose.CLASS

    @property
    def is_at_home(self) -> bool:
        """Whether the person keeps it for a while."""
        return self.loan.state is LoanState.OUT and self.loan.purpose is LoanPurpose.HOME


@dataclass(frozen=True, slots=True)
class Class:
    """A session: who sits in it, which devices are there, who has which."""

    meeting: Session
    run: Run
    course: Course
    people: Sequence[Person]
    given: Sequence[Given]
    here: Sequence[Unit]

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def out(self) -> list[Given]:
        """What is with people now."""
        return [one for one in self.given if one.is_out]

    @property
    def back(self) -> list[Given]:
        """What came back; of a device that went out twice, the last time."""
        latest = {one.unit.device.id: one for one in self.given if one.loan.state is LoanState.RETURNED}
        return [one for one in latest.values() if one.unit.device.id not in self.out_ids]

    @property
    def at_home(self) -> list[Given]:
        """What stays with people for a while."""
        return [one for one in self.given if one.is_at_home]

    @property
    def out_ids(self) -> set[UUID]:
        """The devices that are with somebody."""
        return {one.unit.device.id for one in self.given if one.loan.state is LoanState.OUT}

    @property
    def unwiped(self) -> list[Unit]:
        """What has to be wiped before the next person gets it."""
        return [unit for unit in self.here if unit.device.must_be_wiped]

    @property
    def without(self) -> list[Person]:
        """Who has no device yet; they come first when the next is handed out."""
        served = {one.person.id for one in self.given if one.loan.state is LoanState.OUT}
        return [person for person in self.people if person.id not in served]

    def is_over(self, now: datetime) -> bool:
        """Whether nothing is handed out any more."""
        return self.meeting.ends_at <= now or self.meeting.state is not SessionState.PLANNED


async def class_for(session: AsyncSession, actor: Actor, session_id: UUID) -> Class:
    """A session for those who hand out devices in it; five statements. Raises NotFound for everybody else's (S-03)."""
    row = (
        await session.execute(
            select(Session, Run, Course)
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
            .where(Session.id == session_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    meeting, run, course = row
    if not policy.may_hand_over(actor, teaches=await teaches_run(session, actor, run.id)):
        raise NotFound
    people = await session.scalars(
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.run_id == run.id, Enrolment.state == EnrolmentState.CONFIRMED)
        .order_by(Person.family_name, Person.given_name, Person.id)
        .distinct()
    )
    given = await session.execute(
        select(Loan, Person)
        .join(Person, Person.id == Loan.person_id)
        .where(Loan.session_id == session_id, Loan.state.in_((LoanState.OUT, LoanState.RETURNED)))
        .order_by(Loan.handed_out_at, Loan.id)
    )
    rows = given.all()
    kept = {one.device_id for one in await kept_for_session(session, session_id)}
    wanted = kept | {loan.device_id for loan, _ in rows}
    found = await session.execute(
        units().where(Device.id.in_(list(wanted))).order_by(Device.inventory_number)
    )
    all_units = {row.Device.id: Unit(*row) for row in found}
    lines = [Given(loan, all_units[loan.device_id], person) for loan, person in rows]
    out = {line.unit.device.id for line in lines if line.loan.state is LoanState.OUT}
    here = [unit for device_id, unit in all_units.items() if device_id not in out]
    return Class(meeting, run, course, people.all(), lines, here)
