"""How aid is spoken of, in the language being spoken."""

from collections.abc import Mapping

from lms.aid.models import AidKind, AidWindow
from lms.kernel.marking import N_

KINDS: Mapping[AidKind, str] = {
    AidKind.CONSULTATION: N_("Advice for companies"),
    AidKind.SEAT: N_("Seat in a course"),
    AidKind.TRAINING: N_("Training for companies"),
    AidKind.DIGITAL_CHECK: N_("Digital check with advice"),
    AidKind.OTHER: N_("Something else"),
}
WINDOWS: Mapping[AidWindow, str] = {
    AidWindow.ROLLING: N_("within any three years"),
    AidWindow.FISCAL: N_("within three fiscal years"),
}
