"""The table of contents of `banking`, for app.py."""

from datetime import timedelta

from lms.banking.service import LineClearing, StatementFiles
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module


def tidy_drafts(around: Around) -> Periodic:
    """Files that wait for nobody go after a day."""
    return Periodic("forget-statement-drafts", timedelta(hours=6), StatementFiles(around).tidy)


MODULE = Module(
    name="banking",
    services={"statement_files": StatementFiles, "line_clearing": LineClearing},
    periodic=[tidy_drafts],
    personal_data=[
        PersonalData(
            "known_account", "person_id", "whose bank account the team confirmed", "until it is taken back"
        ),
    ],
)
