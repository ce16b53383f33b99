"""What became of a letter, in words."""

from lms.kernel.marking import N_
from lms.messaging.models import Channel, LetterState

STATES = {
    (LetterState.WAITING, Channel.POST): (N_("to be printed"), "warning"),
    (LetterState.WAITING, Channel.EMAIL): (N_("under way"), "info"),
    (LetterState.SENT, Channel.POST): (N_("posted"), "success"),
    (LetterState.SENT, Channel.EMAIL): (N_("sent"), "success"),
    (LetterState.FAILED, Channel.POST): (N_("not delivered"), "danger"),
    (LetterState.FAILED, Channel.EMAIL): (N_("not delivered"), "danger"),
    (LetterState.WAITING, Channel.SMS): (N_("under way"), "info"),
    (LetterState.SENT, Channel.SMS): (N_("sent"), "success"),
    (LetterState.FAILED, Channel.SMS): (N_("not delivered"), "danger"),
    (LetterState.WAITING, Channel.PHONE): (N_("on the call list"), "info"),
    (LetterState.SENT, Channel.PHONE): (N_("told by telephone"), "success"),
    (LetterState.FAILED, Channel.PHONE): (N_("not delivered"), "danger"),
}
"""The word and its tone, by state and way."""

OWN_STATES = STATES | {
    (LetterState.WAITING, Channel.POST): (N_("comes by letter"), "info"),
    (LetterState.WAITING, Channel.PHONE): (N_("we call you"), "info"),
}
"""The same for whoever gets it: what the team still has to do about it is not their business."""
