"""What a file warns of, in sentences that say what to check."""

from lms.honoraria.standing.rules import Sign, Warned
from lms.kernel.marking import N_
from lms.web.formats import amount
from lms.web.language import gettext

SENTENCES = {
    Sign.PAST_TRANSITION: N_(
        "Contracts run past 31 December 2026, when the transition rule (§ 127 SGB IV) ends: %(contracts)s. Check before that day "
        "whether the work is self-employed by the criteria of the courts, and end or change the contracts otherwise."
    ),
    Sign.AFTER_TRANSITION: N_(
        "Contracts were concluded after the transition rule had ended: %(contracts)s. Consent does not help here: check how freely the "
        "trainer works, and ask for a decision of the pension insurance (§ 7a SGB IV) if in doubt."
    ),
    Sign.NO_CONSENT: N_(
        "There is no consent under § 127 SGB IV to these contracts, or it was withdrawn: %(contracts)s. Without it the transition rule does "
        "not protect them: talk to the trainer, and check how freely they work."
    ),
    Sign.UNITS: N_(
        "%(number)s units this year; you wanted to be warned from %(limit)s on. Check whether the trainer still works beside other things, "
        "and whether they are part of the daily work of the house."
    ),
    Sign.SHARE: N_(
        "%(number)s percent of all units of the house; you wanted to be warned from %(limit)s on. Check whether the house depends on this "
        "trainer like on an employee."
    ),
    Sign.ONLY_CLIENT: N_(
        "The trainer has declared to have no other client. Whoever works for one client alone is bound to pay into the pension insurance as "
        "a self-employed teacher (§ 2 SGB VI): ask whether that is seen to."
    ),
    Sign.OVER_ALLOWANCE: N_(
        "Fees by contract are %(money)s above what was declared as tax-free. Tell the trainer that this part is taxed."
    ),
    Sign.NO_DECLARATION: N_(
        "Fees of %(money)s are agreed for this year, and nothing is declared about the tax-free allowance. Ask the trainer to declare it on "
        "their page."
    ),
}


def in_words(warned: Warned) -> str:
    """One warning as a sentence in the reader's language."""
    return gettext(
        SENTENCES[warned.sign], contracts=", ".join(warned.contracts), number=warned.number, limit=warned.limit,
        money=amount(warned.number),
    )  # fmt: skip
