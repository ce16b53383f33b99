"""The words of a mandate: those of the German banks (Deutsche Kreditwirtschaft) for the SEPA core debit, and our notice."""

from lms.settings import Settings
from lms.web.centre import the_centre
from lms.web.language import gettext

WORDING_VERSION = "2026-11"
"""Raised whenever a sentence below changes; kept with every mandate beside the words themselves."""


def mandate_words(settings: Settings) -> list[str]:
    """What a payer agrees to, in the present language. The notice is shortened from 14 days by agreement (EPC016-06, 4.3.4)."""
    name, creditor_id = the_centre().name, settings.creditor_id
    return [
        gettext(
            "I authorise %(name)s (creditor identifier %(creditor)s) to collect payments from my account by direct debit. "
            "At the same time I instruct my bank to honour the direct debits that %(name)s draws on my account.",
            name=name, creditor=creditor_id,
        ),
        gettext(
            "I can demand that the amount is paid back within eight weeks, counted from the day on which it was taken from "
            "my account. The conditions agreed with my bank apply."
        ),
        gettext(
            "You tell me the amount and the day at least %(days)s days before each collection. The mandate also holds for "
            "later courses, until I revoke it. It ends by itself when it was not used for 36 months.",
            days=settings.debit_notice_days,
        ),
    ]  # fmt: skip


def whole_wording(settings: Settings) -> str:
    """The same as one text, as it is kept."""
    return "\n".join(mandate_words(settings))
