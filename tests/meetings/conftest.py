"""A lesson in a room of our own video conference, and the server that stands in for it."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from sqlalchemy import delete

from lms.jobs.models import Job
from lms.scheduling.models import Session
from lms.scheduling.online import OUR_ROOM
from lms.settings import Settings
from lms.web.module import Around
from tests.attendance.classroom import Classroom, classroom
from tests.bbb_stand_in.server import SECRET, StandIn
from tests.making import FixedClock


@pytest.fixture
def bbb(clock: FixedClock) -> Iterator[StandIn]:
    with StandIn(clock=lambda: clock().timestamp()) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, bbb: StandIn) -> Settings:
    return settings.model_copy(update={"bbb_url": bbb.url, "bbb_secret": SecretStr(SECRET)})


@pytest.fixture
async def lesson(house: Around, clock: FixedClock) -> Classroom:
    """Three people have a place in a session online at 10:00; it is 9:50, and the door is open."""
    made = await classroom(house)
    async with house.begin() as session:
        meeting = await session.get_one(Session, made.meeting.id)
        meeting.online_url, meeting.room_id = OUR_ROOM, None
        await session.execute(delete(Job))  # the letters about the places are another story
    made.meeting.online_url, made.meeting.room_id = OUR_ROOM, None
    clock.forward(minutes=50)
    return made
