"""What is said about photos that cannot be read and about people for whom nothing is proposed."""

from collections.abc import Mapping

from lms.attendance.sheets.proposing import Why
from lms.attendance.sheets.reader.verdict import Trouble
from lms.attendance.sheets.sending import OTHER_SESSION, UNKNOWN_SHEET
from lms.kernel.marking import N_

TROUBLES: Mapping[str, str] = {
    Trouble.NO_SHEET: N_("No list of ours is to be seen. Photograph the whole list with its four corner marks."),
    Trouble.DARK: N_("The photo is too dark. Switch on a light and photograph the list again."),
    Trouble.BLURRED: N_("The photo is blurred. Hold the telephone still, wait a moment, and photograph the list again."),
    Trouble.CUT_OFF: N_("A part of the list is missing. All four corner marks have to be in the photo."),
    Trouble.FAR: N_("The list is too small in the photo. Go closer, so that it fills the photo."),
    Trouble.TWO_SHEETS: N_("There are two lists in one photo. Photograph each page by itself."),
    Trouble.NO_CODE: N_("The square code at the top right cannot be read. Nothing may lie on it. Photograph the list again."),
    Trouble.FOREIGN_CODE: N_("The square code is none of ours. Photograph the list that you printed here."),
    Trouble.CREASED: N_("The paper is not flat. Smooth it out on a table and photograph it from above."),
    Trouble.TOO_MUCH: N_("We could not read this photo. Photograph the list again."),
    OTHER_SESSION: N_("This list belongs to another session. Open the session whose date stands on the list."),
    UNKNOWN_SHEET: N_("We do not know this list. Perhaps it was printed by another centre, or its session is gone."),
}  # fmt: skip

REASONS: Mapping[Why, str] = {
    Why.UNCLEAR: N_("Not clearly readable."),
    Why.BOTH: N_("Ticked as present and as absent."),
    Why.NOTHING: N_("Nothing is ticked."),
    Why.ONLY_SIGNED: N_("Signed, but nothing is ticked."),
    Why.SIGNED_BUT_ABSENT: N_("Signed, but ticked as absent."),
    Why.SOME_UNITS: N_("Some units are ticked, later ones are not."),
    Why.SAME_NAME: N_("Several people have this name."),
    Why.NOT_IN_LIST: N_("Not in the file by this name."),
    Why.TIME: N_("The time in the file cannot be read."),
    Why.CONTRADICTION: N_("Two photos or files say different things."),
    Why.NOT_ONLINE: N_(
        "Was not in the video conference with the own link. Were they there in another way, for example by telephone or in the room?"
    ),
    Why.TOO_SHORT: N_("Was in the video conference for a moment only."),
    Why.OTHER_MARK: N_("The register says something else so far."),
}
