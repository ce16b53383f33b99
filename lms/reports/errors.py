"""What is refused, in a sentence that says what to do."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NoReason(DomainError):
    """Something is open, and nobody says why it is handed in nevertheless."""

    status = 422
    message = N_(
        "Something is still open. Say why the report is handed in nevertheless, or complete it first."
    )


class TimeTellsTooMuch(DomainError):
    """Two reports about nearly the same days would tell what single people did in between (decision 0069)."""

    status = 422
    message = N_(
        "A report is about whole months, or about the days of its funding line, so that nobody can be worked out from two reports that overlap. Choose the first day of a month and the last day of a month."
    )


class NumbersMoved(DomainError):
    """The draft shows other numbers than a moment ago."""

    message = N_(
        "The numbers have changed since you looked at them. Please check them again and hand in then."
    )


class NotHandedIn(DomainError):
    """Only what was handed in is corrected."""

    message = N_("Only a report that was handed in and holds is corrected.")


class AlreadyReported(DomainError):
    """Hours that were reported stay where they are."""

    message = N_(
        "These sessions were reported to a funder already and stay in their line: %(names)s. If that was wrong, correct it in the next report."
    )


class OutsideLine(DomainError):
    """The line pays for other days."""

    message = N_(
        "“%(line)s” pays only in its own period. These sessions lie outside it: %(names)s. Choose the sessions one by one, or another line."
    )


class LineEnded(DomainError):
    """Nothing more is given to a line that has ended."""

    message = N_("“%(line)s” has ended. Choose another funding line.")


class NothingChosen(DomainError):
    """Nothing was marked."""

    status = 422
    message = N_("Mark at least one entry in the list.")


class LineNameTaken(DomainError):
    """Two lines of one name could not be told apart."""

    message = N_("There is a funding line of this name already. Choose another name.")


class OwnMeansStay(DomainError):
    """The centre's own line has no end and no period."""

    message = N_(
        "The centre's own means always pay what nobody else pays. This line has no period and no end."
    )


class PeriodUsed(DomainError):
    """A shorter period would leave hours outside."""

    message = N_(
        "Sessions outside this period belong to the line: %(names)s. Give them to another line first."
    )
