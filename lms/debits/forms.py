"""The form for an account: a mandate that is known already, or holder, IBAN and the tick below the words."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from lms.debits.accounts import account_of
from lms.debits.errors import IbanWrong
from lms.debits.models import DebitMandate
from lms.debits.rules import masked
from lms.debits.values import NewAccount
from lms.debits.wording import WORDING_VERSION, whole_wording
from lms.kernel.marking import N_
from lms.settings import Settings
from lms.web.fields.base import refuse
from lms.web.formats import in_groups
from lms.web.forms import Checkbox, Form, Radios, Text
from lms.web.language import gettext

ANOTHER = "another"
MISSING_IBAN = N_("Enter the IBAN. It stands on your bank card.")
MISSING_HOLDER = N_("Enter to whom the account belongs.")
HOLDER = N_("Account holder")
AGREED = N_("I give this direct debit mandate.")
MISSING_AGREED = N_("Tick that you give the mandate, or go back and choose another way to pay.")


class Iban(Text):
    """An IBAN as it is kept, without spaces; what is wrong with it is said in a sentence."""

    def __init__(self, label: str = "IBAN", **rest: Any) -> None:
        usual: dict[str, Any] = {"autocomplete": "off", "width": 20}
        super().__init__(label, longest=60, **usual | rest)

    def understand(self, text: str) -> str:
        try:
            return account_of(text).iban
        except IbanWrong as wrong:
            raise refuse(wrong.message, **wrong.params) from wrong

    def written(self) -> str:
        return in_groups(str(self.data or ""))


class AccountForm(Form):
    """Where we collect from."""

    mandate = Radios(N_("From which account?"), missing=N_("Choose from which account we collect."))
    holder = Text(HOLDER, missing=MISSING_HOLDER, autocomplete="name", longest=70, width=20)
    iban = Iban(
        missing=MISSING_IBAN, hint=N_("For example DE02 1203 0000 0000 2020 51. Spaces do not matter.")
    )
    agreed = Checkbox(AGREED, missing=MISSING_AGREED)


class NewAccountForm(Form):
    """Another account for a mandate that goes on."""

    holder = Text(HOLDER, missing=MISSING_HOLDER, autocomplete="name", longest=70, width=20)
    iban = Iban(
        missing=MISSING_IBAN, hint=N_("For example DE02 1203 0000 0000 2020 51. Spaces do not matter.")
    )


def offer_mandates(form: AccountForm, mandates: Sequence[DebitMandate]) -> None:
    """Offer what the payer has given before; whoever chooses one of them need not fill in the rest."""
    if not mandates:
        del form.mandate
        return
    form.mandate.choices = [
        *((str(one.id), spoken(one)) for one in mandates),
        (ANOTHER, N_("Another account")),
    ]
    if form.mandate.data is None:
        form.mandate.data = str(mandates[0].id)
    if form.mandate.data != ANOTHER:
        form.holder.missing = form.iban.missing = form.agreed.missing = ""
        form.iban.process_errors = []


def spoken(mandate: DebitMandate) -> str:
    """An account in words: Account at Sparkasse …, DE02 … 2051."""
    if not mandate.bank:
        return gettext("Account %(account)s", account=masked(mandate.iban))
    return gettext("Account at %(bank)s, %(account)s", bank=mandate.bank, account=masked(mandate.iban))


def chosen_account(answers: dict[str, Any], settings: Settings) -> NewAccount | UUID | None:
    """What a valid form says: a mandate that is known, or an account with the words that stood above the tick."""
    known = str(answers.get("mandate") or ANOTHER)
    if known != ANOTHER:
        return UUID(known)
    if not answers.get("iban"):
        return None
    return NewAccount(
        holder=str(answers.get("holder") or ""),
        iban=str(answers["iban"]),
        wording=whole_wording(settings),
        wording_version=WORDING_VERSION,
    )
