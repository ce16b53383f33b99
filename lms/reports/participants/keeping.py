"""What the programme team does: switching questions on, changing them, reading sums and the file for the funder."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.reports.funding.queries import line_named
from lms.reports.participants import policy
from lms.reports.participants.errors import QuestionBroken, SurveyOff
from lms.reports.participants.models import FunderAnswer, FunderQuestions, FunderSurvey, Stage
from lms.reports.participants.queries import every_version, latest_questions, survey_of
from lms.reports.participants.questions import (
    CONSENT_DE,
    CONSENT_EN,
    SILENT,
    SILENT_WORDS,
    Choice,
    Question,
    read,
    usual_set,
    write,
)
from lms.web.csv import Cell
from lms.web.language import gettext
from lms.web.module import Around

FEWEST_CHOICES = 2


@dataclass(frozen=True, slots=True)
class Tally:
    """What was answered to one question: (words, how many) in order."""

    question: Question
    counts: Sequence[tuple[str, int]]


class FunderSurveys:
    """Every public method is one transaction; every reading of answers is noted in the trail."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def set_up(
        self,
        actor: Actor,
        *,
        line_id: UUID,
        is_on: bool,
        from_minutes: int,
        kept_years: int,
        version: int = 0,
    ) -> None:
        """Say whether the funder asks, from how many minutes on, and how long answers are kept. Raises Stale, NotFound.

        The first time the questions are the usual set, and runs that are over are not asked about.
        """
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            await line_named(session, line_id, lock=True)
            survey = await survey_of(session, line_id, lock=True)
            if survey is None:
                survey = FunderSurvey(line_id=line_id, since=local(self.clock()).date())
                session.add(survey)
                session.add(
                    FunderQuestions(
                        line_id=line_id, version=1, made_at=self.clock(), questions=write(usual_set()),
                        consent_de=CONSENT_DE, consent_en=CONSENT_EN,
                    )
                )  # fmt: skip
            elif survey.version != version:
                raise Stale
            else:
                survey.version += 1
            survey.is_on, survey.from_minutes, survey.kept_years = is_on, from_minutes, kept_years
            record(
                session, actor, "funder_survey.set_up", at=self.clock(), kind="funding_line", object_id=line_id,
                after={"on": is_on, "minutes": from_minutes, "years": kept_years},
            )  # fmt: skip

    @retried
    async def change(
        self,
        actor: Actor,
        *,
        line_id: UUID,
        version: int,
        questions: Sequence[Question],
        consent: tuple[str, str] | None = None,
    ) -> int:
        """Ask other questions from now on; gives the new version. Raises Stale, SurveyOff, QuestionBroken."""
        ensure(policy.may_keep(actor), actor)
        if any(len(one.choices) < FEWEST_CHOICES for one in questions):
            raise QuestionBroken
        async with self.begin() as session:
            if await survey_of(session, line_id, lock=True) is None:
                raise SurveyOff
            before = await latest_questions(session, line_id)
            if before is None:
                raise NotFound
            if before.version != version:
                raise Stale
            consent_de, consent_en = consent or (before.consent_de, before.consent_en)
            session.add(
                FunderQuestions(
                    line_id=line_id, version=version + 1, made_at=self.clock(), questions=write(questions),
                    consent_de=consent_de, consent_en=consent_en,
                )
            )  # fmt: skip
            record(
                session, actor, "funder_survey.questions_changed", at=self.clock(), kind="funding_line", object_id=line_id,
                before={"version": version}, after={"version": version + 1},
            )  # fmt: skip
        return version + 1

    @retried
    async def tallies(self, actor: Actor, *, line_id: UUID) -> tuple[int, Sequence[Tally]]:
        """How many sheets of the beginning there are, and what was answered to each question. Noted as a reading."""
        ensure(policy.may_read(actor), actor)
        async with self.begin() as session:
            answers = await _answers(session, line_id)
            versions = await every_version(session, line_id)
            record(
                session, actor, "funder_answers.read", at=self.clock(), kind="funding_line", object_id=line_id,
                after={"answers": len(answers)},
            )  # fmt: skip
        known = _questions(versions)
        counts: Mapping[str, Counter[str]] = defaultdict(Counter)
        for one in answers:
            for key, choice in one.answers.items():
                counts[key][choice] += 1
        entered = sum(1 for one in answers if one.stage is Stage.ENTRY)
        return entered, [
            Tally(question, [(words, counts[key][choice]) for choice, words in choices.items()])
            for key, (question, choices) in known.items()
            if counts[key]
        ]

    @retried
    async def handed_out(self, actor: Actor, *, line_id: UUID) -> Sequence[Sequence[Cell]]:
        """The file for the funder: one row for each number, and nothing of who that is. The order tells nothing."""
        ensure(policy.may_read(actor), actor)
        async with self.begin() as session:
            answers = await _answers(session, line_id)
            versions = await every_version(session, line_id)
            record(
                session, actor, "funder_answers.handed_out", at=self.clock(), kind="funding_line", object_id=line_id,
                after={"answers": len(answers)},
            )  # fmt: skip
        known = _questions(versions)
        rows: dict[str, dict[str, str]] = {}
        asked: dict[str, int] = {}
        for one in answers:
            rows.setdefault(one.number, {}).update(one.answers)
            asked[one.number] = one.questions_version
        head: list[Cell] = [gettext("Number"), gettext("Version of the questions")]
        table: list[Sequence[Cell]] = [[*head, *(question.text_de for question, _ in known.values())]]
        for number in sorted(rows):
            said = [words.get(rows[number].get(key, ""), "") for key, (_, words) in known.items()]
            table.append([number, asked[number], *said])
        return table


async def _answers(session: AsyncSession, line_id: UUID) -> Sequence[FunderAnswer]:
    found = await session.scalars(
        select(FunderAnswer).where(FunderAnswer.line_id == line_id).order_by(FunderAnswer.number)
    )
    return found.all()


def _questions(versions: Sequence[FunderQuestions]) -> Mapping[str, tuple[Question, Mapping[str, str]]]:
    """Every question there ever was with all its answers in German, in the newest words."""
    found: dict[str, tuple[Question, dict[str, str]]] = {}
    for kept in versions:
        for question in read(kept.questions):
            _, words = found.get(question.key, (question, {}))
            choices: Sequence[Choice] = question.choices
            words = words | {one.key: one.de for one in choices}
            if question.is_voluntary:
                words |= {SILENT: gettext(SILENT_WORDS)}
            found[question.key] = (question, words)
    return found
