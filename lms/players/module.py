"""The table of contents of `players`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.players.host_pages import PlayingPages
from lms.players.pages import PackagePages
from lms.players.preview_pages import PackagePreviewPages
from lms.players.records.doors import AboutDoor, DocumentDoor, FetchDoor, StatementDoor
from lms.players.records.launching import Launching
from lms.players.records.pages import UnitPages
from lms.players.records.store import Records
from lms.players.service import Playing
from lms.web.module import Around, Module

FORGETTING = timedelta(days=1)


def _forget(around: Around) -> Periodic:
    return Periodic("forget-package-states", FORGETTING, Playing(around).forget)


MODULE = Module(
    name="players",
    controllers=[
        PlayingPages,
        PackagePages,
        PackagePreviewPages,
        UnitPages,
        AboutDoor,
        FetchDoor,
        StatementDoor,
        DocumentDoor,
    ],
    services={"playing": Playing, "launching": Launching, "records": Records},
    periodic=[_forget],
)
