"""Answering: by the link of a letter, or on paper that the team types in. Nobody can tell afterwards who said what."""

from collections.abc import Mapping, Sequence
from random import SystemRandom
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.kernel.tokens import Signer
from lms.surveys import policy, rules
from lms.surveys.errors import NoSheetDue, SurveyClosed, UsedCodes, WrongCodes
from lms.surveys.models import Occasion, Survey, SurveyBox, SurveyMark
from lms.surveys.questions import QuestionKind, read
from lms.web.module import Around

PURPOSES: Mapping[Occasion, tuple[str, str]] = {
    Occasion.LAST_SESSION: ("survey", "survey-paper"),
    Occasion.FIRST_SESSION: ("survey-first", "survey-first-paper"),
}
"""What the tokens of links and of strips are made for: a link opens the survey of one occasion alone."""
CODE_SIGNS = 8
"""40 bits: they open nothing, and only the team can type them in."""
_chance = SystemRandom()


def link_of(signer: Signer, enrolment: Enrolment, occasion: Occasion) -> str:
    """Where this place answers without signing in."""
    link, _ = PURPOSES[occasion]
    return f"/umfrage/{enrolment.id}/{signer.token(link, enrolment.id, enrolment.link_version)}"


def occasion_of(signer: Signer, enrolment: Enrolment, token: str) -> Occasion:
    """After which session the holder of this link is asked. Raises NotFound for a wrong or old link."""
    for occasion, (link, _) in PURPOSES.items():
        if signer.matches(token, link, enrolment.id, enrolment.link_version):
            return occasion
    raise NotFound


def code_of(signer: Signer, enrolment: Enrolment, occasion: Occasion) -> str:
    """What stands on the strip of this place's sheet."""
    _, strip = PURPOSES[occasion]
    return signer.token(strip, enrolment.id, enrolment.link_version)[:CODE_SIGNS]


class Answers:
    """The mark and the answer in one transaction, or neither. The audit trail says nothing of single answers."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer

    @retried
    async def answer(self, *, enrolment_id: UUID, token: str, given: Mapping[str, str]) -> bool:
        """Put an answer into the box; False where this place has answered already, and then nothing is changed.

        Raises NotFound for a wrong link, SurveyClosed, NotAnAnswer.
        """
        async with self.begin() as session:
            enrolment = await session.get(Enrolment, enrolment_id)
            if enrolment is None or enrolment.state is not EnrolmentState.CONFIRMED:
                raise NotFound
            occasion = occasion_of(self.signer, enrolment, token)
            survey = await _locked(
                session, (Survey.run_id == enrolment.run_id) & (Survey.occasion == occasion)
            )
            self._refuse_closed(survey)
            if await is_marked(session, survey, enrolment):
                return False
            answers = rules.taken(read(survey.questions), given)
            session.add(SurveyMark(enrolment_id=enrolment_id, survey_id=survey.id))
            await _put(session, survey, answers)
        return True

    @retried
    async def enter_codes(self, actor: Actor, *, survey_id: UUID, codes: Sequence[str]) -> int:
        """Mark the places whose strips came back; their sheets wait to be typed in, without the strips. Gives how many.

        All or none. Raises WrongCodes, UsedCodes, SurveyClosed.
        """
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            survey = await _locked(session, Survey.id == survey_id)
            self._refuse_closed(survey)
            places = {
                code_of(self.signer, one, survey.occasion): one.id
                for one in await places_of(session, survey.run_id)
            }
            wrong = [code for code in codes if code not in places]
            if wrong:
                raise WrongCodes(codes=", ".join(wrong))
            marked = set(
                await session.scalars(
                    select(SurveyMark.enrolment_id).where(SurveyMark.survey_id == survey_id)
                )
            )
            used = [code for code in codes if places[code] in marked]
            if used:
                raise UsedCodes(codes=", ".join(used))
            session.add_all(SurveyMark(enrolment_id=places[code], survey_id=survey_id) for code in codes)
            survey.paper_due += len(codes)
            record(
                session, actor, "survey.codes_entered", at=self.clock(), kind="survey", object_id=survey_id,
                after={"count": len(codes)},
            )  # fmt: skip
        return len(codes)

    @retried
    async def type_sheet(self, actor: Actor, *, survey_id: UUID, key: UUID, given: Mapping[str, str]) -> None:
        """Put the answers of a sheet into the box. The same `key` sent twice counts once.

        Raises NoSheetDue, SurveyClosed, NotAnAnswer. What the writer left out is taken as it is.
        """
        ensure(policy.may_keep(actor), actor)
        async with self.begin() as session:
            survey = await _locked(session, Survey.id == survey_id)
            if str(key) in survey.typed:
                return
            self._refuse_closed(survey)
            if not survey.paper_due:
                raise NoSheetDue
            questions = [one for one in read(survey.questions) if given.get(one.key, "").strip()]
            survey.paper_due -= 1
            survey.typed = sorted([*survey.typed, str(key)])
            await _put(session, survey, rules.taken(questions, given))

    def _refuse_closed(self, survey: Survey) -> None:
        if survey.closed_at is not None or self.clock() >= survey.closes_at:
            raise SurveyClosed


async def places_of(session: AsyncSession, run_id: UUID) -> Sequence[Enrolment]:
    """Whom a survey asks: everybody with a place."""
    found = await session.scalars(
        select(Enrolment)
        .where(
            Enrolment.run_id == run_id,
            Enrolment.state == EnrolmentState.CONFIRMED,
            Enrolment.person_id.is_not(None),
        )
        .order_by(Enrolment.created_at, Enrolment.id)
    )
    return found.all()


async def is_marked(session: AsyncSession, survey: Survey, enrolment: Enrolment) -> bool:
    """Whether this place has answered."""
    mark = {"survey_id": survey.id, "enrolment_id": enrolment.id}
    return await session.get(SurveyMark, mark) is not None


async def _locked(session: AsyncSession, which: ColumnElement[bool]) -> Survey:
    survey: Survey | None = await session.scalar(select(Survey).where(which).with_for_update())
    if survey is None:
        raise NotFound
    return survey


async def _put(session: AsyncSession, survey: Survey, answers: Mapping[str, str]) -> None:
    """Raise the counts, and mix the texts anew: their order tells nothing about when they came."""
    box = await session.get_one(SurveyBox, survey.id)
    tallies = {key: dict(counts) for key, counts in box.tallies.items()}
    texts = {key: list(said) for key, said in box.texts.items()}
    kinds = {one.key: one.kind for one in read(survey.questions)}
    for key, answer in answers.items():
        if kinds[key] is QuestionKind.TEXT:
            said = [*texts.get(key, []), answer]
            _chance.shuffle(said)
            texts[key] = said
        else:
            counts = tallies.setdefault(key, {})
            counts[answer] = counts.get(answer, 0) + 1
    box.sheets += 1
    box.tallies, box.texts = tallies, texts
