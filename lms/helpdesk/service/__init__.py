"""What people, the team and the clock do about the help desk."""

from lms.helpdesk.service.appointments import Appointments
from lms.helpdesk.service.earlier import EarlierWishes
from lms.helpdesk.service.keeping import HelpDesks
from lms.helpdesk.service.rhythm import DeskRhythm

__all__ = ["Appointments", "DeskRhythm", "EarlierWishes", "HelpDesks"]
