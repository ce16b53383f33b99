"""What is refused of files that people send."""

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""How an OSError says that the disk is full."""
POSTGRESQL_IS_FULL = "53100"
"""`disk_full` (PostgreSQL, appendix A)."""


def is_full(fault: BaseException) -> bool:
    """Whether it came because a disk is full: ours, or the database's."""
    if isinstance(fault, DBAPIError):
        names = (getattr(fault.orig, "sqlstate", ""), getattr(fault.orig, "sqlite_errorcode", ""))
        return bool({POSTGRESQL_IS_FULL, sqlite3.SQLITE_FULL} & set(names))
    return isinstance(fault, OSError) and fault.errno in NO_ROOM


class UnknownKind(DomainError):
    status = 422
    message = N_(
        "We take PDF, pictures (JPEG, PNG, WebP), Word, Excel, PowerPoint, OpenDocument, text, CSV, MP3, MP4, WebM and WebVTT. "
        "Please save the file as one of these."
    )


class NotWhatItSays(DomainError):
    status = 422
    message = N_(
        "The file is not what its name says, or it is damaged. Please open it on your device and save it again."
    )


class HasMacros(DomainError):
    status = 422
    message = N_("Files with macros are not taken. Please save it without macros, or as PDF.")


class UnsafeArchive(DomainError):
    status = 422
    message = N_("This file cannot be unpacked safely. Please save it again, or as PDF.")


class FileTooLarge(DomainError):
    status = 413
    message = N_("The file is too large: 100 MB at most. Please make it smaller, or give a link.")


class FileEmpty(DomainError):
    status = 422
    message = N_("The file is empty. Please choose another one.")


class CutOff(DomainError):
    status = 422
    message = N_("Only a part of the file has arrived. Please send it again.")


class PlaysNowhere(DomainError):
    status = 422
    message = N_(
        "Many devices cannot play this video: it is stored as %(kind)s. Please save it as MP4 (H.264) and send it again."
    )


class DiskIsFull(DomainError):
    status = 507
    message = N_(
        "There is no room left for files on our side. Nothing was stored. Please tell the team of the centre."
    )
