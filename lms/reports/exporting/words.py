"""What exports are called."""

from collections.abc import Mapping

from lms.kernel.marking import N_
from lms.reports.exporting.models import Every, ExportWhat

WHATS: Mapping[str, str] = {
    ExportWhat.FIGURES: N_("Figures of the period"),
    ExportWhat.VHS: N_("Set of the national statistics"),
}
EVERIES: Mapping[str, str] = {
    Every.MONTH: N_("every month, about the month before"),
    Every.QUARTER: N_("every quarter, about the quarter before"),
    Every.YEAR: N_("every year, about the year before"),
}
FAILURES: Mapping[str, str] = {
    "FolderUnreachable": N_(
        "The folder of exports cannot be written. Please tell the administrator; the e-mail goes out with it."
    ),
    "": N_("Please tell the administrator: the reason stands in the log of the service."),
}
"""Why an export failed, by the name of the fault; the empty one for all others."""
