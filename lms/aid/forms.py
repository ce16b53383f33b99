"""The forms of aid."""

from datetime import date
from typing import Any
from uuid import UUID

from lms.aid.models import AidKind, AidWindow
from lms.aid.values import Grant
from lms.aid.words import KINDS, WINDOWS
from lms.kernel.marking import N_
from lms.web.forms import Checkboxes, DateParts, Euro, Form, Hidden, Radios, Select, Text, TextArea
from lms.web.sent import uuid_in

EARLIEST, LATEST = date(2014, 1, 1), date(2150, 1, 1)
OTHERS = ("1", "2", "3", "4")
"""So many lines for aid of others; whoever has more adds up by year."""


class GrantForm(Form):
    """Aid to be granted."""

    kind = Select(
        N_("What did the company get?"),
        choices=[(one.value, words) for one, words in KINDS.items()],
        missing=N_("Choose what the company got."),
    )
    what = Text(
        N_("In words, as it stands on the statement"), longest=200, missing=N_("State what the company got."),
        hint=N_("For example: advice about a web shop, 90 minutes."),
    )  # fmt: skip
    granted_on = DateParts(
        N_("Granted on"), missing=N_("Enter the day on which it was granted."), earliest=EARLIEST, latest=LATEST
    )  # fmt: skip
    gross = Euro(
        N_("Gross grant equivalent"), missing=N_("Enter the amount."), hint=N_("What it would have cost, less what the company paid.")
    )  # fmt: skip
    reckoning = TextArea(
        N_("How the amount was reckoned"), rows=3, longest=1000, missing=N_("Say how the amount was reckoned.")
    )  # fmt: skip
    key = Hidden()
    about = Hidden()
    replaces = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """Nothing is no aid."""
        valid: bool = super().validate(extra_validators)
        if valid and not self.gross.data:
            self.refuse("gross", N_("Enter an amount above 0."))
            return False
        return valid

    def grant(self, company_id: UUID) -> Grant:
        """What a valid form says."""
        kind, _, about = (self.about.data or "").partition(":")
        return Grant(
            company_id=company_id,
            kind=AidKind(self.kind.data),
            what=self.what.data,
            granted_on=self.granted_on.data,
            gross_cents=self.gross.data,
            reckoning=self.reckoning.data,
            about_kind=kind[:40] if uuid_in(about) else "",
            about_id=uuid_in(about),
            replaces_id=uuid_in(self.replaces.data),
        )


class DeclareForm(Form):
    """What a company declares."""

    declared_on = DateParts(
        N_("Declared on"), missing=N_("Enter the day that stands on the declaration."), earliest=EARLIEST, latest=LATEST
    )  # fmt: skip
    signed_by = Text(N_("Signed by"), missing=N_("Enter who has signed."), longest=200)
    linked = Checkboxes(N_("Linked companies that we know"))
    linked_names = TextArea(N_("Other linked companies"), rows=2, longest=1000)
    on_1 = DateParts(N_("Granted on"), earliest=EARLIEST, latest=LATEST)
    sum_1 = Euro(N_("Amount"))
    giver_1 = Text(N_("By whom"), longest=200)
    on_2 = DateParts(N_("Granted on"), earliest=EARLIEST, latest=LATEST)
    sum_2 = Euro(N_("Amount"))
    giver_2 = Text(N_("By whom"), longest=200)
    on_3 = DateParts(N_("Granted on"), earliest=EARLIEST, latest=LATEST)
    sum_3 = Euro(N_("Amount"))
    giver_3 = Text(N_("By whom"), longest=200)
    on_4 = DateParts(N_("Granted on"), earliest=EARLIEST, latest=LATEST)
    sum_4 = Euro(N_("Amount"))
    giver_4 = Text(N_("By whom"), longest=200)
    key = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """Aid of others has a day and an amount, or is left out."""
        valid: bool = super().validate(extra_validators)
        for one in OTHERS:
            on, cents = self[f"on_{one}"], self[f"sum_{one}"]
            if bool(on.data) != bool(cents.data) and not (on.errors or cents.errors):
                self.refuse(
                    f"on_{one}" if cents.data else f"sum_{one}",
                    N_("Aid of others needs the day and the amount."),
                )
                valid = False
        return valid

    def other(self) -> list[dict[str, Any]]:
        """The aid of others of a valid form."""
        return [
            {
                "granted_on": self[f"on_{one}"].data.isoformat(),
                "amount_cents": self[f"sum_{one}"].data,
                "giver": self[f"giver_{one}"].data or "",
            }
            for one in OTHERS
            if self[f"on_{one}"].data
        ]


class EndForm(Form):
    """Why a statement does not hold any more."""

    reason = TextArea(N_("Reason"), rows=3, longest=1000, missing=N_("State the reason. It is kept."))


class RegisterForm(Form):
    """When it was entered in the central register."""

    entered_on = DateParts(
        N_("Entered in the register on"), missing=N_("Enter the day."), earliest=EARLIEST, latest=LATEST
    )


class RuleForm(Form):
    """A regulation that holds from a day on."""

    regulation = Text(N_("Regulation"), missing=N_("Enter the regulation."), longest=200)
    ceiling = Euro(N_("Ceiling"), missing=N_("Enter the ceiling."))
    window = Radios(
        N_("Over which time?"),
        choices=[(one.value, words) for one, words in WINDOWS.items()],
        missing=N_("Choose over which time."),
    )
    valid_from = DateParts(
        N_("Valid from"),
        missing=N_("Enter the day from which it is valid."),
        earliest=EARLIEST,
        latest=LATEST,
    )
    register_from = DateParts(
        N_("Has to be entered in the register from"), earliest=EARLIEST, latest=LATEST, hint=N_("Empty: it need not be entered.")
    )  # fmt: skip
    source = Text(N_("Legal source"), missing=N_("Enter where it stands."), longest=300)
    key = Hidden()

    def chosen_window(self) -> AidWindow:
        """Over which time a valid form reckons."""
        return AidWindow(self.window.data)
