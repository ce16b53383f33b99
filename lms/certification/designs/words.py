"""The words that pages use for formats and placeholders."""

from certificates.design import Text
from lms.kernel.marking import N_
from lms.web.language import current_language

FORMATS = {"upright": N_("A4 upright"), "landscape": N_("A4 landscape")}
PLACEHOLDERS = {
    "name": N_("the person's name"),
    "born": N_("the birth date"),
    "course": N_("what the certificate is about"),
    "period": N_("from when to when"),
    "extent": N_("how many units or hours"),
    "place": N_("where it was"),
    "trainers": N_("the trainers"),
    "run": N_("the number of the run"),
    "number": N_("the number of the certificate"),
    "issuer": N_("the name of the centre"),
    "issued_on": N_("the day of issue"),
    "valid_until": N_("the last day on which it counts"),
}


def in_this_language(text: Text) -> str:
    """What a design of the library calls something."""
    return (text.english or text.german) if current_language() == "en" else text.german
