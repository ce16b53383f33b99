"""What is said after an act."""

from lms.kernel.marking import N_
from lms.web.notices import declare

RESERVED = declare("ausleihe-reserviert", N_("The device is reserved. The person gets a confirmation."))
HANDED_OUT = declare("ausleihe-ausgegeben", N_("The device is handed out."))
TAKEN_BACK = declare("ausleihe-zurueck", N_("The device is taken back."))
TAKEN_BACK_PARTLY = declare(
    "ausleihe-zurueck-unvollstaendig",
    N_("The device is taken back. What is missing is noted on the loan."),
    "warning",
)
WIPED = declare("ausleihe-geloescht", N_("It is noted that the device is wiped and checked."))
EXTENDED = declare("ausleihe-verlaengert", N_("The last day is changed. The person is told."))
CANCELLED = declare("ausleihe-storniert", N_("The reservation is cancelled. The person is told."))
LOST = declare("ausleihe-verloren", N_("The device is noted as lost."), "info")
SIGNED = declare("ausleihe-unterschrieben", N_("It is noted that the signed agreement is here."))
AGREED = declare("ausleihe-vereinbart", N_("The agreement is accepted. The PDF is kept."))
SETTLED = declare("ausleihe-zubehoer", N_("The accessories are settled."))
BLOCKED = declare("ausleihe-gesperrt", N_("The person may not borrow until that day."), "info")
LIFTED = declare("ausleihe-entsperrt", N_("The person may borrow again."))
ALL_BACK = declare("ausleihe-alle-zurueck", N_("All devices are taken back."))
ALL_WIPED = declare("ausleihe-alle-geloescht", N_("It is noted that all devices are wiped and checked."))
TAKEN_HOME = declare(
    "ausleihe-mitgenommen", N_("The person may take the device home. They are asked to accept the agreement.")
)
