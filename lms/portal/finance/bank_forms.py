"""The forms of a bank line."""

from typing import Any
from uuid import UUID

from lms.banking.matching.verdict import spread
from lms.kernel.marking import N_
from lms.portal.finance.bank_reading import LineStory
from lms.portal.finance.bank_words import ASIDE, whose
from lms.web.forms import Euro, Form, Hidden, Radios, Text, form_from


class SeenForm(Form):
    """Every decision says which state of the line it was made about."""

    seen = Hidden()

    @property
    def seen_version(self) -> int:
        """The version that was shown; 0, which no line has, for anything else."""
        typed = str(self.seen.data or "")
        return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


class ChoiceForm(SeenForm):
    """One of the candidates, by its key; the page draws the choices, each with its reasons."""

    choice = Hidden(longest=2_000)


class AsideForm(SeenForm):
    """Why a line is no payment for a course."""

    why = Radios(
        N_("What is it then?"),
        choices=[(one.value, words) for one, words in ASIDE.items()],
        missing=N_("Choose what this line is."),
    )
    note = Text(
        N_("Note"), hint=N_("Needed for “something else”. For example: rent for the hall."), longest=300
    )


class BackForm(SeenForm):
    """Why money goes back."""

    why_back = Text(
        N_("Why does it go back?"), missing=N_("Write why, in a few words."), longest=300,
        hint=N_("For example: nobody of this name is known, asked on the telephone."),
    )  # fmt: skip


class UndoForm(SeenForm):
    """Why a decision is taken back."""

    reason = Text(N_("Why?"), missing=N_("Write why, in a few words."), longest=300)


def amounts_form(story: LineStory, sent: Any = None) -> Any:
    """An amount for each chosen debt, filled with what is open there, and what is left over with the last."""
    cents = story.shown.line.amount_cents
    proposed = dict(spread(cents, story.chosen)) if story.chosen and cents > 0 else {}
    fields: dict[str, Any] = {
        name_of(debt.account_id): Euro(f"{debt.document}, {whose(debt)}", missing=N_("Enter an amount."))
        for debt in story.chosen
    }
    fields["note"] = Text(N_("Note"), longest=300)
    known = {name_of(account_id): part for account_id, part in proposed.items()}
    return form_from(
        type("AmountsForm", (SeenForm,), fields), sent, seen=str(story.shown.clearing.version), **known
    )


def name_of(account_id: UUID) -> str:
    """The field of a debt."""
    return f"betrag_{account_id.hex}"


def parts_in(form: Any, story: LineStory) -> list[tuple[UUID, int]]:
    """What was typed; debts with nothing are left out."""
    parts = [(debt.account_id, int(form[name_of(debt.account_id)].data or 0)) for debt in story.chosen]
    return [(account_id, cents) for account_id, cents in parts if cents]
