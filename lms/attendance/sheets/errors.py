"""What is refused about lists on paper and in files."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class PhotoTooLarge(DomainError):
    status = 422
    message = N_("This photo is too large: at most 10 MB and 40 megapixels.")


class TableUnreadable(DomainError):
    status = 422
    message = N_(
        "We cannot read this file. Save the list as CSV or as an Excel file (.xlsx) and choose it again."
    )


class TableTooLarge(DomainError):
    status = 422
    message = N_("This file is too large: at most 1 MB.")


class NobodyInTable(DomainError):
    status = 422
    message = N_(
        "We find no column with names in this file. The first line has to name the columns, for example “Name” and “E-Mail”."
    )


class OtherDay(DomainError):
    status = 422
    message = N_("The times in this file are of another day. Choose the list of this session.")


class TooManyFiles(DomainError):
    message = N_("This session has 40 photos and files already. The team can help you.")


class NothingChosen(DomainError):
    status = 422
    message = N_("Choose a photo or a file.")


class TooManyAtOnce(DomainError):
    status = 422
    message = N_("Send at most four photos at once.")


class NoRoomForSignature(DomainError):
    status = 422
    message = N_("With so many boxes there is room for one column of your own only.")


class NobodyToPrint(DomainError):
    message = N_("Nobody has a place in this run yet.")


class AlreadyDecided(DomainError):
    message = N_("These proposals have been decided about already.")
