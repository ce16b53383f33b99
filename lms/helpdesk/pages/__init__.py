"""The pages of the help desk."""

from litestar import Controller

from lms.helpdesk.pages.caller import CallerPages
from lms.helpdesk.pages.desk import HelpDeskPages
from lms.helpdesk.pages.links import AppointmentPages
from lms.helpdesk.pages.one import AppointmentDeskPages
from lms.helpdesk.pages.own import AdviserDayPages, OwnAppointmentPages
from lms.helpdesk.pages.public import BookingHelpPages
from lms.helpdesk.pages.setup.advisers import AdviserPages
from lms.helpdesk.pages.setup.days import DeskDayPages
from lms.helpdesk.pages.setup.desks import HelpDeskPlacePages
from lms.helpdesk.pages.setup.hours import DeskHoursPages
from lms.helpdesk.pages.setup.index import HelpDeskSetupPages
from lms.helpdesk.pages.setup.topics import HelpTopicPages

CONTROLLERS: list[type[Controller]] = [
    BookingHelpPages,
    AppointmentPages,
    OwnAppointmentPages,
    AdviserDayPages,
    HelpDeskPages,
    CallerPages,
    AppointmentDeskPages,
    HelpDeskSetupPages,
    HelpDeskPlacePages,
    DeskHoursPages,
    HelpTopicPages,
    DeskDayPages,
    AdviserPages,
]
