"""States, ways and phases in the words of the reader."""

from collections.abc import Mapping

from lms.catalogue.models import Audience, Topic
from lms.kernel.marking import N_
from lms.participation.models import (
    BallotAct,
    BallotState,
    Round,
    VoteState,
    Way,
    WishKind,
    WishState,
)
from lms.participation.rules import Phase
from lms.web.language import current_language, translated

STATES: Mapping[WishState, tuple[str, str]] = {
    WishState.UNPROVEN: (N_("waits for confirmation by mail"), "warning"),
    WishState.SUBMITTED: (N_("waits for us"), "warning"),
    WishState.PUBLISHED: (N_("looks for supporters"), "info"),
    WishState.UNDER_REVIEW: (N_("is being examined"), "info"),
    WishState.PLANNED: (N_("is being planned"), "success"),
    WishState.DONE: (N_("has become a course"), "success"),
    WishState.REJECTED: (N_("not possible"), "danger"),
    WishState.MERGED: (N_("merged with another wish"), "info"),
    WishState.WITHDRAWN: (N_("withdrawn"), "info"),
}
KINDS: Mapping[WishKind, str] = {
    WishKind.WANT: N_("I wish for this course"),
    WishKind.TEACH: N_("I could teach this"),
    WishKind.ROOM: N_("I have a room"),
}
AUDIENCES: Mapping[Audience, str] = {
    Audience.EVERYONE: N_("everyone"),
    Audience.SENIORS: N_("older people"),
    Audience.YOUTH: N_("young people"),
    Audience.SMES: N_("companies"),
}
WAYS: Mapping[Way, str] = {
    Way.ONLINE: N_("online"),
    Way.COUNTER: N_("at the counter"),
    Way.PAPER: N_("on paper"),
    Way.PHONE: N_("by telephone"),
}
PHASES: Mapping[Phase, str] = {
    Phase.AHEAD: N_("begins later"),
    Phase.COLLECT: N_("Collecting wishes"),
    Phase.DISCUSS: N_("Discussing"),
    Phase.PRIORITISE: N_("Voting"),
    Phase.RESULT: N_("Result"),
}
WHAT_TO_DO: Mapping[Phase, str] = {
    Phase.AHEAD: N_("You can bring in your wishes as soon as it begins."),
    Phase.COLLECT: N_("Bring in your wishes now. The team publishes them here."),
    Phase.DISCUSS: N_(
        "Read what others wish for, and talk about it. The team merges wishes that say the same."
    ),
    Phase.PRIORITISE: N_("Give your votes now."),
    Phase.RESULT: N_("The voting has ended."),
}
VOTE_STATES: Mapping[VoteState, tuple[str, str]] = {
    VoteState.PENDING: (N_("not confirmed yet"), "warning"),
    VoteState.COUNTED: (N_("counts"), "success"),
    VoteState.WITHDRAWN: (N_("taken back"), "info"),
    VoteState.VOID: (N_("does not count"), "danger"),
}
BALLOT_STATES: Mapping[BallotState, tuple[str, str]] = {
    BallotState.COUNTED: (N_("counts"), "success"),
    BallotState.INVALID: (N_("invalid"), "warning"),
    BallotState.VOID: (N_("taken back"), "info"),
}
BALLOT_ACTS: Mapping[BallotAct, str] = {
    BallotAct.ENTERED: N_("typed in"),
    BallotAct.VOIDED: N_("taken back"),
    BallotAct.RECOUNTED: N_("counted a second time"),
}
WHY_INVALID: Mapping[str, str] = {
    "too many": N_("No: too many crosses"),
    "empty": N_("No: nothing is crossed"),
    "unreadable": N_("No: cannot be read"),
    "no name": N_("No: name or date is missing"),
    "double": N_("No: this person has voted already"),
}
REASONS: Mapping[str, str] = {
    "too many": N_("too many crosses"),
    "empty": N_("nothing is crossed"),
    "unreadable": N_("cannot be read"),
    "no name": N_("name or date is missing"),
    "double": N_("this person has voted already"),
    "differs": N_("the two counts differ"),
}
ALARMS: Mapping[str, str] = {
    "address": N_("Many votes from one internet address"),
    "crowd": N_("Very many votes within an hour"),
    "waiting": N_("Many votes that nobody confirms"),
}


def round_title(voting: Round) -> str:
    """The name of a round in the reader's language."""
    return (voting.title_en if current_language() == "en" else "") or voting.title_de


def round_text(voting: Round) -> str:
    """What a round is about, in the reader's language."""
    return (voting.text_en if current_language() == "en" else "") or voting.text_de


def topic_name(topic: Topic | None) -> str:
    """The topic in the reader's language; empty where a wish has none."""
    if topic is None:
        return ""
    return topic.name_en if current_language() == "en" else topic.name_de


def in_words(reason: str) -> str:
    """Why a sheet does not count, or what the second count has shown; what somebody typed stands as it is."""
    return translated(REASONS[reason]) if reason in REASONS else reason
