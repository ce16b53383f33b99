"""What an author does to a quiz, as plain functions from one quiz to the next. Raises NotFound for keys that are not there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from content.quiz.questions import Pool, Question, Quiz
from lms.kernel.errors import NotFound

MOST_DELETED = 100
RESTORABLE = timedelta(days=30)
ABSENT = "-"
"""The mark of what is not there."""


class Deleted(Struct, frozen=True, forbid_unknown_fields=True):
    """A question that was taken out, and where it stood."""

    question: Question
    pool: str
    at: int
    deleted_at: datetime


class Body(Struct, frozen=True):
    """What a lesson of the kind quiz holds: `Lesson.body`. Learners only ever get `quiz`."""

    quiz: Quiz = Quiz(pools=())
    deleted: tuple[Deleted, ...] = ()


def read_body(body: dict[str, Any]) -> Body:
    """What is stored; an empty quiz where nothing is."""
    return msgspec.convert(body, Body, strict=False)


def written_body(body: Body) -> dict[str, Any]:
    """The same as plain JSON; without a list of deleted questions where there are none."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(body))
    if not body.deleted:
        del plain["deleted"]
    return plain


def mark_of(value: Struct | None) -> str:
    """By this a form knows whether what it shows is still the same."""
    return ABSENT if value is None else sha256(msgspec.json.encode(value, order="sorted")).hexdigest()[:20]


def is_alike(one: Question | None, other: Question) -> bool:
    """Whether they are the same but for the keys of their parts, as a form with new rows is when it is sent twice."""
    return one is not None and _without_keys(msgspec.to_builtins(one)) == _without_keys(
        msgspec.to_builtins(other)
    )


def new_key() -> str:
    """A key that no other part has."""
    return uuid4().hex[:12]


def question_in(quiz: Quiz, key: str) -> Question:
    """The question with this key."""
    found = next((one for one in quiz.questions if one.key == key), None)
    if found is None:
        raise NotFound
    return found


def pool_in(quiz: Quiz, key: str) -> Pool:
    """The group with this key."""
    found = next((one for one in quiz.pools if one.key == key), None)
    if found is None:
        raise NotFound
    return found


def pool_of(quiz: Quiz, question: str) -> Pool:
    """The group in which a question stands."""
    found = next((pool for pool in quiz.pools if any(one.key == question for one in pool.questions)), None)
    if found is None:
        raise NotFound
    return found


def with_group(quiz: Quiz) -> Quiz:
    """The quiz with one group at least, for questions to stand in."""
    return quiz if quiz.pools else replace(quiz, pools=(Pool(key="1", questions=()),))


def put(quiz: Quiz, question: Question, pool: str) -> Quiz:
    """Change the question that has this key, or add it at the end of the group; into another group it goes to the end."""
    known = any(one.key == question.key for one in quiz.questions)
    if known and pool_of(quiz, question.key).key == pool:
        return _each(quiz, lambda one: question if one.key == question.key else one)
    target = pool_in(quiz, pool)
    without = _without(quiz, question.key) if known else quiz
    return _with_pool(without, replace(pool_in(without, target.key), questions=(*target.questions, question)))


def move(quiz: Quiz, key: str, steps: int) -> Quiz:
    """Up (less than 0) or down within all questions: at the edge of its group a question goes on into the next one."""
    pool = pool_of(quiz, key)
    at = [one.key for one in pool.questions].index(key)
    to = at + steps
    if 0 <= to < len(pool.questions):
        return place_at(quiz, key, pool.key, to)
    keys = [one.key for one in quiz.pools]
    other = keys.index(pool.key) + (1 if steps > 0 else -1)
    if not 0 <= other < len(keys):
        return quiz
    return place_at(quiz, key, keys[other], 0 if steps > 0 else len(pool_in(quiz, keys[other]).questions))


def place_at(quiz: Quiz, key: str, pool: str, at: int) -> Quiz:
    """Put a question at this place of a group; beyond its end is at the end."""
    question, without = question_in(quiz, key), _without(quiz, key)
    target = pool_in(without, pool)
    others = list(target.questions)
    others.insert(max(at, 0), question)
    return _with_pool(without, replace(target, questions=tuple(others)))


def duplicate(quiz: Quiz, key: str) -> Quiz:
    """The same question once more, right behind it, to be changed."""
    question, pool = question_in(quiz, key), pool_of(quiz, key)
    at = [one.key for one in pool.questions].index(key)
    copied = replace(question, key=new_key())
    return _with_pool(
        quiz, replace(pool, questions=(*pool.questions[: at + 1], copied, *pool.questions[at + 1 :]))
    )


def take_over(quiz: Quiz, questions: Sequence[Question], pool: str, *, with_pointers: bool) -> Quiz:
    """Add copies of these questions at the end of a group; without pointers they name no lesson any more."""
    pointers = {} if with_pointers else {"lesson": "", "place": ""}
    target = pool_in(quiz, pool)
    copies = tuple(replace(one, key=new_key(), **pointers) for one in questions)
    return _with_pool(quiz, replace(target, questions=(*target.questions, *copies)))


def delete(body: Body, key: str, now: datetime) -> Body:
    """Take a question out; it can be restored for thirty days."""
    question, pool = question_in(body.quiz, key), pool_of(body.quiz, key)
    gone = Deleted(question, pool.key, [one.key for one in pool.questions].index(key), now)
    kept = [one for one in body.deleted if one.question.key != key and one.deleted_at > now - RESTORABLE]
    return Body(_without(body.quiz, key), (gone, *kept[: MOST_DELETED - 1]))


def restore(body: Body, key: str) -> Body:
    """Put a deleted question back where it stood, or into the first group when its own is gone."""
    gone = next((one for one in body.deleted if one.question.key == key), None)
    if gone is None:
        raise NotFound
    quiz = with_group(body.quiz)
    left = tuple(one for one in body.deleted if one is not gone)
    if any(one.key == key for one in quiz.questions):
        return Body(quiz, left)
    pool = next((one for one in quiz.pools if one.key == gone.pool), quiz.pools[0])
    questions = list(pool.questions)
    questions.insert(gone.at, gone.question)
    return Body(_with_pool(quiz, replace(pool, questions=tuple(questions))), left)


def add_group(quiz: Quiz, pool: Pool) -> Quiz:
    """A further group, at the end."""
    return replace(quiz, pools=(*quiz.pools, pool))


def change_group(quiz: Quiz, key: str, *, title: str, draw: int | None) -> Quiz:
    """Another title, or other questions to be drawn."""
    return _with_pool(quiz, replace(pool_in(quiz, key), title=title, draw=draw))


def dissolve_group(quiz: Quiz, key: str) -> Quiz:
    """The group goes, its questions join the one before it, or the one behind the first. The only group stays."""
    gone = pool_in(quiz, key)
    if len(quiz.pools) == 1:
        return quiz
    at = quiz.pools.index(gone)
    others = [one for one in quiz.pools if one is not gone]
    heir = max(at - 1, 0)
    joined = (*others[heir].questions, *gone.questions) if at else (*gone.questions, *others[heir].questions)
    others[heir] = replace(others[heir], questions=joined)
    return replace(quiz, pools=tuple(others))


def free_pool_key(quiz: Quiz) -> str:
    """A key for a further group."""
    taken = {one.key for one in quiz.pools}
    return next(str(number) for number in count(1) if str(number) not in taken)


def _without_keys(plain: Any) -> Any:
    if isinstance(plain, dict):
        return {name: _without_keys(value) for name, value in plain.items() if name != "key"}
    return [_without_keys(one) for one in plain] if isinstance(plain, list | tuple) else plain


def _each(quiz: Quiz, change: Any) -> Quiz:
    return replace(
        quiz,
        pools=tuple(
            replace(pool, questions=tuple(change(one) for one in pool.questions)) for pool in quiz.pools
        ),
    )


def _without(quiz: Quiz, key: str) -> Quiz:
    return replace(
        quiz,
        pools=tuple(
            replace(pool, questions=tuple(one for one in pool.questions if one.key != key))
            for pool in quiz.pools
        ),
    )


def _with_pool(quiz: Quiz, changed: Pool) -> Quiz:
    return replace(quiz, pools=tuple(changed if pool.key == changed.key else pool for pool in quiz.pools))
