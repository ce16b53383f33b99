"""People of the demo who want to hear when a course can be booked: by e-mail, by telephone and by letter."""

from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from lms.catalogue.models import Course, Run, RunState
from lms.demo.filling.ground import Ground
from lms.enrolment.lists.models import Interest, InterestWay

PEOPLE = (
    ("Gudrun Tietz", InterestWay.EMAIL, "gudrun.tietz@example.org", "", ("", "", "")),
    ("Harald Voss", InterestWay.PHONE, "", "+49390471234", ("", "", "")),
    ("Ilse Kranz", InterestWay.POST, "", "", ("Lindenweg 4", "39340", "Haldensleben")),
    ("Norbert Apel", InterestWay.EMAIL, "norbert.apel@example.org", "", ("", "", "")),
    ("Silke Dorn", InterestWay.EMAIL, "silke.dorn@example.org", "", ("", "", "")),
)
SEARCHED = ("Imkerei mit dem Tablet", "Steuererklärung")
COURSES = 3
DAY = timedelta(days=1)
WINDOW = timedelta(days=6)


async def fill_follow_up(ground: Ground) -> None:
    """The first run to come of a course that has had one before carries it on: its former participants may enrol now."""
    former, run = aliased(Run), aliased(Run)
    before = (
        select(former.id)
        .where(
            former.course_id == run.course_id,
            former.state.in_((RunState.CONFIRMED, RunState.COMPLETED)),
            former.ends_at <= ground.now,
            former.occupied > 0,
        )
        .order_by(former.ends_at.desc(), former.id)
        .limit(1)
        .scalar_subquery()
    )
    row = (
        await ground.session.execute(
            select(run, before)
            .where(
                run.state == RunState.PUBLISHED,
                run.starts_at > ground.now + WINDOW * 2,
                run.enrolment_opens_at.is_(None),
                run.occupied == 0,
                before.is_not(None),
            )
            .order_by(run.starts_at, run.id)
            .limit(1)
        )
    ).first()
    if row is None:
        return
    carries_on, former_id = row
    carries_on.follows_run_id = former_id
    carries_on.follow_opens_at, carries_on.enrolment_opens_at = ground.now - DAY, ground.now + WINDOW
    await ground.session.flush()


async def fill_interest(ground: Ground) -> None:
    """The first courses without a run to come get some people each, and two searches were in vain."""
    to_come = exists().where(
        Run.course_id == Course.id,
        Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED)),
        Run.starts_at > ground.now,
    )
    courses = (
        await ground.session.scalars(
            select(Course.id)
            .where(exists().where(Run.course_id == Course.id, Run.state != RunState.DRAFT))
            .order_by(to_come, Course.slug)
            .limit(COURSES)
        )
    ).all()
    rows = []
    for number, course_id in enumerate(courses):
        for name, way, email, phone, (street, postal_code, city) in PEOPLE[number:]:
            at = ground.now - (10 + 3 * number + len(name)) * DAY
            rows.append(
                Interest(
                    id=ground.key(), course_id=course_id, way=way, created_at=at, confirmed_at=at, name=name, email=email,
                    phone=phone, street=street, postal_code=postal_code, city=city,
                )
            )  # fmt: skip
    for number, words in enumerate(SEARCHED):
        name, _, email, *_ = PEOPLE[3 + number]
        at = ground.now - (number + 2) * DAY
        rows.append(
            Interest(
                id=ground.key(), course_id=None, way=InterestWay.EMAIL, created_at=at, confirmed_at=at, words=words,
                name=name, email=email,
            )
        )  # fmt: skip
    await ground.put(rows)
