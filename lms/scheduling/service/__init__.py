"""Planning runs and their sessions; every public method of `Scheduling` is one transaction."""

from lms.scheduling.service.assigning import Assigning
from lms.scheduling.service.copying import Copying
from lms.scheduling.service.meetings import Meetings
from lms.scheduling.service.planning import Planning, apply_terms, next_number
from lms.scheduling.service.preparing import Preparing
from lms.scheduling.service.substituting import Substituting
from lms.scheduling.service.todo import ToDo
from lms.scheduling.values import Preview, RunPlan, Terms

__all__ = ["Preview", "RunPlan", "Scheduling", "Terms", "apply_terms", "next_number"]


class Scheduling(Planning, Meetings, Substituting, Preparing, Assigning, ToDo, Copying):
    """What staff can do about runs and their dates."""
