"""The sheets between the papers of a print file: one before each run, or one with the address before each person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lms.certification.handing.holding import Held
from lms.web.centre import the_centre
from lms.web.language import Language, use_locale
from lms.web.paper import Stationery

PAPER = Stationery(Path(__file__).parents[1] / "templates", Path(__file__).with_name("sheets.css"))


@dataclass(frozen=True, slots=True)
class Sheets:
    """Draws them, in the language of whoever prints; an address sheet in that of its reader. Heavy."""

    language: Language
    made_at: datetime

    def of_run(self, papers: Sequence[Held]) -> bytes:
        """Before the certificates of a run: which run, how many, whose."""
        first = papers[0]
        return self._pdf(
            "certification/sheets/run.html", self.language, papers=papers, course=first.course, run=first.run
        )

    def of_person(self, papers: Sequence[Held]) -> bytes:
        """Before the certificates of a person: the address where an envelope has its window, and what is enclosed."""
        spoken: Language = "en" if papers[0].language == "en" else "de"
        return self._pdf("certification/sheets/person.html", spoken, papers=papers, one=papers[0])

    def _pdf(self, template: str, language: Language, **facts: object) -> bytes:
        page = PAPER.words(template, language, centre=the_centre(), made_at=self.made_at, **facts)
        with use_locale(language):
            title = f"{the_centre().name}"
        return PAPER.pdf(page, title=title, language=language, created=self.made_at)
