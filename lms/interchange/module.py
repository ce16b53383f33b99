"""The table of contents of `interchange`, for app.py."""

from datetime import timedelta

from lms.interchange.pages import BringPages, TakePages
from lms.interchange.service import READ, TAKE, Interchange
from lms.interchange.working import IntakeReader, IntakeTaker
from lms.jobs.worker import Periodic
from lms.web.module import Around, Module

SWEEPING = timedelta(hours=1)


def _sweep(around: Around) -> Periodic:
    return Periodic("sweep-intakes", SWEEPING, Interchange(around).forget)


MODULE = Module(
    name="interchange",
    controllers=[BringPages, TakePages],
    services={"interchange": Interchange},
    tasks={READ: IntakeReader, TAKE: IntakeTaker},
    periodic=[_sweep],
)
