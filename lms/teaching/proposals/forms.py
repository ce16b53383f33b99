"""The forms about proposals."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from lms.kernel.marking import N_
from lms.teaching.models import CourseProposal
from lms.teaching.proposals.service import Idea
from lms.web.forms import Euro, Form, Hidden, Number, Text, TextArea, form_from


class ProposalForm(Form):
    """What a trainer proposes."""

    title = Text(N_("Title"), longest=140, missing=N_("Enter a title."))
    audience = TextArea(
        N_("For whom is it?"),
        rows=2,
        longest=500,
        hint=N_("For example: people over 60 who have a new telephone."),
    )
    outcomes = TextArea(N_("What can people do afterwards?"), rows=4, longest=3_000)
    sessions = Number(
        N_("How many sessions?"), least=1, most=60, width=5, missing=N_("Enter how many sessions.")
    )
    minutes = Number(
        N_("How many minutes is one session?"),
        least=15,
        most=600,
        width=5,
        missing=N_("Enter how long a session is."),
    )
    dates = TextArea(
        N_("On which days and at what time?"),
        rows=2,
        longest=1_000,
        hint=N_("For example: Tuesdays from 5 pm, from February on."),
    )
    place = Text(N_("Where?"), longest=200)
    equipment = TextArea(N_("What equipment is needed?"), rows=2, longest=1_000)
    minimum = Number(
        N_("How many people at least?"),
        least=1,
        most=500,
        width=5,
        missing=N_("Enter how many people at least."),
    )
    maximum = Number(
        N_("How many people at most?"),
        least=1,
        most=500,
        width=5,
        missing=N_("Enter how many people at most."),
    )
    fee_cents = Euro(N_("Idea for your fee per unit"))
    materials = TextArea(N_("What materials are there or needed?"), rows=2, longest=1_000)
    key = Hidden()
    version = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """Also that most is not less than least."""
        is_fine = bool(super().validate(extra_validators))
        if self.minimum.data and self.maximum.data and self.maximum.data < self.minimum.data:
            self.refuse(
                "maximum", N_("The highest number is smaller than the lowest one. Please check both.")
            )
            return False
        return is_fine

    def idea(self) -> Idea:
        """What was typed."""
        return Idea(
            title=self.title.data,
            audience=self.audience.data or "",
            outcomes=self.outcomes.data or "",
            sessions=self.sessions.data,
            minutes=self.minutes.data,
            dates=self.dates.data or "",
            place=self.place.data or "",
            equipment=self.equipment.data or "",
            minimum=self.minimum.data,
            maximum=self.maximum.data,
            fee_cents=self.fee_cents.data,
            materials=self.materials.data or "",
        )


class WordForm(Form):
    """What is said about a proposal."""

    text = TextArea(N_("Your words to the team"), rows=4, longest=2_000)


def proposal_form(known: CourseProposal | None = None) -> ProposalForm:
    """Empty, or as it is stored."""
    if known is None:
        usual = asdict(Idea(title=""))
        return form_from(ProposalForm, key=str(uuid4()), version="0", **usual)
    return form_from(ProposalForm, **_values(known))


def _values(known: CourseProposal) -> Mapping[str, Any]:
    names = asdict(Idea(title=""))
    return {name: getattr(known, name) for name in names} | {
        "key": str(known.id),
        "version": str(known.version),
    }
