"""The pages of the help desk."""

from litestar import Controller

from lms.helpdesk.pages.advisers import AdviserPages
from lms.helpdesk.pages.caller import CallerPages
from lms.helpdesk.pages.desk import HelpDeskPages
from lms.helpdesk.pages.keeping import HelpDeskSetupPages
from lms.helpdesk.pages.links import AppointmentPages
from lms.helpdesk.pages.one import AppointmentDeskPages
from lms.helpdesk.pages.own import AdviserDayPages, OwnAppointmentPages
from lms.helpdesk.pages.public import BookingHelpPages

CONTROLLERS: list[type[Controller]] = [
    BookingHelpPages,
    AppointmentPages,
    OwnAppointmentPages,
    AdviserDayPages,
    HelpDeskPages,
    CallerPages,
    AppointmentDeskPages,
    HelpDeskSetupPages,
    AdviserPages,
]
