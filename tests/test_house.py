"""The house stands: it starts, answers, and says who may come in."""

from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.db import Begin
from lms.enrolment.models import Enrolment
from tests.making import BOTH, make_course, make_run

pytestmark = BOTH


async def test_it_answers(client: AsyncTestClient[Litestar]) -> None:
    answer = await client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "live"})
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_the_database_takes_rows(begin: Begin) -> None:
    course = make_course()
    async with begin() as session:
        session.add(course)
        await session.flush()
        session.add(make_run(course))

    async with begin.reading() as session:
        assert await session.get(Enrolment, course.id) is None
