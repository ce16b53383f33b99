"""What is issued besides taking part: a path of two courses, a volunteer's certificate, and one that ends soon."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from certificates.code import new_code
from certificates.document import Kind
from lms.billing.rules import series_year
from lms.catalogue.models import Course
from lms.certification.issuing.batches import SERIES, STATUS_SERIES
from lms.certification.models import Batch, BatchItem
from lms.certification.paths.models import Path, PathModule
from lms.certification.subjects import volunteering
from lms.demo.filling.ground import Ground
from lms.demo.filling.papers import DRAW, ISSUER
from lms.demo.filling.people import Everybody
from lms.jobs.queue import enqueue
from lms.people.models import Person

COURSES = ("tablet-in-ruhe-kennenlernen", "smartphone-erste-schritte")
GROWN_UP = 40
ENDS_IN = timedelta(days=40)
HELPED: dict[str, Any] = {
    "what_de": "Begleitung des Digitalcafés",
    "what_en": "Helping in the digital café",
    "place": "Innovationszentrum Haldensleben",
}
GUIDED: dict[str, Any] = {
    "what_de": "Technik-Lotse für ältere Menschen",
    "what_en": "Guiding older people through everyday technology",
    "place": "Haldensleben",
}


async def fill_other_kinds(ground: Ground, everybody: Everybody) -> None:
    """Write the path, and have the worker draw the two certificates of volunteers."""
    await _fill_path(ground, everybody)
    volunteers = [one for one in everybody.register.learners if one.figure is None and one.age >= GROWN_UP]
    days = timedelta(days=1)
    await _reserve(
        ground, everybody, volunteers[0].person, HELPED | _days(ground, 320, 20, 42), ground.now - 9 * days
    )
    end = {"valid_until": (ground.today + ENDS_IN).isoformat()}
    await _reserve(
        ground,
        everybody,
        volunteers[1].person,
        GUIDED | _days(ground, 700, 400, 60) | end,
        ground.now - 390 * days,
    )


async def _fill_path(ground: Ground, everybody: Everybody) -> None:
    courses = {
        course.slug: course
        for course in await ground.session.scalars(select(Course).where(Course.slug.in_(COURSES)))
    }
    path = Path(
        id=ground.key(),
        title_de="Sicher im digitalen Alltag",
        title_en="At ease in digital everyday life",
        outcome_de="Sie finden sich auf Ihren Geräten zurecht.\nSie nutzen digitale Dienste selbstständig.",
        outcome_en="You find your way around your devices.\nYou use digital services on your own.",
        created_at=ground.now - timedelta(days=100),
    )
    await ground.put([path])
    await ground.put(
        PathModule(path_id=path.id, course_id=courses[slug].id, position=place)
        for place, slug in enumerate(COURSES)
    )
    ground.note(path.created_at, "path.added", "path", path.id, by=everybody.member(ISSUER))


def _days(ground: Ground, first: int, last: int, hours: int) -> dict[str, Any]:
    return {
        "first_day": (ground.today - timedelta(days=first)).isoformat(),
        "last_day": (ground.today - timedelta(days=last)).isoformat(),
        "hours": hours,
    }


async def _reserve(
    ground: Ground, everybody: Everybody, person: Person, particulars: Mapping[str, Any], issued_at: datetime
) -> None:
    year = series_year(issued_at)
    batch = Batch(
        id=ground.key(),
        run_id=None,
        started_at=issued_at,
        started_by=everybody.account_of(everybody.team[ISSUER]),
        title=f"Ehrenamt: {particulars['what_de']}",
        tells=False,
    )
    item = BatchItem(
        id=ground.key(),
        batch_id=batch.id,
        kind=Kind.VOLUNTEER.value,
        subject=volunteering(batch.id),
        person_id=person.id,
        particulars=dict(particulars),
        year=year,
        counter=ground.number(SERIES, year),
        code=new_code(),
        status_index=ground.number(STATUS_SERIES, 0) - 1,
    )
    await ground.put([batch])
    await ground.put([item])
    enqueue(ground.session, DRAW, {"item": str(item.id)}, at=ground.now, key=f"{DRAW}:{item.id}")
