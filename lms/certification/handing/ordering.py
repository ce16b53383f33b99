"""What is ordered for a choice of people, and the mark by which a preview that has grown old is recognised."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from lms.certification.handing.choosing import Named, Prospect, Verdict
from lms.certification.issuing.orders import Order
from lms.certification.subjects import taking_part
from lms.web.language import current_language, gettext

MARK_LENGTH = 16
LANGUAGES = ("", "de", "en", "de-en")
"""Each holder's own, German, English, both on one paper."""


def entitled(people: Iterable[Prospect], left_out: Collection[UUID] = ()) -> list[Prospect]:
    """Those who get one now, without those whom somebody has left out (by enrolment)."""
    return [one for one in people if one.verdict is Verdict.GETS and one.enrolment_id not in left_out]


def orders_for(people: Iterable[Prospect], language: str = "") -> list[Order]:
    """One document for each of them."""
    return [
        Order(
            kind=one.candidate.kind,
            subject=taking_part(one.enrolment_id),
            person_id=one.person.id,
            enrolment_id=one.enrolment_id,
            run_id=one.run.id,
            language=language if language in LANGUAGES else "",
        )
        for one in people
    ]


def mark_of(people: Iterable[Prospect]) -> str:
    """The same for the same people: a form that was filled in over other people carries another."""
    ids = "".join(sorted(one.enrolment_id.hex for one in people if one.verdict is Verdict.GETS))
    return hashlib.sha256(ids.encode()).hexdigest()[:MARK_LENGTH]


def title_for(chosen: Named, people: Sequence[Prospect]) -> str:
    """What the batch is called in the list of batches."""
    if chosen.person is not None:
        return chosen.person.name
    if chosen.company is not None:
        return chosen.company.name
    if chosen.course is not None:
        return spoken(chosen.course.title_de, chosen.course.title_en)
    runs = {one.run.id: one for one in people}
    if len(runs) == 1:
        only = next(iter(runs.values()))
        return f"{only.run.number} {spoken(only.course.title_de, only.course.title_en)}"
    return gettext("Several runs")


def spoken(german: str, english: str) -> str:
    """A title in the reader's language, German where there is no other."""
    return english if english and current_language() == "en" else german
