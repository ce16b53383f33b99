"""The forms about reports and notes, and the words for their kinds."""

from lms.kernel.marking import N_
from lms.teaching.models import ReportKind
from lms.web.forms import Form, Hidden, Radios, Text, TextArea, Upload

KIND_WORDS = {
    ReportKind.ROOM: N_("Something is wrong with the room"),
    ReportKind.DEVICES: N_("Something is wrong with the devices"),
    ReportKind.OTHER: N_("Something else"),
    ReportKind.DROPS_OUT: N_("The session cannot take place"),
}


class ReportForm(Form):
    """What is wrong."""

    kind = Radios(
        N_("What is it about?"),
        choices=[
            (kind.value, words) for kind, words in KIND_WORDS.items() if kind is not ReportKind.DROPS_OUT
        ],
        missing=N_("Choose what it is about."),
    )
    text = TextArea(N_("What has happened?"), rows=4, longest=2_000, missing=N_("Write what has happened."))
    picture = Upload(N_("Picture"), hint=N_("JPEG, PNG or WebP, at most 10 MB. Please without people in it."))
    key = Hidden()


class DropsOutForm(Form):
    """Why a session cannot be held, and when it could be instead."""

    text = TextArea(
        N_("Reason"), rows=3, longest=1_000, missing=N_("Enter a reason."),
        hint=N_("The people enrolled may read it. Please write nothing about illnesses."),
    )  # fmt: skip
    wish = Text(
        N_("When could it be instead?"),
        longest=200,
        hint=N_("For example: Thursday, 10 December, 5 pm. Or leave it to the team."),
    )
    key = Hidden()


class NoteForm(Form):
    """A word for the colleagues."""

    text = TextArea(
        N_("Note for your colleagues"), rows=3, longest=2_000, missing=N_("Write the note."),
        hint=N_("Those who teach this run and the team read it, participants do not. Please write nothing about illnesses."),
    )  # fmt: skip
    key = Hidden()


class AnswerForm(Form):
    """What the team says to a report."""

    text = TextArea(N_("Answer to the trainer"), rows=4, longest=2_000, missing=N_("Write your answer."))
