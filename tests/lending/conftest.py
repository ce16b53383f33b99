"""The counter every test borrows at."""

import pytest

from lms.web.module import Around
from tests.lending.counter import Counter, open_counter


@pytest.fixture
async def counter(house: Around) -> Counter:
    return await open_counter(house)
