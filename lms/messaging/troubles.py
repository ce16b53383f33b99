"""Why a letter did not arrive: a word for us, a sentence for staff, and what the mail server said."""

from enum import StrEnum

from lms.kernel.marking import N_


class Trouble(StrEnum):
    """What can go wrong on the way."""

    ADDRESS = "address"
    REFUSED = "refused"
    BOUNCED = "bounced"
    FULL = "full"
    CONTENT = "content"
    NUMBER = "number"
    PAPER = "paper"
    BUSY = "busy"
    LOGIN = "login"
    ENCRYPTION = "encryption"
    AWAY = "away"
    GIVEN_UP = "given_up"


SENTENCES = {
    Trouble.ADDRESS: N_("This is not a valid e-mail address."),
    Trouble.REFUSED: N_("The receiving mail server does not know this address."),
    Trouble.BOUNCED: N_("The letter came back: nobody can be reached at this address."),
    Trouble.FULL: N_("The mailbox of this person is full."),
    Trouble.CONTENT: N_("The mail server does not accept this letter."),
    Trouble.NUMBER: N_("The short message could not be delivered to this number."),
    Trouble.PAPER: N_("The letter could not be made ready for the printer."),
    Trouble.BUSY: N_("The receiving mail server asks us to wait. We keep trying."),
    Trouble.LOGIN: N_(
        "Our mail server does not accept our password. Please tell whoever looks after the service. We keep trying."
    ),
    Trouble.ENCRYPTION: N_(
        "No safe connection to our mail server. Please tell whoever looks after the service. We keep trying."
    ),
    Trouble.AWAY: N_("The mail server could not be reached. We keep trying."),
    Trouble.GIVEN_UP: N_("The mail server could not be reached for five days. We have stopped trying."),
}
LENGTH = 1_000


def noted(trouble: Trouble, details: object) -> str:
    """What is kept with the letter."""
    return f"{trouble}: {details}"[:LENGTH]


def read(error: str) -> tuple[str, str]:
    """The sentence, to be translated, and the details; both empty when nothing went wrong."""
    word, _, details = error.partition(": ")
    return (SENTENCES[Trouble(word)], details) if word in set(Trouble) else ("", error)


def is_about_the_address(error: str) -> bool:
    """Whether a letter failed because its address is wrong: that is for somebody to put right."""
    return error.partition(": ")[0] in {Trouble.ADDRESS, Trouble.REFUSED, Trouble.BOUNCED}
