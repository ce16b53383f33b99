"""What is refused about rooms and venues."""

from collections.abc import Sequence

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.resources.models import Reservation


class PlannedThen(DomainError):
    """A closure would overwrite what is planned; `reservations` says what, in order of time."""

    message = N_("Something is planned there at that time. Move or cancel it first, or choose another time.")

    def __init__(self, reservations: Sequence[Reservation] = ()) -> None:
        super().__init__()
        self.reservations = tuple(reservations)


class OverAlready(DomainError):
    status = 422
    message = N_("This time is over already. Choose an end that lies ahead.")


class NameTaken(DomainError):
    message = N_("This name is in the list already. Choose another one.")


class NotAPicture(DomainError):
    status = 422
    message = N_("We cannot read this file. Choose a picture that ends with .jpg, .png or .webp.")


class PictureTooLarge(DomainError):
    status = 422
    message = N_("This picture is too large: at most 5 MB and 40 megapixels.")
