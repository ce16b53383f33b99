"""What is refused about lessons."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NotYetOpen(DomainError):
    status = 409
    message = N_("This lesson is not open yet. You see in the list when it opens.")


class NothingToPublish(DomainError):
    status = 422
    message = N_("There is no lesson yet. Write the first one, then publish.")


class NothingNew(DomainError):
    status = 409
    message = N_("Nothing has changed since the last edition.")


class Unfinished(DomainError):
    status = 422
    message = N_("Some things have to be mended before this can be published. They are listed below.")


class FileInUse(DomainError):
    status = 409
    message = N_("This file is used in a lesson. Take it out there first, then delete it.")


class NotParameters(DomainError):
    status = 422
    message = N_("Enter one name and value a line, such as: level=2. Each name only once, without spaces.")


class DescriptionMissing(DomainError):
    status = 422
    message = N_("Describe the picture in a sentence, for people who do not see it.")


class CourseIsFull(DomainError):
    status = 409
    message = N_("This course has 2 GB of files already. Please delete what is no longer needed.")


class ChapterNeeded(DomainError):
    status = 409
    message = N_("The chapter is deleted. Restore the chapter first.")
