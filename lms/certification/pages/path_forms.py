"""What is asked about a path: its words, and its courses row by row."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from lms.catalogue.models import Course
from lms.certification.paths.queries import WholePath
from lms.certification.paths.service import Plan
from lms.kernel.marking import N_
from lms.web.forms import Form, Hidden, Number, Select, Text, TextArea, form_from
from lms.web.language import current_language, gettext
from lms.web.sent import uuid_in

MOST_MODULES = 10
REQUIRED, CHOICE = "pflicht", "wahl"
WAYS = [(REQUIRED, N_("everybody needs it")), (CHOICE, N_("one to choose"))]


class PathForm(Form):
    """A path. Its modules are the fields `course_1`, `way_1` and so on."""

    title_de = Text(N_("Title in German"), missing=N_("Enter the German title."), longest=120)
    title_en = Text(N_("Title in English"), longest=120)
    outcome_de = TextArea(
        N_("What can somebody do at the end? In German"), hint=N_("One sentence a line. It stands on the certificate."),
        rows=4, longest=1500,
    )  # fmt: skip
    outcome_en = TextArea(
        N_("The same in English"),
        hint=N_("The same number of lines, in the same order."),
        rows=4,
        longest=1500,
    )
    choices_needed = Number(
        N_("How many of the modules to choose from are needed?"), hint=N_("Leave it empty if there are none to choose."),
        width=3, least=0, most=MOST_MODULES,
    )  # fmt: skip
    version = Hidden()
    key = Hidden()

    @property
    def rows(self) -> Sequence[tuple[Any, Any]]:
        """The fields of each module: which course, and whether everybody needs it."""
        return [(self[f"course_{number}"], self[f"way_{number}"]) for number in range(1, MOST_MODULES + 1)]

    def offer(self, courses: Sequence[Course]) -> "PathForm":
        """Let these courses be chosen."""
        choices = [(str(course.id), titled(course)) for course in courses]
        for course, _ in self.rows:
            course.choices = choices
        return self

    def plan(self) -> Plan | None:
        """The path of a valid form; None where a course was chosen twice, which then stands at its field."""
        modules: dict[UUID, bool] = {}
        for course, way in self.rows:
            course_id = uuid_in(course.data)
            if course_id in modules:
                course.errors = [
                    *course.errors,
                    gettext("This course stands here twice. Remove one of them."),
                ]
            elif course_id is not None:
                modules[course_id] = way.data != CHOICE
        if self.problems:
            return None
        return Plan(
            title_de=self.title_de.data,
            title_en=self.title_en.data or "",
            outcome_de=self.outcome_de.data or "",
            outcome_en=self.outcome_en.data or "",
            modules=list(modules.items()),
            choices_needed=self.choices_needed.data or 0,
        )


for _number in range(1, MOST_MODULES + 1):
    setattr(PathForm, f"course_{_number}", Select(N_("Course"), blank=N_("no course")))
    setattr(PathForm, f"way_{_number}", Select(N_("Needed"), choices=WAYS, blank="", is_asked=True))


def titled(course: Course) -> str:
    """The course in the reader's language."""
    return (current_language() == "en" and course.title_en) or course.title_de


def filled(whole: WholePath) -> PathForm:
    """The form with what is stored."""
    path = whole.path
    values: dict[str, object] = {
        "title_de": path.title_de,
        "title_en": path.title_en,
        "outcome_de": path.outcome_de,
        "outcome_en": path.outcome_en,
        "choices_needed": path.choices_needed or None,
        "version": str(path.version),
    }
    for number, module in enumerate(whole.modules[:MOST_MODULES], 1):
        values |= {
            f"course_{number}": str(module.course.id),
            f"way_{number}": REQUIRED if module.is_required else CHOICE,
        }
    return form_from(PathForm, None, **values)
