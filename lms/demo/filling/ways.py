"""Courses that build on others, and one whose recordings were looked at for distance learning."""

from sqlalchemy import select

from lms.catalogue.distance_models import DistanceWord
from lms.catalogue.models import Course
from lms.demo.filling.ground import Ground
from lms.enrolment.conditions.models import CoursePrerequisite

RECOMMENDED = {"smartphone-im-alltag": "smartphone-erste-schritte", "python-abendkurs": "tabellen-grundlagen"}
LOOKED_AT = "online-besprechungen-leiten"
RECORDED_MINUTES = 90
REASON = "Alle Termine finden gemeinsam per Video statt. Die Aufzeichnung ist nur zum Nachsehen gedacht und kürzer als die Termine."


async def fill_ways(ground: Ground) -> None:
    """Recommendations only: nobody who looks at the demo is kept from enrolling."""
    slugs = {*RECOMMENDED, *RECOMMENDED.values(), LOOKED_AT}
    courses = {
        one.slug: one for one in await ground.session.scalars(select(Course).where(Course.slug.in_(slugs)))
    }
    await ground.put(
        [
            CoursePrerequisite(course_id=courses[later].id, earlier_id=courses[earlier].id, is_needed=False)
            for later, earlier in RECOMMENDED.items()
        ]
    )
    word = DistanceWord(
        course_id=courses[LOOKED_AT].id,
        said_at=ground.now,
        recorded_minutes=RECORDED_MINUTES,
        decision=REASON,
    )
    await ground.put([word])
