"""The table of contents of `catalogue`, for app.py."""

from lms.catalogue.api import CourseDoor
from lms.catalogue.distance_service import DistanceLearning
from lms.catalogue.freshness import COMPACT_EVERY, compact
from lms.catalogue.service import Courses
from lms.jobs.worker import Periodic
from lms.web.module import Module

MODULE = Module(
    name="catalogue",
    controllers=[CourseDoor],
    services={"courses": Courses, "distance_learning": DistanceLearning},
    periodic=[lambda around: Periodic("compact-changes", COMPACT_EVERY, lambda: compact(around.begin))],
)
