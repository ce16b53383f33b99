"""A company's seat gets its person, or loses them: plain functions inside the caller's transaction."""

from sqlalchemy import delete

from lms.audit.trail import record
from lms.enrolment.conditions.models import Admission, QuestionAnswer
from lms.enrolment.models import Enrolment, EnrolmentState, SupportNeed
from lms.enrolment.seats.errors import NobodyToReplace
from lms.enrolment.seats.events import SeatNamed, SeatPassedOn
from lms.enrolment.service.locked import LockedRun
from lms.kernel.actor import Actor


def confirm_seat(locked: LockedRun, actor: Actor, seat: Enrolment) -> None:
    """The person has the seat for certain. It was charged when it was ordered."""
    if seat.person_id is None:
        raise NobodyToReplace
    locked.move(seat, EnrolmentState.CONFIRMED, actor=actor, action="seat_named")
    seat.confirmed_at = locked.at
    locked.tell(SeatNamed(enrolment_id=seat.id, person_id=seat.person_id, version=seat.version))


async def vacate(locked: LockedRun, actor: Actor, seat: Enrolment) -> None:
    """Take the person off the seat, and with them everything they said; their links are void."""
    if seat.person_id is None:
        return
    person_id = seat.person_id
    for said in (SupportNeed, QuestionAnswer, Admission):
        await locked.session.execute(delete(said).where(said.enrolment_id == seat.id))
    locked.move(seat, EnrolmentState.HELD, actor=actor, action="seat_vacated")
    had_seat = seat.confirmed_at is not None
    seat.person_id = seat.guardian_id = seat.confirmed_at = seat.consented_at = None
    seat.consent_wording = ""
    seat.link_version += 1
    if had_seat:
        locked.tell(SeatPassedOn(enrolment_id=seat.id, person_id=person_id, version=seat.version))
    record(
        locked.session, actor, "seats.vacated", at=locked.at, kind="seat_order", object_id=seat.order_id,
        person_id=person_id, before={"enrolment_id": str(seat.id)},
    )  # fmt: skip
    await locked.session.flush()
