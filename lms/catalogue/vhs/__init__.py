"""Reads the programme of an adult-education centre (Volkshochschule): a file in, values and remarks out.

Understands the JSON of the Berlin centres (2020 and 2026) and XML in the shape of Open-vhs 1.2. Knows no database and no
clock; `read_programme` is the way in, `likely_sessions`, `shift_dates` and `report` work on what it returns.
"""

from lms.catalogue.vhs.dates import likely_sessions, shift_dates, weeks_until_future
from lms.catalogue.vhs.errors import ImportRefused
from lms.catalogue.vhs.programme import Programme, read_programme
from lms.catalogue.vhs.report import report
from lms.catalogue.vhs.run import (
    ImportedLink,
    ImportedRun,
    ImportedSession,
    ImportedTopic,
    ImportedVenue,
    RowError,
    Weight,
)

__all__ = [
    "ImportRefused",
    "ImportedLink",
    "ImportedRun",
    "ImportedSession",
    "ImportedTopic",
    "ImportedVenue",
    "Programme",
    "RowError",
    "Weight",
    "likely_sessions",
    "read_programme",
    "report",
    "shift_dates",
    "weeks_until_future",
]
