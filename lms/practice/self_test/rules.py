"""Which statements come next, and what the answers say: plain decisions on values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.kernel.marking import N_
from lms.practice.self_test.statements import AREAS, BY_KEY, STATEMENTS, Answer, Statement

Answers = Mapping[str, Answer]
EACH = 2
"""Statements on one page."""
MOST_GOALS = 6


@dataclass(frozen=True, slots=True)
class Part:
    """One page: the easier half of an area, or its harder one."""

    area: int
    is_harder: bool

    @property
    def statements(self) -> Sequence[Statement]:
        """The two statements, the easier one first."""
        of_area = [one for one in STATEMENTS if one.area == self.area]
        return of_area[EACH:] if self.is_harder else of_area[:EACH]

    @property
    def name(self) -> str:
        """How a form names it: "3-2"."""
        return f"{self.area}-{2 if self.is_harder else 1}"


def read_answers(sent: Mapping[str, object]) -> dict[str, Answer]:
    """The answers among what a form or a row holds; everything else is left out."""
    known = {one.value: one for one in Answer}
    found = ((key, known.get(str(sent.get(key, "")))) for key in BY_KEY)
    return {key: answer for key, answer in found if answer is not None}


def parts(answers: Answers) -> list[Part]:
    """The pages for somebody who has answered so far: harder ones only where the easier half is no riddle.

    That is when one of its statements goes alone and none is still unknown. Five pages at least, ten at most.
    """
    found = []
    for area in AREAS:
        easier = Part(area, is_harder=False)
        found.append(easier)
        said = [answers.get(one.key) for one in easier.statements]
        if Answer.ALONE in said and not {None, Answer.NOT_YET} & set(said):
            found.append(Part(area, is_harder=True))
    return found


def pruned(answers: Answers) -> dict[str, Answer]:
    """Without answers to what would not be asked any more, because somebody went back and said something else."""
    asked = {one.key for part in parts(answers) for one in part.statements}
    return {key: answer for key, answer in answers.items() if key in asked}


def next_part(answers: Answers) -> Part | None:
    """The first page with something unanswered; None when all is said."""
    return next((part for part in parts(answers) if _lacks(part, answers)), None)


def part_before(part: Part, answers: Answers) -> Part | None:
    """The page before this one."""
    asked = parts(answers)
    index = asked.index(part) if part in asked else 0
    return asked[index - 1] if index else None


def part_named(name: str) -> Part | None:
    """The page that a form names, if there is such a one."""
    return next(
        (
            part
            for area in AREAS
            for part in (Part(area, is_harder=False), Part(area, is_harder=True))
            if part.name == name
        ),
        None,
    )


class Standing(StrEnum):
    """Where somebody is in an area."""

    BEGINNING = "beginning"
    ON_THE_WAY = "on_the_way"
    ALONE = "alone"
    SURE = "sure"


STANDINGS: Mapping[Standing, str] = {
    Standing.BEGINNING: N_("Here you are at the beginning."),
    Standing.ON_THE_WAY: N_("Here you are on the way. Some things still need practice or help."),
    Standing.ALONE: N_("Here you manage everyday things alone."),
    Standing.SURE: N_("Here you are sure."),
}


@dataclass(frozen=True, slots=True)
class AreaResult:
    """What somebody says about one area."""

    area: int
    standing: Standing
    alone: Sequence[Statement]
    with_help: Sequence[Statement]
    not_yet: Sequence[Statement]


def results(answers: Answers) -> list[AreaResult]:
    """Area by area; those nobody was asked about are left out."""
    found = []
    for area in AREAS:
        said = [(one, answers[one.key]) for one in STATEMENTS if one.area == area and one.key in answers]
        if not said:
            continue
        by = {kind: [one for one, answer in said if answer is kind] for kind in Answer}
        found.append(
            AreaResult(
                area,
                _standing(area, answers),
                by[Answer.ALONE],
                by[Answer.WITH_HELP],
                by[Answer.NOT_YET],
            )
        )
    return found


def goals(answers: Answers) -> list[Statement]:
    """What comes next for somebody: what does not go alone yet, the easiest first, one of each area before the second of any."""
    open_ones = [one for one in STATEMENTS if answers.get(one.key) in {Answer.WITH_HELP, Answer.NOT_YET}]
    turn = {
        one.key: sum(other.area == one.area for other in open_ones[:index])
        for index, one in enumerate(open_ones)
    }
    return sorted(open_ones, key=lambda one: (turn[one.key], one.level, one.key))[:MOST_GOALS]


def _lacks(part: Part, answers: Answers) -> bool:
    return any(one.key not in answers for one in part.statements)


def _standing(area: int, answers: Answers) -> Standing:
    easier = [answers.get(one.key) for one in Part(area, is_harder=False).statements]
    harder = [answers.get(one.key) for one in Part(area, is_harder=True).statements]
    if all(answer is Answer.ALONE for answer in easier):
        return Standing.SURE if all(answer is Answer.ALONE for answer in harder) else Standing.ALONE
    if all(answer in {None, Answer.NOT_YET} for answer in easier):
        return Standing.BEGINNING
    return Standing.ON_THE_WAY
