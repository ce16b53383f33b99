"""Decisions about conditions and questions, as plain functions: no session, no request, no clock."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from lms.enrolment.conditions.errors import AnswerMissing, AnswerRefused
from lms.enrolment.conditions.models import QuestionKind, RunQuestion
from lms.enrolment.conditions.values import LONGEST_ANSWER, Answers
from lms.people.rules import matching

YES, NO = "yes", "no"


def folded(word: str) -> str:
    """A code word as it is compared: upper and lower case, blanks and hyphens make no difference."""
    plain = unicodedata.normalize("NFKC", word).casefold()
    return "".join(sign for sign in plain if not sign.isspace() and sign not in "-‐‑–—")


def narrower(course: tuple[int | None, int | None], run: tuple[int | None, int | None]) -> tuple[int | None, int | None]:  # fmt: skip
    """Lowest and highest age where course and run both set limits: a run narrows, it never widens."""
    least = max((one for one in (course[0], run[0]) if one is not None), default=None)
    most = min((one for one in (course[1], run[1]) if one is not None), default=None)
    return least, most


def lives_in(residence: Sequence[str], postal_code: str, city: str) -> bool:
    """Whether an address is in one of these places: postal codes, their beginnings, or names of towns."""
    code, town = postal_code.replace(" ", ""), matching(city.replace(",", " "), "")
    for entry in residence:
        if entry.isdecimal():
            if code and code.startswith(entry):
                return True
        elif town and (town == matching(entry, "") or town.startswith(matching(entry, "") + " ")):
            return True
    return False


def residence_of(lines: str) -> tuple[str, ...]:
    """The places of a form's field, one in each line or parted by commas, each once."""
    parts = (part.strip() for line in lines.splitlines() for part in line.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def in_order(questions: Iterable[RunQuestion]) -> list[RunQuestion]:
    """As they are asked: by position, a conditional one right after the question it depends on."""
    rest = sorted(questions, key=lambda one: (one.position, str(one.id)))
    ids = {one.id for one in rest}
    following: dict[UUID | None, list[RunQuestion]] = {}
    for one in rest:
        following.setdefault(one.depends_on_id if one.depends_on_id in ids else None, []).append(one)
    found: list[RunQuestion] = []

    def ask(after: UUID | None) -> None:
        for one in following.get(after, ()):
            found.append(one)
            ask(one.id)

    ask(None)
    return found


def asked(questions: Sequence[RunQuestion], answers: Answers) -> list[RunQuestion]:
    """The questions put to somebody who has answered so far like this, in order."""
    found: list[RunQuestion] = []
    put: set[UUID] = set()
    ids = {one.id for one in questions}
    for one in in_order(questions):
        if one.depends_on_id in ids and (
            one.depends_on_id not in put or one.depends_on not in answers.get(str(one.depends_on_id), ())
        ):
            continue
        found.append(one)
        put.add(one.id)
    return found


def checked_answers(
    questions: Sequence[RunQuestion],
    answers: Answers,
    *,
    name: str,
    words: Mapping[UUID, str],
    may_lack: bool = False,
) -> dict[UUID, list[str]]:
    """What is kept of somebody's answers: only to questions put to them. Raises AnswerMissing, AnswerRefused.

    `may_lack`: nothing has to be answered.
    """
    kept: dict[UUID, list[str]] = {}
    for one in asked(questions, answers):
        given = [value.strip() for value in answers.get(str(one.id), ()) if value.strip()]
        if not given:
            if one.is_required and not may_lack:
                raise AnswerMissing(name=name, question=words[one.id])
            continue
        if not fits(one, given):
            raise AnswerRefused(question=words[one.id])
        kept[one.id] = given
    return kept


def fits(question: RunQuestion, values: Sequence[str]) -> bool:
    """Whether a question can be answered like this."""
    if question.kind is QuestionKind.TEXT:
        return len(values) == 1 and len(values[0]) <= LONGEST_ANSWER
    if question.kind is QuestionKind.YES_NO:
        return len(values) == 1 and values[0] in {YES, NO}
    known = {str(number) for number in range(len(question.choices))}
    most = 1 if question.kind is QuestionKind.ONE else len(known)
    return len(values) <= most and len(set(values)) == len(values) and set(values) <= known


def is_to_be_deleted(ends_at: datetime | None, kept_days: int, at: datetime) -> bool:
    """Whether answers to a question have been kept long enough."""
    return ends_at is not None and ends_at + timedelta(days=kept_days) <= at
