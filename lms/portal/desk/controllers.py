"""Every page of the desk, for the module's table of contents."""

from lms.portal.desk.api import DeskDoor
from lms.portal.desk.attendance import ClosingPages, RegisterPages
from lms.portal.desk.courses import CoursePages
from lms.portal.desk.dates_pages import ManyDatesPages
from lms.portal.desk.enrolments import EnrolmentPages
from lms.portal.desk.pages import DeskPages
from lms.portal.desk.persons import PersonPages
from lms.portal.desk.phone import PhonePages
from lms.portal.desk.rooms import RoomPages
from lms.portal.desk.run_list import RunListPages
from lms.portal.desk.run_page import RunPages
from lms.portal.desk.run_steps import StepPages
from lms.portal.desk.sessions import NewSessionPages, SessionPages
from lms.portal.desk.substitution import SearchListPages, SubstitutionPages

DESK = (
    DeskPages,
    RunListPages,
    RunPages,
    StepPages,
    SessionPages,
    ManyDatesPages,
    SubstitutionPages,
    SearchListPages,
    NewSessionPages,
    RegisterPages,
    ClosingPages,
    CoursePages,
    EnrolmentPages,
    PhonePages,
    PersonPages,
    RoomPages,
    DeskDoor,
)
