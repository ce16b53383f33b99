"""What a certificate is about, as one word: of each subject one document stands at a time."""

from datetime import date
from uuid import UUID


def taking_part(enrolment_id: UUID) -> str:
    """Somebody's taking part in a run, whether it ended with an exam or not."""
    return f"enrolment/{enrolment_id.hex}/taking-part"


def education_leave(enrolment_id: UUID) -> str:
    """The same, as confirmed to the employer."""
    return f"enrolment/{enrolment_id.hex}/education-leave"


def teaching(person_id: UUID, run_id: UUID) -> str:
    """What somebody has taught in a run."""
    return f"run/{run_id.hex}/teaching/{person_id.hex}"


def along_path(path_id: UUID, person_id: UUID) -> str:
    """All courses of a path."""
    return f"path/{path_id.hex}/{person_id.hex}"


def volunteering(form_id: UUID) -> str:
    """What a volunteer did; the id comes from the form, so that sending it twice is one document."""
    return f"volunteering/{form_id.hex}"


def teaching_in(person_id: UUID, first_day: date, last_day: date) -> str:
    """What somebody has taught in a period, over several runs."""
    return f"period/{first_day:%Y%m%d}-{last_day:%Y%m%d}/teaching/{person_id.hex}"
