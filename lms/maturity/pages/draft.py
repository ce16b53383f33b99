"""What the pages of the draft share: where they are, the draft itself, and the courses that advice can name."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience, Course, CourseAudience
from lms.kernel.errors import NotFound
from lms.maturity.pages.team import PATH as TEAM
from lms.maturity.questions import Advice, Question
from lms.maturity.writing import Draft, read_draft
from lms.web.module import Around

PATH = f"{TEAM}/fragen"
T = TypeVar("T", Question, Advice)


async def draft_now(around: Around) -> Draft:
    """The draft as it stands."""
    async with around.begin.reading() as session:
        return await read_draft(session)


async def courses_for_companies(session: AsyncSession) -> list[tuple[str, str]]:
    """Id and title of each course for companies, by title."""
    rows = await session.execute(
        select(Course.id, Course.title_de)
        .join(CourseAudience, CourseAudience.course_id == Course.id)
        .where(CourseAudience.audience == Audience.SMES)
        .order_by(Course.title_de)
    )
    return [(str(course_id), title) for course_id, title in rows]


def one_of(found: Sequence[T], key: str) -> T:
    """What has this key. Raises NotFound."""
    one = next((each for each in found if each.key == key), None)
    if one is None:
        raise NotFound
    return one
