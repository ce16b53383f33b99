"""The table of contents of `trainers`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.trainers.busy.events import CalendarUnread
from lms.trainers.busy.letters import tell_of_unread_calendar
from lms.trainers.busy.service import READ, BusyCalendars
from lms.trainers.qualifications.service import Qualifications
from lms.trainers.service import Trainers
from lms.web.module import Around, Module


def _warning(around: Around) -> Periodic:
    qualifications = Qualifications(around)

    async def act() -> None:
        await qualifications.warn()

    return Periodic("warn-of-ending-qualifications", timedelta(days=1), act)


LOOKING = timedelta(minutes=10)

MODULE = Module(
    name="trainers",
    services={
        "trainers": Trainers,
        "busy_calendars": BusyCalendars,
        "qualification_book": Qualifications,
    },
    listeners={CalendarUnread: [tell_of_unread_calendar]},
    tasks={READ: lambda around: BusyCalendars(around).read},
    periodic=[
        lambda around: Periodic("read-busy-calendars", LOOKING, BusyCalendars(around).enqueue_due),
        _warning,
    ],
    personal_data=[
        PersonalData(
            table="busy_calendar",
            column="person_id",
            purpose="to plan when a trainer is busy by their own calendar",
            kept="until the trainer removes it",
        ),
        PersonalData(
            table="busy_period",
            column="person_id",
            purpose="to plan when a trainer is busy by their own calendar",
            kept="until the calendar is read again or removed",
        ),
        PersonalData(
            table="trainer",
            column="person_id",
            purpose="to plan and present trainers",
            kept="as long as the person teaches for the centre",
        ),
        PersonalData(
            table="availability",
            column="person_id",
            purpose="to plan when a trainer can teach",
            kept="until the trainer changes it",
        ),
        PersonalData(
            table="conduct_record",
            column="person_id",
            purpose="to let only suitable persons teach children (§ 72a SGB VIII)",
            kept="3 months after somebody stops teaching",
        ),
        PersonalData(
            table="qualification_record",
            column="person_id",
            purpose="to let only qualified persons teach",
            kept="3 months after somebody stops teaching",
        ),
        PersonalData(
            table="absence",
            column="person_id",
            purpose="to plan when a trainer cannot teach",
            kept="1 year after its end",
        ),
    ],
)
