"""What we refuse about wishes and votes, one type for each reason."""

from typing import ClassVar

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class NotOpenForVotes(DomainError):
    """The wish cannot be supported now."""

    over: ClassVar[str] = N_(
        "The voting has ended. Votes can no longer be given or taken back; the result is on the page of the voting."
    )
    answered: ClassVar[str] = N_("This wish has been answered, so it takes no more votes.")
    moved: ClassVar[str] = N_(
        "This wish stands in another voting by now. Please open its page and support it there once more."
    )
    not_yet: ClassVar[str] = N_(
        "Votes can be given once the voting has begun. The dates are on the page of the voting."
    )
    message = N_("This wish cannot be supported now.")

    def __init__(self, why: str = "") -> None:
        super().__init__()
        if why:
            self.message = why  # type: ignore[misc]  # the class says what holds for none of its reasons


class AlreadySupported(DomainError):
    message = N_("You support this wish already. One person counts once.")


class VotesUsedUp(DomainError):
    message = N_(
        "You have %(left)s of your %(most)s votes left. Take another vote back first if you want to give this one."
    )


class VotedAlready(DomainError):
    """Somebody with a paper ballot has voted in this round before."""

    message = N_(
        "This person has already voted in this round (%(ways)s). The sheet cannot count as well. Enter it as invalid."
    )


class TwoVoters(DomainError):
    """The keys belong to two who have voted."""

    message = N_(
        "From this e-mail address somebody else has voted. Each person needs an address of their own; without one, please use the paper ballot."
    )


class BirthUnlikely(DomainError):
    status = 422
    message = N_("This date of birth cannot be right. Please check day, month and year.")


class YearUnlikely(DomainError):
    status = 422
    message = N_("This year of birth cannot be right. Please check it.")


class AgeNeeded(DomainError):
    status = 422
    message = N_("Enter your date of birth. This voting is for a certain age.")


class TooOld(DomainError):
    status = 422
    message = N_("This voting is for people up to %(age)s years of age.")


class OtherDistrict(DomainError):
    status = 422
    message = N_("This voting is for people who live in %(district)s.")


class TooManyPoints(DomainError):
    status = 422
    message = N_("These are too many: at most %(most)s.")


class UnknownNumber(DomainError):
    status = 422
    message = N_("No wish on the sheet has the number “%(number)s”, or it stands there twice.")


class WhoNeeded(DomainError):
    status = 422
    message = N_("Enter name and date of birth, so that nobody counts twice.")


class AddressNeeded(DomainError):
    status = 422
    message = N_("Enter name, street and postal code, so that nobody counts twice.")


class WrongCode(DomainError):
    status = 422
    message = N_("We do not know this code. Please check it: it stands in the letter about this voting.")


class NotInTown(DomainError):
    status = 422
    message = N_(
        "This voting is for people who live in the town. The postal code %(code)s does not belong to it."
    )


class TooManyCodes(DomainError):
    message = N_(
        "We have sent %(number)s codes to this address already. If more people live there, please come to our counter: with their identity card each of them gets a code."
    )


class WrongSheet(DomainError):
    status = 422
    message = N_(
        "We have printed no sheet with this number. Compare number and letters at the top of the sheet."
    )


class SheetEntered(DomainError):
    message = N_(
        "This sheet has been entered already. If it was entered wrongly, take that entry back first."
    )


class SheetNotEntered(DomainError):
    message = N_("This sheet has not been entered yet, so there is nothing to count a second time.")


class SameCounter(DomainError):
    """S-08: the second count is somebody else's."""

    status = 403
    message = N_(
        "You have entered this sheet yourself. Somebody else of the team has to count it a second time."
    )


class ReasonMissing(DomainError):
    status = 422
    message = N_("State the reason. It stands in the protocol.")


class WishDecided(DomainError):
    message = N_("This wish has been dealt with in the meantime. The page shows how it stands now.")


class WishUnread(DomainError):
    message = N_(
        "This wish has not been published yet. Read it and publish it first, then it can be answered and planned."
    )


class HasVotes(DomainError):
    message = N_(
        "This wish has votes already and stays where it is: each voting has rules of its own. Take the wish down once more for the voting."
    )


class CannotMerge(DomainError):
    message = N_(
        "These two wishes cannot be merged: they stand in different votings, one of them is already merged, or the other is not public."
    )


class CannotWithdraw(DomainError):
    message = N_(
        "This wish is published, and others support it. We can delete your contact details, but the wish stays."
    )


class RoundRuns(DomainError):
    message = N_(
        "The voting has begun. Only the texts and a later end can still be changed, so that the same rules hold for everybody."
    )


class RoundNotOver(DomainError):
    message = N_("The voting has not ended yet. The result can be stated afterwards.")


class RoundClosed(DomainError):
    message = N_("The result of this voting has been stated. It does not change any more.")


class NameTaken(DomainError):
    status = 422
    message = N_("This short name is taken by another voting.")


class WrongDates(DomainError):
    status = 422
    message = N_("The phases have to follow each other: collecting, discussing, voting, end.")
