"""What cannot be done with a design, and the sentence for each thing the library refuses about one."""

from certificates import errors as library
from certificates.logos import Reason
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.formats import number


class InUse(DomainError):
    message = N_(
        "This design is the usual one for at least one kind of certificate. Choose another one for it first."
    )


class Retired(DomainError):
    message = N_("This design is no longer used. Take it into use again first.")


class NotForThisKind(DomainError):
    message = N_("This design is not meant for this kind of certificate. Choose its kinds first.")


class NotDrawable(DomainError):
    status = 422
    message = N_("A certificate cannot be drawn like this. Please check what you entered.")


class TooMuchToDraw(NotDrawable):
    message = N_(
        "Drawing takes longer or needs more memory than it may. Please shorten the texts, or choose a simpler logo."
    )


LOGO_SENTENCES = {
    Reason.EMPTY_ALT: N_("Say in a few words what the logo shows."),
    Reason.TOO_LARGE: N_("The picture is too large. A logo may have 2 MB, as SVG 500 kB."),
    Reason.TOO_INTRICATE: N_("The picture has too many details. Please use a simpler version of the logo."),
    Reason.NOT_A_PICTURE: N_("This file is not a picture we can use. Choose a PNG, JPEG or SVG file."),
    Reason.ACTIVE: N_(
        "The SVG file holds more than shapes, for instance text, a script or an embedded picture. Save it as shapes only, or as PNG."
    ),
    Reason.REACHES_OUT: N_(
        "The SVG file refers to something outside of itself. Save it with everything included, or as PNG."
    ),
    Reason.NO_SIZE: N_("The SVG file does not say how large it is. Please save it anew, or as PNG."),
}


SENTENCES: dict[type[library.CertificateError], str] = {
    library.PoorContrast: N_(
        "This colour is too pale to read: %(ratio)s to 1 on white paper, at least 4.5 to 1 is needed. Choose a darker one."
    ),
    library.NotAColour: N_("Enter a colour as # and six signs from 0 to 9 and a to f, for example #12505b."),
    library.UnknownPlaceholder: N_(
        "%(found)s means nothing here. Use only the placeholders listed above, exactly as they are written there."
    ),
    library.StrayBrace: N_(
        "There is a curly bracket that belongs to no placeholder. Take it away, or write the whole placeholder."
    ),
    library.TextTooLong: N_("This text is too long. Shorten it to at most %(most)s characters."),
    library.BadMargins: N_(
        "These margins leave too little room, or are narrower than 8 millimetres. At least 100 millimetres must be left in each direction."
    ),
    library.Unprintable: N_("Our typeface cannot show these signs: %(signs)s. Please leave them out."),
}


def sentence(refusal: library.CertificateError) -> tuple[str, dict[str, object]]:
    """The message for staff and what stands in its places."""
    match refusal:
        case library.LogoRefused(reason=reason):
            return LOGO_SENTENCES[Reason(reason)], {}
        case library.PoorContrast(ratio=ratio):
            params: dict[str, object] = {"ratio": number(round(ratio, 1))}
        case library.UnknownPlaceholder(found=found):
            params = {"found": found[:60]}
        case library.TextTooLong(most=most):
            params = {"most": most}
        case library.Unprintable(characters=characters):
            params = {"signs": characters[:20]}
        case _:
            params = {}
    return SENTENCES.get(type(refusal), NotDrawable.message), params
