"""What people can do about places; every public method of `Enrolments` is one transaction.

Others may use the plain functions that take a session: `run_locked`, `serve_waiting_list`, `set_capacity`, `cancel_place`.
"""

from lms.enrolment.clubs.leaving import Leaving
from lms.enrolment.service.answering import Answering
from lms.enrolment.service.approving import Approving
from lms.enrolment.service.cancelling import Cancelling, cancel_place
from lms.enrolment.service.choosing import Choosing
from lms.enrolment.service.conditions import Conditioning
from lms.enrolment.service.consenting import Consenting
from lms.enrolment.service.dropping_in import DroppingIn
from lms.enrolment.service.enrolling import Enrolling
from lms.enrolment.service.goodwill import Goodwill
from lms.enrolment.service.handing_over import HandingOver
from lms.enrolment.service.holding import Holding
from lms.enrolment.service.moving import Moving
from lms.enrolment.service.offering import Offering
from lms.enrolment.service.paying import Paying
from lms.enrolment.service.redeeming import Redeeming
from lms.enrolment.service.sharing import Sharing
from lms.enrolment.service.steering import Steering, set_capacity
from lms.enrolment.service.timing import Timing
from lms.enrolment.service.waiting_list import run_locked, serve_waiting_list
from lms.enrolment.service.withdrawing import Withdrawing

__all__ = ["Enrolments", "cancel_place", "run_locked", "serve_waiting_list", "set_capacity"]


class Enrolments(
    Holding,
    Enrolling,
    DroppingIn,
    Offering,
    Choosing,
    Cancelling,
    Leaving,
    Withdrawing,
    Moving,
    HandingOver,
    Goodwill,
    Sharing,
    Consenting,
    Approving,
    Conditioning,
    Answering,
    Paying,
    Redeeming,
    Timing,
    Steering,
):
    """Holding, enrolling, coming to single sessions, waiting, offers, other choices, changing one's mind, consent, approval, conditions, capacity.

    Whatever concerns a run happens under its lock, after what has lapsed there was settled and its list served: deadlines
    are exact even while the worker sleeps. Doing a thing twice is as good as once.
    """
