"""What is asked about children, relatives and mandates."""

from datetime import date
from typing import Any

from lms.kernel.marking import N_
from lms.people.family import ChildDetails
from lms.people.mandate_words import SCOPES
from lms.people.mandates import Limits, Member
from lms.people.models import MandateScope
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Email,
    Form,
    Hidden,
    Phone,
    Radios,
    Text,
)

YES_NO = [("yes", N_("Yes")), ("no", N_("No"))]
PICK_UPS = 3


def _scopes(label: str) -> Checkboxes:
    return Checkboxes(
        label,
        choices=[(scope.value, words) for scope, words in SCOPES.items()],
        missing=N_("Choose at least one thing that is allowed."),
    )


def _until() -> DateParts:
    return DateParts(N_("Until when?"), hint=N_("The last day. Empty means: until it is taken back."))


class ChildForm(Form):
    """A child, and what the course leader has to know."""

    given_name = Text(
        N_("First name of the child"),
        missing=N_("Enter the first name."),
        autocomplete="off",
        longest=100,
        width=20,
    )
    family_name = Text(
        N_("Family name of the child"),
        missing=N_("Enter the family name."),
        autocomplete="off",
        longest=100,
        width=20,
    )
    birth_date = DateParts(N_("Birth date of the child"), missing=N_("Enter the birth date of the child."))
    emergency_phone = Phone(
        N_("Telephone number for emergencies"),
        hint=N_("Under which number do we reach you during the course?"),
        missing=N_("Enter a telephone number under which we reach you during the course."),
        width=20,
    )
    alone = Radios(
        N_("May the child go home alone after the course?"),
        choices=YES_NO,
        missing=N_("Choose whether the child may go home alone."),
    )
    fetcher_1 = Text(
        N_("Who else may fetch the child?"), hint=N_("First and family name. Leave it empty if nobody else may."),
        longest=100, width=20,
    )  # fmt: skip
    fetcher_phone_1 = Phone(N_("Telephone number of this person"), width=20)
    fetcher_2 = Text(N_("A second person"), longest=100, width=20)
    fetcher_phone_2 = Phone(N_("Telephone number of the second person"), width=20)
    fetcher_3 = Text(N_("A third person"), longest=100, width=20)
    fetcher_phone_3 = Phone(N_("Telephone number of the third person"), width=20)
    both = Checkbox(
        N_(
            "I may decide for this child. If somebody else decides too, they agree that I act for both of us."
        ),
        missing=N_("Please confirm that you may decide for the child. If you are not sure, please call us."),
    )
    key = Hidden()
    version = Hidden()

    def details(self, born: date | None = None) -> ChildDetails:
        """What a form that is valid says; `born` where the birth date is not asked."""
        fetchers = [
            ((self[f"fetcher_{one}"].data or "").strip(), self[f"fetcher_phone_{one}"].data or "")
            for one in range(1, PICK_UPS + 1)
        ]
        return ChildDetails(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            birth_date=born or self.birth_date.data,
            emergency_phone=self.emergency_phone.data,
            may_go_home_alone=self.alone.data == "yes",
            pick_ups=[(name, number) for name, number in fetchers if name],
            decides_for_both="both" not in self or bool(self.both.data),
        )


class RelativeForm(Form):
    """Somebody without e-mail whom we ask on paper."""

    given_name = Text(
        N_("First name"), missing=N_("Enter the first name."), autocomplete="off", longest=100, width=20
    )
    family_name = Text(
        N_("Family name"), missing=N_("Enter the family name."), autocomplete="off", longest=100, width=20
    )
    birth_date = DateParts(N_("Birth date"), hint=N_("Only if you know it."))
    phone = Phone(N_("Telephone"), hint=N_("Not needed. So we can call them."), autocomplete="off", width=20)
    street = Text(
        N_("Street and number"),
        missing=N_("Enter street and number. We write a letter there."),
        autocomplete="off",
    )
    postal_code = Text(
        N_("Postal code"), missing=N_("Enter the postal code."), autocomplete="off", inputmode="numeric", width=5,
        longest=10,
    )  # fmt: skip
    city = Text(N_("Town"), missing=N_("Enter the town."), autocomplete="off", width=20)
    scopes = _scopes(N_("What may you do for this person?"))
    until = _until()
    key = Hidden()

    def member(self, language: str) -> Member:
        """Who is meant, in a form that is valid."""
        return Member(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            birth_date=self.birth_date.data,
            phone=self.phone.data or None,
            street=self.street.data,
            postal_code=self.postal_code.data,
            city=self.city.data,
            language=language,
        )

    def limits(self) -> Limits:
        """What is wished for, in a form that is valid."""
        return limits_of(self)


class InvitationForm(Form):
    """Somebody whom we write to by e-mail."""

    acts = Radios(
        N_("Who acts for whom?"),
        choices=[
            ("me", N_("I would like to act for the other person")),
            ("other", N_("The other person shall act for me")),
        ],
        missing=N_("Choose who acts for whom."),
    )
    email = Email(
        N_("E-mail address of the other person"), missing=N_("Enter the e-mail address of the other person."),
        autocomplete="off",
    )  # fmt: skip
    scopes = _scopes(N_("What is allowed?"))
    until = _until()
    key = Hidden()

    def limits(self) -> Limits:
        """What is wished for, in a form that is valid."""
        return limits_of(self)


class LimitsForm(Form):
    """What a mandate allows, and until when."""

    scopes = _scopes(N_("What is allowed?"))
    until = _until()
    version = Hidden()

    def limits(self) -> Limits:
        """What was chosen, in a form that is valid."""
        return limits_of(self)


class PaperForm(LimitsForm):
    """What stands on a signed paper, and when it was seen."""

    seen_on = DateParts(
        N_("When did you see the signed paper?"),
        missing=N_("Enter the day on which you saw the signed paper."),
    )
    key = Hidden()


class CodeForm(Form):
    """What stands in the letter."""

    sign = Text(
        N_("Sign of the letter"), hint=N_("Six letters and digits from our letter."), missing=N_("Enter the sign from our letter."),
        autocomplete="off", width=10, longest=20,
    )  # fmt: skip
    code = Text(
        N_("Code of the letter"), hint=N_("Eight letters and digits from our letter."), missing=N_("Enter the code from our letter."),
        autocomplete="off", width=10, longest=20,
    )  # fmt: skip


class AgreeForm(CodeForm):
    """The code once more, with what is agreed to."""

    scopes = _scopes(N_("What do you allow?"))
    agreed = Checkbox(
        N_("I am the person for whom somebody shall act, and I agree."), missing=N_("Tick that you agree.")
    )

    def limits(self, until: date | None) -> Limits:
        """What was allowed, in a form that is valid."""
        return Limits(scopes=[MandateScope(one) for one in self.scopes.data or ()], until=until)


def limits_of(form: Any) -> Limits:
    """The limits that a valid form names."""
    return Limits(scopes=[MandateScope(one) for one in form.scopes.data or ()], until=form.until.data)
