"""What was answered to a run's questions, for the pages of an enrolment."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.conditions import words
from lms.enrolment.conditions.queries import answers_of, asks_of
from lms.enrolment.models import LIVE, Enrolment
from lms.enrolment.queries import Claim
from lms.kernel.tokens import Signer

Facts = Sequence[tuple[str, str]]


async def own_answers(session: AsyncSession, found: Claim, now: datetime) -> tuple[Facts, bool]:
    """Questions and answers in words, and whether they may still be changed; no statement where the run asks nothing."""
    enrolment, run = found.enrolment, found.run
    if not run.has_conditions:
        return (), False
    rows = (await answers_of(session, [enrolment.id])).get(enrolment.id, ())
    is_open = enrolment.state in LIVE and (run.starts_at is None or now < run.starts_at)
    asks = bool(rows) or bool((await asks_of(session, run)).questions)
    return [
        (answer.wording, words.answer_in_words(question, answer.values)) for question, answer in rows
    ], is_open and asks


def answers_path(signer: Signer, enrolment: Enrolment) -> str:
    """Where the answers of an enrolment are changed, without an account."""
    token = signer.token("enrolment", enrolment.id, enrolment.link_version)
    return f"/anmeldung/{enrolment.id}/{token}/antworten"
