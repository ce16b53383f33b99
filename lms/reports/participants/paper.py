"""The sheet of questions on paper, signed by whoever answers, or for a child by a guardian."""

from datetime import datetime
from pathlib import Path

from lms.reports.participants.models import Stage
from lms.reports.participants.queries import Open
from lms.reports.participants.questions import of_stage
from lms.web.centre import the_centre
from lms.web.language import Language, gettext, use_locale
from lms.web.paper import Stationery

PAPER = Stationery(Path(__file__).parents[1] / "templates", Path(__file__).with_name("paper.css"))


def sheet(found: Open, stage: Stage, *, is_minor: bool, made_at: datetime) -> bytes:
    """The PDF, in the language the person reads. Heavy: in a thread, with no transaction open."""
    language: Language = "en" if found.person.language == "en" else "de"
    page = PAPER.words(
        "reports/participants/paper.html", language, line=found.line, person=found.person, is_minor=is_minor,
        questions=of_stage(found.questions, stage), centre=the_centre(), until=found.asking.exit_until,
        consent=(language == "en" and found.kept.consent_en) or found.kept.consent_de, version=found.kept.version,
    )  # fmt: skip
    with use_locale(language):
        title = gettext("Questions of the funder")
    return PAPER.pdf(page, title=title, language=language, created=made_at)
