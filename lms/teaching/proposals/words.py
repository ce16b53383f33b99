"""How proposals are spoken of."""

from collections.abc import Sequence

from lms.kernel.marking import N_
from lms.teaching.models import CourseProposal, ProposalState
from lms.web.formats import amount
from lms.web.language import gettext, ngettext

STATE_WORDS = {
    ProposalState.DRAFT: N_("not handed in yet"),
    ProposalState.SUBMITTED: N_("with the team"),
    ProposalState.QUESTION: N_("the team has a question"),
    ProposalState.ACCEPTED: N_("taken on"),
    ProposalState.DECLINED: N_("declined"),
    ProposalState.WITHDRAWN: N_("withdrawn"),
}
STATE_TONES = {
    ProposalState.SUBMITTED: "info",
    ProposalState.QUESTION: "warning",
    ProposalState.ACCEPTED: "success",
}


def facts_of(one: CourseProposal) -> Sequence[tuple[str, str]]:
    """Everything that is proposed but the long texts, as pairs of key and value."""
    found = [
        (
            gettext("Sessions"),
            gettext("%(sessions)s, each %(minutes)s minutes", sessions=one.sessions, minutes=one.minutes),
        ),
        (gettext("Days and times"), one.dates),
        (gettext("Place"), one.place),
        (gettext("Equipment"), one.equipment),
        (
            gettext("Participants"),
            gettext("%(minimum)s to %(maximum)s", minimum=one.minimum, maximum=one.maximum),
        ),
        (gettext("Idea for the fee per unit"), amount(one.fee_cents) if one.fee_cents else ""),
        (gettext("Materials"), one.materials),
    ]
    return [(key, value) for key, value in found if value]


def note_for_run(one: CourseProposal, by: str) -> str:
    """What the planners find on the draft of the run."""
    head = gettext("Proposed by %(name)s.", name=by)
    size = ngettext("%(num)s session", "%(num)s sessions", one.sessions)
    return "\n".join([head, size, *(f"{key}: {value}" for key, value in facts_of(one))])
