"""What the author of a quiz should mend before anybody meets it. Pure: values in, problems out, in the order of the quiz."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from content.errors import N_
from content.problems import Problem
from content.quiz.gaps import between_gaps
from content.quiz.parts import part_problems
from content.quiz.questions import FreeText, Pool, Question, Quiz

MOST_POINTS = 100
LONGEST_PLACE = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A problem with the key of its question, or of its group; both empty where it is about the whole quiz."""

    problem: Problem
    question: str = ""
    pool: str = ""


def problems(
    quiz: Quiz, *, files: Collection[str], lessons: Collection[str] | None = None
) -> Sequence[Problem]:
    """Everything to mend. `files` are the names of the course's files, `lessons` the keys of its lessons.

    Without `lessons` nobody looks whether a lesson to read again is there.
    """
    return [one.problem for one in found(quiz, files=files, lessons=lessons)]


def found(quiz: Quiz, *, files: Collection[str], lessons: Collection[str] | None = None) -> Sequence[Found]:
    """The same, each with the key of what it is about."""
    result = [Found(problem) for problem in _of_quiz(quiz)]
    number = 0
    for pool in quiz.pools:
        result += [Found(problem, pool=pool.key) for problem in _of_pool(pool)]
        for question in pool.questions:
            number += 1
            place = f"{number}. {in_short(question.text)}".strip()
            result += [
                Found(replace(problem, place=place), question.key, pool.key)
                for problem in question_problems(question, files=files, lessons=lessons)
            ]
    return result


def in_short(text: str, limit: int = LONGEST_PLACE) -> str:
    """The beginning of a text in one line, by which its author knows it again; gaps are lines to write on."""
    line = " ".join("____".join(between_gaps(text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def question_problems(
    question: Question, *, files: Collection[str], lessons: Collection[str] | None = None
) -> Sequence[Problem]:
    """What is to be mended in one question; without its place."""
    return [*_of_question(question, lessons), *part_problems(question, files)]


def _of_quiz(quiz: Quiz) -> Iterator[Problem]:
    if not quiz.questions:
        yield Problem(N_("There is no question yet."))
    if not 1 <= quiz.pass_percent <= 100:
        yield Problem(N_("The pass mark lies between 1 and 100 percent."))
    if quiz.attempts is not None and quiz.attempts < 1:
        yield Problem(N_("At least one attempt is needed. Leave it empty for as many as one likes."))
    if quiz.minutes is not None and quiz.minutes < 1:
        yield Problem(N_("The time limit is at least one minute. Leave it empty for no limit."))
    if _has_doubles([question.key for question in quiz.questions]):
        yield Problem(N_("Two questions have the same key: answers could not be told apart."))
    if _has_doubles([pool.key for pool in quiz.pools]):
        yield Problem(N_("Two groups of questions have the same key."))


def _of_pool(pool: Pool) -> Iterator[Problem]:
    size = len(pool.questions)
    if pool.draw is None:
        return
    place = pool.title
    if pool.draw < 1:
        yield Problem(N_("At least one question has to be drawn from the group."), place=place)
    elif pool.draw > size:
        yield Problem(
            N_("%(draw)s questions are to be drawn from the group, but it has %(size)s."),
            place=place,
            params={"draw": pool.draw, "size": size},
        )
    if pool.draw < size and len({question.points for question in pool.questions}) > 1:
        yield Problem(
            N_(
                "The questions of a group from which some are drawn should all give the same points: else luck decides."
            ),
            place=place,
        )


def _of_question(question: Question, lessons: Collection[str] | None) -> Iterator[Problem]:
    if not question.text.strip():
        yield Problem(N_("The question has no words."))
    if question.points < 1:
        yield Problem(
            N_("A text that somebody marks needs points to be given.")
            if isinstance(question, FreeText)
            else N_("The question gives no points.")
        )
    elif question.points > MOST_POINTS:
        yield Problem(N_("The question gives more than %(most)s points."), params={"most": MOST_POINTS})
    if question.lesson and lessons is not None and question.lesson not in lessons:
        yield Problem(N_("The lesson to read again is not there any more."))
    if question.place and not question.lesson:
        yield Problem(N_("A heading is named, but not the lesson in which it stands."))


def _has_doubles(keys: Sequence[str]) -> bool:
    return len(set(keys)) < len(keys)
