"""What staff, trainers and borrowers can do about loans; every public method is one transaction."""

from lms.lending.service.agreeing import Agreeing
from lms.lending.service.blocking import Blocking
from lms.lending.service.classroom import Classroom
from lms.lending.service.handing import Handing
from lms.lending.service.reminding import Reminding
from lms.lending.service.reserving import Reserving
from lms.lending.service.returning import Returning


class Lending(Reserving, Handing, Returning, Classroom, Agreeing, Blocking, Reminding):
    """Devices handed out and taken back."""


__all__ = ["Lending"]
