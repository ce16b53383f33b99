"""Where a quiz is written, and how questions are named in addresses."""

import re
from hashlib import sha256
from uuid import UUID

from content.quiz.questions import Question, Quiz
from lms.kernel.errors import NotFound

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def editor_path(course_id: UUID, lesson_id: UUID) -> str:
    """The questions of a quiz."""
    return f"/inhalte/{course_id}/quiz/{lesson_id}"


def question_path(course_id: UUID, lesson_id: UUID, key: str) -> str:
    """One question among the others, on whichever page of them it stands."""
    handle = handle_of(key)
    return f"{editor_path(course_id, lesson_id)}?frage={handle}#f-{handle}"


def handle_of(key: str) -> str:
    """A key as an address can hold it: itself, or its digest when it has other signs, as brought-in ones may."""
    return key if _PLAIN.fullmatch(key) else f"x-{sha256(key.encode('utf-8', 'replace')).hexdigest()[:20]}"


def question_by(quiz: Quiz, handle: str) -> Question:
    """The question that an address names. Raises NotFound."""
    found = next((one for one in quiz.questions if handle_of(one.key) == handle), None)
    if found is None:
        raise NotFound
    return found
