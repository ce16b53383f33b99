"""The table of contents of `books`, for app.py."""

from datetime import timedelta

from lms.books.accounts import Accounts
from lms.books.archive import maker
from lms.books.closing import PRINT_JOURNAL, Closing, printer
from lms.books.exporting import MAKE_AUDIT, Exports, forget_files
from lms.books.profiles import Profiles
from lms.jobs.worker import Periodic
from lms.web.module import Module

FORGETTING = timedelta(hours=1)

MODULE = Module(
    name="books",
    services={
        "closing": Closing,
        "booking_accounts": Accounts,
        "book_exports": Exports,
        "cash_profiles": Profiles,
    },
    tasks={PRINT_JOURNAL: printer, MAKE_AUDIT: maker},
    periodic=[
        lambda around: Periodic(
            "forget-export-files", FORGETTING, lambda: forget_files(around.begin, around.clock)
        )
    ],
)
