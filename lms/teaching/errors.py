"""What is refused at the trainer's desk."""

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class UnknownKind(DomainError):
    status = 422
    message = N_(
        "We take PDF, pictures (JPEG, PNG, WebP), Word, Excel, PowerPoint, OpenDocument, text, CSV, MP3 and MP4. "
        "Please save the file as one of these."
    )


class NotWhatItSays(DomainError):
    status = 422
    message = N_(
        "The file is not what its name says, or it is damaged. Please open it on your device and save it again."
    )


class HasMacros(DomainError):
    status = 422
    message = N_("Files with macros are not taken. Please save it without macros, or as PDF.")


class UnsafeArchive(DomainError):
    status = 422
    message = N_("This file cannot be unpacked safely. Please save it again, or as PDF.")


class FileTooLarge(DomainError):
    status = 413
    message = N_("The file is too large: 100 MB at most. Please make it smaller, or give a link.")


class FileEmpty(DomainError):
    status = 422
    message = N_("The file is empty. Please choose another one.")


class RunIsFull(DomainError):
    status = 409
    message = N_("This run has 2 GB of files already. Please delete what is no longer needed.")


class NotAnAddress(DomainError):
    status = 422
    message = N_("Enter an address that begins with https:// or http://.")


class GoneForGood(DomainError):
    status = 409
    message = N_("This was deleted too long ago and cannot be restored.")


class NobodyToWriteTo(DomainError):
    status = 422
    message = N_("There is nobody to write to. Please choose somebody else.")


class OthersByNow(DomainError):
    status = 409
    message = N_(
        "Since you looked, other people have joined or left. Please look at the number again and send then."
    )


class RepliesEnded(DomainError):
    status = 409
    message = N_("This message is too old to be answered here. Please call us.")


class AlreadyAnswered(DomainError):
    status = 409
    message = N_("Somebody else has answered this already.")


class NotInThisState(DomainError):
    status = 409
    message = N_("This is no longer possible: the proposal has moved on. Please look at where it stands.")


class ReasonMissing(DomainError):
    status = 422
    message = N_("Enter a reason.")


class NoProfileOfMinors(DomainError):
    status = 409
    message = N_("Nobody under 18 has a public page.")
