"""The service of these stories."""

import pytest

from lms.enrolment.service import Enrolments
from lms.web.module import Around


@pytest.fixture
def enrolments(house: Around) -> Enrolments:
    return Enrolments(house)
