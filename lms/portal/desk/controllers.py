"""Every page of the desk, for the module's table of contents."""

from lms.portal.desk.api import DeskDoor
from lms.portal.desk.attendance import ClosingPages, RegisterPages
from lms.portal.desk.courses import CoursePages
from lms.portal.desk.enrolments import EnrolmentPages
from lms.portal.desk.pages import DeskPages
from lms.portal.desk.persons import PersonPages
from lms.portal.desk.phone import PhonePages
from lms.portal.desk.rooms import ROOM_PAGES
from lms.portal.desk.run_list import RunListPages
from lms.portal.desk.run_page import RunPages
from lms.portal.desk.run_steps import StepPages
from lms.portal.desk.sessions import NewSessionPages, SessionPages

DESK = (
    DeskPages,
    RunListPages,
    RunPages,
    StepPages,
    SessionPages,
    NewSessionPages,
    RegisterPages,
    ClosingPages,
    CoursePages,
    EnrolmentPages,
    PhonePages,
    PersonPages,
    *ROOM_PAGES,
    DeskDoor,
)
