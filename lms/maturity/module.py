"""The table of contents of `maturity`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.maturity.checks import Checks
from lms.maturity.pages.company import CompanyCheckPages, KeepCheckPages
from lms.maturity.pages.public import CheckPages
from lms.maturity.pages.start import CheckStartPages
from lms.maturity.pages.team import AdviserCheckPages, CheckTeamPages
from lms.maturity.pages.wording import CheckWordsPages
from lms.maturity.pages.writing import CheckWritingPages
from lms.maturity.writing import CheckWriting
from lms.web.module import Around, Module

FORGETTING = timedelta(days=1)


def _forget(around: Around) -> Periodic:
    return Periodic("forget-digital-checks", FORGETTING, Checks(around).forget)


MODULE = Module(
    name="maturity",
    controllers=[
        CheckStartPages,
        CheckPages,
        KeepCheckPages,
        CompanyCheckPages,
        CheckTeamPages,
        AdviserCheckPages,
        CheckWritingPages,
        CheckWordsPages,
    ],
    services={"digital_checks": Checks, "check_writing": CheckWriting},
    periodic=[_forget],
)
