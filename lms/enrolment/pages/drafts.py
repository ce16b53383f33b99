"""Reading and keeping forms that are being filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import PaymentMethod
from lms.debits.models import DebitMandate
from lms.debits.queries import mandates_of
from lms.enrolment.models import Application
from lms.enrolment.pages.draft import HAD_PLACE, Draft, size_of
from lms.enrolment.pages.offering import Offering, offering_of
from lms.enrolment.pages.private import browser_key
from lms.enrolment.pages.questions import Place, Step
from lms.enrolment.pages.visitor import visitor_of
from lms.enrolment.pricing.family import Family, family_in
from lms.enrolment.seats.policy import refuse_strangers
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.tokens import hashed
from lms.vouchers.models import Voucher
from lms.vouchers.queries import vouchers_of
from lms.web.module import Around

VOUCHERS = "gutscheine"
"""Among the answers: the ids of the vouchers whose codes were typed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a browser has for a run: the open form, or else the last one it has sent."""

    key: str
    offering: Offering
    draft: Draft | None
    completed_id: UUID | None


async def find(request: Request[Any, Any, Any], actor: Actor, around: Around, run_id: UUID) -> Found:
    """Look for the form of this browser; at most eight statements, three more where the price asks for the family, one where codes were typed, one where an account may be debited. Raises NotFound for a run that is not public."""
    key = browser_key(request, around.settings)
    async with around.begin.reading() as session:
        offering = await offering_of(session, run_id)
        refuse_strangers(actor, offering.run.company_id)
        if not key:
            return Found(key, offering, None, None)
        applications = (
            await session.scalars(
                select(Application)
                .where(Application.run_id == run_id, Application.key_hash == hashed(key))
                .order_by(Application.started_at.desc())
            )
        ).all()
        visitor = await visitor_of(session, actor)
        family = Family()
        if offering.prices.asks_family and visitor.me is not None:
            family = await family_in(session, actor, run_id, [one.id for one in visitor.persons])
        mandates: Sequence[DebitMandate] = ()
        if visitor.me is not None and PaymentMethod.DIRECT_DEBIT in offering.ways:
            mandates = await mandates_of(session, visitor.me.id, actor.companies, only_usable=True)
        opened = next((one for one in applications if one.completed_at is None), None)
        vouchers = await vouchers_in(session, opened.answers if opened is not None else {})
    completed = next((one.id for one in applications if one.completed_at is not None), None)
    if opened is None:
        return Found(key, offering, None, completed)
    draft = Draft(
        opened, offering, visitor, around.clock(), around.settings.alone_from_age, family, vouchers, mandates
    )
    return Found(key, offering, draft, completed)


async def keep(
    enrolments: Enrolments, actor: Actor, around: Around, key: str, draft: Draft, answers: Mapping[str, Any]
) -> Draft:
    """Keep what was answered and hold the place on; the form as it is afterwards."""
    answers = {**answers, HAD_PLACE: draft.place not in {Place.NONE, Place.FREE}}
    application = await enrolments.touch(
        actor, application_id=draft.application.id, browser_key=key, answers=answers, size=size_of(answers)
    )
    async with around.begin.reading() as session:
        offering = await offering_of(session, draft.offering.run.id)
        vouchers = await vouchers_in(session, application.answers)
    return draft.after(application, offering, vouchers)


async def vouchers_in(session: AsyncSession, answers: Mapping[str, Any]) -> Sequence[Voucher]:
    """The vouchers whose codes were typed, as they are now; no statement where there are none."""
    return await vouchers_of(session, [UUID(one) for one in answers.get(VOUCHERS) or ()])


def with_answer(draft: Draft, step: Step, answer: object) -> dict[str, Any]:
    """All answers, one of them anew. Somebody else takes part: what was said about the former person is dropped."""
    answers: dict[str, Any] = {**draft.answers, step: answer}
    if step is Step.WHO and answer != draft.said(Step.WHO):
        for about_person in (Step.PERSON, Step.PARTICIPANTS, Step.GUARDIAN, Step.CONTACT, Step.ACCOUNT):
            answers.pop(about_person, None)
    if step is Step.PAYMENT and answers[step].get("method") != PaymentMethod.DIRECT_DEBIT:
        answers.pop(Step.ACCOUNT, None)  # an account that is not needed is not kept
    return answers
