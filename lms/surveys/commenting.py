"""What trainers change: a word to the participants beside the results."""

from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.surveys import policy
from lms.surveys.errors import SurveyOpen
from lms.surveys.models import Survey, SurveyTrainer
from lms.web.module import Around


class SurveyComments:
    """Written by whoever taught the run, when the survey is closed and its results are shown."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def write(self, actor: Actor, *, survey_id: UUID, comment: str, version: int) -> None:
        """Say it to all participants; an empty text takes it back. Raises NotFound, SurveyOpen, Stale."""
        async with self.begin() as session:
            trainers = await session.scalars(
                select(SurveyTrainer.person_id).where(SurveyTrainer.survey_id == survey_id)
            )
            ensure(policy.taught(actor, trainers.all()), actor)
            survey = await session.get(Survey, survey_id, with_for_update=True)
            if survey is None:
                raise NotFound
            if survey.version != version:
                raise Stale
            if survey.unit_id is None:
                raise SurveyOpen
            survey.comment = comment
            survey.commented_at = self.clock() if comment else None
            survey.version += 1
            record(
                session, actor, "survey.commented", at=self.clock(), kind="survey", object_id=survey_id,
                after={"comment": comment},
            )  # fmt: skip
